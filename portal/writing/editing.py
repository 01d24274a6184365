"""Forms that write the content of a kind: both languages side by side, rows, and images.

A form only turns text into values: what is missing may be missing in a draft. Whether the content
makes a valid object is asked by `review.check` alone, whose answer `add_errors` puts beside the fields.

Two people may write at once. A form remembers what it showed when it was opened; when it comes back
late it keeps what was typed and says, field by field, what somebody else wrote meanwhile.
"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, ClassVar, cast

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.forms.models import ModelChoiceIterator, construct_instance
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from portal import i18n, limits, storage
from portal.display import capitalised
from portal.forms import at_home, control_id
from portal.images import ImageUploadField
from portal.lifecycle import content, kinds, review
from portal.lifecycle.content import Content, Values
from portal.lifecycle.errors import ReviewError
from portal.models import Published, Submission
from portal.words import fold
from portal.writing import quota
from portal.writing.freshness import Since, since
from portal.writing.marks import as_before, mark, marks, new_key, read_marks
from portal.writing.parts import Difference, Image, Item, Section
from portal.writing.preview import image_address
from portal.writing.rows import BaseRows, RowForm, keep_typed, rows_factory, unturn

# What can be typed in a text of several paragraphs.
MARKDOWN_HELP = _(
    "A few paragraphs, with an empty line between two. Markdown: “- ” begins a line of a list, “## ” a "
    "heading, and [words](https://…) make a link. Pasted HTML stays text: its tags are shown."
)

Sections = tuple[tuple[Any, tuple[str, ...]], ...]


class Unrestored(forms.HiddenInput):
    """A hidden field that is as the page says: a browser that restores what was typed leaves it alone.

    HTML lets only fields that could be typed in say so: it is one of these, which is not shown.
    """

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """The context of a text field with `hidden`."""
        context = super().get_context(name, value, attrs)
        context["widget"]["type"] = "text"
        return context


HIDDEN = Unrestored(attrs={"autocomplete": "off", "hidden": True})

# An image sent with a form that could not be saved is remembered this long.
IMAGE_KEPT_SECONDS = 24 * 3600


class Choices(forms.ModelMultipleChoiceField):
    """Several rows of a model, as boxes. A key that no database could hold is no choice of ours."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value: Any) -> Any:
        for key in value or ():
            if len(str(key)) > 18:
                message = self.error_messages["invalid_pk_value"]
                raise ValidationError(message, code="invalid_pk_value", params={"pk": key[:18]})
        return super().clean(value)


class InOrder(ModelChoiceIterator):
    """Choices in the order of what they are called in the active language."""

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        yield from sorted(super().__iter__(), key=lambda choice: fold(str(choice[1])))


class NamedChoices(Choices):
    """Several rows of a model that has a name in each language, as boxes in alphabetical order."""

    iterator = InOrder


class ContentForm(forms.ModelForm):
    """The form of one kind. Subclasses name the model, its fields, the sections and the row forms."""

    token = forms.CharField(required=False, widget=HIDDEN)
    # What the form showed when it was opened, as one short mark for each column.
    seen = forms.CharField(required=False, widget=HIDDEN)
    # Of something new: by this the same form sent twice is known.
    key = forms.CharField(required=False, widget=HIDDEN)
    message = forms.CharField(
        required=False,
        max_length=2000,
        label=_("Message to the moderators"),
        help_text=_("If there is something they should know. It is sent with the submission."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    sections: ClassVar[Sections] = ()
    row_forms: ClassVar[dict[str, type[RowForm]]] = {}
    row_help: ClassVar[dict[str, Any]] = {}
    # The columns that count for « 6 éléments sur 9 ».
    elements: ClassVar[tuple[str, ...]] = ()
    # Columns that several inputs of the form stand for: where their errors are shown.
    stand_ins: dict[str, str] = {}
    # Lists that inputs offer while one types, by their id on the page.
    datalists: ClassVar[dict[str, Iterable[str]]] = {}

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
        self.others: dict[str, Difference] = {}
        self.refusal: ReviewError | None = None
        initial = self.initial_from(proposed) | {
            "token": review.token(submission, target),
            "seen": marks(proposed),
            "key": self._new_key(),
        }
        super().__init__(data=data, files=files, initial=initial)
        for name in content.images:
            self._add_image(name)
        for name, field in self.fields.items():
            field.required = False
            self._say_when_too_long(name, field)
            at_home(field)
        self.rows = {
            name: self._rows(name, form, one_more=more == name)
            for name, form in self.row_forms.items()
        }

    def _new_key(self) -> str:
        """A key for something new; what exists is known by itself."""
        return "" if self.submission or self.target else new_key()

    # --- What is shown --------------------------------------------------------------------------

    @classmethod
    def suggested(cls, organisation: Any) -> Values:
        """What stands in the form of a new object before anything is typed."""
        return {}

    def initial_from(self, proposed: Values) -> dict[str, Any]:
        """What the inputs hold for this content; subclasses split what they show in parts."""
        return {name: proposed[name] for name in (*self.content.columns, *self.content.many)}

    def parts(self) -> Iterator[Section]:
        """The sections with their inputs, for the template."""
        for title, names in self.sections:
            yield Section(title, [self._item(name) for name in names])

    def inputs(self) -> Iterator[Any]:
        """Every field, and the rows among them, in the order of the page."""
        for section in self.parts():
            for item in section.items:
                yield from item.fields
        yield from [self["message"], *self.hidden_fields()]

    def _item(self, name: str) -> Item:
        others = self._others_at(name)
        if name in self.rows:
            help_text = self.row_help.get(name, "")
            label = self.content.label(name)
            return Item("rows", name, label, [self.rows[name]], {}, others, None, help_text)
        columns = i18n.columns(self._meta.model, name)
        if len(columns) == 2:
            label = capitalised(self._meta.model._meta.get_field(name).verbose_name)
            state = {column[-2:]: self._freshness(column) for column in columns}
            since = {c[-2:]: self._changes[c] for c in columns if c in self._changes}
            return Item("pair", name, label, [self[c] for c in columns], state, others, since=since)
        field = self[name]
        if name in self.content.images:
            return Item("image", name, str(field.label), [field], {}, others, self._image(name))
        return Item("field", name, str(field.label), [field], {}, others)

    def _others_at(self, item: str) -> list[Difference]:
        """What others wrote of the columns that one item of the form stands for."""
        found = []
        for column, difference in self.others.items():
            shown = self.stand_ins.get(column, column)
            if item in (shown, i18n.split(self._meta.model, shown)[0]):
                found.append(difference)
        return found

    def _now(self, column: str) -> Any:
        """What stands in the form for a column: as it was typed, else as it is proposed."""
        if column in self.rows:
            return self.rows[column].filled() if self.is_bound else self.proposed[column]
        shown = self.stand_ins.get(column, column)
        if self.is_bound and column not in self.content.images:
            return self[shown].value()
        return self.proposed[column]

    def _freshness(self, column: str) -> str:
        """How a text stands to its twin: "empty", "outdated" or "current"; "" when both are empty."""
        twin = i18n.twin(self._meta.model, column)
        if not self._now(column):
            return "empty" if self._now(twin) else ""
        if not self._now(twin):
            return "current"
        outdated = column in (self.target.outdated if self.target else [])
        if self.submission and self.target:
            touched = self.submission.values
            outdated = (outdated or twin in touched) and column not in touched
        return "outdated" if outdated else "current"

    @cached_property
    def _changes(self) -> dict[str, Since]:
        """What changed in the other language of each text that is outdated."""
        behind = [
            column
            for column in self.content.columns
            if i18n.twin(self._meta.model, column) and self._freshness(column) == "outdated"
        ]
        return since(behind, self.target, self.submission) if behind and self.target else {}

    def missing(self) -> list[tuple[str, str]]:
        """What would make the object complete: the id of each input to fill, and its label."""
        return [
            (self.anchor(name), self.content.label(name))
            for name in self.elements
            if self._now(name) in ("", None, [])
        ]

    def anchor(self, column: str) -> str:
        """The id of the part of the page where a column is written."""
        shown = self.stand_ins.get(column, column)
        if shown in self.rows:
            return f"rows-{shown}"
        if shown not in self.fields:
            return "form"
        return control_id(self[shown])

    def _say_when_too_long(self, name: str, field: forms.Field) -> None:
        """Let a text be typed in full and refuse it with a word, rather than cut what is pasted."""
        if name in self.content.columns and getattr(field, "max_length", 0) is None:
            column = self._meta.model._meta.get_field(name)
            field.validators += [v for v in column.validators if isinstance(v, MaxLengthValidator)]

    # --- What came in ---------------------------------------------------------------------------

    def is_valid(self) -> bool:
        """Whether every text makes a value. Images that came in are then held, whatever the answer."""
        own = super().is_valid()
        self._hold_images()
        # The form may have found fault with a row, too: each is asked again.
        good = all(formset.is_valid() for formset in self.rows.values())
        return own and good and self.refusal is None

    def _post_clean(self) -> None:
        # Only values here; whether they make an object is asked when it is submitted.
        unturn(self)
        self.instance = construct_instance(self, self.instance, self._meta.fields)
        keep_typed(self)

    def values(self) -> Values:
        """The whole content as it was sent; what was not touched, or not read, is exactly as it was."""
        values = {c: self._encoded(c) for c in self.content.columns}
        for name in self.content.many:
            if name in self.cleaned_data:
                values[name] = sorted(related.pk for related in self.cleaned_data[name])
            else:
                values[name] = self.proposed[name]
        for name in self.content.images:
            values[name] = self._image_value(name)
        for name, formset in self.rows.items():
            columns = self.content.row_columns(name)
            values[name] = [form.values(columns) for form in formset.filled()]
        return {n: as_before(self.proposed[n], value) for n, value in values.items()}

    def _encoded(self, column: str) -> Any:
        """A column as JSON has it; as it was, if what was typed makes no value of its kind."""
        field = self._meta.model._meta.get_field(column)
        text = isinstance(field, models.CharField | models.TextField)
        unread = self.stand_ins.get(column, column) in self.errors and not text
        return self.proposed[column] if unread else content.encode(self.instance, column)

    @property
    def expected(self) -> str:
        """Which versions the form was an answer to."""
        return str(self.data.get("token", ""))

    def taken_from_others(self) -> list[str]:
        """The columns for which whoever sent the form chose somebody else's version."""
        chosen = cast(QueryDict, self.data).getlist("theirs")
        return [name for name in chosen if name in self.content.names]

    def is_blank(self) -> bool:
        """Whether nothing was written: what stood in the form when it was opened does not count."""
        blank = self.content.blank
        return all(value in (blank[n], self.proposed[n]) for n, value in self.values().items())

    def add_faults(self) -> None:
        """Say of a form that is wrong what else keeps it from being published, all at once."""
        faults = review.faults(
            kinds.of(self._meta.model),
            self.values(),
            by=self.user,
            organisation=self.organisation,
            target=self.target,
        )
        if any(name in self.errors for name in self.content.images):
            # An image that was refused is in no value; the next one will need words all the same.
            told = self.instance.undescribed()
            faults |= {name: [str(message)] for name, message in told.items()}
        self.add_errors(faults)

    def add_errors(self, errors: dict[str, list[str]]) -> None:
        """Put what `review.check` said beside the inputs it speaks of.

        Where an input was found wrong already, that comes first: it may be the whole reason.
        """
        told = {name for name, formset in self.rows.items() if formset.show_errors()}
        for name, messages in errors.items():
            column = i18n.columns(self._meta.model, name)[0]
            shown = self.stand_ins.get(column, column)
            if shown in self.rows:
                if shown not in told:
                    self.rows[shown].non_form_errors().extend(messages)
            elif shown in self.fields:
                if shown not in self.errors:
                    self.add_error(shown, messages)
            else:
                prefix = "" if name == "__all__" else f"{self.content.label(name)} – "
                self.add_error(None, [prefix + text for text in messages])

    def forget_errors(self) -> None:
        """Show what was typed without judging it: the person is not done. A lost image is still said."""
        images = {
            name: errors for name, errors in self.errors.items() if name in self.content.images
        }
        self._errors = ErrorDict(images)
        for formset in self.rows.values():
            formset.forget_errors()

    # --- When somebody else wrote meanwhile -----------------------------------------------------

    def renew(self) -> None:
        """Make the form, when it is sent again, an answer to what is there now."""
        self._set("token", review.token(self.submission, self.target))
        self._set("seen", marks(self.proposed))
        self._set("key", self._new_key())
        self._set("theirs", None)

    def compare(self, others: Values, who: str) -> None:
        """Note each column in which what was typed differs from what somebody else wrote meanwhile.

        Their version is offered ticked where the person had not touched the field.
        """
        seen, mine = read_marks(self.data.get("seen", "")), self.values()
        for name, theirs in others.items():
            if mine[name] == theirs or mark(theirs) == seen.get(name):
                continue
            self.show_other(name, theirs, who, taken=mark(mine[name]) == seen.get(name))

    def take_others(self) -> None:
        """Take what others wrote where the person wrote nothing."""
        data = cast(QueryDict, self.data).copy()
        data.setlist("theirs", [name for name, other in self.others.items() if other.taken])
        self.data, self.others = data, {}

    def show_other(self, name: str, theirs: Any, who: str, *, taken: bool = False) -> None:
        """Show somebody else's version beside a field, with a box to take it."""
        shown = self.content.display(name, theirs, self.proposed)
        if name in self.content.images and theirs:
            shown = str(_("Another image"))
        self.others[name] = Difference(name, self.content.label(name), shown, who, taken)

    def _set(self, name: str, value: str | None) -> None:
        """Change what a bound form holds for a hidden input."""
        data = cast(QueryDict, self.data).copy()
        if value is None:
            data.pop(name, None)
        else:
            data[name] = value
        self.data = data

    # --- Images ---------------------------------------------------------------------------------

    def _add_image(self, name: str) -> None:
        verbose = self._meta.model._meta.get_field(name).verbose_name
        self.fields[name] = ImageUploadField(
            label=capitalised(verbose),
            help_text=_("JPEG, PNG or WebP, at most 8 MB. Its metadata is removed."),
            admit=self._admit_image,
        )
        self.fields[f"{name}_remove"] = forms.BooleanField(label=_("Remove this image"))
        # An image that arrived with a form that could not be saved is not asked for again.
        self.fields[f"{name}_kept"] = forms.CharField(widget=HIDDEN)

    def _admit_image(self) -> None:
        """Count an image before it is looked at, which costs more than all the rest."""
        try:
            limits.require_upload(self.user)
        except ReviewError as error:
            self.refusal = error
            raise ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in self.content.images:
            if signed := cleaned.get(f"{name}_kept"):
                try:
                    kept = signing.loads(signed, salt=self._salt, max_age=IMAGE_KEPT_SECONDS)
                except signing.BadSignature:
                    kept = ""
                if not kept or not storage.held_storage().exists(kept):
                    kept = ""
                    self.add_error(name, ValidationError(_("Send this image again.")))
                    self._set(f"{name}_kept", "")
                cleaned[f"{name}_kept"] = kept
        return cleaned

    @property
    def _salt(self) -> str:
        """An image that is kept can only come back from the person who sent it."""
        return f"portal.editing.image:{self.user.pk}"

    def _hold_images(self) -> None:
        """Keep the images that came in privately, so that they survive the form being shown again."""
        for name in self.content.images:
            data = self.cleaned_data.get(name)
            if not data:
                continue
            self.cleaned_data[name] = None
            try:
                held = self._hold(data)
            except ReviewError as error:
                self.refusal = error
                self.add_error(name, str(error))
                continue
            self.cleaned_data[f"{name}_kept"] = held
            self.cleaned_data[f"{name}_remove"] = False
            self._set(f"{name}_kept", signing.dumps(held, salt=self._salt))
            self._set(f"{name}_remove", None)

    def _hold(self, data: bytes) -> str:
        return quota.store(quota.folder(self.organisation, self.user), data)

    def _image_value(self, name: str) -> str:
        if self.cleaned_data.get(f"{name}_remove"):
            return ""
        sent, proposed = self.cleaned_data.get(f"{name}_kept"), self.proposed[name]
        # The same picture sent again, as by a second click, is no change.
        return sent if sent and not storage.is_same(sent, proposed) else proposed

    def _image(self, name: str) -> Image:
        """The image as it stands: sent a moment ago, held with the submission, or public."""
        remove = self[f"{name}_remove"]
        if self.is_bound and self.data.get(f"{name}_kept"):
            return Image(True, "", remove)
        proposed = self.proposed[name]
        return Image(bool(proposed), image_address(proposed, self.submission, self.target), remove)

    # --- Rows -----------------------------------------------------------------------------------

    def _rows(self, name: str, form: type[RowForm], *, one_more: bool) -> BaseRows:
        factory = rows_factory(form, self.content.rows[name].key, bound=self.is_bound)
        data = self.data if self.is_bound else None
        if data is not None and one_more:
            data = factory.with_one_more(data, name)
        rows = factory(data=data, prefix=name, initial=form.initial_from(self.proposed[name]))
        rows.label = self.content.label(name)
        return rows
