"""The table of a run, kept as JSON for each number of rows and written together as Markdown."""

import datetime
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.servers import THREADS, WORKERS

if TYPE_CHECKING:  # comparing what was kept needs no settings
    from tests.benchmarks.load import Slice
    from tests.benchmarks.measure import Result

FOLDER = Path(__file__).with_name("results")
TABLE = Path(__file__).with_name("RESULTS.md")
SMALL, LARGE = 10_000, 1_000_000

SERVERS = ("web", "database", "Redis")

Row = dict[str, Any]

COLUMNS = [
    *("page", "req/s", "CPU ms", "web", "database", "Redis", "p50 ms", "p95 ms", "queries"),
    *("kB", "gzip kB", "br kB", "of its limit, by CPU", "by req/s"),
    *("first visits: CPU ms", "of its limit"),
]
INTRODUCTION = """# What pages cost

Written by `make benchmark`; [the README](../../README.md#how-fast-it-is) says how. Each page is asked
for at many addresses in turn, by four connections, in slices that alternate with those of all other
pages and of the limits of the stack: (a) to (d), which have the middleware of a new Django project and
none of ours. *CPU ms* is what one request takes of the processor in all processes together. *Of its
limit* is the limit's cost divided by the page's: 1 is as fast as Django does the least of that kind;
two numbers are those of (c) and of (c'). Queries are the most of twelve addresses, bytes their median.

Each page is made anew every time. What is counted for a list and its boxes is kept until content
changes, for five minutes at most, and so is what a word finds that more than 1,000 rows have: *first
visits* ask for each address once after such a change, in turn.
"""


def as_rows(results: dict[str, "Result"]) -> list[Row]:
    """The results as plain values."""
    rows = []
    for code, result in results.items():
        load = result.load
        cpu = {name: load.milliseconds(name) for name in SERVERS}
        rows.append(
            {
                "code": code,
                "label": result.page.label,
                "limits": list(result.page.limits),
                "rate": load.rate,
                "cpu": cpu,
                "total": _total(load),
                "first": _total(result.first),
                "p50": load.percentile(0.5),
                "p95": load.percentile(0.95),
                "queries": result.queries,
                "bytes": [result.bytes, result.gzip, result.brotli],
                "refused": load.refused + result.first.refused,
                "lost": load.lost + result.first.lost,
                "statuses": sorted(result.statuses),
            }
        )
    return rows


def _total(load: "Slice") -> float:
    """The processor's time for one request, in milliseconds, in all servers that are here."""
    return sum(load.milliseconds(name) or 0 for name in SERVERS)


def keep(rows: int, machine: dict[str, str], seconds: int, rounds: int, found: list[Row]) -> None:
    """Write a run down, and the tables of all runs that were."""
    FOLDER.mkdir(exist_ok=True)
    run = {
        "rows": rows,
        "date": datetime.date.today().isoformat(),
        "machine": machine,
        "seconds": seconds,
        "rounds": rounds,
        "pages": found,
    }
    (FOLDER / f"{rows}.json").write_text(json.dumps(run, indent=1) + "\n")
    runs = kept()
    parts = [INTRODUCTION, *(section(run) for _rows, run in sorted(runs.items()))]
    if SMALL in runs and LARGE in runs:
        parts.append(comparison(runs[SMALL], runs[LARGE]))
    TABLE.write_text("\n".join(parts))


def kept() -> dict[int, dict[str, Any]]:
    """The runs that were written down, by their number of rows."""
    runs = [json.loads(path.read_text()) for path in FOLDER.glob("*.json")]
    return {run["rows"]: run for run in runs}


def section(run: dict[str, Any]) -> str:
    """The heading of a run, the machine, and its table."""
    machine = run["machine"]
    on = ", ".join(
        [
            run["date"],
            f"{machine['cores']} cores ({machine['processor']})",
            *(f"{name} {machine[name]}" for name in ("Python", "Django", "PostgreSQL")),
            f"{WORKERS} workers of {THREADS} threads",
            f"{run['rounds']} slices of {run['seconds']} s for each page",
        ]
    )
    return f"## {_number(run['rows'])} rows\n\n{on}.\n\n{table(run['pages'])}"


def table(found: list[Row]) -> str:
    """The rows of a run as Markdown."""
    by_code = {row["code"]: row for row in found}
    lines = [_line(COLUMNS), _line(["---", *["---:"] * (len(COLUMNS) - 1)])]
    for row in found:
        limits = [by_code[code] for code in row["limits"] if code in by_code]
        cells = [
            row["label"] + _trouble(row),
            f"{row['rate']:.0f}" if row["rate"] >= 10 else f"{row['rate']:.1f}",
            f"{row['total']:.1f}",
            *(_milliseconds(row["cpu"][name]) for name in SERVERS),
            f"{row['p50']:.0f}",
            f"{row['p95']:.0f}",
            str(row["queries"]),
            *(f"{size / 1000:.1f}" for size in row["bytes"]),
            " · ".join(f"{limit['total'] / row['total']:.2f}" for limit in limits if row["total"]),
            " · ".join(f"{row['rate'] / limit['rate']:.2f}" for limit in limits if limit["rate"]),
            f"{first:.1f}" if (first := row.get("first")) else "",
            " · ".join(f"{limit['total'] / first:.2f}" for limit in limits if first),
        ]
        lines.append(_line(cells))
    return "\n".join(lines) + "\n"


def comparison(small: dict[str, Any], large: dict[str, Any]) -> str:
    """What a request takes of the processor with many rows, divided by what it takes with few."""
    few = {row["code"]: row for row in small["pages"]}
    heads = ["page", f"CPU ms at {_number(small['rows'])}", "at many", "ratio"]
    heads += ["first visits at few", "at many", "ratio", "queries"]
    lines = [
        f"## {_number(large['rows'])} rows beside {_number(small['rows'])}",
        "",
        _line(heads),
        _line(["---", *["---:"] * (len(heads) - 1)]),
    ]
    for row in large["pages"]:
        if (other := few.get(row["code"])) and other["total"]:
            cells = [row["label"] + _trouble(row)]
            for name in ("total", "first"):
                cost, costs = other.get(name), row.get(name)
                cells += [f"{each:.1f}" if each else "" for each in (cost, costs)]
                cells.append(f"{costs / cost:.2f}" if cost and costs else "")
            lines.append(_line([*cells, f"{other['queries']} · {row['queries']}"]))
    return "\n".join(lines) + "\n"


def _trouble(row: Row) -> str:
    """What went wrong, where something did: no number of such a page is worth much."""
    failed = [str(status) for status in row["statuses"] if status != 200]
    counts = [f"{row['refused']} errors" if row["refused"] else ""]
    counts.append(f"{row['lost']} lost" if row["lost"] else "")
    told = ", ".join(filter(None, [*failed, *counts]))
    return f" ({told})" if told else ""


def _milliseconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"


def _number(value: int) -> str:
    return f"{value:,}"


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
