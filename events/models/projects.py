"""Projects, their partners, their funding and their figures."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext, override, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from events.models.base import Titled
from events.models.events import Event
from events.querysets import PartnerQuerySet, ProjectQuerySet
from members.models.organisations import NAMED
from portal import display, i18n
from portal.cards import Card
from portal.counted import Counted
from portal.fields import EuroField, PartialDateField, YearField
from portal.nested import Sheet, Shown
from portal.rows import AgreedRow, LinkRow, Row

ONE_FUNDER = _("Name one funder: an organisation of the directory, or another name.")
UNSOURCED = _("Give the source in French or in English.")


class Project(Titled):
    """Work that partners do together."""

    class Stage(models.TextChoices):
        """How far it has come."""

        IDEA = "idea", pgettext_lazy("stage", "In preparation")
        BID = "bid", pgettext_lazy("stage", "Bid submitted")
        RUNNING = "running", pgettext_lazy("stage", "Running")
        COMPLETED = "completed", pgettext_lazy("stage", "Completed")

    # What lists are narrowed by, in the index of words as well (`portal/narrowing.py`).
    search_marked = ("stage", "themes")

    stage = models.CharField(_("stage"), max_length=9, choices=Stage)
    starts_on = PartialDateField(_("start"), blank=True, help_text=_("2024, 2024-04 or 2024-04-15"))
    ends_on = PartialDateField(_("end"), blank=True, help_text=_("2024, 2024-04 or 2024-04-15"))

    agreed_partners = Shown(
        "partners",
        lambda rows: rows.agreed(),
        ["role"],
        organisation=[*NAMED, "short_name", "kind", "logo"],
    )
    # The same for figures, which tell of founders and say when something changed.
    drawn_partners = Shown(
        "partners",
        lambda rows: rows.agreed().telling_founders(),
        ["agreed_at", "is_founder"],
        organisation=[*NAMED, "short_name", "kind", "sort_name"],
    )
    published_events = Shown(
        "events",
        lambda rows: rows.published().with_organisers(),
        Event.IN_ROWS,
        commune=["name"],
    )
    partner_count = Counted(lambda: ProjectPartner.objects.agreed(), "project")
    all_figures = Shown("figures", columns=["value", "label", "date", "source"])
    all_funding = Shown(
        "funding",
        lambda rows: rows.select_related("organisation"),
        ["funder", "amount", "programme", "year", "source"],
        organisation=[*NAMED, "status"],
    )
    all_links = Shown("links", columns=["label", "url"])

    # What rows of lists say of each, and the API in lists, and what is said of one by itself.
    in_rows = Sheet("title", "slug", "summary", "description", "stage", "partner_count")
    in_api = Sheet(
        *("title", "slug", "summary", "stage", "starts_on", "ends_on", "image", "image_alt"),
        *("updated_at", "agreed_partners", "all_funding"),
        kept=["all_themes"],
    )
    whole = Sheet(
        *("*", "agreed_partners", "all_funding", "all_themes"),
        *("published_events", "all_figures", "all_links", "all_sources"),
        is_of_one=True,
    )

    page_route = "events:project-detail"

    objects: ClassVar = ProjectQuerySet.as_manager()

    class Meta(Titled.Meta):
        indexes = [
            # The orders of its list, the second in each language, and a filter.
            models.Index(
                fields=["status", "-published_at", "-id"],
                include=["stage"],
                name="events_project_latest",
            ),
            *(
                models.Index(
                    "status",
                    Coalesce(f"slug_{language}", f"slug_{i18n.other(language)}"),
                    "id",
                    name=f"events_project_title_{language}",
                )
                for language in i18n.LANGUAGES
            ),
        ]
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["-published_at", "pk"]
        constraints = [
            *Titled.Meta.constraints,
            models.CheckConstraint(
                # A year alone may end before the month it starts in: compare what both say.
                condition=Q(starts_on="")
                | Q(ends_on="")
                | Q(ends_on__gte=models.functions.Left("starts_on", 4)),
                name="events_project_ends_after_start",
                violation_error_message=_("A project cannot end before it begins."),
            ),
        ]

    def get_stage_display(self) -> str:  # type: ignore[no-redef]  # see display.choice
        """The word for its stage."""
        return display.choice(self.Stage, self.stage)

    @property
    def stage_and_partners(self) -> str:
        """How many partners it has, if they were counted, and its stage on one line."""
        partners = getattr(self, "partner_count", 0)
        if partners < 2:
            return self.get_stage_display()
        said = ngettext("%(n)s partner", "%(n)s partners", partners) % {"n": partners}
        return f"{said} · {self.get_stage_display()}"

    def further_errors(self) -> dict[str, Any]:
        if self.starts_on and self.ends_on:
            known = min(len(self.starts_on), len(self.ends_on))
            if self.ends_on[:known] < self.starts_on[:known]:
                return {"ends_on": _("A project cannot end before it begins.")}
        return {}

    @property
    def funding_total(self) -> int:
        """The sum of its funding lines, in euros: a query where they were not read with it."""
        return sum(line.amount for line in self.all_funding)

    def card(self, language: str) -> Card:
        """What the picture for social networks says of it: its title and how far it has come."""
        with override(language):
            line = f"{self._meta.verbose_name} · {self.get_stage_display()}"
            return Card(i18n.text(self, "title", language).value, capfirst(line))

    @property
    def card_arches(self) -> int:
        """An arch between each two partners: one query."""
        return max(1, self.partners.agreed().count() - 1)

    def search_texts(self, language: str) -> tuple[str, str]:
        """What this project is found by, in a language."""
        texts = self.texts_for_search(language)
        texts += [row.organisation.name for row in self.partners.agreed()]
        return i18n.text(self, "title", language).value, "\n".join(texts)


class ProjectPartner(AgreedRow):
    """An organisation that takes part in a project."""

    class Role(models.TextChoices):
        """What it does there."""

        LEAD = "lead", pgettext_lazy("role of a partner", "Lead")
        PARTNER = "partner", pgettext_lazy("role of a partner", "Partner")
        RESEARCH = "research", pgettext_lazy("role of a partner", "Research")
        DATA = "data", pgettext_lazy("role of a partner", "Data")
        FIELD = "field", pgettext_lazy("role of a partner", "Field work")
        TECHNOLOGY = "technology", pgettext_lazy("role of a partner", "Technology")
        FUNDER = "funder", pgettext_lazy("role of a partner", "Funder")

    parent = "project"
    written_by = "project__organisation"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="partners")
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.PARTNER)

    objects: ClassVar = PartnerQuerySet.as_manager()

    class Meta(AgreedRow.Meta):
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        constraints = [
            *AgreedRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["project", "organisation"],
                name="events_partner_once",
                violation_error_message=_("This organisation is named twice."),
            ),
            models.UniqueConstraint(
                fields=["project"],
                condition=Q(role="lead"),
                name="events_partner_one_lead",
                violation_error_message=_("A project has one lead."),
            ),
        ]
        # What is shown of them: who takes part in a project, and what an organisation takes part in.
        indexes = [
            models.Index(
                fields=["project", "organisation"],
                condition=Q(agreed_at__isnull=False),
                name="events_partner_of_project",
            ),
            models.Index(
                fields=["organisation", "project"],
                condition=Q(agreed_at__isnull=False),
                name="events_partner_in_projects",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} ({self.get_role_display()})"

    def get_role_display(self) -> str:  # type: ignore[no-redef]  # see display.choice
        """The word for its role."""
        return display.choice(self.Role, self.role)

    @property
    def statement(self) -> str:
        """What the row says of the organisation, as a sentence in the active language."""
        words = {
            "keeper": self.project.keeper,
            "organisation": self.organisation,
            "title": display.nested(self.project),
            "role": self.get_role_display(),
        }
        said = gettext("%(organisation)s is named in the project “%(title)s”, as: %(role)s.")
        if self.project.keeper:
            said = gettext(
                "%(keeper)s names %(organisation)s in the project “%(title)s”, as: %(role)s."
            )
        return said % words


class SourcedRow(Row):
    """A row that states something of a project, and who says so, in French or in English."""

    source = models.CharField(
        _("source"),
        max_length=250,
        blank=True,
        help_text=_("Who states it: an article, a decision, a report."),
    )

    class Meta(Row.Meta):
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=i18n.is_said("source"),
                name="%(app_label)s_%(class)s_sourced",
                violation_error_message=UNSOURCED,
            ),
        ]

    def clean(self) -> None:
        errors = self.further_errors()
        if not i18n.text(self, "source").value.strip():
            errors["source_fr"] = UNSOURCED
        if errors:
            raise ValidationError(errors)

    def further_errors(self) -> dict[str, Any]:
        """What is wrong with this kind of row in particular, by column."""
        return {}


class FundingLine(SourcedRow):
    """An amount that a funder gives to a project, with the source that says so.

    The funder is an organisation of the directory, or somebody named in plain words. Unlike a partner
    it is not asked: what it gives is a fact, for which the source answers.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="funding")
    organisation = models.ForeignKey(
        settings.PORTAL_ORGANISATION_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("funder"),
        help_text=_("An organisation of the directory, by its name."),
    )
    funder = models.CharField(
        _("other funder"),
        max_length=150,
        blank=True,
        help_text=_("Whom the directory does not have, such as a ministry or the European Union."),
    )
    amount = EuroField(
        _("amount"),
        validators=[
            MinValueValidator(1),
            MaxValueValidator(100_000_000_000, _("Check this amount: 100 billion euros at most.")),
        ],
        help_text=_("In euros."),
    )
    programme = models.CharField(pgettext_lazy("funding", "programme"), max_length=150, blank=True)
    year = YearField(
        _("year"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1990), MaxValueValidator(2200)],
    )

    class Meta(SourcedRow.Meta):
        verbose_name = _("funding line")
        verbose_name_plural = _("funding lines")
        constraints = [
            *SourcedRow.Meta.constraints,
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="events_funding_amount_positive"
            ),
            models.CheckConstraint(
                condition=(Q(organisation=None) & ~Q(funder=""))
                | Q(organisation__isnull=False, funder=""),
                name="events_funding_one_funder",
                violation_error_message=ONE_FUNDER,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.funder_name} – {self.amount} €"

    def further_errors(self) -> dict[str, Any]:
        named_once = (self.organisation_id is None) != (not self.funder.strip())
        return {} if named_once else {"organisation": ONE_FUNDER}

    @property
    def funder_name(self) -> str:
        """What the funder is called, whether or not it is in the directory."""
        return self.organisation.name if self.organisation else self.funder

    @property
    def funder_with_page(self) -> Any:
        """The organisation that funds, if it has a page that a visitor may read."""
        published = self.organisation is not None and self.organisation.is_published
        return self.organisation if published else None


class ProjectFigure(SourcedRow):
    """A number that says something of a project, with its date and source."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="figures")
    value = models.CharField(_("figure"), max_length=60)
    label = models.CharField(_("what it counts"), max_length=150)
    date = PartialDateField(_("date"), help_text=_("2024, 2024-04 or 2024-04-15"))

    class Meta(SourcedRow.Meta):
        indexes = [
            models.Index(fields=["-date", "project", "position"], name="events_figure_latest")
        ]
        verbose_name = _("figure")
        verbose_name_plural = _("figures")

    def __str__(self) -> str:
        return f"{i18n.text(self, 'value').value} {i18n.text(self, 'label').value}"


class ProjectLink(LinkRow):
    """A page about a project elsewhere."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="links")
