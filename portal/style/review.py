"""What moderators and authors read of a change."""

from types import SimpleNamespace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.style.examples import Component, State, entry, in_words, picture


def components() -> list[Component]:
    """What this part of the guide shows."""
    return [_diff(), _timeline(), _agreement()]


def _diff() -> Component:
    was, now = "Étudie les voûtes et ce qu’elles portent.", "Étudie les ponts et ce qu’ils portent."
    english = "Studies vaults and what they carry."
    logo = {
        "url": picture().url,
        "alt": {"logo_alt_fr": "Trois arches", "logo_alt_en": "Three arches"},
    }
    box = {"name": "example", "value": "summary_fr", "checked": True}
    summary, kind = _("Summary"), _("Laboratory")
    rows: list[dict[str, Any]] = [
        {"label": f"{summary} – Français", "state": "changed", "live": was, "proposed": now},
        {
            "name": "summary_en",
            "label": f"{summary} – English",
            "state": "outdated",
            "live": english,
            "proposed": english,
        },
        {
            "label": _("Website"),
            "state": "conflict",
            "live": "https://b.example",
            "proposed": "https://c.example",
            "base": "https://a.example",
        },
        {"label": _("Logo"), "state": "changed", "live_image": None, "proposed_image": logo},
        {"label": _("Kind"), "state": "unchanged", "live": kind, "proposed": kind},
    ]
    states = [
        State(_("For its author"), "includes/_diff.html", {"rows": rows}),
        State(
            _("To tick what is published"),
            "includes/_diff.html",
            {"rows": [rows[0] | {"input": box}]},
        ),
    ]
    return Component("diff", _("Comparison"), states)


def _timeline() -> Component:
    asked = in_words("Précisez pour qui.", "Say for whom.")
    entries = [
        entry("correction", 0, asked, "Dana Martin"),
        entry("submitted", 2),
        entry("started", 3),
    ]
    states = [State("", "includes/_timeline.html", {"entries": entries})]
    return Component("timeline", _("Timeline"), states)


def _agreement() -> Component:
    now = timezone.now()
    rows = [
        SimpleNamespace(agreed_at=now, agreed_by="Camille Roux"),
        SimpleNamespace(declined_at=now),
        SimpleNamespace(asked_at=now),
        SimpleNamespace(),
    ]
    states = [State("", "includes/_agreement.html", {"row": row}) for row in rows]
    return Component("agreement", _("Agreement"), states)
