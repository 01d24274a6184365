"""The form field that names an organisation of the directory."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from members.models import Organisation


class OrganisationField(forms.CharField):
    """A published organisation, typed by its name; the browser offers names from a list on the page.

    A list to choose from would not hold a large directory. Where two share a name, the last part of
    the address of the page (its slug) tells them apart and is accepted too.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 150)
        super().__init__(**kwargs)
        self.widget.attrs |= {"list": "organisation-names", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return Organisation.objects.filter(pk=value).values_list("name", flat=True).first() or ""
        return value

    def clean(self, value: Any) -> Organisation | None:
        name = super().clean(value)
        if not name:
            return None
        published = Organisation.objects.published()
        found = list(published.filter(name__iexact=name)[:2]) or list(published.filter(slug=name))
        if len(found) == 1:
            return found[0]
        if found:
            raise ValidationError(
                _("Several organisations are called “%(name)s”: give the end of its page’s address instead."),
                params={"name": name},
                code="several",
            )
        raise ValidationError(
            _("The directory has no organisation called “%(name)s”. Check the name, or propose it first."),
            params={"name": name},
            code="unknown",
        )


def organisation_names() -> list[str]:
    """The names that forms offer while one is typed: the first five hundred."""
    return list(Organisation.objects.published().values_list("name", flat=True)[:500])
