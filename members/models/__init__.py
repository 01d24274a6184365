"""Who: accounts, organisations and their people, themes and sources."""

from members.models.accounts import Invitation, Seat, User
from members.models.imports import Import, ImportLine
from members.models.memberships import College, Membership, Trust
from members.models.organisations import (
    Affiliation,
    Contact,
    Exchange,
    Organisation,
    OrganisationLink,
)
from members.models.people import Distinction, Person
from members.models.taxonomies import Commune, Source, Theme

__all__ = [
    "Affiliation",
    "College",
    "Commune",
    "Contact",
    "Distinction",
    "Exchange",
    "Import",
    "ImportLine",
    "Invitation",
    "Membership",
    "Organisation",
    "OrganisationLink",
    "Person",
    "Seat",
    "Source",
    "Theme",
    "Trust",
    "User",
]
