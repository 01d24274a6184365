"""What one typed, ticked and turned to is the address: on every list back, forward, reload and a pasted
address give the same list, words, boxes and title; in a real browser.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests import factories
from tests.reader import Reader, reading

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def reader(chromium, live_server, db):
    """On lists of 24 organisations, projects and events about aqueducts, and one about else."""
    health = factories.ThemeFactory(code="sante", name_fr="Santé", name_en="Health")
    firm = factories.OrganisationFactory(name="Belvédère")
    soon = timezone.now() + timedelta(days=1)
    for make in (factories.ProjectFactory, factories.EventFactory):
        make(title_fr="Belvédère", title_en="Belvedere", organisation=firm)
    for number in range(24):
        name = f"Aqueduc {number:02}"
        organisation = factories.OrganisationFactory(name=name, themes=[health])
        titles = {"title_fr": name, "title_en": name, "organisation": organisation}
        factories.ProjectFactory(**titles, themes=[health])
        factories.EventFactory(
            **titles, themes=[health], starts_at=soon + timedelta(minutes=number)
        )
    with reading(chromium, live_server.url) as reader:
        yield reader


class State(NamedTuple):
    """What a list shows, and where."""

    address: str
    title: str
    heading: str
    typed: str
    ticked: list[str]
    rows: list[str]


ROWS, TICKED = ".row-title", "input[type=checkbox]:checked"


def state(reader: Reader) -> State:
    page = reader.page
    heading = reader.heading.inner_text() if reader.heading.count() else ""
    boxes = page.locator(TICKED).evaluate_all("boxes => boxes.map(box => box.value)")
    rows = page.locator(ROWS).all_inner_texts()
    return State(page.url, page.title(), heading, page.input_value("#q"), boxes, rows)


def shows(reader: Reader, wanted: State) -> None:
    """It is there, or comes: browsers tell nobody when they have gone back."""
    expect(reader.page).to_have_url(wanted.address)
    expect(reader.page).to_have_title(wanted.title)
    expect(reader.page.locator(ROWS)).to_have_text(wanted.rows)
    expect(reader.page.locator(TICKED)).to_have_count(len(wanted.ticked))
    assert state(reader) == wanted


def turned(reader: Reader) -> None:
    reader.follow(".pagination [rel=next]")


def only_projects(reader: Reader) -> None:
    """Follow a plain link: the page that comes is another one."""
    with reader.page.expect_navigation():
        reader.page.click(".switch a[href*='kind=project']")


FACETS: list[Callable[[Reader], None]] = [lambda reader: reader.tick("sante"), turned]


@pytest.mark.parametrize(
    ("name", "steps", "queries"),
    [
        *(
            (
                name,
                FACETS,
                ["?q=aqueduc", "?q=aqueduc&theme=sante", "?q=aqueduc&theme=sante&page=2"],
            )
            for name in ("members:organisation-list", "events:event-list", "events:project-list")
        ),
        (
            "search",
            [only_projects, turned],
            ["?q=aqueduc", "?q=aqueduc&kind=project", "?q=aqueduc&kind=project&page=2"],
        ),
    ],
)
def test_address_holds_what_was_typed_ticked_and_turned_to(reader, name, steps, queries):
    page = reader.page
    reader.open(name=name)
    entries = reader.entries
    reader.type("aqueduc")
    shown = [state(reader)]
    for step in steps:
        step(reader)
        shown.append(state(reader))

    assert [re.sub(r"^[^?]*", "", each.address) for each in shown] == queries
    # Typing is no step; each of the others is one.
    assert reader.entries == entries + len(steps)
    assert [len(each.rows) for each in shown[1:]] == [20, 4]
    assert len({each.title for each in shown}) >= 2
    for each in reversed(shown[:-1]):
        page.go_back()
        shows(reader, each)
    for each in shown[1:]:
        page.go_forward()
        shows(reader, each)
    page.reload()
    shows(reader, shown[-1])
    for each in shown:
        page.goto("about:blank")
        page.goto(each.address)
        shows(reader, each)


@pytest.mark.parametrize("name", ["events:event-list", "events:project-list", "search"])
def test_typing_on_replaces_the_step(reader, name):
    reader.open(name=name)
    entries = reader.entries

    reader.type("aque")
    reader.type("duc")
    assert reader.entries == entries
    reader.page.reload()

    assert (state(reader).typed, reader.entries) == ("aqueduc", entries)
    assert all("Aqueduc" in row for row in state(reader).rows)
