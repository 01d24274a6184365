"""How forms look: every form of the pages goes through the templates of `templates/includes/`.

Forms are validated by the server and carry `novalidate`; an error stands beside its field and, as a
link, in the summary above the title.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms import (
    BaseForm,
    BaseFormSet,
    Field,
    IntegerField,
    ModelChoiceField,
    TextInput,
    TypedChoiceField,
)
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from portal.display import is_french


class PortalFormRenderer(TemplatesSetting):
    """Renders `{{ form }}` and `{{ field.as_field_group }}` with the site's own templates."""

    form_template_name = "includes/_form.html"
    formset_template_name = "includes/_formset.html"
    field_template_name = "includes/_field.html"


# A figure with its thousands apart: by spaces anywhere, by commas in English.
THOUSANDS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d*)?")


# What stands in a list while nothing is chosen, in the place of Django's dashes.
BLANK, NO_CHOICE = BLANK_CHOICE_DASH[0], gettext_lazy("Choose…")


class FigureInput(TextInput):
    """A number, typed as the reader's language writes it: 900 000 or 12,50 in French, 900,000 or 12.50.

    An input of the type `number` sends nothing at all for what it does not take for one, so that
    what was typed would be lost without a word.
    """

    def format_value(self, value: Any) -> str | None:
        """The number as it is typed; whatever else was typed comes back as it was."""
        shown = super().format_value(value)
        is_number = shown is not None and re.fullmatch(r"-?\d+\.\d+", shown)
        return shown.replace(".", ",") if shown and is_number and is_french() else shown

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        typed = super().value_from_datadict(data, files, name)
        return _plain_figure(typed) if isinstance(typed, str) else typed


def _plain_figure(typed: str) -> str:
    """What was typed, as a number is written in code if it is one."""
    figure = re.sub(r"[\s€]", "", typed).replace("−", "-")
    if is_french():
        figure = figure.replace(",", ".", 1)
    elif THOUSANDS.fullmatch(figure):
        figure = figure.replace(",", "")
    return figure if re.fullmatch(r"[-+]?\d*\.?\d*", figure) else typed


def at_home(field: Field) -> None:
    """Give a field of Django's the ways of ours: nothing is cut, figures are typed, dashes are words."""
    field.widget.attrs.pop("maxlength", None)  # too long is said, not cut
    if isinstance(field, IntegerField):  # as all numbers are in Django
        whole = type(field) is IntegerField
        field.widget = FigureInput(attrs={"inputmode": "numeric" if whole else "decimal"})
    elif isinstance(field, ModelChoiceField) and field.empty_label:
        field.empty_label = NO_CHOICE
    elif isinstance(field, TypedChoiceField):
        choices: Any = field.choices
        field.choices = [("", NO_CHOICE) if each == BLANK else each for each in choices]


class ErrorItem(NamedTuple):
    """One line of the error summary: what is wrong, and the control to go to if there is one."""

    message: str
    target: str


_LABELLED = pgettext_lazy("error summary", "%(label)s: %(message)s")

# Each language in its own words.
LANGUAGE_NAMES = {"fr": "Français", "en": "English"}
LANGUAGE_MARK = re.compile(r"\s*\[\w+\]$")


def label_of(field: BoundField) -> str:
    """The label of a field; one column of a bilingual text says its language in words."""
    words, marked = LANGUAGE_MARK.subn("", str(field.label))
    language = LANGUAGE_NAMES.get(field.name[-2:]) if marked else None
    return f"{words} – {language}" if language else words


def control_id(field: BoundField) -> str:
    """The id of the control that a link to `field` leads to: for a group, its first box."""
    if field.use_fieldset and field.subwidgets:
        return field.subwidgets[0].id_for_label or field.auto_id
    return field.id_for_label or field.auto_id


def error_items(forms: Iterable[Any]) -> Iterator[ErrorItem]:
    """Everything that is wrong with these forms, in the order of the page.

    A form of several parts (`portal/writing/editing.py`) says in which order its `inputs` stand,
    rows among them.
    """
    for form in forms:
        if isinstance(form, BaseForm) and form.is_bound:
            yield from (ErrorItem(str(message), "") for message in form.non_field_errors())
            for part in form.inputs() if hasattr(form, "inputs") else form:
                yield from _row_errors(part) if isinstance(part, BaseFormSet) else _errors_of(part)


def _row_errors(rows: Any) -> Iterator[ErrorItem]:
    """What is wrong with rows as a whole, then with each of them, by its number."""
    for message in rows.non_form_errors():
        words = {"label": rows.label, "message": message}
        yield ErrorItem(_LABELLED % words, f"rows-{rows.prefix}")
    for number, form in enumerate(rows.forms, 1):
        place = pgettext("error summary", "%(rows)s, line %(number)d") % {
            "rows": rows.label,
            "number": number,
        }
        for message in form.non_field_errors():
            yield ErrorItem(_LABELLED % {"label": place, "message": message}, f"rows-{rows.prefix}")
        for field in form:
            yield from _errors_of(field, f"{place}, ")


def _errors_of(field: BoundField, place: str = "") -> Iterator[ErrorItem]:
    target = "" if field.is_hidden else control_id(field)
    for message in field.errors:
        words = {"label": place + label_of(field), "message": message}
        yield ErrorItem(_LABELLED % words, target)
