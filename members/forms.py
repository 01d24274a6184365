"""The forms in which an organisation is written."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from members.fields import OrganisationField
from members.models import Contact, Exchange, Organisation, OrganisationLink
from portal.writing.editing import Choices, ContentForm
from portal.writing.rows import SENTENCE, RowForm


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
        field_classes = {"themes": Choices}
        widgets = {"summary_fr": SENTENCE, "summary_en": SENTENCE}

    sections = (
        (
            _("Who you are"),
            ("name", "short_name", "official_name", "former_name", "kind", "parent"),
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
        "exchanges": ExchangeForm,
        "links": OrganisationLinkForm,
        "contacts": ContactForm,
    }
    row_help = {
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

    def clean_parent(self) -> Organisation | None:
        parent = self.cleaned_data["parent"]
        if parent is not None and self.target is not None and parent.pk == self.target.pk:
            raise ValidationError(_("An organisation cannot be part of itself."))
        return parent
