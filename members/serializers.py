"""Organisations, people and themes as the API gives them."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from members.models import (
    Contact,
    Distinction,
    Exchange,
    Organisation,
    Person,
    Source,
    Theme,
)
from portal import i18n
from portal.api import BilingualField, DescribedSerializer, ImageField, PagesField, ResourceField
from portal.representation import Represented


class SourceSerializer(Represented, serializers.ModelSerializer):
    """Where something is stated."""

    title = BilingualField()

    class Meta:
        model = Source
        fields = ("code", "title", "publisher", "date", "url")


class OrganisationReferenceSerializer(Represented):
    """An organisation named by something else."""

    slug = serializers.CharField()
    name = serializers.CharField()
    url = ResourceField("organisation", key="slug")


class NamedSerializer(Represented):
    """A row that names an organisation which agreed to it."""

    slug = serializers.CharField(source="organisation.slug")
    name = serializers.CharField(source="organisation.name")
    url = ResourceField("organisation", key="slug", source="organisation")


class PartSerializer(Represented):
    """A row in which an organisation says that it is part of another."""

    slug = serializers.CharField(source="part.slug")
    name = serializers.CharField(source="part.name")
    url = ResourceField("organisation", key="slug", source="part")


class CommuneSerializer(Represented):
    """A commune."""

    code = serializers.CharField()
    name = serializers.CharField()


class ThemeReferenceSerializer(Represented):
    """A theme of something else."""

    code = serializers.CharField()
    name = BilingualField()


class ExchangeSerializer(Represented, serializers.ModelSerializer):
    """What is offered or looked for."""

    text = BilingualField()

    class Meta:
        model = Exchange
        fields = ("direction", "topic", "text")


class LinkSerializer(Represented):
    """A page elsewhere."""

    label = serializers.CharField()  # type: ignore[assignment] # a field called label
    url = serializers.URLField()


class ContactSerializer(Represented, serializers.ModelSerializer):
    """A contact that everybody may read."""

    class Meta:
        model = Contact
        fields = ("name", "role", "email", "phone")


class MembershipSerializer(Represented):
    """A running membership of the association."""

    college = serializers.CharField(source="college.code")
    college_name = serializers.SerializerMethodField()
    since = serializers.DateField()

    def get_college_name(self, membership: Any) -> dict[str, str]:
        """The college in both languages."""
        return i18n.both(membership.college, "name")


class IdentifiersSerializer(Represented):
    """What an organisation is known by elsewhere, "" where it has none or did not say."""

    siren = serializers.CharField()
    rna = serializers.CharField()
    ror = serializers.CharField()


class PersonReferenceSerializer(Represented):
    """A person named by something else."""

    name = serializers.CharField()
    url = ResourceField("person")


class DistinctionSerializer(Represented, serializers.ModelSerializer):
    """A prize, label or grant."""

    title = BilingualField()
    reason = BilingualField()

    class Meta:
        model = Distinction
        fields = ("title", "date", "level", "awarded_by", "reason")


class OrganisationSerializer(DescribedSerializer):
    """An organisation in a list."""

    url = ResourceField("organisation", key="slug")
    pages = PagesField()
    summary = BilingualField()
    themes = ThemeReferenceSerializer(many=True, source="all_themes")
    commune = CommuneSerializer(allow_null=True)
    parents = NamedSerializer(
        many=True,
        source="agreed_parents",
        help_text=_("The organisations it is part of, those that agreed."),
    )
    membership = serializers.SerializerMethodField(
        allow_null=True,
        help_text=_("The membership that runs today; null for an actor that is not a member."),
    )
    exchanges = ExchangeSerializer(many=True, source="all_exchanges")
    logo = ImageField()

    class Meta:
        model = Organisation
        fields: tuple[str, ...] = (
            "slug",
            "url",
            "pages",
            "name",
            "official_name",
            "short_name",
            "former_name",
            "kind",
            "membership",
            "parents",
            "summary",
            "themes",
            "commune",
            "latitude",
            "longitude",
            "website",
            "exchanges",
            "logo",
            "verified_on",
            "updated_at",
        )

    @extend_schema_field(MembershipSerializer(allow_null=True))
    def get_membership(self, organisation: Organisation) -> dict[str, Any] | None:
        """The membership that runs today."""
        running = organisation.running_memberships
        return dict(MembershipSerializer(running[0]).data) if running else None


class OrganisationDetailSerializer(OrganisationSerializer):
    """An organisation by itself."""

    description = BilingualField()
    identifiers = IdentifiersSerializer(
        source="*", help_text=_("Empty where it has none or did not say.")
    )
    links = LinkSerializer(many=True, source="all_links")
    contacts = ContactSerializer(many=True, source="public_contacts")
    people = PersonReferenceSerializer(
        many=True, source="all_people", help_text=_("People in a public role there.")
    )
    distinctions = DistinctionSerializer(many=True, source="own_distinctions")
    parts = PartSerializer(
        many=True,
        source="agreed_parts",
        help_text=_("The organisations that are part of it, those it agreed to."),
    )
    sources = SourceSerializer(many=True, source="all_sources")

    class Meta(OrganisationSerializer.Meta):
        fields = (
            *OrganisationSerializer.Meta.fields,
            "description",
            "address",
            "postcode",
            "identifiers",
            "links",
            "contacts",
            "people",
            "distinctions",
            "parts",
            "sources",
        )


class PersonSerializer(DescribedSerializer):
    """Somebody in a public role; there are no contact details to give."""

    url = ResourceField("person")
    role = BilingualField()
    organisation = OrganisationReferenceSerializer(allow_null=True)
    distinctions = DistinctionSerializer(many=True, source="own_distinctions")

    class Meta:
        model = Person
        fields: tuple[str, ...] = ("id", "url", "name", "role", "organisation", "distinctions")


class PersonDetailSerializer(PersonSerializer):
    """A person with the sources."""

    sources = SourceSerializer(many=True, source="all_sources")

    class Meta(PersonSerializer.Meta):
        fields = (*PersonSerializer.Meta.fields, "sources")


class ThemeSerializer(DescribedSerializer):
    """A theme, and how many published things carry it."""

    url = ResourceField("theme", key="code")
    name = BilingualField()
    organisations = serializers.IntegerField(
        source="organisation_count", help_text=_("How many organisations have this theme.")
    )
    projects = serializers.IntegerField(
        source="project_count", help_text=_("How many projects have this theme.")
    )
    events = serializers.IntegerField(
        source="event_count", help_text=_("How many events have this theme.")
    )

    class Meta:
        model = Theme
        fields = ("code", "url", "name", "triptych", "organisations", "projects", "events")
        extra_kwargs = {"code": {"help_text": _("What it is called in filters.")}}
