"""What a page says of itself to machines: its address, its twin in the other language, its data.

`base.html` asks once for a `Head`. A view that knows better than the address of the request gives
`alternates`, `single_language` or `canonical`. Absolute addresses start with `BASE_URL`, never with
what a request claims its host to be.
"""

import json
from functools import cached_property
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.template import Context
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal import cards, i18n

# Keys that change how a list is cut or ordered, not what it lists.
UNCANONICAL = {"page", "sort", "order", "ordering"}
LOCALES = {"fr": "fr_FR", "en": "en_GB"}
# Would let a text end the script element or open a comment.
ESCAPES = (("<", "\\u003C"), (">", "\\u003E"), ("&", "\\u0026"))


def absolute(address: str) -> str:
    """`address` with our scheme and host, unless it has its own."""
    return address if urlsplit(address).netloc else f"{settings.BASE_URL}{address}"


def translated(address: str, language: str) -> str:
    """The same route and query in another language; its home page for an address without a route."""
    if language == i18n.current():
        return address
    found = translate_url(address, language)
    if found != address:
        return found
    with override(language):
        return reverse("home")


class Head:
    """The part of `<head>` that is worked out rather than written."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.language = i18n.current()
        self.other_language = i18n.other(self.language)

    @cached_property
    def request(self) -> HttpRequest:
        return self.context["request"]

    @cached_property
    def addresses(self) -> dict[str, str]:
        """This page in each language, as the reader is sent there: paths, with the same filters."""
        given = self.context.get("alternates") or {}
        here = self.request.get_full_path()
        return {
            language: given.get(language) or self._translated(here, language)
            for language in i18n.LANGUAGES
        }

    def _translated(self, here: str, language: str) -> str:
        """`translated` of the address of the request, whose route is known."""
        match = self.request.resolver_match
        if match is None or language == self.language:
            return translated(here, language)
        try:
            with override(language):
                path = reverse(match.view_name, args=match.args, kwargs=match.kwargs)
        except NoReverseMatch:
            return translated(here, language)
        there = "".join([path, *here.partition("?")[1:]])
        return there if there != here else translated(here, language)

    @property
    def switch_url(self) -> str:
        """The same page in the other language."""
        return self.addresses[self.other_language]

    @property
    def is_elsewhere(self) -> bool:
        """Whether the text shown exists in the other language only."""
        return self.context.get("single_language") == self.other_language

    @cached_property
    def canonical(self) -> str:
        """The one address of what is shown, absolute."""
        if given := self.context.get("canonical"):
            return absolute(given)
        own = self.addresses[self.other_language if self.is_elsewhere else self.language]
        return absolute(self._without_cuts(own))

    @cached_property
    def alternates(self) -> list[tuple[str, str]]:
        """Language and absolute address of each version, x-default last; none unless both exist."""
        if self.context.get("single_language") or self.context.get("noindex"):
            return []
        pairs = [
            (code, absolute(self._without_cuts(self.addresses[code]))) for code in ("fr", "en")
        ]
        at_home = self.request.path == reverse("home")
        return [*pairs, ("x-default", absolute("/") if at_home else pairs[0][1])]

    @property
    def locale(self) -> str:
        """The language as Open Graph names it."""
        return LOCALES[self.language]

    @property
    def other_locale(self) -> str:
        return LOCALES[self.other_language]

    def _without_cuts(self, address: str) -> str:
        path = address.partition("?")[0]
        kept = [
            (key, value)
            for key, values in self.request.GET.lists()
            for value in values
            if value and key not in UNCANONICAL
        ]
        return f"{path}?{urlencode(kept)}" if kept else path

    @property
    def share_image(self) -> dict[str, str] | None:
        """The picture of the object that the page is about; None for the one of the whole site."""
        obj = self.context.get("pictured")
        if obj is None:
            return None
        url = absolute(cards.url_of(obj, self.language))
        return {"url": url, "alt": obj.card(self.language).title}

    @cached_property
    def structured_data(self) -> SafeString:
        """The page's JSON-LD: what the view gave, and the way that leads here."""
        given = self.context.get("structured_data") or []
        language = self.context.get("single_language") or self.language
        graph = [
            {"inLanguage": language} | item
            for item in ([given] if isinstance(given, dict) else given)
        ]
        if trail := self.context.get("trail"):
            graph.append(self._breadcrumb(trail))
        if not graph:
            return SafeString("")
        text = json.dumps(
            {"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False, default=str
        )
        for character, escaped in ESCAPES:
            text = text.replace(character, escaped)
        # Safe: nothing in it can close the element or open a comment once these are escaped.
        return mark_safe(text)  # noqa: S308 - see above

    def _breadcrumb(self, trail: list[tuple[Any, str]]) -> dict[str, Any]:
        steps = [(_("Home"), reverse("home")), *trail]
        return {
            "@type": "BreadcrumbList",
            "itemListElement": [
                {
                    "@type": "ListItem",
                    "position": position,
                    "name": str(label),
                    "item": absolute(url) if url else self.canonical,
                }
                for position, (label, url) in enumerate(steps, start=1)
            ],
        }
