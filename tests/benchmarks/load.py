"""A slice of load, made by wrk, which takes little of the processor it shares; and what it cost."""

import http.client
import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

SCRIPT = Path(__file__).with_name("wrk.lua")
CONNECTIONS = 4
# The clock of /proc ticks so many times a second on every Linux that people use.
TICKS = 100


@dataclass
class Slice:
    """What was asked and answered in some time; adding two makes one."""

    sent: int = 0
    answered: int = 0
    seconds: float = 0.0
    bytes: int = 0
    refused: int = 0
    lost: int = 0
    # Seconds of processor, by who took them.
    cpu: dict[str, float] = field(default_factory=dict)
    # Milliseconds, each standing for as many answers as the slice had, by 199.
    latencies: list[tuple[float, float]] = field(default_factory=list)

    def __iadd__(self, other: "Slice") -> "Slice":
        for name in ("sent", "answered", "seconds", "bytes", "refused", "lost"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name, seconds in other.cpu.items():
            self.cpu[name] = self.cpu.get(name, 0) + seconds
        self.latencies += other.latencies
        return self

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answered / self.seconds if self.seconds else 0.0

    def percentile(self, wanted: float) -> float:
        """The milliseconds that so much of the answers took at most."""
        ordered = sorted(self.latencies)
        weight = sum(share for _latency, share in ordered) * wanted
        for latency, share in ordered:
            weight -= share
            if weight <= 0:
                return latency
        return 0.0

    def milliseconds(self, name: str) -> float | None:
        """The processor's time for one request; of a server that is elsewhere nothing is known.

        What was sent is counted and not what was answered in time: the server ends what it began.
        """
        return self.cpu[name] * 1000 / self.sent if name in self.cpu and self.sent else None


def run(
    port: int, addresses: Path, seconds: int, offset: int, visitor: int, *, cold: bool
) -> Slice:
    """Ask for the addresses of a file, from the one after `offset`, with four connections.

    `cold` is for pages that are made each time, however often the same address comes round.
    """
    command = ["wrk", "--threads", "1", "--connections", str(CONNECTIONS), "--timeout", "10s"]
    command += ["--duration", f"{seconds}s", "--script", str(SCRIPT), f"http://127.0.0.1:{port}/"]
    command += ["--", str(addresses), str(offset), str(visitor), "cold" if cold else "kept"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    numbers = [float(n) for n in said.rpartition("RESULT ")[2].split()]
    sent, answered, duration, size, refused, lost = map(int, numbers[:6])
    share = answered / 199
    latencies = [(n / 1000, share) for n in numbers[6:]]
    return Slice(sent, answered, duration / 1e6, size, refused, lost, {}, latencies)


def once(port: int, addresses: Sequence[str], visitor: int) -> Slice:
    """Ask for each of these addresses once, with as many connections; no page is one that was kept."""

    def ask(part: int) -> Slice:
        found = Slice()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        for number in range(part, len(addresses), CONNECTIONS):
            who = (visitor + number) % 2**24
            network = f"10.{who >> 16}.{who >> 8 & 255}.{who & 255}"
            headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": network, "X-Cold": "1"}
            found.sent += 1
            try:
                connection.request("GET", addresses[number], headers=headers)
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                found.lost += 1
                connection.close()
            else:
                found.answered += 1
                found.refused += answer.status != 200
        connection.close()
        return found

    found = Slice()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for each in pool.map(ask, range(CONNECTIONS)):
            found += each
    return found


def measured(run_slice: Callable[[], Slice], roots: dict[str, int]) -> Slice:
    """A slice with what the servers took for it: `roots` names their first processes."""
    before = {name: seconds_of(pid) for name, pid in roots.items()}
    found = run_slice()
    # What was begun is ended before anything is counted; a query may take five seconds.
    last = None
    for _try in range(600):
        now = {name: seconds_of(pid) for name, pid in roots.items()}
        if now == last:
            break
        last = now
        time.sleep(0.05)
    found.cpu = {name: now[name] - before[name] for name in roots}
    return found


def seconds_of(root: int) -> float:
    """The processor's time that a process and all it started took, also those that ended."""
    parents: dict[int, list[int]] = {}
    times: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            # The name of a program stands in brackets and may hold anything.
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        pid = int(entry.name)
        parents.setdefault(int(fields[1]), []).append(pid)
        times[pid] = sum(map(int, fields[11:15]))
    found, todo = 0, [root]
    while todo:
        pid = todo.pop()
        found += times.get(pid, 0)
        todo += parents.get(pid, [])
    return found / TICKS
