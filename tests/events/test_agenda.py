"""The agenda, its months, and the page of an event."""

import datetime
import io
import re
from zoneinfo import ZoneInfo

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from PIL import Image

from events.models import Event
from portal import storage
from portal.lifecycle import kinds, review
from portal.models import FormerSlug
from tests import factories
from tests.events.pages import address, body, chips, data, facts, links, moment, notices, rows

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


@pytest.fixture
def now():
    return timezone.now().replace(second=0, microsecond=0)


@pytest.fixture
def picture():
    """A public image, and its name."""
    out = io.BytesIO()
    Image.new("RGB", (8, 6), "red").save(out, "WEBP")
    return default_storage.save("images/arches.webp", ContentFile(out.getvalue()))


@pytest.fixture
def agenda(now, organisation):
    """What is over, what goes on, what comes, and what must not be seen."""
    health = factories.ThemeFactory(code="sante", name_en="Health", name_fr="Santé")
    lattes = factories.CommuneFactory(code="lattes", name="Lattes")
    make = factories.EventFactory
    make(title_en="Over", starts_at=now - 10 * DAY, ends_at=now - 9 * DAY, themes=[health])
    make(
        title_en="Going on", starts_at=now - DAY, ends_at=now + DAY, kind="forum", languages=["fr"]
    )
    make(
        title_en="Online",
        starts_at=now + 2 * DAY,
        online_url="https://example.org/room",
        price=0,
        languages=["fr", "en"],
        themes=[health],
    )
    make(title_en="Paid", starts_at=now + 3 * DAY, price=12, commune=lattes, languages=["en"])
    make(title_en="One day", starts_at=None, period_en="autumn 2099")
    make(title_en="Withdrawn", starts_at=now + DAY, withdrawn=True, themes=[health])


# --- Lists ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Going on", "Online", "Paid", "One day"]),
        ("view=past", ["Over"]),
        ("theme=sante", ["Online"]),
        ("view=past&theme=sante", ["Over"]),
        ("kind=forum", ["Going on"]),
        ("kind=forum&kind=meetup", ["Going on", "Online", "Paid", "One day"]),
        ("city=lattes", ["Paid"]),
        ("online=yes", ["Online"]),
        ("language=fr", ["Going on", "Online"]),
        ("language=fr&language=en", ["Going on", "Online", "Paid"]),
        ("price=free", ["Online"]),
        ("price=free&theme=sante&language=en&online=yes", ["Online"]),
        ("price=free&city=lattes", []),
        ("q=health", ["Online"]),
        ("q=sante", ["Online"]),
    ],
)
def test_agenda_is_filtered(client, agenda, query, expected):
    response = client.get(address("event-list") + (f"?{query}" if query else ""))

    assert response.status_code == 200
    assert rows(response) == expected


def test_agenda_is_narrowed_to_days(client, agenda, now):
    first = (timezone.localtime(now) + 2 * DAY).date()

    response = client.get(address("event-list"), {"from": first, "to": first})

    assert rows(response) == ["Online"]
    assert [chip.split(":")[0] for chip in chips(response)] == ["From", "Until"]


def test_agenda_says_what_it_lists(client, agenda):
    response = client.get(address("event-list"), {"theme": "sante"})

    assert "<title>Events: 1 upcoming event – IA Montpellier Méditerranée</title>" in body(response)
    assert chips(response) == ["Theme: Health"]
    assert links(response, "canonical") == ["http://testserver/en/events/?theme=sante"]


def test_agenda_leaves_out_what_it_does_not_understand_and_says_so(client, agenda):
    query = "theme=nothing&from=yesterday&view=upside-down&colour=red&price=free"

    response = client.get(f"{address('event-list')}?{query}")

    assert response.status_code == 200
    assert rows(response) == ["Online"]
    assert chips(response) == ["Price: Free"]
    (notice,) = notices(response)
    for said in ("“nothing”", "From:", "“view”", "“colour”"):
        assert said in notice
    assert "noindex" in body(response)


@pytest.mark.parametrize(
    "query",
    [
        {"q": "é" * 300},
        {"q": "🜁 ‮ <script>alert(1)</script>"},
        {"theme": "' OR 1=1 --"},
        {"from": "0001-01-01", "to": "9999-12-31"},
        {"from": "2027-02-30"},
        {"page": "1e3"},
        {"price": "-1"},
    ],
)
def test_agenda_survives_what_nobody_types(client, agenda, query):
    for name in ("event-list", "project-list"):
        response = client.get(address(name), query)

        assert response.status_code == 200
        assert "<script>alert" not in body(response)


@pytest.mark.parametrize("page", ["2", "999999"])
def test_agenda_has_no_page_beyond_its_last(client, agenda, page):
    assert client.get(address("event-list"), {"page": page}).status_code == 404


def test_agenda_refuses_a_null_character(client):
    assert client.get(f"{address('event-list')}?q=a%00b").status_code == 400


def test_agenda_goes_to_its_plain_address(client):
    response = client.get(f"{address('event-list')}?q=&theme=&page=1&price=free&utm_source=x")

    assert response.status_code == 302
    assert response.url == "/en/events/?price=free"


def test_agenda_is_cut_into_pages_of_twenty(client, now):
    for number in range(21):
        factories.EventFactory(title_en=f"Event {number:02}", starts_at=now + (number + 1) * DAY)

    first = client.get(address("event-list"))
    second = client.get(address("event-list"), {"page": 2})

    assert rows(first) == [f"Event {number:02}" for number in range(20)]
    assert rows(second) == ["Event 20"]
    assert "(page 2 of 2)" in body(second)


def test_empty_agenda_says_what_to_do(client, agenda):
    response = client.get(address("event-list"), {"price": "free", "city": "lattes"})

    text = body(response)
    assert "No event matches these filters." in text
    assert 'href="/en/events/?price=free"' in text
    assert 'href="/en/events/?city=lattes"' in text
    assert 'href="/en/events/?city=lattes&amp;price=free&amp;view=past"' in text


def test_agenda_without_events_is_no_dead_end(client):
    for url in (address("event-list"), f"{address('event-list')}?view=past"):
        response = client.get(url)

        assert response.status_code == 200
        assert "Propose an event" in body(response)


@pytest.mark.parametrize(
    ("event", "tag"),
    [
        ({}, ""),
        ({"registration_url": "https://example.org/"}, "Registration required"),
        ({"online_url": "https://example.org/"}, "Online"),
        ({"outcome": "cancelled", "registration_url": "https://example.org/"}, "Cancelled"),
        ({"outcome": "postponed"}, "Postponed"),
    ],
)
def test_row_has_one_tag(client, event, tag):
    factories.EventFactory(**event)

    row = body(client.get(address("event-list"))).split('<li class="row row-event">')[1]

    assert row.count('class="tag') == bool(tag)
    assert tag in row


def test_row_of_what_has_a_period_in_words_does_not_say_that_it_was_held(client, now):
    project = factories.ProjectFactory()
    meant = factories.EventFactory(
        starts_at=now - 10 * DAY,
        period_en="Spring",
        period_fr="Printemps",
        registration_url="https://example.org/",
    )
    meant.projects.add(project)

    row = body(client.get(address("project-detail", project.slug_en))).split("row-event")[1]

    # Nor that one may still register.
    assert 'class="tag"' not in row.split("</li>")[0]


def test_row_says_that_it_is_over_where_others_are_not(client, now, organisation):
    project = factories.ProjectFactory()
    over = factories.EventFactory(starts_at=now - 10 * DAY)
    over.projects.add(project)

    page = client.get(address("project-detail", project.slug_en))
    past = client.get(address("event-list"), {"view": "past"})

    assert '<span class="tag">Over</span>' in body(page)
    assert '<span class="tag">Over</span>' not in body(past)


def test_row_says_that_its_text_is_in_the_other_language(client):
    factories.EventFactory(title_fr="Un titre", title_en="", summary_en="")

    english = client.get(address("event-list"))
    french = client.get(address("event-list", language="fr"))

    assert "Event in French only" in body(english)
    assert 'lang="fr">Un titre' in body(english)
    assert "Event in French only" not in body(french)


# --- One event ------------------------------------------------------------------------------------


@pytest.fixture
def event(organisation):
    """An event of which everything is known."""
    event = factories.EventFactory(
        organisation=organisation,
        title_fr="Atelier sur les données",
        title_en="Workshop on data",
        description_en="## Programme\n\n- *welcome*",
        description_fr="## Programme",
        kind="workshop",
        starts_at=moment(2099, 3, 4, 14),
        ends_at=moment(2099, 3, 4, 17),
        place="Institut de Botanique",
        address="163 rue Auguste-Broussonnet",
        commune=factories.CommuneFactory(name="Montpellier"),
        languages=["fr", "en"],
        audience=["researchers", "startups"],
        price=0,
        registration_url="https://register.example.org/workshop?id=1",
        attendance=1200,
        attendance_qualifier="about",
    )
    event.themes.add(factories.ThemeFactory(code="sante", name_en="Health"))
    event.sources.add(factories.SourceFactory(title_en="An article", date="2025-02-17"))
    event.projects.add(factories.ProjectFactory(title_en="A project"))
    return event


def test_event_page_says_when_where_and_for_whom(client, event):
    response = client.get("/en/events/workshop-on-data/")

    assert response.status_code == 200
    assert facts(response) == {
        "When": "Wednesday 4 March 2099, from 2pm to 5pm",
        "Where": "Institut de Botanique, Montpellier | "
        "163 rue Auguste-Broussonnet – Directions (OpenStreetMap)",
        "Price": "Free",
        "Language spoken": "French, English",
        "For whom": "Researchers, startups",
        "Participants": "About 1,200 people",
        "Themes": "Health",
    }
    text = body(response)
    assert "<h1>Workshop on data</h1>" in text
    assert (
        'Workshop · <a href="/en/directory/laboratoire-des-arches/">Laboratoire des arches' in text
    )
    assert 'href="https://register.example.org/workshop?id=1" rel="nofollow noopener"' in text
    assert "Registration takes place on another site, register.example.org." in text
    assert "<h3>Programme</h3>" in text
    assert rows(response) == ["A project"]
    assert "An article" in text
    assert notices(response) == []


def test_event_page_tells_machines_the_same(client, event):
    told = data(client.get("/en/events/workshop-on-data/"), "Event")

    assert told == {
        "@type": "Event",
        "@id": "http://testserver/en/events/workshop-on-data/",
        "url": "http://testserver/en/events/workshop-on-data/",
        "name": "Workshop on data",
        "description": "A summary in English.",
        "keywords": ["Health"],
        "eventStatus": "https://schema.org/EventScheduled",
        "startDate": "2099-03-04T14:00+01:00",
        "endDate": "2099-03-04T17:00+01:00",
        "location": [
            {
                "@type": "Place",
                "name": "Institut de Botanique",
                "address": {
                    "@type": "PostalAddress",
                    "streetAddress": "163 rue Auguste-Broussonnet",
                    "addressLocality": "Montpellier",
                    "addressCountry": "FR",
                },
            }
        ],
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "isAccessibleForFree": True,
        "offers": {
            "@type": "Offer",
            "price": "0",
            "priceCurrency": "EUR",
            "url": "https://register.example.org/workshop?id=1",
        },
        "organizer": [
            {
                "@type": "Organization",
                "name": "Laboratoire des arches",
                "url": "http://testserver/en/directory/laboratoire-des-arches/",
            }
        ],
        "inLanguage": ["fr", "en"],
        "audience": [
            {"@type": "Audience", "audienceType": "Researchers"},
            {"@type": "Audience", "audienceType": "Startups"},
        ],
    }


def test_event_page_of_which_little_is_known_leaves_the_rest_out(client):
    factories.EventFactory(
        organisation=None, title_en="Bare", starts_at=None, period_en="autumn 2099", summary_en=""
    )

    response = client.get("/en/events/bare/")

    assert facts(response) == {"When": "autumn 2099"}
    assert "Programme to come" in body(response)
    told = data(response, "Event")
    assert {"startDate", "location", "offers", "organizer"}.isdisjoint(told)


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        ({"starts_at": moment(2099, 3, 4, 14)}, "Wednesday 4 March 2099, at 2pm"),
        ({"starts_at": moment(2099, 3, 4, 0), "all_day": True}, "Wednesday 4 March 2099"),
        (
            {
                "starts_at": moment(2099, 3, 4, 0),
                "ends_at": moment(2099, 3, 6, 0),
                "all_day": True,
            },
            "4 to 6 March 2099",
        ),
        (
            {"starts_at": moment(2099, 3, 4, 9), "ends_at": moment(2099, 3, 6, 18)},
            "4 March 2099 at 9am to 6 March 2099 at 6pm",
        ),
        (
            {"starts_at": moment(2099, 3, 4, 14), "online_url": "https://example.org/"},
            "Wednesday 4 March 2099, at 2pm (Paris time)",
        ),
        (
            {
                "starts_at": moment(2099, 3, 4, 14, zone=ZoneInfo("America/New_York")),
                "timezone": "America/New_York",
            },
            "Wednesday 4 March 2099, at 2pm (New York time) | In Montpellier: 4 March 2099 at 8pm",
        ),
        (
            {"starts_at": moment(2099, 3, 4, 0), "period_en": "March 2099", "all_day": True},
            "March 2099",
        ),
    ],
)
def test_event_page_says_its_dates_in_words(client, dates, words):
    event = factories.EventFactory(**dates)

    response = client.get(address("event-detail", event.slug_en))

    assert facts(response)["When"] == words


@pytest.mark.parametrize(
    ("state", "said", "status", "is_open"),
    [
        (
            {"outcome": "cancelled"},
            "This event is cancelled It will not take place.",
            "Cancelled",
            0,
        ),
        (
            {"outcome": "postponed"},
            "This event is postponed The date shown may be the one first planned: "
            "ask the organisers before you come.",
            "Postponed",
            1,
        ),
        ({"starts_at": moment(2020, 3, 4)}, "This event is over.", "Scheduled", 0),
        (
            {"outcome": "cancelled", "starts_at": moment(2020, 3, 4)},
            "This event is cancelled It did not take place.",
            "Cancelled",
            0,
        ),
    ],
)
def test_event_page_first_says_what_changes_plans(client, state, said, status, is_open):
    event = factories.EventFactory(registration_url="https://example.org/", **state)

    response = client.get(address("event-detail", event.slug_en))

    assert notices(response) == [said]
    assert ('class="button button-main"' in body(response)) == bool(is_open)
    assert data(response, "Event")["eventStatus"] == f"https://schema.org/Event{status}"


def test_event_on_site_and_online_is_both(client):
    event = factories.EventFactory(place="Ici", online_url="https://www.example.org/room")

    response = client.get(address("event-detail", event.slug_en))

    assert facts(response)["Where"] == "Ici | Online, on example.org"
    told = data(response, "Event")
    assert told["eventAttendanceMode"] == "https://schema.org/MixedEventAttendanceMode"
    assert told["location"][1] == {
        "@type": "VirtualLocation",
        "url": "https://www.example.org/room",
    }


HOSTILE = "<script>alert(1)</script></title></script><!-- \" ' \u202e {{ 7 }} &lt; 🜁"


def test_event_page_shows_hostile_text_as_text(client):
    named = factories.OrganisationFactory(name=HOSTILE, slug="hostile")
    texts = {
        f"{name}_{language}": HOSTILE
        for name in ("title", "summary", "description", "period")
        for language in ("fr", "en")
    }
    event = factories.EventFactory(
        organisation=named,
        place=HOSTILE,
        address=HOSTILE,
        commune=factories.CommuneFactory(name=HOSTILE),
        **texts,
    )
    event.themes.add(factories.ThemeFactory(name_en=HOSTILE))
    event.sources.add(factories.SourceFactory(title_en=HOSTILE, publisher=HOSTILE))

    for url in (address("event-detail", event.slug_en), address("event-list")):
        response = client.get(url)

        assert response.status_code == 200
        text = body(response)
        assert "<script>alert" not in text
        assert text.count("</title>") == 1
        assert text.count("</script>") == text.count("<script ")
        assert "<!--" not in text
    assert data(client.get(address("event-detail", event.slug_en)), "Event")["name"] == HOSTILE


@pytest.mark.threat("T16", "markdown")
@pytest.mark.parametrize(
    "markdown",
    [
        "[here](javascript:alert(1))",
        "[here](data:text/html,hello)",
        "![tracker](https://tracker.example/pixel.png)",
        '<img src=x onerror="alert(1)">',
        '<form action="https://evil.example"><input name=password></form>',
        '<meta http-equiv="refresh" content="0;url=https://evil.example">',
        "<h1 id=content style='position:fixed'>Over all</h1>",
        "# A heading of the page",
        "<a href='https://evil.example' onclick='alert(1)' class='button'>x</a>",
    ],
)
def test_event_page_lets_no_markup_through(client, markdown):
    event = factories.EventFactory(title_en="Title", description_en=markdown)

    main = body(client.get(address("event-detail", event.slug_en))).split("<main")[1]
    prose = main.split('<div class="prose">')[1].split("</div>")[0]

    # An image becomes a link: whoever follows it knows that they leave.
    link = '<a href="https://tracker.example/pixel.png" rel="nofollow noopener">'
    harmless = {"<p>", "</p>", "<h3>", "</h3>", link, "</a>"}
    assert set(re.findall(r"<[^>]*>", prose)) <= harmless
    assert main.count("<h1") == 1


def test_event_page_shows_its_image_with_what_it_shows(client, picture):
    event = factories.EventFactory(image=picture, image_alt_en="Two arches", image_alt_fr="Arches")

    text = body(client.get(address("event-detail", event.slug_en)))

    assert f'<img src="/media/{picture}" alt="Two arches" width="8" height="6">' in text
    # What networks show is the card, whether or not there is an image.
    assert 'property="og:image" content="http://testserver/media/cards/event/' in text


def test_event_page_whose_image_is_lost_still_answers(client):
    event = factories.EventFactory(image="images/lost.webp", image_alt_en="Two arches")

    response = client.get(address("event-detail", event.slug_en))

    assert '<img src="/media/images/lost.webp" alt="Two arches">' in body(response)


# --- Its addresses --------------------------------------------------------------------------------


def test_event_page_names_its_address_in_each_language(client, event):
    response = client.get("/en/events/workshop-on-data/")
    french = address("event-detail", "atelier-sur-les-donnees", language="fr")

    assert links(response, "canonical") == ["http://testserver/en/events/workshop-on-data/"]
    assert links(response, "alternate") == [
        f"fr http://testserver{french}",
        "en http://testserver/en/events/workshop-on-data/",
        f"x-default http://testserver{french}",
    ]
    assert f'<a href="{french}" lang="fr" hreflang="fr">' in body(response)


def test_event_in_one_language_is_shown_in_the_other_with_a_notice(client):
    event = factories.EventFactory(title_fr="Un atelier", title_en="", summary_en="")
    french = address("event-detail", "un-atelier", language="fr")

    english = client.get(address("event-detail", event.slug_fr))
    at_home = client.get(french)

    assert notices(english) == ["Only available in French"]
    assert '<h1><span lang="fr">Un atelier</span></h1>' in body(english)
    assert links(english, "canonical") == [f"http://testserver{french}"]
    assert links(english, "alternate") == []
    assert data(english, "Event")["url"] == f"http://testserver{french}"
    assert notices(at_home) == []
    assert links(at_home, "canonical") == [f"http://testserver{french}"]


@pytest.mark.parametrize("name", ["event", "project"])
def test_address_of_the_other_language_leads_to_that_of_this_one(client, name):
    make = factories.EventFactory if name == "event" else factories.ProjectFactory
    make(title_fr="Un titre", title_en="A title")

    response = client.get(address(f"{name}-detail", "un-titre"))

    assert response.status_code == 301
    assert response.url == address(f"{name}-detail", "a-title")


def test_former_address_leads_to_the_one_of_today(client, event):
    FormerSlug.objects.create(target=event, slug="old-workshop")

    response = client.get("/en/events/old-workshop/")

    assert response.status_code == 301
    assert response.url == "/en/events/workshop-on-data/"


@pytest.mark.parametrize("name", ["event", "project"])
def test_former_address_of_another_kind_leads_nowhere(client, name):
    other = factories.ProjectFactory() if name == "event" else factories.EventFactory()
    FormerSlug.objects.create(target=other, slug="moved")

    assert client.get(address(f"{name}-detail", "moved")).status_code == 404


@pytest.mark.threat("T17", "gone at once")
@pytest.mark.parametrize("slug", ["atelier-sur-les-donnees", "workshop-on-data", "old-workshop"])
def test_withdrawn_event_is_gone_at_each_of_its_addresses(client, event, slug):
    FormerSlug.objects.create(target=event, slug="old-workshop")
    event.status, event.withdrawn_at = "withdrawn", moment(2026, 3, 4)
    event.save()

    response = client.get(address("event-detail", slug))

    assert response.status_code == 410
    text = body(response)
    assert "Workshop on data" in text
    assert "4 March 2026" in text
    assert f'href="{address("event-list")}"' in text
    assert "noindex" in text
    for hidden in ("A summary in English", "Programme", "register.example.org", "A project"):
        assert hidden not in text


def test_unknown_event_is_not_found(client):
    response = client.get("/en/events/no-such-event/")

    assert response.status_code == 404
    assert f'href="{address("event-list")}"' in body(response)


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_pages_are_only_read(client, event, method):
    project = factories.ProjectFactory()
    for url in (
        address("event-list"),
        address("event-calendar"),
        address("event-feed"),
        address("event-table"),
        address("event-month", 2027, 3),
        address("event-month-table", 2027, 3),
        address("event-detail", event.slug_en),
        address("event-file", event.slug_en),
        address("project-list"),
        address("project-detail", project.slug_en),
        address("project-funding", project.slug_en),
        address("project-funding-table", project.slug_en),
    ):
        assert getattr(client, method)(url).status_code == 405


# --- What it costs --------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 3, 100])
def test_agenda_costs_the_same_however_long(client, django_assert_num_queries, now, number):
    theme = factories.ThemeFactory(code="sante")
    commune = factories.CommuneFactory(code="lattes")
    keeper = factories.OrganisationFactory()
    with factories.indexed_at_once():
        for count in range(number):
            project = factories.ProjectFactory(organisation=keeper)
            for start in (now + (count + 1) * DAY, now - (count + 2) * DAY, moment(2027, 3, 5)):
                event = factories.EventFactory(
                    organisation=keeper, starts_at=start, commune=commune, price=0, themes=[theme]
                )
                event.projects.add(project)

    for path, queries in {
        "/en/events/": 2,
        "/en/events/?theme=sante&city=lattes&price=free&q=rencontre": 3,
        "/en/events/?view=past": 2,
        "/en/events/2027/03/": 4,
        "/en/events/2050/03/": 4,
        "/en/events/events.csv": 1,
        "/en/events/2027/03/events.csv": 1,
    }.items():
        with django_assert_num_queries(queries):
            response = client.get(path)

            text = body(response)

        shown = text.count(",Meet-up,") if path.endswith(".csv") else len(rows(response))
        assert shown >= (0 if "2050" in path else min(number, 8)), path


@pytest.mark.parametrize("number", [1, 3])
def test_event_page_costs_the_same_whatever_it_names(client, django_assert_num_queries, number):
    event = factories.EventFactory(commune=factories.CommuneFactory())
    for _count in range(number):
        event.organisers.create(
            organisation=factories.OrganisationFactory(), agreed_at=timezone.now()
        )
        event.projects.add(factories.ProjectFactory())
        event.themes.add(factories.ThemeFactory())
        event.sources.add(factories.SourceFactory())

    with django_assert_num_queries(2):  # the event, the colours of its projects
        client.get(address("event-detail", event.slug_en))


# --- The same page before it is public ------------------------------------------------------------


def test_preview_is_the_page_as_it_would_be(client, alice, organisation, tomorrow):
    kind = kinds.named("event")
    out = io.BytesIO()
    Image.new("RGB", (8, 6), "red").save(out, "WEBP")
    held = storage.hold("7/held.webp", out.getvalue())
    values = kind.content.blank | {
        "title_en": "To come",
        "description_en": "What it will be.",
        "kind": "workshop",
        "starts_at": tomorrow.isoformat(),
        "organisers": [{"organisation": organisation.pk}],
        "image": held,
        "image_alt_en": "Two arches",
    }
    draft = review.save(kind, values, by=alice, organisation=organisation)
    client.force_login(alice)

    with override("en"):
        response = client.get(reverse("members:submission-preview", args=[draft.pk]))

    assert response.status_code == 200
    text = body(response)
    assert "<h1>To come</h1>" in text
    assert "Laboratoire des arches" in text
    assert 'alt="Two arches"' in text
    assert "/media/" not in text
    assert "noindex" in text
    assert not links(response, "canonical")
    assert not Event.objects.exists()


def test_days_in_the_wrong_order_are_told(client):
    query = {"from": "2027-03-05", "to": "2027-03-04"}

    page = client.get(address("event-list"), query)
    api = client.get("/api/v1/events/", query)

    assert "Until: This day comes before the one it should follow." in body(page)
    assert (api.status_code, api.json()["errors"][0]["attr"]) == (400, "to")
    for day in ("2027-03-05", "2027-03-06"):
        assert client.get("/api/v1/events/", query | {"to": day}).status_code == 200
