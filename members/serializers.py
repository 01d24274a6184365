"""Organisations, people and themes as the API gives them."""

from collections.abc import Iterable
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from members.models import (
    Contact,
    Distinction,
    Exchange,
    Organisation,
    OrganisationLink,
    Person,
    Source,
    Theme,
)
from portal.api import BilingualField, ImageField, PagesField, resource


class SourceSerializer(serializers.ModelSerializer):
    """Where something is stated."""

    title = BilingualField()

    class Meta:
        model = Source
        fields = ("code", "title", "publisher", "date", "url")


class OrganisationReferenceSerializer(serializers.Serializer):
    """An organisation named by something else."""

    slug = serializers.CharField()
    name = serializers.CharField()
    url = serializers.SerializerMethodField()

    def get_url(self, organisation: Any) -> str:
        """Its address in the API."""
        return resource("organisation", organisation.slug)


def references(organisations: Iterable[Any]) -> list[dict[str, Any]]:
    """Organisations as something else names them."""
    return list(OrganisationReferenceSerializer(organisations, many=True).data)


class CommuneSerializer(serializers.Serializer):
    """A commune."""

    code = serializers.CharField()
    name = serializers.CharField()


class ThemeReferenceSerializer(serializers.Serializer):
    """A theme of something else."""

    code = serializers.CharField()
    name = BilingualField()


class ExchangeSerializer(serializers.ModelSerializer):
    """What is offered or looked for."""

    text = BilingualField()

    class Meta:
        model = Exchange
        fields = ("direction", "topic", "text")


class LinkSerializer(serializers.ModelSerializer):
    """A further address."""

    class Meta:
        model = OrganisationLink
        fields = ("label", "url")


class ContactSerializer(serializers.ModelSerializer):
    """A contact that everybody may read."""

    class Meta:
        model = Contact
        fields = ("name", "role", "email", "phone")


class MembershipSerializer(serializers.Serializer):
    """A running membership of the association."""

    college = serializers.CharField(source="college.code")
    college_name = serializers.SerializerMethodField()
    since = serializers.DateField()

    def get_college_name(self, membership: Any) -> dict[str, str]:
        """The college in both languages."""
        return {"fr": membership.college.name_fr, "en": membership.college.name_en}


class DistinctionSerializer(serializers.ModelSerializer):
    """A prize, label or grant."""

    title = BilingualField()
    reason = BilingualField()

    class Meta:
        model = Distinction
        fields = ("title", "date", "level", "awarded_by", "reason")


class OrganisationSerializer(serializers.ModelSerializer):
    """An organisation in a list. `membership` is null for an actor that is not a member."""

    url = serializers.SerializerMethodField()
    pages = PagesField()
    summary = BilingualField()
    themes = ThemeReferenceSerializer(many=True)
    commune = CommuneSerializer(allow_null=True)
    parents = serializers.SerializerMethodField()
    membership = serializers.SerializerMethodField()
    exchanges = ExchangeSerializer(many=True)
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

    def get_url(self, organisation: Organisation) -> str:
        """Its address in the API."""
        return resource("organisation", organisation.slug)

    @extend_schema_field(OrganisationReferenceSerializer(many=True))
    def get_parents(self, organisation: Organisation) -> list[dict[str, Any]]:
        """The organisations it is part of, those that agreed."""
        named = [row.organisation for row in organisation.agreed_parents]  # type: ignore[attr-defined]
        return references(named)

    def get_membership(self, organisation: Organisation) -> dict[str, Any] | None:
        """The membership that runs today."""
        running = organisation.running_memberships  # type: ignore[attr-defined]
        return dict(MembershipSerializer(running[0]).data) if running else None


class OrganisationDetailSerializer(OrganisationSerializer):
    """An organisation by itself."""

    description = BilingualField()
    identifiers = serializers.SerializerMethodField()
    links = LinkSerializer(many=True)
    contacts = ContactSerializer(many=True, source="public_contacts")
    people = serializers.SerializerMethodField()
    distinctions = DistinctionSerializer(many=True)
    parts = serializers.SerializerMethodField()
    sources = SourceSerializer(many=True)

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

    @extend_schema_field(OrganisationReferenceSerializer(many=True))
    def get_parts(self, organisation: Organisation) -> list[dict[str, Any]]:
        """The organisations that are part of it, those it agreed to."""
        return references([row.part for row in organisation.agreed_parts])  # type: ignore[attr-defined]

    def get_identifiers(self, organisation: Organisation) -> dict[str, str]:
        """SIREN, RNA and ROR, empty where it has none or did not say."""
        return {name: getattr(organisation, name) for name in ("siren", "rna", "ror")}

    def get_people(self, organisation: Organisation) -> list[dict[str, Any]]:
        """People in a public role there."""
        return [
            {"name": person.name, "url": resource("person", person.pk)}
            for person in organisation.people.all()
        ]


class PersonSerializer(serializers.ModelSerializer):
    """Somebody in a public role; there are no contact details to give."""

    url = serializers.SerializerMethodField()
    role = BilingualField()
    organisation = OrganisationReferenceSerializer(allow_null=True)
    distinctions = DistinctionSerializer(many=True)

    class Meta:
        model = Person
        fields: tuple[str, ...] = ("id", "url", "name", "role", "organisation", "distinctions")

    def get_url(self, person: Person) -> str:
        """The address in the API."""
        return resource("person", person.pk)


class PersonDetailSerializer(PersonSerializer):
    """A person with the sources."""

    sources = SourceSerializer(many=True)

    class Meta(PersonSerializer.Meta):
        fields = (*PersonSerializer.Meta.fields, "sources")


class ThemeSerializer(serializers.ModelSerializer):
    """A theme, and how many published things carry it."""

    url = serializers.SerializerMethodField()
    name = BilingualField()
    organisations = serializers.IntegerField(source="organisation_count")
    projects = serializers.IntegerField(source="project_count")
    events = serializers.IntegerField(source="event_count")

    class Meta:
        model = Theme
        fields = ("code", "url", "name", "triptych", "organisations", "projects", "events")

    def get_url(self, theme: Theme) -> str:
        """The address in the API."""
        return resource("theme", theme.code)
