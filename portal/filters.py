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

import abc
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial, reduce
from operator import or_
from typing import Any

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from portal import display, i18n, search
from portal.keeping import recall
from portal.words import fold

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


# --- Facets ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Option:
    """One box of a facet."""

    value: str
    label: str
    count: int
    checked: bool


@dataclass(frozen=True)
class OptionGroup:
    """A facet as it is shown."""

    name: str
    legend: str
    options: list[Option]
    # What any of the rows has, shown as a box or not, by its code.
    uses: Mapping[str, "Use"]


@dataclass(frozen=True)
class Use:
    """How much of a list an option has: among the rows that other filters leave, and in all."""

    label: str
    count: int
    overall: int


class CodesField(forms.MultipleChoiceField):
    """Codes out of those that exist; names each one that does not."""

    def validate(self, value: list[str]) -> None:
        if not value:
            return
        known = {str(code) for code, _label in self.choices}  # type: ignore[union-attr,misc]
        unknown = [code for code in dict.fromkeys(value) if code and code not in known]
        if unknown:
            raise ValidationError(
                [
                    ValidationError(
                        gettext_lazy("“%(value)s” is not one of the choices."),
                        code="invalid_choice",
                        params={"value": code},
                    )
                    for code in unknown
                ]
            )


class Facet(filters.MultipleChoiceFilter, abc.ABC):
    """A group of options with counts. A subclass says which there are, and what each keeps."""

    field_class = CodesField
    # Whether the codes stand in the program, and so in the description of the API.
    has_fixed_codes = False

    def __init__(self, *, legend: Any, shown: int = 0, **kwargs: Any) -> None:
        # A callable: what nobody chose costs no look at the options.
        kwargs.setdefault("choices", self._choices)
        super().__init__(label=legend, **kwargs)
        self.legend = legend
        self.shown = shown
        self._known: dict[str, str] | None = None

    def _choices(self) -> list[tuple[str, str]]:
        return list(self.known.items())

    @property
    def known(self) -> dict[str, str]:
        """Every code there is, with its label, in the order shown: looked up once."""
        if self._known is None:
            name = (self.kept_as, i18n.current())
            keeps = self.kept_as and not self.has_fixed_codes
            self._known = recall({name: self.options})[name] if keeps else self.options()
        return self._known

    @property
    def kept_as(self) -> tuple[str, ...]:
        """What its options depend on, besides the language; nothing where they are not kept."""
        return ()

    @property
    def field(self) -> CodesField:
        """The form field; made each time, since each request has its own copy of the filter."""
        # Not the method itself: a form copies its fields deeply, and this filter with its method.
        return CodesField(choices=lambda: self._choices(), required=False, label=self.label)

    def filter(self, queryset: QuerySet, value: list[str]) -> QuerySet:
        return self.keep(queryset, value) if value else queryset

    def describe(self, code: str) -> str:
        """The filter as a chip says it: Thème : Santé."""
        return pair(self.legend, self.known[code])

    def group(self, name: str, uses: Mapping[str, Use], chosen: list[str]) -> OptionGroup:
        """The options in use, or that were chosen, with how many rows have each.

        At most `shown` of them, those that most rows have: whatever the filters, they stay in place.
        """
        used = dict(uses)
        frequent = sorted(used, key=lambda code: (-used[code].overall, code))
        kept = {*frequent[: self.shown or None], *chosen}
        for code in chosen:
            used.setdefault(code, Use(self.known[code], 0, 0))
        options = [
            Option(code, used[code].label, used[code].count, code in chosen)
            for code in self.in_order(used)
            if code in kept
        ]
        return OptionGroup(name, str(self.legend), options, used)

    # What a subclass says.

    @abc.abstractmethod
    def options(self) -> dict[str, str]:
        """Every code with its label: one query at most."""

    @abc.abstractmethod
    def keep(self, queryset: QuerySet, codes: list[str]) -> QuerySet:
        """The rows that answer one of these codes, each once."""

    @abc.abstractmethod
    def used(self, rows: QuerySet, narrowed: QuerySet | None) -> dict[str, Use]:
        """The use of each code that any of `rows` has; without `narrowed` all count. One query."""

    def in_order(self, used: dict[str, Use]) -> list[str]:
        """The codes in the order shown: by label, without regard to accents and capitals."""
        return sorted(used, key=lambda code: fold(used[code].label))


def in_known_order(facet: Facet, used: dict[str, Use]) -> list[str]:
    """The codes in the order in which the facet knows them."""
    return [code for code in facet.known if code in used]


def counts(narrowed: QuerySet | None, column: str = "pk") -> tuple[Count, Count]:
    """How many rows of a group are among `narrowed`, and how many there are."""
    everything = Count(column, distinct=True)
    if narrowed is None:
        return everything, everything
    among = Q(**{f"{column}__in": narrowed.order_by().values("pk")})
    return Count(column, distinct=True, filter=among), everything


class ChoiceFacet(Facet):
    """The values of a column with choices, in their order."""

    has_fixed_codes = True

    def __init__(self, column: str, choices: Iterable[tuple[str, Any]], **kwargs: Any) -> None:
        self.column, self.labels = column, list(choices)
        super().__init__(field_name=column, choices=self.labels, **kwargs)

    def options(self) -> dict[str, str]:
        return {code: str(label) for code, label in self.labels}

    def keep(self, queryset: QuerySet, codes: list[str]) -> QuerySet:
        return queryset.filter(**{f"{self.column}__in": codes})

    def used(self, rows: QuerySet, narrowed: QuerySet | None) -> dict[str, Use]:
        n, overall = counts(narrowed)
        found = rows.order_by().values_list(self.column).annotate(n=n, overall=overall)
        return {code: Use(self.known[code], *use) for code, *use in found if code in self.known}

    def in_order(self, used: dict[str, Use]) -> list[str]:
        return in_known_order(self, used)


class RelatedFacet(Facet):
    """What rows point to, one (`commune`) or several (`themes`): a model with `code` and `name`."""

    def __init__(self, path: str, **kwargs: Any) -> None:
        super().__init__(field_name=f"{path}__code", **kwargs)
        self.path = path

    def _related(self, model: type[Any]) -> tuple[Any, str]:
        """The model pointed to, and its column of names in the reader's language."""
        related = model._meta.get_field(self.path).related_model
        column = f"name_{i18n.current()}" if i18n.is_translated(related, "name") else "name"
        return related, column

    @property
    def kept_as(self) -> tuple[str, ...]:
        """What its options depend on, besides the language."""
        return ("options", self.model._meta.label, self.path)

    def options(self) -> dict[str, str]:
        related, name = self._related(self.model)
        return dict(related._default_manager.order_by("code").values_list("code", name))

    def keep(self, queryset: QuerySet, codes: list[str]) -> QuerySet:
        # Through the keys: a row that has two of the codes is still one row.
        having = queryset.model._base_manager.filter(**{f"{self.path}__code__in": codes})
        return queryset.filter(pk__in=having.order_by().values("pk"))

    def used(self, rows: QuerySet, narrowed: QuerySet | None) -> dict[str, Use]:
        _model, name = self._related(rows.model)
        n, overall = counts(narrowed)
        found = (
            rows.order_by()
            .filter(**{f"{self.path}__isnull": False})
            .values_list(f"{self.path}__code", f"{self.path}__{name}")
            .annotate(n=n, overall=overall)
        )
        return {code: Use(label or code, *use) for code, label, *use in found}


class ConditionFacet(Facet):
    """Options that each are a condition on the row (`Q` or `Exists`; no join that repeats rows).

    `conditions` returns {code: (label, condition)} in the order shown; it may cost one query.
    """

    def __init__(
        self,
        conditions: Callable[[], Mapping[str, tuple[Any, Any]]],
        *,
        fixed: bool = False,
        **kwargs: Any,
    ) -> None:
        """`fixed` where the codes stand in the program."""
        super().__init__(**kwargs)
        self.conditions = conditions
        self.has_fixed_codes = fixed
        self._wanted: Mapping[str, tuple[Any, Any]] | None = None

    @property
    def wanted(self) -> Mapping[str, tuple[Any, Any]]:
        """The conditions, looked up once."""
        if self._wanted is None:
            self._wanted = self.conditions()
        return self._wanted

    @property
    def kept_as(self) -> tuple[str, ...]:
        """What its options depend on, besides the language."""
        return ("options", self.conditions.__module__, self.conditions.__qualname__)

    def options(self) -> dict[str, str]:
        return {code: str(label) for code, (label, _condition) in self.wanted.items()}

    def keep(self, queryset: QuerySet, codes: list[str]) -> QuerySet:
        return queryset.filter(reduce(or_, [Q(self.wanted[code][1]) for code in codes]))

    def used(self, rows: QuerySet, narrowed: QuerySet | None) -> dict[str, Use]:
        among = Q() if narrowed is None else Q(pk__in=narrowed.order_by().values("pk"))
        sums = {}
        for position, (_label, condition) in enumerate(self.wanted.values()):
            sums[f"all{position}"] = Count("pk", filter=Q(condition))
            sums[f"n{position}"] = Count("pk", filter=Q(condition) & among)
        found = rows.order_by().aggregate(**sums)
        return {
            code: Use(self.known[code], found[f"n{position}"], found[f"all{position}"])
            for position, code in enumerate(self.wanted)
            if found[f"all{position}"]
        }

    def in_order(self, used: dict[str, Use]) -> list[str]:
        return in_known_order(self, used)


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
        found = [
            Problem(key, "", _("There is no filter called “%(key)s”.") % {"key": key[:60]})
            for key in self.unknown_keys(also)
        ]
        for key, errors in self.errors.as_data().items():
            for error in errors:
                value = (error.params or {}).get("value") or self.data.get(key, "")
                text = " ".join(error.messages)
                label = self.filters[key].label or key
                found.append(Problem(key, str(value), pair(label, text)))
        return found

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

    def _recalled(self, makers: dict[str, Callable[[], Any]]) -> dict[str, Any]:
        """What each maker makes; of a facet called like it, of what all others leave."""
        chosen = {name: value for name, value in self.values.items() if name != "sort"}
        if not self.scope or not all(isinstance(self.filters[name], Facet) for name in chosen):
            return {name: make() for name, make in makers.items()}
        about = (type(self).__qualname__, self.scope, i18n.current())
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


def pair(label: Any, value: Any) -> str:
    """A name and its value: Thème : Santé, Theme: Health."""
    return pgettext("label and value", "%(label)s: %(value)s") % {"label": label, "value": value}
