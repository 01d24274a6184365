"""How many there are, counted no further than anybody looks: of very many only that there are more."""

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import IntegerField, QuerySet, Subquery
from django.utils.translation import pgettext

from portal import display

# Counts are exact up to here. One above it stands for any number that is larger.
MOST = 10_000


def of(rows: QuerySet) -> int:
    """How many rows there are, looked for no further than one above `MOST`: one query."""
    keys = rows.order_by().values("pk")[: MOST + 1]
    connection = connections[rows.db]
    # `count` would write the same, and takes longer to do so than the database to answer.
    try:
        sql, params = keys.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({sql}) counted", params)  # noqa: S608 - Django's own
        return int(cursor.fetchone()[0])


def in_words(count: int) -> str:
    """A count as a person reads it: 1 100, plus de 10 000; 1,100, more than 10,000."""
    if count <= MOST:
        return display.number(count)
    return pgettext("a count", "more than %(n)s") % {"n": display.number(MOST)}


class Number(Subquery):
    """How many rows a query within another one has, looked for no further than so many."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) _counted)"
    output_field = IntegerField()

    @classmethod
    def of(cls, rows: QuerySet) -> "Number":
        return cls(rows.order_by().values("pk")[: MOST + 1])
