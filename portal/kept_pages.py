"""Pages kept for visitors: each is made once and given to all who ask for it, until content changes.

A page is kept under its address and language, with the version of the content it was made of
(`portal/content_version.py`). Only what a view marks with `kept` is, only for who comes without a
session, and only where the whole query was understood: nobody can fill the store with made-up keys.
What is kept is the finished answer, compressed; a page that many ask for at once is made by one.

Without the store everything works, and each page is made anew.
"""

import gzip
import hashlib
import time
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date, parse_http_date_safe
from django.utils.translation import get_language_from_request, override

from portal import i18n
from portal.keeping import go_by, of_one_version, store

# How long to wait for a page that somebody else is making, in seconds.
PATIENCE = 5.0
# Where pages for visitors are; nothing else is looked for.
PLACES = (*(f"/{language}/" for language in i18n.LANGUAGES), "/api/v1/")
# What is noted for a moment of an address that has no page for all.
NO_PAGE = "no page"
# No list of ours has a longer query.
LONGEST_QUERY = 500
# Who asks every time has what is published at once; a proxy may spare us a second of a busy day.
FOR_VISITORS = "public, max-age=0, s-maxage=1, must-revalidate"
FOR_MEMBERS = "private, no-cache"
# What is answered whoever asks, and added to each answer by what stands around this.
NOT_KEPT = frozenset({"set-cookie", "date", "content-length", "x-request-id"})
# Nobody fills the store with answers that are large and quickly made: pages have a tenth of this.
LARGEST = 128 * 1024

View = TypeVar("View", bound=Callable[..., Any])


def kept(view: View) -> View:
    """Mark a view whose answers are the same for all who come without a session."""
    mark(view, "is_kept")
    return view


def understood(request: HttpRequest) -> None:
    """Say that each part of the query of `request` is one that this page knows."""
    mark(request, "is_understood")


def is_making(request: Any) -> bool:
    """Whether the answer to `request` is made for all: who has it already is told so here."""
    return getattr(request, "is_made_for_all", False) and _is_understood(request)


def mark(what: Any, name: str, value: bool = True) -> None:
    """Note something on a view or a request, for the middleware to find."""
    setattr(what, name, value)


class Entry(NamedTuple):
    """An answer as it is kept."""

    modified_at: float
    etag: str
    headers: list[tuple[str, str]]
    body: bytes

    @classmethod
    def of(cls, response: HttpResponse) -> "Entry":
        """What to keep of a finished answer, which may have a mark of its own and say when what it
        tells last changed.

        The mark is a weak one: some get it compressed (RFC 9110, 8.8.1).
        """
        modified = parse_http_date_safe(response.get("Last-Modified", ""))
        headers = [(k, v) for k, v in response.items() if k.lower() not in NOT_KEPT]
        etag = response.get("ETag", f'"{hashlib.sha256(response.content).hexdigest()[:20]}"')
        body = gzip.compress(response.content, 6, mtime=0)
        return cls(modified or time.time(), f"W/{etag.removeprefix('W/')}", headers, body)

    def answer(self, request: HttpRequest) -> HttpResponseBase:
        """The answer as `request` can read it, or 304 if it has it already."""
        compressed = takes_gzip(request.headers.get("Accept-Encoding", ""))
        response = HttpResponse(self.body if compressed else gzip.decompress(self.body))
        for name, value in self.headers:
            response[name] = value
        if compressed:
            response["Content-Encoding"] = "gzip"
        response["ETag"] = self.etag
        response["Last-Modified"] = http_date(self.modified_at)
        # To nginx a second is up to two; told the end of this one, it holds the page until then.
        response["X-Accel-Expires"] = f"@{int(time.time())}"
        response["Content-Length"] = str(len(response.content))
        asked = "HTTP_IF_NONE_MATCH" in request.META or "HTTP_IF_MODIFIED_SINCE" in request.META
        if asked:
            found = get_conditional_response(request, self.etag, int(self.modified_at), response)
            return found or response
        return response


class KeepPages:
    """Answers visitors from what is kept, and keeps what is made for them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not settings.KEEP_PAGES or request.method not in ("GET", "HEAD"):
            return self.get_response(request)
        with of_one_version():
            return self._read(request)

    def _read(self, request: HttpRequest) -> HttpResponseBase:
        """The answer to a request that changes nothing."""
        if is_for_one(request):
            return self._for_one(request)
        key = key_of(request)
        if key is None:
            return self.get_response(request)
        version, found = store.look([key])
        if key not in found:
            if not leads_to_kept(request):
                return self.get_response(request)
            # Should the page have a form all the same, its token is noticed by being a new one.
            request.COOKIES.pop(settings.CSRF_COOKIE_NAME, None)
        until = time.monotonic() + PATIENCE
        while key not in found:
            token = store.begin(key)
            if not token:
                if time.monotonic() > until:
                    return self._made(request, key, version, token)
                time.sleep(0.01)
            version, found = store.look([key])
            # Whoever made it may have been done just before it was our turn.
            if token and key in found:
                store.end(key, token)
            elif token:
                return self._made(request, key, version, token)
        entry = found[key]
        # What was made a moment ago and is no page for all is made anew for each.
        return self.get_response(request) if entry == NO_PAGE else entry.answer(request)

    def process_view(self, request: HttpRequest, view: Any, *args: object) -> None:
        """Note whether the view that answers is marked."""
        mark(request, "is_kept", getattr(view, "is_kept", False))

    def _for_one(self, request: HttpRequest) -> HttpResponseBase:
        """The answer to somebody with a session: theirs, and no proxy's."""
        response = self.get_response(request)
        if getattr(request, "is_kept", False) and not response.has_header("Cache-Control"):
            response["Cache-Control"] = FOR_MEMBERS
            patch_vary_headers(response, ["Cookie"])
        return response

    def _made(self, request: HttpRequest, key: str, version: str, token: str) -> HttpResponseBase:
        """Make a page, and keep it if it is one for all; whoever waits for it is told otherwise."""
        go_by(version)
        mark(request, "is_made_for_all")
        kept: Any = NO_PAGE
        try:
            response = self.get_response(request)
            if may_be_kept(request, response):
                response["Cache-Control"] = FOR_VISITORS
                patch_vary_headers(response, ["Cookie", "Accept-Encoding"])
                kept = Entry.of(cast(HttpResponse, response))
        finally:
            if kept == NO_PAGE or len(kept.body) > LARGEST:
                store.keep({key: NO_PAGE}, version, life=1)
            elif request.method == "GET":
                store.keep({key: kept}, version)
            store.end(key, token)
        return response if kept == NO_PAGE else kept.answer(request)


def key_of(request: HttpRequest) -> str | None:
    """What a page is kept under: path, query and language. None for what is never kept.

    A query may stand in any order: where that would count, as with two numbers of a page, none is kept.
    The host is no part of it, since no page depends on it; raises DisallowedHost if it is not ours.
    """
    request.get_host()
    query = request.META.get("QUERY_STRING", "")
    pairs = parse_qsl(query, keep_blank_values=True)
    if len(query) > LONGEST_QUERY or any(name == "q" for name, _value in pairs):
        return None
    if not request.path_info.startswith(PLACES):
        return None
    asked = urlencode(sorted(pairs))
    language = get_language_from_request(request, check_path=True)
    parts = [request.path, asked, language]
    return hashlib.sha256("\n".join(parts).encode(errors="replace")).hexdigest()


def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header lets us answer with gzip (RFC 9110, 12.5.3)."""
    for each in accepted.split(","):
        name, _sign, weight = each.replace(" ", "").partition(";q=")
        if name == "gzip":
            return weight.strip("0.") != "" if weight else True
    return False


def is_for_one(request: HttpRequest) -> bool:
    """Whether somebody asks who says who they are."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES or "HTTP_AUTHORIZATION" in request.META


def is_for_all(request: HttpRequest) -> bool:
    """Whether somebody unknown asks for what is the same for all who are."""
    return request.method in ("GET", "HEAD") and not is_for_one(request) and leads_to_kept(request)


def leads_to_kept(request: HttpRequest) -> bool:
    """Whether a view that is marked answers this address: no other page waits for anything here."""
    language = get_language_from_request(request, check_path=True)
    with override(language):
        try:
            return getattr(resolve(request.path_info).func, "is_kept", False)
        except Resolver404:
            return False


def _is_understood(request: Any) -> bool:
    return not request.META.get("QUERY_STRING") or getattr(request, "is_understood", False)


def may_be_kept(request: Any, response: Any) -> bool:
    """Whether an answer is the same for everybody who asks for this address."""
    return (
        getattr(request, "is_kept", False)
        and response.status_code == 200
        and not response.streaming
        and not response.cookies
        and not response.has_header("Cache-Control")
        and _is_understood(request)
        # A form on the page has a token of its own, and what a session says is for one person.
        and "CSRF_COOKIE" not in request.META
        and request.session.is_empty()
    )
