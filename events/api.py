"""Events and projects for machines."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from events.filters import EventFilter, ProjectFilter
from events.models import Event, Project
from events.serializers import (
    EventDetailSerializer,
    EventSerializer,
    ProjectDetailSerializer,
    ProjectSerializer,
)
from portal.api import PublicViewSet, described


@described(
    many=_("List events"),
    one=_("Get an event"),
    about=_("Events, past and to come, with the organisers that agreed to being named."),
    example="from=2025-01-01&to=2025-12-31&kind=conference",
)
class EventViewSet(PublicViewSet):
    """Events, past and to come, with the organisers that agreed to being named."""

    queryset = Event.objects.published()
    serializer_class = EventSerializer
    detail_serializer_class = EventDetailSerializer
    filterset_class = EventFilter
    lookup_value_regex = "[0-9]{1,18}"

    def shown(self, rows: Any) -> QuerySet:
        """Events: no query beyond their own."""
        return rows.reading("in_api")

    def whole(self, rows: Any) -> QuerySet:
        return rows.whole()


@described(
    many=_("List projects"),
    one=_("Get a project"),
    about=_("Projects, with the partners that agreed to being named and with who funds them."),
    example="theme=sante&stage=running",
)
class ProjectViewSet(PublicViewSet):
    """Projects, with the partners that agreed to being named."""

    queryset = Project.objects.published()
    serializer_class = ProjectSerializer
    detail_serializer_class = ProjectDetailSerializer
    filterset_class = ProjectFilter
    lookup_value_regex = "[0-9]{1,18}"

    def shown(self, rows: Any) -> QuerySet:
        """Projects: no query beyond their own."""
        return rows.reading("in_api")

    def whole(self, rows: Any) -> QuerySet:
        return rows.whole()
