"""What every request goes through besides Django's own."""

import codecs
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.core.exceptions import BadRequest, MiddlewareNotUsed
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import get_resolver
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_header_parameters

from portal.logs import request_id


class NameRequest:
    """Gives each request a name of its own: in its answer, in its log lines, on the page of an error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = secrets.token_hex(6)
        # It stays until the next one: Django logs a refusal once this has returned.
        request_id.set(name)
        response = self.get_response(request)
        response["X-Request-Id"] = name
        return response


class ReadAsUtf8(HttpRequest):
    """Of the request classes of our servers: read in UTF-8, whatever charset the content type claims.

    Django would read the query in that charset as soon as a request is made, before anybody can refuse
    it: and Python knows some that are none, which would be an error of ours. `RefuseMalformedInput`
    refuses them all.
    """

    def _set_content_type_params(self, meta: Any) -> None:
        kind = meta.get("CONTENT_TYPE", "")
        self.content_type, self.content_params = parse_header_parameters(kind)


class RefuseMalformedInput:
    """Answers 400 to what no browser sends: NUL or lone surrogates in path or query, odd charsets.

    A NUL in a search box is otherwise an error 500 on PostgreSQL and nothing at all on SQLite.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Refuse a charset other than UTF-8: Python knows some that decode to no text at all."""
        if not _is_utf_8((request.content_params or {}).get("charset", "utf-8")):
            request.encoding = "utf-8"  # the page that says so may read the query
            raise BadRequest("A charset that is not UTF-8")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: object) -> None:
        """Raise BadRequest where Django will show our page for it."""
        values = [
            request.path,
            *request.GET.keys(),
            *(v for k in request.GET for v in request.GET.getlist(k)),
        ]
        if any("\x00" in value or not _is_text(value) for value in values):
            raise BadRequest("NUL or invalid character in the address")


class PlainLineEnds:
    """Ends the lines of what forms send as they end everywhere here.

    Browsers send CR LF for each line end in a text; limits would count it twice, and a text that
    nobody touched would differ from the one that is kept.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *args: object) -> None:
        """Put the fields of a form in the place of what was sent; files and JSON stay as they are."""
        if any("\r" in value for _name, values in request.POST.lists() for value in values):
            fields: Any = request.POST.copy()
            for name, values in request.POST.lists():
                plain = (value.replace("\r\n", "\n").replace("\r", "\n") for value in values)
                fields.setlist(name, list(plain))
            fields._mutable = False  # as Django hands it over
            request.POST = fields


class ListAddress:
    """Tells the script of a list under which address to show the answer, and whether that is a step.

    Whoever ticks a box, chooses an order or turns a page goes a step on, and comes back by going back.
    Whoever types replaces one list by the next: the way back does not lead past each letter. The page
    is the one that everybody gets, so this stands outside whatever may keep pages.
    """

    # What the script replaces, as it calls it.
    TARGET = "section#results"

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Whoever holds this page for others must not give it to the script, nor the reverse.
        patch_vary_headers(response, ["HX-Request"])
        if request.headers.get("HX-Target") == self.TARGET and response.status_code == 200:
            response["Cache-Control"] = "private, no-cache"
            shown, asked = request.headers.get("HX-Current-URL", ""), request.get_full_path()
            typed = request.headers.get("HX-Source", "") == "form"
            step = is_step(shown, asked, may_be_typed=typed)
            response["HX-Push-Url" if step else "HX-Replace-Url"] = asked
        return response


def is_step(shown: str, asked: str, *, may_be_typed: bool) -> bool:
    """Whether a list is another one than that shown, and not the same for other words typed."""
    try:
        before, after = urlsplit(shown), urlsplit(asked)
    except ValueError:  # a browser sends none that cannot be read
        return True
    was, now = (parse_qsl(each.query, keep_blank_values=True) for each in (before, after))
    if may_be_typed and dict(was).get("q", "") != dict(now).get("q", ""):
        # Other words begin on the first page; without any, no order is by relevance.
        was, now = (
            [pair for pair in query if pair[0] not in ("q", "page", "sort")] for query in (was, now)
        )
    return before.path != after.path or sorted(was) != sorted(now)


class OwnNotFound:
    """Shows the demo's visitors the page of the site where Django, in DEBUG, lists our addresses.

    Stands last, next to the views: what it returns goes through everything else as their answers do.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.DEMO:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # A page of ours with this status is left as it is: only Django's speaks of the setting.
        if response.status_code == 404 and b"DEBUG = True" in getattr(response, "content", b""):
            not_found: Any = get_resolver().resolve_error_handler(404)
            return not_found(request, exception=Http404())
        return response


def _is_utf_8(charset: str) -> bool:
    try:
        return codecs.lookup(charset).name in ("utf-8", "ascii")
    except LookupError:
        return False


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
