"""What every answer of the API has in common, and what it says of its data."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.models import FundingLine
from tests import factories

pytestmark = pytest.mark.django_db

LISTS = ["organisations", "people", "themes", "projects", "events"]


# To count the rows, and to read those of a page with all that they name; and themes and communes, which
# are kept wherever anything is.
QUERIES = {"organisations": 3, "people": 2, "themes": 2, "projects": 3, "events": 3}


@factories.indexed_at_once()
def fill(rows):
    """So many rows of each kind, each with everything its answer shows."""
    themes = [factories.ThemeFactory(), factories.ThemeFactory()]
    for _ in range(rows):
        parent = factories.OrganisationFactory()
        organisation = factories.OrganisationFactory(
            part_of=parent, themes=themes, founding=True, commune=factories.CommuneFactory()
        )
        organisation.exchanges.create(direction="need", topic="data", text_fr="Des données")
        project = factories.ProjectFactory(organisation=organisation, themes=themes)
        project.partners.create(organisation=parent, agreed_at=timezone.now())
        FundingLine.objects.create(project=project, funder="Région", amount=10, source="Article")
        FundingLine.objects.create(
            project=project, organisation=parent, amount=10, source="Article"
        )
        project.figures.create(value_fr="1", label_fr="Un", date="2025", source_fr="Article")
        event = factories.EventFactory(organisation=organisation, themes=themes)
        event.projects.add(project)
        organisation.people.create(name="Ada", role_fr="Présidente")


def cost(client, address):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = client.get(address)
    assert response.status_code == 200
    return len(queries)


def test_a_list_costs_the_same_however_long(client):
    costs = []
    for rows in (1, 2, 97):
        fill(rows)
        costs.append([cost(client, f"/api/v1/{name}/?page_size=100") for name in LISTS])

    assert costs == [[QUERIES[name] for name in LISTS]] * 3


@pytest.mark.threat("T22", "unknown keys", "rows", "length")
@pytest.mark.threat("T23", "digits")
@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("colour=blue", "colour"),
        ("ordering=user__password", "ordering"),
        ("owner__email__startswith=a", "owner__email__startswith"),
        ("limit=1000000", "limit"),
        ("format=xml", "format"),
        ("page_size=1000000", "page_size"),
        ("page_size=0", "page_size"),
        ("page_size=ten", "page_size"),
        ("page_size=0001" + "9" * 5000, "page_size"),
        ("page_size=0001000000", "page_size"),
        ("sort=password", "sort"),
        ("q=" + "a" * 201, "q"),
    ],
)
def test_what_means_nothing_is_a_400_that_names_it(client, name, query, key):
    response = client.get(f"/api/v1/{name}/?{query}", headers={"accept-language": "en"})

    assert response.status_code == 400
    body = response.json()
    assert body["type"] == "validation_error"
    assert [error["attr"] for error in body["errors"]] == [key]


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("page", ["0", "-1", "last1", "last", "９"])
def test_a_page_that_is_no_number_is_refused(client, name, page):
    answer = client.get(f"/api/v1/{name}/", {"page": page})

    assert answer.status_code == 400
    assert [error["attr"] for error in answer.json()["errors"]] == ["page"]


@pytest.mark.parametrize("name", LISTS)
def test_page_beyond_the_last_is_not_there(client, name):
    assert client.get(f"/api/v1/{name}/", {"page": "99"}).status_code == 404


def test_any_organisation_may_be_asked_for_as_a_partner(client):
    factories.OrganisationFactory(name="Seule")
    withdrawn = factories.OrganisationFactory(name="Partie", withdrawn=True)

    alone = client.get("/api/v1/projects/", {"partner": "seule"})
    gone = client.get("/api/v1/projects/", {"partner": withdrawn.slug})

    assert (alone.status_code, alone.json()["count"]) == (200, 0)
    assert gone.status_code == 400


def test_event_whose_time_is_said_in_words_has_no_date(client):
    event = factories.EventFactory(period_fr="printemps 2024", starts_at="2024-03-01T09:00:00Z")

    answer = client.get(f"/api/v1/events/{event.pk}/").json()
    page = client.get(event.get_absolute_url()).content.decode()

    assert (answer["starts_at"], answer["ends_at"]) == (None, None)
    assert answer["period"]["fr"] == "printemps 2024"
    assert "This event is over" not in page and "Cet événement est terminé" not in page


@pytest.mark.threat("T1", "extra names")
@pytest.mark.threat("T23", "depth")
@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(client, name, method):
    response = getattr(client, method)(
        f"/api/v1/{name}/", "[" * 5000, content_type="application/json"
    )

    assert response.status_code == 405


@pytest.mark.parametrize(
    ("language", "message"),
    [("fr", "Il n’y a pas de filtre"), ("en", "There is no filter called “colour”.")],
)
def test_errors_speak_the_readers_language(client, language, message):
    response = client.get("/api/v1/events/?colour=1", headers={"accept-language": language})

    assert response.json()["errors"][0]["detail"].startswith(message)


def test_text_in_two_languages_is_an_object(client):
    project = factories.ProjectFactory(title_fr="Projet", title_en="", summary_en="In English.")

    answer = client.get(f"/api/v1/projects/{project.pk}/").json()

    assert answer["title"] == {"fr": "Projet", "en": ""}
    assert answer["summary"] == {"fr": "Un résumé en français.", "en": "In English."}
    assert answer["pages"]["fr"].endswith("/fr/projets/projet/")


@pytest.mark.parametrize("name", ["organisations", "people", "themes", "projects", "events"])
def test_an_object_costs_the_same_whatever_it_names(client, name):
    costs = []
    for rows in (1, 3):
        fill(rows)
        (first, *_rest) = client.get(f"/api/v1/{name}/").json()["results"]
        costs.append(cost(client, first["url"].removeprefix("http://testserver")))

    assert costs[0] == costs[1]


def test_funding_names_the_funder_and_its_place_in_the_directory(client):
    funder = factories.OrganisationFactory(name="Région", slug="region")
    gone = factories.OrganisationFactory(name="Partie", slug="partie", withdrawn=True)
    project = factories.ProjectFactory()
    lines = [
        {"organisation": funder, "source_fr": "Délibération", "source_en": "Decision"},
        {"organisation": gone, "source_en": "Decision"},
        {"funder": "Union européenne", "source_fr": "Décret", "programme_fr": "Feder"},
    ]
    for position, line in enumerate(lines):
        project.funding.create(amount=10, position=position, **line)
    project.figures.create(value_fr="1", label_fr="Un", date="2025", source_fr="Rapport")

    answer = client.get(f"/api/v1/projects/{project.pk}/").json()

    nothing = {"amount": 10, "programme": {"fr": "", "en": ""}, "year": None}
    assert answer["funding"] == [
        {
            "funder": "Région",
            "organisation": {
                "slug": "region",
                "name": "Région",
                "url": "http://testserver/api/v1/organisations/region/",
            },
            **nothing,
            "source": {"fr": "Délibération", "en": "Decision"},
        },
        {
            "funder": "Partie",
            "organisation": None,
            **nothing,
            "source": {"fr": "", "en": "Decision"},
        },
        {
            "funder": "Union européenne",
            "organisation": None,
            **nothing,
            "programme": {"fr": "Feder", "en": ""},
            "source": {"fr": "Décret", "en": ""},
        },
    ]
    assert answer["funding_total"] == 30
    assert answer["figures"] == [
        {
            "value": {"fr": "1", "en": ""},
            "label": {"fr": "Un", "en": ""},
            "date": "2025",
            "source": {"fr": "Rapport", "en": ""},
        }
    ]


def test_a_member_says_its_college_and_another_actor_none(client):
    member = factories.OrganisationFactory(name="Membre", founding=True)
    factories.OrganisationFactory(name="Acteur")

    answer = client.get("/api/v1/organisations/", {"sort": "name"}).json()

    assert [row["membership"] for row in answer["results"]] == [
        None,
        {
            "college": "founding",
            "college_name": {"fr": "Membres fondateurs", "en": "Founding members"},
            "since": "2025-09-25",
        },
    ]
    only = client.get("/api/v1/organisations/?membership=founding").json()
    assert [row["slug"] for row in only["results"]] == [member.slug]


def test_the_answer_names_its_licence_and_is_open_to_any_page(client):
    response = client.get("/api/v1/themes/")

    assert response["Access-Control-Allow-Origin"] == "*"
    assert 'rel="license"' in response["Link"]


@pytest.mark.parametrize("word", ["santé", "SANTE", "sante", "médicaux"])
def test_search_ignores_accents_case_and_form(client, word):
    found = factories.ProjectFactory(summary_fr="Des données de santé, un robot médical.")
    factories.ProjectFactory(summary_fr="Autre chose.")

    answer = client.get("/api/v1/projects/", {"q": word}).json()

    assert [row["id"] for row in answer["results"]] == [found.pk]


def refused_after(client, number, address, **extra):
    """The answer to one request more than so many, which were all answered."""
    answers = [client.get(address, **extra) for _ in range(number + 1)]
    assert {answer.status_code for answer in answers[:-1]} == {200}
    assert answers[-1].status_code == 429
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    return answers[-1]


@pytest.mark.threat("limits", "API")
def test_requests_beyond_the_limit_are_told_when_to_come_back(client):
    refused_after(client, 120, "/api/v1/themes/")


@pytest.mark.threat("limits", "search", "the reader's language")
@pytest.mark.parametrize(("language", "word"), [("fr", "ralentie"), ("en", "throttled")])
def test_searches_are_fewer_and_refused_in_the_language_of_who_asks(client, language, word):
    answer = refused_after(client, 30, "/api/v1/themes/?q=a", headers={"accept-language": language})

    assert word in answer.json()["errors"][0]["detail"]
    assert client.get("/api/v1/themes/").status_code == 200


@pytest.mark.threat("T15", "network address")
def test_the_limit_counts_the_network_whatever_is_claimed(client):
    for number in range(30):
        claimed = {"X-Forwarded-For": f"198.51.100.{number}"}
        # Two addresses of one network.
        seen = f"2001:db8::{number + 1}"
        client.get("/api/v1/themes/?q=a", headers=claimed, REMOTE_ADDR=seen)

    same = client.get("/api/v1/themes/?q=a", REMOTE_ADDR="2001:db8::ffff")
    other = client.get("/api/v1/themes/?q=a", REMOTE_ADDR="2001:db8:1::1")

    assert (same.status_code, other.status_code) == (429, 200)


@pytest.mark.threat("T15", "API")
@pytest.mark.parametrize("address", ["", *(f"{name}/?page_size=1&page=2" for name in LISTS)])
def test_addresses_come_from_the_base_and_never_from_the_host(client, settings, address):
    fill(3)
    factories.ThemeFactory()
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    settings.BASE_URL = "https://portal.example"

    answer = client.get(f"/api/v1/{address}", headers={"host": "other.example"})

    assert b"other.example" not in answer.content
    body = answer.json()
    for link in (body["next"], body["previous"]) if address else body.values():
        assert link.startswith("https://portal.example/api/v1/")
    if address:
        assert body["next"].endswith("?page=3&page_size=1")


def test_the_description_is_whole(client, capsys):
    from drf_spectacular.drainage import GENERATOR_STATS

    with GENERATOR_STATS.silence():
        response = client.get("/api/v1/schema/?format=json")

    assert response.status_code == 200
    assert not GENERATOR_STATS._warn_cache
    assert not GENERATOR_STATS._error_cache
    body = response.json()
    assert body["info"]["license"]["name"].startswith("Licence Ouverte")
    assert sorted(body["paths"]) == sorted(
        path
        for name, key in zip(LISTS, ["slug", "id", "code", "id", "id"], strict=True)
        for path in (f"/api/v1/{name}/", f"/api/v1/{name}/{{{key}}}/")
    )
