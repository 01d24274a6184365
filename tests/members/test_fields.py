"""Identifiers, however they are typed; organisations by their names are tested where forms are."""

import pytest
from django.core.exceptions import ValidationError

from members.forms import OrganisationForm
from members.models import Organisation
from tests import factories

pytestmark = pytest.mark.django_db

FIELDS = OrganisationForm.base_fields


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("siren", "130 029 796", "130029796"),
        ("siren", "130.029.796", "130029796"),
        ("siren", " 130\u202f029\u00a0796 ", "130029796"),
        ("siren", "130 029 796 00012", "130029796"),
        ("siren", "https://annuaire-entreprises.data.gouv.fr/entreprise/130029796", "130029796"),
        ("rna", "w343 012 345", "W343012345"),
        ("ror", "https://ror.org/051escj72", "051escj72"),
        ("ror", "ROR.org/051ESCJ72/", "051escj72"),
        ("ror", "", ""),
    ],
)
def test_an_identifier_is_kept_as_its_register_writes_it(name, typed, kept):
    assert FIELDS[name].clean(typed) == kept


@pytest.mark.parametrize(
    ("name", "typed", "message"),
    [
        ("siren", "130 029 797", "Ce n’est pas un numéro SIREN"),
        ("siren", "12", "Ce n’est pas un numéro SIREN"),
        ("rna", "W34", "Ce n’est pas un numéro RNA"),
        ("ror", "https://ror.org/", "Ce n’est pas un identifiant ROR"),
        ("ror", "051escj73", "Ce n’est pas un identifiant ROR"),
    ],
)
def test_what_is_no_identifier_is_refused(name, typed, message):
    with pytest.raises(ValidationError) as refused:
        Organisation._meta.get_field(name).run_validators(FIELDS[name].clean(typed))

    assert any(text.startswith(message) for text in refused.value.messages)


def test_the_input_lets_in_what_is_longer_than_what_is_kept():
    assert "maxlength" not in str(OrganisationForm.base_fields["siren"].widget.attrs)


def test_a_logo_is_described_for_those_who_cannot_see_it():
    organisation = factories.OrganisationFactory(logo="logos/a.png")

    with pytest.raises(ValidationError) as refused:
        organisation.full_clean()

    assert refused.value.message_dict == {
        "logo_alt_fr": ["Décrivez l’image pour les personnes qui ne la voient pas."]
    }
    Organisation(**{"name": "A", "slug": "a", "kind": "company"}, logo="a", logo_alt_en="A").clean()
