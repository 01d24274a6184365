"""The public pages of organisations: the directory, and the profile of each."""

from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_safe

from members import tables, territory
from members.filters import OrganisationFilter
from members.models import (
    Contact,
    Distinction,
    Exchange,
    Membership,
    Organisation,
    Person,
)
from members.structured_data import organisation_data
from portal import counting, downloads, related, spreadsheets
from portal.addresses import Nearest, answer
from portal.facets import OptionGroup
from portal.kept_pages import kept
from portal.lifecycle import kinds
from portal.listing import Listing

NEAREST = Nearest("members:organisation-list", gettext_lazy("The directory of organisations"))

MAP = "map"
# Of what is said of an organisation, what its page alone says besides what belongs to other apps.
DISTINCTIONS = ("received_distinctions", "peoples_distinctions")


@kept
@require_safe
def organisation_list(request: HttpRequest) -> HttpResponse:
    """The actors of the territory, members of the association or not; `view=map` draws where."""
    drawn = request.GET.get("view") == MAP
    published = Organisation.objects.published()
    # A view that does not exist is told, as is any other key without a meaning.
    keys = {"view"} if drawn else {"page"}
    listing = Listing(
        request, OrganisationFilter, published, prepared=for_rows, keys=keys, scope="published"
    )
    if listing.redirect:
        return listing.redirect
    number = counting.in_words(listing.total)
    found = ngettext("%(n)s organisation", "%(n)s organisations", listing.total) % {"n": number}
    name = _("Directory, map") if drawn else _("Directory")
    context = listing.context(name=name, found=found)
    return render(
        request,
        "members/organisation_list.html",
        context
        | {
            "is_map": drawn,
            "map": map_of(listing, context["facets"]),
            "views": [
                {"label": pgettext("view", "List"), "url": listing.in_view(), "current": not drawn},
                {"label": pgettext("view", "Map"), "url": listing.in_view(MAP), "current": drawn},
            ],
            "table_url": listing.table_address(reverse("members:organisation-table")),
            "trail": [(_("Directory"), "")],
            "section": "directory",
        },
    )


def map_of(listing: Listing, facets: list[OptionGroup]) -> territory.Figure:
    """Where the organisations are that all filters but the commune leave."""
    uses = next(facet.uses for facet in facets if facet.name == "city")
    return territory.figure(
        territory.spots(),
        counts={code: use.count for code, use in uses.items()},
        overall={code: use.overall for code, use in uses.items()},
        chosen=listing.filters.values.get("city", []),
        total=listing.filters.looked_at_but("city"),
        is_whole=not any(use.at_least for use in uses.values()),
    )


@require_safe
def organisation_table(request: HttpRequest) -> HttpResponseBase:
    """The same organisations as a file for spreadsheets; 400 for what the filters do not understand."""
    filters = OrganisationFilter(request.GET, Organisation.objects.published())
    name = downloads.file_name(pgettext("file name", "directory"), extension="csv")
    return spreadsheets.of_list(filters, tables.organisation_columns(), name)


def for_rows(organisations: Any) -> QuerySet:
    """With what their rows say."""
    return organisations.for_rows()


@kept
@require_safe
def organisation_detail(request: HttpRequest, slug: str) -> HttpResponse:
    """The profile of a published organisation; 301 from an old address, 410 once withdrawn."""
    rows = Organisation.objects.whole(*DISTINCTIONS, *related.shown())
    return answer(request, rows, slug, organisation_page, nearest=NEAREST)


def organisation_page(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """The profile of an organisation, published or as it would be."""
    profile = Profile.of(organisation, request.user)
    return render(
        request,
        "members/organisation_detail.html",
        profile._asdict()
        | {
            "trail": [(_("Directory"), reverse(NEAREST.name)), (organisation.name, "")],
            "single_language": organisation.single_language,
            "pictured": organisation,
            "structured_data": organisation_data(profile),
            "write_to": next((row.email for row in profile.contacts if row.email), ""),
            "to_complete": to_complete(organisation, request.user),
            "feeds": [feed for section in profile.sections for feed in section.feeds],
            "og_type": "profile",
            "section": "directory",
        },
    )


class ToComplete(NamedTuple):
    """What whoever writes a profile finds on its page: where to write, and what is missing."""

    edit_url: str
    missing: list[tuple[str, str]]


def to_complete(organisation: Organisation, reader: Any) -> ToComplete | None:
    """What the page tells an editor of the organisation; None for everybody else."""
    if not reader.is_authenticated or not reader.edits(organisation):
        return None
    kind = kinds.of(organisation)
    live = kind.content.read(organisation)
    form = kind.form(
        kind.content, live, user=reader, organisation=organisation, target=organisation
    )
    url = reverse("members:organisation-edit", args=[organisation.slug])
    return ToComplete(url, [(f"{url}#{anchor}", label) for anchor, label in form.missing()])


class Profile(NamedTuple):
    """All that the page of an organisation shows. What is empty is not printed."""

    organisation: Organisation
    parents: list[Organisation]
    parts: list[Organisation]
    membership: Membership | None
    themes: list[Any]
    offers: list[Exchange]
    needs: list[Exchange]
    links: list[Any]
    contacts: list[Contact]
    people: list[Person]
    distinctions: list[Distinction]
    sections: list[related.Section]
    sources: list[Any]

    @classmethod
    def of(cls, organisation: Organisation, reader: Any) -> "Profile":
        """Asks for everything: a number of queries that does not depend on how much there is."""
        exchanges = organisation.all_exchanges
        contacts = organisation.public_contacts
        if reader.is_authenticated:
            contacts = list(organisation.contacts.visible_to(reader))
        return cls(
            organisation=organisation,
            parents=[row.organisation for row in organisation.agreed_parents],
            parts=[row.part for row in organisation.agreed_parts],
            membership=next(iter(organisation.running_memberships), None),
            themes=organisation.all_themes,
            offers=[row for row in exchanges if row.direction == Exchange.Direction.OFFER],
            needs=[row for row in exchanges if row.direction == Exchange.Direction.NEED],
            links=organisation.all_links,
            contacts=contacts,
            people=organisation.all_people,
            distinctions=organisation.all_distinctions,
            sections=related.sections_of(organisation),
            sources=organisation.all_sources,
        )

    @property
    def public_contacts(self) -> list[Contact]:
        """The contacts that everybody may read."""
        return [row for row in self.contacts if row.visibility == Contact.Visibility.PUBLIC]
