"""What the script of a list is told: the address of the answer, and whether it is a step."""

import pytest
from django.urls import reverse
from django.utils import translation

from portal.middleware import is_step
from tests import factories

pytestmark = pytest.mark.django_db

LIST = "https://portal.example/fr/annuaire/"


@pytest.mark.parametrize(
    ("shown", "asked", "step"),
    [
        # Typing is no step, whatever the page and the order were.
        ("", "?q=a", False),
        ("?q=a", "?q=ab", False),
        ("?q=a&theme=x", "?theme=x", False),
        ("?page=3", "?q=a", False),
        ("?q=a&sort=name", "", False),
        ("?q=l%27été", "?q=l%27%C3%A9t", False),
        # Nor is asking for the same again.
        ("", "", False),
        ("?q=a&theme=x", "?theme=x&q=a", False),
        # Ticking, unticking, turning a page, choosing an order are.
        ("", "?theme=x", True),
        ("?theme=x", "?theme=x&theme=y", True),
        ("?theme=x", "", True),
        ("?q=a", "?q=a&page=2", True),
        ("?q=a&page=2", "?q=a", True),
        ("?q=a", "?q=a&sort=name", True),
        # Words typed just before a box was ticked go with it.
        ("?q=a", "?q=ab&theme=x", True),
    ],
)
def test_step_is_told_from_typing(shown, asked, step):
    assert is_step(LIST + shown, f"/fr/annuaire/{asked}", may_be_typed=True) is step


def test_other_words_by_a_link_are_a_step():
    assert is_step(f"{LIST}?q=a", "/fr/annuaire/", may_be_typed=False)


@pytest.mark.parametrize("shown", ["", "nonsense", "https://[", "https://elsewhere.example/"])
def test_step_from_nowhere_is_one(shown):
    assert is_step(shown, "/fr/annuaire/?q=a", may_be_typed=True)


def ask(client, query: str = "", shown: str = "", name: str = "members:organisation-list", **more):
    headers = {
        "HX-Request": "true",
        "HX-Target": "section#results",
        "HX-Source": "form",
        "HX-Current-URL": f"http://testserver{shown}",
    }
    with translation.override("fr"):
        address = reverse(name)
    return client.get(f"{address}{query}", headers=headers | more, follow=True)


def told(response) -> dict[str, str]:
    return {name: value for name, value in response.headers.items() if name.startswith("HX-")}


@pytest.mark.parametrize(
    "name", ["members:organisation-list", "events:project-list", "events:event-list", "search"]
)
def test_script_gets_the_page_that_everybody_gets(client, organisation, name):
    answer = ask(client, "?q=arches", name=name)
    page = client.get(answer.request["PATH_INFO"] + "?q=arches")

    assert answer.content == page.content
    assert (told(page), list(told(answer))) == ({}, ["HX-Push-Url"])


def test_script_is_told_the_plain_address(client, organisation):
    theme = factories.ThemeFactory(code="sante")
    organisation.themes.add(theme)

    typed = ask(client, "?q=arches&theme=&page=1", "/fr/annuaire/")
    ticked = ask(client, "?q=arches&theme=sante", "/fr/annuaire/?q=arches")

    assert told(typed) == {"HX-Replace-Url": "/fr/annuaire/?q=arches"}
    assert typed.redirect_chain == [("/fr/annuaire/?q=arches", 302)]
    assert told(ticked) == {"HX-Push-Url": "/fr/annuaire/?q=arches&theme=sante"}


def test_script_is_told_an_address_that_fits_a_header(client, organisation):
    answer = ask(client, "?q=%C3%A9t%C3%A9%0D%0Ax%20&theme=sante", "/fr/annuaire/")

    assert next(iter(told(answer).values())).isascii()


@pytest.mark.parametrize(
    "more",
    [
        # A page that comes back in history, and whatever else a script may ask for.
        {"HX-Target": "div"},
        {"HX-Target": "body", "HX-History-Restore-Request": "true"},
    ],
)
def test_others_are_told_nothing(client, organisation, more):
    assert told(ask(client, "?q=arches", **more)) == {}


def test_an_error_has_no_address(client, organisation):
    answer = ask(client, "?page=99")

    assert (answer.status_code, told(answer)) == (404, {})
