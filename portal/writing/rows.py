"""The rows of a content form: partners, funding lines, contacts, and whatever else comes in lines.

They work without script: the lines that are filled, an empty one after them, a button that asks for
one more, and a box on each line that removes it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.models import construct_instance
from django.forms.utils import ErrorDict, ErrorList
from django.utils.translation import gettext_lazy as _

from portal import i18n
from portal.characters import unturned
from portal.fields import CodeListField
from portal.forms import at_home
from portal.lifecycle import content
from portal.lifecycle.content import Values

# For a text of a sentence or two.
SENTENCE = forms.Textarea(attrs={"rows": 3})

# As many lines as leave room for the other fields of a form (`DATA_UPLOAD_MAX_NUMBER_FIELDS`).
MOST_ROWS = 40


def unturn(form: forms.ModelForm) -> None:
    """Take from what was typed the marks that would turn the words around it on a page."""
    typed = {name: value for name, value in form.cleaned_data.items() if isinstance(value, str)}
    form.cleaned_data |= {name: unturned(value) for name, value in typed.items()}


def keep_typed(form: forms.ModelForm) -> None:
    """Leave on the form's object the texts that were refused: one that is too long is not missing."""
    for name in set(form.errors) & set(form._meta.fields or ()):
        field = form._meta.model._meta.get_field(name)
        text = isinstance(field, models.CharField | models.TextField)
        if text and not isinstance(field, CodeListField):
            typed = str(form[name].value() or "")
            setattr(form.instance, name, typed.replace("\x00", ""))


class RowForm(forms.ModelForm):
    """One row; an empty one is no row, an incomplete one may be kept in a draft."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Every row is read. Django would pass over one that says what it was opened with, and so over
        # what was typed before an error and saved with the draft.
        self.empty_permitted = False
        for field in self.fields.values():
            field.required = False
            at_home(field)

    @classmethod
    def initial_from(cls, rows: list[Values]) -> list[dict[str, Any]]:
        """What the inputs hold for these rows."""
        return [dict(row) for row in rows]

    def remember(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Called with what all rows of the object say, for forms whose fields depend on it."""

    def _post_clean(self) -> None:
        unturn(self)
        self.instance = construct_instance(self, self.instance)
        keep_typed(self)

    def values(self, columns: tuple[str, ...]) -> Values:
        """This row as JSON has it."""
        return {column: content.encode(self.instance, column) for column in columns}

    def is_blank(self) -> bool:
        """Whether nothing was written in it: what was only chosen by default does not count."""
        if self.errors:  # reads what came in, if nobody has yet
            return False
        empty = self._meta.model()
        return all(
            content.encode(self.instance, name) in ("", None, content.encode(empty, name))
            for name in self._meta.fields or ()
        )

    def show_errors(self) -> bool:
        """Put what makes this row impossible beside its fields; whether there was anything.

        Where something is said already, that comes first.
        """
        model = self._meta.model
        written = {i18n.split(model, column)[0] for column in self.fields} | set(self.fields)
        others = [field.name for field in model._meta.fields if field.name not in written]
        try:
            self.instance.full_clean(exclude=others)
        except ValidationError as error:
            for name, messages in i18n.without_echoes(model, error.message_dict).items():
                column = i18n.columns(model, name)[0]
                if column not in self.errors:
                    self.add_error(column if column in self.fields else None, messages)
        return bool(self.errors)


class BaseRows(forms.BaseFormSet):
    """The rows of one name."""

    # The column by which a row is the same one across edits, if there is one: it stands once.
    key: ClassVar[str] = ""
    # What a person calls these rows.
    label: str = ""

    default_error_messages = {
        "too_many_forms": _("At most %(num)d lines can be kept."),
        "missing_management_form": _("Some of this form did not arrive: check these lines."),
    }

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        cast(RowForm, form).remember(self.initial or [])
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = _("Remove this line")

    def filled(self) -> list[Any]:
        """The rows to keep, in their order."""
        return [
            form
            for form in self.forms
            if form.is_bound and not form.is_blank() and not form.cleaned_data.get("DELETE")
        ]

    def clean(self) -> None:
        """Refuse a row that names what an earlier one names."""
        seen = set()
        for form in self.filled() if self.key else []:
            value = form.cleaned_data.get(self.key)
            if value is not None and value in seen:
                form.add_error(self.key, _("This organisation is named twice."))
            seen.add(value)

    def show_errors(self) -> bool:
        """Put what makes rows impossible beside their fields; whether there was anything."""
        wrong = [form for form in self.filled() if form.show_errors()]
        return bool(wrong)

    def forget_errors(self) -> None:
        """Show what was typed without judging it."""
        self.is_valid()
        self._non_form_errors = ErrorList()
        for form in self.forms:
            form._errors = ErrorDict()

    @classmethod
    def with_one_more(cls, data: Any, prefix: str) -> Any:
        """What came in, with room for one more line, in which what is chosen by default stands."""
        data = data.copy()
        count = data.get(f"{prefix}-TOTAL_FORMS", "")
        number = int(count) if count.isdecimal() and len(count) < 4 else 0
        data[f"{prefix}-TOTAL_FORMS"] = str(min(number + 1, MOST_ROWS))
        for name, field in cls.form.base_fields.items():
            if field.initial and number < MOST_ROWS:
                data.setdefault(f"{prefix}-{number}-{name}", field.initial)
        return data


def rows_factory(form: type[RowForm], key: str, *, bound: bool) -> Any:
    """The class of the rows that `form` writes. A line nobody has sent yet cannot be removed."""
    factory = forms.formset_factory(
        form,
        formset=BaseRows,
        extra=1,
        can_delete=True,
        can_delete_extra=bound,
        max_num=MOST_ROWS,
        absolute_max=MOST_ROWS + 10,
        validate_max=True,
    )
    factory.key = key  # type: ignore[attr-defined] # ours: `BaseRows` declares it
    return factory
