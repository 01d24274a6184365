"""No address is forgotten: each is looked at, or is no page; and the figures of all are at hand."""

from pathlib import Path

from tests.gates import budget, lighthouse, tokens
from tests.gates.inventory import ALIKE, DJANGOS, KEPT_BY_DJANGO, LOOKS, NOT_PAGES
from tests.test_access import ACCESS, UNNAMED


def is_djangos(name):
    """Whether an address shows a table of the admin which nobody gave a page of its own."""
    return name.startswith("admin:") and name.endswith(KEPT_BY_DJANGO)


def test_every_address_is_looked_at_or_is_no_page():
    looked_at = {look.name for look in (*LOOKS, *DJANGOS)}
    no_pages = {name for names in NOT_PAGES.values() for name in names}

    left = ACCESS.keys() - looked_at - no_pages - ALIKE.keys() - UNNAMED

    assert {name for name in left if not is_djangos(name)} == set()
    assert (looked_at | no_pages | ALIKE.keys()) - ACCESS.keys() == {""}
    assert set(ALIKE.values()) <= looked_at


def test_each_look_has_a_name_of_its_own():
    names = [str(look) for look in (*LOOKS, *DJANGOS)]

    assert len(names) == len(set(names))


def told(section: str) -> list[str]:
    """What a section of MEASURES.md is about: the first cells of its table, or the items of its list."""
    text = Path(__file__).with_name("MEASURES.md").read_text(encoding="utf-8")
    lines = text.partition(f"\n## {section}\n")[2].partition("\n## ")[0].splitlines()
    rows = [line.split(" | ")[0].removeprefix("| ") for line in lines if line.startswith("| ")]
    return rows[2:] or [line.removeprefix("- ") for line in lines if line.startswith("- ")]


def test_measures_are_those_of_the_pages_there_are():
    """If not, `make measures` writes them anew."""
    *costs, _limits = told("What a page costs who opens it first")
    judged = told("How Lighthouse judges it")

    assert costs == [
        f"{look}, {language}" for look in budget.MEASURED for language in budget.languages(look)
    ]
    assert judged == [f"{look}, {language}" for look, language in lighthouse.looks()]
    assert told("What remains in the admin's own pages") == [str(look) for look in DJANGOS]
    assert told("How colours contrast") == [
        f"`{one}` on `{other}`" for one, other in (*tokens.TEXTS, *tokens.CONTROLS)
    ]
