"""`python -m tests.benchmarks COMMAND` with DATABASE_URL: an empty PostgreSQL or one seeded before."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Iterable
from contextlib import ExitStack

from tests.benchmarks import servers

ROWS, SECONDS, ROUNDS = 10_000, 2, 5


def say(text: str) -> None:
    print(text, flush=True)


def main() -> None:
    """Read what is asked, start what it needs, and do it."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks", description=__doc__)
    commands = {
        "measure": (measure, "seed, serve, measure, and write the table down"),
        "seed": (seed, "see to it that the database holds so many rows"),
        "serve": (serve, "serve the portal and the limits until Ctrl-C"),
        "slow": (slow, "ask for every address once and name those that take long"),
        "cold": (cold, "ask for every kind of address with nothing kept, and say what each takes"),
        "plans": (plans, "name the queries that read a large table from end to end"),
        "export": (export, "print what memory a table of all events takes, of few and of many"),
        "compare": (compare, "print what a million rows cost beside ten thousand"),
    }
    parser.add_argument(
        "command", choices=commands, help="; ".join(f"{n}: {c[1]}" for n, c in commands.items())
    )
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument(
        "--pages", default="", help="codes with commas between; all of them unless said"
    )
    parser.add_argument("--seconds", type=int, default=SECONDS, help="of one slice")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="slices of each page")
    parser.add_argument("--port", type=int, default=8000)
    asked = parser.parse_args()
    if asked.command == "compare":
        return compare(asked)
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        sys.exit("Set DATABASE_URL to a PostgreSQL database, or run `make benchmark`.")
    # Whoever ends this ends what it started.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    servers.DATA.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        address, process = stack.enter_context(servers.redis())
        servers.use_production_settings(asked.port, address)
        import django

        django.setup()
        commands[asked.command][0](asked, stack, process)
    return None


def seed(asked: argparse.Namespace, stack: ExitStack, redis: int) -> None:
    from tests.benchmarks import seed as seeding

    try:
        seeding.fill(asked.rows, say)
    except seeding.NotOurs as refusal:
        sys.exit(str(refusal))


def serve(asked: argparse.Namespace, stack: ExitStack, redis: int) -> None:
    _started(asked, stack, redis)
    say(f"http://127.0.0.1:{asked.port}/fr/ answers what a proxy asks: X-Forwarded-Proto: https")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return


def measure(asked: argparse.Namespace, stack: ExitStack, redis: int) -> None:
    from tests.benchmarks import measure as measuring
    from tests.benchmarks import report

    roots = _started(asked, stack, redis)
    pages = _chosen(asked)
    say(f"Measuring {len(pages)} pages")
    results = measuring.run(
        pages,
        port=asked.port,
        roots=roots,
        seconds=asked.seconds,
        rounds=asked.rounds,
        folder=servers.DATA / "addresses",
        say=say,
    )
    found = report.as_rows(results)
    say("\n" + report.table(found))
    if not asked.pages:
        report.keep(asked.rows, servers.versions(), asked.seconds, asked.rounds, found)
        say(f"Written to {report.TABLE.relative_to(servers.ROOT)}")


def slow(asked: argparse.Namespace, stack: ExitStack, redis: int) -> None:
    from tests.benchmarks import inspection

    _started(asked, stack, redis)
    inspection.slow(_chosen(asked), asked.port, say)


def cold(asked: argparse.Namespace, stack: ExitStack, redis: int) -> None:
    from django.core.management import call_command

    from tests.benchmarks import cold as asking

    seed(asked, stack, redis)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("count_figures")  # as every night
    asking.table(say, set(filter(None, asked.pages.split(","))))


def plans(asked: argparse.Namespace, stack: ExitStack, redis: int) -> None:
    from tests.benchmarks import inspection

    seed(asked, stack, redis)
    inspection.plans(_chosen(asked), say)


def export(asked: argparse.Namespace, stack: ExitStack, redis: int) -> None:
    from tests.benchmarks import export as exporting

    exporting.run(asked.port, say)


def compare(asked: argparse.Namespace, *_unused: object) -> None:
    from tests.benchmarks import report

    runs = report.kept()
    if not {report.SMALL, report.LARGE} <= runs.keys():
        sys.exit("Measure both first: make benchmark, make benchmark ROWS=1000000")
    say(report.comparison(runs[report.SMALL], runs[report.LARGE]))


def _started(asked: argparse.Namespace, stack: ExitStack, redis: int) -> dict[str, int]:
    """Seed, collect the static files, and serve: the first process of each server."""
    from django.core.management import call_command

    seed(asked, stack, redis)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("count_figures")  # as every night
    roots = {"web": stack.enter_context(servers.web(asked.port)), "Redis": redis}
    if (database := servers.postgresql()) is not None:
        roots["database"] = database
    return roots


def _chosen(asked: argparse.Namespace) -> list:
    """The pages asked for with the limits they are compared with, or all; the limits come first."""
    from tests.benchmarks import pages

    limits, every = pages.limits(), pages.every()
    wanted = set(filter(None, asked.pages.split(",")))
    if not wanted:
        return [*limits, *every]
    codes: Iterable[str] = {page.code for page in [*limits, *every]}
    if unknown := wanted - set(codes):
        sys.exit(f"No page is called {', '.join(sorted(unknown))}: {', '.join(sorted(codes))}")
    chosen = [page for page in every if page.code in wanted]
    needed = wanted.union(*(page.limits for page in chosen))
    return [*(limit for limit in limits if limit.code in needed), *chosen]


main()
