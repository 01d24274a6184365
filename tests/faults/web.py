"""Faults of what the portal stands on, under load: what is lost, and how long it lasts.

    .ci/postgresql .venv/bin/python -m tests.faults.web FAULT… [--seconds 10]

The portal as in production, with two workers, a Redis of its own and a PostgreSQL that is thrown away.
Exits with 1 if more was lost than the fault can excuse.
"""

import argparse
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.faults.ground import (
    PAGES,
    Ground,
    Load,
    filled,
    portal_in_production,
    version_of,
    wait_until,
)
from tests.standby import PROGRAMS

# As its unit says.
WORKERS, THREADS = 2, 8
VISITORS, EDITORS, MODERATORS = 4, 2, 1


def killed(load: Load, ground: Ground, seconds: float) -> list[str]:
    """Web workers die of SIGKILL, one each second."""
    times = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        workers = _children(load.portal.process.pid)
        os.kill(workers[times % len(workers)], signal.SIGKILL)
        times += 1
        threading.Event().wait(1)
    # A worker takes with it what it is answering, and those who wait at its door go to another.
    excused = times * THREADS
    return _told(load, f"{times} workers killed", excused)


def deployed(load: Load, ground: Ground, seconds: float) -> list[str]:
    """The same version is taken up again and again: all processes are replaced."""
    times = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        before = set(_children(load.portal.process.pid))
        ground.releases.reload(load.portal.process.pid, ground.environment)
        wait_until(lambda before=before: not before & set(_children(load.portal.process.pid)))
        times += 1
    return _told(load, f"deployed {times} times", 0)


def upgraded(load: Load, ground: Ground, seconds: float) -> list[str]:
    """A version that does not start is refused; another one, changed in all it may be, is taken up."""
    releases, pid = ground.releases, load.portal.process.pid
    pages = [path for path in PAGES if not path.startswith("/api/")]
    before = [load.ask("visitor", "GET", path) for path in pages]
    first, problems = releases.served.resolve(), []
    releases.serve(releases.make_broken())
    if releases.reload(pid, ground.environment):
        problems.append("what does not start was taken up")
    releases.serve(first)
    threading.Event().wait(seconds / 2)
    release = releases.make_next()
    releases.install(release, ground.environment)
    old = set(_children(pid))
    releases.serve(release)
    if not releases.reload(pid, ground.environment):
        problems.append("the next version was not taken up")
    wait_until(lambda: not old & set(_children(pid)))
    threading.Event().wait(seconds / 2)
    made_by = {version_of(load.ask("visitor", "GET", path)) for path in pages}
    if made_by != {"next"}:
        problems.append(f"pages are made by {made_by}")
    if load.versions["both"]:
        problems.append(f"{load.versions['both']} pages were made by both versions")
    if load.lacking or any(releases.lacking(page) for page in before):
        problems.append("a page of one of the versions lacks static files")
    print(f"pages {dict(load.versions)}, {len(load.lacking)} static files lacked;", end=" ")
    return [*problems, *_told(load, "another version taken up", 0)]


def database(load: Load, ground: Ground, seconds: float) -> list[str]:
    """PostgreSQL crashes, is away for two seconds, and comes back."""
    data = _asked("SHOW data_directory")
    _pg_ctl(data, "stop", "--mode", "immediate")
    threading.Event().wait(2)
    _pg_ctl(data, "start")
    back = time.monotonic()

    def is_good() -> bool:
        """All who ask are answered well again."""
        since = [answer for answer in load.answers if answer.began > back]
        return any(answer.is_good and answer.who == "editor sends" for answer in since)

    wait_until(is_good)
    threading.Event().wait(seconds)
    good = [a for a in load.answers if a.began > back and a.is_good and a.who == "editor sends"]
    late = [a for a in load.answers if a.began > back + 2 and not a.is_good]
    first = min(answer.began + answer.seconds for answer in good) - back
    problems = [f"{len(late)} answers were bad 2 s after its return"] if late else []
    print(f"the first write {first:.1f} s after its return;", end=" ")
    return [*problems, *_told(load, "PostgreSQL crashed and came back", None)]


def redis(load: Load, ground: Ground, seconds: float) -> list[str]:
    """Redis dies and stays away: pages are made anew, limits are counted by each process."""
    threading.Event().wait(1)
    os.kill(ground.store, signal.SIGKILL)
    threading.Event().wait(seconds)
    problems = _told(load, "Redis was killed", 0)
    address = {"X-Forwarded-For": "192.0.2.1"}
    most = 120 * WORKERS
    for _time in range(most + 1):
        load.ask("flood", "GET", "/api/v1/themes/", **address)
    refused = [a for a in load.answers if a.who == "flood" and a.status == 429]
    return problems + (
        [] if refused else [f"{most + 1} requests to the API in a minute went through"]
    )


def mixed(load: Load, ground: Ground, seconds: float) -> list[str]:
    """Nothing happens: visitors, editors, a moderator and the API, for a long time."""
    before = _memory(load.portal.process.pid)
    half = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        threading.Event().wait(min(5, seconds / 4))
        if not half and time.monotonic() > until - seconds / 2:
            half = _memory(load.portal.process.pid)
    after = _memory(load.portal.process.pid)
    took = sorted(answer.seconds for answer in load.answers)
    p50, p95 = (took[int(len(took) * share)] * 1000 for share in (0.5, 0.95))
    print(f"{len(took) / seconds:.0f} a second, p50 {p50:.0f} ms, p95 {p95:.0f} ms;", end=" ")
    print(f"memory {before} → {half} (half way) → {after} MB;", end=" ")
    return _told(load, f"{seconds:.0f} s of load", 0)


FAULTS: dict[str, Callable[[Load, Ground, float], list[str]]] = {
    fault.__name__: fault for fault in (killed, deployed, upgraded, database, redis, mixed)
}


def suffer(
    names: Iterable[str],
    seconds: float,
    *,
    pause: float = 0,
    visitors: int = VISITORS,
    editors: int = EDITORS,
    moderators: int = MODERATORS,
    with_demo: bool = True,
) -> list[str]:
    """Have faults happen under load, one after the other; what is wrong with what came of them.

    Prints the figures.
    """
    problems = []
    with tempfile.TemporaryDirectory() as folder, portal_in_production(Path(folder)) as ground:
        cookies = filled(with_demo=with_demo)
        for name in names:
            load = Load(ground.portal, ground.releases, cookies, name, pause)
            load.wait_until_ready()
            with load.going_on(visitors, editors, moderators):
                load.wait_for_writes(editors)
                problems += FAULTS[name](load, ground, seconds)
            if lost := load.lost():
                problems.append(f"{len(lost)} writes were acknowledged and are not there")
    return problems


def _told(load: Load, what: str, excused: int | None) -> list[str]:
    """Print what came of it; a problem if more answers failed than can be excused."""
    bad = load.bad()
    print(f"{what}: {len(load.answers)} answers, {sum(bad.values())} bad {dict(bad)},", end=" ")
    print(f"{len(load.saved)} drafts and {len(load.published)} decisions acknowledged.")
    if excused is not None and sum(bad.values()) > excused:
        where = {answer.path for answer in load.answers if not answer.is_good}
        return [f"{sum(bad.values())} answers were bad, {excused} at most can be excused: {where}"]
    return []


def _children(pid: int) -> list[int]:
    """The processes that a process has begun and that live."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(each) for each in found]


def _memory(pid: int) -> int:
    """What the workers of a process hold, in MB: what they share is divided among them."""
    total = 0
    for child in _children(pid):
        lines = Path(f"/proc/{child}/smaps_rollup").read_text().splitlines()
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total // 1024


def _asked(sql: str) -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def _pg_ctl(data: str, *arguments: str) -> None:
    """Tell the database server something, as the one it runs as."""
    from django.db import connection

    connection.close()
    as_them = ["runuser", "--user", "postgres", "--"] if os.getuid() == 0 else []
    log = ["--log", f"{Path(data).parent}/log"] if arguments[0] == "start" else []
    options = Path(data, "postmaster.opts")
    if arguments[0] == "start":
        began = options.read_text().split('"')[1::2]
        log += ["--options", " ".join(f"'{each}'" for each in began)]
    command = [*as_them, str(PROGRAMS / "pg_ctl"), "--pgdata", data, *log, *arguments]
    subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL)


def main() -> None:
    """Have one of them happen and say what came of it."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    helped = "; ".join(f"{name}: {(fault.__doc__ or '')}" for name, fault in FAULTS.items())
    asked.add_argument("faults", nargs="+", choices=FAULTS, metavar="FAULT", help=helped)
    asked.add_argument("--seconds", type=float, default=10)
    asked.add_argument(
        "--pause", type=float, default=0, help="between an answer and the next request"
    )
    asked.add_argument("--visitors", type=int, default=VISITORS)
    asked.add_argument("--editors", type=int, default=EDITORS)
    asked.add_argument("--moderators", type=int, default=MODERATORS)
    asked.add_argument(
        "--little", action="store_true", help="without the demo, which takes a while"
    )
    given = asked.parse_args()
    os.environ |= {"DJANGO_SETTINGS_MODULE": "tests.settings", "TASKS": "database"}
    os.environ["SECRET_KEY"] = secrets.token_urlsafe(64)
    import django
    from django.db import connection

    django.setup()
    with connection.cursor() as cursor:
        # A crash may take what was not written; whoever runs a database for real waits for the disk.
        cursor.execute("ALTER ROLE CURRENT_USER SET synchronous_commit = on")
    connection.close()
    problems = suffer(
        given.faults,
        given.seconds,
        pause=given.pause,
        visitors=given.visitors,
        editors=given.editors,
        moderators=given.moderators,
        with_demo=not given.little,
    )
    for problem in problems:
        print(f"Not good: {problem}.")
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
