"""Small fixed examples that the style guide shows components on.

Objects are made in memory and never saved, so that the guide asks the database for nothing and looks the
same everywhere.
"""

import datetime
from types import SimpleNamespace
from typing import Any, NamedTuple

from django.templatetags.static import static
from django.utils import timezone

from events.models import Event, Project
from members.models import Organisation, User
from portal import i18n
from portal.models import HistoryEntry

# The longest name that an organisation may be expected to have.
LONG = "Laboratoire d’informatique, de robotique et de microélectronique du bassin méditerranéen"


class State(NamedTuple):
    """A component in one state: the name of a template, or the text of one, and what it is given."""

    label: Any
    template: str
    context: dict[str, Any] = {}


class Component(NamedTuple):
    """A component of the site; `is_wide` if it takes the whole width of the page."""

    code: str
    title: Any
    states: list[State]
    is_wide: bool = False


def in_words(french: str, english: str) -> str:
    """The text of an example in the reader's language; examples are no texts of the interface."""
    return french if i18n.current() == "fr" else english


# --- Objects ----------------------------------------------------------------------------------------


def organisation(name: str, kind: str = "laboratory", **more: Any) -> Organisation:
    """An organisation with a text in both languages, unless `more` says otherwise."""
    texts = {
        "summary_fr": "Étudie les voûtes et ce qu’elles portent.",
        "summary_en": "Studies vaults and what they carry.",
    }
    return Organisation(name=name, kind=kind, slug="example", pk=1, **texts | more)


def counted(found: Any, **counts: Any) -> Any:
    """The same object as lists have it, with what they reckon of it."""
    for name, value in counts.items():
        setattr(found, name, value)
    return found


def event(title: str, days: int = 20, *, lasts: int = 0, **more: Any) -> Any:
    """An event in so many days from now, with one organiser."""
    start = timezone.localtime().replace(hour=14, minute=0, second=0, microsecond=0)
    start += datetime.timedelta(days=days)
    end = start + datetime.timedelta(days=lasts, hours=3)
    stated = {"title_fr": title, "title_en": title, "starts_at": start, "ends_at": end}
    found = Event(slug_fr="example", kind="workshop", **stated | more)
    host = SimpleNamespace(organisation=organisation("CHU des Arceaux"))
    return counted(found, agreed_organisers=[host])


def project(title: str, partners: int, colour: str = "garrigue", **more: Any) -> Any:
    """A project as lists have it."""
    found = Project(title_fr=title, title_en=title, slug_fr="example", stage="running", **more)
    return counted(found, partner_count=partners, colour=colour)


def entry(action: str, days: int, message: str = "", name: str = "Camille Roux") -> HistoryEntry:
    """A step taken so many days ago."""
    at = timezone.now() - datetime.timedelta(days=days)
    return HistoryEntry(action=action, at=at, message=message, actor=User(full_name=name))


def picture() -> Any:
    """The picture of the site in place of a logo: examples bring no file of their own."""
    return SimpleNamespace(url=static("portal/touch-icon.png"), name="touch-icon.png")
