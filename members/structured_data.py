"""An organisation as schema.org describes it, for the machines that read its page."""

from typing import Any

from django.urls import reverse

from members.models import Organisation
from portal import i18n
from portal.context_processors import SITE_NAME
from portal.head import absolute

# The type closest to each kind; all of them are sorts of Organization.
TYPES = {
    "local-authority": "GovernmentOrganization",
    "state": "GovernmentOrganization",
    "university": "CollegeOrUniversity",
    "hospital": "Hospital",
    "research-organisation": "ResearchOrganization",
    "laboratory": "ResearchOrganization",
    "school": "EducationalOrganization",
    "company": "Corporation",
}


def organisation_data(profile: Any) -> dict[str, Any]:
    """What everybody may read of the organisation; nothing that only some may."""
    organisation = profile.organisation
    data = {
        "@type": TYPES.get(organisation.kind, "Organization"),
        "@id": absolute(organisation.get_absolute_url()),
        "url": organisation.website or absolute(organisation.get_absolute_url()),
        "mainEntityOfPage": absolute(organisation.get_absolute_url()),
        "name": organisation.name,
        "legalName": organisation.official_name,
        "alternateName": [n for n in (organisation.short_name, organisation.former_name) if n],
        "description": i18n.text(organisation, "summary").value,
        "logo": absolute(organisation.logo.url) if organisation.logo else "",
        "address": _address(organisation),
        "identifier": _identifiers(organisation),
        "sameAs": _other_pages(organisation, profile.links),
        "knowsAbout": [str(theme) for theme in profile.themes],
        "memberOf": _association() if profile.membership else None,
        "parentOrganization": [_reference(parent) for parent in profile.parents],
        "subOrganization": [_reference(part) for part in profile.parts],
        "contactPoint": [_contact(row) for row in profile.public_contacts],
    }
    return {name: value for name, value in data.items() if value}


def _reference(organisation: Organisation) -> dict[str, str]:
    address = absolute(organisation.get_absolute_url())
    return {"@type": "Organization", "@id": address, "name": organisation.name, "url": address}


def _association() -> dict[str, str]:
    return {"@type": "NGO", "name": SITE_NAME, "url": absolute(reverse("home"))}


def _address(organisation: Organisation) -> dict[str, str] | None:
    parts = {
        "streetAddress": organisation.address,
        "postalCode": organisation.postcode,
        "addressLocality": str(organisation.commune or ""),
    }
    found = {name: value for name, value in parts.items() if value}
    return {"@type": "PostalAddress", **found, "addressCountry": "FR"} if found else None


def _identifiers(organisation: Organisation) -> list[dict[str, str]]:
    known = (("SIREN", organisation.siren), ("RNA", organisation.rna), ("ROR", organisation.ror))
    return [
        {"@type": "PropertyValue", "propertyID": name, "value": value}
        for name, value in known
        if value
    ]


def _other_pages(organisation: Organisation, links: list[Any]) -> list[str]:
    ror = [organisation.ror_url] if organisation.ror else []
    return [*ror, *(link.url for link in links)]


def _contact(contact: Any) -> dict[str, str]:
    parts = {
        "name": contact.name,
        "contactType": contact.role,
        "email": contact.email,
        "telephone": contact.phone,
    }
    return {"@type": "ContactPoint", **{name: value for name, value in parts.items() if value}}
