"""What is measured: addresses of each page, spread over what people ask, and the limit of each.

A page is asked for at many addresses in turn and made anew each time (`Page.is_cold`), so that no cache
hides what it costs the first time; `cached-…` is one address again and again.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from random import Random
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import override

from events.models import Event, Project
from members.filters import KindFacet
from members.models import Organisation, Theme
from portal import counting
from portal.i18n import LANGUAGES
from portal.listing import PER_PAGE
from tests.benchmarks import stock

# As many addresses as one page is asked for at.
MOST = 100
API_ROWS = 24
# Organisations among the fewest rows that are measured.
FEWEST = 1_000
# As many pages of the limits' lists, and of ours.
PAGES = range(1, 41)


@dataclass(frozen=True)
class Page:
    """Addresses that do the same work, and the codes of the limits that it is compared with."""

    code: str
    label: str
    addresses: list[str]
    limits: tuple[str, ...] = ()

    @property
    def is_cold(self) -> bool:
        """Whether it is made each time, though it was asked for before."""
        return not self.code.startswith("cached-")


def limits() -> list[Page]:
    """What the stack can do."""
    return [
        Page("a", "(a) constant, 30 kB", ["/limits/constant"]),
        Page("b", "(b) 24 rows, count, template", _pages("/limits/list")),
        Page("c", "(c) DRF, 24 rows × 12 fields", _pages("/limits/api")),
        Page("c'", "(c') the same, values and orjson", _pages("/limits/values")),
        Page("d", "(d) `cache_page` of (b)", ["/limits/cached"]),
    ]


def _pages(path: str) -> list[str]:
    return [f"{path}?page={number}" for number in PAGES]


def every() -> list[Page]:
    """The pages of the portal."""
    themes = ["", *Theme.objects.values_list("code", flat=True)]
    families = ["", *KindFacet.FAMILIES]
    organisations, events = Organisation.objects.published(), Event.objects.published()
    of_family = {code: kinds for code, (_label, kinds) in KindFacet.FAMILIES.items()}
    of_kind = {code: (code,) for code in Event.Kind.values}
    directory = _filling(organisations, of_family)
    views = {"": events.upcoming(), "past": events.past()}
    agenda = [(pair, view) for view in views for pair in _filling(views[view], of_kind)]
    page = ("b",)
    api = ("c", "c'")
    return [
        Page(
            "list",
            "Directory, filtered",
            _drawn(
                _at("members:organisation-list", language, theme=theme, kind=kind, sort=sort)
                for language, (theme, kind), sort in product(LANGUAGES, directory, ["", "recent"])
            ),
            page,
        ),
        Page(
            "agenda",
            "Agenda, filtered",
            _drawn(
                _at("events:event-list", language, theme=theme, kind=kind, view=view)
                for language, ((theme, kind), view) in product(LANGUAGES, agenda)
            ),
            page,
        ),
        Page(
            "sparse",
            "Agenda, of which little is left",
            _drawn(
                _at("events:event-list", language, theme=theme, kind=kind, view=view)
                for view, rows in views.items()
                for language, (theme, kind) in product(LANGUAGES, _sparse(rows, of_kind))
            ),
            page,
        ),
        Page("deep", "Deep page", _drawn(_deep()), page),
        Page(
            "search",
            "Search",
            [_at("search", lang, q=q) for q in stock.QUERIES for lang in LANGUAGES],
            page,
        ),
        Page(
            "organisation", "Organisation", _each("members:organisation-detail", Organisation), page
        ),
        Page("event", "Event", _each("events:event-detail", Event), page),
        Page("project", "Project", _each("events:project-detail", Project), page),
        Page(
            "api-organisations",
            "API, organisations",
            _drawn(
                _at("api:organisation-list", theme=theme, kind=kind, page_size=API_ROWS)
                for theme, kind in directory
            ),
            api,
        ),
        Page(
            "api-events",
            "API, events",
            _drawn(
                _at("api:event-list", theme=theme, kind=kind, page_size=API_ROWS)
                for theme, kind in _filling(events, of_kind)
            ),
            api,
        ),
        Page(
            "api-organisation",
            "API, an organisation",
            [_at("api:organisation-detail", args=[row.slug]) for row in _spread(Organisation)],
            api,
        ),
        Page(
            "api-event",
            "API, an event",
            [_at("api:event-detail", args=[row.pk]) for row in _spread(Event)],
            api,
        ),
        Page("month", "Agenda, a month", _drawn(_months()), page),
        Page(
            "ecosystem",
            "Ecosystem",
            _drawn(
                _at("events:ecosystem", language, theme=theme, kind=kind)
                for language, theme, kind in product(LANGUAGES, themes, families)
            ),
            page,
        ),
        Page(
            "key-figures",
            "Key figures",
            [_at("events:key-figures", lang) for lang in LANGUAGES],
            page,
        ),
        Page("home", "Home", [_at("home", lang) for lang in LANGUAGES], page),
        Page("cached-list", "The same directory again", [_at("members:organisation-list")], ("d",)),
        Page("cached-home", "The same home again", [_at("home")], ("d",)),
    ]


def _at(name: str, language: str = "fr", args: Iterable[Any] = (), **query: Any) -> str:
    with override(language):
        path = reverse(name, args=list(args))
    pairs = {key: value for key, value in query.items() if value}
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _drawn(addresses: Iterable[str]) -> list[str]:
    """Some of them, in an order of chance that is the same each time."""
    found = list(addresses)
    Random(1).shuffle(found)
    return found[:MOST]


def _filling(rows: Any, kinds: Mapping[str, Collection[str]]) -> list[tuple[str, str]]:
    """Themes, kinds, and both together that fill a page, of few rows as of many.

    What finds less than a page among few does less work there than among many: it cannot be compared.
    """
    numbers = _numbers(rows, kinds)
    full = API_ROWS * max(1, Organisation.objects.count() / FEWEST)
    # Of very few rows nothing may.
    return [pair for pair, number in numbers.items() if number >= full] or list(numbers)


def _sparse(rows: Any, kinds: Mapping[str, Collection[str]]) -> list[tuple[str, str]]:
    """The others: what they find stands far apart among all rows."""
    filling = set(_filling(rows, kinds))
    return [pair for pair in _numbers(rows, kinds) if pair not in filling] or list(filling)


def _numbers(rows: Any, kinds: Mapping[str, Collection[str]]) -> dict[tuple[str, str], int]:
    """How many rows have each theme, each kind, and both of each."""
    numbers: Counter[tuple[str, str]] = Counter()
    for path, every in (("themes__code", rows.exclude(themes=None)), ("", rows)):
        columns = [path, "kind"] if path else ["kind"]
        for *theme, kind, number in every.order_by().values_list(*columns).annotate(n=Count("pk")):
            for code, several in {"": (kind,) if path else (), **kinds}.items():
                if kind in several:
                    numbers["".join(theme), code] += number
    return dict(sorted(numbers.items()))


def _spread(model: Any) -> list[Any]:
    """Published objects from all over a table, the same each time; the first ones have the most."""
    rows = model.objects.published()
    count = model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    step = max(1, count // MOST)
    return list(rows.filter(pk__in=range(1, count + 1, step)).order_by("pk")[:MOST])


def _each(name: str, model: Any) -> list[str]:
    found = []
    for number, row in enumerate(_spread(model)):
        language = LANGUAGES[number % 2]
        slug = row.slug if model is Organisation else row.slug_for(language)
        found.append(_at(name, language, args=[slug]))
    return found


def _deep() -> Iterator[str]:
    """Pages of the last third of those that the directory and the events that are over have."""
    lists: list[tuple[str, dict[str, str], int]] = [
        ("members:organisation-list", {}, Organisation.objects.published().count()),
        ("events:event-list", {"view": "past"}, Event.objects.published().past().count()),
    ]
    for name, query, count in lists:
        last = min(count, counting.MOST) // PER_PAGE
        for number in sorted({last - n * last // 3 // 100 for n in range(100)}):
            for language in LANGUAGES:
                yield _at(name, language, **query, page=number)


def _months() -> Iterator[str]:
    this_year = Event.objects.published().order_by("-starts_at").exclude(starts_at=None)
    latest = this_year.values_list("starts_at", flat=True)[0].year
    for language, year, month in product(LANGUAGES, range(latest - 8, latest + 1), range(1, 13)):
        yield _at("events:event-month", language, args=[year, month])
