"""Fills a PostgreSQL database with so many rows, once: what is there already is used again.

A mark in the database tells, made of the migrations, of the version of `rows`, and of the month,
because events are past or to come. A database without the mark is only filled if it has no table at
all: this empties what it fills.
"""

import datetime
import hashlib
import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from events.demo.loader import load_territory
from events.models import Event, Project
from members.models import College, Commune, Organisation, Person, Theme
from portal import search, spelling, words
from portal.models import SearchDocument
from tests.benchmarks import rows as making
from tests.benchmarks.parts import World

Say = Callable[[str], None]

MARK = "benchmark_seed"
# What one process writes at a time; the same whatever the number of processes.
CHUNK = 10_000
PROCESSES = 2
# Of each kind, how many search rows are compared with what production would have written.
COMPARED = 200
VOCABULARY = 20_000


class NotOurs(Exception):
    """The database holds something that was not put there by a benchmark."""


def fill(rows: int, say: Say) -> None:
    """See to it that the database holds so many rows. Raises NotOurs and leaves others' data alone."""
    try:
        _fill(rows, say)
    finally:
        connection.close()  # whoever comes next is stopped after five seconds, as in production


def _fill(rows: int, say: Say) -> None:
    wanted = fingerprint(rows)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    found = _found()
    if found == wanted:
        return
    if found is None and connection.introspection.table_names():
        raise NotOurs("This database has tables, and no benchmark made them: give an empty one.")
    began = time.monotonic()
    say(f"Seeding {rows} rows")
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
        cursor.execute(f"CREATE TABLE {MARK} (fingerprint text)")
        cursor.execute(f"INSERT INTO {MARK} VALUES ('unfinished')")
    call_command("migrate", verbosity=0)
    load_territory()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET maintenance_work_mem = '1GB'")
    world = world_of(rows)
    with without_indexes(say):
        _write(world, say)
    _settle(say)
    learn(say)
    verify(say)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {MARK} SET fingerprint = %s", [wanted])
    say(f"Seeded in {time.monotonic() - began:.0f} s, {_size()} on disk")


def fingerprint(rows: int) -> str:
    """What the content of a seeded database depends on."""
    migrations = sorted(MigrationLoader(None).disk_migrations)
    parts = (rows, migrations, making.VERSION, words.VERSION, _month())
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def _month() -> datetime.date:
    return timezone.localdate().replace(day=1)


def _found() -> str | None:
    with connection.cursor() as cursor:
        if MARK not in connection.introspection.table_names(cursor):
            return None
        cursor.execute(f"SELECT fingerprint FROM {MARK}")
        return cursor.fetchone()[0]


def _size() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
        return cursor.fetchone()[0]


# --- Writing --------------------------------------------------------------------------------------


def world_of(rows: int) -> World:
    """What so many rows refer to; staff's themes, communes and college must be there."""
    noon = datetime.datetime.combine(_month(), datetime.time(), datetime.UTC)
    # The founding college, and the commune that most are in, come first in these lists.
    communes = Commune.objects.order_by("pk").values_list("pk", "name")
    return World.of(
        rows,
        today=noon,
        themes=list(Theme.objects.order_by("pk").values_list("pk", "name_fr", "name_en")),
        communes=list(communes),
        college=College.objects.get().pk,
    )


def chunks(world: World) -> list[tuple[str, int, int]]:
    """What to write one after the other: a kind, and the keys of its first and its last object."""
    counts = {
        "source": world.sources,
        "organisation": world.organisations,
        "person": world.people,
        "project": world.projects,
        "event": world.events,
    }
    return [
        (kind, first, min(first + CHUNK - 1, count))
        for kind, count in counts.items()
        for first in range(1, count + 1, CHUNK)
    ]


def _write(world: World, say: Say) -> None:
    todo = chunks(world)
    total = sum(last - first + 1 for _kind, first, last in todo)
    connection.close()  # a process that is born must not share it
    context = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(PROCESSES, context, _without_hurry) as pool:
        done = 0
        for future in [pool.submit(_chunk, world, *chunk) for chunk in todo]:
            done += future.result()
            if done % (20 * CHUNK) < CHUNK:
                say(f"  {done} of {total}")
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET maintenance_work_mem = '1GB'")


def _without_hurry() -> None:
    """Let what this process writes take as long as it takes."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")


def _chunk(world: World, kind: str, first: int, last: int) -> int:
    making.write(kind, world, first, last)
    return last - first + 1


@contextmanager
def without_indexes(say: Say) -> Iterator[None]:
    """Drop every index and foreign key but those of primary keys, and make them anew at the end.

    What breaks a constraint is told then, by the constraint's name.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid)"
            " FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
            " AND contype IN ('f', 'u') ORDER BY contype DESC, conname"
        )
        constraints = cursor.fetchall()
        # Foreign keys go before the unique columns that they point to.
        for table, name, _definition in reversed(constraints):
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
            " JOIN pg_class ON pg_class.oid = indrelid"
            " WHERE relnamespace = 'public'::regnamespace AND NOT indisprimary ORDER BY 1"
        )
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f"DROP INDEX {name}")
    yield
    say("  indexes")
    with connection.cursor() as cursor:
        for _name, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in constraints:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


def _settle(say: Say) -> None:
    """Let new rows have keys of their own, and PostgreSQL know what it has."""
    say("  statistics")
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(statement)
        cursor.execute("VACUUM ANALYZE")


def learn(say: Say) -> None:
    """Offer the words of all titles for misspelled ones, as `reindex` does."""
    say("  spelling")
    titles: set[str] = set()
    for model, names in (
        (Organisation, ("name", "official_name")),
        (Person, ("name",)),
        (Event, ("title_fr", "title_en")),
        (Project, ("title_fr", "title_en")),
    ):
        for values in search.published(model).order_by().values_list(*names).iterator():
            titles.update(filter(None, values))
    known = list(spelling.vocabulary(sorted(titles)).items())
    for first in range(0, len(known), VOCABULARY):
        spelling.learn(dict(known[first : first + VOCABULARY]))


# --- Checking -------------------------------------------------------------------------------------


def verify(say: Say) -> None:
    """Raise AssertionError if search would not find just what `manage.py reindex` makes it find."""
    say("  comparing with production")
    for model in search.every_model():
        assert not search.missing(model).exists(), f"{model.__name__}: rows of search are missing"
        assert not search.leftover(model).exists(), f"{model.__name__}: rows of search too many"
        for obj in _spread(search.published(model)):
            wanted = search._document(obj, *search._texts_of(obj))
            found = SearchDocument.objects.get(kind=wanted.kind, object_id=obj.pk)
            for name in ("title", "words"):
                difference = set(getattr(wanted, name)) ^ set(getattr(found, name).split())
                assert not difference, f"{obj} ({model.__name__}): {name} differ by {difference}"


def _spread(rows: models.QuerySet) -> list[models.Model]:
    """Rows from all over a table, the same each time."""
    most = rows.order_by("-pk").values_list("pk", flat=True).first() or 0
    step = max(1, most // COMPARED)
    return list(rows.filter(pk__in=range(1, most + 1, step)))
