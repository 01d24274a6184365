"""Dates on the desk, said as public pages say them.

Django's admin writes dates by its formats, which know no « 1er » and no “2pm”: the columns of dates
become functions here, in lists and where a form only shows them.
"""

import datetime
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.contrib import admin
from django.db import models
from django.utils import timezone

from portal import display

NONE = "–"


def said(value: datetime.date | None) -> str:
    """A date, or a moment in the time of Paris, in the reader's language; a dash for none."""
    if isinstance(value, datetime.datetime):
        return display.date_time(timezone.localtime(value))
    return display.long_date(value) or NONE


@cache
def column(field: models.Field) -> Callable[[models.Model], str]:
    """A column of the admin that says this column of dates."""

    @admin.display(description=field.verbose_name, ordering=field.name)
    def show(obj: models.Model) -> str:
        return said(getattr(obj, field.name))

    show.__name__ = field.name  # the name of its cells, for the style sheet
    return show


def spoken(model: type[models.Model], names: Sequence[Any]) -> tuple[Any, ...]:
    """The same columns, those of dates as functions."""
    dates = {
        field.name: field for field in model._meta.fields if isinstance(field, models.DateField)
    }
    return tuple(
        spoken(model, name)
        if isinstance(name, (list, tuple))
        else column(dates[name])
        if name in dates
        else name
        for name in names
    )


def say_in(desk: Any) -> None:
    """Say the dates of a table wherever its pages only show them: in its list, and beside its form.

    Changes the columns that the desk declares.
    """
    model = desk.model
    desk.list_display = spoken(model, desk.list_display)
    if desk.sortable_by is not None:
        desk.sortable_by = spoken(model, desk.sortable_by)
    shown = frozenset(desk.readonly_fields)
    desk.readonly_fields = spoken(model, desk.readonly_fields)

    def of_form(names: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(
            of_form(name)
            if isinstance(name, (list, tuple))
            else spoken(model, [name])[0]
            if name in shown
            else name
            for name in names
        )

    if desk.fields:
        desk.fields = of_form(desk.fields)
    if desk.fieldsets:
        desk.fieldsets = tuple(
            (title, options | {"fields": of_form(options["fields"])})
            for title, options in desk.fieldsets
        )
