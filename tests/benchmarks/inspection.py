"""What to look at next: addresses that take long, and queries that read a table from end to end."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.benchmarks.measure import LOOKED_AT, somebody
from tests.benchmarks.pages import Page

Say = Callable[[str], None]

# No public address takes longer, whatever the number of rows.
MOST_MILLISECONDS = 500
# A table of fewer rows is read at once, index or not.
LARGE_TABLE = 5_000


def slow(pages: list[Page], port: int, say: Say) -> None:
    """Ask for each address once, one after the other, and name the slowest of each page."""
    visitors = somebody()
    for page in pages:
        times = []
        for address in page.addresses:
            times.append((*_timed(port, address, next(visitors)), address))
        times.sort(reverse=True)
        over = [each for each in times if each[0] > MOST_MILLISECONDS or each[1] != 200]
        say(
            f"{page.label}: {len(times)} addresses, median {times[len(times) // 2][0]:.0f} ms,"
            f" slowest {times[0][0]:.0f} ms, {len(over)} over {MOST_MILLISECONDS} ms or refused"
        )
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
    visitors = somebody()
    for page in pages:
        found: dict[str, tuple[float, str, str]] = {}
        step = max(1, len(page.addresses) // LOOKED_AT)
        for address in page.addresses[::step][:LOOKED_AT]:
            visitor = {"X-Forwarded-For": next(visitors)}
            with CaptureQueriesContext(connection) as queries:
                client.get(address, secure=True, headers=visitor)
            for query in queries.captured_queries:
                if not query["sql"].startswith("SELECT"):
                    continue
                for table, milliseconds in _scanned(query["sql"]):
                    if milliseconds > found.get(table, (0.0,))[0]:
                        found[table] = (milliseconds, address, query["sql"])
        say(f"{page.label}: {'nothing is scanned' if not found else ''}")
        for table, (milliseconds, address, sql) in sorted(found.items()):
            say(f"    {table}, {milliseconds:.0f} ms in a query of {address}\n        {sql[:1500]}")


def _scanned(sql: str) -> list[tuple[str, float]]:
    """The large tables that a query reads from end to end, with the milliseconds it takes."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) " + sql)
            plan: Any = cursor.fetchone()[0]
    except DatabaseError as error:
        return [(f"refused: {str(error).splitlines()[0]}", 1e9)]
    top = (json.loads(plan) if isinstance(plan, str) else plan)[0]
    return [(table, top["Execution Time"]) for table in _tables(top["Plan"])]


def _tables(node: dict[str, Any]) -> list[str]:
    found = []
    removed = node.get("Rows Removed by Filter", 0)
    if node["Node Type"] == "Seq Scan" and node["Actual Rows"] + removed > LARGE_TABLE:
        found.append(node["Relation Name"])
    for below in node.get("Plans", []):
        found += _tables(below)
    return found
