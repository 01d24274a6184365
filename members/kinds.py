"""Organisations as a kind of object that goes through review."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members import services
from members.forms import OrganisationForm
from members.models import Organisation
from members.views.organisations import organisation_page
from portal.lifecycle import kinds
from portal.lifecycle.content import Content, Rows

ORGANISATION = Content(
    Organisation,
    fields=(
        "name",
        "official_name",
        "short_name",
        "former_name",
        "kind",
        "summary",
        "description",
        "address",
        "postcode",
        "commune",
        "latitude",
        "longitude",
        "website",
        "logo_alt",
        "siren",
        "rna",
        "ror",
    ),
    many=("themes",),
    images=("logo",),
    rows=(
        Rows("parents", ("organisation",), key="organisation"),
        Rows("exchanges", ("direction", "topic", "text")),
        Rows("links", ("label", "url")),
        Rows("contacts", ("name", "role", "email", "phone", "visibility")),
    ),
)


def register() -> None:
    """Make organisations known to workspace, moderation, preview and history."""
    kinds.register(
        kinds.Kind(
            code="organisation",
            content=ORGANISATION,
            form=OrganisationForm,
            page=organisation_page,
            published=services.organisation_published,
            may_have_no_organisation=True,
            word=pgettext_lazy("url", "profile"),
            new=_("Propose an organisation"),
        )
    )
