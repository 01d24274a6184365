"""Forms that write the content of a kind: both languages side by side, rows, and images.

A form only turns text into values: what is missing may be missing in a draft. Whether the content
makes a valid object is asked by `review.check` alone, whose answer `add_errors` puts beside the fields.
"""

import uuid
from collections.abc import Iterator
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.forms.models import construct_instance
from django.utils.translation import gettext_lazy as _

from portal import content, i18n, limits, storage
from portal.content import Content, Values
from portal.images import ImageUploadField
from portal.models import Published, Submission

Sections = tuple[tuple[Any, tuple[str, ...]], ...]


class Item(NamedTuple):
    """One thing to fill in: a field, a French and English pair, an image, or rows."""

    shape: str  # "field", "pair", "image" or "rows"
    name: str
    label: str
    fields: list[Any]
    state: dict[str, str]


class Section(NamedTuple):
    """A titled part of a form."""

    title: Any
    items: list[Item]


class RowForm(forms.ModelForm):
    """One row; an empty one is no row, an incomplete one may be kept in a draft."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False

    def _post_clean(self) -> None:
        self.instance = construct_instance(self, self.instance)

    def values(self, columns: tuple[str, ...]) -> Values:
        """This row as JSON has it."""
        return {column: content.encode(self.instance, column) for column in columns}


class BaseRows(forms.BaseFormSet):
    """The rows of one name."""

    deletion_widget = forms.CheckboxInput

    def filled(self) -> list[RowForm]:
        """The rows to keep, in their order."""
        return [
            form
            for form in self.forms
            if form.cleaned_data
            and not form.cleaned_data.get("DELETE")
            and any(value not in (None, "", [], False) for value in form.cleaned_data.values())
        ]


class ContentForm(forms.ModelForm):
    """The form of one kind. Subclasses name the model, its fields, the sections and the row forms."""

    token = forms.CharField(required=False, widget=forms.HiddenInput)

    sections: ClassVar[Sections] = ()
    row_forms: ClassVar[dict[str, type[RowForm]]] = {}
    # Columns that several inputs of the form stand for: where their errors are shown.
    stand_ins: ClassVar[dict[str, str]] = {}

    def __init__(
        self,
        content: Content,
        proposed: Values,
        *,
        user: Any,
        organisation: Any = None,
        target: Published | None = None,
        submission: Submission | None = None,
        data: Any = None,
        files: Any = None,
        more: str = "",
    ) -> None:
        """`more` names rows that get one more empty line than were sent."""
        self.content, self.proposed = content, proposed
        self.user, self.organisation = user, organisation
        self.target, self.submission = target, submission
        super().__init__(data=data, files=files, initial=self.initial_from(proposed))
        for name in content.images:
            self._add_image(name)
        for field in self.fields.values():
            field.required = False
        self.rows = {
            name: self._formset(name, form, more == name) for name, form in self.row_forms.items()
        }

    # --- What is shown --------------------------------------------------------------------------

    def initial_from(self, proposed: Values) -> dict[str, Any]:
        """What the inputs hold for this content; subclasses split what they show in parts."""
        return {name: proposed[name] for name in (*self.content.columns, *self.content.many)}

    def parts(self) -> Iterator[Section]:
        """The sections with their inputs, for the template."""
        for title, names in self.sections:
            yield Section(title, [self._item(name) for name in names])

    def _item(self, name: str) -> Item:
        if name in self.rows:
            return Item("rows", name, self.content.label(name), [self.rows[name]], {})
        columns = i18n.columns(self._meta.model, name)
        if len(columns) == 2:
            label = str(self._meta.model._meta.get_field(name).verbose_name)
            state = {column[-2:]: self._freshness(column) for column in columns}
            return Item("pair", name, label[:1].upper() + label[1:], [self[c] for c in columns], state)
        shape = "image" if name in self.content.images else "field"
        return Item(shape, name, str(self[name].label), [self[name]], {})

    def _freshness(self, column: str) -> str:
        """How a text stands to its twin: "empty", "outdated" or "current"; "" when both are empty."""
        twin = i18n.twin(self._meta.model, column)
        if not self.proposed[column]:
            return "empty" if self.proposed[twin] else ""
        outdated = column in (self.target.outdated if self.target else [])
        if self.submission and self.target:
            touched = self.submission.values
            outdated = (outdated or twin in touched) and column not in touched
        return "outdated" if outdated else "current"

    def missing(self) -> list[tuple[str, str]]:
        """What would make the object complete: the id of each input to fill, and its label."""
        found = []
        for name in self.completeness():
            if self.proposed.get(name) in ("", None, []):
                shown = self.stand_ins.get(name, name)
                target = f"id_{shown}" if shown in self.fields else f"rows-{shown}"
                found.append((target, self.content.label(name)))
        return found

    def completeness(self) -> tuple[str, ...]:
        """The columns that count for « 6 éléments sur 9 »."""
        return ()

    # --- What came in ---------------------------------------------------------------------------

    def is_valid(self) -> bool:
        rows = [formset.is_valid() for formset in self.rows.values()]
        return super().is_valid() and all(rows)

    def _post_clean(self) -> None:
        # Only values here; whether they make an object is asked when it is submitted.
        self.instance = construct_instance(self, self.instance, self._meta.fields)

    def values(self) -> Values:
        """The whole content as it was sent. Images are kept in the private store by this call."""
        values = {c: content.encode(self.instance, c) for c in self.content.columns}
        for name in self.content.many:
            values[name] = sorted(related.pk for related in self.cleaned_data[name])
        for name in self.content.images:
            values[name] = self._image_value(name)
        for name, formset in self.rows.items():
            columns = self.content.row_columns(name)
            values[name] = [form.values(columns) for form in formset.filled()]
        return values

    def add_errors(self, errors: dict[str, list[str]]) -> None:
        """Put what `review.check` said beside the inputs it speaks of."""
        for name, messages in errors.items():
            shown = self.stand_ins.get(name, name)
            if shown in self.rows:
                self.rows[shown].non_form_errors().extend(messages)
                self.add_error(None, [f"{self.content.label(name)} – {text}" for text in messages])
            elif shown in self.fields:
                self.add_error(shown, messages)
            else:
                prefix = "" if name == "__all__" else f"{self.content.label(name)} – "
                self.add_error(None, [prefix + text for text in messages])

    # --- Images and rows ------------------------------------------------------------------------

    def _add_image(self, name: str) -> None:
        verbose = str(self._meta.model._meta.get_field(name).verbose_name)
        self.fields[name] = ImageUploadField(
            required=False,
            label=verbose[:1].upper() + verbose[1:],
            help_text=_("JPEG, PNG or WebP, at most 8 MB. Its metadata is removed."),
        )
        self.fields[f"{name}_remove"] = forms.BooleanField(required=False, label=_("Remove"))
        # An image that arrived with a form that could not be saved is not asked for again.
        self.fields[f"{name}_kept"] = forms.CharField(required=False, widget=forms.HiddenInput)

    def keep_images(self) -> None:
        """Hold the images that came in, so that they survive the form being shown again."""
        if not self.is_bound:
            return
        self.data = self.data.copy()
        for name in self.content.images:
            if getattr(self, "cleaned_data", {}).get(name):
                self.data[f"{name}_kept"] = signing.dumps(self._image_value(name), salt="held-image")

    def _image_value(self, name: str) -> str:
        if data := self.cleaned_data.get(name):
            limits.require_upload(self.user)
            folder = self.organisation.pk if self.organisation else "new"
            held = storage.hold(f"{folder}/{uuid.uuid4().hex}.webp", data)
            self.cleaned_data[name] = None
            self.cleaned_data[f"{name}_kept"] = held
            return held
        if kept := self.cleaned_data.get(f"{name}_kept"):
            return kept
        return "" if self.cleaned_data.get(f"{name}_remove") else self.proposed[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in self.content.images:
            if kept := cleaned.get(f"{name}_kept"):
                try:
                    cleaned[f"{name}_kept"] = signing.loads(kept, salt="held-image", max_age=86400)
                except signing.BadSignature:
                    self.add_error(name, ValidationError(_("Send this image again.")))
        return cleaned

    def _formset(self, name: str, form: type[RowForm], one_more: bool) -> BaseRows:
        factory = forms.formset_factory(
            form, formset=BaseRows, extra=1, can_delete=True, max_num=60, absolute_max=80
        )
        data = self.data if self.is_bound else None
        if data is not None and one_more:
            data = data.copy()
            count = f"{name}-TOTAL_FORMS"
            data[count] = str(min(int(data.get(count) or 0) + 1, 80)) if (data.get(count) or "0").isdigit() else "1"
        initial = [form.initial_from(row) if hasattr(form, "initial_from") else row for row in self.proposed[name]]
        return factory(data=data, prefix=name, initial=initial)

