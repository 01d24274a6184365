"""Events and projects as the API gives them."""

from typing import Any

from rest_framework import serializers

from events.models import Event, FundingLine, Project, ProjectFigure, ProjectLink
from members.serializers import (
    CommuneSerializer,
    OrganisationReferenceSerializer,
    SourceSerializer,
    ThemeReferenceSerializer,
)
from portal.api import BilingualField, ImageField, PagesField, resource
from portal.lifecycle import kinds


class TitledReferenceSerializer(serializers.Serializer):
    """An event or a project named by something else."""

    id = serializers.IntegerField()
    title = BilingualField()
    url = serializers.SerializerMethodField()

    def get_url(self, obj: Any) -> str:
        """Its address in the API."""
        return resource(kinds.of(obj).code, obj.pk)


class EventSerializer(serializers.ModelSerializer):
    """An event in a list.

    `status` is the event's own: planned, postponed or cancelled. Where `period` has words the dates
    only sort, and are not to be shown. `price` is in euros, 0 when free, null when not known.
    """

    url = serializers.SerializerMethodField()
    pages = PagesField()
    title = BilingualField()
    summary = BilingualField()
    period = BilingualField()
    status = serializers.ChoiceField(choices=Event.Outcome.choices, source="outcome")
    languages = serializers.ListField(child=serializers.CharField())
    audience = serializers.ListField(child=serializers.CharField())
    commune = CommuneSerializer(allow_null=True)
    organisers = serializers.SerializerMethodField()
    themes = ThemeReferenceSerializer(many=True)
    image = ImageField()

    class Meta:
        model = Event
        fields: tuple[str, ...] = (
            "id",
            "url",
            "pages",
            "title",
            "summary",
            "kind",
            "status",
            "starts_at",
            "ends_at",
            "all_day",
            "timezone",
            "period",
            "place",
            "address",
            "commune",
            "online_url",
            "registration_url",
            "price",
            "languages",
            "audience",
            "attendance",
            "attendance_qualifier",
            "organisers",
            "themes",
            "image",
            "updated_at",
        )

    def get_url(self, event: Event) -> str:
        """The address in the API."""
        return resource("event", event.pk)

    def get_organisers(self, event: Event) -> list[dict[str, Any]]:
        """The organisations that agreed to being named."""
        rows = event.agreed_organisers  # type: ignore[attr-defined]
        return [dict(OrganisationReferenceSerializer(row.organisation).data) for row in rows]


class EventDetailSerializer(EventSerializer):
    """An event by itself."""

    description = BilingualField()
    projects = TitledReferenceSerializer(many=True, source="published_projects")
    sources = SourceSerializer(many=True)

    class Meta(EventSerializer.Meta):
        fields = (*EventSerializer.Meta.fields, "description", "projects", "sources")


class FundingLineSerializer(serializers.ModelSerializer):
    """An amount in euros and who states it; `organisation` if the directory has the funder."""

    funder = serializers.CharField(source="funder_name")
    organisation = OrganisationReferenceSerializer(source="funder_with_page", allow_null=True)
    programme = BilingualField()
    source = BilingualField()  # type: ignore[assignment] # a field called source

    class Meta:
        model = FundingLine
        fields = ("funder", "organisation", "amount", "programme", "year", "source")


class ProjectFigureSerializer(serializers.ModelSerializer):
    """A number with its date and source."""

    value = BilingualField()
    label = BilingualField()  # type: ignore[assignment] # a field called label
    source = BilingualField()  # type: ignore[assignment] # a field called source

    class Meta:
        model = ProjectFigure
        fields = ("value", "label", "date", "source")


class ProjectLinkSerializer(serializers.ModelSerializer):
    """A page about the project elsewhere."""

    class Meta:
        model = ProjectLink
        fields = ("label", "url")


class ProjectSerializer(serializers.ModelSerializer):
    """A project in a list. `funding_total` is the sum of its funding lines, in euros."""

    url = serializers.SerializerMethodField()
    pages = PagesField()
    title = BilingualField()
    summary = BilingualField()
    themes = ThemeReferenceSerializer(many=True)
    partners = serializers.SerializerMethodField()
    funding_total = serializers.IntegerField()
    image = ImageField()

    class Meta:
        model = Project
        fields: tuple[str, ...] = (
            "id",
            "url",
            "pages",
            "title",
            "summary",
            "stage",
            "starts_on",
            "ends_on",
            "partners",
            "themes",
            "funding_total",
            "image",
            "updated_at",
        )

    def get_url(self, project: Project) -> str:
        """The address in the API."""
        return resource("project", project.pk)

    def get_partners(self, project: Project) -> list[dict[str, Any]]:
        """Lead and partners that agreed to being named, with their role."""
        rows = project.agreed_partners  # type: ignore[attr-defined]
        return [
            {"role": row.role, **OrganisationReferenceSerializer(row.organisation).data}
            for row in rows
        ]


class ProjectDetailSerializer(ProjectSerializer):
    """A project by itself."""

    description = BilingualField()
    funding = FundingLineSerializer(many=True)
    figures = ProjectFigureSerializer(many=True)
    links = ProjectLinkSerializer(many=True)
    events = TitledReferenceSerializer(many=True, source="published_events")
    sources = SourceSerializer(many=True)

    class Meta(ProjectSerializer.Meta):
        fields = (
            *ProjectSerializer.Meta.fields,
            "description",
            "funding",
            "figures",
            "links",
            "events",
            "sources",
        )
