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
from functools import cached_property, partial
from typing import Any

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import display, i18n, search
from portal.facets import Facet, OptionGroup, Use, pair
from portal.keeping import recall

# The order of a list that answers typed words, unless another is asked for.
RELEVANCE = "relevance"


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


class SearchFilter(filters.Filter):
    """The rows in which all words of a text are found, in some form and either language."""

    field_class = QueryField

    def filter(self, queryset: QuerySet, value: str) -> QuerySet:
        return search.matching(queryset, value)


class DayFilter(filters.DateFilter):
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


class SortFilter(filters.ChoiceFilter):
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
    are made once (`portal/keeping.py`). Without one, and for typed words and days, they are not kept.
    """

    q: Any = SearchFilter(label=gettext_lazy("Search"))

    def __init__(self, data: Any, queryset: QuerySet, scope: str = "") -> None:
        super().__init__(data, queryset)
        self.scope = scope

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
            typed = found.field.widget.value_from_datadict(self.data, {}, name) or []
            return [code for code in dict.fromkeys(typed) if code and code in found.known]
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
        rows = self.queryset.all()
        for name, value in self.values.items():
            if name != but:
                rows = self.filters[name].filter(rows, value)
        return rows

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
        """The rows that all filters leave, in order: what `qs` gives to page and API."""
        orders = self.filters["sort"].orders
        if self.order == RELEVANCE:
            rows = self.narrowed(but="q").order_by(*next(iter(orders.values())).by)
            return search.ranked(rows, self.values["q"])
        return self.narrowed().order_by(*orders[self.order].by)

    def facets(self) -> list[OptionGroup]:
        """The facets as they are shown: one query for each that is not kept."""
        facets = {n: found for n, found in self.filters.items() if isinstance(found, Facet)}
        used = self._recalled({name: partial(self._used, name) for name in facets})
        return [
            found.group(name, used[name], self.values.get(name, []))
            for name, found in facets.items()
        ]

    def _used(self, name: str) -> dict[str, Use]:
        """The use of each code of a facet: among the rows that all other filters leave, and in all."""
        others = self.values.keys() - {name, "sort"}
        return self.filters[name].used(self.queryset, self.narrowed(but=name) if others else None)

    def count(self) -> int:
        """How many rows all filters leave: a query, unless the number is kept."""
        return self._recalled({"": self.narrowed().count})[""]

    @property
    def is_bounded(self) -> bool:
        """Whether all that is chosen are boxes, of which there are only so many, and an order."""
        chosen = self.values.keys() - {"sort"}
        return all(isinstance(self.filters[name], Facet) for name in chosen)

    def _recalled(self, makers: dict[str, Callable[[], Any]]) -> dict[str, Any]:
        """What each maker makes; of a facet called like it, of what all others leave."""
        chosen = {name: value for name, value in self.values.items() if name != "sort"}
        if not self.scope or not self.is_bounded:
            return {name: make() for name, make in makers.items()}
        about = (type(self).__module__, type(self).__qualname__, self.scope, i18n.current())
        names = {
            name: (
                *about,
                name,
                *sorted((n, *sorted(codes)) for n, codes in chosen.items() if n != name),
            )
            for name in makers
        }
        kept = recall({names[name]: make for name, make in makers.items()})
        return {name: kept[names[name]] for name in makers}

    def chosen(self) -> list[tuple[str, str, str]]:
        """Key, value and words of each filter in use, the typed text and the order left out."""
        found = []
        for name, value in self.values.items():
            if name in ("q", "sort"):
                continue
            for each in value if isinstance(value, list) else [value]:
                found.append((name, str(each), self._words(name, each)))
        return found

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The typed text and each filter in use by their keys: what an address of this list says."""
        text = self.values.get("q")
        typed = [("q", text)] if text else []
        return [*typed, *((key, value) for key, value, _words in self.chosen())]

    def _words(self, name: str, value: Any) -> str:
        describe = getattr(self.filters[name], "describe", None)
        return describe(value) if describe else pair(self.filters[name].label, value)
