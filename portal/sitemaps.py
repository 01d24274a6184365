"""The site map for search engines: each page at its address in each language it exists in.

Addresses begin with `BASE_URL`, never with what a request claims its host to be. A text in one
language has one address here: the page that shows it in the other language names that one as the
original.

A map has so many rows of each kind. Where there are more it is an index of parts, each of the rows with
keys between two numbers, so that a part costs the same however many there are and keeps its address.
"""

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import override

from portal import i18n
from portal.head import absolute
from portal.lifecycle import kinds
from portal.models import Page

# As many keys of a kind as one part is made of. The protocol's limit is 50,000 addresses in a file and
# 50,000 files in an index; each row may have four, two of its own and two of a further page.
KEYS = 2_000
# The part with the pages that have no row of a kind.
PAGES = "pages"
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:xhtml="http://www.w3.org/1999/xhtml">'
)
LISTS = (
    *("members:organisation-list", "events:project-list", "events:event-list"),
    *("events:ecosystem", "events:key-figures", "api-guide"),
)


@dataclass(frozen=True)
class Entry:
    """One page: its address in each language it exists in, and when it last changed."""

    addresses: dict[str, str]
    changed: datetime.datetime | None = None
    # The address for readers of neither, unless it is the French one.
    default: str = ""

    @property
    def alternates(self) -> dict[str, str]:
        """The addresses of a page in two languages, as `hreflang` names them."""
        if len(self.addresses) < 2:
            return {}
        return self.addresses | {"x-default": self.default or self.addresses["fr"]}


def whole() -> list[Entry] | None:
    """All public pages of a short map; None for one in parts.

    A query for the texts of the site, and one for each kind of page.
    """
    found = list(_pages())
    for kind in kinds.every():
        rows = list(_rows(kind)[: KEYS + 1])
        if len(rows) > KEYS:
            return None
        found += [_of(obj, obj.single_language) for obj in rows]
        found += _further(kind)
    return found


def parts() -> list[tuple[str, int]]:
    """The parts there are, as names and numbers from 1: one query for each kind."""
    numbered = ((kind.code, range(1, _last_part(kind) + 1)) for kind in kinds.every())
    return [(PAGES, 1), *((code, number) for code, numbers in numbered for number in numbers)]


def entries_of(name: str, number: int) -> Iterator[Entry]:
    """The pages of one part: a query, or one for each kind of page. Raises KeyError for no part."""
    if name == PAGES:
        if number != 1:
            raise KeyError(number)
        return _pages()
    kind = kinds.named(name)
    if not 0 < number <= _last_part(kind):
        raise KeyError(number)
    keys = {"pk__gt": (number - 1) * KEYS, "pk__lte": number * KEYS}
    rows = _rows(kind).filter(**keys)
    return chain((_of(obj, obj.single_language) for obj in rows), _further(kind, **keys))


def _last_part(kind: kinds.Kind) -> int:
    model: Any = kind.model
    last = model.objects.order_by("-pk").values_list("pk", flat=True).first() or 1
    return -(-last // KEYS)


def _pages() -> Iterator[Entry]:
    """The pages without a row, and the texts of the site."""
    fixed = (_in_both(name) for name in ("home", *LISTS, "sitemap-page"))
    return chain(fixed, (_of(page, _language_of(page)) for page in Page.objects.all()))


def as_xml(found: Iterable[Entry]) -> str:
    """Pages as the protocol has them. Not a template: there are thousands in a part."""
    urls = (line for entry in found for line in _urls(entry))
    return "\n".join([HEAD, *urls, "</urlset>\n"])


def _urls(entry: Entry) -> Iterator[str]:
    """A page at each of its addresses."""
    changed = (
        f"<lastmod>{timezone.localtime(entry.changed):%Y-%m-%d}</lastmod>" if entry.changed else ""
    )
    links = "".join(
        f'<xhtml:link rel="alternate" hreflang="{language}" href="{escape(url)}"/>'
        for language, url in entry.alternates.items()
    )
    for url in entry.addresses.values():
        yield f"<url><loc>{escape(url)}</loc>{changed}{links}</url>"


def address(name: str, language: str) -> str:
    """The path of a page that has no object, in a language."""
    with override(language):
        return reverse(name)


def _in_both(name: str) -> Entry:
    default = absolute(reverse("root")) if name == "home" else ""
    addresses = {language: absolute(address(name, language)) for language in i18n.LANGUAGES}
    return Entry(addresses, default=default)


def _rows(kind: kinds.Kind) -> QuerySet:
    """What is public of a kind."""
    model: Any = kind.model
    rows: QuerySet = model.objects.published().order_by("pk")
    return rows


def _further(kind: kinds.Kind, **keys: int) -> Iterator[Entry]:
    """The pages that the rows with these keys have besides their own."""
    for page in kind.further:
        for obj in page.objects().filter(**keys).order_by("pk"):
            yield _of(obj, obj.single_language, page.address)


def _of(obj: Any, only: str, address_of: Callable[[Any], str] | None = None) -> Entry:
    """The page of an object, in the languages that it speaks; another page of it by `address_of`."""
    found = {}
    for language in [only] if only else i18n.LANGUAGES:
        with override(language):
            path = address_of(obj) if address_of else obj.get_absolute_url()
            found[language] = absolute(path)
    return Entry(found, obj.updated_at)


def _language_of(page: Page) -> str:
    missing = i18n.missing_language(page, ("title", "body"))
    return i18n.other(missing) if missing else ""
