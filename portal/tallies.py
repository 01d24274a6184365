"""How many rows each option of a list would leave, for all its facets in one query.

A facet tells what it reads of a row (`Columns`, `Pairs` or `Conditions`). The rows are looked at once,
each with what it answers of the filters in use, and counted for one facet after the other.
"""

from collections.abc import Mapping
from functools import reduce
from operator import and_, or_
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet, Value


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


class Conditions(NamedTuple):
    """A row answers each of these or does not, by code."""

    by_code: Mapping[str, Any]


Told = Columns | Pairs | Conditions


class Tally(NamedTuple):
    """What one code has: its label, where the rows say it, and how many rows."""

    label: str
    # Among the rows that all other filters leave.
    left: int
    # Among all rows that were looked at.
    overall: int


# The name under which all filters together are counted.
TOTAL = ""


def take(
    rows: QuerySet, facets: Mapping[str, Told], passes: Mapping[str, Q]
) -> dict[str, dict[str, Tally]]:
    """The tallies of each facet by code, and under `TOTAL` that of all rows, by "": one query.

    `passes` are conditions by the name of the filter that they are of: each facet counts the rows
    that answer all of them but its own.
    """
    return Statement(rows, facets, passes).run()


def almost(passes: Mapping[str, Q]) -> Q:
    """What the rows answer that some facet counts: all of the conditions, or all but one."""
    if len(passes) < 2:
        return Q()
    each = [
        reduce(and_, (condition for other, condition in passes.items() if other != name))
        for name in passes
    ]
    return reduce(or_, each)


class Statement:
    """The query, while it is put together."""

    def __init__(self, rows: QuerySet, facets: Mapping[str, Told], passes: Mapping[str, Q]) -> None:
        self.connection = connections[rows.db]
        self.rows, self.facets = rows, facets
        self.columns: dict[str, Any] = {"key_": F("pk")}
        self.passes: dict[str, str] = {}
        for position, (name, condition) in enumerate(passes.items()):
            self.passes[name] = f"pass{position}_"
            self.columns[f"pass{position}_"] = _truth(condition)
        self.parts: list[str] = []
        self.params: list[Any] = []
        self.selects = [f"SELECT -1, '', '', {self._counts(TOTAL)} FROM found"]  # noqa: S608 - names of ours
        for position, (name, told) in enumerate(facets.items()):
            self._add(position, name, told)

    def run(self) -> dict[str, dict[str, Tally]]:
        """Ask for everything."""
        tallies: dict[str, dict[str, Tally]] = {TOTAL: {TOTAL: Tally("", 0, 0)}}
        tallies |= {name: {} for name in self.facets}
        names = [*self.facets, TOTAL]
        try:
            found = self.rows.order_by().annotate(**self.columns).values(*self.columns)
            self._part("found", found, first=True)
        except EmptyResultSet:
            return tallies
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"WITH {', '.join(self.parts)} {' UNION ALL '.join(self.selects)}", self.params
            )
            for position, code, label, *counts in cursor.fetchall():
                tallies[names[position]][code] = Tally(label or "", *counts)
        return tallies

    def _part(self, name: str, rows: QuerySet, first: bool = False) -> None:
        sql, params = rows.query.get_compiler(connection=self.connection).as_sql()
        place = 0 if first else len(self.parts)
        self.parts.insert(place, f"{name} AS ({sql})")
        self.params = [*params, *self.params] if first else [*self.params, *params]

    def _counts(self, name: str, what: str = "*") -> str:
        """The two counts for a facet: of the rows that answer the others, and of all."""
        others = [column for other, column in self.passes.items() if other != name]
        answer = f" FILTER (WHERE {' AND '.join(others)})" if others else ""
        return f"COUNT({what}){answer}, COUNT({what})"

    def _add(self, position: int, name: str, told: Told) -> None:
        counts = self._counts(name)
        if isinstance(told, Conditions):
            for number, (code, condition) in enumerate(told.by_code.items()):
                column = f"is{position}_{number}_"
                self.columns[column] = _truth(condition)
                self.selects.append(
                    f"SELECT {position}, {self._text(code)}, '', {counts} FROM found WHERE {column}"  # noqa: S608 - a code of ours
                )
        elif isinstance(told, Columns):
            code, label = f"code{position}_", f"label{position}_"
            self.columns |= {code: F(told.code), label: _label(told)}
            self.selects.append(
                f"SELECT {position}, CAST({code} AS text), {label}, {counts} FROM found"  # noqa: S608 - names of ours
                f" WHERE {code} IS NOT NULL GROUP BY {code}, {label}"
            )
        else:
            columns = {"owner_": F(told.owner), "code_": F(told.code), "label_": _label(told)}
            self._part(
                f"pairs{position}", told.rows.order_by().annotate(**columns).values(*columns)
            )
            counts = self._counts(name, "DISTINCT key_" if told.repeats else "*")
            self.selects.append(
                f"SELECT {position}, CAST(code_ AS text), label_, {counts} FROM found"  # noqa: S608 - names of ours
                f" JOIN pairs{position} ON owner_ = key_ GROUP BY code_, label_"
            )

    def _text(self, code: str) -> str:
        return "'" + code.replace("'", "''").replace("%", "%%") + "'"


def _label(told: Columns | Pairs) -> F | Value:
    return F(told.label) if told.label else Value("")


def _truth(condition: Any) -> ExpressionWrapper:
    return ExpressionWrapper(Q(condition), output_field=BooleanField())
