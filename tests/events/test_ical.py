"""Events as calendar programs read them: every event one entry, whatever stands in its texts."""

import datetime
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from events import ical
from events.models import Event
from portal.characters import lines, one_line
from tests import factories
from tests.events.pages import moment

NEW_YORK = ZoneInfo("America/New_York")


def raw(event, language="en") -> str:
    """The file of one event."""
    (found,) = Event.objects.filter(pk=event.pk).in_full()
    with override(language):
        return ical.of_one(found).decode()


def entry(event, language="en"):
    """The one entry that a program finds in that file."""
    (found,) = icalendar.Calendar.from_ical(raw(event, language)).walk("VEVENT")
    return found


@pytest.mark.django_db
def test_entry_says_what_the_page_says(organisation):
    event = factories.EventFactory(
        organisation=organisation,
        title_en="Workshop; on data, part 1",
        description_en="## Programme\n\nA *first* text\non two lines.\n\n- [Hi](https://x.org)\n- end",
        starts_at=moment(2099, 3, 4, 14),
        ends_at=moment(2099, 3, 4, 17, 30),
        place="Institut",
        address="163 rue Broussonnet",
        commune=factories.CommuneFactory(name="Montpellier"),
        registration_url="https://register.example.org/?a=1&b=é",
        themes=[factories.ThemeFactory(code="sante", name_en="Health, care")],
    )
    Event.objects.filter(pk=event.pk).update(
        version=4,
        updated_at=moment(2098, 1, 2, 3, 4, zone=datetime.UTC),
        published_at=moment(2098, 1, 1, 0, zone=datetime.UTC),
    )

    found = entry(event)

    url = f"http://testserver/en/events/{event.slug_en}/"
    assert dict(found.property_items(recursive=False, sorted=False)[1:-1]) == {
        "UID": f"event-{event.pk}@testserver",
        "SEQUENCE": 4,
        "DTSTAMP": found["DTSTAMP"],
        "CREATED": found["CREATED"],
        "LAST-MODIFIED": found["LAST-MODIFIED"],
        "DTSTART": found["DTSTART"],
        "DTEND": found["DTEND"],
        "SUMMARY": "Workshop; on data, part 1",
        "DESCRIPTION": "A summary in English.\n\n"
        "Programme\nA first text on two lines.\n- Hi\n- end\n\n"
        "Organised by: Laboratoire des arches\n"
        "Register: https://register.example.org/?a=1&b=%C3%A9\n"
        f"More: {url}",
        "LOCATION": "Institut, 163 rue Broussonnet, Montpellier",
        "URL": url,
        "CATEGORIES": found["CATEGORIES"],
        "STATUS": "CONFIRMED",
        "TRANSP": "OPAQUE",
    }
    assert found["SUMMARY"].params["LANGUAGE"] == "en"
    assert [str(name) for name in found["CATEGORIES"].cats] == ["Health, care"]
    assert (
        found["DTSTAMP"].dt
        == found["LAST-MODIFIED"].dt
        == moment(2098, 1, 2, 3, 4, zone=datetime.UTC)
    )
    assert found["CREATED"].dt == moment(2098, 1, 1, 0, zone=datetime.UTC)
    assert found["DTSTART"].dt == moment(2099, 3, 4, 14)
    assert found["DTSTART"].params["TZID"] == "Europe/Paris"
    assert found["DTEND"].dt == moment(2099, 3, 4, 17, 30)
    assert "ORGANIZER" not in found


@pytest.mark.django_db
def test_entry_of_which_little_is_known_says_no_more():
    event = factories.EventFactory(
        organisation=None,
        title_en="Bare",
        summary_en="",
        summary_fr="",
        starts_at=moment(2099, 3, 4, 0),
    )

    found = entry(event)

    assert {"DTEND", "LOCATION", "CATEGORIES", "CONFERENCE", "ORGANIZER"}.isdisjoint(found)
    assert found["DESCRIPTION"] == "More: http://testserver/en/events/bare/"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("dates", "start", "end"),
    [
        # The end of whole days is the day after the last one.
        (
            {"starts_at": moment(2099, 3, 4, 0), "all_day": True},
            datetime.date(2099, 3, 4),
            datetime.date(2099, 3, 5),
        ),
        (
            {
                "starts_at": moment(2099, 3, 30, 0),
                "ends_at": moment(2099, 4, 1, 0),
                "all_day": True,
            },
            datetime.date(2099, 3, 30),
            datetime.date(2099, 4, 2),
        ),
        # A day is one where it takes place, whatever the day in Montpellier.
        (
            {
                "starts_at": moment(2099, 3, 4, 0, zone=NEW_YORK),
                "all_day": True,
                "timezone": "America/New_York",
            },
            datetime.date(2099, 3, 4),
            datetime.date(2099, 3, 5),
        ),
        (
            {"starts_at": moment(2099, 3, 4, 9), "ends_at": moment(2099, 3, 6, 18)},
            moment(2099, 3, 4, 9),
            moment(2099, 3, 6, 18),
        ),
        # No end is made up where nobody said one, nor one at the same time.
        ({"starts_at": moment(2099, 3, 4, 9)}, moment(2099, 3, 4, 9), None),
        (
            {"starts_at": moment(2099, 3, 4, 9), "ends_at": moment(2099, 3, 4, 9)},
            moment(2099, 3, 4, 9),
            None,
        ),
        (
            {
                "starts_at": moment(2027, 7, 4, 9, zone=NEW_YORK),
                "timezone": "America/New_York",
            },
            moment(2027, 7, 4, 9, zone=NEW_YORK),
            None,
        ),
    ],
)
def test_entry_has_the_dates_of_the_event(dates, start, end):
    found = entry(factories.EventFactory(**dates))

    assert found["DTSTART"].dt == start
    assert (found["DTEND"].dt if "DTEND" in found else None) == end


@pytest.mark.django_db
def test_entry_is_read_at_the_same_moment_by_a_program_that_knows_no_time_zone():
    event = factories.EventFactory(
        starts_at=moment(2027, 7, 4, 9, zone=NEW_YORK), timezone="America/New_York"
    )

    calendar = icalendar.Calendar.from_ical(raw(event))

    (zone,) = calendar.timezones
    own = zone.to_tz(lookup_tzid=False)
    assert zone.tz_name == "America/New_York"
    assert datetime.datetime(2027, 7, 4, 9, tzinfo=own).utcoffset() == datetime.timedelta(hours=-4)


@pytest.mark.parametrize(
    "name",
    ["Europe/Paris", "America/New_York", "Africa/Casablanca", "Asia/Tokyo", "Asia/Kathmandu"],
)
def test_time_zone_changes_its_clocks_when_they_change(name):
    written = ical._zone(name, 2026, 2028).to_tz(lookup_tzid=False)
    known = ZoneInfo(name)
    hours = (
        datetime.datetime(2026, 1, 2, tzinfo=datetime.UTC) + datetime.timedelta(hours=n)
        for n in range(0, 3 * 365 * 24 - 48, 5)
    )

    moments = [hour.astimezone(known) for hour in hours]

    assert [m for m in moments if m.replace(tzinfo=written).utcoffset() != m.utcoffset()] == []


@pytest.mark.django_db
def test_event_whose_period_only_is_known_has_no_entry():
    event = factories.EventFactory(
        starts_at=moment(2099, 3, 1, 0), all_day=True, period_fr="mars 2099"
    )

    assert "VEVENT" not in raw(event)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("outcome", "title", "status", "transparency"),
    [
        ("planned", "Workshop", "CONFIRMED", "OPAQUE"),
        ("postponed", "Postponed: Workshop", "TENTATIVE", "TRANSPARENT"),
        ("cancelled", "Cancelled: Workshop", "CANCELLED", "TRANSPARENT"),
    ],
)
def test_entry_says_whether_it_takes_place(outcome, title, status, transparency):
    found = entry(factories.EventFactory(title_en="Workshop", outcome=outcome))

    assert (found["SUMMARY"], found["STATUS"], found["TRANSP"]) == (title, status, transparency)
    said = "The date shown may be the one first planned" in found["DESCRIPTION"]
    assert said == (outcome == "postponed")


@pytest.mark.django_db
def test_event_online_says_where_to_connect():
    event = factories.EventFactory(online_url="https://example.org/room?a=1,2")

    found = entry(event)

    assert found["LOCATION"] == found["CONFERENCE"] == "https://example.org/room?a=1,2"
    assert found["CONFERENCE"].params["LABEL"] == "Take part online"
    assert "Take part online: https://example.org/room?a=1,2" in found["DESCRIPTION"]


@pytest.mark.django_db
def test_entry_falls_back_to_the_other_language_for_each_text():
    event = factories.EventFactory(
        title_fr="Un titre", title_en="", summary_en="In English.", summary_fr="En français."
    )

    english, french = entry(event, "en"), entry(event, "fr")

    assert (english["SUMMARY"], english["SUMMARY"].params["LANGUAGE"]) == ("Un titre", "fr")
    assert english["DESCRIPTION"].startswith("In English.")
    assert french["DESCRIPTION"].startswith("En français.")
    assert french["URL"] == "http://testserver/fr/agenda/un-titre/"
    assert english["URL"] == "http://testserver/en/events/un-titre/"
    assert english["UID"] == french["UID"]


@pytest.mark.django_db
def test_long_description_is_cut_and_leads_to_the_page():
    event = factories.EventFactory(description_en="word " * 2_000)

    description = entry(event)["DESCRIPTION"]

    assert len(description) < 1_300
    assert "…" in description
    assert description.endswith(f"More: http://testserver/en/events/{event.slug_en}/")


# --- What somebody may write into it --------------------------------------------------------------

BREAKS = ["\r\n", "\n", "\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]
ATTACK = "END:VEVENT{0}BEGIN:VEVENT{0}UID:evil{0}SUMMARY:Evil{0}ATTACH:https://evil.example/{0}"


@pytest.mark.django_db
@pytest.mark.parametrize("line_end", [*BREAKS, "\x00\n", "\\n", "\r\r\n", "\n ", "\r\n\t"])
def test_one_event_is_one_entry_whatever_ends_a_line(line_end):
    attack = ATTACK.format(line_end)
    named = factories.OrganisationFactory.build(name=attack[:150])
    event = factories.EventFactory.build(
        pk=7,
        organisation=None,
        title_en=attack[:150],
        summary_en=attack,
        description_en=attack,
        place=attack[:150],
        address=attack,
        slug_en="x",
        online_url=f"https://example.org/{line_end}X:1",
        registration_url=f"https://example.org/{line_end}X:1",
        updated_at=moment(2099, 1, 1, 0),
        commune=factories.CommuneFactory.build(name=attack),
    )
    event.agreed_organisers = [type("Row", (), {"organisation": named})]
    event.all_themes = [factories.ThemeFactory.build(name_en=attack)]

    with override("en"):
        text = ical.of_one(event).decode()

    assert_one_entry(text, "event-7@testserver")


@given(title=st.text(max_size=150), summary=st.text(max_size=300), description=st.text())
@settings(max_examples=150, deadline=None)
def test_any_text_gives_one_entry_of_well_folded_lines(title, summary, description):
    event = factories.EventFactory.build(
        pk=7,
        organisation=None,
        title_en=title,
        summary_en=summary,
        description_en=description,
        slug_en="x",
        updated_at=moment(2099, 1, 1, 0),
    )
    event.agreed_organisers = []
    event.all_themes = []

    with override("en"):
        text = ical.of_one(event).decode()

    assert_one_entry(text, "event-7@testserver")


def assert_one_entry(text, uid):
    """What comes out is one entry, in lines that any program reads."""
    written = text.split("\r\n")
    assert text.endswith("\r\n")
    assert [line for line in written if len(line.encode()) > 75] == []
    # Nothing else ends a line, for whatever program.
    assert text.splitlines() == written[:-1]
    assert not any(character < " " for line in written for character in line)
    assert [line for line in written if line.startswith(("BEGIN:VEVENT", "END:VEVENT"))] == [
        "BEGIN:VEVENT",
        "END:VEVENT",
    ]
    (found,) = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert found["UID"] == uid
    assert "ATTACH" not in found


@pytest.mark.parametrize("line_end", BREAKS)
def test_lines_end_in_one_way_only(line_end):
    assert lines(f"a{line_end}b") == "a\nb"
    assert one_line(f" a{line_end}\t b\x00\x1b\ufffe ") == "a b"


@given(st.text())
def test_what_remains_of_a_text_is_text(text):
    kept = lines(text)

    assert kept.splitlines() == (kept.removesuffix("\n").split("\n") if kept else [])
    assert not any(ord(c) < 32 and c not in "\n\t" for c in kept)
    kept.encode()
