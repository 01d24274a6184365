"""All French that the portal brings along, read by Debian's grammar checker Grammalecte.

What it finds is mended. Where it is wrong the finding stands below with the reason, and goes when it is
no longer found.
"""

import ast
import importlib.util
import re
import sys
import warnings
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from importlib.machinery import PathFinder
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from babel.messages.pofile import read_po

from events.demo import loader
from portal.models import Page

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "portal" / "locale" / "fr" / "LC_MESSAGES" / "django.po"
# Where Debian's package python3-grammalecte lies, apart from the environment of the tests.
DEBIAN = "/usr/lib/python3/dist-packages"

# The words found, with what stands around them, and why they are right.
EXCEPTIONS = {
    "[Chercheuses] et chercheurs": "women and men are both named",
    "Chercheuses et [chercheurs]": "women and men are both named",
    "Élèves, [étudiantes] et étudiants": "women and men are both named",
    "étudiantes et [étudiants]": "women and men are both named",
    "Calcul [haute] performance": "a set phrase: computing of high performance",
    "calcul [haute] performance, archivage": "a set phrase: computing of high performance",
    "voté le [1er] juin 2023": "dates are plain text, without raised letters",
    "[\u00a0];": "what stands between the items of a row",
    "[– ]IA Montpellier": "what stands between the title of a page and that of the site",
    "Libre réponse [71120], 75342": "the number of a postal address",
    "réponse 71120, [75342] Paris": "the number of a postal address",
}

# Words that its dictionary lacks, and why they are right.
NAMES = {
    "people": "Ada Augé Josse LeCun Nougaret Yauy Zubeyir",
    "organisations, their products and prizes": (
        "Adastra Agropolis Brain Dedalus DocSimulator ERIOS Etalab Genomics ICM IDESP INRAE ISDM LIRMM"
        " MIPS Mapping MedVallée Netheos NextGen Numalis Numeum PreMeDICaL SeqOne Sopra Starting Steria"
        " Tirrex Ventures UM clicNwork vIA-UM ERC"
    ),
    "software, typefaces and licences": (
        "AGPL Atkinson Chromium Django Hyperlegible Next OFL OpenAPI axe-core"
    ),
    "formats, standards and identifiers": (
        "AA Atom CSRF CSV JPEG Markdown PNG RNA ROR SIREN SVG WebP iCal"
    ),
    "what the API calls its fields and values": (
        "event events founding ics kind lsf member name next not-member null previous project projects"
        " slug target title url weight"
    ),
    "right, and newer than the dictionary": "co-organisateur télésanté",
}


# --- What is French ---------------------------------------------------------------------------------


def catalogue() -> Iterator[str]:
    """The texts of the interface, the mails among them."""
    with CATALOGUE.open("rb") as file:
        for message in read_po(file, locale="fr"):
            # Parts of addresses and names of files are words without accents.
            if message.id and message.context not in ("url", "file name"):
                yield from [message.string] if isinstance(message.string, str) else message.string


class Chunks(HTMLParser):
    """The texts of a page, but for those of its parts that are in English."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag, attributes):
        # What has no end tag is never closed, so it is not opened.
        if tag in ("section", "a", "html", "span", "div", "script", "style"):
            other = dict(attributes).get("lang") == "en" or tag in ("script", "style")
            self.open.append((tag, other))

    def handle_endtag(self, tag):
        if self.open and self.open[-1][0] == tag:
            self.open.pop()

    def handle_data(self, data):
        if not any(other for _tag, other in self.open):
            self.found.append(data)


def templates() -> Iterator[str]:
    """The pages that are shown when all else is broken: they do without the catalogue."""
    for path in sorted((ROOT / "templates").glob("*.html")):
        page = path.read_text(encoding="utf-8")
        if "standalone.html" not in (path.name, *re.findall(r'{% extends "(.+?)" %}', page)):
            continue
        chunks = Chunks()
        chunks.feed(re.sub(r"{%.*?%}", "", page))
        for chunk in chunks.found:
            yield chunk.split(" / ")[0].replace(
                "{{ reference }}", "X"
            )  # a title has both languages


def french_values(value: object, key: str = "") -> Iterator[str]:
    """The French texts of a file of the demo, by the names of their fields."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from french_values(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from french_values(inner, key)
    elif key.endswith("_fr") or key in ("message", "answer", "reason", "place", "awarded_by"):
        yield value or ""


def demo() -> Iterator[str]:
    """The demo's files, and the names of its accounts."""
    for path in sorted(loader.FOLDER.glob("*.yaml")):
        yield from french_values(yaml.safe_load(path.read_text(encoding="utf-8")))
    for _email, name, _seat, _rights in loader.ACCOUNTS:
        yield name


def style_guide() -> Iterator[str]:
    """The examples of the style guide: the first of two texts, the other is English."""
    for path in sorted((ROOT / "portal" / "style").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "in_words":
                yield from (part.value for part in node.args[:1] if isinstance(part, ast.Constant))


def site() -> Iterator[str]:
    """The texts that every installation begins with, as its migrations leave them."""
    for page in Page.objects.all():
        yield page.title_fr
        yield page.body_fr


SOURCES = [catalogue, templates, demo, style_guide, site]


# --- How it is read ---------------------------------------------------------------------------------


@cache
def grammalecte() -> ModuleType:
    """The checker; it is no package of the environment, and nothing else of Debian's is to come in."""
    spec = PathFinder.find_spec("grammalecte", [DEBIAN])
    assert spec and spec.loader, (
        "Debian's package grammalecte-cli is missing: .ci/services installs it"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules["grammalecte"] = module
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about its own code
        spec.loader.exec_module(module)
        return module.GrammarChecker("fr")


def paragraphs(text: str) -> Iterator[str]:
    """The paragraphs, headings and items of a text, without their markup."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)  # links of Markdown
    text = re.sub(r"<code>.*?</code>|`[^`]*`|https?://\S+|%\(\w+\)[sd]|%[sd]|{\w*}", "X", text)
    text = re.sub(r"<[^>]+>", "", text).replace("&nbsp;", "\u00a0").replace("**", "")
    for part in re.split(r"\n\s*\n|\n(?=\s*(?:-|#|\d+\.) )", text):
        line = re.sub(r"\s*\n\s*", " ", part.strip(" \n"))
        line = re.sub(r"^(?:#+|-|\d+\.) ", "", line)
        # A label such as « envoyée le » has its date beside it.
        yield re.sub(r" le$", " le 12 mars", line)


def around(text: str, start: int, end: int) -> str:
    """What was found, in brackets, between the words beside it; four of them in all."""
    before, after = text[:start].split(" ")[-3:], text[end:].split(" ")[:3]
    return f"{' '.join(before)}[{text[start:end]}]{' '.join(after)}"


@cache
def read(source) -> tuple[int, dict[str, str], set[str]]:
    """How many paragraphs a source has, what is wrong with their grammar, and what is no word."""
    checker = grammalecte()
    wrong, unknown, count = {}, set(), 0
    for text in source():
        for paragraph in paragraphs(text):
            count += 1
            grammar, spelling = checker.getParagraphErrors(paragraph)
            for error in grammar:
                wrong[around(paragraph, error["nStart"], error["nEnd"])] = error["sMessage"]
            unknown |= {error["sValue"] for error in spelling}
    return count, wrong, unknown


def is_excused(finding: str) -> bool:
    return any(exception in finding for exception in EXCEPTIONS)


@pytest.mark.django_db
@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.__name__)
def test_no_fault_of_grammar(source):
    count, wrong, _unknown = read(source)

    assert count > 10
    assert {place: said for place, said in wrong.items() if not is_excused(place)} == {}


@pytest.mark.django_db
def test_every_exception_still_occurs():
    found = [place for source in SOURCES for place in read(source)[1]]

    assert [e for e in EXCEPTIONS if not any(e in place for place in found)] == []


@pytest.mark.django_db
def test_every_word_is_a_word_or_a_name():
    unknown = set().union(*(read(source)[2] for source in SOURCES))
    names = {name for group in NAMES.values() for name in group.split()}

    assert (unknown - names, names - unknown) == (set(), set())  # misspelt, no longer there


@pytest.mark.parametrize(
    "text",
    [
        "Les organisation publie leurs projets.",
        "Vous pouvez modifiez cette fiche.",
        "Bonjour : voici la liste.",
        "La fiche à été publiée.",
    ],
)
def test_faults_are_found(text):
    (paragraph,) = paragraphs(text)

    grammar, _spelling = grammalecte().getParagraphErrors(paragraph)

    assert list(grammar)
