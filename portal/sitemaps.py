"""The site map for search engines: each page at its address in each language it exists in.

Addresses begin with `BASE_URL`, never with what a request claims its host to be. A text in one
language has one address here: the page that shows it in the other language names that one as the
original.
"""

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from django.urls import reverse
from django.utils.translation import override

from portal import i18n
from portal.head import absolute
from portal.lifecycle import kinds
from portal.models import Page

# The protocol's limit is 50,000 addresses in a file; each row may have two.
MOST_ENTRIES = 25_000
LISTS = (
    *("members:organisation-list", "events:project-list", "events:event-list"),
    *("events:ecosystem", "events:key-figures", "api-guide"),
)


@dataclass(frozen=True)
class Entry:
    """One page: its address in each language it exists in, and when it last changed."""

    addresses: dict[str, str]
    changed: datetime.datetime | None = None

    @property
    def alternates(self) -> dict[str, str]:
        """The addresses of a page in two languages, as `hreflang` names them."""
        if len(self.addresses) < 2:
            return {}
        at_home = self.addresses["fr"] == absolute(address("home", "fr"))
        default = absolute(reverse("root")) if at_home else self.addresses["fr"]
        return self.addresses | {"x-default": default}


def entries() -> Iterator[Entry]:
    """All public pages: one query for the texts of the site, and one for each kind of page."""
    fixed = (_in_both(name) for name in ("home", *LISTS, "sitemap-page"))
    texts = (_of(page, _language_of(page)) for page in Page.objects.all())
    return islice(chain(fixed, texts, _published(), _further()), MOST_ENTRIES)


def address(name: str, language: str) -> str:
    """The path of a page that has no object, in a language."""
    with override(language):
        return reverse(name)


def _in_both(name: str) -> Entry:
    return Entry({language: absolute(address(name, language)) for language in i18n.LANGUAGES})


def _published() -> Iterator[Entry]:
    for kind in kinds.every():
        rows: Any = kind.model.objects.published().order_by("-updated_at", "pk")
        for obj in rows.iterator(chunk_size=500):
            yield _of(obj, obj.single_language)


def _further() -> Iterator[Entry]:
    """The pages that objects have besides their own."""
    for page in (page for kind in kinds.every() for page in kind.further):
        for obj in page.objects().order_by("-updated_at", "pk").iterator(chunk_size=500):
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
