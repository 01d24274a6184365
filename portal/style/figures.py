"""Figures, drawn by the functions that draw them on the pages."""

from types import SimpleNamespace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.funding import Funding
from events.key_figures import Figure as KeyFigure
from events.key_figures import Row
from events.models import FundingLine
from events.views.key_figures import Counted
from members import territory
from portal import display
from portal.drawing import arcade, lying, standing, storeys
from portal.style.examples import LONG, Component, State, in_words

NAMES = (
    "CHU",
    "Métropole",
    "Région Occitanie",
    "Inria",
    "LIRMM",
    LONG,
    "Numalis",
    "IES",
    "Digital 113",
)


def _arcade(points: int, projects: int) -> dict[str, Any]:
    """An arcade of so many organisations in so many projects that overlap."""
    keys = range(points)
    dots = [
        arcade.Point(
            n, f"{NAMES[n % 9]} {n // 9 or ''}".strip(), "", _("Laboratory"), "?", n % 3 == 0
        )
        for n in keys
    ]
    share = -(-points // projects)
    arcades = [
        arcade.Arcade(
            in_words(f"Projet {n + 1}", f"Project {n + 1}"),
            "?",
            display.ARCH_COLOURS[n % 5],
            [*keys[max(0, n * share - 1) : (n + 1) * share]],
        )
        for n in range(projects)
    ]
    figure = arcade.Figure(dots, arcades)
    layouts = (standing.NARROW, lying.MEDIUM, lying.WIDE)
    return {
        "figure": figure,
        "drawings": [each.draw(figure) for each in layouts],
        "title": _("Who works with whom"),
    }


def components() -> list[Component]:
    """What this part of the guide shows."""
    return [_arcades(), _storeys(), _spark(), _bars(), _funding(), _map()]


def _arcades() -> Component:
    text = (
        '{% include "includes/_arcade.html" with drawings=drawings title=title only %}'
        '{% include "includes/_arcade_table.html" %}'
    )
    states = [
        State(_("Two partners"), text, _arcade(2, 1)),
        State(_("Nine partners, three projects"), text, _arcade(9, 3)),
        State(_("As many as can be drawn"), text, _arcade(arcade.MOST_POINTS, 5)),
    ]
    return Component("arcade", _("Arcade figure"), states, is_wide=True)


def _storeys() -> Component:
    dots = [storeys.Point(n, name, name, "?", n == 0) for n, name in enumerate(NAMES[:5])]
    rows = [
        storeys.Arcade("Alliance", "Alliance", "?", range(5), "ciste"),
        storeys.Arcade("Forum", "Forum", "?", range(2), is_dashed=True),
    ]
    drawn = {"drawings": storeys.draw(dots, rows), "title": _("Who works with whom")}
    states = [State("", "includes/_storeys.html", drawn)]
    return Component("storeys", _("Network in storeys"), states, is_wide=True)


def _spark() -> Component:
    states = [
        State(
            ngettext("%(n)s partner", "%(n)s partners", n) % {"n": n},
            "{% arches n colour %}",
            {"n": n, "colour": colour},
        )
        for n, colour in zip((2, 3, 6, 13, 40), display.ARCH_COLOURS, strict=True)
    ]
    return Component("spark", _("Project spark"), states)


def _bars() -> Component:
    rows = [Row("Startup", 19, "tuile"), Row(LONG, 7, "ciste"), Row(_("Company"), 0, "garrigue")]
    states = [
        State("", "events/includes/_figure.html", _key_figure(rows)),
        State(_("Nothing to count"), "events/includes/_figure.html", _key_figure([])),
    ]
    return Component("bars", _("Bars"), states)


def _key_figure(rows: list[Row]) -> dict[str, Any]:
    title = in_words("Organisations par type", "Organisations by kind")
    figure = KeyFigure("example", title, _("Kind"), _("Organisations"), "", lambda: rows)
    return {"each": Counted(figure, rows), "day": timezone.localdate()}


def _funding() -> Component:
    amounts = {"Région Occitanie": 900_000, "Métropole": 704_000, "État": 60_000}
    source = {"source_fr": "Exemple", "source_en": "Example"}
    lines = [
        FundingLine(funder=name, amount=amount, year=2025, **source)
        for name, amount in amounts.items()
    ]
    project: Any = SimpleNamespace(all_funding=lines)
    context = {"funding": Funding(project), "table_url": "?"}
    states = [State("", "events/includes/_funding.html", context)]
    return Component("funding", _("Funding: bar and table"), states)


def _map() -> Component:
    places = {
        "Montpellier": (43.61, 3.87),
        "Lattes": (43.57, 3.9),
        "Castelnau-le-Lez": (43.64, 3.9),
    }
    communes = [
        territory.Spot(name, name, latitude=north, longitude=east)
        for name, (north, east) in places.items()
    ]
    counts = {"Montpellier": 41, "Lattes": 2, "Castelnau-le-Lez": 5}
    some = {"Montpellier": 1_200, "Castelnau-le-Lez": 310}
    all_of_them, some_of_them = (
        territory.figure(
            communes, counts=each, overall=each, chosen={"Lattes"}, total=total, is_whole=is_whole
        )
        for each, total, is_whole in ((counts, 51, True), (some, 2_000, False))
    )
    states = [
        State("", "members/includes/_map.html", {"map": all_of_them}),
        State(_("Of very many"), "members/includes/_map.html", {"map": some_of_them}),
    ]
    return Component("map", _("Drawn map"), states)
