"""How many rows each option of a list would leave, for all its facets in one query.

A facet tells what it reads of a row (`Columns`, `Pairs` or `Conditions`). Each set of rows is looked at
once and no further than `portal.counting.MOST` of them, whatever the number of its facets. Of more rows
facets are counted among the first `SOME`: what is counted is the least that there is
(`Tallied.is_whole`).
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet, Value

from portal import counting


class Columns(NamedTuple):
    """A row has one value, or none; `label` is a column of what it points to."""

    code: str
    label: str = ""


class Pairs(NamedTuple):
    """A row has several: other rows name it as their `owner`, each with a code."""

    rows: QuerySet
    owner: str
    code: str
    label: str = ""
    # Whether two of them may say the same.
    repeats: bool = False


class Frequent(NamedTuple):
    """A row has several, of very many: other rows name it as their `owner`, each `to` one of `named`.

    Those `most` that most rows have are told. They are counted by their keys, and looked up after that.
    """

    rows: QuerySet
    owner: str
    to: str
    named: QuerySet
    code: str
    label: str
    most: int


class Conditions(NamedTuple):
    """A row answers each of these or does not, by code."""

    by_code: Mapping[str, Any]


Told = Columns | Pairs | Frequent | Conditions

# Among so many of more rows than are counted what each has is counted: enough to meet what is not rare.
SOME = 2_000
# So many times the most are looked up, in case some are not among those that may be named.
SPARE = 2


class Tally(NamedTuple):
    """What one code has: its label, where the rows say it, and how many rows."""

    label: str
    number: int


class Tallied(NamedTuple):
    """What was counted of one facet, by code."""

    by_code: Mapping[str, Tally]
    # Of so many rows; a number above `MOST` stands for any larger one.
    total: int

    @property
    def is_whole(self) -> bool:
        """Whether all rows were looked at: if not, there may be more of each."""
        return self.total <= counting.MOST

    @property
    def looked_at(self) -> int:
        """Among how many rows each code was counted."""
        return self.total if self.is_whole else min(SOME, self.total)

    def number(self, code: str) -> int:
        """How many rows have a code."""
        return self.by_code[code].number if code in self.by_code else 0


class Wanted(NamedTuple):
    """A facet to be counted among the rows of one set, by its number."""

    among: int
    told: Told


def take(
    sets: Sequence[QuerySet], wanted: Mapping[Any, Wanted]
) -> tuple[list[int], dict[Any, Tallied]]:
    """How many rows each set has, and what was counted by name: one query.

    A number above `MOST` stands for any larger one.
    """
    return Statement(sets, wanted).run()


class Statement:
    """The query, while it is put together."""

    def __init__(self, sets: Sequence[QuerySet], wanted: Mapping[Any, Wanted]) -> None:
        self.connection = connections[sets[0].db]
        self.sets, self.wanted, self.names = sets, wanted, list(wanted)
        self.columns: list[dict[str, Any]] = [{"key_": F("pk")} for _set in sets]
        # What is asked of each set, and the parameters of that: asked only if the set can have rows.
        self.selects: list[list[tuple[str, Sequence[Any]]]] = [
            [(f"SELECT -1, '', '', n, {number} FROM count{number}", ())]  # noqa: S608 - names of ours
            for number in range(len(sets))
        ]
        for position, each in enumerate(wanted.values()):
            self._add(position, *each)

    def run(self) -> tuple[list[int], dict[Any, Tallied]]:
        """Ask for everything."""
        parts, selects = [], []
        before: list[Any] = []
        after: list[Any] = []
        for number, rows in enumerate(self.sets):
            columns = self.columns[number]
            found = rows.order_by().annotate(**columns).values(*columns)[: counting.MOST + 1]
            try:
                sql, params = self._sql(found)
            except EmptyResultSet:
                continue
            parts.append(f"found{number} AS ({sql})")
            before += params
            number_of = f"SELECT COUNT(*) AS n FROM found{number}"  # noqa: S608 - names of ours
            parts.append(f"count{number} AS MATERIALIZED ({number_of})")
            few = f"CASE WHEN n > {counting.MOST} THEN {SOME} ELSE n END FROM count{number}"
            # Not by itself: rows are looked at where they stand.
            some = f"SELECT * FROM found{number} LIMIT (SELECT {few})"  # noqa: S608 - the same
            parts.append(f"some{number} AS NOT MATERIALIZED ({some})")
            for select, params in self.selects[number]:
                selects.append(select)
                after += params
        counts = [0] * len(self.sets)
        by_name: dict[Any, dict[str, Tally]] = {name: {} for name in self.names}
        if parts:
            with self.connection.cursor() as cursor:
                statement = f"WITH {', '.join(parts)} {' UNION ALL '.join(selects)}"
                cursor.execute(statement, [*before, *after])
                for position, code, label, count, number in cursor.fetchall():
                    if position < 0:
                        counts[number] = count
                    else:
                        by_name[self.names[position]][code] = Tally(label or "", count)
        return counts, {
            name: Tallied(tallies, counts[self.wanted[name].among])
            for name, tallies in by_name.items()
        }

    def _sql(self, rows: QuerySet) -> tuple[str, Sequence[Any]]:
        return rows.query.get_compiler(connection=self.connection).as_sql()

    def _add(self, position: int, number: int, told: Told) -> None:
        columns, selects, found = self.columns[number], self.selects[number], f"some{number}"
        if isinstance(told, Conditions):
            for place, (code, condition) in enumerate(told.by_code.items()):
                column = f"is{position}_{place}_"
                columns[column] = ExpressionWrapper(Q(condition), output_field=BooleanField())
                select = f"{self._text(code)}, '', COUNT(*), {number} FROM {found} WHERE {column}"
                # Zero of them is no row, as of any other facet.
                selects.append((f"SELECT {position}, {select} HAVING COUNT(*) > 0", ()))
        elif isinstance(told, Columns):
            code, label = f"code{position}_", f"label{position}_"
            columns |= {code: F(told.code), label: _label(told)}
            select = f"CAST({code} AS text), {label}, COUNT(*), {number} FROM {found}"
            where = f"WHERE {code} IS NOT NULL GROUP BY {code}, {label}"
            selects.append((f"SELECT {position}, {select} {where}", ()))
        elif isinstance(told, Pairs):
            pair = {"owner_": F(told.owner), "code_": F(told.code), "label_": _label(told)}
            sql, params = self._sql(told.rows.order_by().annotate(**pair).values(*pair))
            count = "COUNT(DISTINCT owner_)" if told.repeats else "COUNT(*)"
            select = f"CAST(code_ AS text), label_, {count}, {number} FROM ({sql}) AS pairs"
            where = f"WHERE owner_ {self._among(found)} GROUP BY code_, label_"
            selects.append((f"SELECT {position}, {select} {where}", params))
        else:
            self._add_frequent(position, number, told)

    def _add_frequent(self, position: int, number: int, told: Frequent) -> None:
        pair = {"owner_": F(told.owner), "to_": F(told.to)}
        pairs, of_pairs = self._sql(told.rows.order_by().annotate(**pair).values(*pair))
        name = {"key_": F("pk"), "code_": F(told.code), "label_": F(told.label)}
        named, of_named = self._sql(told.named.order_by().annotate(**name).values(*name))
        few = f"SELECT to_, COUNT(*) AS n FROM ({pairs}) AS pairs"  # noqa: S608 - names of ours
        few += f" WHERE owner_ {self._among(f'some{number}')} GROUP BY to_"
        few += f" ORDER BY n DESC, to_ LIMIT {SPARE * told.most}"
        select = f"SELECT CAST(code_ AS text), label_, n, {number} FROM ({few}) AS few"  # noqa: S608 - names of ours
        select += f" JOIN ({named}) AS named ON key_ = to_ ORDER BY n DESC, to_ LIMIT {told.most}"
        select = f"SELECT {position}, these.* FROM ({select}) AS these"  # noqa: S608 - names of ours
        self.selects[number].append((select, [*of_pairs, *of_named]))

    def _among(self, found: str) -> str:
        """That a key is one of those found."""
        keys = f"(SELECT key_ FROM {found})"  # noqa: S608 - names of ours
        if self.connection.vendor == "postgresql":
            # Looked up by an index: joined, PostgreSQL would read all pairs of all rows.
            return f"= ANY (ARRAY{keys})"
        return f"IN {keys}"

    def _text(self, code: str) -> str:
        return "'" + code.replace("'", "''").replace("%", "%%") + "'"


def _label(told: Columns | Pairs) -> F | Value:
    return F(told.label) if told.label else Value("")
