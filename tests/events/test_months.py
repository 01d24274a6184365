"""Months of the agenda: their list, the grid of their days, and the ways from one to another."""

import datetime
import re
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from django.utils.translation import override

from events.models import Event
from events.views.months import Month, by_month
from tests import factories
from tests.events.pages import address, body, data, links, moment, rows

pytestmark = pytest.mark.django_db


def test_events_stand_under_the_month_they_start_in_where_they_take_place():
    tokyo = ZoneInfo("Asia/Tokyo")
    make = factories.EventFactory
    # Already April in Tokyo while it is still March in Montpellier.
    april = make(starts_at=moment(2027, 4, 1, 2, zone=tokyo), timezone="Asia/Tokyo")
    march = make(starts_at=moment(2027, 3, 31, 20))
    undated = make(starts_at=None, period_en="autumn 2027")
    ordered = Event.objects.order_by("starts_at").exclude(pk=undated.pk)
    assert list(ordered) == [april, march]

    groups = by_month([*ordered, undated])

    assert [group.events for group in groups] == [[march], [april], [undated]]


def test_what_goes_on_stands_under_the_present_month():
    begun = factories.EventFactory(starts_at=moment(2027, 1, 5), ends_at=moment(2027, 6, 5))

    with override("fr"):
        (group,) = by_month([begun], not_before=datetime.date(2027, 3, 10))

    assert group.title == "Mars 2027"


def test_month_lists_what_takes_place_in_it(client):
    make = factories.EventFactory
    make(title_en="February", starts_at=moment(2027, 2, 28))
    make(title_en="Across", starts_at=moment(2027, 2, 27), ends_at=moment(2027, 3, 1))
    make(title_en="March", starts_at=moment(2027, 3, 31, 23))
    make(title_en="April", starts_at=moment(2027, 4, 1, 0))
    make(title_en="Withdrawn", starts_at=moment(2027, 3, 5), withdrawn=True)

    response = client.get("/en/events/2027/03/")

    assert rows(response) == ["Across", "March"]
    assert "March 2027: 2 events" in body(response)
    assert 'rel="prev" href="/en/events/2027/02/"' in body(response)
    assert 'rel="next" href="/en/events/2027/04/"' in body(response)


def test_month_keeps_the_filters_on_the_way_to_others(client):
    health = factories.ThemeFactory(code="sante")
    factories.EventFactory(starts_at=moment(2028, 1, 5), themes=[health])

    response = client.get("/en/events/2027/12/", {"theme": "sante"})

    assert 'rel="next" href="/en/events/2028/01/?theme=sante"' in body(response)
    assert 'href="/en/events/?theme=sante&amp;view=past"' in body(response)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("2027/03/", 200),
        ("2000/01/", 200),
        ("2099/12/", 200),
        ("1999/12/", 404),
        ("2100/01/", 404),
        ("2027/13/", 404),
        ("2027/00/", 404),
        ("2027/3/", 404),
        ("2027/", 404),
    ],
)
def test_month_has_an_address_in_this_century(client, path, status):
    assert client.get(f"/en/events/{path}").status_code == status


def test_months_end_where_the_agenda_does(client):
    assert 'rel="prev"' not in body(client.get("/en/events/2000/01/"))
    assert 'rel="next"' not in body(client.get("/en/events/2099/12/"))


# --- What it says of itself -----------------------------------------------------------------------


def test_month_says_which_one_it_is(client):
    factories.EventFactory(title_en="March", title_fr="Mars", starts_at=moment(2027, 3, 5))

    english, french = client.get("/en/events/2027/03/"), client.get("/fr/agenda/2027/03/")

    site = "– IA Montpellier Méditerranée</title>"
    assert f"<title>Events, March 2027: 1 event {site}" in body(english)
    assert f"<title>Agenda, mars 2027\u00a0: 1\u00a0événement {site}" in body(french)
    assert links(english, "canonical") == ["http://testserver/en/events/2027/03/"]
    assert links(english, "alternate") == [
        "fr http://testserver/fr/agenda/2027/03/",
        "en http://testserver/en/events/2027/03/",
        "x-default http://testserver/fr/agenda/2027/03/",
    ]
    told = data(english, "CollectionPage")
    assert told["name"] == "Events, March 2027"
    assert told["url"] == "http://testserver/en/events/2027/03/"
    assert [item["name"] for item in told["mainEntity"]["itemListElement"]] == ["March"]
    assert [step["name"] for step in data(english, "BreadcrumbList")["itemListElement"]] == [
        "Home",
        "Events",
        "March 2027",
    ]


def test_month_has_its_table_and_filters(client):
    health = factories.ThemeFactory(code="sante")
    factories.EventFactory(title_en="Kept", starts_at=moment(2027, 3, 5), themes=[health])
    factories.EventFactory(title_en="Left", starts_at=moment(2027, 3, 6))

    response = client.get("/en/events/2027/03/?theme=sante")
    table = client.get("/en/events/2027/03/events.csv?theme=sante")

    assert rows(response) == ["Kept"]
    assert 'href="/en/events/2027/03/events.csv?theme=sante"' in body(response)
    assert table["Content-Disposition"] == 'attachment; filename="events-2027-03.csv"'
    assert [line.split(",")[2] for line in body(table).splitlines()] == ["Title (English)", "Kept"]


# --- The grid -------------------------------------------------------------------------------------


def grid(response) -> dict[int, tuple[str, str]]:
    """The days of the grid on which something takes place: how many events, and where they stand."""
    table = body(response).split('<table class="month">')[1].split("</table>")[0]
    cells = re.findall(r'<td[^>]*>(\d+) <a href="([^"]*)" aria-label="[^"]*">(\d+)</a>', table)
    return {int(day): (number, url) for day, url, number in cells}


def test_grid_counts_events_on_each_day_and_leads_to_them(client):
    make = factories.EventFactory
    across = make(starts_at=moment(2027, 2, 27), ends_at=moment(2027, 3, 2))
    first = make(starts_at=moment(2027, 3, 2, 9))
    second = make(starts_at=moment(2027, 3, 2, 15))
    night = make(starts_at=moment(2027, 3, 9, 20), ends_at=moment(2027, 3, 10, 0))
    days = make(starts_at=moment(2027, 3, 30, 0), ends_at=moment(2027, 4, 2, 0), all_day=True)
    make(starts_at=moment(2027, 3, 20), period_en="spring 2027")
    make(starts_at=moment(2027, 3, 21), withdrawn=True)

    found = grid(client.get("/en/events/2027/03/"))

    assert found == {
        1: ("1", f"#event-{across.pk}"),
        2: ("3", f"#event-{first.pk}"),
        9: ("1", f"#event-{night.pk}"),
        30: ("1", f"#event-{days.pk}"),
        31: ("1", f"#event-{days.pk}"),
    }
    page = body(client.get("/en/events/2027/03/"))
    for event in (across, first, second, night, days):
        assert f'<li class="row row-event" id="event-{event.pk}">' in page


def test_grid_leads_to_the_page_of_the_list_on_which_a_day_stands(client):
    for day in range(1, 13):
        factories.EventFactory(starts_at=moment(2027, 3, day), price=0)

    one = client.get("/en/events/2027/03/?price=free")
    two = client.get("/en/events/2027/03/?price=free&page=2")

    first, tenth = Event.objects.order_by("starts_at")[0], Event.objects.order_by("starts_at")[9]
    assert len(rows(one)) + len(rows(two)) == 12
    assert grid(one)[1] == ("1", f"#event-{first.pk}")
    assert grid(one)[10] == ("1", f"/en/events/2027/03/?price=free&amp;page=2#event-{tenth.pk}")
    assert grid(two)[1] == ("1", f"/en/events/2027/03/?price=free#event-{first.pk}")
    assert grid(two)[10] == ("1", f"#event-{tenth.pk}")


def test_grid_says_its_days_in_words(client):
    factories.EventFactory(starts_at=moment(2027, 3, 4))
    factories.EventFactory(starts_at=moment(2027, 3, 4))

    english, french = client.get("/en/events/2027/03/"), client.get("/fr/agenda/2027/03/")

    assert 'aria-label="2 events on Thursday 4 March 2027">2</a>' in body(english)
    assert 'aria-label="2 événements le jeudi 4 mars 2027">2</a>' in body(french)
    assert '<th scope="col" aria-label="Monday">Mon</th>' in body(english)
    assert '<th scope="col" aria-label="lundi">lun</th>' in body(french)


def test_grid_marks_today(client):
    today = timezone.localdate()
    factories.EventFactory(starts_at=timezone.now())

    page = body(client.get(address("event-month", today.year, today.month)))

    assert re.findall(r'<td aria-current="date">(\d+)', page) == [str(today.day)]


@pytest.mark.parametrize(
    ("year", "month", "blank", "weeks"),
    [(2027, 2, (0, 0), 4), (2027, 3, (0, 4), 5), (2027, 8, (6, 5), 6)],
)
def test_grid_has_whole_weeks(year, month, blank, weeks):
    found = Month(datetime.date(year, month, 1), []).weeks(str)

    widths = [sum(1 + cell.blank_before + cell.blank_after for cell in week) for week in found]
    assert widths == [7] * weeks
    assert (found[0][0].blank_before, found[-1][-1].blank_after) == blank


# --- How far it goes ------------------------------------------------------------------------------


def around(response) -> tuple[str, str]:
    """Where the ways to the months before and after lead."""
    text = body(response)
    return tuple(
        found.group(1) if (found := re.search(rf'rel="{rel}" href="([^"]+)"', text)) else ""
        for rel in ("prev", "next")
    )


@pytest.mark.parametrize(
    ("path", "before", "after", "listed"),
    [
        ("2098/11/", "2098/10/", "2098/12/", True),
        ("2098/12/", "2098/11/", "2099/01/", False),
        ("2099/02/", "2099/01/", "", True),
        # Beyond, the one way is back to where something takes place.
        ("2099/03/", "2099/02/", "", False),
        ("2099/11/", "2099/02/", "", False),
        ("2001/01/", "", "2010/05/", False),
        ("2010/05/", "", "2010/06/", True),
    ],
)
def test_ways_from_month_to_month_end_where_nothing_takes_place(
    client, path, before, after, listed
):
    make = factories.EventFactory
    make(starts_at=moment(2010, 5, 31))
    make(starts_at=moment(2098, 11, 5))
    make(starts_at=moment(2099, 1, 20), ends_at=moment(2099, 2, 3))
    make(starts_at=moment(2099, 9, 1), withdrawn=True)

    response = client.get(f"/en/events/{path}")

    prefixed = tuple(f"/en/events/{way}" if way else "" for way in (before, after))
    assert around(response) == prefixed
    assert ('content="noindex, follow"' in body(response)) == (not listed)


def test_months_without_any_event_lead_nowhere(client):
    today = timezone.localdate()

    here = client.get(address("event-month", today.year, today.month))
    far = client.get("/en/events/2060/07/")

    assert around(here) == ("", "")
    assert around(far) == (address("event-month", today.year, today.month), "")
    assert "noindex" in body(here)


def test_empty_month_leads_to_the_nearest_ones_with_something(client):
    health = factories.ThemeFactory(code="sante")
    for start in (moment(2098, 2, 5), moment(2098, 7, 5), moment(2098, 11, 5)):
        factories.EventFactory(starts_at=start, themes=[health])
    factories.EventFactory(starts_at=moment(2098, 6, 1))

    response = client.get("/en/events/2098/05/?theme=sante")

    text = body(response)
    assert "No event matches these filters." in text
    assert '<a href="/en/events/2098/02/?theme=sante">Go to February 2098</a>' in text
    assert '<a href="/en/events/2098/07/?theme=sante">Go to July 2098</a>' in text
    assert "noindex" in text
    assert '<table class="month">' not in text
    assert "No event is known in this month." in body(client.get("/en/events/2098/05/"))
