"""The guide to the API: whole, in the reader's language, with examples that answer."""

import html
import re

import pytest
from django.utils import translation

from portal import api_docs
from tests import factories

pytestmark = pytest.mark.django_db

GUIDES = {"fr": "/fr/api/", "en": "/en/api/"}
# Words that are the same in both languages.
SAME = {
    "Commune",
    "Consultation",
    "Contacts",
    "Description",
    "Distinctions",
    "Expertise",
    "Forum",
    "ID",
    "Infrastructure",
    "Latitude",
    "Longitude",
    "Occitan",
    "Organisation",
    "Organisations",
    "Participants",
    "Participation",
    "Programme",
    "Sources",
    "Startup",
}


@pytest.fixture
def one_of_each():
    theme = factories.ThemeFactory(code="sante")
    organisation = factories.OrganisationFactory(kind="startup", themes=[theme])
    organisation.people.create(name="Ada", role_fr="Présidente")
    factories.ProjectFactory(organisation=organisation, themes=[theme])
    factories.EventFactory(organisation=organisation)


def told(language):
    """Everything that the guide says in words, in its order."""
    with translation.override(language):
        for resource in api_docs.resources(api_docs.schema(language)):
            yield from (resource.title, resource.about, resource.rows.title, resource.one.title)
            for part in (*resource.parameters, *resource.rows.fields, *resource.one.fields):
                yield part.text
                yield from (meaning for _code, meaning in part.values if meaning)


def examples(response):
    """The addresses to copy, as somebody would paste them."""
    found = re.findall(r'<pre [^>]*><code>curl "(.*?)"</code></pre>', response.content.decode())
    return [html.unescape(address) for address in found]


def test_guide_says_everything_in_both_languages():
    pairs = list(zip(told("fr"), told("en"), strict=True))

    assert [pair for pair in pairs if not all(pair)] == []
    assert {french for french, english in pairs if french == english} == SAME
    assert ("Lister les organisations", "List organisations") in pairs
    assert ("En préparation", "In preparation") in pairs


@pytest.mark.parametrize("language", GUIDES)
def test_guide_speaks_one_language(client, one_of_each, language):
    text = client.get(GUIDES[language]).content.decode().split("<main")[1].split("</main>")[0]

    assert " lang=" not in text
    assert text.count("<caption>") == 1 + 5 * 3 - 1  # nothing is said of one theme beside its row
    assert "<caption></caption>" not in text
    assert ("Lire un projet" in text) == (language == "fr")
    assert ("Get a project" in text) == (language == "en")


@pytest.mark.parametrize("language", GUIDES)
def test_every_example_answers(client, one_of_each, language):
    addresses = examples(client.get(GUIDES[language]))

    assert len(addresses) == 10
    for address in addresses:
        path = address.removeprefix("http://testserver")
        assert path.startswith("/api/v1/")
        assert client.get(path).status_code == 200, path


def test_guide_of_an_empty_portal_has_examples_of_lists_only(client):
    addresses = examples(client.get(GUIDES["en"]))

    assert len(addresses) == 5
    assert all("?" in address for address in addresses)


def test_guide_names_no_object_that_is_not_public(client, one_of_each):
    from events.models import Project

    Project.objects.update(status="withdrawn", withdrawn_at="2026-01-01T00:00Z")

    assert not [a for a in examples(client.get(GUIDES["en"])) if re.search(r"projects/\d", a)]


def test_what_every_list_has_is_told_once(client):
    text = client.get(GUIDES["en"]).content.decode()

    for name in ("page", "page_size", "q"):
        assert text.count(f'<th scope="row"><code>{name}</code></th>') == 1
    assert text.count('<th scope="row"><code>sort</code></th>') == 5


@pytest.mark.parametrize("rows", [1, 3])
def test_guide_costs_the_same_however_much_there_is(client, django_assert_num_queries, rows):
    for _ in range(rows):
        factories.ProjectFactory(themes=[factories.ThemeFactory()])
    client.get(GUIDES["fr"])  # which describes the API once for the process

    with django_assert_num_queries(5):
        client.get(GUIDES["fr"])


def test_description_for_machines_is_in_english_whoever_asks(client):
    answers = [
        client.get("/api/v1/schema/?format=json", headers={"accept-language": language}).json()
        for language in GUIDES
    ]

    assert answers[0] == answers[1]
    assert answers[0]["paths"]["/api/v1/themes/"]["get"]["summary"] == "List themes"
    assert (
        answers[0]["components"]["schemas"]["Theme"]["properties"]["name"]["description"] == "Name"
    )


@pytest.mark.parametrize("address", ["/api/v1/", "/api/v1/schema/"])
def test_address_that_is_no_list_refuses_parameters_as_lists_do(client, address):
    answers = [client.get(f"{address}?{query}") for query in ("theme=sante", "")]

    assert [answer.status_code for answer in answers] == [400, 200]
    assert b"theme" in answers[0].content  # JSON, or YAML where the answer would have been that
