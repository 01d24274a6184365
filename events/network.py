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

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery, Value
from django.utils.translation import ngettext

from events.models import Event, EventOrganiser, Project, ProjectPartner
from members.models import Membership, Organisation
from portal import display
from portal.keeping import recall
from portal.keyset import among
from portal.rows import AgreedRow

# The rows that name organisations, of projects first.
NAMING: tuple[type[AgreedRow], ...] = (ProjectPartner, EventOrganiser)
# So many projects and so many events are looked at, those published last; of these so many that several
# share are drawn from, counted and put into files.
MOST_LOOKED, MOST_SHARED = 2_000, 500
# What is read of a project or an event, in the order of its columns.
TEXTS = ("title_fr", "title_en", "slug_fr", "slug_en")


# --- Questions to the database --------------------------------------------------------------------


class Tie(NamedTuple):
    """A project or an event that several share: which of `NAMING` names them, its key, its `TEXTS`."""

    naming: int
    key: int
    texts: tuple[str, ...]
    organisations: frozenset[int]


class Ties(NamedTuple):
    """The latest projects, then the latest events that several share, `MOST_SHARED` of each."""

    found: list[Tie]
    # Whether there are no more.
    is_whole: bool

    @property
    def organisations(self) -> frozenset[int]:
        """The keys of all that share something."""
        return frozenset[int]().union(*(each.organisations for each in self.found))

    def themes(self, name: str) -> list[tuple[Tie, str, str]]:
        """Each with the code and that column of each of its themes: one query, none without any."""
        by_key = {(each.naming, each.key): each for each in self.found}
        parts = []
        for number, model in enumerate(NAMING):
            keys = [each.key for each in self.found if each.naming == number]
            pairs = parent_of(model).themes.through.objects.filter(**{f"{model.parent}__in": keys})
            columns = {
                "of_": Value(number),
                "code_": F("theme__code"),
                "name_": F(f"theme__{name}"),
            }
            parts.append(
                pairs.annotate(**columns).values_list("of_", model.parent, "code_", "name_")
            )
        if not self.found:
            return []
        rows = parts[0].union(*parts[1:], all=True)
        return [(by_key[number, key], code, label) for number, key, code, label in rows]


def known(themes: Collection[int] = ()) -> Ties:
    """What ties anybody to others, on any theme or on these, by key: one query, unless it is kept."""
    name = ("ties", *sorted(themes))
    found: Ties = recall({name: lambda: ties(themes)})[name]
    return found


def ties(themes: Collection[int] = (), organisations: QuerySet | None = None) -> Ties:
    """The same, of what any of these organisations takes part in: one query."""
    first, *rest = [
        _named(number, model, published(model, themes, organisations))
        for number, model in enumerate(NAMING)
    ]
    published_at: dict[tuple[int, int], Any] = {}
    texts: dict[tuple[int, int], tuple[str, ...]] = {}
    named: dict[tuple[int, int], set[int]] = defaultdict(set)
    is_whole = True
    for number, key, organisation, following, at, *shown in first.union(*rest, all=True):
        published_at[number, key], texts[number, key] = at, tuple(shown)
        named[number, key].add(organisation)
        is_whole &= following is None
    found: list[Tie] = []
    for number in range(len(NAMING)):
        shared = [each for each in named if each[0] == number and len(named[each]) > 1]
        shared.sort(key=lambda each: (published_at[each], each[1]), reverse=True)
        is_whole &= len(shared) <= MOST_SHARED
        found += [Tie(*each, texts[each], frozenset(named[each])) for each in shared[:MOST_SHARED]]
    return Ties(found, is_whole)


def _named(number: int, model: type[AgreedRow], keys: QuerySet) -> QuerySet:
    """The rows by which the latest of these keys (`published`) name those who share them.

    With those of one more, and with the first key that was not looked at, if there is one.
    """
    parents = shared_by_several(model, keys)[: MOST_SHARED + 1]
    rows = _agreed(model).filter(**{f"{model.parent}__in": parents})
    columns = {
        "of_": Value(number),
        # The next key, and not whether there is one: for that PostgreSQL does not go by the order.
        "next_": Subquery(keys[MOST_LOOKED : MOST_LOOKED + 1]),
        "at_": F(f"{model.parent}__published_at"),
        **{f"{name}_": F(f"{model.parent}__{name}") for name in TEXTS},
    }
    names = ("of_", model.parent, "organisation", "next_", "at_", *(f"{name}_" for name in TEXTS))
    found: QuerySet = rows.annotate(**columns).values_list(*names)
    return found


def parent_of(model: type[AgreedRow]) -> Any:
    """The model whose rows these belong to: projects or events."""
    return model._meta.get_field(model.parent).related_model


def _agreed(model: type[AgreedRow]) -> Any:
    rows: Any = model.objects
    return rows.agreed().select_related(None).order_by()


def published(
    model: type[AgreedRow], themes: Collection[int] = (), organisations: QuerySet | None = None
) -> QuerySet:
    """The keys of what was published last of a kind, shared or not.

    On any of the themes with these keys, and with any of these organisations, which are public.
    """
    parent = parent_of(model)
    rows = parent.objects.published()
    if parent is Event:
        rows = rows.exclude(outcome=Event.Outcome.CANCELLED)
    if themes:
        about = parent.themes.through.objects.filter(theme__in=themes)
        rows = rows.filter(pk__in=about.values(model.parent))
    if organisations is not None:
        rows_of: Any = model.objects
        theirs = rows_of.filter(
            agreed_at__isnull=False, organisation__in=organisations.order_by().values("pk")
        )
        rows = rows.filter(pk__in=theirs.order_by().values(model.parent))
    found: QuerySet = rows.order_by("-published_at", "-pk").values("pk")
    return found


def shared_by_several(model: type[AgreedRow], keys: QuerySet) -> QuerySet:
    """Those of the latest of these keys (`published`) that several share, the latest first."""
    parent = parent_of(model)
    several = Exists(_agreed(model).filter(**{model.parent: OuterRef("pk")})[1:2])
    rows = parent.objects.filter(several, pk__in=keys[:MOST_LOOKED])
    found: QuerySet = rows.order_by("-published_at", "-pk").values("pk")
    return found


# --- The network ----------------------------------------------------------------------------------


class Shared:
    """A project or an event, and the keys of the organisations that share it."""

    def __init__(self, tie: Tie) -> None:
        self.tie, self.organisations = tie, tie.organisations
        self.model = parent_of(NAMING[tie.naming])

    @cached_property
    def of(self) -> Project | Event:
        """The object, which has its `TEXTS` and no other columns."""
        columns, values = ("id", *TEXTS), (self.tie.key, *self.tie.texts)
        found: Project | Event = self.model.from_db(DEFAULT_DB_ALIAS, columns, values)
        return found

    @property
    def kind(self) -> str:
        """Which of both it is: project, event."""
        return str(self.model._meta.model_name)

    @property
    def key(self) -> str:
        """What it is called in files: project-12, event-3."""
        return f"{self.kind}-{self.tie.key}"

    @property
    def is_project(self) -> bool:
        return self.model is Project


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
    """What some organisations share, and all who share it with them; each `is_founder`, `is_member`.

    Of very many projects and events those that were published last are known, `MOST_SHARED` of each
    (`is_whole`).
    """

    @property
    def most(self) -> int:
        """How many projects, and how many events, are known at most."""
        return MOST_SHARED

    def __init__(self, ties: Ties) -> None:
        self.is_whole = ties.is_whole
        # The latest first, projects before events.
        self.shared = [Shared(each) for each in ties.found]

    @cached_property
    def organisations(self) -> dict[int, Any]:
        """All who share something, by name: one query."""
        keys = frozenset[int]().union(*(each.organisations for each in self.shared))
        return {each.pk: each for each in _described(keys)}

    def named(self, keys: Collection[int]) -> dict[int, Any]:
        """Some of them, by name: one query, unless all of them are known, as all of few are."""
        if self.is_whole or "organisations" in self.__dict__:
            return {key: each for key, each in self.organisations.items() if key in keys}
        return {each.pk: each for each in _described(keys)}

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


def _described(keys: Collection[int]) -> QuerySet:
    """The organisations with these keys, by name."""
    today = Membership.objects.today_of(OuterRef("pk"))
    return (
        Organisation.objects.published()
        .filter(among(Organisation.objects.db, keys))
        .only("name", "short_name", "slug", "kind", "sort_name")
        .annotate(
            is_member=Exists(today),
            is_founder=Exists(Membership.objects.founding(OuterRef("pk"))),
        )
        .order_by("sort_name", "pk")
    )


# --- Partners -------------------------------------------------------------------------------------


def partners_of(
    organisations: Collection[Any], themes: Collection[int] = ()
) -> dict[int, list[Partner]]:
    """With whom each of a few organisations works, by its key: two queries.

    Of the projects and events that these share the latest are looked at, `MOST_SHARED` of each.
    """
    keys = {each.pk for each in organisations}
    found = ties(themes, Organisation.objects.filter(pk__in=keys))
    shared = [Shared(each) for each in found.found]
    return _partners(shared, keys, _described(found.organisations))


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
