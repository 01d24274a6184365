"""What can be counted of the territory: each figure with its rule, its source and its rows.

Only what a visitor may read is counted: what is published, organisations that agreed to be named,
memberships that run today.
"""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from events.models import Event, FundingLine, Project
from events.models.base import SHARED_FIELDS
from members.models import College, Membership, Organisation, Theme
from portal import display, i18n
from portal.fields import CodeListField
from portal.models import Status
from portal.words import fold

MONTHS_BEFORE, MONTHS_AFTER = 12, 11


class Row(NamedTuple):
    """One number of a figure; `sources` say who states it, if it is not the portal itself."""

    name: str
    number: int
    colour: str = ""
    is_open: bool = False
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Figure:
    """Something that is counted, one number for each row. `code` stands in addresses."""

    code: str
    title: Any
    # The heads of its table: what a row is, and what its number counts.
    row: Any
    counted: Any
    rule: Any
    rows: Callable[[], list[Row]]
    is_money: bool = False
    # Names short enough to stand beside their bars.
    is_compact: bool = False
    # How many rows there is room for on the page; the table to download has all.
    most: int = 15

    def words(self, number: int) -> str:
        """A number of this figure as people write it."""
        return display.euros(number) if self.is_money else display.number(number)


# --- Organisations --------------------------------------------------------------------------------


def _kinds(organisations: QuerySet) -> list[Row]:
    found = organisations.order_by().values_list("kind").annotate(n=Count("pk"))
    labels = dict(Organisation.Kind.choices)
    return _largest(
        Row(str(labels.get(kind, kind)), n, display.FAMILIES.get(kind, "")) for kind, n in found
    )


def actors_by_kind() -> list[Row]:
    """One query."""
    return _kinds(Organisation.objects.published())


def members_by_kind() -> list[Row]:
    """One query."""
    return _kinds(Organisation.objects.published().members())


def members_by_college() -> list[Row]:
    """One query."""
    running = Membership.objects.current().filter(organisation__status=Status.PUBLISHED)
    members = Count("memberships__organisation", filter=Q(memberships__in=running), distinct=True)
    colleges = College.objects.annotate(members=members).filter(members__gt=0)
    return _largest(Row(str(college), college.members) for college in colleges)


# --- Projects -------------------------------------------------------------------------------------


def projects_by_theme() -> list[Row]:
    """One query."""
    public = Count("projects", filter=Q(projects__status=Status.PUBLISHED), distinct=True)
    themes = Theme.objects.annotate(public=public).filter(public__gt=0)
    return _largest(Row(str(theme), theme.public) for theme in themes)


def _funding(name_of: Callable[[FundingLine], str]) -> list[Row]:
    """The amounts of published projects under a name, each with its sources: one query."""
    lines: dict[str, list[FundingLine]] = {}
    stated = FundingLine.objects.filter(project__status=Status.PUBLISHED)
    for line in stated.order_by("position", "pk"):
        lines.setdefault(name_of(line), []).append(line)
    return [
        Row(
            name,
            sum(line.amount for line in found),
            sources=tuple(dict.fromkeys(line.source for line in found)),
        )
        for name, found in lines.items()
    ]


def funding_by_funder() -> list[Row]:
    """One query."""
    return _largest(_funding(lambda line: line.funder))


def funding_by_year() -> list[Row]:
    """One query; the latest first, last what has no year."""
    without = _("Year not stated")
    found = _funding(lambda line: str(line.year) if line.year else without)
    return sorted(found, key=lambda row: (row.name != without, row.name), reverse=True)


# --- Events and texts -----------------------------------------------------------------------------


def _events() -> Any:
    return Event.objects.published().exclude(outcome=Event.Outcome.CANCELLED)


def events_by_month() -> list[Row]:
    """One query. Months to come are open: more may be announced in them."""
    this = timezone.localdate().replace(day=1)
    months = [_month(this, away) for away in range(-MONTHS_BEFORE, MONTHS_AFTER + 1)]
    counts = dict.fromkeys(months, 0)
    # A day more on either side: each event is counted in its own time zone.
    day = datetime.timedelta(days=1)
    near = _events().between(months[0] - day, _month(months[-1], 1))
    for event in near.only("starts_at", "timezone", "period_fr", "period_en"):
        first = event.local_start.date().replace(day=1)
        if event.has_days and first in counts:
            counts[first] += 1
    return [
        Row(display.partial_date(f"{month:%Y-%m}"), number, is_open=month > this)
        for month, number in counts.items()
    ]


def _month(first: datetime.date, away: int) -> datetime.date:
    """The first day of the month so many months away."""
    months = first.year * 12 + first.month - 1 + away
    return datetime.date(months // 12, months % 12 + 1, 1)


def languages_spoken() -> list[Row]:
    """One query; last those of which nobody said."""
    spoken = {
        f"n{place}": Count("pk", filter=Q(languages__contains=CodeListField.having(code)))
        for place, (code, _label) in enumerate(Event.LANGUAGES)
    }
    found = _events().order_by().aggregate(**spoken, unsaid=Count("pk", filter=Q(languages="")))
    rows = _largest(
        Row(str(label), found[f"n{place}"]) for place, (_code, label) in enumerate(Event.LANGUAGES)
    )
    unsaid = Row(pgettext("language", "Not stated"), found["unsaid"])
    return [row for row in [*rows, unsaid] if row.number]


# What has texts in two languages: its name in the plural, and the texts that its page shows.
WRITTEN: tuple[tuple[Any, Any, tuple[str, ...]], ...] = (
    (Organisation, gettext_lazy("Organisations"), ("summary", "description")),
    (Project, gettext_lazy("Projects"), SHARED_FIELDS),
    (Event, gettext_lazy("Events"), SHARED_FIELDS),
)


def texts_by_language() -> list[Row]:
    """One query for each kind."""
    rows = []
    for model, name, texts in WRITTEN:
        french, english = _lacks("fr", texts), _lacks("en", texts)
        found = (
            model.objects.published()
            .filter(_any(_has(text, language) for text in texts for language in i18n.LANGUAGES))
            .order_by()
            .aggregate(
                both=Count("pk", filter=~french & ~english),
                french=Count("pk", filter=english & ~french),
                english=Count("pk", filter=french),
            )
        )
        for words, number in (
            (pgettext("texts", "%(kind)s: in both languages"), found["both"]),
            (pgettext("texts", "%(kind)s: in French only"), found["french"]),
            (pgettext("texts", "%(kind)s: in English only"), found["english"]),
        ):
            rows.append(Row(words % {"kind": name}, number))
    return rows if any(row.number for row in rows) else []


def _has(text: str, language: str) -> Q:
    column = f"{text}_{language}"
    return Q(**{f"{column}__isnull": False}) & ~Q(**{column: ""})


def _lacks(language: str, texts: Iterable[str]) -> Q:
    """Something is said in the other language and not in this one, as `missing_language` has it."""
    there = i18n.other(language)
    return _any(
        _has(text, there) & (Q(**{f"{text}_{language}": ""}) | Q(**{f"{text}_{language}": None}))
        for text in texts
    )


def _any(conditions: Iterable[Q]) -> Q:
    return reduce(or_, conditions)


def _largest(rows: Iterable[Row]) -> list[Row]:
    """The largest number first; of equals, in alphabetical order."""
    return sorted(rows, key=lambda row: (-row.number, fold(row.name)))


# --- All of them ----------------------------------------------------------------------------------

ACTORS = (
    Figure(
        "actors-by-kind",
        gettext_lazy("Organisations by kind"),
        gettext_lazy("Kind"),
        gettext_lazy("Organisations"),
        gettext_lazy(
            "Every organisation of the directory counts once, whether it is a member of the "
            "association or not, under the kind that its profile says."
        ),
        actors_by_kind,
    ),
    Figure(
        "members-by-kind",
        gettext_lazy("Members by kind"),
        gettext_lazy("Kind"),
        gettext_lazy("Members"),
        gettext_lazy(
            "An organisation of the directory counts if its membership of the association runs "
            "today, under the kind that its profile says."
        ),
        members_by_kind,
    ),
    Figure(
        "members-by-college",
        gettext_lazy("Members by college"),
        gettext_lazy("College"),
        gettext_lazy("Members"),
        gettext_lazy("The same members, under the college of the statutes that they belong to."),
        members_by_college,
    ),
)
PROJECTS = (
    Figure(
        "projects-by-theme",
        gettext_lazy("Projects by theme"),
        gettext_lazy("Theme"),
        gettext_lazy("Projects"),
        gettext_lazy(
            "Every published project counts once under each of its themes, so their sum may be more "
            "than the number of projects. One without a theme does not count."
        ),
        projects_by_theme,
    ),
    Figure(
        "funding-by-funder",
        gettext_lazy("Funding by funder"),
        gettext_lazy("Funder"),
        gettext_lazy("Amount"),
        gettext_lazy(
            "The sum of the amounts that the pages of projects state, each with its source. What "
            "nobody stated is missing: this is not all that is spent."
        ),
        funding_by_funder,
        is_money=True,
    ),
    Figure(
        "funding-by-year",
        gettext_lazy("Funding by year"),
        gettext_lazy("Year"),
        gettext_lazy("Amount"),
        gettext_lazy("The same amounts, under the year that is stated with each."),
        funding_by_year,
        is_money=True,
    ),
)
EVENTS = (
    Figure(
        "events-by-month",
        gettext_lazy("Events by month"),
        gettext_lazy("Month"),
        gettext_lazy("Events"),
        gettext_lazy(
            "Published events under the month in which they begin: the last twelve months, this one, "
            "and the eleven to come, drawn as outlines since more may be announced. Left out: what "
            "was cancelled, and what has no date yet."
        ),
        events_by_month,
        is_compact=True,
        most=MONTHS_BEFORE + 1 + MONTHS_AFTER,
    ),
    Figure(
        "languages-spoken",
        gettext_lazy("Languages spoken at events"),
        gettext_lazy("Language"),
        gettext_lazy("Events"),
        gettext_lazy(
            "Published events of all years that were not cancelled; one in two languages counts "
            "under both."
        ),
        languages_spoken,
    ),
    Figure(
        "texts-by-language",
        gettext_lazy("Texts in French and in English"),
        gettext_lazy("Pages"),
        pgettext_lazy("counted", "Number"),
        gettext_lazy(
            "A page is in both languages if each of its texts is: title, summary and description. "
            "Pages without any text are left out."
        ),
        texts_by_language,
    ),
)
# The figures of each page, by the name of the view in its address, the first one being nameless.
PARTS: dict[str, tuple[Any, tuple[Figure, ...]]] = {
    "": (gettext_lazy("Organisations and members"), ACTORS),
    "projects": (gettext_lazy("Projects and funding"), PROJECTS),
    "events": (gettext_lazy("Events and languages"), EVENTS),
}
BY_CODE = {figure.code: figure for _title, figures in PARTS.values() for figure in figures}
