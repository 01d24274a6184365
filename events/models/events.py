"""Events, and the organisations that organise them together."""

import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext, override, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from events.models.base import Titled
from events.querysets import NEVER, PERIODS, EventQuerySet, over_at
from members.models.organisations import NAMED
from portal import display, i18n, time_zones
from portal.cards import Card
from portal.fields import CodeListField, MomentField, PriceField, WebAddressField
from portal.nested import Sheet, Shown
from portal.rows import AgreedRow

# What says when an event is over.
DATES = frozenset({"starts_at", "ends_at", "all_day"})


def validate_time_zone(value: str) -> None:
    """Refuse what is not a time zone of the IANA database."""
    if time_zones.named(value) is None:
        raise ValidationError(_("This is not a known time zone, such as Europe/Paris."))


class Event(Titled):
    """Something that takes place, on site, online, or both."""

    class Kind(models.TextChoices):
        """What sort of event it is."""

        ASSEMBLY = "assembly", _("Assembly")
        CONFERENCE = "conference", _("Conference")
        FORUM = "forum", _("Forum")
        HEARING = "hearing", _("Hearing")
        ROUND_TABLE = "round-table", _("Round table")
        CONSULTATION = "consultation", _("Consultation")
        WORKSHOP = "workshop", _("Workshop")
        MEETUP = "meetup", _("Meet-up")
        TRAINING = "training", pgettext_lazy("kind of event", "Training")
        WEBINAR = "webinar", _("Webinar")

    class Outcome(models.TextChoices):
        """Whether it takes place as announced (schema.org's EventStatusType)."""

        PLANNED = "planned", _("As planned")
        POSTPONED = "postponed", _("Postponed")
        CANCELLED = "cancelled", _("Cancelled")

    class Qualifier(models.TextChoices):
        """How well the number of participants is known."""

        EXACT = "exact", _("exactly")
        MORE_THAN = "more-than", _("more than")
        ABOUT = "about", _("about")

    LANGUAGES = [
        ("fr", _("French")),
        ("en", _("English")),
        ("es", _("Spanish")),
        ("oc", _("Occitan")),
        ("lsf", _("French Sign Language")),
    ]
    AUDIENCES = [
        ("public", _("General public")),
        ("researchers", _("Researchers")),
        ("companies", _("Companies")),
        ("startups", _("Startups")),
        ("students", _("Students and pupils")),
        ("public-bodies", _("Public bodies")),
        ("health-professionals", _("Health professionals")),
    ]

    # What lists are narrowed by, in the index of words as well (`portal/narrowing.py`).
    search_marked = ("kind", "commune", "themes", "languages", "is_online", "is_free", "over_at")

    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    outcome = models.CharField(
        _("takes place"), max_length=9, choices=Outcome, default=Outcome.PLANNED
    )
    starts_at = MomentField(_("start"), zone="timezone", whole_day="all_day", null=True, blank=True)
    ends_at = MomentField(_("end"), zone="timezone", whole_day="all_day", null=True, blank=True)
    all_day = models.BooleanField(_("all day"), default=False)
    # Made of these three whenever the row is saved, so that the agenda finds by an index what is over.
    over_at = models.DateTimeField(db_default=NEVER, editable=False)
    timezone = models.CharField(
        _("time zone"), max_length=40, default=settings.TIME_ZONE, validators=[validate_time_zone]
    )
    period = models.CharField(
        _("period"),
        max_length=80,
        blank=True,
        help_text=_("In words, while there is no date: “autumn 2027”."),
    )
    place = models.CharField(_("place"), max_length=150, blank=True)
    address = models.CharField(_("address"), max_length=250, blank=True)
    commune = models.ForeignKey(
        "members.Commune",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("commune"),
    )
    online_url = WebAddressField(_("online address"), blank=True)
    languages = CodeListField(_("languages spoken"), codes=LANGUAGES)
    audience = CodeListField(_("audience"), codes=AUDIENCES)
    price = PriceField(
        _("price"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("In euros; 0 if it is free. Leave empty if it is not known."),
    )
    registration_url = WebAddressField(_("registration address"), blank=True)
    attendance = models.PositiveIntegerField(
        _("participants"),
        null=True,
        blank=True,
        validators=[
            MaxValueValidator(1_000_000, _("Check this number: a million people at most."))
        ],
    )
    attendance_qualifier = models.CharField(
        _("how well the number is known"), max_length=9, choices=Qualifier, blank=True
    )
    projects = models.ManyToManyField(
        "events.Project", blank=True, related_name="events", verbose_name=_("projects")
    )

    agreed_organisers = Shown("organisers", lambda rows: rows.agreed(), organisation=NAMED)
    published_projects = Shown(
        "projects",
        lambda rows: rows.published().with_partner_count().order_by("pk"),
        ["title", "slug", "summary", "description", "stage", "partner_count"],
    )

    # What rows of lists say of each where it is shown of something else.
    IN_ROWS = (
        *("title", "slug", "summary", "description", "kind", "outcome", "agreed_organisers"),
        *("starts_at", "ends_at", "all_day", "timezone", "period"),
        *("place", "online_url", "registration_url"),
    )
    in_rows = Sheet(*IN_ROWS, commune=["name"])
    # What the API says of each in lists, and what is said of one by itself.
    in_api = Sheet(
        *("title", "slug", "summary", "kind", "outcome", "starts_at", "ends_at", "all_day"),
        *("timezone", "period", "place", "address", "online_url", "registration_url", "price"),
        *("languages", "audience", "attendance", "attendance_qualifier", "image", "image_alt"),
        *("updated_at", "agreed_organisers"),
        kept=["all_themes", "commune"],
    )
    whole = Sheet(
        *("*", "agreed_organisers", "all_themes", "published_projects", "all_sources"),
        commune=["*"],
        is_of_one=True,
    )

    page_route = "events:event-detail"

    objects: ClassVar = EventQuerySet.as_manager()

    class Meta(Titled.Meta):
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = [F("starts_at").desc(nulls_last=True), "pk"]
        indexes = [
            # The order of the agenda, what tells the past from what is to come, its commonest filter:
            # the keys of a page, however deep, are read from here alone, and so are those of some days.
            models.Index(
                fields=["status", "-starts_at", "id"],
                include=["over_at", "kind", "ends_at", "all_day"],
                name="events_event_began",
            ),
            # The same of one kind, with all that is counted of it: others are not passed on the way.
            models.Index(
                fields=["status", "kind", "-starts_at", "id"],
                include=[
                    *("over_at", "commune", "price", "languages", "online_url"),
                    *("ends_at", "all_day"),
                ],
                name="events_event_of_kind",
            ),
            # What is over or not, or takes place on some days, with all that is counted of it.
            models.Index(
                fields=["status", "over_at", "starts_at", "kind", "id"],
                include=["commune", "price", "languages", "online_url", "ends_at", "all_day"],
                name="events_event_lasting",
            ),
            # What was announced last, and what changed last.
            models.Index(
                fields=["status", "-published_at", "-id"],
                include=["outcome"],
                name="events_event_published",
            ),
            models.Index(fields=["status", "-updated_at", "-id"], name="events_event_changed"),
        ]
        constraints = [
            *Titled.Meta.constraints,
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(starts_at__isnull=False, ends_at__gte=F("starts_at")),
                name="events_event_ends_after_start",
                violation_error_message=_("An event cannot end before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=False) | i18n.is_said("period"),
                name="events_event_dated",
                violation_error_message=_("Give a start, or say the period in words."),
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Saves the row, and when it is over with its dates."""
        # Dates may have been given as texts.
        to_python = models.DateTimeField().to_python
        start, end = to_python(self.starts_at), to_python(self.ends_at)
        self.over_at = over_at(start, end, self.all_day)
        named = kwargs.get("update_fields")
        if named is not None and DATES.intersection(named):
            kwargs["update_fields"] = {*named, "over_at"}
        super().save(*args, **kwargs)

    def get_kind_display(self) -> str:  # type: ignore[no-redef]  # see display.choice
        """The word for its kind."""
        return display.choice(self.Kind, self.kind)

    def get_outcome_display(self) -> str:  # type: ignore[no-redef]  # see display.choice
        """The word for its outcome."""
        return display.choice(self.Outcome, self.outcome)

    def further_errors(self) -> dict[str, Any]:
        errors: dict[str, Any] = {}
        if self.starts_at is None and not i18n.text(self, "period").value:
            errors["starts_at"] = _("Give a start, or say the period in words.")
        if self.ends_at and not self.starts_at:
            errors["starts_at"] = _("An event that ends has a start.")
        if self.starts_at and self.ends_at and self.ends_at < self.starts_at:
            errors["ends_at"] = _("An event cannot end before it begins.")
        return errors

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which its dates are said."""
        return ZoneInfo(self.timezone)

    @property
    def local_start(self) -> datetime.datetime | None:
        """When it starts, in its own time zone."""
        return timezone.localtime(self.starts_at, self.zone) if self.starts_at else None

    @property
    def local_end(self) -> datetime.datetime | None:
        """When it ends, in its own time zone."""
        return timezone.localtime(self.ends_at, self.zone) if self.ends_at else None

    @property
    def first_day(self) -> datetime.date | None:
        """The day it starts on, where it takes place."""
        return self.local_start.date() if self.local_start else None

    @property
    def last_day(self) -> datetime.date | None:
        """The last day it takes place on, there; what ends at midnight ends with the day before."""
        start, end = self.local_start, self.local_end
        if start is None or end is None:
            return self.first_day
        if end > start and not self.all_day:
            end -= datetime.timedelta(microseconds=1)
        return end.date()

    @property
    def has_days(self) -> bool:
        """Whether its dates are to be read; beside a period in words they only put it in order."""
        return self.starts_at is not None and not any(getattr(self, name) for name in PERIODS)

    @property
    def stated_start(self) -> datetime.datetime | None:
        """When it starts, as far as that is to be read."""
        return self.starts_at if self.has_days else None

    @property
    def stated_end(self) -> datetime.datetime | None:
        """When it ends, as far as that is to be read."""
        return self.ends_at if self.has_days else None

    @property
    def is_past(self) -> bool:
        """Whether it is over, as `EventQuerySet.past` counts it."""
        return over_at(self.starts_at, self.ends_at, self.all_day) <= timezone.now()

    @property
    def where(self) -> str:
        """Its place and its commune on one line, the commune not twice."""
        return ", ".join(self._places())

    @property
    def who_and_where(self) -> str:
        """Its organisers and its place on one line: a query where they were not read with it."""
        names = [row.organisation.name for row in self.agreed_organisers]
        parts = [*names, *(place for place in self._places() if place not in names)]
        if self.is_online:
            parts.append(pgettext("event", "online"))
        return ", ".join(parts)

    def _places(self) -> list[str]:
        commune = self.commune.name if self.commune else ""
        return [part for part in (self.place, commune if commune not in self.place else "") if part]

    @property
    def is_online(self) -> bool:
        return bool(self.online_url)

    @property
    def is_free(self) -> bool:
        return self.price == 0

    def card(self, language: str) -> Card:
        """What the picture for social networks says of it: its title, when and where it is."""
        with override(language):
            when = i18n.text(self, "period").value
            if self.has_days and self.local_start:
                when = display.date_range(self.local_start, self.local_end)
            where = self.where or (pgettext("event", "online") if self.is_online else "")
            line = [part for part in (self.get_kind_display(), when, where) if part]
            return Card(i18n.text(self, "title", language).value, " · ".join(line))

    @property
    def card_arches(self) -> int:
        """One for each organiser: one query."""
        return self.organisers.agreed().count()

    def search_texts(self, language: str) -> tuple[str, str]:
        """What this event is found by, in a language."""
        texts = [*self.texts_for_search(language), self.place]
        texts += [row.organisation.name for row in self.organisers.agreed()]
        return i18n.text(self, "title", language).value, "\n".join(texts)


class EventOrganiser(AgreedRow):
    """An organisation that organises an event, alone or with others."""

    parent = "event"
    written_by = "event__organisation"

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="organisers")

    class Meta(AgreedRow.Meta):
        verbose_name = _("organiser")
        verbose_name_plural = _("organisers")
        constraints = [
            *AgreedRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["event", "organisation"],
                name="events_organiser_once",
                violation_error_message=_("This organisation is named twice."),
            ),
        ]
        # What is shown of them: who organises an event, and what an organisation does.
        indexes = [
            models.Index(
                fields=["event", "organisation"],
                condition=Q(agreed_at__isnull=False),
                name="events_organiser_of_event",
            ),
            models.Index(
                fields=["organisation", "event"],
                condition=Q(agreed_at__isnull=False),
                name="events_organiser_of_events",
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisation)

    @property
    def statement(self) -> str:
        """What the row says of the organisation, as a sentence in the active language."""
        words = {
            "keeper": self.event.keeper,
            "organisation": self.organisation,
            "title": display.nested(self.event),
        }
        said = gettext("%(organisation)s is named as an organiser of the event “%(title)s”.")
        if self.event.keeper:
            said = gettext(
                "%(keeper)s names %(organisation)s as an organiser of the event “%(title)s”."
            )
        return said % words
