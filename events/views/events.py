"""The agenda, its months, and the page of an event."""

import datetime
from collections.abc import Collection, Iterable
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy
from django.views.decorators.http import require_safe

from events import structured_data
from events.filters import AgendaFilter, PastAgendaFilter
from events.models import Event
from events.views.pages import page_context
from events.views.practical import practical
from portal import display
from portal.addresses import Nearest, answer
from portal.listing import PAGE_KEYS, Listing

NEAREST = Nearest("events:event-list", pgettext_lazy("menu", "Events"))
UPCOMING, MONTH, PAST = "upcoming", "month", "past"
# The months that have a page, as the addresses say.
FIRST_YEAR, LAST_YEAR = 2000, 2099


# --- The agenda -----------------------------------------------------------------------------------


@require_safe
def event_list(request: HttpRequest) -> HttpResponse:
    """What is to come, month by month; `view=past` shows what is over."""
    current = PAST if request.GET.get("view") == PAST else UPCOMING
    if current == PAST:
        listing = _listing(request, Event.objects.published().past(), PastAgendaFilter)
    else:
        # A view that does not exist is told, as is any other key without a meaning.
        keys = PAGE_KEYS - {"view"} if request.GET.get("view") else PAGE_KEYS
        listing = _listing(request, Event.objects.published().upcoming(), AgendaFilter, keys)
    if listing.redirect:
        return listing.redirect
    if current == PAST:
        found = ngettext("%(n)s past event", "%(n)s past events", listing.total)
        groups = by_month(listing.page, latest_first=True)
    else:
        found = ngettext("%(n)s upcoming event", "%(n)s upcoming events", listing.total)
        groups = by_month(listing.page, not_before=timezone.localdate())
    context = listing.context(
        name=NEAREST.label, found=found % {"n": display.number(listing.total)}
    )
    return _agenda(
        request,
        listing,
        current,
        context
        | {
            "groups": groups,
            "dates": [listing.filters.form["from"], listing.filters.form["to"]],
            "trail": [(NEAREST.label, "")],
        },
    )


@require_safe
def event_month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """What takes place in a month, with the way to the months beside it."""
    first = datetime.date(year, month, 1)
    rows = Event.objects.published().between(
        first, _month_after(first) - datetime.timedelta(days=1)
    )
    listing = _listing(request, rows, AgendaFilter, PAGE_KEYS - {"view"})
    if listing.redirect:
        return listing.redirect
    words = _month_words(first)
    found = ngettext("%(month)s: %(n)s event", "%(month)s: %(n)s events", listing.total)
    context = listing.context(
        name=NEAREST.label, found=found % {"month": words, "n": display.number(listing.total)}
    )
    context["found"] = display.capitalised(context["found"])
    # Years of months without anything would keep a search engine busy for ever.
    context["noindex"] = context["noindex"] or not listing.total
    return _agenda(
        request,
        listing,
        MONTH,
        context
        | {
            "groups": [Group("", list(listing.page))] if listing.total else [],
            "before": _month_link(listing, first - datetime.timedelta(days=1)),
            "after": _month_link(listing, _month_after(first)),
            "trail": [(NEAREST.label, reverse("events:event-list")), (words, "")],
        },
    )


def _listing(
    request: HttpRequest,
    events: QuerySet,
    filters: type[AgendaFilter],
    keys: Collection[str] = PAGE_KEYS,
) -> Listing:
    return Listing(request, filters, events, prepared=_for_rows, keys=keys)


def _for_rows(events: Any) -> QuerySet:
    return events.with_organisers()


def _agenda(
    request: HttpRequest, listing: Listing, view: str, context: dict[str, Any]
) -> HttpResponse:
    """The page of one view of the agenda; the same filters lead from one view to the others."""
    today = timezone.localdate()
    addresses = {
        UPCOMING: _with_filters(listing, reverse("events:event-list")),
        MONTH: _with_filters(
            listing, reverse("events:event-month", args=[today.year, today.month])
        ),
        PAST: _with_filters(listing, reverse("events:event-list"), view=PAST),
    }
    if view == MONTH:
        addresses[MONTH] = _with_filters(listing, request.path)
    labels = {
        UPCOMING: pgettext("events", "Upcoming"),
        MONTH: pgettext("events", "Month"),
        PAST: pgettext("events", "Past"),
    }
    nothing = {
        UPCOMING: _("No event is announced for now."),
        MONTH: _("No event is known in this month."),
        PAST: _("No past event is known."),
    }
    # Where nothing is found, the other views may have it.
    elsewhere = {UPCOMING: _("Look among past events"), PAST: _("Look among upcoming events")}
    elsewhere_links = [
        {"label": label, "url": addresses[PAST if code == UPCOMING else UPCOMING]}
        for code, label in elsewhere.items()
        if code == view or view == MONTH
    ]
    return render(
        request,
        "events/event_list.html",
        context
        | {
            "name": NEAREST.label,
            "facets": [facet for facet in context["facets"] if facet.options],
            "all_past": view == PAST,
            "views": [
                {"label": labels[code], "url": url, "current": code == view}
                for code, url in addresses.items()
            ],
            "empty": _("No event matches these filters.") if context["loosened"] else nothing[view],
            "links": [*context["loosened"], *elsewhere_links],
            "propose_url": reverse("members:workspace"),
        },
    )


def _with_filters(listing: Listing, path: str, **more: str) -> str:
    """An address with what the list is filtered by; days belong to one view and are left out."""
    kept = [(key, value) for key, value in listing.pairs if key not in ("view", "from", "to")]
    query = urlencode([*kept, *more.items()])
    return f"{path}?{query}" if query else path


# --- Months ---------------------------------------------------------------------------------------


class Group(NamedTuple):
    """Events that stand together in a list, under a title."""

    title: str
    events: list[Event]


def by_month(
    events: Iterable[Event],
    *,
    not_before: datetime.date | None = None,
    latest_first: bool = False,
) -> list[Group]:
    """Events under the month they start in, where they take place; last those without a date.

    What began before the month of `not_before`, and goes on, is under that month.
    """
    groups: dict[datetime.date, list[Event]] = {}
    undated = []
    for event in events:
        if event.local_start is None:
            undated.append(event)
            continue
        day = max(event.local_start.date(), not_before or datetime.date.min)
        groups.setdefault(day.replace(day=1), []).append(event)
    found = [
        Group(display.capitalised(_month_words(first)), rows)
        for first, rows in sorted(groups.items(), reverse=latest_first)
    ]
    return [*found, Group(_("Date to be announced"), undated)] if undated else found


def _month_words(first: datetime.date) -> str:
    return display.partial_date(f"{first:%Y-%m}")


def _month_after(first: datetime.date) -> datetime.date:
    return (first + datetime.timedelta(days=31)).replace(day=1)


def _month_link(listing: Listing, day: datetime.date) -> dict[str, str] | None:
    """The month of a day, if it has a page."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return None
    address = reverse("events:event-month", args=[day.year, day.month])
    return {"label": display.capitalised(_month_words(day)), "url": _with_filters(listing, address)}


# --- One event ------------------------------------------------------------------------------------


@require_safe
def event_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of a published event."""
    rows = Event.objects.select_related("commune")
    return answer(request, rows, slug, event_page, nearest=NEAREST)


def event_page(request: HttpRequest, event: Event) -> HttpResponse:
    """One event, published or as it would be."""
    organisers = [row.organisation for row in event.organisers.agreed()]
    themes = list(event.themes.all())
    return render(
        request,
        "events/event_detail.html",
        page_context(request, event, NEAREST)
        | practical(event)
        | {
            "event": event,
            "organisers": organisers,
            "themes": themes,
            "projects": event.projects.published().with_partner_count().order_by("pk"),
            "sources": event.sources.all(),
            "structured_data": structured_data.event(event, organisers=organisers, themes=themes),
        },
    )
