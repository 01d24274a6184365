"""Events as calendar programs take them (iCalendar: RFC 5545 and RFC 7986).

An event keeps its UID for ever, whatever becomes of its title, address or language, so that a program
which has it already changes it instead of adding another. SEQUENCE counts its public changes. An event
that is cancelled stays and says so; one that is withdrawn is no longer there.

The organisers are named in the text: ORGANIZER is an address to answer to, and would make of a
public event an invitation.
"""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import icalendar
from django.conf import settings
from django.utils.encoding import iri_to_uri
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from events.models import Event
from portal import i18n
from portal.characters import lines, one_line
from portal.head import absolute
from portal.markdown import plain_lines

CONTENT_TYPE = "text/calendar; charset=utf-8"
PRODUCT = "-//IA Montpellier Mediterranee//Portal//FR"
# How often a program may look again, for those that ask.
REFRESH = datetime.timedelta(hours=6)
# A calendar shows what an event is about; its page has the rest.
LONGEST_DESCRIPTION = 1_000
STATUS = {
    Event.Outcome.PLANNED: "CONFIRMED",
    Event.Outcome.POSTPONED: "TENTATIVE",
    Event.Outcome.CANCELLED: "CANCELLED",
}


def of_one(event: Event) -> bytes:
    """A file with one event, read `in_full`, in the active language."""
    return _written(_new(), [event])


def of_many(events: Iterable[Event], *, title: str, address: str, page: str) -> bytes:
    """A calendar of events, read `in_full`, with its own path and that of the `page` they are on."""
    calendar = _new()
    for name in ("name", "x-wr-calname"):
        calendar.add(name, title)
    calendar.add("x-wr-timezone", settings.TIME_ZONE)
    calendar.add("url", absolute(page))
    calendar.add("source", absolute(address), parameters={"VALUE": "URI"})
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", icalendar.vDuration(REFRESH).to_ical().decode())
    return _written(calendar, events)


def uid(event: Event) -> str:
    """The name of an event among all calendars of the world."""
    return f"event-{event.pk}@{urlsplit(settings.BASE_URL).hostname}"


def _new() -> icalendar.Calendar:
    calendar = icalendar.Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("calscale", "GREGORIAN")
    return calendar


def _written(calendar: icalendar.Calendar, events: Iterable[Event]) -> bytes:
    dated = [event for event in events if event.has_days]
    for event in dated:
        calendar.add_component(_component(event))
    # Some programs want to know a time zone before they meet it.
    calendar.subcomponents[:0] = _zones(calendar, dated)
    return calendar.to_ical(sorted=False)


# --- One event ------------------------------------------------------------------------------------


def _component(event: Event) -> icalendar.Event:
    found = icalendar.Event()
    found.add("uid", uid(event))
    found.add("sequence", event.version)
    # The same at each request: a calendar in which nothing changed is the same file.
    found.add("dtstamp", event.updated_at)
    found.add("created", event.published_at)
    found.add("last-modified", event.updated_at)
    for name, moment in _dates(event).items():
        found.add(name, moment)
    title = i18n.text(event, "title")
    found.add("summary", _titled(event, one_line(title.value)), {"LANGUAGE": title.language})
    url = absolute(event.address_in(i18n.current()))
    found.add("description", _description(event, url))
    if location := _location(event):
        found.add("location", location)
    found.add("url", url)
    if event.is_online:
        label = {"FEATURE": "VIDEO", "LABEL": _("Take part online"), "VALUE": "URI"}
        found.add("conference", iri_to_uri(event.online_url), label)
    if categories := [one_line(str(theme)) for theme in event.all_themes]:
        found.add("categories", categories)
    found.add("status", STATUS[Event.Outcome(event.outcome)])
    # Nobody is busy with what does not take place then.
    planned = event.outcome == Event.Outcome.PLANNED
    found.add("transp", "OPAQUE" if planned else "TRANSPARENT")
    return found


def _dates(event: Event) -> Mapping[str, datetime.date]:
    """Start and end, which is exclusive; no end where nobody said it."""
    start, end = event.local_start, event.local_end
    if start is None:
        return {}
    if event.all_day:
        last = event.last_day or start.date()
        return {"dtstart": start.date(), "dtend": last + datetime.timedelta(days=1)}
    return {"dtstart": start} | ({"dtend": end} if end and end > start else {})


def _titled(event: Event, title: str) -> str:
    """The title; what changes plans stands before it, since few programs show the status."""
    words = {
        Event.Outcome.POSTPONED.value: pgettext("event", "Postponed: %(title)s"),
        Event.Outcome.CANCELLED.value: pgettext("event", "Cancelled: %(title)s"),
    }.get(event.outcome)
    return words % {"title": title} if words else title


def _description(event: Event, url: str) -> str:
    """What there is to know, a paragraph each, and where to read on."""
    parts = []
    if event.outcome == Event.Outcome.POSTPONED:
        parts.append(
            _("The date shown may be the one first planned: ask the organisers before you come.")
        )
    parts.append(one_line(i18n.text(event, "summary").value))
    parts.append(_shortened(i18n.text(event, "description").value))
    names = [one_line(row.organisation.name) for row in event.agreed_organisers]
    facts = {
        _("Organised by: %(names)s"): ", ".join(names),
        _("Take part online: %(url)s"): iri_to_uri(event.online_url),
        _("Register: %(url)s"): iri_to_uri(event.registration_url),
        pgettext("calendar", "More: %(url)s"): url,
    }
    said = [words % {"names": value, "url": value} for words, value in facts.items() if value]
    return "\n\n".join(part for part in [*parts, "\n".join(said)] if part)


@lru_cache(maxsize=1_000)
def _shortened(description: str) -> str:
    """The beginning of a text as plain lines: programs ask for the same events again and again."""
    return str(Truncator("\n".join(plain_lines(lines(description)))).chars(LONGEST_DESCRIPTION))


def _location(event: Event) -> str:
    """Where to go, else where to connect."""
    places = [one_line(place) for place in (event.place, event.address) if place]
    commune = one_line(event.commune.name) if event.commune else ""
    if commune and not any(commune in place for place in places):
        places.append(commune)
    return ", ".join(places) or iri_to_uri(event.online_url)


# --- Time zones -----------------------------------------------------------------------------------


def _zones(calendar: icalendar.Calendar, events: Iterable[Event]) -> list[icalendar.Timezone]:
    """The time zones that a calendar names, from before its events to after them."""
    years = {
        moment.year for event in events for moment in (event.starts_at, event.ends_at) if moment
    }
    names = sorted(calendar.get_missing_tzids())
    return [_zone(name, min(years) - 1, max(years) + 1) for name in names]


# How far the search for changes of the clocks goes at once, in minutes.
STEP = 3 * 24 * 60


@lru_cache(maxsize=64)
def _zone(name: str, first: int, last: int) -> icalendar.Timezone:
    """A time zone in the years from `first` to `last`, both included."""
    found = icalendar.Timezone()
    found.add("tzid", name)
    changes: dict[Any, list[datetime.datetime]] = {}
    before = None
    for moment in _clock_changes(ZoneInfo(name), first, last):
        offset = moment.utcoffset() or datetime.timedelta()
        kind = icalendar.TimezoneDaylight if moment.dst() else icalendar.TimezoneStandard
        was = offset if before is None else before
        # A change is said in the time that the clocks showed until then.
        onset = (moment.astimezone(datetime.UTC) + was).replace(tzinfo=None)
        changes.setdefault((kind, was, offset, moment.tzname()), []).append(onset)
        before = offset
    for (kind, was, offset, short_name), onsets in changes.items():
        part = kind()
        part.add("dtstart", onsets[0])
        if onsets[1:]:
            part.add("rdate", onsets[1:])
        part.add("tzoffsetfrom", was)
        part.add("tzoffsetto", offset)
        part.add("tzname", short_name)
        found.add_component(part)
    return found


def _clock_changes(zone: ZoneInfo, first: int, last: int) -> Iterator[datetime.datetime]:
    """The beginning of these years, then each moment at which the clocks of a zone change."""

    def at(minutes: int) -> datetime.datetime:
        return (start + datetime.timedelta(minutes=minutes)).astimezone(zone)

    start = datetime.datetime(first, 1, 1, tzinfo=datetime.UTC)
    end = datetime.datetime(last + 1, 1, 1, tzinfo=datetime.UTC)
    yield at(0)
    last_minute = (end - start).days * 24 * 60
    same, offset = 0, at(0).utcoffset()
    while same < last_minute:
        # The clocks of no zone change twice in so short a time (Recife changed back after a week).
        other = min(same + STEP, last_minute)
        if at(other).utcoffset() != offset:
            while other - same > 1:
                middle = (same + other) // 2
                if at(middle).utcoffset() == offset:
                    same = middle
                else:
                    other = middle
            yield at(other)
            offset = at(other).utcoffset()
        same = other
