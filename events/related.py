"""What organisations do, as the directory tells it: their projects, events and partners."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Expression, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from events import feeds, figures
from events.models import Event, EventOrganiser, Project, ProjectPartner
from portal import related
from portal.models import Status

# A profile tells of the last ones; the agenda has all.
PAST_EVENTS = 5


def register() -> None:
    """Make what organisations do known to their pages and rows."""
    upcoming, past = _("Upcoming events"), _("Past events")
    events = "events/includes/_related_events.html"
    for section in (
        related.Related(
            "projects", _("Projects"), projects, "events/includes/_related_projects.html"
        ),
        related.Related("events", upcoming, upcoming_events, events, feeds=feeds.of_organisation),
        related.Related("past", past, past_events, events, feeds=feeds.of_organisation),
        related.Related(
            "partners",
            _("With whom"),
            partners,
            "events/includes/_related_partners.html",
            figure=lambda shown: figures.beside(shown["projects"]),
        ),
    ):
        related.register(section)
    related.register_count("project_count", project_count)
    related.register_count("event_count", event_count)


def projects(organisation: Any) -> Iterable[Project]:
    """The published projects in which it agreed to be named."""
    return figures.coloured(Project.objects.published().naming(organisation).with_partner_count())


def _events(organisation: Any) -> Any:
    return Event.objects.published().organised_by(organisation).with_organisers()


def upcoming_events(organisation: Any) -> Iterable[Event]:
    """The published events to come that it agreed to be named as organising."""
    return _events(organisation).upcoming()


def past_events(organisation: Any) -> Iterable[Event]:
    """The latest of those that are over."""
    return _events(organisation).past()[:PAST_EVENTS]


def partners(organisation: Any) -> Iterable[Any]:
    """The organisations named beside it in its published projects, those of most projects first.

    Each has its `common` projects, the latest first, and `is_founder`: one query.
    """
    published = Project.objects.published().naming(organisation).order_by()
    rows = figures.partner_rows().filter(project__in=published).exclude(organisation=organisation)
    common: dict[int, list[Project]] = defaultdict(list)
    found: dict[int, Any] = {}
    for row in rows.select_related("project").order_by("-project__published_at", "project"):
        partner = found.setdefault(row.organisation_id, row.organisation)
        partner.is_founder = row.is_founder
        partner.common = common[partner.pk]
        partner.common.append(row.project)
    return sorted(found.values(), key=lambda each: (-len(each.common), each.sort_name, each.pk))


def _number(rows: Any) -> Expression:
    """How many of `rows`, which belong to the organisation of the outer query."""
    of_one = rows.filter(organisation=OuterRef("pk")).order_by().values("organisation")
    number = of_one.annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(number, output_field=IntegerField()), 0)


def project_count() -> Expression:
    """How many projects a visitor sees it in."""
    return _number(ProjectPartner.objects.agreed().filter(project__status=Status.PUBLISHED))


def event_count() -> Expression:
    """How many events, past and to come, a visitor sees it organise."""
    return _number(EventOrganiser.objects.agreed().filter(event__status=Status.PUBLISHED))
