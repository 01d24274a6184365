"""Who works with whom: organisations, and the projects and events that several of them share.

Only what a visitor may read is asked for: projects and events that are published, events that are not
cancelled, and organisations that are published themselves and agreed to be named. A project or an event
with one organisation ties nobody to anybody and is left out.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property, partial
from itertools import combinations
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Exists, F, OuterRef, QuerySet, Value
from django.utils.translation import ngettext

from events.models import Event, EventOrganiser, Project, ProjectPartner
from members.models import Membership, Organisation
from portal import counting, display
from portal.keeping import recall
from portal.keyset import among
from portal.rows import AgreedRow

# The rows that name organisations, of projects first.
NAMING: tuple[type[AgreedRow], ...] = (ProjectPartner, EventOrganiser)
# So many projects and so many events are looked at, those published last; of these so many that several
# share are drawn from, counted and put into files.
MOST_LOOKED, MOST_SHARED = 2_000, 500
# So many are looked at together; mostly enough of them are shared.
AT_ONCE = 1_250
# What is read of a project or an event, in the order of its columns.
TEXTS = ("title_fr", "title_en", "slug_fr", "slug_en")


# --- Questions to the database --------------------------------------------------------------------


class Tie(NamedTuple):
    """A project or an event that several share: which of `NAMING` names them, and its key."""

    naming: int
    key: int
    organisations: frozenset[int]


class Ties(NamedTuple):
    """The latest projects, then the latest events that several share, `MOST_SHARED` of each."""

    found: list[Tie]
    # Whether there are no more.
    is_whole: bool
    # Whether it is all that there is among the last that are published (`recent`).
    is_recent: bool = False

    @property
    def organisations(self) -> frozenset[int]:
        """The keys of all that share something."""
        return frozenset[int]().union(*(each.organisations for each in self.found))

    def among(self, organisations: QuerySet) -> "Ties":
        """Those that tie any of these organisations: one query."""
        asked = organisations.filter(among(organisations.db, self.organisations))
        keys = set(asked.order_by().values_list("pk", flat=True))
        found = [each for each in self.found if not keys.isdisjoint(each.organisations)]
        return self._replace(found=found)

    def themes(self, name: str) -> list[tuple[Tie, str, str]]:
        """Each with the code and that column of each of its themes: one query, none without any."""
        by_key = {(each.naming, each.key): each for each in self.found}
        parts = []
        for number, model in enumerate(NAMING):
            keys = [each.key for each in self.found if each.naming == number]
            through = parent_of(model).themes.through.objects
            pairs = through.filter(among(through.db, keys, model.parent))
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
    """What ties anybody to others, on any theme or on these, by key; no query, if it is kept."""
    name = ("ties", *sorted(themes))
    make = partial(recent, themes) if themes else ties
    found: Ties = recall({name: make})[name]
    return found


def is_too_much() -> bool:
    """Whether more is published than is looked at for a theme, or for some organisations."""
    return any(_edges())


def recent(themes: Collection[int] = (), organisations: QuerySet | None = None) -> Ties:
    """The same as `ties`, of the last `counting.MOST` projects and events that are published.

    If none of these is shared, on these themes and by these organisations, all are looked at.
    """
    found = ties(themes, organisations, _edges())
    return found if found.found or not is_too_much() else ties(themes, organisations)


def ties(
    themes: Collection[int] = (),
    organisations: QuerySet | None = None,
    since: Sequence[Any] = (None,) * len(NAMING),
) -> Ties:
    """What ties any of these organisations to others, on any of these themes.

    Of each of `NAMING` what was published since then, if that is said. Two queries for each, and two
    more where few of many are shared.
    """
    found: list[Tie] = []
    is_whole, is_recent = True, any(edge is not None for edge in since)
    for number, (model, edge) in enumerate(zip(NAMING, since, strict=True)):
        keys = published(model, themes, organisations, edge).values_list("pk", flat=True)
        shared, is_all = _shared(model, keys)
        found += [Tie(number, key, sharing) for key, sharing in shared[:MOST_SHARED]]
        is_whole &= is_all and edge is None
        is_recent &= is_all
    return Ties(found, is_whole, is_recent)


def _edges() -> list[Any]:
    """Of each of `NAMING` when the last `counting.MOST` began to be published; None if all are.

    Two queries, unless that is kept.
    """
    latest = [published(model).values_list("published_at", flat=True) for model in NAMING]
    # The last of so many, and whether there is another one.
    last = slice(counting.MOST - 1, counting.MOST + 1)
    edges = {"edges of ties": lambda: [list(each[last]) for each in latest]}
    found: list[Any] = recall(edges)["edges of ties"]
    return [each[0] if len(each) == 2 else None for each in found]


def _shared(
    model: type[AgreedRow], keys: QuerySet
) -> tuple[list[tuple[int, frozenset[int]]], bool]:
    """Those of these keys that several share, in the same order, with who does; whether these are all.

    `MOST_LOOKED` of them are looked at, and no more once there are more than `MOST_SHARED`.
    """
    # One that moves on meanwhile is met twice, and told once.
    found: dict[int, frozenset[int]] = {}
    for start in range(0, MOST_LOOKED, AT_ONCE):
        end = min(start + AT_ONCE, MOST_LOOKED)
        # With one more, which says whether there are more.
        some = list(keys[start : end + 1])
        named: dict[int, list[int]] = {key: [] for key in some[: end - start]}
        rows = _agreed(model).filter(among(model.objects.db, named, model.parent))
        for key, organisation in rows.values_list(model.parent, "organisation"):
            named[key].append(organisation)
        found |= {key: frozenset(those) for key, those in named.items() if len(those) > 1}
        is_all = len(some) == len(named)
        if is_all or len(found) > MOST_SHARED:
            break
    return list(found.items()), is_all and len(found) <= MOST_SHARED


def parent_of(model: type[AgreedRow]) -> Any:
    """The model whose rows these belong to: projects or events."""
    return model._meta.get_field(model.parent).related_model


def _agreed(model: type[AgreedRow]) -> Any:
    rows: Any = model.objects
    return rows.agreed().select_related(None).order_by()


def published(
    model: type[AgreedRow],
    themes: Collection[int] = (),
    organisations: QuerySet | None = None,
    since: Any = None,
) -> QuerySet:
    """What was published of a kind, shared or not, the latest first.

    On any of the themes with these keys, with any of these organisations, which are public, and since
    then.
    """
    parent = parent_of(model)
    rows = parent.objects.published()
    if parent is Event:
        rows = rows.exclude(outcome=Event.Outcome.CANCELLED)
    if since is not None:
        rows = rows.filter(published_at__gte=since)
    if themes:
        about = parent.themes.through.objects.filter(theme__in=themes)
        rows = rows.filter(pk__in=about.values(model.parent))
    if organisations is not None:
        rows_of: Any = model.objects
        theirs = rows_of.filter(
            agreed_at__isnull=False, organisation__in=organisations.order_by().values("pk")
        )
        rows = rows.filter(pk__in=theirs.order_by().values(model.parent))
    found: QuerySet = rows.order_by("-published_at", "-pk")
    return found


# --- The network ----------------------------------------------------------------------------------


class Shared:
    """A project or an event, and the keys of the organisations that share it."""

    # The object, which has its `TEXTS` and no other columns, once it was `read`.
    of: Project | Event

    def __init__(self, tie: Tie) -> None:
        self.tie, self.organisations = tie, tie.organisations
        self.model = parent_of(NAMING[tie.naming])

    @cached_property
    def title(self) -> str:
        """What it is called in the reader's language."""
        return str(self.of)

    @cached_property
    def kind(self) -> str:
        """Which of both it is: project, event."""
        return str(self.model._meta.model_name)

    @cached_property
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

    def __init__(self, ties: Ties) -> None:
        self.is_whole = ties.is_whole
        # From so many projects and so many events, those published last, it is taken.
        self.most = counting.MOST if ties.is_recent else MOST_SHARED
        # The latest first, projects before events.
        self.shared = [Shared(each) for each in ties.found]

    def read(self) -> "Network":
        """The same, with what is shared itself: one query."""
        self.shared = read(self.shared)
        return self

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

    def sharing(self, shared: Shared) -> list[Any]:
        """The organisations that share something, by name."""
        return [self.organisations[key] for key in self._in_order(shared.organisations)]

    def partners(self, organisation: Organisation) -> list[Partner]:
        """With whom an organisation works, those with whom it shares most first, as far as is known."""
        return _partners(self.shared, {organisation.pk}, self.organisations.values())[
            organisation.pk
        ]

    @cached_property
    def _rank(self) -> dict[int, int]:
        return {key: number for number, key in enumerate(self.organisations)}

    def _in_order(self, keys: Iterable[int]) -> list[int]:
        # One that was withdrawn at this very moment is not among them.
        return sorted(self._rank.keys() & set(keys), key=self._rank.__getitem__)


def read(shared: Sequence[Shared]) -> list[Shared]:
    """Those that are still public, each with its object: one query, none for none."""
    parts = []
    for number, model in enumerate(NAMING):
        keys = [each.tie.key for each in shared if each.tie.naming == number]
        rows = parent_of(model).objects.published().filter(among(model.objects.db, keys))
        columns = {"of_": Value(number), "key_": F("pk"), **{f"{name}_": F(name) for name in TEXTS}}
        parts.append(rows.order_by().annotate(**columns).values_list(*columns))
    if not shared:
        return []
    texts = {(number, key): said for number, key, *said in parts[0].union(*parts[1:], all=True)}
    found = [each for each in shared if (each.tie.naming, each.tie.key) in texts]
    for each in found:
        values = (each.tie.key, *texts[each.tie.naming, each.tie.key])
        each.of = each.model.from_db(DEFAULT_DB_ALIAS, ("id", *TEXTS), values)
    return found


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
