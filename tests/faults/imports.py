"""Workers killed while they import organisations: what is lost, and what is written twice.

    .ci/postgresql .venv/bin/python -m tests.faults.imports [--lines 1000] [--kills 10]

Real processes and a PostgreSQL that is thrown away. A worker is killed at any moment, as by a machine
that has no memory left, while others work at the same import; another one takes its place.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.mail import ROOT, environment, wait_until

AT_ONCE = 2


@dataclass
class Crew:
    """Workers on the database of this process, and how many of them were killed."""

    folder: str
    killed: int = 0
    processes: list[subprocess.Popen] = field(default_factory=list)

    def hire(self) -> None:
        """Have as many workers as there should be."""
        while len(self.processes) < AT_ONCE:
            with (Path(self.folder) / f"worker-{self.killed}-{len(self.processes)}").open(
                "w"
            ) as said:
                self.processes.append(
                    subprocess.Popen(
                        [sys.executable, "manage.py", "worker", "--interval", "0.1"],
                        cwd=ROOT,
                        env=environment(self.folder, 1),
                        stdout=subprocess.DEVNULL,
                        stderr=said,
                    )
                )

    def kill(self) -> None:
        """Kill the one that has worked longest, and hire another."""
        process = self.processes.pop(0)
        process.kill()
        process.wait()
        self.killed += 1
        self.hire()


@contextlib.contextmanager
def crew() -> Iterator[Crew]:
    """Workers, while the block runs."""
    with tempfile.TemporaryDirectory() as folder:
        made = Crew(folder)
        try:
            made.hire()
            yield made
        finally:
            for process in made.processes:
                process.kill()
                process.wait()


def import_while_killing(lines: int, kills: int, *, by: Any) -> tuple[Counter[str], int]:
    """Import so many organisations, half of them new, while so many workers are killed.

    Returns how many lines have each outcome, and how many workers were killed.
    """
    from members.imports import steps
    from members.models import Import, ImportLine

    imported = steps.begin("faults.csv", _table(lines), by=by)

    def left() -> int:
        now = Import.objects.get(pk=imported.pk)
        if not now.is_running:
            return 0
        return now.lines.filter(outcome__in=ImportLine.TO_DO[Import.State(now.state)]).count()

    with crew() as workers:
        for phase in (0, 1):
            begun = left()
            for number in range(kills // 2):
                goal = begun - begun * (number + 1) // (kills // 2 + 1)
                wait_until(lambda goal=goal: left() <= goal, workers.folder)
                workers.kill()
            wait_until(lambda: not _is_running(imported.pk), workers.folder)
            if phase == 0:
                steps.confirm(imported, by=by)
        killed = workers.killed
    return Counter(imported.lines.values_list("outcome", flat=True)), killed


def _is_running(number: int) -> bool:
    from members.models import Import

    return Import.objects.get(pk=number).is_running


def _table(lines: int) -> bytes:
    """So many lines; every other one is about an organisation that is made here before."""
    from tests.factories import OrganisationFactory

    for number in range(0, lines, 2):
        OrganisationFactory(name=f"Firm {number}", kind="company")
    rows = "".join(f"Firm {number};company;A firm.\n" for number in range(lines))
    return f"Name;Kind;Summary (English)\n{rows}".encode()


def main() -> None:
    """Run it once and print what was lost."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--lines", type=int, default=1000)
    asked.add_argument("--kills", type=int, default=10)
    given = asked.parse_args()
    os.environ |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "TASKS": "database"}
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from members.models import User
    from portal.models import HistoryEntry

    by = User.objects.create_superuser("faults@example.org", None)
    begun = time.monotonic()
    outcomes, killed = import_while_killing(given.lines, given.kills, by=by)
    written = outcomes["added"] + outcomes["updated"]
    entries = HistoryEntry.objects.count()
    print(
        f"{given.lines} lines, {killed} workers killed, {time.monotonic() - begun:.0f} s:", end=" "
    )
    print(f"{given.lines - written} lost, {entries - written} written twice.", dict(outcomes))
    sys.exit(bool(written != given.lines or entries != written))


if __name__ == "__main__":
    main()
