"""The filters of agenda, projects and ecosystem, the same on the pages, in the API and in files."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import cached_property, partial
from typing import Any

from django import forms
from django.db.models import F, Func, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events import network
from events.models import Event, Project, ProjectPartner
from events.querysets import SOONEST_FIRST
from members.filters import COMMUNE_CODE, THEME_CODE, KindFacet
from members.models import Organisation, Theme
from portal import i18n
from portal.drawing.storeys import MOST_ARCADES
from portal.facets import (
    ChoiceFacet,
    Conditional,
    ConditionFacet,
    CountingFacet,
    RelatedFacet,
    TalliedFacet,
    Use,
)
from portal.fields import CodeListField
from portal.filters import DayFilter, ListFilterSet, Order, SortFilter
from portal.keeping import recall
from portal.keyset import among
from portal.narrowing import Known, after_day, before_day, of_day
from portal.tallies import Frequent, Tallied, Told
from portal.taxonomies import name_column

# Those without a date come last either way.
NEXT_FIRST = (F("starts_at").asc(nulls_last=True), "pk")
LATEST_FIRST = (F("starts_at").desc(nulls_last=True), "pk")
# Fewer events to come than these are put in order, more are met in it; not from one that began so long
# ago, since all that was over since then is passed on the way.
FEW_WALKED = 300
FAR_WALKED = datetime.timedelta(days=366)
# Under what it is kept when the first of the events to come starts.
FIRST_START = "first start of what is to come"


def since(events: Any, day: datetime.date) -> QuerySet:
    """What takes place that day or later."""
    return events.between(day, None)


def until(events: Any, day: datetime.date) -> QuerySet:
    """What takes place that day or earlier."""
    return events.between(None, day)


def participation() -> Conditional:
    """How to take part without coming."""
    return {"yes": (pgettext_lazy("event", "Online"), lambda: ~Q(online_url=""))}


def languages() -> Conditional:
    """A condition for each language that may be spoken."""
    return {
        code: (label, partial(Q, languages__contains=CodeListField.having(code)))
        for code, label in Event.LANGUAGES
    }


def prices() -> Conditional:
    """What costs nothing, as far as is known."""
    return {"free": (pgettext_lazy("price", "Free"), lambda: Q(price=0))}


class DaysForm(forms.Form):
    """The days between which events are looked for."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("from"), cleaned.get("to")
        if first and last and last < first:
            self.add_error("to", _("This day comes before the one it should follow."))
        return cleaned


class EventFilter(ListFilterSet):
    """The filters of events. Few options are shown, so that a full page stays a light one."""

    from_ = DayFilter(since, label=pgettext_lazy("day", "From"))
    to = DayFilter(until, label=pgettext_lazy("day", "Until"))
    theme = RelatedFacet("themes", legend=_("Theme"), shown=8, help_text=THEME_CODE)
    kind = ChoiceFacet("kind", Event.Kind.choices, legend=_("Kind"), shown=5)
    city = RelatedFacet("commune", legend=_("Commune"), shown=4, help_text=COMMUNE_CODE)
    online = ConditionFacet(
        participation,
        legend=_("Participation"),
        fixed=True,
        marked={"yes": ("is_online", True)},
    )
    language = ConditionFacet(
        languages,
        legend=_("Language spoken"),
        fixed=True,
        marked={code: ("languages", code) for code, _label in Event.LANGUAGES},
    )
    price = ConditionFacet(
        prices, legend=_("Price"), fixed=True, marked={"free": ("is_free", True)}
    )
    sort = SortFilter(
        {
            "date": Order(_("the next first"), NEXT_FIRST),
            "recent": Order(_("the latest first"), LATEST_FIRST),
        }
    )

    class Meta:
        model = Event
        form = DaysForm
        fields: tuple[str, ...] = ()


class AgendaFilter(EventFilter):
    """Those of the agenda, which is always in the order of the calendar, whatever words are typed."""

    sort = SortFilter(
        {
            "date": Order(_("the next first"), SOONEST_FIRST),
            "recent": Order(_("the latest first"), LATEST_FIRST),
        }
    )

    @property
    def order(self) -> str:
        """The code of the order in use."""
        return next(iter(self.filters["sort"].orders))


class UpcomingFilter(AgendaFilter):
    """Those of what is to come (`EventQuerySet.upcoming`)."""

    def begins_with(self) -> Known:
        now = timezone.now()
        # Of those that are over today some are already.
        later, today = after_day("over_at", now), of_day("over_at", now)
        return Known((later,), is_all=True, are_few=True, doubtful=today)

    def walked(self) -> QuerySet | None:
        if self.count() <= FEW_WALKED:
            return None
        first = self._first_start()
        if not self.ranks and first and first < timezone.now() - FAR_WALKED:
            return None
        narrowed: Any = self.narrowed()
        coming: QuerySet = narrowed.next_by_index(first=first)
        return coming

    def _first_start(self) -> datetime.datetime | None:
        """When the first of all that is to come starts: of the same content none does sooner."""

        def find() -> datetime.datetime | None:
            return Event.objects.published().upcoming().first_start()

        return recall({FIRST_START: find})[FIRST_START]


class PastAgendaFilter(AgendaFilter):
    """Those of what is over, the latest first. All have a date, so that an index has their order."""

    sort = SortFilter({"recent": Order(_("the latest first"), ("-starts_at", "pk"))})

    def begins_with(self) -> Known:
        now = timezone.now()
        earlier, today = before_day("over_at", now), of_day("over_at", now)
        return Known((earlier,), is_all=True, doubtful=today)


class PartnerFacet(TalliedFacet):
    """The organisations that take part in projects, as far as a visitor may know.

    There may be very many: only those of most projects are counted, and only those that an address
    names are looked up.
    """

    most = 500

    def labels_of(self, codes: Collection[str]) -> Mapping[str, str]:
        """The public organisations among these: one query, unless they were looked up."""
        looked = self._looked
        if unknown := set(codes) - looked.keys():
            rows = Organisation.objects.published().filter(slug__in=unknown)
            looked |= dict.fromkeys(unknown, "") | dict(rows.values_list("slug", "name"))
        return {code: name for code, name in looked.items() if name}

    @cached_property
    def _looked(self) -> dict[str, str]:
        return {}

    def options(self) -> dict[str, str]:
        """Every public organisation: of one that takes part in nothing the list is empty."""
        return dict(Organisation.objects.published().values_list("slug", "name"))

    def condition(self, model: type[Any], codes: list[str]) -> Q:
        agreed = ProjectPartner.objects.agreed().filter(organisation__slug__in=codes)
        return Q(pk__in=agreed.order_by().values("project"))

    def told(self, model: type[Any]) -> Told:
        return Frequent(
            rows=ProjectPartner.objects.accepted(),
            owner="project",
            to="organisation",
            named=Organisation.objects.published(),
            code="slug",
            label="name",
            most=self.most,
        )

    def has_more(self, left: Tallied) -> bool:
        return super().has_more(left) or len(left.by_code) == self.most


class ReadersTitle(Func):
    """The title in the reader's language, as an alphabet has it: as its address, which has no accent."""

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        """Choose the columns when the query is built: an order is declared before anybody reads."""
        language = i18n.current()
        title = Coalesce(f"slug_{language}", f"slug_{i18n.other(language)}")
        return title.resolve_expression(*args, **kwargs)


class ProjectFilter(ListFilterSet):
    """The filters of projects."""

    theme = RelatedFacet("themes", legend=_("Theme"), help_text=THEME_CODE)
    stage = ChoiceFacet("stage", Project.Stage.choices, legend=_("Stage"))
    # A project of any other is found by the link from its profile.
    partner = PartnerFacet(
        legend=_("Partner"), shown=8, help_text=_("The slug of an organisation that takes part.")
    )
    sort = SortFilter(
        {
            "recent": Order(_("the latest first"), ("-published_at", "-pk")),
            "title": Order(_("in alphabetical order"), (ReadersTitle(), "pk")),
        }
    )

    class Meta:
        model = Project
        fields: tuple[str, ...] = ()


class SharedThemeFacet(CountingFacet):
    """The themes of what organisations do together: of the projects and events that they share."""

    parent: "NetworkFilter"

    @property
    def taxonomy(self) -> type[Theme]:
        return Theme

    def options(self) -> dict[str, str]:
        return {entry.code: entry.name for entry in self.entries}

    def condition(self, model: type[Any], codes: list[str]) -> Q:
        return Q(pk__in=self.parent.ties_on(codes).organisations)

    def used(self, rows: QuerySet, narrowed: QuerySet | None) -> dict[str, Use]:
        """Of `rows` that are tied, as all who share something are: two queries at most.

        An organisation counts once, though projects and events are apart. Of very many of these the
        latest are looked at, as for the drawing.
        """
        labels: dict[str, str] = {}
        having: dict[str, set[int]] = defaultdict(set)
        ties = self.parent.ties
        for tie, code, label in self.parent.themed:
            labels[code] = label or code
            having[code] |= tie.organisations
        left = None
        if narrowed is not None and having:
            some = narrowed.order_by().filter(among(narrowed.db, set.union(*having.values())))
            left = set(some.values_list("pk", flat=True))
        return {
            code: Use(
                labels[code],
                len(found if left is None else found & left),
                len(found),
                at_least=not ties.is_whole,
            )
            for code, found in having.items()
        }


class NetworkFilter(ListFilterSet):
    """The filters of who works with whom: on what, and of which kind one of them is.

    Of the organisations that it begins with those are left that share something: one query, unless
    what ties them is kept.
    """

    # Names are looked for in the directory.
    q = None
    theme = SharedThemeFacet(legend=_("Theme"), shown=10)
    kind = KindFacet(legend=_("Kind"))
    sort = SortFilter({"name": Order(_("in alphabetical order"), ("sort_name", "pk"))})

    class Meta:
        model = Organisation
        fields: tuple[str, ...] = ()

    def __init__(self, data: Any, queryset: QuerySet, scope: str = "") -> None:
        super().__init__(data, queryset, scope)
        self.ties = network.known()
        self._on: dict[tuple[int, ...], network.Ties] = {(): self.ties}

    def _narrowed(self, by: Collection[str], *, counted: bool = False) -> QuerySet:
        codes = self.values.get("theme", []) if "theme" in by else []
        tied = self.ties.organisations & self.ties_on(codes).organisations
        rows = self.queryset.filter(among(self.queryset.db, tied))
        for name in set(by) - {"theme"}:
            rows = self.filters[name].filter(rows, self.values[name])
        return rows

    @property
    def theme_keys(self) -> list[int]:
        """The keys of the themes that are chosen."""
        return self.filters["theme"].keys_of(self.values.get("theme", [])) or []

    @cached_property
    def themed(self) -> list[tuple[network.Tie, str, str]]:
        """What ties anybody, with each of its themes, by code and name: one query."""
        return self.ties.themes(name_column(Theme))

    def ties_on(self, codes: list[str]) -> network.Ties:
        """What ties organisations on any of these themes; no query, unless there is very much."""
        keys = tuple(sorted(self.filters["theme"].keys_of(codes)))
        if keys not in self._on:
            if self.ties.is_whole:
                on = {tie for tie, code, _label in self.themed if code in codes}
                found = [tie for tie in self.ties.found if tie in on]
                self._on[keys] = self.ties._replace(found=found)
            else:
                self._on[keys] = network.known(keys)
        return self._on[keys]

    @property
    def whole_network(self) -> network.Network:
        """What the chosen organisations share, with whom, as much as files hold."""
        return self._network(enough=network.MOST_SHARED)

    def _network(self, enough: int) -> network.Network:
        ties, others = self.ties_on(self.values.get("theme", [])), self._chosen(but="theme")
        if not others:
            return network.Network(ties)
        chosen = Organisation.objects.published()
        for name in others:
            chosen = self.filters[name].filter(chosen, self.values[name])
        if self.ties.is_whole or network.is_too_much():
            some = ties.among(chosen)
            if self.ties.is_whole or len(some.found) >= enough:
                return network.Network(some)
        return network.Network(network.recent(self.theme_keys, chosen))

    @cached_property
    def network(self) -> network.Network:
        """What the chosen organisations share, with whom: one query at most, more of very much.

        Of too much what is known already will do, if it fills the drawing.
        """
        return self._network(enough=MOST_ARCADES)
