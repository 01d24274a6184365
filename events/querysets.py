"""Named questions to the database about events and projects."""

import datetime
from typing import Self

from django.db.models import F, Q
from django.utils import timezone

from portal.models import PublishedQuerySet


class EventQuerySet(PublishedQuerySet):
    """Questions asked of events."""

    def upcoming(self, now: datetime.datetime | None = None) -> Self:
        """Those not over yet, the next first: what goes on counts, and a whole day until midnight."""
        now = now or timezone.now()
        today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
        return self.filter(
            Q(starts_at__gte=now)
            | Q(ends_at__gte=now)
            | Q(all_day=True, starts_at__gte=today)
            | Q(all_day=True, ends_at__gte=today)
        ).order_by("starts_at", "pk")

    def past(self, now: datetime.datetime | None = None) -> Self:
        """Those that are over, the latest first; those known by their period only come last."""
        upcoming = self.model._default_manager.upcoming(now).values("pk")
        return self.exclude(pk__in=upcoming).order_by(F("starts_at").desc(nulls_last=True), "pk")

    def between(self, first: datetime.date, last: datetime.date) -> Self:
        """Those that take place on some day from `first` to `last`, both included."""
        zone = timezone.get_current_timezone()
        start = datetime.datetime.combine(first, datetime.time.min, zone)
        end = datetime.datetime.combine(last, datetime.time.max, zone)
        return self.filter(starts_at__lte=end).filter(
            Q(ends_at__gte=start) | Q(ends_at=None, starts_at__gte=start)
        )


class ProjectQuerySet(PublishedQuerySet):
    """Questions asked of projects."""
