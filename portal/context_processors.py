"""What every page knows: the site's name, the reader's language, which part of the site this is."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

from portal import i18n
from portal.downloads import LICENCE

SITE_NAME = "IA Montpellier Méditerranée"
LANGUAGE_NAMES = {"fr": "Français", "en": "English"}

# The link of the header that a route stands under, by the beginning of its name.
SECTIONS = {
    "members:organisation-list": "directory",
    "members:organisation-detail": "directory",
    "events:project": "projects",
    "events:event": "agenda",
    "events:ecosystem": "ecosystem",
    "page-association": "association",
    "page-join": "association",
    "page-contact": "association",
    "members:": "workspace",
    "account_": "workspace",
}
# The pages that the links of the header lead to.
FRONTS = frozenset(
    {
        "members:organisation-list",
        "events:project-list",
        "events:event-list",
        "events:ecosystem",
        "page-association",
    }
)


@dataclass(frozen=True)
class Site:
    """The site, as a page in one language sees it."""

    name: str
    base_url: str
    language: str
    other_language: str
    other_language_name: str
    section: str
    # Whether this is the page that the link of its section leads to.
    is_front: bool
    licence_url: str


def section_of(request: HttpRequest) -> str:
    """The part of the site that a request asks for, "" outside of all."""
    name = _route(request)
    return next((part for start, part in SECTIONS.items() if name.startswith(start)), "")


def _route(request: HttpRequest) -> str:
    match = request.resolver_match
    return match.view_name if match else ""


def site(request: HttpRequest) -> dict[str, Site]:
    """`site`, for every template. Asks neither database nor session."""
    language = i18n.current()
    other = i18n.other(language)
    return {
        "site": Site(
            name=SITE_NAME,
            base_url=settings.BASE_URL,
            language=language,
            other_language=other,
            other_language_name=LANGUAGE_NAMES[other],
            section=section_of(request),
            is_front=_route(request) in FRONTS,
            licence_url=LICENCE["url"],
        )
    }
