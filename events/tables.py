"""The columns of events, projects and funding lines in the tables to download.

Only what their pages show: organisations that agreed to be named, both languages of every text.
"""

import datetime
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from events.funding import Share
from events.models import Event, FundingLine, Project, ProjectPartner
from portal.spreadsheets import Column, of_fields, pages, themes


def event_columns() -> list[Column]:
    """Those of events read `in_full`."""
    return [
        *of_fields(Event, "id", "title", "kind", "outcome"),
        Column(_("Start"), lambda event: _said(event, event.local_start, event.first_day)),
        Column(_("End"), lambda event: _said(event, event.local_end, event.last_day)),
        *of_fields(Event, "all_day", "timezone", "period", "place", "address", "commune"),
        *of_fields(Event, "online_url", "registration_url"),
        Column(_("Price (€)"), lambda event: event.price),
        *of_fields(Event, "languages", "audience"),
        Column(_("Organisers"), lambda event: _names(event.agreed_organisers)),
        themes(),
        *of_fields(Event, "summary"),
        *pages(),
        *of_fields(Event, "updated_at"),
    ]


def _said(
    event: Event, moment: datetime.datetime | None, day: datetime.date | None
) -> datetime.date | None:
    """A moment as far as it is to be read: nothing beside a period in words, a day without hour."""
    if moment is None or not event.has_days:
        return None
    return day if event.all_day else moment


def project_columns() -> list[Column]:
    """Those of projects read `in_full`."""
    return [
        *of_fields(Project, "id", "title", "stage", "starts_on", "ends_on"),
        Column(pgettext("role of a partner", "Lead"), _lead),
        Column(_("Partners"), _partners),
        Column(_("Funding (€)"), lambda project: project.funding_total or None),
        themes(),
        *of_fields(Project, "summary"),
        *pages(),
        *of_fields(Project, "updated_at"),
    ]


def _lead(project: Any) -> list[str]:
    return _names(row for row in project.agreed_partners if row.role == ProjectPartner.Role.LEAD)


def _partners(project: Any) -> list[str]:
    """The others, each with what it does there."""
    return [str(row) for row in project.agreed_partners if row.role != ProjectPartner.Role.LEAD]


def _names(rows: Iterable[Any]) -> list[str]:
    return [row.organisation.name for row in rows]


def funding_columns() -> list[Column]:
    """Those of the funding lines of one project, with the share of each (`Funding.shares`)."""
    others = [
        Column(title, partial(_of_line, value))
        for title, value in of_fields(FundingLine, "year", "programme", "source")
    ]
    return [
        Column(_("Funder"), lambda share: share.line.funder_name),
        Column(_("Amount (€)"), lambda share: share.line.amount),
        Column(pgettext("funding", "Share (%)"), lambda share: share.as_number),
        *others,
    ]


def _of_line(value: Callable[[Any], Any], share: Share) -> Any:
    return value(share.line)
