"""The site map for search engines."""

from xml.etree import ElementTree

import pytest
from django.urls import reverse
from django.utils import translation

from members.models import Organisation
from portal import sitemaps
from portal.models import Page
from tests import factories

pytestmark = pytest.mark.django_db

NAMES = {
    "map": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "xhtml": "http://www.w3.org/1999/xhtml",
}
# The texts of the site, one query for each kind, and funding.
QUERIES = 5


def address(name: str, *args: object, language: str) -> str:
    with translation.override(language):
        return "http://testserver" + reverse(name, args=args)


def read(client) -> dict[str, dict[str, str]]:
    """The alternates of each address."""
    response = client.get("/sitemap.xml")
    assert response["Content-Type"].startswith("application/xml")
    found = {}
    for url in ElementTree.fromstring(response.content).findall("map:url", NAMES):
        alternates = {
            link.get("hreflang"): link.get("href") for link in url.findall("xhtml:link", NAMES)
        }
        found[url.find("map:loc", NAMES).text] = alternates
    return found


def test_site_map_has_every_list_and_text_in_both_languages(client):
    found = read(client)

    for name in (
        *("members:organisation-list", "events:project-list", "events:event-list"),
        *("events:ecosystem", "events:key-figures"),
        *("sitemap-page", "api-guide", "page-association", "page-join", "page-contact"),
        *("page-accessibility", "page-legal", "page-privacy", "page-terms"),
    ):
        pair = {language: address(name, language=language) for language in ("fr", "en")}
        for own in pair.values():
            assert found[own] == pair | {"x-default": pair["fr"]}


def test_site_map_names_the_root_as_the_home_of_anybody(client):
    found = read(client)

    home = {"fr": "http://testserver/fr/", "en": "http://testserver/en/"}
    assert found["http://testserver/en/"] == home | {"x-default": "http://testserver/"}


def test_site_map_has_what_is_published_at_the_address_of_each_language(client, organisation):
    event = factories.EventFactory(organisation=organisation)

    found = read(client)

    pair = {
        "fr": address("events:event-detail", event.slug_fr, language="fr"),
        "en": address("events:event-detail", event.slug_en, language="en"),
    }
    assert pair["fr"].rsplit("/", 2)[1] != pair["en"].rsplit("/", 2)[1]
    assert found[pair["fr"]] == found[pair["en"]] == pair | {"x-default": pair["fr"]}


def test_site_map_has_who_pays_for_a_project_where_that_is_stated(client, organisation):
    stated, _unsaid, withdrawn = (
        factories.ProjectFactory(organisation=organisation, withdrawn=gone)
        for gone in (False, False, True)
    )
    for project in (stated, withdrawn):
        for amount in (1_000, 2_000):
            project.funding.create(funder="Région", amount=amount, source_fr="Délibération")

    found = read(client)

    pair = {
        language: address("events:project-funding", stated.slug_for(language), language=language)
        for language in ("fr", "en")
    }
    assert found[pair["fr"]] == found[pair["en"]] == pair | {"x-default": pair["fr"]}
    assert len([each for each in found if "/financement/" in each or "/funding/" in each]) == 2


def test_site_map_has_what_is_in_one_language_there_only(client, organisation):
    Organisation.objects.filter(pk=organisation.pk).update(summary_en="")
    Page.objects.filter(code="terms").update(body_fr="")

    found = read(client)

    slug = organisation.slug
    assert found[address("members:organisation-detail", slug, language="fr")] == {}
    assert address("members:organisation-detail", slug, language="en") not in found
    assert found[address("page-terms", language="en")] == {}
    assert address("page-terms", language="fr") not in found


@pytest.mark.threat("T6", "pages")
def test_site_map_has_nothing_that_is_not_public(client):
    for factory in (
        factories.OrganisationFactory,
        factories.EventFactory,
        factories.ProjectFactory,
    ):
        fields = (
            {"name": "zqsecretzq"}
            if factory is factories.OrganisationFactory
            else {"title_fr": "zqsecretzq", "title_en": "zqsecretzq"}
        )
        factory(withdrawn=True, **fields)

    assert b"zqsecretzq" not in client.get("/sitemap.xml").content
    assert not [loc for loc in read(client) if "/workspace/" in loc or "/admin/" in loc]


@pytest.mark.threat("T15", "site map")
def test_site_map_comes_from_the_configured_address(client, settings):
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    settings.BASE_URL = "https://portal.example"

    response = client.get("/sitemap.xml", headers={"host": "other.example"})

    assert b"other.example" not in response.content
    assert b"<loc>https://portal.example/fr/</loc>" in response.content


def locations(client, address: str) -> list[str]:
    tree = ElementTree.fromstring(client.get(address).content)
    return [each.text for each in tree.findall("*/map:loc", NAMES)]


def test_long_site_map_is_an_index_of_parts_that_have_every_page_once(client, monkeypatch):
    organisation = factories.OrganisationFactory()
    for _each in range(3):
        factories.EventFactory(organisation=organisation)
    project = factories.ProjectFactory(organisation=organisation)
    project.funding.create(funder="Région", amount=1_000, source_fr="Délibération")
    whole = locations(client, "/sitemap.xml")
    monkeypatch.setattr(sitemaps, "KEYS", 2)

    parts = locations(client, "/sitemap.xml")

    paths = [part.removeprefix("http://testserver") for part in parts]
    assert paths[0] == "/sitemap-pages-1.xml"
    assert len([path for path in paths if path.startswith("/sitemap-event-")]) >= 2
    found = [location for path in paths for location in locations(client, path)]
    assert sorted(found) == sorted(whole)


def test_a_part_of_the_site_map_costs_a_query_for_each_kind_of_page(
    client, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(sitemaps, "KEYS", 2)
    last = [factories.ProjectFactory() for _each in range(3)][-1]

    with django_assert_num_queries(3):  # the last key, the projects, their funding
        client.get(f"/sitemap-project-{-(-last.pk // 2)}.xml")


@pytest.mark.parametrize("part", ["pages-2", "pages-0", "event-99999999999999999999", "nothing-1"])
def test_there_is_no_other_part_of_the_site_map(client, part):
    assert client.get(f"/sitemap-{part}.xml").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_site_map_costs_the_same_whatever_it_lists(client, django_assert_num_queries, rows):
    for _each in range(rows):
        factories.EventFactory()
        factories.ProjectFactory()

    with django_assert_num_queries(QUERIES):
        client.get("/sitemap.xml")


def test_every_address_of_the_site_map_answers(client, organisation):
    factories.EventFactory(organisation=organisation)
    factories.ProjectFactory(organisation=organisation, title_en="", summary_en="")

    answers = {
        loc: client.get(loc.removeprefix("http://testserver")).status_code for loc in read(client)
    }

    assert {loc: status for loc, status in answers.items() if status != 200} == {}
