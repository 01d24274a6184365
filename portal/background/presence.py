"""Tells a worker that died from one that takes long.

A worker holds a lock for as long as it lives, and loses it with its life, however it dies: no clock has
to be right, and nobody has to wait. On PostgreSQL that is a lock of a connection of its own; on SQLite,
where all processes are on one machine, a lock on a file.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction

# The number of a worker's lock, from its name.
KEY = "hashtextextended(%s, 0)"
# A machine that lost its power says no goodbye: the server asks, and knows within half a minute.
ASK = "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3"


class Presence:
    """The lock of one worker, from when it is made until `end` or the end of the process."""

    def __init__(self, worker: str) -> None:
        self.worker = worker
        self._file: IO[str] | None = None
        if connection.vendor == "postgresql":
            self._connection = connections.create_connection(DEFAULT_DB_ALIAS)
            with self._connection.cursor() as cursor:
                cursor.execute(ASK)
                cursor.execute(f"SELECT pg_advisory_lock({KEY})", [worker])
        else:
            _place(worker).parent.mkdir(parents=True, exist_ok=True)
            self._file = _place(worker).open("w")
            fcntl.flock(self._file, fcntl.LOCK_EX)

    def check(self) -> None:
        """Raise OperationalError if the lock may be lost: the server was restarted, say."""
        if self._file is None:
            with self._connection.cursor() as cursor:
                cursor.execute("SELECT 1")

    def end(self) -> None:
        """Give the lock up."""
        if self._file is None:
            self._connection.close()
        else:
            self._file.close()
            _place(self.worker).unlink(missing_ok=True)


@contextmanager
def if_dead(worker: str) -> Iterator[bool]:
    """In a transaction, whether that worker is dead; nobody else finds it dead meanwhile."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT pg_try_advisory_xact_lock({KEY})", [worker])
                yield cursor.fetchone()[0]
        else:
            yield _is_free(_place(worker))


def _place(worker: str) -> Path:
    return Path(settings.DATA_DIR) / "workers" / worker


def _is_free(place: Path) -> bool:
    """Whether nobody holds the lock on a file; what a dead worker left is removed."""
    try:
        with place.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            place.unlink(missing_ok=True)
    except FileNotFoundError:
        return True
    except BlockingIOError:
        return False
    return True
