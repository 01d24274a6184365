"""Events and projects for machines."""

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view

from events.filters import EventFilter, ProjectFilter
from events.models import Event, EventOrganiser, Project, ProjectPartner
from events.serializers import (
    EventDetailSerializer,
    EventSerializer,
    ProjectDetailSerializer,
    ProjectSerializer,
)
from portal.api import PublicViewSet


@extend_schema_view(
    list=extend_schema(summary="List events"), retrieve=extend_schema(summary="Get an event")
)
class EventViewSet(PublicViewSet):
    """Events, past and to come, with the organisers that agreed to being named."""

    serializer_class = EventSerializer
    detail_serializer_class = EventDetailSerializer
    filterset_class = EventFilter
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet:
        """Published events with what their answer shows."""
        rows = (
            Event.objects.published()
            .select_related("commune")
            .prefetch_related(
                "themes",
                Prefetch(
                    "organisers", EventOrganiser.objects.agreed(), to_attr="agreed_organisers"
                ),
            )
        )
        if self.action != "retrieve":
            return rows
        published = Prefetch("projects", Project.objects.published(), to_attr="published_projects")
        return rows.prefetch_related("sources", published)


@extend_schema_view(
    list=extend_schema(summary="List projects"), retrieve=extend_schema(summary="Get a project")
)
class ProjectViewSet(PublicViewSet):
    """Projects, with the partners that agreed to being named."""

    serializer_class = ProjectSerializer
    detail_serializer_class = ProjectDetailSerializer
    filterset_class = ProjectFilter
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet:
        """Published projects with what their answer shows."""
        rows = Project.objects.published().prefetch_related(
            "themes",
            "funding",
            Prefetch("partners", ProjectPartner.objects.agreed(), to_attr="agreed_partners"),
        )
        if self.action != "retrieve":
            return rows
        published = Prefetch("events", Event.objects.published(), to_attr="published_events")
        return rows.prefetch_related(
            "figures", "links", "sources", "funding__organisation", published
        )
