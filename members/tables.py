"""The columns of organisations in the table of the directory.

Only what everybody may read, and no contact: a list of people is not what the directory is for.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from members.models import Exchange, Organisation
from portal.spreadsheets import Column, in_both_languages, of_fields, pages, themes


def organisation_columns() -> list[Column]:
    """Those of organisations read `in_full`."""
    return [
        *of_fields(Organisation, "name", "short_name", "official_name", "former_name", "kind"),
        Column(_("Membership"), lambda row: [each.college for each in row.running_memberships]),
        Column(_("Member since"), lambda row: [each.since for each in row.running_memberships]),
        Column(_("Part of"), lambda row: [each.organisation.name for each in row.agreed_parents]),
        *of_fields(Organisation, "address", "postcode", "commune", "latitude", "longitude"),
        *of_fields(Organisation, "website", "siren", "rna", "ror"),
        themes(),
        *of_fields(Organisation, "summary"),
        *_exchanges(pgettext("exchange", "We offer"), Exchange.Direction.OFFER),
        *_exchanges(pgettext("exchange", "We are looking for"), Exchange.Direction.NEED),
        *pages(),
        *of_fields(Organisation, "verified_on", "updated_at"),
    ]


def _exchanges(title: str, direction: str) -> list[Column]:
    """What is offered or looked for, in both languages."""
    return [
        Column(column.title, partial(_texts, direction, column.value))
        for column in in_both_languages(title, "text")
    ]


def _texts(direction: str, value: Callable[[Any], str], row: Any) -> list[str]:
    rows = (each for each in row.all_exchanges if each.direction == direction)
    return [text for text in map(value, rows) if text]
