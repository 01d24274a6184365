"""What is said of a value that cannot be taken, in the words of this site: what to do about it.

Django keeps these texts as attributes of its classes and has no setting for them. `use` puts ours in
their place before any form is made, so that pages, accounts and admin all say the same. A field that
knows better says so itself.
"""

from typing import Any

from django import forms
from django.core import validators
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal import display


class Counted:
    """A text with numbers of characters, written as the reader's language has them: 10 000, 10,000."""

    def __init__(self, text: Any) -> None:
        self.text = text

    def __str__(self) -> str:
        return str(self.text)

    def __mod__(self, params: dict[str, Any]) -> str:
        written = {
            name: display.number(value) if isinstance(value, int) else value
            for name, value in params.items()
        }
        return str(self.text) % written


FILL_IN = _("Fill in this field.")
CHOOSE = _("Choose one of these.")
NOT_OFFERED = _("“%(value)s” is not one of the choices: choose one that is offered.")
NO_LONGER_OFFERED = _("This choice is not offered, or no longer: choose another one.")
WHOLE_NUMBER = _("Write a whole number in figures, such as 250.")
NUMBER = _("Write a number in figures, such as 12.50.")
DATE = _("Give a date that exists, such as 2026-02-17.")
TIME = _("Give a time of the day, such as 14:30.")
WEB_ADDRESS = _("Write a full web address, such as https://example.org/page.")
E_MAIL_ADDRESS = _("Write a full e-mail address, such as name@example.org.")

FORM_FIELDS: dict[Any, dict[str, Any]] = {
    forms.Field: {"required": FILL_IN},
    forms.BooleanField: {"required": _("Tick this box.")},
    forms.ChoiceField: {"required": CHOOSE, "invalid_choice": NOT_OFFERED},
    forms.MultipleChoiceField: {
        "required": _("Tick at least one of these."),
        "invalid_choice": NOT_OFFERED,
        "invalid_list": NO_LONGER_OFFERED,
    },
    forms.ModelChoiceField: {"invalid_choice": NO_LONGER_OFFERED},
    forms.ModelMultipleChoiceField: {
        "required": _("Tick at least one of these."),
        "invalid_choice": NO_LONGER_OFFERED,
        "invalid_list": NO_LONGER_OFFERED,
        "invalid_pk_value": NO_LONGER_OFFERED,
    },
    forms.IntegerField: {"invalid": WHOLE_NUMBER},
    forms.DecimalField: {"invalid": NUMBER},
    forms.FloatField: {"invalid": NUMBER},
    forms.DateField: {"invalid": DATE},
    forms.TimeField: {"invalid": TIME},
    forms.DateTimeField: {"invalid": DATE},
    forms.SplitDateTimeField: {"invalid_date": DATE, "invalid_time": TIME},
    forms.URLField: {"invalid": WEB_ADDRESS},
    forms.FileField: {
        "required": _("Choose a file."),
        "invalid": _("This file did not arrive: send it again."),
        "missing": _("This file did not arrive: send it again."),
        "empty": _("This file is empty: send another one."),
    },
}

MODEL_FIELDS: dict[Any, dict[str, Any]] = {
    models.Field: {
        "null": FILL_IN,
        "blank": FILL_IN,
        "invalid_choice": NOT_OFFERED,
        "unique": _("This is taken already: give another one."),
    },
    models.ForeignKey: {"invalid": NO_LONGER_OFFERED},
    models.IntegerField: {"invalid": WHOLE_NUMBER},
    models.DecimalField: {"invalid": NUMBER},
    models.FloatField: {"invalid": NUMBER},
    models.DateField: {"invalid": DATE, "invalid_date": DATE},
    models.DateTimeField: {"invalid": DATE, "invalid_date": DATE, "invalid_datetime": DATE},
    models.TimeField: {"invalid": TIME, "invalid_time": TIME},
}

VALIDATORS: dict[Any, Any] = {
    validators.MaxLengthValidator: Counted(
        _("This has %(show_value)s characters: keep to %(limit_value)s at most.")
    ),
    validators.MinLengthValidator: Counted(
        _("This has %(show_value)s characters: give at least %(limit_value)s.")
    ),
    # Limits are written as they are: a year has no space in it.
    validators.MinValueValidator: _("Give %(limit_value)s or more."),
    validators.MaxValueValidator: _("Give %(limit_value)s or less."),
    validators.EmailValidator: E_MAIL_ADDRESS,
    validators.URLValidator: WEB_ADDRESS,
    validators.ProhibitNullCharactersValidator: _(
        "This has an invisible character in it that cannot be kept: type it again."
    ),
}
SLUG = _("Use only letters without accents, figures and hyphens.")

DECIMALS = {
    "invalid": NUMBER,
    "max_digits": _("Write this number with %(max)s figures at most."),
    "max_decimal_places": _("Round this number to %(max)s figures after the point at most."),
    "max_whole_digits": _("Check this number: %(max)s figures before the point at most."),
}


def use() -> None:
    """Let Django's classes say these texts instead of their own."""
    for field, texts in (FORM_FIELDS | MODEL_FIELDS).items():
        field.default_error_messages = vars(field).get("default_error_messages", {}) | texts
    for validator, text in VALIDATORS.items():
        validator.message = text
    validators.validate_slug.message = SLUG
    validators.DecimalValidator.messages = DECIMALS  # type: ignore[assignment] # they are lazy
