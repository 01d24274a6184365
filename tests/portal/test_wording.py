"""What is said of a value that cannot be taken: in this site's words, wherever a form is shown."""

import importlib
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import override

from events.models import FundingLine, Project
from members.account_forms import LoginForm
from members.models import Organisation, Theme, User
from tests import factories

NBSP = "\u00a0"
CATALOGUE = Path(settings.BASE_DIR) / "portal/locale/fr/LC_MESSAGES/django.po"


def refused(field, value):
    """What a field says of a value, in French and in English."""
    said = []
    for language in ("fr", "en"):
        with override(language), pytest.raises(ValidationError) as told:
            field.clean(value)
        with override(language):
            said.append(" ".join(told.value.messages))
    return said


@pytest.mark.parametrize(
    ("field", "value", "french", "english"),
    [
        (forms.CharField(), "", "Renseignez ce champ.", "Fill in this field."),
        (
            forms.CharField(max_length=1000),
            "x" * 1001,
            f"Ce texte compte 1{NBSP}001 caractères{NBSP}: n’en gardez pas plus de 1{NBSP}000.",
            "This has 1,001 characters: keep to 1,000 at most.",
        ),
        (
            forms.URLField(assume_scheme="https"),
            "pas une adresse",
            "Écrivez une adresse web complète, par exemple https://example.org/page.",
            "Write a full web address, such as https://example.org/page.",
        ),
        (
            forms.EmailField(),
            "quelqu’un",
            "Écrivez une adresse e-mail complète, par exemple nom@example.org.",
            "Write a full e-mail address, such as name@example.org.",
        ),
        (
            forms.DateField(),
            "2026-02-30",
            "Indiquez une date qui existe, par exemple 17/02/2026.",
            "Give a date that exists, such as 2026-02-17.",
        ),
        (
            forms.TimeField(),
            "25:00",
            "Indiquez une heure de la journée, par exemple 14:30.",
            "Give a time of the day, such as 14:30.",
        ),
        (
            forms.IntegerField(),
            "mille",
            "Écrivez un nombre entier en chiffres, par exemple 250.",
            "Write a whole number in figures, such as 250.",
        ),
        (
            forms.IntegerField(min_value=1990),
            "1066",
            "Indiquez 1990 ou plus.",
            "Give 1990 or more.",
        ),
        (
            forms.DecimalField(max_digits=8, decimal_places=2),
            "1.999",
            f"Arrondissez ce nombre{NBSP}: pas plus de 2 chiffres après la virgule.",
            "Round this number to 2 figures after the point at most.",
        ),
        (
            forms.ChoiceField(choices=[("a", "A")]),
            "z",
            f"«{NBSP}z{NBSP}» ne fait pas partie des choix{NBSP}: choisissez parmi ceux qui sont "
            "proposés.",
            "“z” is not one of the choices: choose one that is offered.",
        ),
        (
            forms.ChoiceField(choices=[("a", "A")]),
            "",
            "Choisissez une réponse.",
            "Choose one of these.",
        ),
        (
            forms.CharField(),
            "nul\x00",
            "Ce texte contient un caractère invisible que nous ne pouvons pas enregistrer"
            f"{NBSP}: saisissez-le de nouveau.",
            "This has an invisible character in it that cannot be kept: type it again.",
        ),
    ],
)
def test_refusal_names_the_remedy_in_both_languages(field, value, french, english):
    assert refused(field, value) == [french, english]


@pytest.mark.parametrize(
    ("password", "said"),
    [
        (
            "court",
            f"Ce mot de passe est trop court{NBSP}: choisissez-en un d’au moins 12 caractères.",
        ),
        (
            "q1w2e3r4t5y6",
            f"Ce mot de passe fait partie des premiers que l’on essaie{NBSP}: choisissez-en un autre, "
            "par exemple une courte phrase.",
        ),
        (
            "alice@example.org",
            "Ce mot de passe ressemble trop à votre nom ou à votre adresse"
            f"{NBSP}: choisissez-en un autre.",
        ),
    ],
)
def test_weak_password_is_told_what_to_choose(password, said):
    with override("fr"), pytest.raises(ValidationError) as told:
        validate_password(password, User(email="alice@example.org", full_name="Alice"))
    with override("fr"):
        assert told.value.messages == [said]


@pytest.mark.parametrize(
    ("typed", "day"), [("03/04/2027", (2027, 4, 3)), ("2027-04-03", (2027, 4, 3))]
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_date_that_is_typed_has_its_day_first(language, typed, day):
    with override(language):
        found = forms.DateField().clean(typed)

    assert (found.year, found.month, found.day) == day


@pytest.mark.django_db
def test_model_says_the_same_as_a_form():
    line = FundingLine(project=factories.ProjectFactory(), amount=0, year=1066)

    with override("en"), pytest.raises(ValidationError) as told:
        line.full_clean()
    with override("en"):
        said = told.value.message_dict

    assert said == {
        "organisation": [
            "Name one funder: an organisation of the directory, or another name.",
        ],
        "source_fr": ["Give the source in French or in English."],
        "amount": ["Give 1 or more."],
        "year": ["Give 1990 or more."],
    }


@pytest.mark.django_db
def test_unknown_choice_of_a_model_is_told_like_that_of_a_form(organisation):
    organisation.kind = "pirate"

    with override("en"), pytest.raises(ValidationError) as told:
        organisation.full_clean()
    with override("en"):
        said = told.value.message_dict["kind"]

    assert said == ["“pirate” is not one of the choices: choose one that is offered."]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "said"), [("fr", "Renseignez ce champ."), ("en", "Fill in this field.")]
)
def test_accounts_and_admin_say_it_too(language, said, client, fay):
    client.force_login(fay)
    with override(language):
        login = LoginForm({"login": "", "password": ""})
        account = [str(text) for texts in login.errors.values() for text in texts]
        desk = client.post(reverse("admin:members_theme_add"), {}).content.decode()

    assert account == [said, said]
    assert said in desk


def every_field():
    """The fields of every form that the site defines."""
    for name in ("members.forms", "events.forms", "portal.desk.direct", "portal.desk.moderation"):
        importlib.import_module(name)
    waiting, seen = [forms.BaseForm], set()
    while waiting:
        form = waiting.pop()
        if form in seen:
            continue
        seen.add(form)
        waiting += form.__subclasses__()
        ours = form.__module__.split(".")[0] in {"portal", "members", "events"}
        for field in getattr(form, "base_fields", {}).values() if ours else ():
            yield form, field
    for model in (Organisation, Project, Theme):
        for field in model._meta.fields:
            made = field.formfield() if field.editable else None
            if made and not isinstance(made, forms.ImageField):  # images have a field of their own
                yield model, made


# Said of what no form of ours asks for.
UNASKED = {"contradiction", "max_length", "overflow", "incomplete"}


def test_every_text_that_a_field_may_say_is_ours():
    with CATALOGUE.open("rb") as file:
        ours = {message.id for message in read_po(file, locale="fr") if message.id}

    with override("en"):
        strange = {
            (type(field).__name__, key): str(text)
            for _form, field in every_field()
            for key, text in field.error_messages.items()
            if key not in UNASKED and str(text) not in ours
        }

    assert strange == {}
