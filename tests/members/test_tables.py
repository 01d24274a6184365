"""The directory as a table: the organisations of the page, and nothing that only some may read."""

import csv
import datetime
import io

import pytest
from django.utils import timezone, translation

from members.models import Contact
from portal import spreadsheets
from portal.lifecycle import kinds, review
from tests import factories
from tests.members.test_directory import address, names

pytestmark = pytest.mark.django_db


def table(response, delimiter=",") -> list[dict[str, str]]:
    """The rows of a table by the titles of its columns."""
    assert response.status_code == 200
    text = b"".join(response).decode().removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "sort=recent",
        "theme=sante",
        "kind=research-training",
        "kind=company&kind=startup",
        "city=lattes",
        "membership=member",
        "membership=not-member&sort=recent",
        "need=data",
        "offer=data",
        "q=montpellier",
        "q=montpellier&sort=name",
        "kind=startup&city=lattes",
    ],
)
def test_table_has_the_organisations_of_the_page(client, query):
    health = factories.ThemeFactory(code="sante")
    lattes = factories.CommuneFactory(code="lattes", name="Lattes")
    make = factories.OrganisationFactory
    offering = make(name="École de Montpellier", kind="school", themes=[health], founding=True)
    looking = make(name="atelier", kind="company", commune=lattes)
    make(name="Zénith", kind="startup", summary_fr="À Montpellier.", themes=[health])
    make(name="Partie", withdrawn=True, themes=[health], commune=lattes)
    offering.exchanges.create(direction="offer", topic="data", text_fr="Données")
    looking.exchanges.create(direction="need", topic="data", text_fr="Données")

    page = client.get(f"{address('organisation-list')}?{query}")
    found = table(client.get(f"{address('organisation-table')}?{query}"))

    assert [row["Name"] for row in found] == names(page)
    assert ("/en/directory/directory.csv" in page.content.decode()) == bool(found)


def test_page_leads_to_the_table_with_its_filters(client):
    factories.OrganisationFactory(kind="startup", name="Arche")

    page = client.get(
        address("organisation-list"), {"kind": "startup", "q": "arche", "sort": "recent"}
    )

    href = "/en/directory/directory.csv?q=arche&amp;kind=startup&amp;sort=recent"
    assert f'href="{href}"' in page.content.decode()


def test_row_says_what_everybody_may_read(client):
    parent = factories.OrganisationFactory(name="Université")
    organisation = factories.OrganisationFactory(
        name="Laboratoire",
        short_name="LAB",
        kind="laboratory",
        part_of=parent,
        commune=factories.CommuneFactory(name="Lattes"),
        latitude=43.6,
        longitude=3.9,
        website="https://lab.example.org/",
        ror="02v6kpv12",
        verified_on=datetime.date(2026, 3, 4),
        themes=[factories.ThemeFactory(name_en="Health"), factories.ThemeFactory(name_en="Data")],
        founding=True,
    )
    for direction, french, english in (
        ("offer", "Des données", "Data"),
        ("offer", "Du calcul", ""),
        ("need", "=1+1", "People"),
    ):
        organisation.exchanges.create(
            direction=direction, topic="data", text_fr=french, text_en=english
        )

    row = table(client.get(address("organisation-table")))[0]
    french = table(client.get(address("organisation-table", language="fr")), ";")[0]

    changed = timezone.localtime(organisation.updated_at).strftime("%Y-%m-%d %H:%M")
    assert row == {
        "Name": "Laboratoire",
        "Short name": "LAB",
        "Official name": "",
        "Former name": "",
        "Kind": "Laboratory",
        "Membership": "Founding members",
        "Member since": "2025-09-25",
        "Part of": "Université",
        "Address": "",
        "Postcode": "",
        "Commune": "Lattes",
        "Latitude": "43.6",
        "Longitude": "3.9",
        "Website": "https://lab.example.org/",
        "SIREN": "",
        "RNA": "",
        "ROR": "02v6kpv12",
        "Themes": "Health | Data",
        "Summary (French)": "Un résumé en français.",
        "Summary (English)": "A summary in English.",
        "We offer (French)": "Des données | Du calcul",
        "We offer (English)": "Data",
        "We are looking for (French)": "'=1+1",
        "We are looking for (English)": "People",
        "Page in French": "http://testserver/fr/annuaire/laboratoire/",
        "Page in English": "http://testserver/en/directory/laboratoire/",
        "Verified on": "2026-03-04",
        "Last change": changed,
    }
    assert (french["Nom"], french["Latitude"]) == ("Laboratoire", "43,6")
    assert french["Adhésion"] == "Membres fondateurs"


@pytest.mark.parametrize("visibility", Contact.Visibility.values)
def test_table_names_no_contact_whoever_asks(client, alice, organisation, visibility):
    Contact.objects.create(
        organisation=organisation,
        name="zqnamezq",
        email="zqmailzq@example.org",
        phone="04 67 00 00 00",
        visibility=visibility,
    )
    client.force_login(alice)

    text = b"".join(client.get(address("organisation-table"))).decode()

    assert organisation.name in text
    assert "zq" not in text
    assert "67 00 00 00" not in text


def test_table_does_not_say_what_waits_or_is_gone(client, alice, dana, organisation):
    kind = kinds.named("organisation")
    live = kind.content.read(organisation)
    held = review.save(kind, live | {"summary_fr": "zqheldzq"}, by=alice, target=organisation)
    review.submit(held, by=alice)
    part = factories.OrganisationFactory(name="Équipe")
    gone = factories.OrganisationFactory(name="zqgonezq")
    part.parent = gone
    part.save()
    review.withdraw(gone, by=dana, message="Partie")

    found = table(client.get(address("organisation-table")))

    assert [(row["Name"], row["Part of"]) for row in found] == [
        ("Équipe", ""),
        (organisation.name, ""),
    ]
    assert "zq" not in str(found)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("colour=red", "There is no filter called “colour”."),
        ("page=2", "There is no filter called “page”."),
        ("kind=nothing", "Kind: “nothing” is not one of the choices."),
    ],
)
def test_table_refuses_what_it_does_not_understand(client, query, reason):
    response = client.get(f"{address('organisation-table')}?{query}")

    assert response.status_code == 400
    assert response.content.decode().splitlines()[1:] == [f"- {reason}"]


def test_table_is_called_after_the_directory_in_each_language(client):
    for language, name in (("fr", "annuaire.csv"), ("en", "directory.csv")):
        response = client.get(address("organisation-table", language=language))

        assert response["Content-Disposition"] == f'attachment; filename="{name}"'
        assert response["Link"].endswith('rel="license"')


@pytest.mark.parametrize("number", [1, 7])
def test_table_costs_one_query_however_long(client, django_assert_num_queries, monkeypatch, number):
    monkeypatch.setattr(spreadsheets, "CHUNK", 3)
    for _count in range(number):
        factories.OrganisationFactory(
            themes=[factories.ThemeFactory()], commune=factories.CommuneFactory(), founding=True
        )

    with django_assert_num_queries(1):
        found = table(client.get(address("organisation-table")))

    assert len(found) == number


def test_addresses_of_files_are_those_of_no_organisation(client):
    for name in ("directory.csv", "annuaire.csv", "calendar.ics"):
        organisation = factories.OrganisationFactory(name=name)

        assert "." not in organisation.slug
        with translation.override("en"):
            assert client.get(organisation.get_absolute_url()).status_code == 200
