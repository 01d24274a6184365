"""Filters and facets of lists, declared once for the page and for the API.

    class ProjectFilters(ListFilterSet):
        theme = RelatedFacet("themes", legend=_("Theme"))
        stage = ChoiceFacet("stage", Project.Stage.choices, legend=_("Stage"))
        sort = SortFilter({"recent": Order(_("the latest first"), ("-published_at", "pk"))})

Within a facet any of the chosen options will do, and all facets must agree. The count beside an
option is that of the rows which every *other* filter leaves.

A page uses `portal.listing` and leaves out what it does not understand, saying so. The API asks
`is_valid()` and `unknown_keys()` first, answers 400, and otherwise takes `qs`.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import counting, display, i18n, search
from portal.facets import (
    CountingFacet,
    Declared,
    Facet,
    OptionGroup,
    TalliedFacet,
    Use,
    pair,
)
from portal.keeping import recall_together
from portal.keyset import order_of
from portal.narrowing import Known
from portal.tallies import Wanted, take
from portal.taxonomies import Taxonomies

# The order of a list that answers typed words, unless another is asked for.
RELEVANCE = "relevance"
# What counts of all rows of a list are called by, with the name of a facet; and that of the rows
# which all filters leave.
OVERALL, TOTAL = "overall", ""


@dataclass(frozen=True)
class Problem:
    """Something in a query that a list does not understand."""

    key: str
    value: str
    message: str


# --- Filters --------------------------------------------------------------------------------------


class QueryField(forms.CharField):
    """A typed search, as `portal.search` reads it."""

    def clean(self, value: Any) -> str:
        try:
            return search.clean_query(value or "")
        except search.QueryRefused as refused:
            raise ValidationError(str(refused), code="invalid") from refused


class SearchFilter(Declared):
    """The rows in which all words of a text are found, in some form and either language."""

    field_class = QueryField


class DayFilter(Declared, filters.DateFilter):
    """A day, always written 2026-03-04; `keep` says which rows a day leaves."""

    def __init__(self, keep: Callable[[QuerySet, date], QuerySet], **kwargs: Any) -> None:
        kwargs.setdefault("input_formats", ["%Y-%m-%d"])
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        super().__init__(**kwargs)
        self.keep = keep

    def filter(self, queryset: QuerySet, value: date | None) -> QuerySet:
        return self.keep(queryset, value) if value else queryset

    def describe(self, value: date) -> str:
        """The filter as a chip says it."""
        return pair(self.label, display.long_date(value))


@dataclass(frozen=True)
class Order:
    """A way to sort: how a person says it, and the columns."""

    label: Any
    by: tuple[Any, ...]


class SortFilter(Declared, filters.ChoiceFilter):
    """The order of the rows, one of those given; the first is the one nobody need ask for."""

    def __init__(self, orders: Mapping[str, Order], **kwargs: Any) -> None:
        self.orders = dict(orders)
        codes = [*self.orders, RELEVANCE]
        kwargs.setdefault("label", gettext_lazy("Order"))
        super().__init__(choices=[(code, code) for code in codes], **kwargs)

    def filter(self, queryset: QuerySet, value: str) -> QuerySet:
        return queryset  # the set of filters sorts, last


# --- The filters of one list ----------------------------------------------------------------------


class ListFilterSet(filters.FilterSet):
    """The filters of one list. A name that Python keeps for itself ends with "_" (`from_`).

    `scope` says which rows it begins with, in a word: counts of these, for whichever boxes are ticked,
    are made once (`portal/keeping.py`), and those of typed words and days if they are large. Without one
    they are not kept.
    """

    q: Any = SearchFilter(label=gettext_lazy("Search"))

    def __init__(self, data: Any, queryset: QuerySet, scope: str = "") -> None:
        super().__init__(data, queryset)
        self.scope = scope

    @cached_property
    def form(self) -> forms.Form:
        """What reads the query. Of facets it has those that are asked for: boxes are no part of it."""
        form: forms.Form = self._meta.form(self.data)
        # Of this request already: Django would copy each.
        form.fields = {
            name: found.field
            for name, found in self.filters.items()
            if name in self.data or not isinstance(found, Facet)
        }
        return form

    @classmethod
    def get_filters(cls) -> dict[str, Any]:
        """The filters by their key in addresses."""
        return {name.rstrip("_"): found for name, found in super().get_filters().items()}

    def unknown_keys(self, also: Collection[str] = ()) -> list[str]:
        """The keys of the query that are no filter of this list, nor one of `also`."""
        return [key for key in self.data if key not in self.filters and key not in also]

    @cached_property
    def values(self) -> dict[str, Any]:
        """What is asked for by each filter in use, without what cannot be understood."""
        cleaned = {name: self._value(name) for name in self.filters}
        return {name: value for name, value in cleaned.items() if value not in (None, "", [])}

    def _value(self, name: str) -> Any:
        found = self.filters[name]
        if isinstance(found, Facet):
            if name not in self.data:
                return []
            widget = self.form.fields[name].widget
            typed = widget.value_from_datadict(self.data, {}, name)
            labels = found.labels_of(typed) if any(typed) else {}
            return [code for code in dict.fromkeys(typed) if code and code in labels]
        return None if name in self.errors else self.form.cleaned_data.get(name)

    def problems(self, also: Collection[str] = ()) -> list[Problem]:
        """All that cannot be understood, each with a sentence that names it."""
        found = [Problem(key, "", self._unknown(key)) for key in self.unknown_keys(also)]
        for key, errors in self.errors.as_data().items():
            for error in errors:
                value = (error.params or {}).get("value") or self.data.get(key, "")
                text = " ".join(error.messages)
                label = self.filters[key].label or key
                found.append(Problem(key, str(value), pair(label, text)))
        return found

    def _unknown(self, key: str) -> str:
        """That a key means nothing here; what other sites call a search is led to ours."""
        if key in ("search", "query") and "q" in self.filters:
            return _("There is no filter called “%(key)s”: words are looked for with “q”.") % {
                "key": key
            }
        return _("There is no filter called “%(key)s”.") % {"key": key[:60]}

    def narrowed(self, but: str = "") -> QuerySet:
        """The rows that all filters leave, or all but one; in no order of ours."""
        return self._narrowed(self._chosen(but=but))

    def _narrowed(self, by: Collection[str], *, counted: bool = False) -> QuerySet:
        """The rows that these of the filters in use leave; to be `counted` just enough of very many."""
        rows, conditions = self.queryset.all(), []
        for name, value in self.values.items():
            found = self.filters[name]
            if name == "q" or name not in by:
                continue
            if isinstance(found, Facet):
                conditions.append(found.condition(rows.model, value))
            else:
                rows = found.filter(rows, value)
        # All at once: each call copies the query.
        rows = rows.filter(*conditions) if conditions else rows
        if "q" not in by or not self.ranks:
            return rows
        known, text = self._known(by), self.values["q"]
        if counted and (known.is_all or known.are_few):
            most = search.ENOUGH if known.is_all else search.NO_LIMIT
            return search.matching(rows, text, most, known)
        return search.matching(rows, text, most=None)

    def begins_with(self) -> Known:
        """What search knows of the rows that the list begins with, which may have marks in common."""
        public = search.published(self.queryset.model)
        return Known(is_all=self.queryset.query.where == public.query.where)

    def _known(self, by: Collection[str]) -> Known:
        """What search knows of the rows that these filters leave."""
        marks, is_all, are_few, doubtful = self.begins_with()
        for name in sorted(set(by) - {"q", "sort"}):
            found = self.filters[name]
            mark = found.marks(self.values[name]) if isinstance(found, Facet) else None
            if mark is None:
                is_all = False
            else:
                marks = (*marks, mark)
        return Known(marks, is_all, are_few, doubtful)

    @property
    def ranks(self) -> bool:
        """Whether some rows answer the typed words better than others."""
        return bool(self.values.get("q")) and isinstance(self.filters["q"], SearchFilter)

    @property
    def order(self) -> str:
        """The code of the order in use."""
        chosen = self.values.get("sort", "")
        if chosen == RELEVANCE and not self.ranks:
            chosen = ""
        return chosen or (RELEVANCE if self.ranks else next(iter(self.filters["sort"].orders)))

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        """The rows that all filters leave, in order: what `qs` gives to page and API.

        A query for typed words, unless the rows were counted: of very many only some are ranked.
        """
        orders = self.filters["sort"].orders
        if not self.ranks:
            return self.narrowed().order_by(*orders[self.order].by)
        rows, text = self.narrowed(but="q"), self.values["q"]
        are_many, known = self.count() > counting.MOST, self._known(self._chosen())
        if self.order == RELEVANCE:
            rows = rows.order_by(*next(iter(orders.values())).by)
            return search.ranked(rows, text, known, are_many=are_many)
        rows = rows.order_by(*orders[self.order].by)
        # In the order of a column very many are met by walking; another one is sorted, after all of
        # them were found.
        walks = are_many and isinstance(order_of(rows)[0].expression, F)
        return search.matching(rows, text, None if walks else search.NO_LIMIT, known)

    def walked(self) -> QuerySet | None:
        """The first of very many rows in the order of the list, where an index has these in order and
        not all."""
        return None

    @cached_property
    def _facets(self) -> dict[str, Facet]:
        return {name: found for name, found in self.filters.items() if isinstance(found, Facet)}

    @cached_property
    def taxonomies(self) -> Taxonomies:
        """What the options of its facets are made of."""
        return Taxonomies(filter(None, (found.taxonomy for found in self._facets.values())))

    @property
    def _tallied(self) -> dict[str, TalliedFacet]:
        return {n: found for n, found in self._facets.items() if isinstance(found, TalliedFacet)}

    def facets(self) -> list[OptionGroup]:
        """The facets as they are shown: one query for all of them, unless they are kept."""
        return [self._group(name, found) for name, found in self._facets.items()]

    def _group(self, name: str, found: Facet) -> OptionGroup:
        chosen = self.values.get(name, [])
        if isinstance(found, CountingFacet):
            return found.group(name, self._used(name), chosen)
        left = self._counts[name]
        uses = found.uses(left, self._counts[OVERALL, name])
        return found.group(name, uses, chosen, has_more=found.has_more(left))

    def _used(self, name: str) -> dict[str, Use]:
        """The use of each code of a facet that counts itself."""
        others = self._chosen() - {name}

        def make(_names: Any) -> dict[Any, Any]:
            narrowed = self.narrowed(but=name) if others else None
            return {name: self.filters[name].used(self.queryset, narrowed)}

        return self._recalled([name], make)[name]

    def count(self) -> int:
        """How many rows all filters leave: a query, unless the number is kept or facets are shown.

        A number above `portal.counting.MOST` stands for any larger one.
        """
        return self._counts[TOTAL] if "_counts" in self.__dict__ else self._count_alone

    @cached_property
    def _count_alone(self) -> int:
        def make(_names: Any) -> dict[Any, int]:
            return {TOTAL: counting.of(self._narrowed(self._chosen(), counted=True))}

        return self._recalled([TOTAL], make)[TOTAL]

    def count_with_facets(self) -> int:
        """The same for a list that shows its facets as well: one query for all that is counted."""
        return self._counts[TOTAL]

    def looked_at_but(self, name: str) -> int:
        """Among how many rows a facet was counted: of those that all other filters leave."""
        number: int = self._counts[name].looked_at
        return number

    @property
    def is_bounded(self) -> bool:
        """Whether all that is chosen are boxes, of which there are only so many, and an order."""
        return all(isinstance(self.filters[name], Facet) for name in self._chosen())

    def _chosen(self, but: Any = None) -> set[str]:
        """The filters in use, or all but one."""
        return self.values.keys() - {"sort", but}

    @cached_property
    def _counts(self) -> dict[Any, Any]:
        """How many rows there are by code: of each facet, those that the others leave, and
        (OVERALL, facet) all; under TOTAL, how many all leave. What is not kept is one query."""
        facets = list(self._tallied)
        names: list[Any] = [TOTAL, *((OVERALL, name) for name in facets)]
        # Where nothing else is chosen these are the same.
        names += [name for name in facets if self._chosen(but=name)]
        found = self._recalled(names, self._count)
        return {name: found[OVERALL, name] for name in facets} | found

    def _count(self, names: list[Any]) -> dict[Any, Any]:
        """Count what has these names: one query. Each is counted among the rows of one set."""
        model = self.queryset.model
        sets = list(dict.fromkeys(self._narrowing(name) for name in names))
        wanted = {
            name: Wanted(sets.index(self._narrowing(name)), self._tallied[facet].told(model))
            for name in names
            if (facet := name if isinstance(name, str) else name[1])
        }
        counts, found = take([self._narrowed(each, counted=True) for each in sets], wanted)
        if TOTAL in names:
            return found | {TOTAL: counts[sets.index(self._narrowing(TOTAL))]}
        return dict(found)

    def _narrowing(self, name: Any) -> frozenset[str]:
        """The filters that narrow what is counted under a name: none for what is counted of all."""
        return frozenset(self._chosen(but=name)) if isinstance(name, str) else frozenset()

    def _recalled(
        self, names: list[Any], make: Callable[[list[Any]], dict[Any, Any]]
    ) -> dict[Any, Any]:
        """What is made under each name: for a facet called so, of what all others leave.

        What typed words and days leave is made each time, unless it is much and there is room for it
        (`portal/keeping.py`), and so is everything without a `scope`.
        """
        if not self.scope:
            return make(names)
        about = (type(self).__module__, type(self).__qualname__, self.scope, i18n.current())
        keys = {(*about, name, *self._said(name)): name for name in names}

        def make_missing(missing: list[Any]) -> dict[Any, Any]:
            made = make([keys[key] for key in missing])
            return {key: made[keys[key]] for key in missing}

        def typed(key: Any, made: Any) -> int | None:
            if self.is_bounded or not self._narrowing(keys[key]):
                return None
            return made if isinstance(made, int) else getattr(made, "total", 0)

        found = recall_together(keys, make_missing, typed)
        return {name: found[key] for key, name in keys.items()}

    def _said(self, name: Any) -> list[Any]:
        """The same with what each asks for."""
        asked = ((each, self.values[each]) for each in self._narrowing(name))
        return sorted(
            (each, *(sorted(value) if isinstance(value, list) else [str(value)]))
            for each, value in asked
        )

    @cached_property
    def chosen(self) -> list[tuple[str, str, str]]:
        """Key, value and words of each filter in use, the typed text and the order left out."""
        found = []
        for name, value in self.values.items():
            if name in ("q", "sort"):
                continue
            for each in value if isinstance(value, list) else [value]:
                found.append((name, str(each), self._words(name, each)))
        return found

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """The typed text and each filter in use by their keys: what an address of this list says."""
        text = self.values.get("q")
        typed = [("q", text)] if text else []
        return [*typed, *((key, value) for key, value, _words in self.chosen)]

    def is_written(
        self, query: Collection[tuple[str, str]], also: Collection[tuple[str, str]] = ()
    ) -> bool:
        """Whether a query says what is chosen as this list writes it, in any order, and `also` these
        pairs.

        Typed words and days have no end, nor have other ways to write the same.
        """
        if not self.is_bounded:
            return False
        boxes = [(name, code) for name in self._chosen() for code in self.values[name]]
        sort = [("sort", self.values["sort"])] if "sort" in self.values else []
        return sorted(query) == sorted([*boxes, *sort, *also])

    def _words(self, name: str, value: Any) -> str:
        describe = getattr(self.filters[name], "describe", None)
        return describe(value) if describe else pair(self.filters[name].label, value)
