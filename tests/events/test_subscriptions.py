"""Calendars and feeds of the agenda, of an organisation and of one event, as programs ask for them."""

import datetime
import re
from xml.etree import ElementTree

import icalendar
import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from events.models import Event
from events.views import subscriptions
from portal.lifecycle import kinds, review
from portal.models import FormerSlug
from tests import factories
from tests.events.pages import address, body, rows

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def now():
    return timezone.now().replace(second=0, microsecond=0)


@pytest.fixture
def agenda(now, organisation):
    """What is over, what goes on, what comes, and what must not be seen."""
    health = factories.ThemeFactory(code="sante", name_en="Health", name_fr="Santé")
    lattes = factories.CommuneFactory(code="lattes", name="Lattes")
    make = factories.EventFactory
    make(title_en="Long over", starts_at=now - 400 * DAY, themes=[health])
    make(title_en="Over", starts_at=now - 10 * DAY, ends_at=now - 9 * DAY, themes=[health])
    make(title_en="Going on", starts_at=now - DAY, ends_at=now + DAY, kind="forum")
    make(
        title_en="Online",
        starts_at=now + 2 * DAY,
        online_url="https://example.org/room",
        price=0,
        themes=[health],
        organisation=organisation,
    )
    make(title_en="Paid", starts_at=now + 3 * DAY, price=12, commune=lattes)
    make(title_en="One day", starts_at=None, period_en="autumn 2099", organisation=organisation)
    make(title_en="Withdrawn", starts_at=now + DAY, withdrawn=True, organisation=organisation)


def calendar(response) -> list[str]:
    """The titles of the entries of a calendar, in their order."""
    found = icalendar.Calendar.from_ical(response.content).walk("VEVENT")
    return [str(entry["SUMMARY"]) for entry in found]


def feed(response):
    """A feed, as a reader parses it."""
    return ElementTree.fromstring(response.content)


def titles(response) -> list[str]:
    """The titles of the entries of a feed, in their order."""
    return [found.text or "" for found in feed(response).findall("a:entry/a:title", ATOM)]


# --- The agenda -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "dated", "undated"),
    [
        ("", ["Over", "Going on", "Online", "Paid"], ["One day"]),
        ("theme=sante", ["Over", "Online"], []),
        ("theme=sante&view=past", ["Over"], []),
        ("view=past", ["Over"], []),
        ("kind=forum", ["Going on"], []),
        ("city=lattes", ["Paid"], []),
        ("online=yes", ["Online"], []),
        ("price=free", ["Online"], []),
        ("q=health", ["Over", "Online"], []),
        ("q=health&price=free", ["Online"], []),
        ("sort=date", ["Over", "Going on", "Online", "Paid"], ["One day"]),
        ("theme=", ["Over", "Going on", "Online", "Paid"], ["One day"]),
        ("price=free&city=lattes", [], []),
    ],
)
def test_calendar_and_feed_are_filtered_as_the_page(client, agenda, query, dated, undated):
    entries = calendar(client.get(f"{address('event-calendar')}?{query}"))
    told = titles(client.get(f"{address('event-feed')}?{query}"))

    assert entries == dated
    assert sorted(told) == sorted(dated + undated)


def test_calendar_is_narrowed_to_days(client, agenda, now):
    day = (timezone.localtime(now) + 2 * DAY).date().isoformat()

    response = client.get(address("event-calendar"), {"from": day, "to": day})

    assert calendar(response) == ["Online"]


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("colour=red", "There is no filter called “colour”."),
        ("page=2", "There is no filter called “page”."),
        ("view=month", "There is no filter called “view”."),
        ("theme=nothing", "Theme: “nothing” is not one of the choices."),
        ("sort=price", "Order: “price” is not one of the choices: choose one that is offered."),
        ("from=yesterday", "From: Give a date that exists, such as 2026-02-17."),
        ("utm_source=x", "There is no filter called “utm_source”."),
    ],
)
@pytest.mark.parametrize(
    "name", ["event-calendar", "event-feed", "event-table", "organisation-feed"]
)
def test_what_is_not_understood_is_refused_in_words(client, organisation, name, query, reason):
    url = address(name, *([organisation.slug] if name == "organisation-feed" else []))

    response = client.get(f"{url}?{query}")

    assert response.status_code == 400
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode().splitlines() == [
        "This address asks for something that does not exist:",
        f"- {reason}",
    ]


def test_refusal_speaks_the_language_of_the_address(client):
    response = client.get(address("event-calendar", language="fr"), {"colour": "red"})

    assert "- Il n’y a pas de filtre nommé «\u00a0colour\u00a0».\n" in response.content.decode()


def test_calendar_says_what_it_is(client, agenda):
    response = client.get(address("event-calendar"), {"theme": "sante"})

    found = icalendar.Calendar.from_ical(response.content)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="events.ics"'
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Link"].endswith('rel="license"')
    name = "Events (Theme: Health) – IA Montpellier Méditerranée"
    assert found["NAME"] == found["X-WR-CALNAME"] == name
    assert found["URL"] == "http://testserver/en/events/?theme=sante"
    assert found["SOURCE"] == "http://testserver/en/events/calendar.ics?theme=sante"
    assert found["REFRESH-INTERVAL"].dt == datetime.timedelta(hours=6)
    assert "METHOD" not in found


def test_feed_says_what_it_is_and_what_each_event_is(client, organisation, now):
    theme = factories.ThemeFactory(code="sante", name_fr="Santé")
    event = factories.EventFactory(
        organisation=organisation,
        title_fr="Un titre <b>",
        title_en="A title",
        summary_fr="",
        summary_en="Only <i>English</i>.",
        outcome="cancelled",
        themes=[theme],
    )

    response = client.get(address("event-feed", language="fr"), {"theme": "sante"})

    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = feed(response)
    base = "http://testserver/fr/agenda/"
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "fr"
    assert root.findtext("a:id", namespaces=ATOM) == f"{base}flux.atom?theme=sante"
    assert {link.get("rel"): link.get("href") for link in root.findall("a:link", ATOM)} == {
        "alternate": f"{base}?theme=sante",
        "self": f"{base}flux.atom?theme=sante",
    }
    assert root.findtext("a:author/a:name", namespaces=ATOM) == "IA Montpellier Méditerranée"
    (entry,) = root.findall("a:entry", ATOM)
    assert entry.findtext("a:id", namespaces=ATOM) == f"tag:testserver,2025:event-{event.pk}"
    assert entry.findtext("a:title", namespaces=ATOM) == "Un titre <b>"
    assert entry.find("a:link", ATOM).get("href") == f"{base}{event.slug_fr}/"
    assert [found.get("term") for found in entry.findall("a:category", ATOM)] == ["Santé"]
    summary = entry.findtext("a:summary", namespaces=ATOM)
    assert re.sub(r"<time[^>]*>.*</time>", "DATE", summary) == (
        '<div lang="fr"><p><strong>Annulé</strong> · Rencontre · DATE · Laboratoire des arches</p>'
        '<p><span lang="en">Only &lt;i&gt;English&lt;/i&gt;.</span></p></div>'
    )


def test_entry_of_the_feed_says_that_it_is_in_the_other_language(client):
    factories.EventFactory(title_fr="Un titre", title_en="")

    root = feed(client.get(address("event-feed")))

    (entry,) = root.findall("a:entry", ATOM)
    assert entry.get("{http://www.w3.org/XML/1998/namespace}lang") == "fr"


def test_feed_of_hostile_texts_is_one_that_readers_parse(client):
    hostile = "<script>]]>&\x00\x0b\x1b\u2028\ufffe\x85\r\n</title><entry/>"
    event = factories.EventFactory(
        organisation=factories.OrganisationFactory(name="O"), themes=[factories.ThemeFactory()]
    )
    # As they could stand in the database of another program, or before a rule was made.
    texts = hostile.replace("\x00", "")  # PostgreSQL takes no NUL
    Event.objects.filter(pk=event.pk).update(title_en=texts, summary_en=texts, place=texts)
    event.themes.update(name_en=texts)

    root = feed(client.get(address("event-feed")))

    (entry,) = root.findall("a:entry", ATOM)
    assert entry.findtext("a:title", namespaces=ATOM) == "<script>]]>& </title><entry/>"
    assert "<script>" not in entry.findtext("a:summary", namespaces=ATOM)
    assert entry.find("a:category", ATOM).get("term") == "<script>]]>& </title><entry/>"


def test_feed_begins_with_what_changed_last(client, now):
    for title, changed in (("First", 3), ("Second", 1), ("Third", 2)):
        event = factories.EventFactory(title_en=title)
        Event.objects.filter(pk=event.pk).update(updated_at=now - changed * DAY)

    assert titles(client.get(address("event-feed"))) == ["Second", "Third", "First"]


def test_calendar_and_feed_are_bounded(client, now, monkeypatch):
    monkeypatch.setattr(subscriptions, "MOST_EVENTS", 3)
    monkeypatch.setattr(subscriptions, "MOST_ENTRIES", 2)
    for days in (-20, -2, 1, 30):
        factories.EventFactory(title_en=f"{days}", starts_at=now + days * DAY)

    entries = calendar(client.get(address("event-calendar")))

    # What is to come first, then what was over last.
    assert entries == ["-2", "1", "30"]
    assert len(titles(client.get(address("event-feed")))) == 2


# --- What becomes of an event ---------------------------------------------------------------------


def test_entry_follows_its_event_to_the_end(client, alice, dana, fay, organisation, now):
    event = factories.EventFactory(
        organisation=organisation, title_en="Old name", starts_at=now + 5 * DAY
    )
    kind = kinds.of(event)

    def entry():
        found = icalendar.Calendar.from_ical(client.get(address("event-calendar")).content)
        return [
            (str(each["UID"]), each["SEQUENCE"], str(each["SUMMARY"]), str(each["STATUS"]))
            for each in found.walk("VEVENT")
        ]

    def edited(**values):
        live = Event.objects.get(pk=event.pk)
        held = review.save(kind, kind.content.read(live) | values, by=alice, target=live)
        waiting = review.submit(held, by=alice)
        before = entry()
        review.publish(waiting, by=dana)
        return before

    name = f"event-{event.pk}@testserver"
    assert entry() == [(name, 1, "Old name", "CONFIRMED")]
    # An edit under review changes nothing.
    assert edited(title_en="New name") == [(name, 1, "Old name", "CONFIRMED")]
    live = Event.objects.get(pk=event.pk)
    with review.direct_edit(live, by=fay, message="Adresse"):
        live.slug_en = "another-address"
        live.save()
    assert entry() == [(name, 3, "New name", "CONFIRMED")]
    edited(outcome="cancelled")
    assert entry() == [(name, 4, "Cancelled: New name", "CANCELLED")]
    live = Event.objects.get(pk=event.pk)
    review.withdraw(live, by=dana, message="Retiré.")
    assert entry() == []


# --- One organisation -----------------------------------------------------------------------------


def test_organisation_has_a_calendar_of_what_it_agreed_to(client, agenda, organisation, now):
    asked = factories.EventFactory(title_en="Asked", starts_at=now + 9 * DAY)
    asked.organisers.create(organisation=organisation, asked_at=now)
    agreed = factories.EventFactory(title_en="Agreed", starts_at=now + 8 * DAY)
    agreed.organisers.create(organisation=organisation, agreed_at=now)

    response = client.get(address("organisation-calendar", organisation.slug))
    filtered = client.get(address("organisation-feed", organisation.slug), {"price": "free"})

    assert calendar(response) == ["Online", "Agreed"]
    found = icalendar.Calendar.from_ical(response.content)
    assert found["NAME"] == "Laboratoire des arches – Events – IA Montpellier Méditerranée"
    assert found["URL"] == "http://testserver/en/directory/laboratoire-des-arches/"
    assert titles(filtered) == ["Online"]
    assert titles(client.get(address("organisation-feed", organisation.slug)))[0] == "Agreed"


@pytest.mark.parametrize("name", ["organisation-calendar", "organisation-feed"])
def test_calendar_moves_and_goes_with_its_organisation(client, dana, organisation, name):
    FormerSlug.objects.create(target=organisation, slug="old-name")

    moved = client.get(address(name, "old-name"))
    review.withdraw(organisation, by=dana, message="Partie")
    gone = client.get(address(name, organisation.slug))

    assert (moved.status_code, moved.url) == (301, address(name, organisation.slug))
    assert gone.status_code == 410
    assert client.get(address(name, "nobody")).status_code == 404


def test_page_of_an_organisation_says_how_to_subscribe(client, agenda, organisation, elsewhere):
    with override("en"):
        page = body(client.get(organisation.get_absolute_url()))
        other = body(client.get(elsewhere.get_absolute_url()))

    url = "testserver/en/directory/laboratoire-des-arches"
    assert f'href="webcal://{url}/calendar.ics"' in page
    assert '<link rel="alternate" type="text/calendar" title="Laboratoire des arches' in page
    assert page.count("<summary>Subscribe to these events") == 1
    # It has no event: there is nothing to follow.
    assert "calendar.ics" not in other


# --- One event ------------------------------------------------------------------------------------


def test_event_is_a_file_for_ones_own_calendar(client, organisation, now):
    event = factories.EventFactory(title_fr="Été : l’IA", title_en="Summer: AI")

    page = client.get(address("event-detail", event.slug_en))
    response = client.get(address("event-file", event.slug_en))
    french = client.get(address("event-file", event.slug_fr, language="fr"))

    assert 'href="/en/events/summer-ai/event.ics"' in body(page)
    assert "Add to my calendar (.ics)" in body(page)
    assert calendar(response) == ["Summer: AI"]
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="summer-ai.ics"'
    assert calendar(french) == ["Été : l’IA"]
    assert french["Content-Disposition"] == 'attachment; filename="ete-l-ia.ics"'


def test_file_moves_and_goes_with_its_event(client, dana):
    event = factories.EventFactory(title_fr="Un titre", title_en="A title")

    moved = client.get(address("event-file", "un-titre"))
    review.withdraw(event, by=dana, message="Retiré.")

    assert (moved.status_code, moved.url) == (301, "/en/events/a-title/event.ics")
    assert client.get(address("event-file", "a-title")).status_code == 410
    assert client.get(address("event-file", "nothing")).status_code == 404


@pytest.mark.parametrize(
    ("event", "file", "offered"),
    [
        ({}, 200, True),
        ({"outcome": "cancelled"}, 200, False),
        ({"outcome": "postponed"}, 200, True),
        ({"starts_at": datetime.datetime(2020, 3, 4, tzinfo=datetime.UTC)}, 200, False),
        ({"starts_at": None, "period_en": "autumn 2099"}, 404, False),
    ],
)
def test_page_offers_the_file_of_what_one_may_go_to(client, event, file, offered):
    found = factories.EventFactory(**event)

    page = body(client.get(address("event-detail", found.slug_en)))

    assert client.get(address("event-file", found.slug_en)).status_code == file
    assert ("Add to my calendar" in page) == offered
    assert ('rel="alternate" type="text/calendar"' in page) == (file == 200)


def test_preview_of_an_event_offers_no_file(client, alice, organisation, tomorrow):
    kind = kinds.named("event")
    values = kind.content.blank | {
        "title_en": "To come",
        "kind": "workshop",
        "starts_at": tomorrow.isoformat(),
    }
    draft = review.save(kind, values, by=alice, organisation=organisation)
    client.force_login(alice)

    with override("en"):
        page = body(client.get(reverse("members:submission-preview", args=[draft.pk])))

    assert "<h1>To come</h1>" in page
    assert ".ics" not in page


# --- How pages lead there -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/en/events/", ""),
        ("/en/events/", "?theme=sante&amp;price=free"),
        ("/en/events/2027/03/", "?theme=sante"),
    ],
)
def test_agenda_says_how_to_subscribe_to_what_it_shows(client, agenda, path, query):
    page = body(client.get(path + query.replace("&amp;", "&")))

    found = re.findall(r'<link rel="alternate" type="([^"]+)" title="[^"]+" href="([^"]+)"', page)
    assert found == [
        ("text/calendar", f"http://testserver/en/events/calendar.ics{query}"),
        ("application/atom+xml", f"http://testserver/en/events/feed.atom{query}"),
    ]
    assert f'href="webcal://testserver/en/events/calendar.ics{query}"' in page
    assert f'value="http://testserver/en/events/calendar.ics{query}" readonly' in page
    assert f'href="/en/events/feed.atom{query}"' in page
    # How much there is, is said.
    assert f"Up to {subscriptions.MOST_EVENTS} events with a date" in page
    assert f"the last {subscriptions.MOST_ENTRIES} changes" in page


def test_view_of_the_past_is_subscribed_to_like_any_other(client, agenda):
    page = body(client.get("/en/events/?theme=sante&view=past"))

    assert 'href="webcal://testserver/en/events/calendar.ics?theme=sante"' in page
    assert rows(client.get("/en/events/?theme=sante&view=past")) == ["Long over", "Over"][::-1]


# --- Asked again ----------------------------------------------------------------------------------

ADDRESSES = [
    ("event-calendar", ()),
    ("event-feed", ()),
    ("organisation-calendar", ("laboratoire-des-arches",)),
    ("organisation-feed", ("laboratoire-des-arches",)),
    ("event-file", ("meeting",)),
]


@pytest.fixture
def meeting(organisation, now):
    return factories.EventFactory(organisation=organisation, title_en="Meeting")


@pytest.mark.parametrize(("name", "arguments"), ADDRESSES)
def test_what_has_not_changed_is_not_sent_again(client, meeting, name, arguments):
    url = address(name, *arguments)

    first = client.get(url)
    by_mark = client.get(url, headers={"if-none-match": first["ETag"]})
    by_date = client.get(url, headers={"if-modified-since": first["Last-Modified"]})

    assert first["Cache-Control"] == "no-cache"
    assert first["Access-Control-Allow-Origin"] == "*"
    assert not first.cookies
    assert (by_mark.status_code, by_mark.content) == (304, b"")
    assert (by_date.status_code, by_date.content) == (304, b"")
    assert client.get(url)["ETag"] == first["ETag"]


@pytest.mark.parametrize(("name", "arguments"), ADDRESSES)
@pytest.mark.parametrize("change", ["title", "organiser", "theme"])
def test_what_has_changed_is_sent(client, meeting, name, arguments, change):
    url = address(name, *arguments)
    first = client.get(url)

    if change == "title":
        meeting.summary_en = "Another"
        meeting.save()
    elif change == "organiser":
        meeting.organisers.create(
            organisation=factories.OrganisationFactory(), agreed_at=timezone.now()
        )
    else:
        meeting.themes.add(factories.ThemeFactory())

    again = client.get(url, headers={"if-none-match": first["ETag"]})
    assert again.status_code == 200
    assert again["ETag"] != first["ETag"]


def test_what_is_gone_is_a_change_too(client, dana, meeting, now):
    url = address("event-calendar")
    Event.objects.update(updated_at=now - 2 * DAY)
    meeting.organisation.__class__.objects.update(updated_at=now - 2 * DAY)
    meeting.organisers.update(agreed_at=now - 2 * DAY)
    first = client.get(url)

    review.withdraw(Event.objects.get(), by=dana, message="Retiré.")

    for sent in (
        {"if-none-match": first["ETag"]},
        {"if-modified-since": first["Last-Modified"]},
    ):
        again = client.get(url, headers=sent)
        assert again.status_code == 200
        assert calendar(again) == []


def test_empty_feed_is_the_same_each_time(client):
    first, second = client.get(address("event-feed")), client.get(address("event-feed"))

    assert titles(first) == []
    assert first["ETag"] == second["ETag"]
    assert "Last-Modified" not in first


# --- What it costs --------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 3, 30])
@pytest.mark.parametrize(
    ("name", "arguments", "query", "queries"),
    [
        ("event-calendar", (), {}, 2),
        ("event-feed", (), {}, 2),
        ("event-feed", (), {"theme": "sante", "q": "meeting"}, 3),
        ("organisation-calendar", ("laboratoire-des-arches",), {}, 3),
        ("organisation-feed", ("laboratoire-des-arches",), {}, 3),
        ("event-file", ("meeting",), {}, 3),
    ],
)
def test_calendars_cost_the_same_however_long(
    client, django_assert_num_queries, meeting, number, name, arguments, query, queries
):
    theme = factories.ThemeFactory(code="sante")
    meeting.themes.add(theme)
    for _count in range(number):
        factories.EventFactory(
            organisation=meeting.organisation, themes=[theme], commune=factories.CommuneFactory()
        )

    with django_assert_num_queries(queries):
        response = client.get(address(name, *arguments), query)

    assert response.status_code == 200


@pytest.mark.threat("T15", "feeds")
def test_what_programs_keep_never_trusts_the_host_header(client, agenda, organisation, settings):
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    settings.BASE_URL = "https://portal.example"
    event = Event.objects.published().get(title_en="Online")
    asked = {
        "event-calendar": [],
        "event-feed": [],
        "event-table": [],
        "organisation-calendar": [organisation.slug],
        "organisation-feed": [organisation.slug],
        "event-file": [event.slug_for("en")],
    }

    for name, args in asked.items():
        told = body(client.get(address(name, *args), headers={"host": "other.example"}))
        assert "other.example" not in told, name
        assert "https://portal.example/en/" in told, name
