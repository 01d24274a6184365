"""Every kind of public address, asked for with nothing kept: how long each takes, and why.

Production holds to `MOST_MILLISECONDS` for each of them, whatever the number of rows. Of a file that
is streamed the first line counts; the processor's time is that of this process and of the database.
"""

import time
from collections.abc import Callable, Collection, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.models import Event, Project
from members.filters import KindFacet
from members.models import Commune, Organisation, Theme
from portal import keeping
from portal.i18n import LANGUAGES
from tests.benchmarks.inspection import MOST_MILLISECONDS
from tests.benchmarks.measure import somebody
from tests.benchmarks.pages import _at

Say = Callable[[str], None]

# Each address is asked for so often, and the fastest counts: what reads code and templates once is
# no matter of rows, nor is what else the machine does meanwhile.
TIMES = 2
FREQUENT, RARE, TWO, NOTHING = "atelier", "zugbavi", "conférence santé", "qqqzzz"


class Cost(NamedTuple):
    """What one answer takes: milliseconds, queries, and how much of the time they take."""

    milliseconds: float
    queries: int
    database: float
    status: int
    # The slowest query, to be explained.
    slowest: str


def at(name: str, of: str = "fr", args: Any = (), **query: Any) -> str:
    """The address of a page in a language; a filter may be called `language`."""
    path = _at(name, of, args)
    pairs = urlencode({key: value for key, value in query.items() if value})
    return f"{path}?{pairs}" if pairs else path


def addresses(chosen: Collection[str] = ()) -> Iterator[str]:
    """An address of each kind of public page and file, or of these parts only."""
    for name, kinds in (
        ("home", [at("home")]),
        ("directory", _directory()),
        ("agenda", _agenda()),
        ("projects", _projects()),
        ("search", _searches()),
        ("ecosystem", _ecosystem()),
        ("key-figures", _figures()),
        ("detail", _objects()),
        ("subscriptions", _subscriptions()),
        ("api", _api()),
        ("tables", _tables()),
        ("machines", _machines()),
    ):
        if not chosen or name in chosen:
            yield from kinds


def _themes() -> list[str]:
    """The theme that most have, and the one that fewest have."""
    found = list(Theme.objects.order_by("pk").values_list("code", flat=True))
    return [found[0], found[-1]]


def _directory() -> Iterator[str]:
    name = "members:organisation-list"
    yield at(name)
    yield at(name, "en")
    for sort in ("recent", "relevance"):
        yield at(name, sort=sort)
    for theme in _themes():
        yield at(name, theme=theme)
    for kind in KindFacet.FAMILIES:
        yield at(name, kind=kind)
    for commune in Commune.objects.order_by("pk")[:2]:
        yield at(name, city=commune.code)
    for membership in ("member", "not-member"):
        yield at(name, membership=membership)
    for key in ("need", "offer"):
        yield at(name, **{key: "data"})
    yield at(name, theme=_themes()[0], kind="startup", membership="member", sort="recent")
    for q in (FREQUENT, RARE, NOTHING):
        yield at(name, q=q)
    yield at(name, view="map")
    yield at(name, view="map", city=Commune.objects.order_by("pk")[0].code)
    for page in (2, 100, 400, 500):
        yield at(name, page=page)
    yield at(name, page=400, sort="recent")


def _agenda() -> Iterator[str]:
    name = "events:event-list"
    today = timezone.localdate()
    for view in ("", "past"):
        yield at(name, view=view)
        for theme in _themes():
            yield at(name, view=view, theme=theme)
        for kind in Event.Kind.values[:2]:
            yield at(name, view=view, kind=kind)
        yield at(name, view=view, city=Commune.objects.order_by("pk")[0].code)
        yield at(name, view=view, online="yes")
        yield at(name, view=view, language="lsf")
        yield at(name, view=view, price="free")
        yield at(name, view=view, theme=_themes()[0], kind="workshop", language="en")
        for q in (FREQUENT, RARE, TWO, NOTHING):
            yield at(name, view=view, q=q)
        for page in (2, 100, 500):
            yield at(name, view=view, page=page)
    yield at(name, **{"from": f"{today.year}-01-01", "to": f"{today.year}-12-31"})
    yield at(name, view="past", **{"from": f"{today.year - 5}-01-01"})
    yield at("events:event-month", args=[today.year, today.month])
    yield at("events:event-month", args=[today.year, today.month], theme=_themes()[0])
    yield at("events:event-month", args=[today.year - 4, 3])
    yield at("events:event-month", args=[2001, 1])


def _projects() -> Iterator[str]:
    name = "events:project-list"
    yield at(name)
    yield at(name, sort="title")
    yield at(name, "en", sort="title")
    for theme in _themes():
        yield at(name, theme=theme)
    for stage in Project.Stage.values[:2]:
        yield at(name, stage=stage)
    yield at(name, partner=Organisation.objects.published().order_by("pk")[0].slug)
    for q in (FREQUENT, RARE):
        yield at(name, q=q)
    for page in (2, 400):
        yield at(name, page=page)


def _searches() -> Iterator[str]:
    for q in (FREQUENT, RARE, TWO, NOTHING, "confernece", "de", "a"):
        yield at("search", q=q)
    for kind in ("organisation", "project", "event", "person"):
        yield at("search", q=FREQUENT, kind=kind)
    yield at("search", q=FREQUENT, kind="event", page=50)


def _ecosystem() -> Iterator[str]:
    yield at("events:ecosystem")
    yield at("events:ecosystem", page=3)
    for theme in _themes():
        yield at("events:ecosystem", theme=theme)
    yield at("events:ecosystem", kind="startup")
    yield at("events:ecosystem", kind="startup", theme=_themes()[0])
    for file in ("table", "data", "graph"):
        yield at(f"events:ecosystem-{file}")


def _figures() -> Iterator[str]:
    for view in ("", "projects", "events"):
        yield at("events:key-figures", view=view)
    yield at("events:key-figures-table")


def _objects() -> Iterator[str]:
    """The first of each kind, which has the most, and one from the middle."""
    for model, name in ((Organisation, "members:organisation"), (Event, "events:event")):
        for row in _two(model):
            yield at(f"{name}-detail", args=[row.slug_for("fr") or row.slug_for("en")])
    for row in _two(Project):
        yield at("events:project-detail", args=[row.slug_for("fr") or row.slug_for("en")])
    funded = Project.objects.funded().order_by("pk").first()
    if funded:
        yield at("events:project-funding", args=[funded.slug_for("fr")])
        yield at("events:project-funding-table", args=[funded.slug_for("fr")])


def _two(model: Any) -> list[Any]:
    rows = model.objects.published().order_by("pk")
    last = model.objects.order_by("-pk").values_list("pk", flat=True)[0]
    return [rows[0], rows.filter(pk__gt=last // 2)[0]]


def _subscriptions() -> Iterator[str]:
    for file in ("calendar", "feed"):
        yield at(f"events:event-{file}")
        yield at(f"events:event-{file}", view="past")
        yield at(f"events:event-{file}", theme=_themes()[0])
        yield at(f"events:event-{file}", q=FREQUENT)
        slug = Organisation.objects.published().order_by("pk")[0].slug
        yield at(f"events:organisation-{file}", args=[slug])


def _api() -> Iterator[str]:
    theme = _themes()[0]
    slug = Organisation.objects.published().order_by("pk")[0].slug
    orders = {
        "organisation": ("name", "recent"),
        "event": ("date", "recent"),
        "project": ("recent", "title"),
        "person": ("name",),
        "theme": ("code",),
    }
    for kind, sorts in orders.items():
        name = f"api:{kind}-list"
        for sort in sorts:
            yield at(name, sort=sort)
        yield at(name, page_size=100)
        if kind != "theme":
            yield at(name, q=FREQUENT)
            yield at(name, q=RARE)
            for page in (2, 100, 500):
                yield at(name, page=page)
    for kind in ("organisation", "event", "project"):
        yield at(f"api:{kind}-list", theme=theme)
        yield at(f"api:{kind}-list", theme=_themes()[1])
    yield at("api:event-list", **{"from": "2020-01-01", "to": "2020-01-31"})
    yield at("api:event-list", kind="workshop", language="en", price="free")
    yield at("api:project-list", partner=slug)
    yield at("api:person-list", organisation=slug)
    yield at("api:organisation-detail", args=[slug])
    yield at("api:event-detail", args=[Event.objects.published().order_by("pk")[0].pk])
    yield at("api:project-detail", args=[Project.objects.published().order_by("pk")[0].pk])


def _tables() -> Iterator[str]:
    yield at("members:organisation-table")
    yield at("members:organisation-table", sort="recent")
    yield at("events:event-table")
    yield at("events:event-table", view="past")
    yield at("events:project-table")
    yield at("events:project-table", sort="title")
    yield at("events:project-table", theme=_themes()[0])


def _machines() -> Iterator[str]:
    for name in ("sitemap", "sitemap-page", "robots", "api-guide", "api:schema"):
        yield at(name)


def table(say: Say, chosen: Collection[str] = ()) -> None:
    """Ask for all of them and print what each takes, the slowest last; then what took too long."""
    client, visitors = Client(raise_request_exception=False, SERVER_NAME="127.0.0.1"), somebody()
    for language in LANGUAGES:
        client.get(at("home", language), secure=True)
    say(f"{'ms':>7} {'database':>8} {'queries':>7} status address")
    found = []
    for address in addresses(chosen):
        costs = [_asked(client, address, next(visitors)) for _time in range(TIMES)]
        cost = min(costs, key=lambda each: each.milliseconds)
        found.append((cost, address))
        say(
            f"{cost.milliseconds:7.0f} {cost.database:8.0f} {cost.queries:7} {cost.status:6} {address}"
        )
    over = [each for each in found if each[0].milliseconds > MOST_MILLISECONDS]
    say(f"{len(over)} of {len(found)} addresses over {MOST_MILLISECONDS} ms")
    for cost, address in sorted(over, reverse=True):
        say(f"{cost.milliseconds:7.0f} {cost.status} {address}\n        {cost.slowest[:6000]}")


def _asked(client: Client, address: str, visitor: str) -> Cost:
    """What one answer costs when nothing is kept, nor held by this process."""
    caches["pages"].clear()
    keeping.near.held = {}
    began = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        answer: Any = client.get(address, secure=True, headers={"X-Forwarded-For": visitor})
        if answer.streaming:
            next(iter(answer.streaming_content), None)
    took = (time.perf_counter() - began) * 1000
    if answer.streaming:
        answer.close()
    taken = [(float(each["time"]) * 1000, each["sql"]) for each in queries.captured_queries]
    slowest = max(taken, default=(0.0, ""))
    return Cost(took, len(taken), sum(each[0] for each in taken), answer.status_code, slowest[1])
