"""The agenda, its months, and the page of an event."""

import datetime
from collections.abc import Collection
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext, pgettext_lazy
from django.views.decorators.http import require_safe

from events import feeds, figures, structured_data, tables
from events.filters import AgendaFilter, PastAgendaFilter, UpcomingFilter
from events.models import Event
from events.views import months
from events.views.months import DAY, Group, Month, Reach, by_month, month_words
from events.views.pages import page_context
from events.views.practical import practical
from portal import counting, display, downloads, i18n, spreadsheets
from portal.addresses import Nearest, answer
from portal.downloads import Feed
from portal.kept_pages import kept
from portal.listing import PER_PAGE, Listing, with_query

NEAREST = Nearest("events:event-list", pgettext_lazy("menu", "Events"))
UPCOMING, MONTH, PAST = "upcoming", "month", "past"


# --- The agenda -----------------------------------------------------------------------------------


class Asked(NamedTuple):
    """What an address of the agenda asks for: a view, its events, the filters they answer to."""

    view: str
    events: Any
    filters: type[AgendaFilter]
    keys: Collection[str]
    first: datetime.date | None = None


def asked(request: HttpRequest, first: datetime.date | None = None) -> Asked:
    """The view that a request is for: of the month that begins on `first`, or by its key `view`."""
    events = Event.objects.published()
    if first is not None:
        in_month = events.between(first, months.month_after(first) - DAY)
        return Asked(MONTH, in_month, AgendaFilter, (), first)
    if request.GET.get("view") == PAST:
        return Asked(PAST, events.past(), PastAgendaFilter, ("view",))
    # A view that does not exist is told, as is any other key without a meaning.
    keys = () if request.GET.get("view") else ("view",)
    return Asked(UPCOMING, events.upcoming(), UpcomingFilter, keys)


@kept
@require_safe
def event_list(request: HttpRequest) -> HttpResponse:
    """What is to come, month by month; `view=past` shows what is over."""
    view = asked(request)
    listing = _listing(request, view)
    if listing.redirect:
        return listing.redirect
    if view.view == PAST:
        found = ngettext("%(n)s past event", "%(n)s past events", listing.total)
        groups = by_month(listing.page, latest_first=True)
    else:
        found = ngettext("%(n)s upcoming event", "%(n)s upcoming events", listing.total)
        groups = by_month(listing.page, not_before=timezone.localdate())
    context = listing.context(
        name=NEAREST.label, found=found % {"n": counting.in_words(listing.total)}
    )
    return _agenda(
        request,
        listing,
        view.view,
        context
        | {
            "groups": groups,
            "days": [listing.filters.form["from"], listing.filters.form["to"]],
            "table_url": listing.table_address(
                reverse("events:event-table"), **({"view": PAST} if view.view == PAST else {})
            ),
            "trail": [(NEAREST.label, "")],
        },
    )


@kept
@require_safe
def event_month(request: HttpRequest, year: int, month: int) -> HttpResponse:
    """What takes place in a month: a grid of its days, their list, and the months beside it."""
    first = datetime.date(year, month, 1)
    listing = _listing(request, asked(request, first))
    if listing.redirect:
        return listing.redirect
    words = month_words(first)
    number = {"n": counting.in_words(listing.total)}
    found = ngettext("%(n)s event", "%(n)s events", listing.total) % number
    name = pgettext("name of a list", "%(list)s, %(month)s")
    context = listing.context(name=name % {"list": NEAREST.label, "month": words}, found=found)
    in_month = ngettext("%(month)s: %(n)s event", "%(month)s: %(n)s events", listing.total)
    reach = Reach.of(Event.objects.published())
    before, after = reach.before(first), reach.after(first)
    return _agenda(
        request,
        listing,
        MONTH,
        context
        | _days(listing, first)
        | {
            "found": display.capitalised(in_month % (number | {"month": words})),
            "noindex": context["noindex"] or not listing.total or not reach.has(first),
            "before": _month_link(listing, before) if before else None,
            "after": _month_link(listing, after) if after else None,
            "table_url": listing.table_address(
                reverse("events:event-month-table", args=[year, month])
            ),
            "trail": [(NEAREST.label, reverse("events:event-list")), (words, "")],
        },
    )


@require_safe
def event_table(request: HttpRequest) -> HttpResponseBase:
    """The list as a file for spreadsheets; 400 for what its filters do not understand."""
    return _table(request, asked(request))


@require_safe
def event_month_table(request: HttpRequest, year: int, month: int) -> HttpResponseBase:
    """What takes place in a month, as a file."""
    return _table(request, asked(request, datetime.date(year, month, 1)), f"{year}-{month:02}")


def _table(request: HttpRequest, view: Asked, *suffix: str) -> HttpResponseBase:
    filters = view.filters(request.GET, view.events)
    name = downloads.file_name(pgettext("file name", "events"), *suffix, extension="csv")
    return spreadsheets.of_list(filters, tables.event_columns(), name, view.keys)


def _days(listing: Listing, first: datetime.date) -> dict[str, Any]:
    """The grid of a month and the list under it; for an empty one the nearest months with events."""
    if not listing.total:
        events = AgendaFilter(listing.request.GET, Event.objects.published()).narrowed()
        words = pgettext("a month", "Go to %(month)s")
        links = [
            _month_link(listing, month) | {"label": words % {"month": month_words(month)}}
            for month in months.nearest(events, first)
        ]
        return {"groups": [], "nearest": links}
    groups = [Group("", list(listing.page))]
    if listing.total > months.MOST_IN_GRID:
        return {"groups": groups, "too_many": months.MOST_IN_GRID}
    found = Month.of(first, listing.filters.qs)
    return {"groups": groups, "month": found, "weeks": found.weeks(listing.page_link)}


def _listing(request: HttpRequest, view: Asked) -> Listing:
    keys = {"page", *view.keys}
    per_page = months.PER_PAGE if view.view == MONTH else PER_PAGE
    return Listing(
        request,
        view.filters,
        view.events,
        prepared=_for_rows,
        keys=keys,
        per_page=per_page,
        scope=f"{view.view} {view.first or ''}",
    )


def _for_rows(events: Any) -> QuerySet:
    return events.for_rows()


def _agenda(
    request: HttpRequest, listing: Listing, view: str, context: dict[str, Any]
) -> HttpResponse:
    """The page of one view of the agenda; the same filters lead from one view to the others."""
    today = timezone.localdate()
    addresses = {
        UPCOMING: _with_filters(listing, reverse("events:event-list")),
        MONTH: _with_filters(listing, months.month_address(today)),
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
            "links": [*context["loosened"], *context.get("nearest", []), *elsewhere_links],
            "propose_url": reverse("members:workspace"),
            "feeds": feeds.of_agenda(listing.filters),
        },
    )


def _with_filters(listing: Listing, path: str, **more: str) -> str:
    """An address with what the list is filtered by; days belong to one view and are left out."""
    kept = [(key, value) for key, value in listing.filters.pairs if key not in ("from", "to")]
    return with_query(path, [*kept, *more.items()])


def _month_link(listing: Listing, first: datetime.date) -> dict[str, str]:
    label = display.capitalised(month_words(first))
    return {"label": label, "url": _with_filters(listing, months.month_address(first))}


# --- One event ------------------------------------------------------------------------------------


@kept
@require_safe
def event_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of a published event."""
    return answer(request, Event.objects.whole(), slug, event_page, nearest=NEAREST)


def event_page(request: HttpRequest, event: Event) -> HttpResponse:
    """One event, published or as it would be."""
    organisers = [row.organisation for row in event.agreed_organisers]
    return render(
        request,
        "events/event_detail.html",
        page_context(request, event, NEAREST)
        | practical(event)
        | _to_keep(request, event)
        | {
            "event": event,
            "organisers": organisers,
            "themes": event.all_themes,
            "projects": figures.coloured(event.published_projects),
            "sources": event.all_sources,
            "structured_data": structured_data.event(
                event, organisers=organisers, themes=event.all_themes
            ),
        },
    )


def file_address(event: Event) -> str:
    """The file of an event for a calendar, in the active language."""
    return reverse("events:event-file", args=[event.slug_for(i18n.current())])


def _to_keep(request: HttpRequest, event: Event) -> dict[str, Any]:
    """The file for one's own calendar: nothing without a date, nor before the event has an address."""
    if not event.has_days or getattr(request, "is_preview", False):
        return {}
    title = i18n.text(event, "title").value
    return {"feeds": [Feed("text/calendar", title, file_address(event))]}
