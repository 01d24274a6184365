"""One run: slices of load on every page and every limit in turn, again and again.

Whatever slows the machine for a while then slows all alike. CPU for each request is the steadier
number on a machine that does other things beside.
"""

import gzip
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import brotli
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal import content_version
from portal.models import ContentChange
from tests.benchmarks import load
from tests.benchmarks.load import Slice
from tests.benchmarks.pages import Page

Say = Callable[[str], None]

# Of each page so many addresses are asked for one by one, to count queries and bytes.
LOOKED_AT = 12
# Fewer of a page that takes longer than so many seconds.
PATIENCE = 20


@dataclass
class Result:
    """What a page costs."""

    page: Page
    load: Slice = field(default_factory=Slice)
    # Of each address the first time after a change of content, when no count is kept.
    first: Slice = field(default_factory=Slice)
    # The most of those that were looked at, and their medians in bytes.
    queries: int = 0
    bytes: int = 0
    gzip: int = 0
    brotli: int = 0
    statuses: set[int] = field(default_factory=set)


def somebody() -> Iterator[str]:
    """Network addresses, each once: the API counts what comes from one."""
    for number in range(250 * 250):
        yield f"10.255.{number // 250}.{number % 250}"


def look(page: Page, result: Result, visitors: Iterator[str]) -> None:
    """Count queries and bytes at some addresses, in this process; none is refused for its number."""
    sizes = []
    step = max(1, len(page.addresses) // LOOKED_AT)
    # What Django keeps from the first request on is there before anything is counted.
    client = Client(raise_request_exception=False, SERVER_NAME="127.0.0.1")
    until = time.monotonic() + PATIENCE
    for number, address in enumerate([page.addresses[0], *page.addresses[::step][:LOOKED_AT]]):
        if number > 1 and time.monotonic() > until:
            break
        visitor = next(visitors)
        with CaptureQueriesContext(connection) as queries:
            answer: Any = client.get(address, secure=True, headers={"X-Forwarded-For": visitor})
        result.statuses.add(answer.status_code)
        if number:
            result.queries = max(result.queries, len(queries))
            body = answer.content
            if encoding := answer.headers.get("Content-Encoding"):
                body = {"gzip": gzip.decompress, "br": brotli.decompress}[encoding](body)
            sizes.append(
                (len(body), len(gzip.compress(body, 6)), len(brotli.compress(body, quality=5)))
            )
    result.bytes, result.gzip, result.brotli = sorted(sizes)[len(sizes) // 2]


def run(
    pages: Iterable[Page],
    *,
    port: int,
    roots: dict[str, int],
    seconds: int,
    rounds: int,
    folder: Path,
    say: Say,
) -> dict[str, Result]:
    """Measure pages: each address once, then `rounds` slices of so many seconds.

    Before that comes a second of each page that is not counted.
    """
    results = {page.code: Result(page) for page in pages}
    files = {}
    visitors = somebody()
    folder.mkdir(parents=True, exist_ok=True)
    for code, result in results.items():
        look(result.page, result, visitors)
        files[code] = folder / f"{code}.txt"
        files[code].write_text("\n".join(result.page.addresses))
    visitor = 0
    for number in range(rounds + 1):
        if number == 1:
            visitor = _first_visits(results, port, roots, visitor, say)
        say(f"  round {number} of {rounds}" if number else "  warming up")
        for code, result in results.items():
            offset = number * len(result.page.addresses) // (rounds + 1)
            length = seconds if number else 1

            cold = result.page.is_cold
            ask = partial(load.run, port, files[code], length, offset, visitor, cold=cold)
            found = load.measured(ask, roots)
            visitor += found.sent
            if number:
                result.load += found
    return results


def _first_visits(
    results: dict[str, Result], port: int, roots: dict[str, int], visitor: int, say: Say
) -> int:
    """Ask for each address once, with nothing kept of what content was before."""
    say("  first visits")
    ContentChange.objects.create()
    content_version.tell()
    connection.close()
    # Until each process has seen it.
    time.sleep(2 * content_version.BELIEVED)
    for result in results.values():
        if result.page.is_cold and result.page.limits:
            ask = partial(load.once, port, result.page.addresses, visitor)
            result.first = load.measured(ask, roots)
            visitor += len(result.page.addresses)
    return visitor
