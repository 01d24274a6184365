"""Calendars and feeds of the agenda and of one organisation, and one event as a file.

They hold what is to come and what was over for a year at most (`EventQuerySet.recent`), so many
events and no more; whoever is subscribed sees changes and cancellations. What is withdrawn is gone.
"""

from collections.abc import Callable, Collection
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from events import feeds, ical
from events.filters import AgendaFilter
from events.models import Event
from events.views.events import NEAREST, PAST, file_address
from members.models import Organisation
from portal import downloads, i18n
from portal.addresses import Nearest, answer
from portal.downloads import Feed
from portal.kept_pages import kept, understood
from portal.listing import typed_query, with_query

# A program takes a few hundred events without trouble, a person reads no hundred entries.
MOST_EVENTS = 300
MOST_ENTRIES = 100
DIRECTORY = Nearest("members:organisation-list", gettext_lazy("The directory of organisations"))


# What is given of some events, and what it says about itself: its title, its address and its page.
About = dict[str, str]
Give = Callable[[HttpRequest, Any, About], HttpResponseBase]


# --- The agenda -----------------------------------------------------------------------------------


@kept
@require_safe
def agenda_calendar(request: HttpRequest) -> HttpResponseBase:
    """The agenda as it is filtered, for calendar programs."""
    return _agenda(request, _calendar)


@kept
@require_safe
def agenda_feed(request: HttpRequest) -> HttpResponseBase:
    """The agenda as it is filtered, for feed readers."""
    return _agenda(request, _feed)


def _agenda(request: HttpRequest, give: Give) -> HttpResponseBase:
    events = Event.objects.published().recent()
    # The page's own key for what is over means the same here.
    past = request.GET.get("view") == PAST
    filters = AgendaFilter(request.GET, events.past() if past else events)
    if refused := downloads.refusal(filters, {"view"} if past else ()):
        return refused
    page = with_query(reverse(NEAREST.name), filters.pairs)
    view = [("view", PAST)] if past else []
    return _given(request, filters, give, title=feeds.title_of(filters), page=page, view=view)


# --- One organisation -----------------------------------------------------------------------------


@kept
@require_safe
def organisation_calendar(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The events of an organisation, for calendar programs."""
    return _organisation(request, slug, _calendar, lambda found: found.calendar)


@kept
@require_safe
def organisation_feed(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The events of an organisation, for feed readers."""
    return _organisation(request, slug, _feed, lambda found: found.feed)


def _organisation(
    request: HttpRequest, slug: str, give: Give, which: Callable[[feeds.Subscription], Feed]
) -> HttpResponseBase:
    def found(request: HttpRequest, organisation: Any) -> Any:
        rows = Event.objects.published().recent().organised_by(organisation)
        filters = AgendaFilter(request.GET, rows)
        if refused := downloads.refusal(filters):
            return refused
        title = feeds.title_of(filters, organisation.name)
        page = organisation.get_absolute_url()
        return _given(request, filters, give, title=title, page=page)

    return answer(
        request,
        Organisation.objects.all(),
        slug,
        found,
        nearest=DIRECTORY,
        address=lambda organisation: which(feeds.of_organisation(organisation)).path,
    )


# --- One event ------------------------------------------------------------------------------------


@require_safe
def event_file(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One event for a calendar; 404 as long as only its period is known."""
    rows = Event.objects.select_related("commune")
    return answer(request, rows, slug, _event_file, nearest=NEAREST, address=file_address)


def _event_file(request: HttpRequest, event: Event) -> Any:
    if not event.has_days:
        raise Http404
    (found,) = Event.objects.filter(pk=event.pk).in_full()
    changed = Event.objects.last_change_of_one(event)
    answered = downloads.kept(request, ical.of_one(found), ical.CONTENT_TYPE, changed)
    name = downloads.file_name(event.slug_for(i18n.current()), extension="ics")
    return downloads.as_file(answered, name)


# --- What is given --------------------------------------------------------------------------------


def _given(
    request: HttpRequest,
    filters: AgendaFilter,
    give: Give,
    *,
    title: str,
    page: str,
    view: Collection[tuple[str, str]] = (),
) -> HttpResponseBase:
    """The events that the filters leave; kept for all where they are chosen as our pages do."""
    if filters.is_written(typed_query(request), view):
        understood(request)
    address = with_query(request.path, [*filters.pairs, *view])
    return give(request, filters.narrowed(), {"title": title, "address": address, "page": page})


def _calendar(request: HttpRequest, events: Any, about: About) -> HttpResponseBase:
    found = list(events.dated().nearest(MOST_EVENTS).in_full())
    found.sort(key=lambda event: (event.starts_at, event.pk))
    body = ical.of_many(found, **about)
    answered = downloads.kept(request, body, ical.CONTENT_TYPE, Event.objects.last_change(found))
    name = downloads.file_name(pgettext("file name", "events"), extension="ics")
    return downloads.as_file(answered, name)


def _feed(request: HttpRequest, events: Any, about: About) -> HttpResponseBase:
    found = list(events.order_by("-updated_at", "-pk").in_full()[:MOST_ENTRIES])
    body = feeds.atom(found, **about)
    return downloads.kept(request, body, feeds.ATOM, Event.objects.last_change(found))
