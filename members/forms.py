"""The forms in which an organisation is written."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from members.fields import OrganisationField, RnaField, RorField, SirenField, typed_names
from members.models import Affiliation, Contact, Exchange, Organisation, OrganisationLink
from portal.lifecycle.content import Values
from portal.writing.editing import MARKDOWN_HELP, ContentForm, NamedChoices
from portal.writing.rows import SENTENCE, RowForm


class NamedRowForm(RowForm):
    """A row that names an organisation."""

    organisation = OrganisationField(required=False, label=_("Organisation"))

    @classmethod
    def initial_from(cls, rows: list[Values]) -> list[dict[str, Any]]:
        named = [row.get("organisation") or 0 for row in rows]
        names = typed_names(filter(None, named))
        return [
            row | {"organisation": names.get(key, ""), "named": key}
            for row, key in zip(rows, named, strict=True)
        ]

    def remember(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Whoever is named already may stay, also once it is withdrawn."""
        named = {row["organisation"]: row["named"] for row in rows if row.get("organisation")}
        self.fields["organisation"].named = named  # type: ignore[attr-defined] # OrganisationField


class ParentForm(NamedRowForm):
    """An organisation that this one is part of."""

    class Meta:
        model = Affiliation
        fields = ("organisation",)


class ExchangeForm(RowForm):
    """Something offered or looked for."""

    class Meta:
        model = Exchange
        fields = ("direction", "topic", "text_fr", "text_en")
        widgets = {"text_fr": SENTENCE, "text_en": SENTENCE}


class OrganisationLinkForm(RowForm):
    """A further link."""

    class Meta:
        model = OrganisationLink
        fields = ("label", "url")


class ContactForm(RowForm):
    """Somebody to write to or to call."""

    class Meta:
        model = Contact
        fields = ("name", "role", "email", "phone", "visibility")


class OrganisationForm(ContentForm):
    """The profile of an organisation."""

    class Meta:
        model = Organisation
        fields = (
            "name",
            "short_name",
            "official_name",
            "former_name",
            "kind",
            "summary_fr",
            "summary_en",
            "description_fr",
            "description_en",
            "address",
            "postcode",
            "commune",
            "latitude",
            "longitude",
            "website",
            "logo_alt_fr",
            "logo_alt_en",
            "siren",
            "rna",
            "ror",
            "themes",
        )
        field_classes = {
            "themes": NamedChoices,
            "siren": SirenField,
            "rna": RnaField,
            "ror": RorField,
        }
        widgets = {"summary_fr": SENTENCE, "summary_en": SENTENCE}
        help_texts = {
            "name": _("As people know you, in full."),
            "official_name": _("As registered, if it differs."),
            "summary_fr": _(
                "One sentence: what you do, for whom. For instance: “Detects diabetes in pictures of "
                "the eye, with three hospitals.” It stands in lists and search results."
            ),
            "description_fr": MARKDOWN_HELP,
            "website": _("Your own site, such as https://www.example.org."),
            "latitude": _(
                "In degrees, such as 43.6112: a map service shows it when you point at your building."
            ),
            "longitude": _("In degrees, such as 3.8767. Give both or neither."),
            "logo_alt_fr": _("What somebody who cannot see it should hear: most often, your name."),
            "siren": _("Nine digits: the first nine of a SIRET number."),
        }

    sections = (
        (
            _("Who you are"),
            ("name", "short_name", "official_name", "former_name", "kind", "parents"),
        ),
        (_("What you do"), ("summary", "description", "themes")),
        (_("What you offer and look for"), ("exchanges",)),
        (_("Logo"), ("logo", "logo_alt")),
        (
            _("Where and how to reach you"),
            (
                "website",
                "links",
                "address",
                "postcode",
                "commune",
                "latitude",
                "longitude",
                "contacts",
            ),
        ),
        (_("Identifiers"), ("siren", "rna", "ror")),
    )
    row_forms = {
        "parents": ParentForm,
        "exchanges": ExchangeForm,
        "links": OrganisationLinkForm,
        "contacts": ContactForm,
    }
    row_help = {
        "parents": _(
            "The organisations this one belongs to, such as a laboratory’s universities. Each is "
            "asked, and appears on the page once it has agreed."
        ),
        "exchanges": _("A line for each thing, so that others find it. One language is enough."),
        "contacts": _("Give an address of the organisation rather than of a person if you can."),
    }

    elements = (
        "summary_fr",
        "summary_en",
        "description_fr",
        "description_en",
        "themes",
        "exchanges",
        "logo",
        "website",
        "commune",
        "contacts",
    )

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if self.target is None and name:
            named = Organisation.objects.published().filter(name__iexact=name)
            if named.exists():
                raise ValidationError(
                    _(
                        "The directory already has “%(name)s”: ask the people who own its profile to "
                        "invite you, or give a name that tells the two apart."
                    ),
                    params={"name": name},
                    code="listed",
                )
        return name
