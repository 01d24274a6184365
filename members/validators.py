"""Identifiers of organisations, each checked by the rule of whoever gives it; what passwords must be."""

import re

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from stdnum.fr import siren

# https://ror.readme.io/docs/identifier: "0", six characters of Crockford's base 32, two check digits.
ROR = re.compile(r"0[0-9a-hj-km-np-tv-z]{6}[0-9]{2}")
CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


def validate_siren(value: str) -> None:
    """Nine digits whose Luhn sum is right (INSEE)."""
    if not (value.isascii() and value.isdigit() and siren.is_valid(value)):
        raise ValidationError(
            _("This is not a SIREN number: nine digits, the last one a check digit."),
            code="siren",
        )


def validate_rna(value: str) -> None:
    """W and nine digits (Répertoire national des associations)."""
    if not re.fullmatch(r"W[0-9]{9}", value, re.ASCII):
        raise ValidationError(_("This is not an RNA number: W and nine digits."), code="rna")


def validate_ror(value: str) -> None:
    """The identifier's own part, with its ISO 7064 (mod 97-10) check digits."""
    if ROR.fullmatch(value):
        number = 0
        for character in value[:7]:
            number = number * 32 + CROCKFORD.index(character)
        if 98 - (number * 100) % 97 == int(value[7:]):
            return
    raise ValidationError(
        _("This is not a ROR identifier: the nine characters after https://ror.org/."), code="ror"
    )


# --- Passwords: Django's rules, in our words ---------------------------------------------------------


class LongEnough(password_validation.MinimumLengthValidator):
    """A password has so many characters."""

    def get_error_message(self) -> str:
        """What is wrong, and what to choose."""
        text = gettext("This password is too short: choose one of at least %(min)d characters.")
        return text % {"min": self.min_length}


class NotPersonal(password_validation.UserAttributeSimilarityValidator):
    """A password is not the name or the address of its owner."""

    def get_error_message(self) -> str:
        """What is wrong, and what to choose."""
        return gettext("This password is too close to your name or address: choose another one.")


class NotCommon(password_validation.CommonPasswordValidator):
    """A password is none of the twenty thousand that everybody tries first."""

    def get_error_message(self) -> str:
        """What is wrong, and what to choose."""
        return gettext(
            "This password is one of those tried first: choose another one, such as a short sentence."
        )
