"""What memory a table to download takes: that of all events, a few and many.

The portal is served as for any other benchmark, and anew for each size. The memory of a process is the
most it ever had, as the kernel counts it; beside it stands what it had before the table was asked for.
"""

import datetime
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from django.db import connection, connections
from django.utils import timezone

from events.models import Event
from tests.benchmarks import seed, servers

Say = Callable[[str], None]

SIZES = (10_000, 100_000)
# Of ten rows eight are events.
ROWS_FOR_EVENTS = 10 / 8
TABLE = "/fr/agenda/agenda.csv?view=past"
MB = 1024  # the kernel counts kB


class Measured(NamedTuple):
    """One table: its lines, its size in bytes, how long it took, and memory in kB before and at most."""

    lines: int
    size: int
    seconds: float
    before: int
    most: int


def run(port: int, say: Say) -> None:
    """Measure each size and print it."""
    for events in SIZES:
        seed.fill(round(events * ROWS_FOR_EVENTS), say)
        _put_in_one_list()
        connections.close_all()
        with servers.web(port) as root:
            found = measure(port, root)
        say(
            f"{found.lines:,} events, {found.size / 1e6:.1f} MB in {found.seconds:.0f} s: "
            f"{found.most / MB:.1f} MB at most, {found.before / MB:.1f} MB before"
        )


def _put_in_one_list() -> None:
    """Let all events be public and over: one list has them all."""
    past = timezone.now() - datetime.timedelta(days=3)
    rows = Event.objects.all()
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    rows.update(status="published", withdrawn_at=None, starts_at=past, ends_at=None, over_at=past)


def measure(port: int, root: int) -> Measured:
    """Ask for the table and read it to its end, as it comes."""
    for _worker in range(4 * servers.WORKERS):  # whatever is loaded once is loaded
        _read(port, f"{TABLE}&q=zzyzx")
    before, began = _most(root), time.monotonic()
    lines = size = 0
    for chunk in _chunks(port, TABLE):
        lines += chunk.count(b"\r\n")
        size += len(chunk)
    return Measured(lines - 1, size, time.monotonic() - began, before, _most(root))


def _read(port: int, path: str) -> None:
    for _chunk in _chunks(port, path):
        pass


def _chunks(port: int, path: str) -> Iterator[bytes]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", headers={"X-Forwarded-Proto": "https"}
    )
    with urllib.request.urlopen(request, timeout=600) as answer:
        while chunk := answer.read(1 << 16):
            yield chunk


def _most(root: int) -> int:
    """The most memory that any process of the server ever had, in kB."""
    children = Path(f"/proc/{root}/task/{root}/children").read_text().split()
    return max(_peak(int(child)) for child in children)


def _peak(process: int) -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
