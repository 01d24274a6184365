"""What a page says of itself: canonical, alternates, JSON-LD, and the switch of language."""

import json

import pytest
from django.template import Context
from django.test import RequestFactory
from django.utils.translation import override

from portal.head import Head


def head(path, **context):
    """The head of a page asked for at `path`, with what its view gave."""
    return Head(Context({"request": RequestFactory().get(path), **context}))


@pytest.fixture(autouse=True)
def _in_french():
    with override("fr"):
        yield


def test_canonical_keeps_filters_and_drops_what_only_cuts_the_list():
    page = head("/fr/annuaire/?theme=sante&theme=calcul&q=&page=2&sort=recent")

    assert page.canonical == "http://testserver/fr/annuaire/?theme=sante&theme=calcul"


@pytest.mark.threat("T15", "pages")
def test_canonical_never_trusts_the_host_header():
    request = RequestFactory().get("/fr/annuaire/", headers={"host": "evil.example"})

    assert Head(Context({"request": request})).canonical == "http://testserver/fr/annuaire/"


def test_each_page_lists_itself_and_its_twin():
    page = head("/fr/annuaire/?theme=sante&page=3")

    assert page.alternates == [
        ("fr", "http://testserver/fr/annuaire/?theme=sante"),
        ("en", "http://testserver/en/directory/?theme=sante"),
        ("x-default", "http://testserver/fr/annuaire/?theme=sante"),
    ]


def test_home_has_the_bare_address_as_its_default():
    assert head("/fr/").alternates[-1] == ("x-default", "http://testserver/")


def test_switch_goes_to_the_same_page_and_filters():
    assert head("/fr/annuaire/?theme=sante&page=2").switch_url == (
        "/en/directory/?theme=sante&page=2"
    )


@pytest.mark.threat("T14", "language switch")
@pytest.mark.parametrize("path", ["/fr/rien/", "//evil.example/", "/fr/annuaire/%2F%2Fevil/x/"])
def test_switch_leads_home_from_an_address_without_a_page(path):
    assert head(path).switch_url == "/en/"


def test_view_gives_addresses_that_differ_by_more_than_the_prefix():
    given = {"fr": "/fr/agenda/atelier/", "en": "/en/events/workshop/"}

    page = head("/fr/agenda/atelier/", alternates=given)

    assert page.switch_url == "/en/events/workshop/"
    assert page.alternates[1] == ("en", "http://testserver/en/events/workshop/")


def test_text_in_one_language_has_one_address():
    given = {"fr": "/fr/agenda/atelier/", "en": "/en/events/atelier/"}

    with override("en"):
        page = head("/en/events/atelier/", alternates=given, single_language="fr")
        seen = (page.is_elsewhere, page.canonical, page.alternates)

    assert seen == (True, "http://testserver/fr/agenda/atelier/", [])


def test_page_kept_out_of_indexes_has_no_alternates():
    assert head("/fr/annuaire/", noindex=True).alternates == []


def test_structured_data_holds_the_way_here_and_what_the_view_gave():
    trail = [("Annuaire", "/fr/annuaire/"), ("CHU", "")]

    page = head("/fr/annuaire/", trail=trail, structured_data={"@type": "Organization"})
    graph = json.loads(page.structured_data)["@graph"]

    assert graph[0] == {"inLanguage": "fr", "@type": "Organization"}
    assert [step["item"] for step in graph[1]["itemListElement"]] == [
        "http://testserver/fr/",
        "http://testserver/fr/annuaire/",
        "http://testserver/fr/annuaire/",
    ]


@pytest.mark.threat("T16", "texts")
def test_structured_data_cannot_leave_its_element():
    page = head("/fr/", structured_data={"name": "</script><!--<script>&"})

    assert not set("<>&") & set(page.structured_data)
    assert json.loads(page.structured_data)["@graph"][0]["name"] == "</script><!--<script>&"


def test_page_without_data_has_none():
    assert head("/fr/").structured_data == ""
