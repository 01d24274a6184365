"""Writes MEASURES.md: what each public page costs, how Lighthouse judges it, how colours contrast.

    python -m tests.gates.measures

The gates assert limits; the figures are here to be read. Whoever changes a page writes them anew.
"""

import os
import sys
import tempfile
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from playwright.sync_api import sync_playwright  # noqa: E402

from tests.conftest import CHROMIUM, FLAGS  # noqa: E402
from tests.gates import budget, lighthouse, tokens  # noqa: E402
from tests.gates.inventory import DJANGOS  # noqa: E402
from tests.gates.site import Site, served  # noqa: E402

TABLE = Path(__file__).with_name("MEASURES.md")


def row(*cells: object) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def table(head: list[str], rows: list[str]) -> list[str]:
    """A table whose first column holds names and whose others hold numbers."""
    return [row(*head), row("---", *["---:"] * (len(head) - 1)), *rows, ""]


def kilobytes(number: int) -> str:
    return f"{number / 1000:.1f}"


def costs(site: Site) -> list[str]:
    """Every public page, in each language it is measured in."""
    rows = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with budget.newcomer(browser) as window:
            for look in budget.MEASURED:
                for language in budget.languages(look):
                    cost = budget.cost(window, site, look, language)
                    sizes = [kilobytes(cost.bytes[kind]) for kind in budget.KINDS]
                    counts = (cost.requests, cost.elements, f"{cost.ecoindex:.0f}")
                    rows.append(row(f"{look}, {language}", *sizes, *counts))
                    print("\r\033[K", look, language, end="", file=sys.stderr)
        browser.close()
    print(file=sys.stderr)
    most = budget.Limits()
    rows.append(
        row(
            "at most, or above for EcoIndex",
            *(f"{getattr(most, kind) // 1000}" for kind in budget.KINDS),
            *(most.requests, most.elements, f"{most.ecoindex:.0f}"),
        )
    )
    head = ["page", "HTML", "CSS", "JS", "fonts", "images", "requests", "elements", "EcoIndex"]
    return table(head, rows)


def contrasts() -> list[str]:
    """Every pair of the style guide, in both schemes."""
    colours = tokens.colours()
    rows = []
    for pairs, least in ((tokens.TEXTS, tokens.TEXT), (tokens.CONTROLS, tokens.CONTROL)):
        for one, other in pairs:
            ratios = [
                f"{tokens.contrast(colours[scheme][one], colours[scheme][other]):.1f}"
                for scheme in tokens.SCHEMES
            ]
            rows.append(row(f"`{one}` on `{other}`", *ratios, least))
    return table(["pair", *tokens.SCHEMES, "at least"], rows)


OF_DJANGO = [
    "## What remains in the admin's own pages",
    "",
    "Nothing that axe-core finds: the gate holds these to the same as ours, one for each template.",
    "",
    *(f"- {look}" for look in DJANGOS),
    "",
]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, served(Path(folder)) as site:
        judged = lighthouse.judge(site, lighthouse.looks())
        lines = [
            "# Measures",
            "",
            "Written by `make measures` from the demo; the gates beside this file assert the limits.",
            "",
            "## What a page costs who opens it first",
            "",
            "In kB as they come, compressed, at 1280 by 900 px. Elements are those outside drawings.",
            "Lists may make 12 requests, and have 40 kB of images at most. The guide of the API is",
            "documentation, as long as what it documents: it keeps every budget but those of elements",
            "and EcoIndex. EcoIndex is reckoned in `budget.py`.",
            "",
            *costs(site),
            "## How Lighthouse judges it",
            "",
            "On a phone as Lighthouse imagines it, over slow 4G: the four scores of 100, the largest",
            "paint in seconds, the shift of the layout.",
            "",
            *table(lighthouse.HEAD, [row(*cells) for cells in judged.values()]),
            *OF_DJANGO,
            "## How colours contrast",
            "",
            *contrasts(),
        ]
    TABLE.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
    if below := [page for page, cells in judged.items() if set(cells[1:5]) != {100}]:
        sys.exit(f"Below 100 for Lighthouse: {'; '.join(below)}")


if __name__ == "__main__":
    main()
