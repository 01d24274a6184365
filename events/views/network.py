"""The ecosystem: who works with whom, drawn, listed, and to take away."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_safe

from events import ecosystem, network
from events.filters import NetworkFilter
from members.filters import OrganisationFilter
from members.models import Organisation
from portal import counting, display, downloads, spreadsheets
from portal.kept_pages import kept
from portal.listing import Listing

NAME = gettext_lazy("Ecosystem")
# The formats to take away, by the name of their address.
FILES = {
    "events:ecosystem-table": "CSV",
    "events:ecosystem-data": "JSON",
    "events:ecosystem-graph": "GraphML",
}
# Fewer than other lists have: there is a drawing above.
PER_PAGE = 10
# How many partners are named beside an organisation; its page and the files have all.
MOST_PARTNERS = 5


@kept
@require_safe
def ecosystem_page(request: HttpRequest) -> HttpResponse:
    """Who works with whom, on what: drawn as far as there is room, and listed page by page."""
    everybody = Organisation.objects.published()
    listing = Listing(
        request, NetworkFilter, everybody, keys={"page"}, per_page=PER_PAGE, scope="tied"
    )
    if listing.redirect:
        return listing.redirect
    found = ngettext(
        "%(n)s organisation works with others",
        "%(n)s organisations work with others",
        listing.total,
    )
    context = listing.context(name=NAME, found=found % {"n": counting.in_words(listing.total)})
    whole = listing.filters.network
    figure = ecosystem.Figure(whole)
    query = urlencode(listing.pairs)
    # What is known of the whole is enough for a page, as long as it is all there is.
    themes = listing.filters.theme_keys
    known = {} if whole.is_whole else network.partners_of(list(listing.page), themes)
    return render(
        request,
        "events/ecosystem.html",
        context
        | {
            "name": NAME,
            "facets": [facet for facet in context["facets"] if facet.options],
            "figure": figure,
            "left_out": _left_out(listing, figure),
            "rows": [
                _row(each, known[each.pk] if known else whole.partners(each))
                for each in listing.page
            ],
            "today": timezone.localdate(),
            "files": [
                {"label": label, "url": _with_query(reverse(name), query)}
                for name, label in FILES.items()
            ],
            "trail": [(NAME, "")],
        },
    )


def _row(organisation: Any, partners: list[network.Partner]) -> dict[str, Any]:
    more = len(partners) - MOST_PARTNERS
    return {
        "organisation": organisation,
        "partners": partners[:MOST_PARTNERS],
        "more": ngettext("and %(n)s more", "and %(n)s more", more) % {"n": display.number(more)}
        if more > 0
        else "",
    }


def _with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


def _left_out(listing: Listing, figure: ecosystem.Figure) -> list[dict[str, str]]:
    """What is not drawn, in words, and the list it stands in, with the same filters: one query."""
    themes = urlencode([pair for pair in listing.pairs if pair[0] == "theme"])
    drawn = [each.pk for each in figure.organisations]
    directory = Organisation.objects.published()
    for key, value in listing.filters.values.items():
        directory = OrganisationFilter.base_filters[key].filter(directory, value)
    projects, events = figure.left_out["project"], figure.left_out["event"]
    organisations = counting.of(directory.exclude(pk__in=drawn))
    known = listing.filters.network.is_whole
    found = [
        (
            organisations,
            False,
            ngettext(
                "%(n)s more organisation in the directory",
                "%(n)s more organisations in the directory",
                organisations,
            ),
            _with_query(reverse("members:organisation-list"), urlencode(listing.pairs)),
        ),
        (
            projects,
            not known,
            ngettext("%(n)s more project", "%(n)s more projects", projects),
            _with_query(reverse("events:project-list"), themes),
        ),
        (
            events,
            not known,
            ngettext("%(n)s more event", "%(n)s more events", events),
            _with_query(reverse("events:event-list"), themes),
        ),
    ]
    return [
        {"words": words % {"n": _number(number, at_least)}, "url": url}
        for number, at_least, words, url in found
        if number
    ]


def _number(number: int, at_least: bool) -> str:
    """A number in words, of which there may be more."""
    if at_least:
        return pgettext("a count", "more than %(n)s") % {"n": display.number(number)}
    return counting.in_words(number)


# --- Files ----------------------------------------------------------------------------------------


@require_safe
def ecosystem_table(request: HttpRequest) -> HttpResponseBase:
    """The pairs, for spreadsheets."""
    return _file(request, _table)


@require_safe
def ecosystem_data(request: HttpRequest) -> HttpResponseBase:
    """Organisations and pairs as JSON."""
    return _file(request, _data)


@require_safe
def ecosystem_graph(request: HttpRequest) -> HttpResponseBase:
    """The same for programs that draw and measure graphs."""
    return _file(request, _graph)


def _table(whole: network.Network) -> HttpResponseBase:
    return spreadsheets.table(_name("csv"), ecosystem.table_columns(), ecosystem.strongest(whole))


def _data(whole: network.Network) -> HttpResponseBase:
    data = JsonResponse(ecosystem.as_json(whole), json_dumps_params={"ensure_ascii": False})
    return downloads.as_file(data, _name("json"))


def _graph(whole: network.Network) -> HttpResponseBase:
    graph = HttpResponse(ecosystem.as_graphml(whole), content_type="application/graphml+xml")
    return downloads.as_file(graph, _name("graphml"))


def _file(
    request: HttpRequest, made_of: Callable[[network.Network], HttpResponseBase]
) -> HttpResponseBase:
    """A file of the network that the query asks for, open to all; 400 for what does not exist."""
    filters = NetworkFilter(request.GET, Organisation.objects.published())
    return downloads.refusal(filters) or made_of(filters.whole_network.read())


def _name(extension: str) -> str:
    return downloads.file_name(pgettext("file name", "network"), extension=extension)
