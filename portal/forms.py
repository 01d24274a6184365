"""How forms look: every form of the pages goes through the templates of `templates/includes/`.

Forms are validated by the server and carry `novalidate`; an error stands beside its field and, as a
link, in the summary above the title.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.forms import BaseForm, BaseFormSet
from django.forms.boundfield import BoundField
from django.forms.renderers import TemplatesSetting
from django.utils.translation import pgettext


class PortalFormRenderer(TemplatesSetting):
    """Renders `{{ form }}` and `{{ field.as_field_group }}` with the site's own templates."""

    form_template_name = "includes/_form.html"
    formset_template_name = "includes/_formset.html"
    field_template_name = "includes/_field.html"


class ErrorItem(NamedTuple):
    """One line of the error summary: what is wrong, and the control to go to if there is one."""

    message: str
    target: str


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
    """Everything that is wrong with these forms and formsets, in the order of the page.

    A form that has `rows` (`portal/writing/editing.py`) speaks for them as a whole; their fields
    follow it.
    """
    for form in forms:
        if isinstance(form, BaseFormSet) and form.is_bound:
            yield from (ErrorItem(str(message), "") for message in form.non_form_errors())
            yield from error_items(form.forms)
        elif isinstance(form, BaseForm) and form.is_bound:
            yield from (ErrorItem(str(message), "") for message in form.non_field_errors())
            for field in form:
                yield from _field_errors(field)
            for rows in getattr(form, "rows", {}).values():
                yield from error_items(rows.forms)


def _field_errors(field: BoundField) -> Iterator[ErrorItem]:
    target = "" if field.is_hidden else control_id(field)
    for message in field.errors:
        words = {"label": label_of(field), "message": message}
        yield ErrorItem(pgettext("error summary", "%(label)s: %(message)s") % words, target)
