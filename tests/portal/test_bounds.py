"""Lists of more rows than anybody counts: what they say, where they end, and how machines go on."""

import base64
import datetime
import json
import re

import pytest
from django.core.management import call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from events import counted_figures, ecosystem, network
from events.filters import PartnerFacet
from events.models import Event
from events.views import months
from members.filters import OrganisationFilter
from members.models import Organisation
from portal import counting, keyset, tallies
from portal.facets import Option
from portal.models import Status
from tests import factories
from tests.events import networks

pytestmark = pytest.mark.django_db


@pytest.fixture
def most(monkeypatch):
    monkeypatch.setattr(counting, "MOST", 40)


@pytest.fixture
def many():
    """Fifty organisations in the order of their names, five of them with a theme."""
    theme = factories.ThemeFactory(code="sante", name_fr="Santé", name_en="Health")
    for place in range(50):
        themes = [theme] if place % 10 == 0 else []
        factories.OrganisationFactory(name=f"Organisation {place:03}", themes=themes)


def page(client, language="fr", **query):
    with override(language):
        address = reverse("members:organisation-list")
    return client.get(address, query)


# --- Pages ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "said", "rest"),
    [
        ("fr", "Plus de 40 organisations", "Seules les 40 premières lignes sont affichées ici."),
        ("en", "More than 40 organisations", "Only the first 40 are listed here."),
    ],
)
def test_a_long_list_says_that_there_are_more_and_where_it_ends(
    client, most, many, language, said, rest
):
    first, last = page(client, language), page(client, language, page=2)

    assert f">{said}</h2>" in first.content.decode()
    assert rest not in first.content.decode()
    assert rest in last.content.decode()
    assert page(client, language, page=3).status_code == 404


def test_a_list_as_long_as_the_bound_is_counted_exactly(client, monkeypatch, many):
    monkeypatch.setattr(counting, "MOST", 50)

    text = page(client).content.decode()

    assert ">50 organisations</h2>" in text
    assert "12+" not in text


def test_boxes_of_a_long_list_say_the_least_there_is(client, most, many):
    found = page(client).context["facets"]

    kinds = next(facet for facet in found if facet.name == "kind")
    assert [option.at_least for option in kinds.options] == [True] * len(kinds.options)
    assert "12+ signifie 12 ou plus" in page(client).content.decode()


def test_boxes_of_a_long_list_are_counted_among_some(client, most, many, monkeypatch):
    monkeypatch.setattr(tallies, "SOME", 20)

    response = page(client)

    assert response.context["listing"].total == 41
    groups = {group.name: group.options for group in response.context["facets"]}
    assert sum(option.count for option in groups["kind"]) == 20
    assert 0 < groups["theme"][0].count <= 5


def test_the_map_of_a_long_list_says_of_as_many_that_they_name_no_commune(
    client, most, many, monkeypatch
):
    monkeypatch.setattr(tallies, "SOME", 20)
    commune = factories.CommuneFactory(code="34172", latitude=43.61, longitude=3.87)
    Organisation.objects.filter(pk__in=Organisation.objects.values("pk")[:45]).update(
        commune=commune
    )

    drawn = page(client, view="map").context["map"]

    assert 0 < drawn.located <= 20
    assert drawn.located + drawn.nowhere == 20


def test_a_commune_that_was_not_met_among_some_is_not_said_to_have_nobody(
    client, most, many, monkeypatch
):
    monkeypatch.setattr(tallies, "SOME", 20)
    factories.CommuneFactory(code="34172", name="Rare", latitude=43.61, longitude=3.87)

    answer = page(client, view="map", city="34172")

    [bubble] = answer.context["map"].bubbles
    assert (bubble.number, bubble.words) == ("", "Rare")
    text = answer.content.decode()
    assert "Rare</label>" in text
    assert "Rare (0" not in text
    assert "organisation dans" not in text
    # None is left, and what the map and the boxes say is counted in part all the same.
    assert answer.context["listing"].total == 0
    assert "seule une partie est comptée ici" in text
    assert "12+ signifie" in text


@pytest.mark.parametrize(
    ("count", "at_least", "french", "english"),
    [
        (0, False, "Santé (0)", "Santé (0)"),
        (12, True, "Santé (12+)", "Santé (12+)"),
        (1_200, False, "Santé (1\u00a0200)", "Santé (1,200)"),
        (1_200, True, "Santé (1\u00a0200+)", "Santé (1,200+)"),
        (0, True, "Santé", "Santé"),
    ],
)
def test_box_says_how_many_there_are(count, at_least, french, english):
    option = Option("sante", "Santé", count, checked=False, at_least=at_least)

    with override("fr"):
        assert option.words == french
    with override("en"):
        assert option.words == english


def test_what_was_not_met_among_some_takes_no_place_of_what_was():
    left, overall = (
        tallies.Tallied({code: tallies.Tally(code, n) for code, n in found.items()}, total)
        for found, total in (({"rare": 300, "sante": 4}, 900), ({"sante": 30}, counting.MOST + 1))
    )

    uses = OrganisationFilter.base_filters["theme"].uses(left, overall)

    assert {code: (use.count, use.overall) for code, use in uses.items()} == {
        "rare": (300, 0),
        "sante": (4, 30),
    }


def test_boxes_of_a_list_as_long_as_the_bound_are_counted_among_all(client, many, monkeypatch):
    monkeypatch.setattr(counting, "MOST", 50)
    monkeypatch.setattr(tallies, "SOME", 20)

    groups = {group.name: group.options for group in page(client).context["facets"]}

    assert [(option.count, option.at_least) for option in groups["theme"]] == [(5, False)]
    assert sum(option.count for option in groups["kind"]) == 50


def test_what_a_filter_leaves_of_a_long_list_is_counted_exactly(client, most, many):
    response = page(client, theme="sante")

    assert response.context["listing"].total == 5
    themes = next(facet for facet in response.context["facets"] if facet.name == "theme")
    # What the other filters leave of all: too many to look at.
    assert [option.at_least for option in themes.options] == [True]
    kinds = next(facet for facet in response.context["facets"] if facet.name == "kind")
    assert {(option.at_least, option.count) for option in kinds.options} == {(False, 5)}


@pytest.mark.parametrize("sort", ["", "name"])
def test_words_that_very_many_have_find_some_of_them(client, most, many, sort):
    response = page(client, q="organisation", **({"sort": sort} if sort else {}))

    assert response.context["listing"].is_longer
    assert len(response.context["page_obj"].object_list) == 20


@pytest.mark.parametrize("few", [100, 10])
def test_every_page_of_words_that_very_many_have_has_rows(client, monkeypatch, most, many, few):
    monkeypatch.setattr(keyset, "FEW", few)
    best = factories.OrganisationFactory(name="Zeta", short_name="Organisation")

    pages = [
        page(client, q="organisation", **{"page": number} if number else {}) for number in (0, 2)
    ]

    shown = [row for response in pages for row in response.context["page_obj"]]
    assert len({row.pk for row in shown}) == 40
    assert shown[0] == best


# --- The API --------------------------------------------------------------------------------------


def walked(client, address):
    """Every row from an address on, by following `next`."""
    rows = []
    while address:
        answer = client.get(address.removeprefix("http://testserver")).json()
        rows += answer["results"]
        address = answer["next"]
    return rows


@pytest.mark.parametrize("query", ["", "?sort=recent", "?page_size=30", "?theme=sante"])
def test_next_leads_to_the_end_of_a_long_list(client, most, many, query):
    wanted = Organisation.objects.filter(themes__code="sante") if "theme" in query else None
    keys = set((wanted or Organisation.objects).values_list("slug", flat=True))

    found = [row["slug"] for row in walked(client, f"/api/v1/organisations/{query}")]

    assert len(found) == len(set(found))
    assert set(found) == keys


@pytest.mark.parametrize("sort", ["date", "recent"])
def test_next_comes_to_those_without_a_date_last(client, monkeypatch, organisation, sort):
    monkeypatch.setattr(counting, "MOST", 1)
    now = timezone.now()
    dated = [factories.EventFactory(starts_at=now + n * months.DAY, ends_at=None) for n in range(3)]
    undated = [
        factories.EventFactory(starts_at=None, ends_at=None, period_fr="2030") for _n in range(3)
    ]

    found = [row["id"] for row in walked(client, f"/api/v1/events/?page_size=1&sort={sort}")]

    by_date = [event.pk for event in dated][:: 1 if sort == "date" else -1]
    assert found == [*by_date, *(event.pk for event in undated)]


def test_count_says_whether_it_is_exact(client, most, many):
    long = client.get("/api/v1/organisations/").json()
    short = client.get("/api/v1/organisations/?theme=sante").json()

    assert (long["count"], long["count_is_exact"]) == (40, False)
    assert (short["count"], short["count_is_exact"]) == (5, True)


def test_a_page_beyond_the_numbered_ones_is_refused_with_the_way_on(client, most, many):
    response = client.get("/api/v1/organisations/?page=3", headers={"Accept-Language": "en"})

    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["attr"] == "page"
    assert error["detail"].startswith("Pages have numbers as far as 2. Follow “next”")


@pytest.mark.parametrize(
    "place", ["", "nothing", "W10", "WzFd", "bnVsbA", "WyJhIiwgbnVsbF0", "WyJhXHUwMDAwIiwgMV0", "é"]
)
def test_what_is_no_place_is_refused(client, most, many, place):
    response = client.get("/api/v1/organisations/", {"after": place})

    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == "after"


@pytest.mark.threat("T23", "depth", "surrogates")
@pytest.mark.parametrize("text", [r'["\ud800", 1]', "[" * 1_400], ids=["surrogate", "nested"])
def test_what_no_place_could_say_is_refused(client, organisation, text):
    place = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    response = client.get("/api/v1/organisations/", {"after": place})

    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == "after"


@pytest.mark.threat("T23", "digits")
@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
def test_a_place_beyond_all_time_is_no_error_of_ours(client, organisation, moment):
    place = base64.urlsafe_b64encode(json.dumps([moment, 1]).encode()).decode().rstrip("=")

    response = client.get("/api/v1/organisations/", {"after": place, "sort": "recent"})

    # PostgreSQL knows such moments.
    assert response.status_code == (200 if connection.vendor == "postgresql" else 400)


@pytest.mark.parametrize("more", [{"page": "1"}, {"q": "organisation"}])
def test_a_place_goes_with_no_page_and_no_words(client, most, many, more):
    rows = Organisation.objects.order_by("sort_name", "pk")
    place = keyset.place(rows, rows[5].pk)

    assert client.get("/api/v1/organisations/", {"after": place, **more}).status_code == 400


def test_a_page_after_a_place_costs_one_query_more(client, most, many, django_assert_num_queries):
    rows = Organisation.objects.order_by("sort_name", "pk")
    place = keyset.place(rows, rows[5].pk)

    with django_assert_num_queries(4):  # the count, the rows, their themes, the next place
        client.get("/api/v1/organisations/", {"after": place})


# --- What is drawn and counted --------------------------------------------------------------------


@pytest.mark.parametrize("bound", ["MOST_SHARED", "MOST_LOOKED"])
def test_network_is_drawn_from_what_was_published_last(client, monkeypatch, bound):
    monkeypatch.setattr(network, bound, 2)
    people = networks.organisations(8)
    for number in range(4):
        networks.project(f"Project {number}", *people[2 * number : 2 * number + 2])

    response = client.get("/en/ecosystem/")

    n = network.MOST_SHARED
    assert f"the last {n} projects and the last {n} events published" in response.content.decode()
    assert [row["organisation"] for row in response.context["rows"]] == people[4:]
    assert client.get("/en/ecosystem/network.json").json()["whole"] is False


def test_partners_are_told_of_a_network_that_is_not_whole(client, monkeypatch):
    monkeypatch.setattr(network, "MOST_SHARED", 1)
    one, two, three = networks.organisations(3)
    networks.project("Old", one, two)
    networks.project("New", one, three)

    response = client.get("/en/ecosystem/")

    told = {
        row["organisation"]: [each.organisation for each in row["partners"]]
        for row in response.context["rows"]
    }
    assert told == {one: [three], three: [one]}


@pytest.mark.parametrize("at_once", [1, 2, 100])
def test_network_is_the_same_however_many_are_looked_at_together(monkeypatch, at_once):
    one, two, three = networks.organisations(3)
    made = [networks.project(f"Project {n}", one, *[two, three][: n % 3]) for n in range(7)]
    monkeypatch.setattr(network, "AT_ONCE", at_once)
    monkeypatch.setattr(network, "MOST_SHARED", 3)

    few = network.ties(organisations=Organisation.objects.filter(pk=three.pk))
    many = network.ties()

    assert [each.key for each in few.found] == [made[5].pk, made[2].pk]
    assert [each.key for each in many.found] == [made[n].pk for n in (5, 4, 2)]
    assert (few.is_whole, many.is_whole) == (True, False)


@pytest.fixture
def too_much(monkeypatch):
    """Two old projects with a theme, one with another one, and more new ones than are counted."""
    monkeypatch.setattr(counting, "MOST", 4)
    monkeypatch.setattr(network, "MOST_SHARED", 2)
    health, rare = (factories.ThemeFactory(code=code) for code in ("sante", "rare"))
    startup = factories.OrganisationFactory(name="Startup", kind="startup")
    other = factories.OrganisationFactory(name="Other", kind="company")
    for name, theme in (("Old", health), ("Older", health), ("Rare", rare)):
        networks.project(name, startup, other, themes=[theme])
    people = networks.organisations(10, kind="network")
    for place in range(5):
        pair = people[2 * place : 2 * place + 2]
        networks.project(f"New {place}", *pair, themes=[health] if place == 3 else [])


@pytest.mark.parametrize(
    ("query", "titles", "n", "whole"),
    [
        ("", ["New 4", "New 3"], 2, False),
        # Of a theme, and of a kind, what was published last is looked at,
        ("theme=sante", ["New 3"], 4, False),
        ("kind=network", ["New 4", "New 3"], 2, False),
        # and everything, where nothing of it was published last.
        ("theme=rare", ["Rare"], 0, True),
        ("kind=startup", ["Rare", "Older"], 2, False),
        ("theme=rare&kind=startup", ["Rare"], 0, True),
    ],
)
def test_network_of_too_much_is_that_of_the_last_or_of_all(
    client, too_much, query, titles, n, whole
):
    page = client.get(f"/en/ecosystem/?{query}")
    file = client.get(f"/en/ecosystem/network.json?{query}").json()

    assert [each["title"]["en"] for each in file["shared"]] == titles
    assert (file["whole"], page.context["figure"].network.is_whole) == (whole, whole)
    if n and page.context["rows"]:
        assert f"the last {n} projects and the last {n} events" in page.content.decode()


@pytest.mark.parametrize(("drawn", "titles"), [(1, ["Latest"]), (2, ["Latest", "Later"])])
def test_of_too_much_what_is_known_of_a_kind_is_enough_to_draw_and_not_for_files(
    client, too_much, monkeypatch, drawn, titles
):
    monkeypatch.setattr("events.filters.MOST_ARCADES", drawn)
    startups, companies = (networks.organisations(2, kind=kind) for kind in ("startup", "company"))
    for title, pair in (("Later", startups), ("Between", companies), ("Latest", startups)):
        networks.project(title, *pair)

    page = client.get("/en/ecosystem/?kind=startup")
    file = client.get("/en/ecosystem/network.json?kind=startup").json()

    assert [each.title for each in page.context["figure"].shared] == titles
    assert [each["title"]["en"] for each in file["shared"]] == ["Latest", "Later"]


def test_a_month_of_too_many_events_has_its_list_without_the_grid(client, monkeypatch):
    monkeypatch.setattr(months, "MOST_IN_GRID", 1)
    now = timezone.localtime()
    for _each in range(2):
        factories.EventFactory(starts_at=now, ends_at=None)

    text = client.get(f"/en/events/{now:%Y/%m}/").content.decode()

    assert "The days of a month are drawn up to 1 events" in text
    assert '<table class="month">' not in text
    assert text.count('class="row-title"') == Event.objects.count()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_figures_of_very_much_are_counted_once_and_say_when(
    client, monkeypatch, settings, tmp_path, django_assert_num_queries, language
):
    settings.DATA_DIR = tmp_path
    factories.OrganisationFactory(kind="startup")
    monkeypatch.setattr(counting, "MOST", 0)
    path = {"fr": "/fr/chiffres-cles/", "en": "/en/key-figures/"}[language]
    before = client.get(path).content.decode()

    call_command("count_figures", verbosity=0)
    factories.OrganisationFactory(kind="company")
    with django_assert_num_queries(0):
        after = client.get(path).content.decode()

    said = {"fr": "une fois par jour, la nuit", "en": "once a day, at night"}[language]
    assert said not in before
    assert said in after
    assert before.count("<rect") == after.count("<rect")


def test_figures_of_little_are_counted_as_they_are_asked_for(settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    factories.OrganisationFactory()
    with monkeypatch.context() as patch:
        patch.setattr(counting, "MOST", 0)
        assert counted_figures.count()
    assert counted_figures.kept()

    assert not counted_figures.count()

    assert counted_figures.kept() is None


# --- The agenda -----------------------------------------------------------------------------------


@pytest.mark.parametrize("query", [{}, {"q": "rencontre"}])
def test_a_long_agenda_has_what_is_to_come_in_order_and_what_has_no_date_last(
    client, most, query, django_assert_max_num_queries
):
    now = timezone.now()
    day = datetime.timedelta(days=1)
    # What goes on began before what is over did.
    factories.EventFactory(title_fr="Rencontre 00", starts_at=now - 90 * day, ends_at=now + day)
    factories.EventFactory(title_fr="Rencontre finie", starts_at=now - 9 * day)
    for place in reversed(range(1, 30)):
        factories.EventFactory(title_fr=f"Rencontre {place:02}", starts_at=now + place * day)
    for place in range(30, 50):
        factories.EventFactory(title_fr=f"Rencontre {place:02}", starts_at=None, period_fr="en mai")

    found = []
    for number in (1, 2):
        with django_assert_max_num_queries(5):
            answer = client.get("/fr/agenda/", query | {"page": number}, follow=True)
        found += re.findall(r'class="row-title"><a [^>]+>([^<]+)</a>', answer.content.decode())

    assert found == [f"Rencontre {place:02}" for place in range(40)]


# --- What was not met -----------------------------------------------------------------------------


def test_a_chosen_partner_that_was_not_counted_is_not_said_to_have_nothing(client, monkeypatch):
    often, once = networks.organisations(2)
    for number in range(3):
        networks.project(f"Souvent {number}", often)
    networks.project("Une fois", once)
    monkeypatch.setattr(PartnerFacet, "most", 1)

    text = client.get("/fr/projets/", {"partner": once.slug}).content.decode()

    assert f"{once.name}</label>" in text
    assert f"{often.name} (3)</label>" in text


def test_who_is_withdrawn_while_the_network_is_made_is_left_out():
    first, second, third = networks.organisations(3)
    networks.project("À trois", first, second, third)
    networks.project("À deux", first, third)
    found = network.Network(network.ties()).read()
    Organisation.objects.filter(pk=third.pk).update(
        status=Status.WITHDRAWN, withdrawn_at=timezone.now()
    )

    figure = ecosystem.Figure(found)

    assert [(edge.source, edge.target) for edge in found.edges] == [(first, second)]
    assert [arcade.points for arcade in figure.arcades] == [[first.pk, second.pk]]
    assert all(drawing.storeys for drawing in figure.drawings)
    shared = ecosystem.as_json(found)["shared"]
    assert [each["organisations"] for each in shared] == [[first.slug], [first.slug, second.slug]]
    assert b"<edge " in ecosystem.as_graphml(found)
