"""Organisations, people and themes for machines."""

from django.db.models import Count, Prefetch, Q, QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view

from members.filters import OrganisationFilter, PersonFilter, ThemeFilter
from members.models import Affiliation, Contact, Membership, Organisation, Person, Theme
from members.serializers import (
    OrganisationDetailSerializer,
    OrganisationSerializer,
    PersonDetailSerializer,
    PersonSerializer,
    ThemeSerializer,
)
from portal.api import PublicViewSet
from portal.models import Status


@extend_schema_view(
    list=extend_schema(summary="List organisations"),
    retrieve=extend_schema(summary="Get an organisation"),
)
class OrganisationViewSet(PublicViewSet):
    """The actors of the territory. `membership` says which are members of the association today."""

    serializer_class = OrganisationSerializer
    detail_serializer_class = OrganisationDetailSerializer
    filterset_class = OrganisationFilter
    lookup_field = "slug"
    lookup_value_regex = "[-a-z0-9]+"

    def get_queryset(self) -> QuerySet:
        """Published organisations with what their answer shows: five queries beyond their own."""
        rows = Organisation.objects.published().select_related("commune")
        running = Membership.objects.current().select_related("college")
        rows = rows.prefetch_related(
            "themes",
            "exchanges",
            Prefetch("parents", Affiliation.objects.agreed(), to_attr="agreed_parents"),
            Prefetch("memberships", running, to_attr="running_memberships"),
        )
        if self.action != "retrieve":
            return rows
        return rows.prefetch_related(
            "links",
            "people",
            "distinctions",
            "sources",
            Prefetch("affiliations", Affiliation.objects.parts(), to_attr="agreed_parts"),
            Prefetch(
                "contacts",
                Contact.objects.filter(visibility=Contact.Visibility.PUBLIC),
                to_attr="public_contacts",
            ),
        )


@extend_schema_view(
    list=extend_schema(summary="List people"), retrieve=extend_schema(summary="Get a person")
)
class PersonViewSet(PublicViewSet):
    """People in a public role, with the organisation they have it in."""

    serializer_class = PersonSerializer
    detail_serializer_class = PersonDetailSerializer
    filterset_class = PersonFilter
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet:
        """People whose organisation, if they have one, is public."""
        return (
            Person.objects.published()
            .select_related("organisation")
            .prefetch_related("distinctions", "sources")
        )


@extend_schema_view(
    list=extend_schema(summary="List themes"), retrieve=extend_schema(summary="Get a theme")
)
class ThemeViewSet(PublicViewSet):
    """The subjects that organisations, projects and events share."""

    serializer_class = ThemeSerializer
    filterset_class = ThemeFilter
    lookup_field = "code"
    lookup_value_regex = "[-a-z0-9]+"

    def get_queryset(self) -> QuerySet:
        """Themes with the number of published things that carry them."""
        counts = {
            f"{name}_count": Count(
                f"{name}s", filter=Q(**{f"{name}s__status": Status.PUBLISHED}), distinct=True
            )
            for name in ("organisation", "project", "event")
        }
        return Theme.objects.annotate(**counts)
