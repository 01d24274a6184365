"""The style guide: everything in it, made of the pages' own templates, for staff only."""

import re
from collections import Counter
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.template.autoreload import reset_loaders
from django.urls import reverse
from django.utils import translation

from portal.style import pages
from portal.style.views import PARTS, apart
from tests import factories

INCLUDES = settings.BASE_DIR / "templates" / "includes"
# What cannot be looked at by itself, and why.
NOT_SHOWN = {
    "_live_head.html": "addresses of scripts, in the head of pages with lists",
    "_live_regions.html": "empty until something is announced",
}


class Page(HTMLParser):
    """The ids of a page, what refers to ids, and the names of its landmarks."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.asked, self.landmarks = Counter(), set(), Counter()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.ids.update([given["id"]] if given.get("id") else [])
        for name in ("for", "aria-labelledby", "aria-describedby"):
            self.asked.update((given.get(name) or "").split())
        if tag == "nav" or given.get("role") == "search":
            self.landmarks[tag, given.get("aria-label")] += 1


@pytest.fixture
def staff(client, dana):
    client.force_login(dana)
    return client


def address(name, language="fr", **arguments):
    with translation.override(language):
        return reverse(name, kwargs=arguments)


@pytest.mark.django_db
def test_every_include_is_shown_or_named_with_a_reason(staff):
    # Constant parts are rendered once by a process: here again.
    reset_loaders()
    shown = set()
    for part in PARTS:
        response = staff.get(address("style-part", part=part))
        shown |= {template.name for template in response.templates if template.name}

    every = {f"includes/{path.name}" for path in INCLUDES.glob("*.html")}

    assert every - shown == {f"includes/{name}" for name in NOT_SHOWN}


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("part", PARTS)
def test_examples_stand_side_by_side(staff, part, language):
    response = staff.get(address("style-part", language, part=part))

    page = Page(response.content.decode())
    assert response.status_code == 200
    assert {name: n for name, n in page.ids.items() if n > 1} == {}
    assert page.asked - page.ids.keys() == set()
    assert {name: n for name, n in page.landmarks.items() if n > 1} == {}
    assert "autofocus" not in response.content.decode()


@pytest.mark.django_db
def test_examples_cost_no_query_of_their_own(staff, django_assert_num_queries):
    staff.get(address("style-guide"))
    with django_assert_num_queries(2):  # the session, the person
        staff.get(address("style-part", part="lists"))


@pytest.mark.django_db
@pytest.mark.parametrize("code", pages.PAGES)
def test_whole_pages_are_shown_as_they_are(staff, code):
    response = staff.get(address("style-page", code=code))

    assert response.status_code == 200
    assert response.templates[0].name == pages.PAGES[code].template


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("event-to-be-written", ["Programme à venir", "S’inscrire", 'alt="Trois arches"']),
        ("organisation-with-logo", ["niche-logo", 'alt="Trois arches"']),
        ("project-without-partners", ["<h1>Seul</h1>"]),
    ],
)
def test_states_that_no_row_may_be_in_are_shown_on_examples(staff, code, shown):
    """A portal may have no logo and no lonely project; how their pages look is judged all the same."""
    text = staff.get(address("style-page", code=code)).content.decode()

    assert [words for words in shown if words not in text] == []


@pytest.mark.django_db
def test_front_page_leads_to_everything(staff):
    response = staff.get(address("style-guide"))

    links = set(re.findall(r'href="(/fr/[^"#]*)', response.content.decode()))
    assert {address("style-part", part=part) for part in PARTS} <= links
    assert {address("style-page", code=code) for code in pages.PAGES} <= links
    assert "--etang" in response.content.decode()
    assert 'content="noindex, follow"' in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["style-part", "style-page"])
def test_what_does_not_exist_is_not_found(staff, name):
    key = {"style-part": "part", "style-page": "code"}[name]

    assert staff.get(address(name, **{key: "nothing"})).status_code == 404


@pytest.mark.django_db
def test_admin_leads_staff_to_the_guide(staff):
    assert address("style-guide") in staff.get(address("admin:index")).content.decode()


def test_apart_renames_ids_and_what_refers_to_them():
    html = '<a href="#a"></a><a href="#z"></a><i id="a" aria-describedby="b z" autofocus></i><i id="b">'

    assert apart(html, "x") == (
        '<a href="#a-x"></a><a href="#z"></a><i id="a-x" aria-describedby="b-x z"></i><i id="b-x">'
    )


@pytest.mark.django_db
def test_front_page_leads_to_objects_in_seldom_states(staff):
    cancelled = factories.EventFactory(outcome="cancelled")
    factories.EventFactory(outcome="planned")

    links = staff.get(address("style-guide")).content.decode()

    assert f'<a href="{cancelled.get_absolute_url()}">Événement\u00a0: annulé</a>' in links
    assert "Événement\u00a0: reporté" not in links
