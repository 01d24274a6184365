"""What somebody who thinks of coming to an event must know, in words."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from events.models import Event
from portal import display

# A plain link: nothing is asked of anybody before a reader follows it.
MAP = "https://www.openstreetmap.org/search"


def practical(event: Event) -> dict[str, Any]:
    """The facts of an event as its page prints them, empty where nobody said."""
    return {
        "notice": notice(event),
        "here": time_here(event),
        "directions_url": directions(event),
        "online_host": host(event.online_url),
        "price": price(event),
        "languages": labels(event, "languages"),
        "audience": labels(event, "audience"),
        "attendance": attendance(event),
        "is_to_come": is_to_come(event),
        "registration_host": host(event.registration_url) if is_to_come(event) else "",
    }


def is_to_come(event: Event) -> bool:
    """Whether it makes sense to register."""
    return event.outcome != Event.Outcome.CANCELLED and not event.is_past


def notice(event: Event) -> dict[str, str] | None:
    """What changes the plans of whoever reads, said before all else."""
    if event.outcome == Event.Outcome.CANCELLED:
        text = _("It did not take place.") if event.is_past else _("It will not take place.")
        return {"level": "err", "title": _("This event is cancelled"), "text": text}
    if event.outcome == Event.Outcome.POSTPONED:
        text = _("The date shown may be the one first planned: ask the organisers before you come.")
        return {"level": "warn", "title": _("This event is postponed"), "text": text}
    # Beside a period in words nobody said that it took place.
    if event.is_past and event.has_days:
        return {"level": "info", "title": "", "text": _("This event is over.")}
    return None


def time_here(event: Event) -> str:
    """When it starts for somebody in Montpellier, where its own time is another."""
    there = event.local_start
    if there is None or not event.has_days or event.all_day:
        return ""
    start = timezone.localtime(event.starts_at)
    if start.utcoffset() == there.utcoffset():
        return ""
    return _("In Montpellier: %(moment)s") % {"moment": display.date_time(start)}


def directions(event: Event) -> str:
    """A search for its address on a map."""
    if not event.address:
        return ""
    commune = event.commune.name if event.commune else ""
    parts = [event.address, "" if commune in event.address else commune]
    return f"{MAP}?{urlencode({'query': ', '.join(part for part in parts if part)})}"


def host(url: str) -> str:
    """The site that an address leads to."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def price(event: Event) -> str:
    """What it costs to come; nothing where nobody said."""
    return display.price(event.price)


def labels(event: Event, name: str) -> str:
    """The choices of a list of codes, as a sentence has them: Chercheurs, startups."""
    field: Any = Event._meta.get_field(name)
    words = field.labels(getattr(event, name))
    # English gives its languages a capital everywhere.
    if name == "audience" or display.is_french():
        words[1:] = [word[:1].lower() + word[1:] for word in words[1:]]
    return ", ".join(words)


def attendance(event: Event) -> str:
    """How many people came, or are expected."""
    if event.attendance is None:
        return ""
    people = ngettext("%(n)s person", "%(n)s people", event.attendance)
    words = {
        Event.Qualifier.MORE_THAN.value: pgettext("participants", "more than %(people)s"),
        Event.Qualifier.ABOUT.value: pgettext("participants", "about %(people)s"),
    }.get(event.attendance_qualifier, "%(people)s")
    return display.capitalised(words % {"people": people % {"n": display.number(event.attendance)}})
