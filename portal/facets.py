"""Facets of lists: groups of boxes, each with how many rows it would leave.

A facet says which options there are and what each keeps; `portal.filters` has the sets of filters
that they are part of. What options are made of stands in taxonomies, models with `code` and `name`,
which all facets of a list look up together.
"""

import abc
from collections.abc import Callable, Collection, Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from functools import reduce
from html import escape
from operator import or_
from typing import Any, Self

import django_filters as filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy, pgettext

from portal import display, i18n
from portal.narrowing import mark, one_of
from portal.tallies import Columns, Conditions, Pairs, Tallied, Told
from portal.taxonomies import Entry, name_column
from portal.words import AnyOf, Node, Word, fold


def pair(label: Any, value: Any) -> str:
    """A name and its value: Thème : Santé, Theme: Health."""
    return pgettext("label and value", "%(label)s: %(value)s") % {"label": label, "value": value}


@dataclass(frozen=True)
class Option:
    """One box of a facet."""

    value: str
    label: str
    count: int
    checked: bool
    # Whether there may be more of them.
    at_least: bool = False

    @property
    def words(self) -> str:
        """The label and the count: Santé (12), or Santé (12+) where there may be more.

        Without a count where none was met of very many: 0+ says nothing.
        """
        if self.at_least and not self.count:
            return self.label
        return f"{self.label} ({display.number(self.count)}{'+' if self.at_least else ''})"


@dataclass(frozen=True)
class OptionGroup:
    """A facet as it is shown."""

    name: str
    legend: str
    options: list[Option]
    # What any of the rows has, shown as a box or not, by its code.
    uses: Mapping[str, "Use"]

    @property
    def is_partial(self) -> bool:
        """Whether not all rows were counted, of very many."""
        return any(option.at_least for option in self.options)

    @property
    def boxes(self) -> SafeString:
        """A ticked or empty box for each option, as HTML: a page has dozens of them."""
        boxes = (
            f'<label><input type="checkbox" name="{self.name}" value="{escape(each.value)}"'
            f"{' checked' if each.checked else ''}>{escape(each.words)}</label>"
            for each in self.options
        )
        # Safe: the name is an attribute of a class, the rest is escaped or a number.
        return mark_safe("\n  ".join(boxes))  # noqa: S308 - see above


@dataclass(frozen=True)
class Use:
    """How much of a list an option has: among the rows that other filters leave, and in all.

    `at_least` where there are so many of these rows that not all were looked at.
    """

    label: str
    count: int
    overall: int
    at_least: bool = False


class CodesField(forms.MultipleChoiceField):
    """Codes out of those that exist; names each one that does not."""

    def __init__(self, labels_of: Callable[[list[str]], Mapping[str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.labels_of = labels_of

    def validate(self, value: list[str]) -> None:
        if not value:
            return
        known = self.labels_of([str(code) for code in value])
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


class Declared(filters.Filter):
    """A filter of which each request has a copy of its own, that shares what was declared."""

    def __deepcopy__(self, _memo: Any) -> Self:
        # Made once: all copies share it.
        _ = self.field
        return copy(self)


class Facet(Declared, filters.MultipleChoiceFilter, abc.ABC):
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
        # By language, for all requests: what stands in the program does not change.
        self._fixed: dict[str, dict[str, str]] = {}

    def __deepcopy__(self, _memo: Any) -> Self:
        return copy(self)

    def _choices(self) -> list[tuple[str, str]]:
        return list(self.known.items())

    @property
    def known(self) -> dict[str, str]:
        """Every code there is, with its label, in the order shown: looked up once."""
        if self._known is None:
            kept = self._fixed if self.has_fixed_codes else {}
            self._known = kept.get(i18n.current()) or self.options()
            kept[i18n.current()] = self._known
        return self._known

    def labels_of(self, codes: Collection[str]) -> Mapping[str, str]:
        """The labels of those of these codes that exist; of others it may say them too."""
        return self.known

    @property
    def taxonomy(self) -> type[Any] | None:
        """The model that its options are rows of, or are made of; None where they are not."""
        return None

    @property
    def entries(self) -> list[Entry]:
        """The rows of its taxonomy: looked up once, with those of all facets of the list."""
        entries: list[Entry] = self.parent.taxonomies[self.taxonomy]
        return entries

    def keys_of(self, codes: Collection[str]) -> list[int] | None:
        """The keys of these codes, None where they are not known: for a facet of no list."""
        if not codes:
            return []
        if not hasattr(self, "parent"):
            return None
        keys = {entry.code: entry.pk for entry in self.entries}
        return [keys[code] for code in codes] if keys.keys() >= set(codes) else None

    @property
    def field(self) -> CodesField:
        """The form field; made each time, since each request has its own copy of the filter."""
        return CodesField(self.labels_of, required=False, label=self.label)

    def filter(self, queryset: QuerySet, value: list[str]) -> QuerySet:
        return self.keep(queryset, value) if value else queryset

    def describe(self, code: str) -> str:
        """The filter as a chip says it: Thème : Santé."""
        return pair(self.legend, self.labels_of([code])[code])

    def group(
        self, name: str, uses: Mapping[str, Use], chosen: list[str], *, has_more: bool = False
    ) -> OptionGroup:
        """The options in use, or that were chosen, with how many rows have each.

        At most `shown` of them, those that most rows have: whatever the filters, they stay in place.
        With `has_more` rows may have some that were not met.
        """
        used = dict(uses)
        frequent = sorted(used, key=lambda code: (-used[code].overall, code))
        kept = {*frequent[: self.shown or None], *chosen}
        for code in chosen:
            used.setdefault(code, Use(self.labels_of([code])[code], 0, 0, has_more))
        options = [
            Option(code, used[code].label, used[code].count, code in chosen, used[code].at_least)
            for code in self.in_order(used)
            if code in kept
        ]
        return OptionGroup(name, str(self.legend), options, used)

    def keep(self, queryset: QuerySet, codes: list[str]) -> QuerySet:
        """The rows that answer one of these codes, each once."""
        return queryset.filter(self.condition(queryset.model, codes))

    def uses(self, left: Tallied, overall: Tallied) -> dict[str, Use]:
        """The use of each code that any row has, from what was counted of it.

        Of very many rows not all were looked at: those that are left may have one that was not met.
        """
        found = {}
        for code, tally in {**left.by_code, **overall.by_code}.items():
            label = tally.label or self.label_of(code)
            if label:
                at_least = not left.is_whole or (code not in left.by_code and self.has_more(left))
                found[code] = Use(label, left.number(code), overall.number(code), at_least)
        return found

    def has_more(self, left: Tallied) -> bool:
        """Whether rows that are left may have codes that were not met."""
        return not left.is_whole

    def label_of(self, code: str) -> str:
        """How a code is called of which the rows do not say it; "" for one that there is no more."""
        return self.known.get(code, "")

    def marks(self, codes: list[str]) -> Node | None:
        """What rows of search have that answer one of these codes; None if these do not say it."""
        return None

    # What a subclass says.

    @abc.abstractmethod
    def options(self) -> dict[str, str]:
        """Every code with its label: one query at most."""

    @abc.abstractmethod
    def condition(self, model: type[Any], codes: list[str]) -> Q:
        """What is true of the rows that answer one of these codes; no join that repeats rows."""

    def in_order(self, used: dict[str, Use]) -> list[str]:
        """The codes in the order shown: by label, without regard to accents and capitals."""
        return sorted(used, key=lambda code: fold(used[code].label))


def in_known_order(facet: Facet, used: dict[str, Use]) -> list[str]:
    """The codes in the order in which the facet knows them."""
    return [code for code in facet.known if code in used]


class TalliedFacet(Facet):
    """A facet whose codes are told of each row, so that all such are counted together."""

    @abc.abstractmethod
    def told(self, model: type[Any]) -> Told:
        """What is read of a row, to count those that have each code; one query at most."""


class CountingFacet(Facet):
    """A facet that counts by itself: what has a code is no matter of one row."""

    @abc.abstractmethod
    def used(self, rows: QuerySet, narrowed: QuerySet | None) -> dict[str, Use]:
        """The use of each code that any of `rows` has: among those that all other filters leave, if
        that is not the same, and in all."""


class ChoiceFacet(TalliedFacet):
    """The values of a column with choices, in their order."""

    has_fixed_codes = True

    def __init__(self, column: str, choices: Iterable[tuple[str, Any]], **kwargs: Any) -> None:
        self.column, self.labels = column, list(choices)
        super().__init__(field_name=column, choices=self.labels, **kwargs)

    def options(self) -> dict[str, str]:
        return {code: str(label) for code, label in self.labels}

    def condition(self, model: type[Any], codes: list[str]) -> Q:
        return Q(**{f"{self.column}__in": self.values_of(codes)})

    def values_of(self, codes: list[str]) -> list[str]:
        """The values of the column that these codes stand for."""
        return codes

    def marks(self, codes: list[str]) -> Node | None:
        is_marked = self.column in getattr(self.model, "search_marked", ())
        return one_of(self.column, self.values_of(codes)) if is_marked else None

    def told(self, model: type[Any]) -> Told:
        return Columns(self.column)

    def in_order(self, used: dict[str, Use]) -> list[str]:
        return in_known_order(self, used)


class RelatedFacet(TalliedFacet):
    """What rows point to, one (`commune`) or several (`themes`): a model with `code` and `name`."""

    def __init__(self, path: str, **kwargs: Any) -> None:
        super().__init__(field_name=f"{path}__code", **kwargs)
        self.path = path

    @property
    def taxonomy(self) -> type[Any]:
        model: type[Any] = self.model._meta.get_field(self.path).related_model
        return model

    def options(self) -> dict[str, str]:
        return {entry.code: entry.name for entry in self.entries}

    def labels_of(self, codes: Collection[str]) -> Mapping[str, str]:
        return {entry.code: entry.name for entry in self.entries if entry.code in codes}

    def condition(self, model: type[Any], codes: list[str]) -> Q:
        relation = model._meta.get_field(self.path)
        path = relation.m2m_reverse_field_name() if relation.many_to_many else self.path
        # By key where it is known: PostgreSQL then knows how many rows that leaves.
        keys = self.keys_of(codes)
        asked = {f"{path}__code__in": codes} if keys is None else {f"{path}__in": keys}
        if not relation.many_to_many:
            return Q(**asked)
        # Through the pairs: a row that has two of the codes is still one row.
        having = relation.remote_field.through._base_manager.filter(**asked)
        return Q(pk__in=having.values(relation.m2m_field_name()))

    def told(self, model: type[Any]) -> Told:
        relation = model._meta.get_field(self.path)
        name = name_column(relation.related_model)
        if not relation.many_to_many:
            return Columns(f"{self.path}__code", f"{self.path}__{name}")
        theirs = relation.m2m_reverse_field_name()
        rows = relation.remote_field.through._base_manager.all()
        return Pairs(rows, relation.m2m_field_name(), f"{theirs}__code", f"{theirs}__{name}")

    def label_of(self, code: str) -> str:
        return code

    def marks(self, codes: list[str]) -> Node | None:
        keys = self.keys_of(codes)
        is_marked = self.path in getattr(self.model, "search_marked", ())
        return one_of(self.path, keys) if keys and is_marked else None


# What `ConditionFacet` is made of: a label for each code, and what makes its condition when it is asked.
Conditional = Mapping[str, tuple[Any, Callable[[], Any]]]


class ConditionFacet(TalliedFacet):
    """Options that each are a condition on the row (`Q` or `Exists`; no join that repeats rows).

    `conditions` returns `Conditional` in the order shown; it is given the entries of the taxonomy `of`
    which it makes some of them, if any.
    """

    def __init__(
        self,
        conditions: Callable[..., Conditional],
        *,
        fixed: bool = False,
        of: type[Any] | None = None,
        marked: Mapping[str, tuple[str, Any]] | None = None,
        **kwargs: Any,
    ) -> None:
        """`fixed` where the codes stand in the program; `marked` with the mark of each, if rows have
        such (`search_marked`)."""
        super().__init__(**kwargs)
        self.conditions, self.of, self.marked = conditions, of, marked
        self.has_fixed_codes = fixed
        self._wanted: Conditional | None = None

    @property
    def taxonomy(self) -> type[Any] | None:
        return self.of

    @property
    def wanted(self) -> Conditional:
        """The labels and conditions, asked for once."""
        if self._wanted is None:
            self._wanted = self.conditions(*([self.entries] if self.of else []))
        return self._wanted

    def options(self) -> dict[str, str]:
        return {code: str(label) for code, (label, _make) in self.wanted.items()}

    def condition(self, model: type[Any], codes: list[str]) -> Q:
        return reduce(or_, [Q(self.wanted[code][1]()) for code in codes])

    def told(self, model: type[Any]) -> Told:
        return Conditions({code: make() for code, (_label, make) in self.wanted.items()})

    def marks(self, codes: list[str]) -> Node | None:
        marked = self.marked
        return AnyOf(tuple(Word(mark(*marked[code])) for code in codes)) if marked else None

    def in_order(self, used: dict[str, Use]) -> list[str]:
        return in_known_order(self, used)
