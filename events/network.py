"""Who works with whom: organisations, and the projects and events that several of them share.

Only what a visitor may read is asked for: projects and events that are published, events that are not
cancelled, and organisations that are published themselves and agreed to be named. A project or an event
with one organisation ties nobody to anybody and is left out.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property
from itertools import combinations
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import ngettext

from events.models import Event, EventOrganiser, Project, ProjectPartner
from members.models import Membership, Organisation
from portal import display
from portal.models import Status
from portal.rows import AgreedRow

# The rows that name organisations, of projects first.
NAMING: tuple[type[AgreedRow], ...] = (ProjectPartner, EventOrganiser)
# The code of the college that founded the association.
FOUNDING = "founding"


# --- Questions to the database --------------------------------------------------------------------


def ties(model: type[AgreedRow], themes: Collection[str] = ()) -> Any:
    """The rows of a model that name who shares what several share, on any of these themes."""
    parent: Any = model._meta.get_field(model.parent).related_model
    rows: Any = model.objects
    agreed = rows.agreed().select_related(None).order_by()
    others = agreed.filter(**{model.parent: OuterRef(model.parent)}).exclude(pk=OuterRef("pk"))
    found = agreed.filter(Exists(others), **{f"{model.parent}__status": Status.PUBLISHED})
    if parent is Event:
        found = found.exclude(event__outcome=Event.Outcome.CANCELLED)
    if themes:
        about = parent.objects.filter(themes__code__in=themes).order_by().values("pk")
        found = found.filter(**{f"{model.parent}__in": about})
    return found


def tied(organisations: QuerySet, themes: Collection[str] = ()) -> QuerySet:
    """Those that share a project or an event with others, on any of these themes."""
    shares = Q()
    for model in NAMING:
        shares |= Q(pk__in=ties(model, themes).values("organisation"))
    return organisations.filter(shares)


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

    `themes` keeps what is about one of them. Costs four queries, whatever there is to know.
    """

    def __init__(self, organisations: QuerySet, themes: Collection[str] = ()) -> None:
        chosen = set(organisations.order_by().values_list("pk", flat=True))
        public = {each.pk: each for each in _described(themes)}
        # The latest first, projects before events.
        self.shared = [
            shared for model in NAMING for shared in _shared(model, themes, chosen, public.keys())
        ]
        named = frozenset[int]().union(*(each.organisations for each in self.shared))
        self.organisations: dict[int, Any] = {
            key: each for key, each in public.items() if key in named
        }

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
        """With whom an organisation works, those with whom it shares most first."""
        projects: Counter[int] = Counter()
        events: Counter[int] = Counter()
        for shared in self.shared:
            if organisation.pk in shared.organisations:
                (projects if shared.is_project else events).update(shared.organisations)
        found = [
            Partner(self.organisations[key], projects[key], events[key])
            for key in self._in_order((projects + events).keys() - {organisation.pk})
        ]
        # A stable sort: of equals, the order of their names.
        return sorted(found, key=lambda each: -each.projects - each.events)

    @cached_property
    def _rank(self) -> dict[int, int]:
        return {key: number for number, key in enumerate(self.organisations)}

    def _in_order(self, keys: Iterable[int]) -> list[int]:
        return sorted(keys, key=self._rank.__getitem__)


def _shared(
    model: type[AgreedRow],
    themes: Collection[str],
    chosen: Collection[int],
    public: Collection[int],
) -> Iterator[Shared]:
    """What any of the chosen shares with others that are `public`: one query."""
    parent = model.parent
    shown = [f"{parent}__{name}" for name in ("title_fr", "title_en", "slug_fr", "slug_en")]
    rows = ties(model, themes).select_related(parent).only("organisation", parent, *shown)
    found: dict[int, Any] = {}
    named: dict[int, set[int]] = defaultdict(set)
    for row in rows.order_by(f"-{parent}__published_at", f"-{parent}__pk"):
        # Somebody may have withdrawn one, or published something, between two queries.
        if row.organisation_id in public:
            obj = getattr(row, parent)
            found.setdefault(obj.pk, obj)
            named[obj.pk].add(row.organisation_id)
    for key, obj in found.items():
        if len(named[key]) > 1 and not named[key].isdisjoint(chosen):
            yield Shared(obj, frozenset(named[key]))


def _described(themes: Collection[str]) -> QuerySet:
    """The organisations of the network, by name."""
    today = Membership.objects.today_of(OuterRef("pk"))
    return (
        tied(Organisation.objects.published(), themes)
        .only("name", "short_name", "slug", "kind", "sort_name")
        .annotate(is_member=Exists(today), is_founder=Exists(today.filter(college__code=FOUNDING)))
        .order_by("sort_name", "pk")
    )
