"""Rows of lists, and the small parts in them."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from members.models import Commune, Organisation
from portal import display
from portal.models import ABANDONED, Status
from portal.style.examples import (
    LONG,
    Component,
    State,
    counted,
    event,
    in_words,
    organisation,
    picture,
    project,
)


def components() -> list[Component]:
    """What this part of the guide shows."""
    parts = [_organisations(), _events(), _projects()]
    return [*parts, _niche(), _badge(), _tag(), _arches(), _stat()]


def _organisations() -> Component:
    hospital = organisation(
        "CHU des Arceaux", "hospital", short_name="CHUA", commune=Commune(name="Montpellier")
    )
    rows = {
        _("With projects and events"): counted(hospital, project_count=3, event_count=1),
        _("Long name, in one language"): organisation(LONG, summary_en=""),
        _("Without a text"): organisation("Arche", "startup", summary_fr="", summary_en=""),
    }
    return Component("row-organisation", _("Row: organisation"), _rows(rows))


def _events() -> Component:
    undated: dict[str, Any] = {
        "title_en": "",
        "period_fr": "automne 2027",
        "starts_at": None,
        "ends_at": None,
    }
    rows = {
        _("Registration required"): event("Atelier", registration_url="https://example.org/"),
        _("Online"): event("Webinaire", online_url="https://example.org/"),
        _("Several days"): event("Rencontres des arches", lasts=2),
        _("Cancelled"): event("Forum", outcome="cancelled"),
        _("Postponed"): event("Colloque", outcome="postponed"),
        _("Over"): event("Table ronde", days=-400),
        _("Without a date, in one language"): event("Conférence", **undated),
    }
    return Component("row-event", _("Row: event"), _rows(rows))


def _projects() -> Component:
    rows = {
        _("Six partners"): project("Comprendre le vivant", 6, summary_fr="Herbiers, capteurs."),
        _("More partners than arches are drawn for"): project("Calcul", 15, "etang"),
        _("One partner"): project("Seul", 1),
    }
    return Component("row-project", _("Row: project"), _rows(rows))


def _rows(rows: dict[str, Any]) -> list[State]:
    text = '<ol class="rows">{% row obj %}</ol>'
    return [State(label, text, {"obj": obj}) for label, obj in rows.items()]


def _niche() -> Component:
    kinds = {display.FAMILIES[code]: code for code in reversed(Organisation.Kind.values)}
    template = "{% niche organisation size %} {{ organisation.get_kind_display }}"
    tiles = [(family, organisation("Arche du Pont", kind), "") for family, kind in kinds.items()]
    tiles.append((_("Four letters"), organisation("A", "hospital", short_name="CHUA"), ""))
    tiles.append((_("Large"), organisation("Arche", "startup"), "large"))
    states = [
        State(label, template, {"organisation": each, "size": size}) for label, each, size in tiles
    ]
    words = {"logo_alt_fr": "Trois arches", "logo_alt_en": "Three arches"}
    pictured = counted(organisation("Arche", **words), logo=picture())
    logo = State(_("With a logo"), "{% logo organisation %}", {"organisation": pictured})
    return Component("niche", _("Niche"), [*states, logo])


def _badge() -> Component:
    codes = [*Status.values, "scheduled", ABANDONED, "current", "empty", "outdated", "conflict"]
    states = [State("", "includes/_badge.html", {"status": code}) for code in codes]
    return Component("badge", _("Status badge"), states)


def _tag() -> Component:
    cancelled = {"event": event("Forum", outcome="cancelled")}
    states = [
        State(_("Plain"), '<span class="tag">{{ text }}</span>', {"text": _("Online")}),
        State(_("Strong"), "{% event_tag event %}", cancelled),
    ]
    return Component("tag", _("Tag"), states)


def _arches() -> Component:
    states = [State("", "includes/_two_arches.html"), State("", "includes/_wordmark.html")]
    return Component("two-arches", _("Two arches, wordmark"), states)


def _stat() -> Component:
    tile = {
        "value": display.number(1100),
        "label": in_words("personnes présentes", "people present"),
        "date": display.partial_date("2025-02"),
        "source_label": in_words("Bilan de l’exemple", "Report of the example"),
        "url": reverse("events:key-figures"),
    }
    text = '<ul class="stats">{% include "includes/_stat.html" %}</ul>'
    label = _("Without a source it is not shown; here with one")
    return Component("stat", _("Stat tile"), [State(label, text, tile)])
