"""Organisations, people and themes for machines."""

from typing import Any

from django.db.models import OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from members.filters import OrganisationFilter, PersonFilter, ThemeFilter
from members.models import Organisation, Person, Theme
from members.serializers import (
    OrganisationDetailSerializer,
    OrganisationSerializer,
    PersonDetailSerializer,
    PersonSerializer,
    ThemeSerializer,
)
from portal import counting
from portal.api import PublicViewSet, described


@described(
    many=_("List organisations"),
    one=_("Get an organisation"),
    about=_("The actors of the territory, and which of them are members of the association today."),
    example="kind=startup&sort=recent",
)
class OrganisationViewSet(PublicViewSet):
    """The actors of the territory. `membership` says which are members of the association today."""

    queryset = Organisation.objects.published()
    serializer_class = OrganisationSerializer
    detail_serializer_class = OrganisationDetailSerializer
    filterset_class = OrganisationFilter
    lookup_field = "slug"
    lookup_value_regex = "[-a-z0-9]+"

    def shown(self, rows: Any) -> QuerySet:
        """Organisations: no query beyond their own."""
        return rows.reading("in_api")

    def whole(self, rows: Any) -> QuerySet:
        return rows.whole("own_distinctions")


@described(
    many=_("List people"),
    one=_("Get a person"),
    about=_("People in a public role, and the organisation in which they have it."),
    example="page_size=5",
)
class PersonViewSet(PublicViewSet):
    """People in a public role, with the organisation they have it in."""

    queryset = Person.objects.published()
    serializer_class = PersonSerializer
    detail_serializer_class = PersonDetailSerializer
    filterset_class = PersonFilter
    lookup_value_regex = "[0-9]{1,18}"

    def shown(self, rows: Any) -> QuerySet:
        """People with the organisation, which is public if there is one: no query beyond their own."""
        return rows.select_related("organisation").showing("own_distinctions")

    def whole(self, rows: Any) -> QuerySet:
        return self.shown(rows.showing("all_sources"))


@described(
    many=_("List themes"),
    one=_("Get a theme"),
    about=_("The subjects that organisations, projects and events share."),
    example="triptych=soigner",
)
class ThemeViewSet(PublicViewSet):
    """The subjects that organisations, projects and events share."""

    queryset = Theme.objects.published()
    serializer_class = ThemeSerializer
    filterset_class = ThemeFilter
    lookup_field = "code"
    lookup_value_regex = "[-a-z0-9]+"

    def shown(self, rows: Any) -> QuerySet:
        """Themes with the number of published things that carry them, up to one above 10,000."""
        counts = {}
        for name in ("organisation", "project", "event"):
            relation: Any = Theme._meta.get_field(f"{name}s")
            # Not joined with what is published: what is not is far less, and looked up once.
            gone = relation.related_model.objects.withdrawn().order_by().values("pk")
            pairs = relation.through._base_manager.exclude(**{f"{name}__in": gone})
            counts[f"{name}_count"] = counting.Number.of(pairs.filter(theme=OuterRef("pk")))
        return rows.annotate(**counts)
