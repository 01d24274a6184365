"""What organisations do, as the directory tells it: their projects, events and partners."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from events import feeds, figures
from events.models import Event, EventOrganiser, Project, ProjectPartner
from members.models import Organisation
from portal import display, related
from portal.counted import Counted
from portal.models import Status
from portal.nested import Shown

# A profile tells of the last ones; the agenda has all.
PAST_EVENTS = 5
# Of very many it tells of so many projects, the latest, and of so many events, the next; and says so.
MOST_PROJECTS, MOST_EVENTS = 100, 50
# What the list of an organisation's projects says of each, and what the figure beside it draws.
TOLD = ("title", "slug", "summary", "description", "stage", "updated_at", "drawn_partners")


def register() -> None:
    """Make what organisations do known to their pages and rows."""
    related.register(sections)
    related.register_shown(Organisation, "told_projects", Shown(told_projects, columns=TOLD))
    for name, rows in (("coming_events", coming_events), ("past_events", past_events)):
        shown = Shown(rows, columns=Event.IN_ROWS, commune=["name"])
        related.register_shown(Organisation, name, shown)
    related.register_count(Organisation, "project_count", Counted(in_projects, "organisation"))
    related.register_count(Organisation, "event_count", Counted(at_events, "organisation"))


def sections(organisation: Any) -> list[related.Section]:
    """Its projects, its events, and with whom it works: no query, if they came along."""
    found = projects(organisation)
    upcoming, past = events_of(organisation)
    offered = list(feeds.of_organisation(organisation))
    events = "events/includes/_related_events.html"
    of_projects, of_events, with_whom = _("Projects"), _("Upcoming events"), _("With whom")
    if len(found) > MOST_PROJECTS:
        latest = {"n": display.number(MOST_PROJECTS)}
        of_projects = _("The latest %(n)s projects") % latest
        with_whom = _("With whom, in the latest %(n)s projects") % latest
    if len(upcoming) > MOST_EVENTS:
        of_events = _("The next %(n)s events") % {"n": display.number(MOST_EVENTS)}
    found, upcoming = found[:MOST_PROJECTS], upcoming[:MOST_EVENTS]
    return [
        related.Section("projects", of_projects, found, "events/includes/_related_projects.html"),
        related.Section("events", of_events, upcoming, events, offered),
        # What there is to subscribe to is the same, and told once.
        related.Section("past", _("Past events"), past, events, [] if upcoming else offered),
        related.Section(
            "partners",
            with_whom,
            partners(organisation, found),
            "events/includes/_related_partners.html",
            figure=figures.beside(found),
        ),
    ]


def told_projects(organisation: Any) -> Any:
    """The latest published projects in which it agreed to be named, one more than are told of."""
    rows = Project.objects.published().naming(organisation).showing("drawn_partners")
    return rows[: MOST_PROJECTS + 1]


def projects(organisation: Any) -> list[Project]:
    """The same, each with those it is done with; none of an organisation that is not public."""
    found = figures.coloured(organisation.told_projects if organisation.is_published else ())
    for project in found:
        project.partner_count = len(project.drawn_partners)
    return found


def coming_events(organisation: Any) -> Any:
    """The published events to come in which it agreed to be named, the next first: one more than
    are told of. The database says what time it is: this is written before anybody asks."""
    rows = Event.objects.published().naming(organisation).upcoming(Now())
    return rows.showing("agreed_organisers")[: MOST_EVENTS + 1]


def past_events(organisation: Any) -> Any:
    """The latest of those that are over."""
    rows = Event.objects.published().naming(organisation).past(Now())
    return rows.showing("agreed_organisers")[:PAST_EVENTS]


def events_of(organisation: Any) -> tuple[list[Event], list[Event]]:
    """Those to come and those that are over; none of an organisation that is not public."""
    if not organisation.is_published:
        return [], []
    return organisation.coming_events, organisation.past_events


def partners(organisation: Any, projects: Iterable[Project]) -> list[Any]:
    """The organisations named beside it in these projects, those of most projects first.

    Each has its `common` projects, in the same order, and `is_founder`.
    """
    found: dict[int, Any] = {}
    for project in projects:
        for row in project.drawn_partners:
            if row.organisation != organisation:
                partner = found.setdefault(row.organisation.pk, row.organisation)
                partner.is_founder = row.is_founder
                partner.common = [*getattr(partner, "common", ()), project]
    return sorted(found.values(), key=lambda each: (-len(each.common), each.sort_name, each.pk))


def in_projects() -> QuerySet:
    """Who takes part in the projects that a visitor sees, once for each; asked of who is public."""
    return ProjectPartner.objects.accepted().filter(project__status=Status.PUBLISHED)


def at_events() -> QuerySet:
    """Who organises the events, past and to come, that a visitor sees, once for each; as above."""
    return EventOrganiser.objects.accepted().filter(event__status=Status.PUBLISHED)
