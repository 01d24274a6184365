"""The forms in which an organisation is written."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.fields import OrganisationField
from members.models import Contact, Exchange, Organisation, OrganisationLink
from portal.editing import ContentForm, RowForm


class ExchangeForm(RowForm):
    """Something offered or looked for."""

    class Meta:
        model = Exchange
        fields = ("direction", "topic", "text_fr", "text_en")


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

    parent = OrganisationField(
        required=False,
        label=_("Part of"),
        help_text=_("The organisation this one belongs to, such as a laboratory’s university."),
    )

    class Meta:
        model = Organisation
        fields = (
            "name",
            "short_name",
            "official_name",
            "former_name",
            "kind",
            "parent",
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
        widgets = {"themes": forms.CheckboxSelectMultiple}

    sections = (
        (_("Who you are"), ("name", "short_name", "official_name", "former_name", "kind", "parent")),
        (_("What you do"), ("summary", "description", "themes")),
        (_("What you offer and look for"), ("exchanges",)),
        (_("Logo"), ("logo", "logo_alt")),
        (
            _("Where and how to reach you"),
            ("website", "links", "address", "postcode", "commune", "latitude", "longitude", "contacts"),
        ),
        (_("Identifiers"), ("siren", "rna", "ror")),
    )
    row_forms = {
        "exchanges": ExchangeForm,
        "links": OrganisationLinkForm,
        "contacts": ContactForm,
    }

    def completeness(self) -> tuple[str, ...]:
        return (
            "summary_fr",
            "summary_en",
            "description_fr",
            "description_en",
            "themes",
            "exchanges",
            "logo",
            "commune",
            "website",
        )

    def clean_parent(self) -> Any:
        parent = self.cleaned_data["parent"]
        if parent is not None and self.target is not None and parent.pk == self.target.pk:
            self.add_error("parent", _("An organisation cannot be part of itself."))
        return parent
