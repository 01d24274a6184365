"""Form fields of our own: a name of the directory, and identifiers however they are typed."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from members.models import Organisation

SIRET_DIGITS = 14


class OrganisationField(forms.CharField):
    """A published organisation, typed by its name; the browser offers names from a list on the page.

    A list to choose from would not hold a large directory. An acronym will do where one organisation
    has it; where two share a name, the last part of the address of the page (its slug) tells them apart.
    What the object names already is left as it is, also when that organisation was withdrawn since.
    """

    default_error_messages = {
        "several": _(
            "Several organisations are called “%(name)s”: give the end of its page’s address instead."
        ),
        "unknown": _(
            "The directory has no organisation called “%(name)s”. Check the name, or propose it first."
        ),
    }

    # The organisations that the object names already, by what stands in the input for them.
    named: dict[str, int]

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 150)
        super().__init__(**kwargs)
        self.named = {}
        self.widget.attrs |= {"list": "organisation-names", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        return typed_names([value]).get(value, "") if isinstance(value, int) else value

    def clean(self, value: Any) -> Organisation | None:
        name = super().clean(value)
        if not name:
            return None
        if name in self.named:
            return Organisation.objects.filter(pk=self.named[name]).first()
        published = Organisation.objects.published()
        for wanted in (Q(name__iexact=name), Q(slug=name), Q(short_name__iexact=name)):
            found = list(published.filter(wanted)[:2])
            if len(found) == 1:
                return found[0]
            if found:
                raise self._refusal("several", name)
        raise self._refusal("unknown", name)

    def _refusal(self, code: str, name: str) -> ValidationError:
        return ValidationError(self.error_messages[code], params={"name": name}, code=code)


def typed_names(keys: Iterable[int]) -> dict[int, str]:
    """What to type for each of these organisations: its name, or its slug if others have that name.

    Two queries, however many there are.
    """
    found = list(Organisation.objects.filter(pk__in=set(keys)).values_list("pk", "name", "slug"))
    shared = set(
        Organisation.objects.published()
        .filter(name__in={name for _pk, name, _slug in found})
        .values_list("name")
        .annotate(count=Count("pk"))
        .filter(count__gt=1)
        .order_by()
        .values_list("name", flat=True)
    )
    return {pk: slug if name in shared else name for pk, name, slug in found}


def organisation_names() -> list[str]:
    """The names that forms offer while one is typed: the first five hundred."""
    return list(Organisation.objects.published().values_list("name", flat=True)[:500])


class IdentifierField(forms.CharField):
    """An identifier, however it is typed: in groups, or as the address that its register gives it."""

    def to_python(self, value: Any) -> str:
        """What was typed without spaces, dots and what comes before it in an address."""
        typed = str(super().to_python(value) or "").rstrip("/").rsplit("/", 1)[-1]
        return re.sub(r"[\s.-]", "", typed)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Those of a text, but for its length: what is typed may be longer than what is kept."""
        attributes = super().widget_attrs(widget)
        return {name: value for name, value in attributes.items() if name != "maxlength"}


class SirenField(IdentifierField):
    """A SIREN number; of a SIRET number, the part that is one."""

    def to_python(self, value: Any) -> str:
        """Its nine digits."""
        typed = super().to_python(value)
        return typed[:9] if len(typed) == SIRET_DIGITS and typed.isdigit() else typed


class RnaField(IdentifierField):
    """An RNA number."""

    def to_python(self, value: Any) -> str:
        """With its letter as the register writes it."""
        return super().to_python(value).upper()


class RorField(IdentifierField):
    """A ROR identifier."""

    def to_python(self, value: Any) -> str:
        """With its letters as the register writes them."""
        return super().to_python(value).lower()
