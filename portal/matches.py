"""What a search finds among several kinds: the best of each and how many there are, in one statement.

The querysets say what may be found and in which order equals come; the index says what answers, and
how well. Each kind is looked at no further than `portal.counting.MOST` matches, so that a word that
stands everywhere costs little more than another one: of such a kind those with the best titles are
looked for by themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models.expressions import F

from portal.counting import MOST
from portal.keyset import order_of
from portal.search_models import ranked_rows
from portal.words import Node


class Hit(NamedTuple):
    """An object by its key, the number of its queryset, and how well its title answers."""

    kind: int
    key: int
    rank: int


@dataclass(frozen=True)
class Wanted:
    """What is looked for: in the words of a kind, and in titles by the rank that they give."""

    words: Sequence[Node]
    titles: list[tuple[int, Node]]
    # What any title has that gives a rank at all.
    titled: Node


class Order(NamedTuple):
    """What a queryset is sorted by, by names, and how."""

    by: dict[str, Any]
    how: str


def find(
    querysets: Sequence[models.QuerySet], wanted: Wanted, limits: Sequence[int]
) -> tuple[list[Hit], list[int]]:
    """The best hits of each queryset, as many as its limit says, and how many each has.

    A count above `MOST` stands for any larger number. One query, and one more where there are so many.
    """
    numbers = range(len(querysets))
    hits, counts = _run(querysets, wanted, limits, numbers)
    many = [number for number in numbers if counts[number] > MOST and limits[number]]
    if many:
        titled, _counts = _run(querysets, wanted, limits, many, titled=wanted.titled)
        rest = [hit for hit in hits if hit.kind not in many or not hit.rank]
        hits = sorted(titled + rest, key=lambda hit: -hit.rank)
    return hits, counts


def _run(
    querysets: Sequence[models.QuerySet],
    wanted: Wanted,
    limits: Sequence[int],
    numbers: Sequence[int],
    titled: Node | None = None,
) -> tuple[list[Hit], list[int]]:
    """The hits of some of the querysets, the best first and else in their order, with the counts."""
    parts, selects, params = [], [], []
    connection = connections[querysets[0].db]
    for number in numbers:
        queryset, limit = querysets[number], limits[number]
        order = _order(queryset)
        # Called by names of ours, since their order is not kept.
        named = {"key_": F("pk")} | order.by
        rows = queryset.order_by().annotate(**named).values(*named)
        try:
            allowed, given = rows.query.get_compiler(connection=connection).as_sql()
        except EmptyResultSet:
            continue
        answers, texts = ranked_rows(connection.vendor, wanted.words[number], wanted.titles, titled)
        parts += [
            f"allowed{number} AS ({allowed})",
            f"found{number} AS (SELECT allowed{number}.*, answers.rank FROM ({answers}) AS answers"  # noqa: S608 - made of our own queries
            f" JOIN allowed{number} ON allowed{number}.key_ = answers.object_id LIMIT {MOST + 1})",
        ]
        params += [*given, *texts]
        selects.append(f"SELECT {number}, 0, 0, COUNT(*) FROM found{number}")  # noqa: S608 - see above
        if limit:
            selects.append(
                f"SELECT {number}, key_, rank, ROW_NUMBER() OVER () FROM (SELECT key_, rank FROM"  # noqa: S608 - see above
                f" found{number} ORDER BY rank DESC, {order.how} LIMIT {limit}) AS best{number}"
            )
    counts = [0] * len(querysets)
    found: list[tuple[int, int, Hit]] = []
    if selects:
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {', '.join(parts)} {' UNION ALL '.join(selects)}", params)
            for number, key, rank, place in cursor.fetchall():
                if key:
                    found.append((number, place, Hit(number, key, rank)))
                else:
                    counts[number] = place
    # The sort is stable: what one queryset put in order stays in that order.
    hits = [hit for _number, _place, hit in sorted(found, key=lambda each: each[:2])]
    return sorted(hits, key=lambda hit: -hit.rank), counts


def _order(queryset: models.QuerySet) -> Order:
    """The order of a queryset, by names of ours."""
    by: dict[str, Any] = {}
    how = []
    for column in order_of(queryset):
        name = f"sort{len(by)}_"
        by[name] = column.expression
        last = " NULLS LAST" if column.nulls_last else " NULLS FIRST" if column.nulls_first else ""
        how.append(f"{name} {'DESC' if column.descending else 'ASC'}{last}")
    return Order(by, ", ".join(how))
