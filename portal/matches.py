# ruff: noqa: S608 - statements are put together of names of ours; what was typed is a parameter
"""What a search finds among several kinds: the best of each and how many there are, in one statement.

The querysets say what may be found and in which order equals come; the index says what answers, and
how well. Rows of the index are counted and ranked by themselves, as far as `portal.counting.MOST` of a
kind, and only the best of them are looked up. Of a kind in which more answer, those with the best titles
are looked for by themselves, and the others among its latest rows, where so many are soon together: a
word that stands everywhere costs little more than another one.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models.expressions import F

from portal.counting import MOST
from portal.keyset import order_of
from portal.search_models import BLOCK, KINDS_INDEXED, Rows, rank_of, rows_meant
from portal.words import AllOf, Node

# Of a kind in which more than `MOST` answer, so many are ranked; in lists so many titles come first.
MOST_RANKED = 1_000
# So few are counted one by one among what may be found, whatever the index says.
FEW = 20
# Where so many of the blocks of a kind would be looked at, all of its rows are asked for at once.
MOST_BLOCKS = 24

# The largest key of each table in which more than `MOST` were found, as far as this process knows. It
# says where the latest rows are: nothing but the time that a search takes depends on it, and which of
# very many equals are met first.
_largest: dict[str, int] = {}


class Hit(NamedTuple):
    """An object by its key, the number of its queryset, and how well its title answers."""

    kind: int
    key: int
    rank: int


@dataclass(frozen=True)
class Wanted:
    """What is looked for: in all words, in all with the last one taken as it stands, and in titles."""

    kinds: Sequence[str]
    words: AllOf
    finished: AllOf
    # By the rank that they give, the best first; and what any title has that gives a rank at all.
    titles: list[tuple[int, Node]]
    titled: Node


class Order(NamedTuple):
    """What a queryset is sorted by, by names, and how."""

    by: dict[str, Any]
    how: str


@dataclass
class Found:
    """The best hits of all querysets, how many each has, and how many of these were ranked.

    A count above `MOST` stands for any larger number.
    """

    hits: list[Hit]
    counts: list[int]
    ranked: list[int]


def find(
    querysets: Sequence[models.QuerySet], wanted: Wanted, limits: Sequence[int], most: int
) -> Found:
    """The best hits of each queryset, as many as its limit says, in the order of all.

    `most` is how far anybody may look. One query, and one more where there are unexpectedly many.
    """
    tables = [queryset.model._meta.db_table for queryset in querysets]
    many = {number for number, table in enumerate(tables) if table in _largest}
    found = _Statement(querysets, wanted, limits, most, many).run()
    if more := {n for n, count in enumerate(found.counts) if count > MOST} - many:
        found = _Statement(querysets, wanted, limits, most, many | more).run()
    return found


@dataclass
class _Statement:
    """The query while it is put together, a kind after the other."""

    querysets: Sequence[models.QuerySet]
    wanted: Wanted
    limits: Sequence[int]
    most: int
    # Those in which very many may answer, by number.
    many: set[int]
    parts: list[str] = field(default_factory=list)
    selects: list[str] = field(default_factory=list)
    params: list[Any] = field(default_factory=list)

    def run(self) -> Found:
        """Ask for everything, and learn where the latest rows are."""
        self.connection = connections[self.querysets[0].db]
        self.is_postgresql = self.connection.vendor == "postgresql"
        self.rank = rank_of(self.connection.vendor, self.wanted.titles, self.wanted.titled)
        orders = {n: how for n in range(len(self.querysets)) if (how := self._add(n)) is not None}
        found = Found([], [0] * len(self.querysets), [0] * len(self.querysets))
        if not orders:
            return found
        self._add_hits(orders)
        with self.connection.cursor() as cursor:
            statement = f"WITH {', '.join(self.parts)} {' UNION ALL '.join(self.selects)}"
            cursor.execute(statement, self.params)
            rows = cursor.fetchall()
        hits = []
        largest = {}
        for number, what, rank, value in rows:
            if what > 0:
                hits.append((-rank, number, value, Hit(number, what, rank)))
            elif what == COUNTED:
                found.counts[number] = value
            elif what == RANKED:
                found.ranked[number] = value
            else:
                largest[number] = value
        looked_up = Counter(hit.kind for *_place, hit in hits)
        for number, count in enumerate(found.counts):
            if count <= FEW:
                found.counts[number] = looked_up[number]
            if count <= MOST:
                found.ranked[number] = found.counts[number]
            elif number in largest:
                _largest[self.querysets[number].model._meta.db_table] = largest[number]
        found.hits = [hit for *_place, hit in sorted(hits) if self.limits[hit.kind]]
        return found

    def _add(self, number: int) -> str | None:
        """Count what answers in one kind, and rank it; gives its order back, None if it is empty."""
        queryset = self.querysets[number]
        order = _order(queryset)
        # Called by names of ours, since their order is not kept.
        named = {"key_": F("pk")} | order.by
        rows = queryset.order_by().annotate(**named).values(*named)
        try:
            allowed, given = rows.query.get_compiler(connection=self.connection).as_sql()
        except EmptyResultSet:
            return None
        # Not by itself: it is all there is.
        self._part(f"allowed{number} AS NOT MATERIALIZED ({allowed})", given)
        if number in self.many:
            self._count_many(number)
            if self.limits[number]:
                self._add_titles(number)
            else:
                few = f"(SELECT n FROM count{number}) <= {FEW}"
                meant = self._meant(number, words=self.wanted.words)
                self._rows(f"ranked{number}", meant, FEW, few)
        else:
            self._rows(f"ranked{number}", self._meant(number, words=self.wanted.words), MOST + 1)
            self._part(f"count{number} AS MATERIALIZED (SELECT COUNT(*) AS n FROM ranked{number})")
        self._select(f"SELECT {number}, {COUNTED}, 0, n FROM count{number}")
        return order.how

    def _count_many(self, number: int) -> None:
        """How many answer where it may be very many: among the latest rows first, if they are known."""
        table = self.querysets[number].model._meta
        every, given = self._counted(self._meant(number, words=self.wanted.words))
        if self._has_blocks(number):
            self._count_latest(number)
            every = f"CASE WHEN n > {MOST} THEN n ELSE ({every}) END AS n FROM latest{number}"
            every = f"SELECT {every}"
        self._part(f"count{number}(n) AS MATERIALIZED ({every})", given)
        self._select(f"SELECT {number}, {LARGEST}, 0, MAX({table.pk.column}) FROM {table.db_table}")

    def _count_latest(self, number: int) -> None:
        """How many answer in two blocks, and in as many more as may be enough to be very many."""
        largest = _largest[self.querysets[number].model._meta.db_table]
        last = largest // BLOCK
        keys = largest - (last - 1) * BLOCK + 1
        words = self.wanted.finished
        blocks = f"ARRAY[{last - 1}, {last}]::bigint[]"
        some, given = self._counted(self._meant(number, words=words, blocks=blocks))
        self._part(f"some{number}(n) AS MATERIALIZED ({some})", given)
        # A quarter more than if they stood as close as in those two.
        enough = f"CEIL(1.25 * ({MOST + 1} - n) / n * {keys} / {BLOCK})"
        self._part(
            f"more{number} AS MATERIALIZED (SELECT n, CASE WHEN n = 0 OR n > {MOST} THEN 0"
            f" WHEN {enough} > {min(MOST_BLOCKS, last - 1)} THEN 0 ELSE {enough}::int END AS blocks"
            f" FROM some{number})"
        )
        count = f"(SELECT blocks FROM more{number})"
        blocks = f"ARRAY(SELECT GENERATE_SERIES({last - 1} - {count}, {last - 2})::bigint)"
        more, given = self._counted(self._meant(number, words=words, blocks=blocks))
        self._part(
            f"latest{number} AS MATERIALIZED (SELECT n + CASE WHEN blocks = 0 THEN 0 ELSE ({more}) END"
            f" AS n FROM more{number})",
            given,
        )

    def _add_titles(self, number: int) -> None:
        """Those whose titles answer in a kind that is shown: all, or the best of very many."""
        wanted = self.wanted
        many = f"(SELECT n FROM count{number}) > {MOST}"
        meant = self._meant(number, words=wanted.words, title=wanted.titled)
        self._rows(f"titled{number}", meant, MOST, f"NOT {many}")
        # Whatever is the best of all is among these, and others as long as there are not enough.
        (_best, whole), (_good, all_of), *_rest = wanted.titles
        several = len(wanted.words.parts) > 1
        words = wanted.finished if several else None
        steps = [self._meant(number, words=wanted.finished, title=whole)]
        for title, of in ((all_of, None), (wanted.titled, words)):
            if blocks := self._latest_blocks(number):
                steps.append(self._meant(number, words=of, title=title, blocks=blocks))
            steps.append(self._meant(number, words=of, title=title))
        if not several and blocks:
            # What begins with the word, and not among the latest rows alone.
            del steps[3]
        self._steps(f"titles{number}", steps, many)

    def _steps(self, name: str, steps: list[Rows], condition: str) -> None:
        """As many rows as may be looked at: of each step if those before it have not enough."""
        conditions = [condition]
        names = [f"{name}_{step}" for step in range(len(steps))]
        for step, meant in zip(names, steps, strict=True):
            self._rows(step, meant, self.most, " AND ".join(conditions))
            conditions.append(f"(SELECT COUNT(*) FROM {step}) < {self.most}")
        rows = " UNION ".join(f"SELECT * FROM {step}" for step in names)
        self._part(f"{name} AS MATERIALIZED ({rows} ORDER BY rank DESC LIMIT {self.most})")

    def _add_rest(self, number: int) -> None:
        """The others of a kind in which very many may answer, if titles alone are not enough."""
        wanted, last = self.wanted, max(self.limits)
        many = f"(SELECT n FROM count{number}) > {MOST}"
        words = wanted.words
        meant = self._meant(number, words=words, untitled=wanted.titled)
        condition = f"NOT {many} AND (SELECT n FROM titles) < {last}"
        self._rows(f"rest{number}", meant, MOST, condition)
        steps = [self._meant(number, words=words, untitled=wanted.titled)]
        if blocks := self._latest_blocks(number):
            meant = self._meant(
                number, words=wanted.finished, untitled=wanted.titled, blocks=blocks
            )
            steps.insert(0, meant)
        self._steps(f"others{number}", steps, f"{many} AND (SELECT n FROM titles) < {self.most}")
        self._part(
            f"ranked{number} AS MATERIALIZED (SELECT * FROM titled{number} UNION ALL"
            f" SELECT * FROM rest{number} UNION ALL SELECT * FROM (SELECT * FROM titles{number}"
            f" UNION ALL SELECT * FROM others{number} LIMIT {self.most}) AS best{number})"
        )
        self._select(f"SELECT {number}, {RANKED}, 0, COUNT(*) FROM ranked{number}")

    def _has_blocks(self, number: int) -> bool:
        table = self.querysets[number].model._meta.db_table
        return (
            self.is_postgresql
            and self.wanted.kinds[number] in KINDS_INDEXED
            and _largest.get(table, 0) > 4 * BLOCK
        )

    def _latest_blocks(self, number: int) -> str:
        """SQL for the blocks in which the best of very many are looked for first, if any are known."""
        if not self._has_blocks(number):
            return ""
        last = _largest[self.querysets[number].model._meta.db_table] // BLOCK
        return f"ARRAY[{last - 3}, {last - 2}, {last - 1}, {last}]::bigint[]"

    def _add_hits(self, orders: dict[int, str]) -> None:
        """The best of all kinds that are shown: what no page can come to is not looked up.

        So few that nobody would notice are looked up in any case, for their number.
        """
        last = max(self.limits)
        shown = [number for number in orders if self.limits[number]]
        if many := [number for number in shown if number in self.many]:
            names = [f"ranked{number}" for number in shown if number not in self.many]
            names += [f"{name}{number}" for number in many for name in ("titled", "titles")]
            sums = " + ".join(f"(SELECT COUNT(*) FROM {name} WHERE rank > 0)" for name in names)
            self._part(f"titles AS MATERIALIZED (SELECT {sums} AS n)")
        for number in many:
            self._add_rest(number)
        if ranks := " UNION ALL ".join(f"SELECT rank FROM ranked{number}" for number in shown):
            self._part(
                f"least AS MATERIALIZED (SELECT MIN(rank) AS rank FROM"
                f" (SELECT rank FROM ({ranks}) AS ranks ORDER BY rank DESC LIMIT {last}) AS best)"
            )
        for number, how in orders.items():
            where = f"(SELECT n FROM count{number}) <= {FEW}"
            if self.limits[number]:
                where = f"(rank >= (SELECT rank FROM least) OR {where})"
                if self.is_postgresql:
                    where += self._add_walk(number, how, last)
            join = f"JOIN allowed{number} ON key_ = object_id"
            if self.is_postgresql:
                # Each is looked up by its key, whatever PostgreSQL guesses of their number.
                each = f"SELECT * FROM allowed{number} WHERE key_ = object_id OFFSET 0"
                join = f"CROSS JOIN LATERAL ({each}) AS each"
            self._select(
                f"SELECT {number}, key_, rank, ROW_NUMBER() OVER () FROM (SELECT key_, rank FROM"
                f" ranked{number} {join} WHERE {where}"
                f" ORDER BY rank DESC, {how} LIMIT {max(last, FEW)}) AS hits{number}"
            )

    def _add_walk(self, number: int, how: str, last: int) -> str:
        """Come to the worst of the best by walking through all in their order, if that is shorter.

        It is where they are many among all. Gives back what is true of those that are looked up.
        """
        table = self.querysets[number].model._meta
        equal = f"SELECT object_id FROM ranked{number} WHERE rank = (SELECT rank FROM least)"
        # A step of a walk costs an eighth of a look.
        self._part(
            f"walk{number} AS MATERIALIZED (SELECT COUNT(*) > {FEW} AND COUNT(*) * COUNT(*) > {last} / 8"
            f" * (SELECT MAX({table.pk.column}) FROM {table.db_table}) AS shorter"
            f" FROM ({equal}) AS equal)"
        )
        shorter = f"(SELECT shorter FROM walk{number})"
        # IS TRUE: PostgreSQL must not begin with what is looked for.
        self._select(
            f"SELECT {number}, key_, (SELECT rank FROM least), ROW_NUMBER() OVER () FROM (SELECT key_"
            f" FROM allowed{number} WHERE {shorter} AND (key_ IN ({equal})) IS TRUE"
            f" ORDER BY {how} LIMIT {last}) AS walked{number}"
        )
        return f" AND NOT ({shorter} AND rank = (SELECT rank FROM least))"

    def _meant(self, number: int, **nodes: Any) -> Rows:
        return Rows(self.wanted.kinds[number], **nodes)

    def _counted(self, meant: Rows) -> tuple[str, list[Any]]:
        rows, given = rows_meant(self.connection.vendor, meant, "1")
        return f"SELECT COUNT(*) FROM ({rows} LIMIT {MOST + 1}) AS few", given

    def _rows(self, name: str, meant: Rows, limit: int, condition: str = "TRUE") -> None:
        rank, by = self.rank
        columns = f"object_id, {rank} AS rank"
        rows, given = rows_meant(self.connection.vendor, meant, columns)
        # PostgreSQL reads no more than the limit, and does not know: it would walk through all rows
        # instead of asking the index, in the hope of meeting a few soon.
        self._part(f"{name}_all AS MATERIALIZED ({rows} AND {condition})", [*by, *given])
        self._part(f"{name} AS MATERIALIZED (SELECT * FROM {name}_all LIMIT {limit})")

    def _part(self, sql: str, given: Sequence[Any] = ()) -> None:
        self.parts.append(sql)
        self.params += given

    def _select(self, sql: str) -> None:
        self.selects.append(sql)


# What a row of the statement tells if it names no object.
COUNTED, RANKED, LARGEST = 0, -1, -2


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
