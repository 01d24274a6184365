"""Agenda and projects as tables: the rows of the page, all of them, in the page's order."""

import csv
import datetime
import io

import pytest
from django.utils import timezone

from portal import spreadsheets
from tests import factories
from tests.events.pages import address, body, moment, rows

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


def table(response, delimiter=",") -> list[dict[str, str]]:
    """The rows of a table by the titles of its columns."""
    assert response.status_code == 200
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    text = body(response).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


@pytest.fixture
def agenda(organisation):
    now = timezone.now()
    health = factories.ThemeFactory(code="sante", name_en="Health", name_fr="Santé")
    lattes = factories.CommuneFactory(code="lattes", name="Lattes")
    make = factories.EventFactory
    make(title_en="Over", starts_at=now - 10 * DAY, themes=[health])
    make(title_en="Before", starts_at=now - 20 * DAY, kind="forum")
    make(title_en="Online", starts_at=now + DAY, online_url="https://example.org/", price=0)
    make(title_en="Paid", starts_at=now + 3 * DAY, price=12, commune=lattes, themes=[health])
    make(title_en="Health first", starts_at=now + 2 * DAY, themes=[health], languages=["fr"])
    make(title_en="One day", starts_at=None, period_en="autumn 2099")
    make(title_en="Withdrawn", starts_at=now + DAY, withdrawn=True, themes=[health])


@pytest.mark.parametrize(
    "query",
    [
        "",
        "view=past",
        "theme=sante",
        "theme=sante&view=past",
        "kind=forum&view=past",
        "city=lattes",
        "online=yes",
        "language=fr",
        "price=free",
        "q=health",
        "q=health&theme=sante",
        "from=2020-01-01&to=2090-01-01",
        "price=free&city=lattes",
    ],
)
def test_table_has_the_rows_of_the_page(client, agenda, query):
    page = client.get(f"{address('event-list')}?{query}")
    found = table(client.get(f"{address('event-table')}?{query}"))

    assert [row["Title (English)"] for row in found] == rows(page)
    link = f"/en/events/events.csv?{query}".rstrip("?").replace("&", "&amp;")
    keys = sorted(link.partition("?")[2].split("&amp;"))
    offered = body(page).split('href="/en/events/events.csv')
    # The page leads to the same table, whatever the order of its keys.
    assert len(offered) == 1 + bool(rows(page))
    for rest in offered[1:]:
        assert sorted(rest.partition('"')[0].lstrip("?").split("&amp;")) == keys


def test_table_of_a_month_has_the_rows_of_its_page(client):
    for day in range(1, 12):
        factories.EventFactory(title_en=f"Day {day:02}", starts_at=moment(2027, 3, day))
    factories.EventFactory(title_en="April", starts_at=moment(2027, 4, 1))

    found = table(client.get("/en/events/2027/03/events.csv"))

    assert [row["Title (English)"] for row in found] == [f"Day {day:02}" for day in range(1, 12)]
    first, second = client.get("/en/events/2027/03/"), client.get("/en/events/2027/03/?page=2")
    assert rows(first) + rows(second) == [row["Title (English)"] for row in found]


def test_row_says_what_the_page_says(client, organisation):
    event = factories.EventFactory(
        organisation=organisation,
        title_fr="Atelier",
        title_en="Workshop",
        kind="workshop",
        starts_at=moment(2099, 3, 4, 14),
        ends_at=moment(2099, 3, 4, 17, 30),
        price=12.5,
        languages=["fr", "en"],
        audience=["researchers"],
        commune=factories.CommuneFactory(name="Lattes"),
        themes=[factories.ThemeFactory(name_en="Health, care", name_fr="Santé; soin")],
    )
    asked = factories.OrganisationFactory(name="Asked")
    event.organisers.create(organisation=asked, asked_at=timezone.now())

    (english,) = table(client.get(address("event-table")))
    (french,) = table(client.get(address("event-table", language="fr")), ";")

    changed = timezone.localtime(event.updated_at).strftime("%Y-%m-%d %H:%M")
    assert english == {
        "ID": str(event.pk),
        "Title (French)": "Atelier",
        "Title (English)": "Workshop",
        "Kind": "Workshop",
        "Takes place": "As planned",
        "Start": "2099-03-04 14:00",
        "End": "2099-03-04 17:30",
        "All day": "No",
        "Time zone": "Europe/Paris",
        "Period (French)": "",
        "Period (English)": "",
        "Place": "",
        "Address": "",
        "Commune": "Lattes",
        "Online address": "",
        "Registration address": "",
        "Price (€)": "12.50",
        "Languages spoken": "French | English",
        "Audience": "Researchers",
        "Organisers": "Laboratoire des arches",
        "Themes": "Health, care",
        "Summary (French)": "Un résumé en français.",
        "Summary (English)": "A summary in English.",
        "Page in French": "http://testserver/fr/agenda/atelier/",
        "Page in English": "http://testserver/en/events/workshop/",
        "Last change": changed,
    }
    assert french["Titre (anglais)"] == "Workshop"
    assert (french["Prix (€)"], french["Thèmes"]) == ("12,50", "Santé; soin")
    assert (french["Type"], french["Toute la journée"]) == ("Atelier", "Non")


@pytest.mark.parametrize(
    ("dates", "start", "end"),
    [
        (
            {"starts_at": moment(2099, 3, 4, 0), "ends_at": moment(2099, 3, 6, 0), "all_day": True},
            "2099-03-04",
            "2099-03-06",
        ),
        ({"starts_at": moment(2099, 3, 4, 9)}, "2099-03-04 09:00", ""),
        ({"starts_at": None, "period_en": "2099"}, "", ""),
        ({"starts_at": moment(2099, 3, 4, 9), "period_en": "2099"}, "", ""),
    ],
)
def test_row_says_dates_as_far_as_they_are_to_be_read(client, dates, start, end):
    factories.EventFactory(**dates)

    (row,) = table(client.get(address("event-table")))

    assert (row["Start"], row["End"]) == (start, end)


# --- Projects -------------------------------------------------------------------------------------


@pytest.fixture
def hospital():
    return factories.OrganisationFactory(name="Hôpital", kind="hospital")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "sort=title",
        "theme=sante",
        "theme=sante&sort=title",
        "stage=bid&stage=completed",
        "partner=hopital",
        "q=health",
        "q=drone&sort=title",
        "partner=hopital&stage=bid",
    ],
)
def test_table_has_the_projects_of_the_page(client, hospital, query):
    health = factories.ThemeFactory(code="sante", name_en="Health")
    make = factories.ProjectFactory
    make(title_fr="Écoute", title_en="Écoute", themes=[health], organisation=hospital)
    make(title_fr="drone", title_en="drone", stage="bid", themes=[health])
    make(title_fr="Zéphyr", title_en="Zéphyr", stage="completed")
    make(title_en="Withdrawn", withdrawn=True, themes=[health], organisation=hospital)

    page = client.get(f"{address('project-list')}?{query}")
    found = table(client.get(f"{address('project-table')}?{query}"))

    assert [row["Title (English)"] for row in found] == rows(page)
    assert ("/en/projects/projects.csv" in body(page)) == bool(found)


def test_row_of_a_project_names_those_who_agreed(client, organisation, hospital, elsewhere):
    project = factories.ProjectFactory(
        organisation=organisation, title_fr="Projet", title_en="Project", starts_on="2024-03"
    )
    project.partners.create(organisation=hospital, role="data", agreed_at=timezone.now())
    project.partners.create(organisation=elsewhere, asked_at=timezone.now())
    for amount in (1_000, 500):
        project.funding.create(funder="Région", amount=amount, source="Article")

    (row,) = table(client.get(address("project-table")))

    assert row["Lead"] == "Laboratoire des arches"
    assert row["Partners"] == "Hôpital (Data)"
    assert row["Funding (€)"] == "1500"
    assert (row["Start"], row["Stage"]) == ("2024-03", "Running")
    assert row["Page in French"] == "http://testserver/fr/projets/projet/"


@pytest.mark.parametrize("query", ["colour=red", "page=2", "stage=done", "sort=price", "view=map"])
def test_projects_refuse_what_they_do_not_understand(client, query):
    response = client.get(f"{address('project-table')}?{query}")

    assert response.status_code == 400
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode().count("\n- ") == 1


# --- What it costs, and what it says of itself ----------------------------------------------------


@pytest.mark.parametrize("number", [1, 7])
@pytest.mark.parametrize("name", ["event-table", "project-table"])
def test_table_costs_one_query_however_long(
    client, django_assert_num_queries, monkeypatch, number, name
):
    monkeypatch.setattr(spreadsheets, "CHUNK", 3)
    theme = factories.ThemeFactory()
    make = factories.EventFactory if name == "event-table" else factories.ProjectFactory
    for _count in range(number):
        make(themes=[theme])

    with django_assert_num_queries(1):
        found = table(client.get(address(name)))

    assert len(found) == number


@pytest.mark.parametrize("name", ["event-table", "project-table"])
def test_table_states_its_licence(client, name):
    factories.EventFactory()
    factories.ProjectFactory()

    response = client.get(address(name))
    page = body(client.get(address(name.replace("-table", "-list"))))

    licence = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
    assert response["Link"] == f'<{licence}>; rel="license"'
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert f'<a rel="license" href="{licence}">Licence Ouverte 2.0</a>' in page
