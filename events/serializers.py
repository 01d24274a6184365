"""Events and projects as the API gives them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from events.models import (
    Event,
    FundingLine,
    Project,
    ProjectFigure,
    ProjectPartner,
)
from members.serializers import (
    CommuneSerializer,
    LinkSerializer,
    NamedSerializer,
    OrganisationReferenceSerializer,
    SourceSerializer,
    ThemeReferenceSerializer,
)
from portal.api import (
    BilingualField,
    DescribedSerializer,
    ImageField,
    PagesField,
    ResourceField,
    resource,
)
from portal.lifecycle import kinds
from portal.representation import Represented


class TitledReferenceSerializer(Represented):
    """An event or a project named by something else."""

    id = serializers.IntegerField()
    title = BilingualField()
    url = serializers.SerializerMethodField(help_text=_("Its address in the API."))

    def get_url(self, obj: Any) -> str:
        """Its address in the API."""
        return resource(kinds.of(obj).code, obj.pk)


class EventSerializer(DescribedSerializer):
    """An event in a list."""

    url = ResourceField("event")
    pages = PagesField()
    title = BilingualField()
    summary = BilingualField()
    starts_at = serializers.DateTimeField(
        source="stated_start", allow_null=True, help_text=_("Null where no date is known.")
    )
    ends_at = serializers.DateTimeField(
        source="stated_end", allow_null=True, help_text=_("Null where nobody said.")
    )
    period = BilingualField(help_text=_("When it takes place, in words, where no date is known."))
    status = serializers.ChoiceField(
        choices=Event.Outcome.choices,
        source="outcome",
        help_text=_("Whether it takes place as announced."),
    )
    languages = serializers.ListField(
        child=serializers.CharField(),
        help_text=_("Languages spoken: fr, en, es, oc, or lsf for French Sign Language."),
    )
    audience = serializers.ListField(child=serializers.CharField(), help_text=_("For whom it is."))
    commune = CommuneSerializer(allow_null=True)
    organisers = NamedSerializer(
        many=True,
        source="agreed_organisers",
        help_text=_("The organisations that agreed to being named."),
    )
    themes = ThemeReferenceSerializer(many=True, source="all_themes")
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
        extra_kwargs = {
            "price": {"help_text": _("In euros; 0 if it is free, null if it is not known.")}
        }


class EventDetailSerializer(EventSerializer):
    """An event by itself."""

    description = BilingualField()
    projects = TitledReferenceSerializer(many=True, source="published_projects")
    sources = SourceSerializer(many=True, source="all_sources")

    class Meta(EventSerializer.Meta):
        fields = (*EventSerializer.Meta.fields, "description", "projects", "sources")


class FundingLineSerializer(Represented, serializers.ModelSerializer):
    """An amount in euros and who states it; `organisation` if the directory has the funder."""

    funder = serializers.CharField(source="funder_name")
    organisation = OrganisationReferenceSerializer(source="funder_with_page", allow_null=True)
    programme = BilingualField()
    source = BilingualField()  # type: ignore[assignment] # a field called source

    class Meta:
        model = FundingLine
        fields = ("funder", "organisation", "amount", "programme", "year", "source")


class ProjectFigureSerializer(Represented, serializers.ModelSerializer):
    """A number with its date and source."""

    value = BilingualField()
    label = BilingualField()  # type: ignore[assignment] # a field called label
    source = BilingualField()  # type: ignore[assignment] # a field called source

    class Meta:
        model = ProjectFigure
        fields = ("value", "label", "date", "source")


class PartnerSerializer(NamedSerializer):
    """A partner of a project, with what it does there."""

    role = serializers.ChoiceField(choices=ProjectPartner.Role.choices)


class ProjectSerializer(DescribedSerializer):
    """A project in a list."""

    url = ResourceField("project")
    pages = PagesField()
    title = BilingualField()
    summary = BilingualField()
    themes = ThemeReferenceSerializer(many=True, source="all_themes")
    partners = PartnerSerializer(
        many=True,
        source="agreed_partners",
        help_text=_("The lead and the partners that agreed to being named, each with its role."),
    )
    funding_total = serializers.IntegerField(help_text=_("The sum of its funding lines, in euros."))
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
        extra_kwargs = {
            "starts_on": {"help_text": _("Its start, as far as it is known: 2024 or 2024-04.")},
            "ends_on": {"help_text": _("Its end, as far as it is known: 2024 or 2024-04.")},
        }


class ProjectDetailSerializer(ProjectSerializer):
    """A project by itself."""

    description = BilingualField()
    funding = FundingLineSerializer(many=True, source="all_funding")
    figures = ProjectFigureSerializer(many=True, source="all_figures")
    links = LinkSerializer(many=True, source="all_links")
    events = TitledReferenceSerializer(many=True, source="published_events")
    sources = SourceSerializer(many=True, source="all_sources")

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
