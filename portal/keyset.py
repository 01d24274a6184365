"""Pages of a list: by their numbers as far as rows are counted, and after any row.

Where a list goes on after one of its rows is found by an index and not by counting what stands before.
A place is a text for addresses: the values of the row that the list is ordered by, its key the last of
them. The row may change or go; the place stays where it was.
"""

import base64
import json
from collections.abc import Callable, Collection, Iterable
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import connections
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import F, OrderBy, RawSQL

from portal import counting

# No row of ours is ordered by longer texts.
LONGEST = 2_000
# Of more rows than these the keys are put in order first, for the first page as well.
FEW = 100
# As far as this part of them, rows are met by walking, where they can be.
NEAR = 4


class NoPlace(ValueError):
    """A text that `place` did not make, or made of another order."""


class Pages(Paginator):
    """Numbered pages of rows, of which `total` were counted; `prepared` adds what is shown of each.

    `walked` are the first of them, which are met sooner.
    """

    def __init__(
        self,
        rows: QuerySet,
        prepared: Callable[[QuerySet], QuerySet],
        per_page: int,
        total: int,
        walked: QuerySet | None = None,
    ) -> None:
        keyed: Any = Keyed(rows, prepared, total, walked)
        super().__init__(keyed, per_page)
        self.count = min(total, counting.MOST)


class Keyed:
    """Rows of which a page is found by its keys: what does not stand there is not prepared, nor read."""

    def __init__(
        self,
        rows: QuerySet,
        prepared: Callable[[QuerySet], QuerySet],
        total: int,
        walked: QuerySet | None = None,
    ) -> None:
        self.rows, self.prepared, self.total, self.walked = rows, prepared, total, walked
        self.are_many = total > FEW

    def __getitem__(self, page: slice) -> Iterable[Any]:
        # To the later of them it is a long way, unless there are many more than are counted.
        is_near = self.total > counting.MOST or NEAR * page.stop <= self.total
        if self.walked is not None and is_near:
            found = list(self._by_keys(self.walked, page))
            # Whatever page they fill is the same page of all.
            if len(found) == page.stop - page.start:
                return found
        return self._page_of(self.rows, page)

    def _page_of(self, rows: QuerySet, page: slice) -> QuerySet:
        if rows.query.annotations and self.are_many and page.start:
            # What ranks them is looked up once, and what is shown not for those before.
            ranked = list(rows.values_list("pk", flat=True)[page])
            places = [When(pk=key, then=Value(place)) for place, key in enumerate(ranked)]
            found = rows.model._default_manager.filter(pk__in=ranked)
            return self.prepared(found.order_by(Case(*places, output_field=IntegerField())))
        # Ranks stand in the query as well as its order: such rows stay as they are. So do the first
        # of a few, since a query within a query takes longer to write and to plan.
        if rows.query.annotations or (page.start == 0 and not self.are_many):
            return self.prepared(rows)[page]
        return self._by_keys(rows, page)

    def _by_keys(self, rows: QuerySet, page: slice) -> QuerySet:
        """A page whose keys are put in order first, which an index may have all of by itself."""
        found = rows.model._default_manager.filter(pk__in=rows.values("pk")[page])
        return self.prepared(found.order_by(*rows.query.order_by))


def order_of(queryset: QuerySet) -> list[OrderBy]:
    """What a queryset is sorted by, its key last, so that it is the same each time."""
    given = queryset.query.order_by or queryset.model._meta.ordering or ()
    columns = [each if isinstance(each, OrderBy) else _by_name(each) for each in given]
    if not columns or columns[-1].expression != F("pk"):
        columns.append(_by_name("pk"))
    return columns


def _by_name(each: Any) -> OrderBy:
    """An order that is said by the name of a column, or by an expression without a direction."""
    if not isinstance(each, str):
        return OrderBy(each)
    return OrderBy(F(each.removeprefix("-")), descending=each.startswith("-"))


def place(queryset: QuerySet, key: Any) -> str:
    """The place after the row with this key, in the order of the queryset: one query."""
    names = {f"_by{n}": each.expression for n, each in enumerate(order_of(queryset))}
    rows = queryset.model._base_manager.filter(pk=key).order_by()
    values = rows.annotate(**names).values_list(*names).get()
    text = json.dumps([each if isinstance(each, int) else _text(each) for each in values])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value.isoformat())


def after(queryset: QuerySet, text: str) -> list[QuerySet]:
    """The rows beyond a place, in parts that follow one another: the next is asked where one ends.

    Raises NoPlace. A column may be empty if it is the first one and such rows come last.
    """
    columns, values = order_of(queryset), _read(text)
    names = [f"_by{n}" for n in range(len(columns))]
    if len(values) != len(columns) or None in values[1:]:
        raise NoPlace
    rows = queryset.annotate(
        **{name: each.expression for name, each in zip(names, columns, strict=True)}
    )
    ways = ["lt" if each.descending else "gt" for each in columns]
    rest = _beyond(names[1:], ways[1:], values[1:])
    first, has_last = names[0], bool(columns[0].nulls_last)
    if values[0] is None and not has_last:
        raise NoPlace
    try:
        without = rows.filter(**{f"{first}__isnull": True})
        if values[0] is None:
            return [without.filter(rest)]
        # Said once more, for the index: where the first column is.
        here = rows.filter(**{f"{first}__{ways[0]}e": values[0]})
        here = here.filter(_beyond(names, ways, values))
    except (ValidationError, TypeError, ValueError, OverflowError) as error:
        raise NoPlace from error
    return [here, without] if has_last else [here]


def _beyond(names: list[str], ways: list[str], values: list[Any]) -> Q:
    """What is true of the rows that come later."""
    if not names:
        return Q()
    later = Q(**{f"{names[0]}__{ways[0]}": values[0]})
    if len(names) == 1:
        return later
    return later | (Q(**{names[0]: values[0]}) & _beyond(names[1:], ways[1:], values[1:]))


def _read(text: str) -> list[Any]:
    """The values that a place is made of."""
    if len(text) > LONGEST:
        raise NoPlace
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        # Half of a surrogate pair is no text to a database.
        json.dumps(values, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise NoPlace from error
    fine = isinstance(values, list) and all(
        each is None or (type(each) in (int, str) and "\x00" not in str(each)) for each in values
    )
    # Keys of ours have no more digits.
    if not fine or any(isinstance(each, int) and abs(each) >= 2**63 for each in values):
        raise NoPlace
    return list(values)


def in_either(using: str, *keys: QuerySet) -> Q:
    """That a row has one of the keys of some queries, each with an order and a limit of its own."""
    if connections[using].features.supports_slicing_ordering_in_compound:
        # PostgreSQL then looks each of them up.
        return Q(pk__in=keys[0].union(*keys[1:]))
    return reduce(or_, (Q(pk__in=each) for each in keys))


def among(using: str, keys: Collection[int], name: str = "pk") -> Q:
    """That a row has one of these keys, of which there may be thousands: one parameter, where it can.

    It is the row's own key, or one that it points to by that name.
    """
    if connections[using].vendor == "postgresql":
        # Written here: the driver looks at each of them.
        array = f"{{{','.join(map(str, sorted(keys)))}}}"
        return Q(**{f"{name}__in": RawSQL("SELECT UNNEST(%s::bigint[])", [array])})
    return Q(**{f"{name}__in": keys})
