"""Everything that cannot be made again, written to one folder and read back from it.

A backup is a folder: the database, the images of the private and of the public store, and a list of
what is in it with the sums of the files and how many rows each table has. Passwords and keys are not in
it: the list names the variables of the environment that have to be kept elsewhere.

PostgreSQL is asked through its own programs (`pg_dump`, `pg_restore`), at least as new as the server.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.files import File
from django.core.files.storage import Storage, storages
from django.db import connection, connections, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from portal.models import ContentChange

LIST = "backup.json"
# The file of each store in a backup.
STORES = {"held": "held.tar", "default": "media.tar"}
DATABASES = {"postgresql": "database.dump", "sqlite": "database.sqlite3"}
# What opens or signs something, and is only in the environment of whoever runs the portal.
KEYS = (
    *("SECRET_KEY", "DATABASE_URL", "REPLICA_URL", "EMAIL_URL", "REDIS_URL", "METRICS_TOKEN"),
    *("S3_ACCESS_KEY", "S3_SECRET_KEY"),
)


class BackupError(Exception):
    """A backup that cannot be made or used; its text says why, for whoever is on call."""


# --- Making one -------------------------------------------------------------------------------------


def write(folder: Path) -> Path:
    """Write a backup into a new folder inside `folder`, and return it; half a one is never left.

    The database is one moment. Images are copied after it: those that it names are there, since the
    private store keeps them all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".unfinished-") as place:
        made = Path(place, "backup")
        made.mkdir(mode=0o700)
        counts = _dump(made / DATABASES[connection.vendor])
        for store, name in STORES.items():
            _pack(storages[store], made / name)
        contents = {
            "made_at": timezone.now().isoformat(),
            "database": connection.vendor,
            "migrations": _last_migrations(),
            "rows": counts,
            "files": {path.name: _sum(path) for path in sorted(made.iterdir())},
            "kept_elsewhere": list(KEYS),
        }
        (made / LIST).write_text(json.dumps(contents, indent=2) + "\n")
        done = folder / f"portal-{timezone.now():%Y%m%dT%H%M%S%fZ}"
        made.rename(done)
    return done


def tables() -> list[str]:
    """The tables of ours that there are."""
    models = apps.get_models(include_auto_created=True)
    wanted = {m._meta.db_table for m in models if m._meta.managed}
    return sorted(wanted & set(connection.introspection.table_names()))


def row_counts(names: Iterable[str]) -> dict[str, int]:
    """How many rows each of these tables has: one query for each."""
    with connection.cursor() as cursor:
        return _counted(cursor, names)


def _counted(cursor: Any, names: Iterable[str]) -> dict[str, int]:
    found = {}
    for name in names:
        # Names of our own tables, and no parameter can stand for one.
        cursor.execute(f'SELECT count(*) FROM "{name}"')  # noqa: S608
        found[name] = cursor.fetchone()[0]
    return found


def _last_migrations() -> dict[str, str]:
    rows = MigrationRecorder(connection).migration_qs.order_by("app", "name")
    return dict(rows.values_list("app", "name"))


def _dump(place: Path) -> dict[str, int]:
    """Write the database; returns how many rows each table had at that very moment."""
    names = tables()
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(place)) as copy:
            connection.connection.backup(copy)
            return _counted(copy.cursor(), names)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SET LOCAL statement_timeout = 0")
        counts = row_counts(names)
        cursor.execute("SELECT pg_export_snapshot()")
        _run(
            "pg_dump",
            *("--format=custom", "--no-owner", "--no-privileges"),
            *(f"--snapshot={cursor.fetchone()[0]}", f"--file={place}"),
        )
    return counts


def _pack(store: Storage, place: Path) -> None:
    """All files of a store, in a fixed order, as a tar file."""
    with tarfile.open(place, "w") as packed:
        for name in sorted(_names(store, "")):
            with store.open(name) as file:
                about = tarfile.TarInfo(name)
                about.size, about.mtime = file.size, 0
                packed.addfile(about, file)


def _names(store: Storage, folder: str) -> Iterator[str]:
    try:
        folders, files = store.listdir(folder)
    except FileNotFoundError:
        return
    inside = f"{folder}/" if folder else ""
    yield from (f"{inside}{name}" for name in files)
    for each in folders:
        yield from _names(store, f"{inside}{each}")


# --- Reading one back -------------------------------------------------------------------------------


def read(made: Path, *, replace: bool = False) -> None:
    """Make database and images what they were in a backup; raises BackupError if it cannot be.

    Looks at the whole of it first. Without `replace` only an empty database is written to.
    """
    contents = check(made)
    if connection.vendor != contents["database"]:
        raise BackupError(f"It is a backup of {contents['database']}, not of {connection.vendor}.")
    if connection.introspection.table_names() and not replace:
        raise BackupError("The database is not empty: say --replace to lose what is in it.")
    _restore(made / DATABASES[connection.vendor])
    for store, name in STORES.items():
        _unpack(made / name, storages[store])
    now = row_counts(contents["rows"])
    if now != contents["rows"]:
        raise BackupError(f"Rows are missing: {contents['rows']} expected, {now} found.")
    # Of what was kept of the content that is gone nothing is shown again.
    ContentChange.objects.create()
    # Who was signed in then may have signed out since, or lost the device: they sign in again.
    Session.objects.all().delete()


def check(made: Path) -> dict[str, Any]:
    """What is in a backup, once every file is found to be what it was when it was made."""
    try:
        contents = json.loads((made / LIST).read_text())
        files = contents["files"]
    except (OSError, ValueError, KeyError) as error:
        raise BackupError(f"{made} is no backup: its list cannot be read.") from error
    if set(files) != {*STORES.values(), DATABASES.get(contents.get("database"), "")}:
        raise BackupError(f"{made} is no backup: its list does not name what one has.")
    for name, wanted in files.items():
        if not (made / name).is_file():
            raise BackupError(f"{name} is missing.")
        if _sum(made / name) != wanted:
            raise BackupError(f"{name} is not what it was when the backup was made.")
    return contents


def _restore(place: Path) -> None:
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(place)) as copy:
            copy.backup(connection.connection)
    else:
        connections.close_all()
        _run(
            "pg_restore",
            *("--clean", "--if-exists", "--no-owner", "--no-privileges"),
            *("--single-transaction", "--exit-on-error"),
            str(place),
            into=True,
        )


def _unpack(place: Path, store: Storage) -> None:
    """Make a store what was packed: no file more, none less."""
    with tarfile.open(place) as packed:
        members = {about.name: about for about in packed if about.isfile()}
        for name in set(_names(store, "")) - members.keys():
            store.delete(name)
        for name, about in members.items():
            store.delete(name)
            store.save(name, File(packed.extractfile(about), name))


# --- Programs and sums ------------------------------------------------------------------------------


def _run(program: str, *arguments: str, into: bool = False) -> None:
    """Run a program of PostgreSQL on our database; its password goes by the environment only."""
    if shutil.which(program) is None:
        raise BackupError(f"{program} is missing: install the client programs of PostgreSQL.")
    about = connection.settings_dict
    where = {
        "PGHOST": about["HOST"],
        "PGPORT": str(about["PORT"] or ""),
        "PGUSER": about["USER"],
        "PGPASSWORD": about["PASSWORD"],
        "PGDATABASE": about["NAME"],
    }
    named = ["--dbname", about["NAME"]] if into else []
    done = subprocess.run(  # noqa: S603 - both programs and all arguments are ours
        [program, *named, *arguments],
        env=os.environ | {name: value for name, value in where.items() if value},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip()}")


def _sum(place: Path) -> str:
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
