"""Runs calls at the same moment, each in a thread with a database connection of its own."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections

# The marks of a module whose tests do.
TOGETHER = [
    pytest.mark.concurrency,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite has one writer at a time, so two never meet: row locks are PostgreSQL's",
    ),
]


def together(*calls: Callable[[], Any]) -> list[Any]:
    """What each call returned, or the exception it raised, in the order given.

    All start at one barrier, so that they really meet in the database.
    """
    barrier = threading.Barrier(len(calls))
    results: list[Any] = [None] * len(calls)

    def run(index: int, call: Callable[[], Any]) -> None:
        try:
            barrier.wait()
            results[index] = call()
        except Exception as error:
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
