"""Organisations of the territory, what they belong to, and what they offer and look for."""

import datetime
import re
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext, ngettext, override, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from members.models.people import DISTINCTION, Distinction
from members.models.taxonomies import LATITUDE, LONGITUDE, SOURCE
from members.querysets import (
    AffiliationQuerySet,
    ContactQuerySet,
    OrganisationQuerySet,
)
from members.validators import validate_rna, validate_ror, validate_siren
from portal import display, i18n
from portal.cards import Card
from portal.fields import WebAddressField
from portal.models import Published
from portal.nested import Sheet, Shown
from portal.rows import AgreedRow, LinkRow, Row
from portal.words import fold

# What leads to an organisation.
NAMED = ("name", "slug")


class Organisation(Published):
    """An actor of the territory. It may be listed without being a member of the association."""

    class Kind(models.TextChoices):
        """What sort of body it is."""

        LOCAL_AUTHORITY = "local-authority", _("Local authority")
        STATE = "state", _("State service")
        UNIVERSITY = "university", _("University")
        HOSPITAL = "hospital", _("Healthcare institution")
        RESEARCH = "research-organisation", _("Research organisation")
        LABORATORY = "laboratory", _("Laboratory")
        SCHOOL = "school", _("School")
        COMPANY = "company", _("Company")
        STARTUP = "startup", _("Startup")
        NETWORK = "network", _("Network")
        INFRASTRUCTURE = "infrastructure", _("Infrastructure")
        PLACE = "place", pgettext_lazy("kind of organisation", "Venue")
        FOUNDATION = "foundation", _("Foundation")
        PROGRAMME = "programme", pgettext_lazy("kind of organisation", "Programme")

    # What lists are narrowed by, in the index of words as well (`portal/narrowing.py`).
    search_marked = ("kind", "commune", "themes")

    name = models.CharField(_("name"), max_length=150)
    official_name = models.CharField(_("official name"), max_length=250, blank=True)
    short_name = models.CharField(
        _("short name"), max_length=30, blank=True, help_text=_("An acronym, such as CHU.")
    )
    former_name = models.CharField(_("former name"), max_length=150, blank=True)
    # The name as lists are put in order by it; follows `name` at each save. Databases do not agree
    # on where É and lower-case letters stand.
    sort_name = models.CharField(max_length=150, blank=True, editable=False, db_index=True)
    slug = models.SlugField(_("address"), max_length=120, unique=True)
    kind = models.CharField(_("kind"), max_length=24, choices=Kind)
    themes = models.ManyToManyField(
        "members.Theme", blank=True, related_name="organisations", verbose_name=_("themes")
    )
    summary = models.CharField(
        _("summary"),
        max_length=300,
        blank=True,
        help_text=_("One sentence: what you do, for whom. It stands in lists and search results."),
    )
    description = models.TextField(
        _("description"),
        blank=True,
        validators=[MaxLengthValidator(10_000)],
        help_text=_("Markdown: paragraphs, lists, links and headings from ## down."),
    )
    address = models.CharField(_("address"), max_length=250, blank=True)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    commune = models.ForeignKey(
        "members.Commune",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="organisations",
        verbose_name=_("commune"),
    )
    latitude = models.FloatField(_("latitude"), null=True, blank=True, validators=LATITUDE)
    longitude = models.FloatField(_("longitude"), null=True, blank=True, validators=LONGITUDE)
    website = WebAddressField(_("website"), blank=True)
    logo = models.ImageField(_("logo"), upload_to="logos", blank=True, max_length=200)
    logo_alt = models.CharField(
        _("description of the logo"),
        max_length=150,
        blank=True,
        help_text=_("What somebody who cannot see it should hear."),
    )
    siren = models.CharField(
        "SIREN", max_length=9, blank=True, validators=[validate_siren], help_text=_("Nine digits.")
    )
    rna = models.CharField(
        "RNA",
        max_length=10,
        blank=True,
        validators=[validate_rna],
        help_text=_("For associations: W and nine digits."),
    )
    ror = models.CharField(
        "ROR",
        max_length=9,
        blank=True,
        validators=[validate_ror],
        help_text=_("For research: the nine characters after https://ror.org/."),
    )
    verified_on = models.DateField(_("verified on"), null=True, blank=True, editable=False)
    check_asked_on = models.DateField(_("asked to check on"), null=True, blank=True, editable=False)
    sources = models.ManyToManyField("members.Source", blank=True, verbose_name=_("sources"))

    agreed_parents = Shown("parents", lambda rows: rows.agreed(), organisation=NAMED)
    agreed_parts = Shown("affiliations", lambda rows: rows.parts(), part=NAMED)
    running_memberships = Shown(
        "memberships", lambda rows: rows.current(), ["since"], college=["code", "name"]
    )
    public_contacts = Shown(
        "contacts",
        lambda rows: rows.for_everybody(),
        ["name", "role", "email", "phone", "visibility"],
    )
    own_distinctions = Shown("distinctions", columns=DISTINCTION)
    # Apart from those that it received itself: PostgreSQL would look at those of everybody for both.
    received_distinctions = Shown("distinctions", columns=DISTINCTION, person=["name"])
    peoples_distinctions = Shown(
        lambda whose: Distinction.objects.filter(person__organisation=whose).select_related(
            "person"
        ),
        columns=DISTINCTION,
        person=["name"],
    )
    all_exchanges = Shown("exchanges", columns=["direction", "topic", "text"])
    all_links = Shown("links", columns=["label", "url"])
    all_people = Shown("people", columns=["name", "role"])
    all_sources = Shown("sources", columns=SOURCE)
    all_themes = Shown("themes", columns=["code", "name"])

    # What rows of lists say of each, and the API in lists, and what is said of one by itself.
    in_rows = Sheet("name", "short_name", "slug", "kind", "summary", commune=["name"])
    in_api = Sheet(
        *("name", "official_name", "short_name", "former_name", "slug", "kind", "summary"),
        *("latitude", "longitude", "website", "logo", "logo_alt", "verified_on", "updated_at"),
        *("agreed_parents", "running_memberships", "all_exchanges"),
        kept=["all_themes", "commune"],
    )
    whole = Sheet(
        *("*", "agreed_parents", "running_memberships", "all_exchanges", "all_themes"),
        *("agreed_parts", "public_contacts", "all_links", "all_people", "all_sources"),
        commune=["*"],
        is_of_one=True,
    )

    objects: ClassVar = OrganisationQuerySet.as_manager()

    slug_sources = {"slug": "name"}
    page_route = "members:organisation-detail"

    class Meta(Published.Meta):
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["sort_name", "pk"]
        indexes = [
            # The orders of the directory, with its commonest filters.
            models.Index(
                fields=["status", "sort_name", "id"],
                include=["kind", "commune"],
                name="members_organisation_named",
            ),
            models.Index(
                fields=["status", "-updated_at", "id"],
                include=["kind", "commune"],
                name="members_organisation_recent",
            ),
        ]
        constraints = [
            *Published.Meta.constraints,
            models.UniqueConstraint(
                fields=["siren"],
                condition=~Q(siren=""),
                name="members_organisation_siren_once",
                violation_error_message=_("Another organisation already has this SIREN number."),
            ),
            models.UniqueConstraint(
                fields=["rna"],
                condition=~Q(rna=""),
                name="members_organisation_rna_once",
                violation_error_message=_("Another organisation already has this RNA number."),
            ),
            models.UniqueConstraint(
                fields=["ror"],
                condition=~Q(ror=""),
                name="members_organisation_ror_once",
                violation_error_message=_("Another organisation already has this ROR identifier."),
            ),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(latitude__isnull=False, longitude__isnull=False),
                name="members_organisation_whole_point",
                violation_error_message=_("Give both latitude and longitude, or neither."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the name beside itself without accents and capitals."""
        self.sort_name = fold(self.name)[:150]
        fields = kwargs.get("update_fields")
        if fields is not None and "name" in fields:
            kwargs["update_fields"] = {*fields, "sort_name"}
        super().save(*args, **kwargs)

    def clean(self) -> None:
        if self.logo and (undescribed := self.undescribed()):
            raise ValidationError(undescribed)

    def undescribed(self) -> dict[str, Any]:
        if i18n.text(self, "logo_alt").value:
            return {}
        return {"logo_alt_fr": _("Describe the image for those who cannot see it.")}

    @property
    def keeper(self) -> "Organisation":
        return self

    def get_kind_display(self) -> str:  # type: ignore[no-redef]  # see display.choice
        """The word for its kind."""
        return display.choice(self.Kind, self.kind)

    @property
    def what_and_where(self) -> str:
        """Its kind, its commune and, if they were counted, its projects and events on one line."""
        projects, events = getattr(self, "project_count", 0), getattr(self, "event_count", 0)
        counted = []
        if projects:
            words = ngettext("%(n)s project", "%(n)s projects", projects)
            counted.append(words % {"n": display.number(projects)})
        if events:
            words = ngettext("%(n)s event", "%(n)s events", events)
            counted.append(words % {"n": display.number(events)})
        parts = [self.get_kind_display(), str(self.commune or ""), ", ".join(counted)]
        return " · ".join(filter(None, parts))

    @property
    def single_language(self) -> str:
        """The language its texts are in, where the other one lacks some of them, else ""."""
        missing = i18n.missing_language(self, ("summary", "description"))
        return i18n.other(missing) if missing else ""

    @property
    def all_distinctions(self) -> list[Distinction]:
        """What it received and its people did, the latest first: two queries, unless read with it."""
        found: list[Distinction] = [*self.received_distinctions, *self.peoples_distinctions]
        found.sort(key=lambda each: each.pk)
        return sorted(found, key=lambda each: each.date, reverse=True)

    @property
    def siren_url(self) -> str:
        """What the public register of companies says of it."""
        return f"https://annuaire-entreprises.data.gouv.fr/entreprise/{self.siren}"

    @property
    def ror_url(self) -> str:
        """What the register of research organisations says of it."""
        return f"https://ror.org/{self.ror}"

    @property
    def website_host(self) -> str:
        """The site its website is on, without the www that all have."""
        return urlsplit(self.website).netloc.removeprefix("www.")

    @property
    def other_names(self) -> list[str]:
        """What it is called besides its name."""
        names = [self.official_name, self.short_name if self.short_name not in self.name else ""]
        if self.former_name:
            names.append(gettext("formerly %(name)s") % {"name": self.former_name})
        return [name for name in names if name and name != self.name]

    @property
    def is_unverified_for_long(self) -> bool:
        """Whether nobody there said for eighteen months that its profile still holds."""
        if self.verified_on is None:
            return False
        return self.verified_on < timezone.localdate() - datetime.timedelta(days=548)

    @property
    def place(self) -> str:
        """Its address on one line, as far as it is known."""
        commune = str(self.commune or "")
        city = " ".join(part for part in (self.postcode, commune) if part)
        return ", ".join(part for part in (self.address, city) if part)

    def editors(self) -> models.QuerySet:
        """The active people who write for this organisation."""
        people = get_user_model()._default_manager
        return people.filter(is_active=True, seats__organisation=self)

    def owners(self) -> models.QuerySet:
        """Those of them who also say who else may write for it."""
        return self.editors().filter(seats__organisation=self, seats__role="owner").distinct()

    def is_trusted_for(self, kind: str) -> bool:
        """Whether what it submits of this kind is published without waiting."""
        return self.trusts.filter(kind=kind).exists()

    def card(self, language: str) -> Card:
        """What the picture for social networks says of it: its name, its kind and its commune."""
        with override(language):
            parts = [self.get_kind_display(), str(self.commune or "")]
            return Card(self.name, " · ".join(filter(None, parts)))

    def search_texts(self, language: str) -> tuple[str, str]:
        """What this organisation is found by, in a language: its names, a line each, and its texts."""
        names = "\n".join([self.name, self.short_name, self.official_name, self.former_name])
        texts = [i18n.text(self, "summary", language).value]
        texts.append(i18n.text(self, "description", language).value)
        texts += [i18n.text(exchange, "text", language).value for exchange in self.exchanges.all()]
        texts += [i18n.text(theme, "name", language).value for theme in self.themes.all()]
        texts += [row.organisation.name for row in self.parents.agreed()]
        return names, "\n".join(texts)


class Affiliation(AgreedRow):
    """That an organisation is part of another, such as a laboratory of its universities.

    `part` names `organisation`; both pages show it once the latter agreed.
    """

    parent = "part"
    written_by = "part"

    part = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="parents")

    objects: ClassVar = AffiliationQuerySet.as_manager()

    class Meta(AgreedRow.Meta):
        verbose_name = _("organisation it is part of")
        verbose_name_plural = _("part of")
        constraints = [
            *AgreedRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["part", "organisation"],
                name="members_affiliation_once",
                violation_error_message=_("This organisation is named twice."),
            ),
            models.CheckConstraint(
                condition=~Q(part=F("organisation")),
                name="members_affiliation_of_another",
                violation_error_message=_("An organisation cannot be part of itself."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisation)

    @property
    def question(self) -> str:
        """What the organisation is asked, in the active language."""
        words = {"name": self.organisation, "part": self.part}
        return gettext("Is %(part)s part of %(name)s?") % words

    @property
    def statement(self) -> str:
        """What the row says of the organisation, as a sentence in the active language."""
        words = {"name": self.organisation, "part": self.part}
        return gettext("The profile of %(part)s says that it is part of %(name)s.") % words


class Exchange(Row):
    """Something an organisation offers to others, or looks for."""

    class Direction(models.TextChoices):
        """Which way it goes."""

        OFFER = "offer", pgettext_lazy("exchange", "We offer")
        NEED = "need", pgettext_lazy("exchange", "We are looking for")

    class Topic(models.TextChoices):
        """What it is about: a filter of the directory."""

        PARTNERS = "partners", _("Project partners")
        DATA = "data", pgettext_lazy("topic", "Data")
        RECRUITMENT = "recruitment", _("Recruitment")
        COMPUTING = "computing", _("Computing power")
        FUNDING = "funding", _("Funding")
        TRAINING = "training", _("Training")
        PREMISES = "premises", _("Premises and equipment")
        EXPERTISE = "expertise", _("Expertise")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="exchanges"
    )
    direction = models.CharField(_("direction"), max_length=5, choices=Direction)
    topic = models.CharField(_("topic"), max_length=12, choices=Topic)
    text = models.CharField(_("text"), max_length=300)

    class Meta(Row.Meta):
        verbose_name = _("offer or need")
        verbose_name_plural = _("offers and needs")
        indexes = [
            models.Index(
                fields=["direction", "topic", "organisation"], name="members_exchange_of_topic"
            )
        ]

    def __str__(self) -> str:
        return i18n.text(self, "text").value


class OrganisationLink(LinkRow):
    """A link of an organisation besides its website."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="links")


class Contact(Row):
    """A way to reach an organisation, shown to those it chose."""

    class Visibility(models.TextChoices):
        """Who may read it."""

        PUBLIC = "public", _("Everybody")
        MEMBERS = "members", _("Members of the association")
        STAFF = "staff", _("The association’s team")

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="contacts"
    )
    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    visibility = models.CharField(
        _("shown to"), max_length=8, choices=Visibility, default=Visibility.STAFF
    )

    objects: ClassVar = ContactQuerySet.as_manager()

    class Meta(Row.Meta):
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")

    def __str__(self) -> str:
        return self.name

    @property
    def phone_url(self) -> str:
        """The number as a telephone dials it."""
        return "tel:" + re.sub(r"[^+0-9]", "", self.phone)
