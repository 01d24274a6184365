"""What organisations do, as the directory tells it: their projects, events and partners."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Expression, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from events import feeds
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
        ("projects", _("Projects"), projects, "events/includes/_related_projects.html"),
        ("events", upcoming, upcoming_events, events, feeds.of_organisation),
        ("past", past, past_events, events, feeds.of_organisation),
        ("partners", _("With whom"), partners, "events/includes/_related_partners.html"),
    ):
        related.register(related.Related(*section))
    related.register_count("project_count", project_count)
    related.register_count("event_count", event_count)


def projects(organisation: Any) -> Iterable[Project]:
    """The published projects in which it agreed to be named."""
    rows = ProjectPartner.objects.agreed().filter(organisation=organisation)
    found = Project.objects.published().filter(pk__in=rows.order_by().values("project"))
    return found.with_partner_count()


def _events(organisation: Any) -> Any:
    return Event.objects.published().organised_by(organisation).with_organisers()


def upcoming_events(organisation: Any) -> Iterable[Event]:
    """The published events to come that it agreed to be named as organising."""
    return _events(organisation).upcoming()


def past_events(organisation: Any) -> Iterable[Event]:
    """The latest of those that are over."""
    return _events(organisation).past()[:PAST_EVENTS]


def partners(organisation: Any) -> Iterable[Any]:
    """The organisations named beside it in its published projects, those of most projects first."""
    published = ProjectPartner.objects.agreed().filter(project__status=Status.PUBLISHED).order_by()
    common = published.filter(
        project__in=published.filter(organisation=organisation).values("project")
    )
    shared = common.filter(organisation=OuterRef("pk")).values("organisation")
    number = shared.annotate(n=Count("project")).values("n")
    organisations = type(organisation)._default_manager.published().exclude(pk=organisation.pk)
    return (
        organisations.filter(pk__in=common.values("organisation"))
        .annotate(shared=Subquery(number))
        .order_by("-shared", "sort_name", "pk")
    )


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
