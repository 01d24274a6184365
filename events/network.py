"""Who works with whom: organisations, and the projects and events that several of them share.

Only what a visitor may read is asked for: projects and events that are published, events that are not
cancelled, and organisations that are published themselves and agreed to be named. A project or an event
with one organisation ties nobody to anybody and is left out.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from functools import cached_property
from itertools import combinations
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import ngettext

from events.models import Event, EventOrganiser, Project, ProjectPartner
from members.models import Membership, Organisation
from portal import display
from portal.keyset import in_either
from portal.rows import AgreedRow

# The rows that name organisations, of projects first.
NAMING: tuple[type[AgreedRow], ...] = (ProjectPartner, EventOrganiser)
# So many projects and so many events are looked at, those published last; of these so many that several
# share are drawn from, counted and put into files.
MOST_LOOKED, MOST_SHARED = 2_000, 500
# The code of the college that founded the association.
FOUNDING = "founding"


# --- Questions to the database --------------------------------------------------------------------


def naming(model: type[AgreedRow], keys: QuerySet, more: int = 0) -> Any:
    """The rows by which the latest of these keys (`published`) name those who share them.

    With those of so many `more`. Each says whether not all keys were looked at (`is_cut`).
    """
    parents = shared_by_several(model, keys)[: MOST_SHARED + more]
    rows = _agreed(model).filter(**{f"{model.parent}__in": parents})
    return rows.annotate(is_cut=Exists(keys[MOST_LOOKED : MOST_LOOKED + 1]))


def _agreed(model: type[AgreedRow]) -> Any:
    rows: Any = model.objects
    return rows.agreed().select_related(None).order_by()


def tied(organisations: QuerySet, themes: Collection[str] = ()) -> QuerySet:
    """Those that share one of the latest projects or events with others, on any of these themes."""
    keys = [naming(model, published(model, themes)).values("organisation") for model in NAMING]
    return organisations.filter(in_either(organisations.db, *keys))


def published(
    model: type[AgreedRow], themes: Collection[str] = (), organisations: QuerySet | None = None
) -> QuerySet:
    """The keys of what was published last of a kind, shared or not.

    On any of these themes, and with any of these organisations.
    """
    parent: Any = model._meta.get_field(model.parent).related_model
    rows = parent.objects.published()
    if parent is Event:
        rows = rows.exclude(outcome=Event.Outcome.CANCELLED)
    if themes:
        about = parent.objects.filter(themes__code__in=themes)
        rows = rows.filter(pk__in=about.order_by().values("pk"))
    if organisations is not None:
        theirs = _agreed(model).filter(organisation__in=organisations.order_by().values("pk"))
        rows = rows.filter(pk__in=theirs.values(model.parent))
    return rows.order_by("-published_at", "-pk").values("pk")


def shared_by_several(model: type[AgreedRow], keys: QuerySet) -> QuerySet:
    """Those of the latest of these keys (`published`) that several share, the latest first."""
    parent: Any = model._meta.get_field(model.parent).related_model
    several = Exists(_agreed(model).filter(**{model.parent: OuterRef("pk")})[1:2])
    rows = parent.objects.filter(several, pk__in=keys[:MOST_LOOKED])
    found: QuerySet = rows.order_by("-published_at", "-pk").values("pk")
    return found


# --- The network ----------------------------------------------------------------------------------


class Shared(NamedTuple):
    """A project or an event, and the keys of the organisations that share it."""

    of: Project | Event
    organisations: frozenset[int]

    @property
    def key(self) -> str:
        """What it is called in files: project-12, event-3."""
        return f"{self.of._meta.model_name}-{self.of.pk}"

    @property
    def is_project(self) -> bool:
        return isinstance(self.of, Project)


class Edge(NamedTuple):
    """Two organisations, in the order of their names, and what they share."""

    source: Any
    target: Any
    shared: list[Shared]

    @property
    def projects(self) -> list[Shared]:
        return [each for each in self.shared if each.is_project]

    @property
    def events(self) -> list[Shared]:
        return [each for each in self.shared if not each.is_project]


class Partner(NamedTuple):
    """An organisation as another one's partner: how many projects and events they share."""

    organisation: Any
    projects: int
    events: int

    @property
    def words(self) -> str:
        """What they share: 2 projects, 1 event."""
        projects = ngettext("%(n)s project", "%(n)s projects", self.projects)
        events = ngettext("%(n)s event", "%(n)s events", self.events)
        counts = ((projects, self.projects), (events, self.events))
        return ", ".join(
            words % {"n": display.number(number)} for words, number in counts if number
        )


class Network:
    """What these organisations share, and all who share it with them; each `is_founder`, `is_member`.

    `themes` keeps what is about one of them. Of very many projects and events those that were published
    last are known, `MOST_SHARED` of each (`is_whole`). Costs three queries, whatever there is to know.
    """

    @property
    def most(self) -> int:
        """How many projects, and how many events, are known at most."""
        return MOST_SHARED

    def __init__(self, organisations: QuerySet | None, themes: Collection[str] = ()) -> None:
        """`organisations` None for all."""
        # The latest first, projects before events.
        found = [_shared(model, published(model, themes, organisations)) for model in NAMING]
        self.is_whole = not any(is_cut for _shared, is_cut in found)
        self.shared = [shared for each, _is_cut in found for shared in each]
        named = frozenset[int]().union(*(each.organisations for each in self.shared))
        self.organisations: dict[int, Any] = {each.pk: each for each in _described(named)}

    @cached_property
    def edges(self) -> list[Edge]:
        """Every two organisations that share something: in the order of their names."""
        between: dict[tuple[int, int], list[Shared]] = defaultdict(list)
        for shared in self.shared:
            for pair in combinations(self._in_order(shared.organisations), 2):
                between[pair].append(shared)
        return [
            Edge(self.organisations[source], self.organisations[target], between[source, target])
            for source, target in sorted(
                between, key=lambda pair: [self._rank[key] for key in pair]
            )
        ]

    def partners(self, organisation: Organisation) -> list[Partner]:
        """With whom an organisation works, those with whom it shares most first, as far as is known."""
        return _partners(self.shared, {organisation.pk}, self.organisations.values())[
            organisation.pk
        ]

    @cached_property
    def _rank(self) -> dict[int, int]:
        return {key: number for number, key in enumerate(self.organisations)}

    def _in_order(self, keys: Iterable[int]) -> list[int]:
        return sorted(keys, key=self._rank.__getitem__)


def _shared(model: type[AgreedRow], keys: QuerySet) -> tuple[list[Shared], bool]:
    """The latest of these keys, in the order of its publication, with all who share it: one query.

    And whether there are more.
    """
    parent = model.parent
    shown = [f"{parent}__{name}" for name in ("title_fr", "title_en", "slug_fr", "slug_en")]
    rows = naming(model, keys, more=1).select_related(parent).only("organisation", parent, *shown)
    found: dict[int, Any] = {}
    named: dict[int, set[int]] = defaultdict(set)
    is_cut = False
    for row in rows.order_by(f"-{parent}__published_at", f"-{parent}__pk"):
        obj = getattr(row, parent)
        found.setdefault(obj.pk, obj)
        named[obj.pk].add(row.organisation_id)
        is_cut |= row.is_cut
    shared = [
        Shared(obj, frozenset(named[key])) for key, obj in found.items() if len(named[key]) > 1
    ]
    return shared[:MOST_SHARED], is_cut or len(shared) > MOST_SHARED


def _described(keys: Collection[int]) -> QuerySet:
    """The organisations with these keys, by name."""
    today = Membership.objects.today_of(OuterRef("pk"))
    return (
        Organisation.objects.published()
        .filter(pk__in=keys)
        .only("name", "short_name", "slug", "kind", "sort_name")
        .annotate(is_member=Exists(today), is_founder=Exists(today.filter(college__code=FOUNDING)))
        .order_by("sort_name", "pk")
    )


# --- Partners -------------------------------------------------------------------------------------


def partners_of(
    organisations: Collection[Any], themes: Collection[str] = ()
) -> dict[int, list[Partner]]:
    """With whom each of a few organisations works, by its key: three queries.

    Of the projects and events that these share the latest are looked at, `MOST_SHARED` of each.
    """
    keys = {each.pk for each in organisations}
    chosen = Organisation.objects.filter(pk__in=keys)
    found = [
        shared for model in NAMING for shared in _shared(model, published(model, themes, chosen))[0]
    ]
    named = frozenset[int]().union(*(each.organisations for each in found))
    return _partners(found, keys, _described(named))


def _partners(
    found: Iterable[Shared], keys: Collection[int], by_name: Iterable[Any]
) -> dict[int, list[Partner]]:
    """The partners of the organisations with these keys: those of most first, else by their names."""
    projects: dict[int, Counter[int]] = {key: Counter() for key in keys}
    events: dict[int, Counter[int]] = {key: Counter() for key in keys}
    for shared in found:
        for key in shared.organisations.intersection(keys):
            (projects if shared.is_project else events)[key].update(shared.organisations - {key})
    described = list(by_name)
    return {
        # A stable sort: of equals, the order of their names.
        key: sorted(
            (
                Partner(each, projects[key][each.pk], events[key][each.pk])
                for each in described
                if each.pk in projects[key] or each.pk in events[key]
            ),
            key=lambda each: -each.projects - each.events,
        )
        for key in keys
    }
