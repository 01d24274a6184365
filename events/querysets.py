"""Named questions to the database about events and projects."""

import datetime
from typing import Any, Self

from django.db.models import Count, F, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from portal.models import PublishedQuerySet

# What begins at midnight and lasts the day is over a day later.
WHOLE_DAY = datetime.timedelta(days=1)
# An event of which nobody said when it ends counts as going on for as long as this.
END_UNSAID = datetime.timedelta(hours=12)
EARLIEST, LATEST = datetime.date(1900, 1, 1), datetime.date(2200, 1, 1)


class EventQuerySet(PublishedQuerySet):
    """Questions asked of events."""

    def upcoming(self, now: datetime.datetime | None = None) -> Self:
        """Those not over yet, the next first: what goes on counts. Those without a date come last."""
        return self.filter(_ends("gt", now) | Q(starts_at=None)).order_by(
            F("starts_at").asc(nulls_last=True), "pk"
        )

    def past(self, now: datetime.datetime | None = None) -> Self:
        """Those that are over, the latest first."""
        return self.filter(_ends("lte", now)).order_by("-starts_at", "pk")

    def between(self, first: datetime.date | None, last: datetime.date | None) -> Self:
        """Those that take place on some day from `first` to `last`, both included; None is no limit.

        Days are those of the portal's time zone. What has no date is not among them.
        """
        found = self.filter(starts_at__isnull=False)
        if last is not None:
            found = found.filter(starts_at__lt=_midnight(last) + WHOLE_DAY)
        if first is not None:
            start = _midnight(first)
            found = found.filter(
                Q(starts_at__gte=start) | Q(ends_at__gt=start) | Q(all_day=True, ends_at=start)
            )
        return found

    def with_organisers(self) -> Self:
        """With their `agreed_organisers` and commune, for a list: one query more."""
        return self.select_related("commune").prefetch_related(
            Prefetch("organisers", _agreed(self.model, "organisers"), to_attr="agreed_organisers")
        )


class ProjectQuerySet(PublishedQuerySet):
    """Questions asked of projects."""

    def with_partner_count(self) -> Self:
        """With their `partner_count`: the partners a visitor may see, the lead among them."""
        rows = _agreed(self.model, "partners").filter(project=OuterRef("pk")).order_by()
        count = rows.values("project").annotate(count=Count("pk")).values("count")
        return self.annotate(partner_count=Coalesce(Subquery(count), 0))


def _agreed(model: Any, name: str) -> Any:
    """The rows of a model called `name` that a visitor may see."""
    return model._meta.get_field(name).related_model._default_manager.agreed()


def _midnight(day: datetime.date) -> datetime.datetime:
    """When a day begins; one of another age, which no clock can say everywhere, is brought nearer."""
    day = min(max(day, EARLIEST), LATEST)
    return datetime.datetime.combine(day, datetime.time.min, timezone.get_current_timezone())


def _ends(lookup: str, now: datetime.datetime | None) -> Q:
    """Compares the end of an event with `now`; `Event.is_past` says the same of one event."""
    now = now or timezone.now()
    return (
        Q(all_day=False, **{f"ends_at__{lookup}": now})
        | Q(all_day=False, ends_at=None, **{f"starts_at__{lookup}": now - END_UNSAID})
        | Q(all_day=True, **{f"ends_at__{lookup}": now - WHOLE_DAY})
        | Q(all_day=True, ends_at=None, **{f"starts_at__{lookup}": now - WHOLE_DAY})
    )
