"""What to look at next: addresses that take long, and queries that read a table from end to end."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.benchmarks.measure import somebody
from tests.benchmarks.pages import Page

Say = Callable[[str], None]

# No public address takes longer, whatever the number of rows.
MOST_MILLISECONDS = 500
# A table of fewer rows is read at once, index or not.
LARGE_TABLE = 5_000
# Of each page so many addresses.
EXPLAINED = 3
# As many seconds for one page.
PATIENCE = 20


def slow(pages: list[Page], port: int, say: Say) -> None:
    """Ask for each address once, one after the other, and name the slowest of each page.

    A page that takes long is left after some seconds.
    """
    visitors = somebody()
    for page in pages:
        times: list[tuple[float, int, str]] = []
        until = time.monotonic() + PATIENCE
        for address in page.addresses:
            if time.monotonic() > until:
                break
            times.append((*_timed(port, address, next(visitors)), address))
        times.sort(reverse=True)
        over = [each for each in times if each[0] > MOST_MILLISECONDS or each[1] != 200]
        asked = f"{len(times)} of {len(page.addresses)} addresses"
        times_said = f"median {times[len(times) // 2][0]:.0f} ms, slowest {times[0][0]:.0f} ms"
        said = f"{len(over)} over {MOST_MILLISECONDS} ms or refused"
        say(f"{page.label}: {asked}, {times_said}, {said}")
        for milliseconds, status, address in over[:5]:
            say(f"    {milliseconds:.0f} ms, {status}: {address}")


def _timed(port: int, address: str, visitor: str) -> tuple[float, int]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{address}",
        headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": visitor, "Host": "127.0.0.1"},
    )
    began = time.perf_counter()
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()
            status = answer.status
    except urllib.error.HTTPError as error:
        status = error.code
    return (time.perf_counter() - began) * 1000, status


def plans(pages: list[Page], say: Say) -> None:
    """Explain the queries of some addresses of each page, and tell those that scan a large table."""
    client = Client(raise_request_exception=False, SERVER_NAME="127.0.0.1")
    large, visitors = _large_tables(), somebody()
    for page in pages:
        found: dict[str, tuple[float, str, str]] = {}
        step = max(1, len(page.addresses) // EXPLAINED)
        for address in page.addresses[::step][:EXPLAINED]:
            visitor = {"X-Forwarded-For": next(visitors)}
            with CaptureQueriesContext(connection) as queries:
                client.get(address, secure=True, headers=visitor)
            for query in queries.captured_queries:
                milliseconds = float(query["time"]) * 1000
                for table in _scanned(query["sql"]) & large:
                    if milliseconds > found.get(table, (-1.0,))[0]:
                        found[table] = (milliseconds, address, query["sql"])
        say(f"{page.label}: {'nothing is scanned' if not found else ''}")
        for table, (milliseconds, address, sql) in sorted(found.items()):
            say(f"    {table}, {milliseconds:.0f} ms in a query of {address}\n        {sql[:1500]}")


def _large_tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE reltuples > %s", [LARGE_TABLE])
        return {name for (name,) in cursor.fetchall()}


def _scanned(sql: str) -> set[str]:
    """The tables that PostgreSQL means to read from end to end for a query."""
    if not sql.lstrip("(").startswith("SELECT"):
        return set()
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (FORMAT JSON) " + sql.replace("%", "%%"), [])
        plan: Any = cursor.fetchone()[0]
    return set(_tables((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))


def _tables(node: dict[str, Any]) -> list[str]:
    found = [node["Relation Name"]] if node["Node Type"] == "Seq Scan" else []
    for below in node.get("Plans", []):
        found += _tables(below)
    return found
