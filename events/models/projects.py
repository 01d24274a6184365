"""Projects, their partners, their funding and their figures."""

from typing import Any, ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q, Sum
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext, override, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from events.models.base import Titled
from events.querysets import ProjectQuerySet
from portal import i18n
from portal.cards import Card
from portal.fields import PartialDateField, WebAddressField
from portal.models import AgreedRow, Row


class Project(Titled):
    """Work that partners do together."""

    class Stage(models.TextChoices):
        """How far it has come."""

        IDEA = "idea", pgettext_lazy("stage", "In preparation")
        BID = "bid", pgettext_lazy("stage", "Bid submitted")
        RUNNING = "running", pgettext_lazy("stage", "Running")
        COMPLETED = "completed", pgettext_lazy("stage", "Completed")

    stage = models.CharField(_("stage"), max_length=9, choices=Stage)
    starts_on = PartialDateField(_("start"), blank=True, help_text=_("2024, 2024-04 or 2024-04-15"))
    ends_on = PartialDateField(_("end"), blank=True, help_text=_("2024, 2024-04 or 2024-04-15"))

    objects: ClassVar = ProjectQuerySet.as_manager()

    class Meta(Titled.Meta):
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

    def get_absolute_url(self) -> str:
        return reverse("events:project-detail", args=[self.slug_for(i18n.current())])

    def further_errors(self) -> dict[str, Any]:
        if self.starts_on and self.ends_on:
            known = min(len(self.starts_on), len(self.ends_on))
            if self.ends_on[:known] < self.starts_on[:known]:
                return {"ends_on": _("A project cannot end before it begins.")}
        return {}

    @property
    def funding_total(self) -> int:
        """The sum of its funding lines, in euros: one query unless they were prefetched."""
        if "funding" in getattr(self, "_prefetched_objects_cache", {}):
            return sum(line.amount for line in self.funding.all())
        return self.funding.aggregate(total=Sum("amount"))["total"] or 0

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

    def __str__(self) -> str:
        return f"{self.organisation} ({self.get_role_display()})"

    @property
    def statement(self) -> str:
        """What the row says of the organisation, as a sentence in the active language."""
        words = {
            "organisation": self.organisation,
            "title": self.project,
            "role": self.get_role_display(),
        }
        return (
            gettext("%(organisation)s is named in the project “%(title)s”, as: %(role)s.") % words
        )


class FundingLine(Row):
    """An amount that a funder gives to a project, with the source that says so."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="funding")
    funder = models.CharField(_("funder"), max_length=150)
    amount = models.PositiveBigIntegerField(
        _("amount"), validators=[MinValueValidator(1)], help_text=_("In euros.")
    )
    programme = models.CharField(pgettext_lazy("funding", "programme"), max_length=150, blank=True)
    year = models.PositiveSmallIntegerField(
        _("year"), null=True, blank=True, validators=[MinValueValidator(1990)]
    )
    source = models.CharField(_("source"), max_length=250, help_text=_("Who states this amount."))

    class Meta(Row.Meta):
        verbose_name = _("funding line")
        verbose_name_plural = _("funding lines")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0), name="events_funding_amount_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.funder} – {self.amount} €"


class ProjectFigure(Row):
    """A number that says something of a project, with its date and source."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="figures")
    value = models.CharField(_("figure"), max_length=60)
    label = models.CharField(_("what it counts"), max_length=150)
    date = PartialDateField(_("date"), help_text=_("2024, 2024-04 or 2024-04-15"))
    source = models.CharField(_("source"), max_length=250)

    class Meta(Row.Meta):
        verbose_name = _("figure")
        verbose_name_plural = _("figures")

    def __str__(self) -> str:
        return f"{i18n.text(self, 'value').value} {i18n.text(self, 'label').value}"


class ProjectLink(Row):
    """A page about a project elsewhere."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="links")
    label = models.CharField(pgettext_lazy("link", "label"), max_length=80)
    url = WebAddressField(pgettext_lazy("link", "address"))

    class Meta(Row.Meta):
        verbose_name = _("link")
        verbose_name_plural = _("links")

    def __str__(self) -> str:
        return self.label
