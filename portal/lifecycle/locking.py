"""Who comes first: locks, in the one order everybody takes them, and what the second is told.

An object is locked before its submission, and before the rows that name organisations in it.

What is locked may be named by others meanwhile (`no_key`): whoever publishes an event holds it and has
PostgreSQL look whether its organisation is there, while whoever withdraws that holds it and goes on to
its events.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction

from portal.lifecycle.errors import Stale

# What PostgreSQL calls a unique constraint that is broken (errcodes, class 23), and how SQLite begins.
UNIQUE_VIOLATION, UNIQUE_FAILED = "23505", "UNIQUE constraint failed"


def locked(obj: Any) -> Any:
    """The same row as the database has it now, locked until the end of the transaction.

    What is not saved yet, or None, is returned as it is. Raises Stale if the row has gone.
    """
    if obj is None or obj.pk is None:
        return obj
    rows = type(obj)._default_manager.select_for_update(of=("self",), no_key=True)
    row = rows.filter(pk=obj.pk).first()
    if row is None:
        raise Stale
    return row


@contextmanager
def first_come() -> Iterator[None]:
    """A transaction in which two who write the same thing at once meet the database's constraint.

    The second gets Stale. Any other broken constraint is a fault of ours, and stays one.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if not is_duplicate(error):
            raise
        raise Stale from error


def is_duplicate(error: IntegrityError) -> bool:
    """Whether what was refused is there already."""
    state = getattr(error.__cause__, "sqlstate", None)
    return state == UNIQUE_VIOLATION if state else str(error).startswith(UNIQUE_FAILED)
