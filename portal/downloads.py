"""What machines and people take away: strict about what is asked, open to any page, asked again cheaply.

A page leaves out what it does not understand in its address and says so. Whoever subscribes sees no
page: a filter that means nothing is refused, so that nobody follows a list they did not ask for.
"""

import datetime
import hashlib
from collections.abc import Collection
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag
from django.utils.text import slugify
from django.utils.translation import gettext as _

from portal import kept_pages
from portal.filters import ListFilterSet
from portal.head import absolute

LICENCE = {
    "name": "Licence Ouverte 2.0 / Open Licence 2.0",
    "url": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
}
TEXT = "text/plain; charset=utf-8"

Answer = TypeVar("Answer", bound=HttpResponseBase)


class Feed(NamedTuple):
    """Something to subscribe to, as the head of a page names it."""

    type: str
    title: str
    path: str

    @property
    def url(self) -> str:
        """The address to give to another program."""
        return absolute(self.path)

    @property
    def is_calendar(self) -> bool:
        return self.type == "text/calendar"

    @property
    def webcal_url(self) -> str:
        """The address that opens a calendar program where there is one."""
        return urlsplit(self.url)._replace(scheme="webcal").geturl()


def refusal(filters: ListFilterSet, keys: Collection[str] = ()) -> HttpResponse | None:
    """A 400 that names each thing these filters do not understand, None if there is none.

    `keys` are those of the query that are no filters and yet understood.
    """
    problems = filters.problems(keys)
    if not problems:
        return None
    reasons = "".join(f"- {problem.message}\n" for problem in problems)
    title = _("This address asks for something that does not exist:")
    return open_data(HttpResponse(f"{title}\n{reasons}", content_type=TEXT, status=400))


def open_data(response: Answer) -> Answer:
    """Let pages of any site read an answer, and say under which licence."""
    response["Access-Control-Allow-Origin"] = "*"
    response["Link"] = f'<{LICENCE["url"]}>; rel="license"'
    return response


def file_name(*parts: Any, extension: str) -> str:
    """A name for a file that every system takes: letters without accents, digits and hyphens."""
    stem = "-".join(filter(None, (slugify(str(part))[:60].strip("-") for part in parts)))
    return f"{stem or 'portal'}.{extension}"


def as_file(response: Answer, name: str) -> Answer:
    """Have an answer saved under a name (`file_name`), and no search engine list it."""
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Robots-Tag"] = "noindex"
    return open_data(response)


def kept(
    request: HttpRequest, body: bytes, content_type: str, changed: datetime.datetime | None
) -> HttpResponseBase:
    """An answer that whoever has it already need not fetch again: a 304 for the same content.

    The mark is made of the content itself. `changed` serves those who keep none: when something in
    the content, or no longer in it, last changed. Where it is kept for all visitors `KeepPages` asks
    whether they have it.
    """
    response = HttpResponse(body, content_type=content_type)
    etag = quote_etag(hashlib.sha256(body).hexdigest()[:32])
    response["ETag"] = etag
    moment = int(changed.timestamp()) if changed else None
    if moment is not None:
        response["Last-Modified"] = http_date(moment)
    answer: HttpResponseBase | None = None
    if not kept_pages.is_making(request):
        # To be asked for each time: what is published or withdrawn shows at once.
        response["Cache-Control"] = "no-cache"
        answer = get_conditional_response(request, etag, moment, response)
    answer = answer or response
    answer["X-Robots-Tag"] = "noindex"
    return open_data(answer)
