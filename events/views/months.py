"""Months of the agenda: the grid of their days, the list it leads into, the ways from one to another."""

import datetime
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Event
from events.querysets import midnight
from portal import display
from portal.display import capitalised
from portal.keeping import recall

# The months that have a page, as the addresses say.
FIRST_YEAR, LAST_YEAR = 2000, 2099
DAY = datetime.timedelta(days=1)
# As many as the grid above them leaves room for on a light page.
PER_PAGE = 8
# The days of more events are not told apart: each of them is read for it.
MOST_IN_GRID = 2_000
# What the days of an event are read from.
DATES = ("starts_at", "ends_at", "all_day", "timezone", "period_fr", "period_en")


class Group(NamedTuple):
    """Events that stand together in a list, under a title."""

    title: str
    events: list[Event]


def by_month(
    events: Iterable[Event],
    *,
    not_before: datetime.date | None = None,
    latest_first: bool = False,
) -> list[Group]:
    """Events under the month they start in, where they take place; last those without a date.

    What began before the month of `not_before`, and goes on, is under that month.
    """
    groups: dict[datetime.date, list[Event]] = {}
    undated = []
    for event in events:
        if event.first_day is None:
            undated.append(event)
            continue
        day = max(event.first_day, not_before or datetime.date.min)
        groups.setdefault(day.replace(day=1), []).append(event)
    found = [
        Group(capitalised(month_words(first)), rows)
        for first, rows in sorted(groups.items(), reverse=latest_first)
    ]
    return [*found, Group(_("Date to be announced"), undated)] if undated else found


def month_words(first: datetime.date) -> str:
    """A month and its year, as it stands in a sentence."""
    return display.partial_date(f"{first:%Y-%m}")


def month_after(first: datetime.date) -> datetime.date:
    """The first day of the next month."""
    return (first + 31 * DAY).replace(day=1)


def month_before(first: datetime.date) -> datetime.date:
    """The first day of the month before."""
    return (first - DAY).replace(day=1)


# --- The days of one month ------------------------------------------------------------------------


class Cell(NamedTuple):
    """A day in the grid: how many events take place on it, and where in the list they stand.

    `blank_before` and `blank_after` are the days of its week that belong to other months.
    """

    day: datetime.date
    number: int
    url: str
    blank_before: int
    blank_after: int

    @property
    def label(self) -> str:
        """What the number says to somebody who does not see where it stands."""
        found = ngettext("%(n)s event on %(day)s", "%(n)s events on %(day)s", self.number)
        return found % {"n": self.number, "day": display.full_date(self.day)}

    @property
    def is_today(self) -> bool:
        return self.day == timezone.localdate()


class Month:
    """The days of a month, and the events that take place on each.

    `events` are all of the month in the order of its list, `PER_PAGE` of them on a page. An event
    counts on each day it takes place on, there; one of which only a period is said on none.
    """

    def __init__(self, first: datetime.date, events: Iterable[Event]) -> None:
        self.first = first
        self.last = month_after(first) - DAY
        self.pages: dict[int, int] = {}
        self.days: dict[datetime.date, list[Event]] = {}
        for position, event in enumerate(events):
            self.pages[event.pk] = position // PER_PAGE + 1
            for day in self._days_of(event):
                self.days.setdefault(day, []).append(event)

    @classmethod
    def of(cls, first: datetime.date, events: QuerySet) -> "Month":
        """The month, from the events of its list: one query, whatever their number."""
        return cls(first, events.only("pk", *DATES))

    def _days_of(self, event: Event) -> list[datetime.date]:
        """The days of this month that an event takes place on."""
        if not event.has_days:
            return []
        first, last = self._within(event.first_day), self._within(event.last_day)
        return [first + n * DAY for n in range((last - first).days + 1)]

    def _within(self, day: datetime.date | None) -> datetime.date:
        """A day, or the day of this month that is nearest to it."""
        return min(max(day or self.first, self.first), self.last)

    def weeks(self, address: Callable[[int], str]) -> list[list[Cell]]:
        """The grid, a list from Monday to Sunday each; `address` is that of a page of the list."""
        weeks: list[list[Cell]] = [[]]
        for n in range((self.last - self.first).days + 1):
            day = self.first + n * DAY
            if day.weekday() == 0 and weeks[-1]:
                weeks.append([])
            weeks[-1].append(self._cell(day, address))
        return weeks

    def _cell(self, day: datetime.date, address: Callable[[int], str]) -> Cell:
        events = self.days.get(day, [])
        # To what begins on this day; what only goes on stands where it began.
        shown = next((e for e in events if self._within(e.first_day) == day), None)
        shown = shown or (events[-1] if events else None)
        return Cell(
            day=day,
            number=len(events),
            url=f"{address(self.pages[shown.pk])}#event-{shown.pk}" if shown else "",
            blank_before=day.weekday() if day == self.first else 0,
            blank_after=6 - day.weekday() if day == self.last else 0,
        )

    def weekdays(self) -> list[tuple[str, str]]:
        """The days of the week, in short and in full."""
        monday = self.first - self.first.weekday() * DAY
        days = [monday + n * DAY for n in range(7)]
        return [(formats.date_format(day, "D"), display.weekday_name(day)) for day in days]


# --- From month to month --------------------------------------------------------------------------


class Reach(NamedTuple):
    """The months between which something takes place, this month among them, as their first days.

    The ways from month to month end there: years of empty pages would keep a search engine busy.
    """

    first: datetime.date
    last: datetime.date

    @classmethod
    def of(cls, events: Any) -> "Reach":
        """That of published events: one query, unless it is kept."""
        today = timezone.localdate()
        moments = recall({"span of events": events.span})["span of events"] or ()
        days = [today, *(timezone.localtime(moment).date() for moment in moments)]
        return cls(_paged(min(days)), _paged(max(days)))

    def before(self, first: datetime.date) -> datetime.date | None:
        """The month to go back to, None where nothing is before."""
        return min(month_before(first), self.last) if first > self.first else None

    def after(self, first: datetime.date) -> datetime.date | None:
        """The month to go on to, None where nothing comes."""
        return max(month_after(first), self.first) if first < self.last else None

    def has(self, first: datetime.date) -> bool:
        """Whether a month is one of them."""
        return self.first <= first <= self.last


def nearest(events: QuerySet, first: datetime.date) -> list[datetime.date]:
    """The months before and after one without events in which there are some: two queries."""
    before = events.filter(starts_at__lt=midnight(first)).order_by("-starts_at")
    after = events.filter(starts_at__gte=midnight(month_after(first))).order_by("starts_at")
    found = [rows.only("pk", *DATES).first() for rows in (before, after)]
    return [_paged(event.first_day) for event in found if event is not None]


def _paged(day: datetime.date) -> datetime.date:
    """The month of a day, or the nearest one that has a page."""
    year = min(max(day.year, FIRST_YEAR), LAST_YEAR)
    month = day.month if year == day.year else 1 if day.year < FIRST_YEAR else 12
    return datetime.date(year, month, 1)


def month_address(first: datetime.date) -> str:
    """The page of a month."""
    return reverse("events:event-month", args=[first.year, first.month])
