"""What stands around lists and in them: header, footer, filters, pages, empty states."""

from typing import Any

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from events.filters import AgendaFilter
from events.models import Event
from portal.facets import Option, OptionGroup
from portal.style.examples import Component, State, in_words


def components() -> list[Component]:
    """What this part of the guide shows."""
    around = [
        Component("header", _("Header"), [State("", "includes/_header.html")], is_wide=True),
        Component("footer", _("Footer"), [State("", "includes/_footer.html")], is_wide=True),
    ]
    lists = [_breadcrumb(), _switch(), _pagination(), _taken_away()]
    return [*around, *lists, *_panels(), _chips(), _search(), _empty()]


def _breadcrumb() -> Component:
    trail = [(_("Directory"), reverse("members:organisation-list")), ("CHU des Arceaux", "")]
    states = [State("", "includes/_breadcrumb.html", {"trail": trail})]
    return Component("breadcrumb", _("Breadcrumb"), states)


def _switch() -> Component:
    head = {"title": _("Directory")}
    views = [
        {"label": pgettext("view", "List"), "url": "?", "current": True},
        {"label": pgettext("view", "Map"), "url": "?view=map", "current": False},
    ]
    states = [
        State(_("One view"), "includes/_results_head.html", head),
        State(_("Two views"), "includes/_results_head.html", head | {"views": views}),
    ]
    return Component("switch", _("Head of a list, view switch"), states)


def _pagination() -> Component:
    pages = Paginator(range(190), 20)
    states = [
        State(
            _("Page %(number)s") % {"number": number},
            "includes/_pagination.html",
            {"page_obj": pages.page(number)},
        )
        for number in (1, 5, 10)
    ]
    return Component("pagination", _("Pagination"), states)


def _taken_away() -> Component:
    calendar, feed = "https://example.org/agenda.ics", "https://example.org/agenda.xml"
    webcal = calendar.replace("https", "webcal")
    feeds = [
        {"is_calendar": True, "url": calendar, "webcal_url": webcal},
        {"is_calendar": False, "url": feed, "path": "?"},
    ]
    states = [
        State("", "includes/_subscribe.html", {"feeds": feeds}),
        State("", "includes/_table_link.html", {"table_url": "?"}),
    ]
    return Component("subscribe", _("Subscribe, take away"), states)


def _panels() -> list[Component]:
    options = [
        Option("sante", in_words("Santé", "Health"), 51, True),
        Option("environnement", in_words("Environnement", "Environment"), 22, False),
        Option("calcul", in_words("Calcul", "Computing"), 0, False),
        Option("formation", in_words("Formation", "Training"), 1_200, False, at_least=True),
        Option("energie", in_words("Énergie", "Energy"), 0, False, at_least=True),
    ]
    days = AgendaFilter({"from": "2026-03-04", "to": "2026-03-03"}, Event.objects.none()).form
    facet = OptionGroup("theme", _("Theme"), options, {})
    panel: dict[str, Any] = {"facets": [facet], "search_label": _("Search the directory")}
    states = [
        State(_("Nothing chosen"), "includes/_filter_panel.html", panel | {"active": 0}),
        State(_("Two filters"), "includes/_filter_panel.html", panel | {"active": 2}),
        State(_("With days"), "includes/_filter_panel.html", {"days": [days["from"], days["to"]]}),
    ]
    return [
        Component("facet", _("Facet"), [State("", "includes/_facet.html", {"facet": facet})]),
        Component("filter-panel", _("Filter panel"), states),
    ]


def _chips() -> Component:
    chips = [
        {"key": "theme", "value": "sante", "label": in_words("Thème : Santé", "Theme: Health")}
    ]
    return Component(
        "chips", _("Filter chips"), [State("", "includes/_chips.html", {"chips": chips})]
    )


def _search() -> Component:
    wrong = {"q": "x" * 9, "error": in_words("Tapez moins de mots.", "Type fewer words.")}
    states = [
        State("", "includes/_search_form.html"),
        State(_("With an error"), "includes/_search_form.html", wrong),
    ]
    return Component("search", _("Search field"), states)


def _empty() -> Component:
    title = {"title": _("No organisation matches")}
    said = in_words("Thème : Santé", "Theme: Health")
    loosened = [{"url": "?", "label": _("Without “%(filter)s”") % {"filter": said}}]
    address = reverse("members:organisation-propose")
    propose = {"propose_url": address, "propose_label": _("Propose an organisation")}
    states = [
        State(_("With filters"), "includes/_empty.html", title | {"links": loosened}),
        State(
            _("A word that is nearly known"),
            "includes/_empty.html",
            title | {"meant": in_words("voûtes", "vaults"), "meant_url": "?"},
        ),
        State(_("With something to propose"), "includes/_empty.html", title | propose),
    ]
    return Component("empty", _("Empty state"), states)
