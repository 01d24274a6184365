"""Model fields that Django does not bring: lists of codes, web addresses, dates known to the year.

Some only say what a number or a moment is, so that every page writes it as such
(`portal/lifecycle/content.py`); the database knows them as Django's own.
"""

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
        self.places = {code: place for place, (code, _label) in enumerate(self.codes)}
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
        if len(given) < 2:
            return given
        return sorted(given, key=lambda code: self.places.get(code, len(self.places)))

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


def is_partial_date(value: str) -> bool:
    """Whether this is a year, a month or a day of ISO 8601 (2011, 2024-04, 2025-02-17)."""
    full = value + {4: "-01-01", 7: "-01"}.get(len(value), "")
    try:
        return bool(re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}", value) and parse_date(full))
    except ValueError:
        return False


def validate_partial_date(value: str) -> None:
    """Refuse what is no date known to the year, the month or the day."""
    if not is_partial_date(value):
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


class EuroField(models.PositiveBigIntegerField):
    """An amount in whole euros."""

    def deconstruct(self) -> Any:
        return _known_as(models.PositiveBigIntegerField, super().deconstruct())


class PriceField(models.DecimalField):
    """What something costs, in euros; 0 is free."""

    def deconstruct(self) -> Any:
        return _known_as(models.DecimalField, super().deconstruct())


class YearField(models.PositiveSmallIntegerField):
    """A year: four figures, and no space between them."""

    def deconstruct(self) -> Any:
        return _known_as(models.PositiveSmallIntegerField, super().deconstruct())


def missing_half(raw: Any) -> str:
    """Which half a moment lacks as a draft may keep it: the "time" of a day or the "date" of a time.

    Nothing of what is a moment, or no part of one.
    """
    said = raw if isinstance(raw, str) else ""
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", said):
        return "time"
    return "date" if re.fullmatch(r"[0-9]{2}:[0-9]{2}", said) else ""


class MomentField(models.DateTimeField):
    """A moment that its own row says the time zone of, and whether only the day of it counts.

    `zone` and `whole_day` name the columns that do. Of an object it is whole; a draft keeps half of it.
    """

    HALVES = {
        "time": _("Give the time, or tick “all day”."),
        "date": _("Give the day as well as the time."),
    }

    def __init__(self, *args: Any, zone: str = "", whole_day: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone, self.whole_day = zone, whole_day

    def deconstruct(self) -> Any:
        return _known_as(models.DateTimeField, super().deconstruct())


def _known_as(kind: type[models.Field], deconstructed: Any) -> Any:
    """What migrations know of a field that differs from Django's own only in how it is read."""
    name, _path, args, kwargs = deconstructed
    return name, f"django.db.models.{kind.__name__}", args, kwargs
