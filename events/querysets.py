"""Named questions to the database about events and projects."""

import datetime
from collections.abc import Iterable
from typing import Any, Self

from django.db.models import (
    Case,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Now
from django.utils import timezone

from portal.keyset import in_either
from portal.models import PublishedQuerySet, Status
from portal.rows import AgreedRowQuerySet

# What begins at midnight and lasts the day is over a day later.
WHOLE_DAY = datetime.timedelta(days=1)
# An event of which nobody said when it ends counts as going on for as long as this.
END_UNSAID = datetime.timedelta(hours=12)
# What is over for longer is left to the agenda: calendars and feeds are about now.
REMEMBERED = datetime.timedelta(days=366)
EARLIEST, LATEST = datetime.date(1900, 1, 1), datetime.date(2200, 1, 1)
# When what has no date is over: later than anybody asks for.
NEVER = datetime.datetime(3000, 1, 1, tzinfo=datetime.UTC)
# The order of what is to come; those without a date come last. Said so that no index has it: what is to
# come stands behind all that is over there, and is found by when it is over instead.
SOONEST_FIRST = (Greatest("starts_at", "starts_at").asc(nulls_last=True), "pk")
# So many projects are ranked by their partners, the latest ones.
MOST_RANKED = 1_000
# When what is shown of an event, or was, changed.
SHOWN_CHANGES = tuple(
    Max(name)
    for name in (
        "updated_at",
        *("organisers__agreed_at", "organisers__declined_at"),
        "organisers__organisation__updated_at",
    )
)
PERIODS = ("period_fr", "period_en")


class EventQuerySet(PublishedQuerySet):
    """Questions asked of events."""

    def upcoming(self, now: datetime.datetime | Now | None = None) -> Self:
        """Those not over yet, the next first: what goes on counts. Those without a date come last."""
        return self.filter(over_at__gt=now or timezone.now()).order_by(*SOONEST_FIRST)

    def next_by_index(
        self, now: datetime.datetime | None = None, first: datetime.datetime | None = None
    ) -> Self:
        """Those to come that have a date, in the same order, which is met by walking.

        An index has events in the order of their start. There they stand behind all that is over, and
        little is over from the first start on of what is not, unless something lasts for years. None
        may start before `first`, which is looked for where it is not known.
        """
        now = now or timezone.now()
        since: Any = first
        if first is None:
            public: Any = self.model._default_manager
            since = Subquery(public.published().filter(over_at__gt=now)._first_starts())
        coming = self.filter(over_at__gt=now, starts_at__gte=since)
        return coming.order_by("starts_at", "pk")

    def first_start(self) -> datetime.datetime | None:
        """When the first of these starts, if any has a date: one query."""
        return min(filter(None, self._first_starts()), default=None)

    def _first_starts(self) -> Any:
        """When the first of each status starts. Asked for the least of all, PostgreSQL walks past every
        event that is over to meet it; in groups it reads those that are asked for."""
        rows = self.order_by().values("status").annotate(first=Min("starts_at"))
        return rows.values_list("first", flat=True)

    def soonest(self, number: int) -> Self:
        """So many of these, found by their keys."""
        keys = self.upcoming().values("pk")[:number]
        rows: Any = self.model._default_manager.filter(pk__in=keys)
        soonest: Self = rows.order_by(*SOONEST_FIRST)
        return soonest

    def past(self, now: datetime.datetime | Now | None = None) -> Self:
        """Those that are over, the latest first."""
        now = now or timezone.now()
        # Whatever is over has begun: said as well, for the index in whose order they come.
        return self.filter(over_at__lte=now, starts_at__lte=now).order_by("-starts_at", "pk")

    def between(self, first: datetime.date | None, last: datetime.date | None) -> Self:
        """Those that take place on some day from `first` to `last`, both included; None is no limit.

        Days are those of the portal's time zone. What has no date is not among them.
        """
        found = self.filter(starts_at__isnull=False)
        if last is not None:
            found = found.filter(starts_at__lt=midnight(last) + WHOLE_DAY)
        if first is not None:
            start = midnight(first)
            # Whatever is over before cannot be among them, and has an index that says so.
            found = found.filter(
                Q(starts_at__gte=start) | Q(ends_at__gt=start) | Q(all_day=True, ends_at=start),
                over_at__gte=start,
            )
        return found

    def recent(self, now: datetime.datetime | None = None) -> Self:
        """Those to come, with or without a date, and those over for a year at most."""
        return self.filter(over_at__gt=(now or timezone.now()) - REMEMBERED)

    def dated(self) -> Self:
        """Those whose dates are to be read, as `Event.has_days` says of one event."""
        unsaid = [Q(**{f"{column}__isnull": True}) | Q(**{column: ""}) for column in PERIODS]
        return self.filter(*unsaid, starts_at__isnull=False)

    def nearest_first(self, now: datetime.datetime | None = None) -> Self:
        """Those to come, the next first, then those that are over, the latest first."""
        now = now or timezone.now()
        over = Case(When(over_at__lte=now, then=Value(1)), default=Value(0))
        start = Case(When(over_at__gt=now, then=F("starts_at")))
        return self.order_by(over, start.asc(nulls_last=True), "-starts_at", "pk")

    def nearest(self, number: int) -> Self:
        """So many of these, which have dates: the first in this order (`nearest_first`)."""
        return self.around_now(number, number).nearest_first()[:number]

    def organised_by(self, organisation: Any) -> Self:
        """Those in which an organisation agreed to be named as organising; none unless it is public."""
        if not organisation.is_published:
            return self.none()
        organisers: Any = self.model._meta.get_field("organisers").related_model
        agreed = organisers.objects.filter(organisation=organisation, agreed_at__isnull=False)
        return self.filter(pk__in=agreed.order_by().values("event"))

    def naming(self, organisation: Any) -> Self:
        """Those in which an organisation, or that of a query around this one, agreed to be named.

        Whether it is public is for the caller to know.
        """
        return self.filter(
            organisers__organisation=organisation, organisers__agreed_at__isnull=False
        )

    def around_now(self, coming: int, over: int) -> Self:
        """Of these, which have dates: so many of those to come, the next ones, and of those over, the
        latest."""
        now = timezone.now()
        keys = (self.next_by_index(now).values("pk")[:coming], self.past(now).values("pk")[:over])
        rows: Any = self.model._default_manager.filter(in_either(self.db, *keys))
        found: Self = rows
        return found

    def with_organisers(self) -> Self:
        """With their `agreed_organisers` and commune, for a list: no query more."""
        return self.select_related("commune").showing("agreed_organisers")

    def for_rows(self) -> Self:
        """With what the row of a list says of each: no query more."""
        return self.reading("in_rows")

    def in_full(self) -> Self:
        """With all that their public content names, for API, tables, calendars and feeds."""
        return self.with_organisers().showing("all_themes")

    def whole(self) -> Self:
        """With all that the page of one shows: no query more."""
        return self.reading("whole")

    def span(self) -> tuple[datetime.datetime, datetime.datetime] | None:
        """The first and the last moment at which one of them takes place: one query."""
        # What ends last is over last, or a day before that at most: no other row is looked at.
        dated = self.filter(over_at__lt=NEVER).order_by()
        latest = dated.order_by("-over_at").values("over_at")[:1]
        nearly = ExpressionWrapper(Subquery(latest) - WHOLE_DAY, output_field=DateTimeField())
        end = Coalesce("ends_at", "starts_at")
        ends = dated.filter(over_at__gte=nearly).annotate(end=end)
        last = ends.order_by("-end").values("end")[:1]
        begun = self.filter(starts_at__isnull=False).order_by("starts_at")
        return begun.annotate(last=Subquery(last)).values_list("starts_at", "last").first()

    def last_change(self, shown: Iterable[Any]) -> datetime.datetime | None:
        """When a list of these events, of which some are shown, last changed.

        That is when any of them did, withdrawn ones and those that left the list included, or what is
        shown of organisers. Themes and communes, which only staff rename, are not looked at. One query.
        """
        latest: dict[str, Any] = {
            status.value: Subquery(
                self.model._default_manager.filter(status=status)
                .order_by("-updated_at", "-pk")
                .values("updated_at")[:1]
            )
            for status in (Status.PUBLISHED, Status.WITHDRAWN)
        }
        keys = [event.pk for event in shown]
        if not keys:
            some = self.model._default_manager.order_by("pk").annotate(**latest)
            return self._latest(some.values(*latest).first() or {})
        return self._latest(
            self.model._default_manager.filter(pk__in=keys)
            .order_by()
            .aggregate(*SHOWN_CHANGES, **{status: Max(when) for status, when in latest.items()})
        )

    def last_change_of_one(self, event: Any) -> datetime.datetime | None:
        """When something that one event shows last changed: one query."""
        return self._latest(self.filter(pk=event.pk).order_by().aggregate(*SHOWN_CHANGES))

    @staticmethod
    def _latest(found: dict[str, Any]) -> datetime.datetime | None:
        return max((moment for moment in found.values() if moment), default=None)


class ProjectQuerySet(PublishedQuerySet):
    """Questions asked of projects."""

    def with_partner_count(self) -> Self:
        """With their `partner_count`: the partners a visitor may see, the lead among them."""
        model: Any = self.model
        return self.annotate(partner_count=model.partner_count.expression(model))

    def for_rows(self) -> Self:
        """With what the row of a list says of each: no query more."""
        return self.reading("in_rows")

    def in_full(self) -> Self:
        """With all that their public content names, for API and tables: no query more."""
        return self.showing("agreed_partners", "all_funding", "all_themes")

    def whole(self) -> Self:
        """With all that the page of one shows: no query more."""
        return self.reading("whole")

    def funded(self) -> Self:
        """Those a visitor may read whose funding is stated."""
        lines: Any = self.model._meta.get_field("funding").related_model
        stated = lines._default_manager.filter(project=OuterRef("pk"))
        return self.published().filter(Exists(stated))

    def ranked(self) -> Self:
        """With their `partner_count`: those with the most partners first, then the latest.

        Of very many only the latest are looked at.
        """
        latest = self.order_by("-published_at", "-pk").values("pk")[:MOST_RANKED]
        rows: Any = self.model._default_manager.filter(pk__in=latest)
        ranked: Self = rows.with_partner_count()
        return ranked.order_by("-partner_count", "-published_at", "pk")

    def naming(self, organisation: Any) -> Self:
        """Those in which an organisation, or that of a query around this one, agreed to be named.

        Whether it is public is for the caller to know.
        """
        return self.filter(partners__organisation=organisation, partners__agreed_at__isnull=False)


class PartnerQuerySet(AgreedRowQuerySet):
    """Questions asked of the partners of projects."""

    def telling_founders(self) -> Self:
        """With `is_founder`: whether the association counts the organisation among its founders."""
        organisations: Any = self.model._meta.get_field("organisation").related_model
        memberships = organisations._meta.get_field("memberships").related_model.objects
        return self.annotate(is_founder=Exists(memberships.founding(OuterRef("organisation"))))


def midnight(day: datetime.date) -> datetime.datetime:
    """When a day begins; one of another age, which no clock can say everywhere, is brought nearer."""
    day = min(max(day, EARLIEST), LATEST)
    return datetime.datetime.combine(day, datetime.time.min, timezone.get_current_timezone())


def over_at(
    starts_at: datetime.datetime | None, ends_at: datetime.datetime | None, all_day: bool
) -> datetime.datetime:
    """When an event is over, as its row has it: what lasts the day a day later, what nobody knows never.

    An event of which only the start is said goes on for `END_UNSAID`.
    """
    last = ends_at or starts_at
    if last is None or last >= NEVER:
        return NEVER
    if all_day:
        return last + WHOLE_DAY
    return last if ends_at else last + END_UNSAID
