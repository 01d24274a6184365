"""Whole pages in states that are seldom met."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import Event, Project
from events.views.pages import Picture
from members.models import Organisation, User
from members.views.workspace import Own
from members.views.writing import Desk
from portal.lifecycle import kinds
from portal.style.examples import (
    LONG,
    counted,
    event,
    in_words,
    organisation,
    picture,
    project,
)
from portal.writing.typed import Text


class Page(NamedTuple):
    """A whole page in a state that is seldom met."""

    title: Any
    template: str
    context: Callable[[], dict[str, Any]] = dict


def _first_visit() -> dict[str, Any]:
    """The member area of somebody whose organisation was just published."""
    young = organisation("Arche", "startup", summary_en="", verified_on=timezone.localdate())
    seat = SimpleNamespace(get_role_display=_("Owner"))
    return {"mine": [Own(young, None, False, seat)]}  # type: ignore[arg-type]  # stands for a seat


def _gone() -> dict[str, Any]:
    withdrawn = organisation("Arche", "startup", withdrawn_at=timezone.now())
    address = reverse("members:organisation-list")
    return {
        "object": withdrawn,
        "list_url": address,
        "list_label": _("The directory of organisations"),
    }


def _typed() -> dict[str, Any]:
    return {"typed": [Text(_("Summary"), "Étudie les voûtes et ce qu’elles portent.")]}


def _failed_form() -> dict[str, Any]:
    """The form of an event that was sent without a title and with addresses that are none."""
    desk = Desk(User(full_name="Camille Roux"), kinds.named("event"), organisation("Arche"))
    none = {"TOTAL_FORMS": "0", "INITIAL_FORMS": "0"}
    rows = {
        f"{each.prefix}-{name}": n for each in desk.form().rows.values() for name, n in none.items()
    }
    form = desk.form(rows | {"summary_fr": "Visite des voûtes.", "online_url": "x", "website": "x"})
    form.is_valid()
    form.add_faults()
    text = _("Nothing is saved yet: correct what is marked, then save or send it again.")
    return {
        "form": form,
        "action": "?",
        "datalists": {"organisation-names": [LONG], **form.datalists},
        "heading": desk.kind.new,
        "missing": form.missing(),
        "total": len(form.elements),
        "done": len(form.elements) - len(form.missing()),
        "notice": {"level": "warn", "text": text},
        "unsaved": True,
    }


def _no_programme() -> dict[str, Any]:
    """An event to come that has a picture, and nothing written about it."""
    shown = event("Rencontres des arches", registration_url="https://example.org/")
    shown.updated_at = timezone.now()
    words = in_words("Trois arches", "Three arches")
    return {
        "event": shown,
        "picture": Picture(picture().url, words, "", 180, 180, []),
        "is_to_come": True,
        "registration_host": "example.org",
    }


def _with_logo() -> dict[str, Any]:
    words = {"logo_alt_fr": "Trois arches", "logo_alt_en": "Three arches"}
    return {"organisation": counted(organisation("Arche", "startup", **words), logo=picture())}


def _alone() -> dict[str, Any]:
    return {"project": project("Seul", 0, updated_at=timezone.now())}


# Whole pages, by the word in their address.
PAGES = {
    "400": Page(gettext_lazy("400: a request that cannot be read"), "400.html"),
    "403": Page(gettext_lazy("403: no access"), "403.html"),
    "expired": Page(
        gettext_lazy("403: a form that has expired, with its text"), "403_csrf.html", _typed
    ),
    "signed-out": Page(
        gettext_lazy("403: a form sent after the session ended"),
        "members/workspace/signed_out.html",
        _typed,
    ),
    "lost-access": Page(
        gettext_lazy("404: a form sent after access was lost"),
        "members/workspace/lost_access.html",
        _typed,
    ),
    "404": Page(gettext_lazy("404: nothing there"), "404.html"),
    "410": Page(gettext_lazy("410: withdrawn"), "410.html", _gone),
    "429": Page(gettext_lazy("429: too often"), "429.html", lambda: {"minutes": 5}),
    "500": Page(gettext_lazy("500: our fault"), "500.html", lambda: {"reference": "example"}),
    "503": Page(gettext_lazy("503: maintenance"), "503.html"),
    "event-to-be-written": Page(
        gettext_lazy("Event: no programme yet"), "events/event_detail.html", _no_programme
    ),
    "failed-form": Page(
        gettext_lazy("Edit form: not sent, with what is wrong"),
        "members/workspace/content_form.html",
        _failed_form,
    ),
    "first-visit": Page(
        gettext_lazy("Member area: first visit"), "members/workspace/workspace.html", _first_visit
    ),
    "no-organisation": Page(
        gettext_lazy("Member area: no organisation yet"), "members/workspace/workspace.html"
    ),
    "organisation-with-logo": Page(
        gettext_lazy("Organisation: with a logo"), "members/organisation_detail.html", _with_logo
    ),
    "project-without-partners": Page(
        gettext_lazy("Project: without partners"), "events/project_detail.html", _alone
    ),
}


def list_states() -> list[tuple[Any, str]]:
    """The lists of the site in states that an address alone brings about."""
    lists = {
        _("Directory"): reverse("members:organisation-list"),
        _("Projects"): reverse("events:project-list"),
        _("Events"): reverse("events:event-list"),
    }
    states = {_("nothing found"): "?q=zzzz", _("a filter that is not understood"): "?theme=zzzz"}
    found = [
        (f"{name} – {state}", f"{address}{query}")
        for name, address in lists.items()
        for state, query in states.items()
    ]
    return [*found, (f"{_('Search')} – {_('nothing found')}", f"{reverse('search')}?q=zzzz")]


def object_states() -> list[tuple[Any, str]]:
    """Pages of this very portal that show an object in a state seldom met, as far as there are any."""
    events, unsaid = Event.objects.published(), {"description_fr": "", "description_en": ""}
    examples: dict[str, Any] = {
        _("Event: cancelled"): events.filter(outcome=Event.Outcome.CANCELLED),
        _("Event: postponed"): events.filter(outcome=Event.Outcome.POSTPONED),
        _("Event: over"): events.past(),
        _("Event: withdrawn"): Event.objects.withdrawn(),
        _("Organisation: facts only"): Organisation.objects.published().filter(**unsaid),
        _("Project: without funding"): Project.objects.published().filter(funding=None),
    }
    found = {label: rows.first() for label, rows in examples.items()}
    return [(label, obj.get_absolute_url()) for label, obj in found.items() if obj is not None]
