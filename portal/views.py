"""Home, search, site texts, what machines look for, and what answers when something goes wrong."""

import datetime
import sys
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.core.paginator import Page as NumberedPage
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    HttpResponseServerError,
    JsonResponse,
)
from django.shortcuts import redirect, render
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html
from django.utils.translation import (
    get_language_from_request,
    gettext_lazy,
    override,
    pgettext,
    pgettext_lazy,
)
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.http import require_safe

from events import figures as arcades
from events.models import Event, Project, ProjectFigure
from members.models import Commune, Organisation, Person, Theme
from portal import counting, display, i18n, matches, overload, search, sitemaps
from portal.context_processors import SITE_NAME
from portal.filters import Problem, QueryField
from portal.head import absolute
from portal.kept_pages import kept
from portal.listing import PER_PAGE, is_page, plain_query, typed_query, with_query
from portal.logs import request_id
from portal.markdown import plain
from portal.marking import Marker
from portal.models import Page, Status
from portal.words import LONGEST_QUERY
from portal.writing import typed

# How much of each list the home page shows.
HOME_THEMES, HOME_EVENTS, HOME_FIGURES, HOME_FOUNDERS = 5, 3, 3, 24
# A security.txt file must say until when it holds, at most a year ahead (RFC 9116).
SECURITY_TXT_DAYS = 180


@require_safe
def root(request: HttpRequest) -> HttpResponse:
    """The home page in the reader's language, French unless the browser prefers English."""
    with override(get_language_from_request(request)):
        response = HttpResponseRedirect(reverse("home"))
    patch_vary_headers(response, ["Accept-Language"])
    return response


# --- Home -----------------------------------------------------------------------------------------


@kept
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Who does AI here, with whom, when, and what one can join. What is empty is left out."""
    projects = arcades.leading()
    founders = list(Organisation.objects.published().founders()[: HOME_FOUNDERS + 1])
    return render(
        request,
        "portal/home.html",
        {
            "themes": Theme.objects.most_used()[:HOME_THEMES],
            "events": Event.objects.published().soonest(HOME_EVENTS).for_rows(),
            "arcade": arcades.across(projects),
            "projects": projects,
            "founders": founders[:HOME_FOUNDERS],
            "has_more_founders": len(founders) > HOME_FOUNDERS,
            "figures": figures(),
            "structured_data": [_website(), association_data()],
        },
    )


def figures() -> list[dict[str, Any]]:
    """The latest figures, at most one of each project or event; none without a date and a source."""
    found: dict[Any, dict[str, Any]] = {}
    stated = ProjectFigure.objects.filter(project__status=Status.PUBLISHED)
    for row in stated.select_related("project").order_by("-date", "project", "position")[:50]:
        found.setdefault(row.project, _project_figure(row))
    stated_of = Event.sources.through.objects.filter(event=OuterRef("pk"))
    counted = Event.objects.published().past().filter(Exists(stated_of), attendance__isnull=False)
    for event in counted.prefetch_related("sources")[:HOME_FIGURES]:
        found.setdefault(event, _attendance(event))
    latest = sorted(found.values(), key=lambda figure: figure["sort"], reverse=True)
    return latest[:HOME_FIGURES]


def _project_figure(row: ProjectFigure) -> dict[str, Any]:
    return {
        "value": display.marked(row, "value"),
        "label": format_html(
            "{} – {}", display.marked(row, "label"), display.marked(row.project, "title")
        ),
        "date": display.partial_date(row.date),
        "source": display.marked(row, "source"),
        "url": row.project.get_absolute_url(),
        "sort": row.date,
    }


def _attendance(event: Event) -> dict[str, Any]:
    day = event.local_start
    number = display.number(event.attendance)
    values: dict[str, str] = {
        Event.Qualifier.MORE_THAN: f"{number}+",
        Event.Qualifier.ABOUT: pgettext("a number", "about %(number)s") % {"number": number},
    }
    return {
        "value": values.get(event.attendance_qualifier, number),
        "label": format_html(_("Participants – {event}"), event=display.marked(event, "title")),
        "date": display.partial_date(day.strftime("%Y-%m")) if day else "",
        "source": display.marked(event.sources.all()[0], "title"),
        "url": event.get_absolute_url(),
        "sort": day.strftime("%Y-%m") if day else "",
    }


def _website() -> dict[str, Any]:
    target = f"{absolute(reverse('search'))}?q={{search_term_string}}"
    return {
        "@type": "WebSite",
        "name": SITE_NAME,
        "url": absolute(reverse("home")),
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": target},
            "query-input": "required name=search_term_string",
        },
    }


def association_data() -> dict[str, Any]:
    """The association as schema.org describes it."""
    return {"@type": "NGO", "name": SITE_NAME, "url": absolute(reverse("home"))}


# --- Search ---------------------------------------------------------------------------------------

# Where somebody goes whose words find nothing.
LISTS = (
    ("members:organisation-list", gettext_lazy("The directory of organisations")),
    ("events:project-list", gettext_lazy("All projects")),
    ("events:event-list", gettext_lazy("All events")),
)

# Every kind that is searched: its code in addresses, its name in the plural.
SEARCHED = {
    "organisation": gettext_lazy("Organisations"),
    "project": gettext_lazy("Projects"),
    "event": pgettext_lazy("menu", "Events"),
    "person": gettext_lazy("People"),
}
# Beyond these pages of all kinds together nobody looks; each kind goes on to its end, or as far as it is
# ranked where more answer than are counted.
MOST_PAGES = 10
MOST_NUMBER = counting.MOST // PER_PAGE


class SearchForm(forms.Form):
    """What is looked for."""

    q = QueryField(label=gettext_lazy("Search the site"), required=False)


def searched() -> dict[str, QuerySet]:
    """What may be found, with what its row shows."""
    found = _searched(i18n.current(), timezone.localdate())
    return {code: rows.all() for code, rows in found.items()}


@lru_cache(maxsize=4)
def _searched(_language: str, _day: datetime.date) -> dict[str, QuerySet]:
    """The same, put together once: what is shown may depend on these, and on nothing else."""
    return {
        "organisation": Organisation.objects.published().for_rows("description"),
        "project": Project.objects.published().for_rows(),
        "event": Event.objects.published().for_rows(),
        # Somebody is shown on the page of their organisation, or only here.
        "person": Person.objects.published().select_related("organisation"),
    }


@kept
@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """What answers a few words, of every kind or of one; 400 for words that cannot be looked for."""
    if plain_query(request) != typed_query(request):
        return HttpResponseRedirect(with_query(request.path, plain_query(request)))
    typed = request.GET.get("q", "")
    context = {"trail": [(_("Search"), "")], "noindex": True, "typed": typed[: 2 * LONGEST_QUERY]}
    form = SearchForm({"q": typed}, auto_id="%s")
    if not form.is_valid():
        return render(request, "portal/search.html", context | {"form": form}, status=400)
    if query := form.cleaned_data["q"]:
        context |= _results(request, query)
    return render(request, "portal/search.html", context)


def _results(request: HttpRequest, query: str) -> dict[str, Any]:
    """One page of what answers a query; 404 beyond the last one."""
    kind, problems = _kind_asked_for(request)
    number = _page_asked_for(request, MOST_NUMBER if kind else MOST_PAGES)
    querysets = searched()
    published = list(querysets.values())
    first = PER_PAGE * (number - 1)
    only = querysets[kind].model if kind else None
    most = matches.MOST_RANKED if kind else MOST_PAGES * PER_PAGE
    found = search.search(
        query, published, PER_PAGE, skipped=first, only=only, most=most, scope="public"
    )
    counts = {code: found.counts[querysets[code].model] for code in querysets}
    page = _page(number, found.ranked[only] if only else min(found.total, most))
    rows = found.objects
    arcades.coloured(row for row in rows if isinstance(row, Project))
    return {
        "query": query,
        "page_obj": page,
        "is_longer": (counts[kind] if kind else found.total) > page.paginator.count,
        "total": found.total,
        "number": display.capitalised(counting.in_words(found.total)),
        "hits": [{"code": type(row)._meta.model_name, "object": row} for row in rows],
        "views": _views(query, kind, counts),
        "problems": problems,
        "marker": Marker.of(query),
        "hidden": [("kind", kind)] if kind else [],
        "lists": [
            {"label": label, "url": _asking(reverse(name), query if found.total else "")}
            for name, label in LISTS
        ],
        **({} if found.total else _meant(request, query, published)),
    }


def _meant(request: HttpRequest, query: str, published: list[QuerySet]) -> dict[str, str]:
    """What may have been meant by words that find nothing, with where it is found."""
    meant = search.suggestion(query, published)
    return {"meant": meant, "meant_url": _asking(request.path, meant)}


def _asking(path: str, query: str, **more: str) -> str:
    """The address of a page that looks for these words."""
    pairs = {"q": query} | more if query else more
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _kind_asked_for(request: HttpRequest) -> tuple[str, list[Problem]]:
    kind = request.GET.get("kind", "")
    if kind in SEARCHED or not kind:
        return kind, []
    message = _("“%(value)s” is not one of the choices.") % {"value": kind[:60]}
    return "", [Problem("kind", kind, message)]


def _page_asked_for(request: HttpRequest, most: int) -> int:
    number = request.GET.get("page", "1")
    if not (is_page(number) and int(number) <= most):
        raise Http404
    return int(number)


def _page(number: int, total: int) -> NumberedPage:
    pages = Paginator(range(total), PER_PAGE)
    if number > pages.num_pages:
        raise Http404
    return pages.page(number)


def _views(query: str, current: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    """A link for everything, then one for each kind in which something was found."""
    words = pgettext("search results of a kind", "%(kind)s (%(n)s)")
    kinds: dict[str, tuple[Any, int]] = {"": (_("Everything"), sum(counts.values()))}
    kinds |= {code: (label, counts[code]) for code, label in SEARCHED.items() if counts[code]}
    return [
        {
            "label": words % {"kind": label, "n": counting.in_words(count)},
            "url": _asking("", query, **({"kind": code} if code else {})),
            "current": code == current,
        }
        for code, (label, count) in kinds.items()
    ]


# --- Texts of the site ----------------------------------------------------------------------------

UNDER_ASSOCIATION = (Page.Code.JOIN, Page.Code.CONTACT)


@kept
@require_safe
def site_page(request: HttpRequest, code: str) -> HttpResponse:
    """A text that staff keep; 404 if they deleted it."""
    page = Page.objects.filter(code=code).first()
    if page is None:
        raise Http404
    missing = i18n.missing_language(page, ("title", "body"))
    above = []
    if code in UNDER_ASSOCIATION:
        above = [(Page.Code.ASSOCIATION.label, reverse("page-association"))]
    context: dict[str, Any] = {
        "page": page,
        "summary": plain(i18n.text(page, "body").value),
        "trail": [*above, (str(page), "")],
        "single_language": i18n.other(missing) if missing else "",
    }
    if code in (Page.Code.ASSOCIATION, *UNDER_ASSOCIATION):
        context["structured_data"] = association_data()
    return render(request, "portal/page.html", context)


@kept
@require_safe
def sitemap_page(request: HttpRequest) -> HttpResponse:
    """The site map for people: every page that leads to others."""
    context = {
        "themes": Theme.objects.most_used(),
        "communes": Commune.objects.with_organisations(),
        "trail": [(_("Site map"), "")],
    }
    return render(request, "portal/sitemap.html", context)


# --- What machines look for -----------------------------------------------------------------------


@require_safe
def sitemap_xml(request: HttpRequest) -> HttpResponse:
    """The site map for search engines, or where its parts are."""
    entries = sitemaps.whole()
    if entries is not None:
        return _map(sitemaps.as_xml(entries))
    addresses = (reverse("sitemap-part", args=part) for part in sitemaps.parts())
    context = {"parts": map(absolute, addresses)}
    return _map(get_template("portal/sitemap_index.xml").render(context))


@require_safe
def sitemap_part(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """A part of the site map; 404 for one that there is not."""
    try:
        entries = sitemaps.entries_of(name, number)
    except KeyError as error:
        raise Http404 from error
    return _map(sitemaps.as_xml(entries))


def _map(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="application/xml")


@require_safe
def robots_txt(request: HttpRequest) -> HttpResponse:
    """Where search engines need not go; nowhere at all in the demo, whose events are invented."""
    if settings.DEMO:
        lines = ["User-agent: *", "Disallow: /"]
    else:
        closed = ("members:workspace", "admin:index", "search")
        paths = [sitemaps.address(name, language) for name in closed for language in i18n.LANGUAGES]
        lines = ["User-agent: *", *(f"Disallow: {path}" for path in paths)]
        lines += ["", f"Sitemap: {absolute(reverse('sitemap'))}"]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell of a security problem (RFC 9116)."""
    until = timezone.now() + datetime.timedelta(days=SECURITY_TXT_DAYS)
    contact = settings.SECURITY_CONTACT or absolute(sitemaps.address("page-contact", "fr"))
    lines = [
        f"Contact: {contact}",
        f"Expires: {until:%Y-%m-%dT00:00:00Z}",
        "Preferred-Languages: fr, en",
        f"Canonical: {absolute(request.path)}",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


@require_safe
def change_password(request: HttpRequest) -> HttpResponse:
    """Where password managers send somebody who wants to change theirs."""
    with override(get_language_from_request(request)):
        return redirect("account_change_password")


# --- When something goes wrong --------------------------------------------------------------------

# The part of the site that a path belongs to, by the list it stands under.
SECTIONS = (
    ("members:organisation-list", "directory"),
    ("events:project-list", "projects"),
    ("events:event-list", "agenda"),
)


def _for_machines(request: HttpRequest, code: str, detail: Any, status: int) -> HttpResponse | None:
    """The error as the API says it, in the language asked for, for an address of the API."""
    if not request.path.startswith("/api/"):
        return None
    kind = "server_error" if status >= 500 else "client_error"
    # Some requests are refused before anybody looked at their language.
    with override(get_language_from_request(request)):
        errors = [{"code": code, "detail": str(detail), "attr": None}]
    return JsonResponse({"type": kind, "errors": errors}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address or a form that cannot be read."""
    answer = _for_machines(
        request, "bad_request", gettext_lazy("This request cannot be read."), 400
    )
    return answer or defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What belongs to somebody else, or to a role that is not theirs."""
    return render(request, "403.html", {"noindex": True}, status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """In the language of the path, with the nearest list first."""
    if answer := _for_machines(request, "not_found", gettext_lazy("There is nothing here."), 404):
        return answer
    section = next((part for name, part in SECTIONS if request.path.startswith(reverse(name))), "")
    return render(request, "404.html", {"section": section, "noindex": True}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """The fault is ours, 500, or one of the database that passes by itself, 503.

    The page needs neither database nor language, and names the request only.
    """
    # Django calls this while it handles the error.
    if told := overload.passing(sys.exc_info()[1]):
        answer = _for_machines(request, told.default_code, told.default_detail, 503)
        answer = answer or HttpResponse(get_template("503.html").render(), status=503)
        answer["Retry-After"] = str(told.wait)
        return answer
    answer = _for_machines(request, "error", overload.Fault.default_detail, 500)
    page = get_template("500.html")
    return answer or HttpResponseServerError(page.render({"reference": request_id.get()}))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token has expired: what was typed is shown again, to be copied."""
    context = {"typed": typed.texts(request.POST), "noindex": True}
    return render(request, "403_csrf.html", context, status=403)
