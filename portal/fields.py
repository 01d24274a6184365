"""Model fields that Django does not bring: lists of codes, web addresses, dates known to the year."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.utils.dateparse import parse_date
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _


class CodeListField(models.CharField):
    """A short list of codes, such as languages spoken, kept as ",fr,en," so that any database finds one.

    Python sees a list in the order of the choices. `having(code)` is the value to give `__contains`.
    """

    def __init__(self, *args: Any, codes: Iterable[tuple[str, Any]] = (), **kwargs: Any) -> None:
        self.codes = list(codes)
        kwargs.setdefault("max_length", 200)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", list)
        super().__init__(*args, **kwargs)

    @staticmethod
    def having(code: str) -> str:
        """What to look for with `__contains` to find the rows whose list has `code`."""
        return f",{code},"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> list[str]:
        return self.to_python(value)

    def to_python(self, value: Any) -> list[str]:
        if isinstance(value, str):
            value = [code for code in value.split(",") if code]
        given = list(value or [])
        known = [code for code, _label in self.codes]
        return sorted(given, key=lambda code: known.index(code) if code in known else len(known))

    def get_prep_value(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        return f",{','.join(value)}," if value else ""

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj))

    def validate(self, value: list[str], model_instance: models.Model | None) -> None:
        unknown = [code for code in value if code not in dict(self.codes)]
        if unknown:
            raise ValidationError(
                _("“%(code)s” is not one of the choices."), params={"code": unknown[0]}
            )
        if not value and not self.blank:
            raise ValidationError(self.error_messages["blank"], code="blank")

    def run_validators(self, value: Any) -> None:
        super().run_validators(self.get_prep_value(value))

    def labels(self, value: list[str]) -> list[str]:
        """What a person reads for these codes."""
        names = dict(self.codes)
        return [str(names.get(code, code)) for code in value]

    def formfield(self, **kwargs: Any) -> Any:
        return forms.MultipleChoiceField(
            choices=self.codes,
            required=not self.blank,
            label=kwargs.get("label", capfirst(self.verbose_name)),
            help_text=self.help_text,
            widget=forms.CheckboxSelectMultiple,
        )

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "codes": []}


def validate_partial_date(value: str) -> None:
    """Refuse what is not a year, a month or a day of ISO 8601 (2011, 2024-04, 2025-02-17)."""
    full = value + {4: "-01-01", 7: "-01"}.get(len(value), "")
    try:
        good = re.fullmatch(r"\d{4}(-\d{2}){0,2}", value) and parse_date(full)
    except ValueError:
        good = None
    if not good:
        raise ValidationError(
            _("Give a year (2024), a month (2024-04) or a day (2024-04-15)."), code="partial_date"
        )


class WebAddressField(models.URLField):
    """An address of the web: http or https and nothing else; typed without either it gets https."""

    default_validators = [URLValidator(schemes=["http", "https"])]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 300)
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"assume_scheme": "https", **kwargs})


class PartialDateField(models.CharField):
    """A date known to the year, the month or the day, as ISO 8601 writes it: sorts as text."""

    default_validators = [validate_partial_date]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 10
        super().__init__(*args, **kwargs)
