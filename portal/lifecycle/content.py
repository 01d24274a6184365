"""What of an object its editors write, as plain values that can be held, compared and restored.

A `Content` names the fields, many-to-manies, images and rows of one model that go through review.
`read` turns them into JSON, `write` puts such values onto an existing row. Nothing else does either,
so a key, an owner, a status, a slug or an agreement can never arrive from a form or from stored JSON.

Values are keyed by column ("title_fr", "starts_at", "themes", "partners"). A text that is not there
is "", a many-to-many is a list of keys in order, rows are a list of objects in order, an image is the
name it has in the stores, "" if there is none.
"""

import datetime
from collections.abc import Callable
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import i18n, storage, time_zones
from portal.display import (
    capitalised,
    clock,
    euros,
    exact,
    long_date,
    moment,
    number,
    partial_date,
    price,
)
from portal.fields import (
    CodeListField,
    EuroField,
    MomentField,
    PartialDateField,
    PriceField,
    YearField,
    is_partial_date,
    missing_half,
)
from portal.models import Published
from portal.rows import AgreedRow

Values = dict[str, Any]

NO_LONGER = gettext_lazy("This field no longer exists: write it again.")

# How a number is written, by what it counts: the first kind that fits.
FIGURES: tuple[tuple[type[models.Field], Callable[[Any], str]], ...] = (
    (PriceField, price),
    (EuroField, euros),
    (YearField, str),
    (models.IntegerField, number),
    (models.DecimalField, exact),
    (models.FloatField, exact),
)


class Rows:
    """Rows that belong to an object and are written with it, such as the partners of a project.

    `key` names the column that makes a row the same one across edits: a keyed row keeps what it has
    besides its content, such as its agreement. Without a key a row that changes is another row.
    """

    def __init__(self, name: str, fields: tuple[str, ...], key: str = "") -> None:
        self.name = name
        self.fields = fields
        self.key = key


class Content:
    """The reviewed part of one model."""

    def __init__(
        self,
        model: type[Published],
        *,
        fields: tuple[str, ...],
        many: tuple[str, ...] = (),
        images: tuple[str, ...] = (),
        rows: tuple[Rows, ...] = (),
    ) -> None:
        self.model = model
        self.fields = fields
        self.many = many
        self.images = images
        self.rows = {spec.name: spec for spec in rows}

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Plain columns, a bilingual field giving two."""
        return tuple(c for name in self.fields for c in i18n.columns(self.model, name))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Everything an editor can change, in the order a person reads it."""
        return (*self.columns, *self.many, *self.images, *self.rows)

    def row_model(self, name: str) -> type[models.Model]:
        """The model of the rows called `name`."""
        # Ignored by mypy: fields of any model.
        return self.model._meta.get_field(name).related_model  # type: ignore[return-value]

    def row_columns(self, name: str) -> tuple[str, ...]:
        """The columns of one row that editors write."""
        model = self.row_model(name)
        return tuple(c for field in self.rows[name].fields for c in i18n.columns(model, field))

    # --- From an object to values -------------------------------------------------------------

    @cached_property
    def blank(self) -> Values:
        """The values of an object nobody has written yet."""
        empty = self.model()
        values = {name: encode(empty, name) for name in self.columns}
        return values | dict.fromkeys(self.images, "") | {n: [] for n in (*self.many, *self.rows)}

    def read(self, obj: Published) -> Values:
        """The values of `obj` as they are: one query for each many-to-many and each kind of row."""
        values: Values = {name: encode(obj, name) for name in self.columns}
        for name in self.many:
            values[name] = sorted(related.pk for related in getattr(obj, name).all())
        for name in self.images:
            values[name] = getattr(obj, name).name or ""
        for name in self.rows:
            values[name] = [self._row_values(name, row) for row in getattr(obj, name).all()]
        return values

    def _row_values(self, name: str, row: models.Model) -> Values:
        return {column: encode(row, column) for column in self.row_columns(name)}

    def fitting(self, values: Values) -> Values:
        """Those of some stored values that can still be written: forms and models change, JSON stays."""
        return {name: raw for name, raw in values.items() if self._fits(name, raw)}

    def _fits(self, name: str, raw: Any) -> bool:
        if name in self.rows:
            model = self.row_model(name)
            return isinstance(raw, list) and all(
                isinstance(row, dict)
                and all(could_be(model, c, row[c]) for c in self.row_columns(name) if c in row)
                for row in raw
            )
        if name in self.many:
            return isinstance(raw, list) and all(isinstance(key, int) for key in raw)
        return name in self.names and could_be(self.model, name, raw)

    # --- From values to an object -------------------------------------------------------------

    def write(self, obj: Published, values: Values) -> None:
        """Put `values` onto `obj`, validate the whole and save it with its rows.

        Names that are not content are refused, as are values that an older version of the portal
        stored otherwise, and keys of what is not (or no longer) there. Raises ValidationError with
        everything that is wrong, keyed by column; the caller's transaction must then be rolled back.
        """
        unusable = values.keys() - self.fitting(values).keys()
        if unusable:
            raise ValidationError(dict.fromkeys(unusable, NO_LONGER))
        errors: dict[str, Any] = {}
        for name in (*self.columns, *self.images):
            if name in values:
                self._assign(obj, name, values[name], errors)
        related = self._related(values, errors)
        obj.fill_slugs()
        try:
            # A slug is made, not written: what it is made from says what is missing.
            obj.full_clean(exclude=[*errors, *obj.slug_sources])
        except ValidationError as error:
            errors = i18n.without_echoes(self.model, error.message_dict) | errors
        if errors:
            raise ValidationError(self._in_order(errors | self._wrong_rows(values)))
        obj.save()
        for name, chosen in related.items():
            getattr(obj, name).set(chosen)
        for name in self.rows:
            if messages := self._write_rows(obj, name, values.get(name)):
                errors[name] = messages
        if errors:
            raise ValidationError(errors)

    def _in_order(self, errors: dict[str, Any]) -> dict[str, Any]:
        """The same, in the order a person reads the columns."""
        order = {name: place for place, name in enumerate(self.names)}
        return dict(sorted(errors.items(), key=lambda error: order.get(error[0], -1)))

    def _assign(self, obj: models.Model, name: str, raw: Any, errors: dict[str, Any]) -> None:
        try:
            assign(obj, name, raw)
        except ValidationError as error:
            errors[name] = error.messages

    def _related(self, values: Values, errors: dict[str, Any]) -> dict[str, list[models.Model]]:
        """What the many-to-manies among `values` name; notes in `errors` what is not there."""
        related = {}
        for name in self.many:
            if name in values:
                field: Any = self.model._meta.get_field(name)
                related[name] = list(field.related_model.objects.filter(pk__in=values[name]))
                if len(related[name]) != len(set(values[name])):
                    errors[name] = [_("One of these choices no longer exists.")]
        return related

    def _wrong_rows(self, values: Values) -> dict[str, list[str]]:
        """What is wrong with rows, each taken alone, where the object they belong to cannot be saved."""
        errors: dict[str, list[str]] = {}
        for name in self.rows:
            model = self.row_model(name)
            for position, raw in enumerate(values.get(name, [])):
                try:
                    self._fill_row(name, model(), raw, but=(self._parent(name),))
                except ValidationError as error:
                    found = self._row_messages(name, position, error)
                    errors.setdefault(name, []).extend(found)
        return errors

    def _parent(self, name: str) -> str:
        """The field by which rows belong to the object."""
        # Ignored by mypy: fields of any model.
        return self.model._meta.get_field(name).remote_field.name  # type: ignore[union-attr]

    def _write_rows(self, obj: Published, name: str, given: list[Values] | None) -> list[str]:
        """Write rows, if any are given, in their order; returns what is wrong with them.

        Those that change leave the table first and come back. Two may then exchange what only one of
        them can have, such as being the lead.
        """
        if given is None:
            return []
        found = self._continued(obj, name, given)
        stay = [row.pk for row, raw in zip(found, given, strict=True) if self._says(name, row, raw)]
        getattr(obj, name).exclude(pk__in=[pk for pk in stay if pk]).delete()
        errors: list[str] = []
        for position, (row, raw) in enumerate(zip(found, given, strict=True)):
            row.position = position
            if row.pk in stay and row.pk:
                row.save(update_fields=["position"])
                continue
            row._state.adding = True
            try:
                self._fill_row(name, row, raw)
            except ValidationError as error:
                errors += self._row_messages(name, position, error)
            else:
                row.save(force_insert=True)
        return errors

    def _continued(self, obj: Published, name: str, given: list[Values]) -> list[Any]:
        """For each row given the one that it continues, else a new one."""
        model, parent = self.row_model(name), self._parent(name)
        existing = list(getattr(obj, name).all())
        found = []
        for raw in given:
            row = next((row for row in existing if self._is_continued(name, row, raw)), None)
            if row is not None:
                existing.remove(row)
            found.append(row or model(**{parent: obj}))
        return found

    def _is_continued(self, name: str, row: models.Model, raw: Values) -> bool:
        """Whether what is given is this row: by its key or, where rows have none, word for word."""
        if key := self.rows[name].key:
            return getattr(row, f"{key}_id") == raw.get(key)
        return self._row_values(name, row) == raw

    def _says(self, name: str, row: models.Model, raw: Values) -> bool:
        """Whether a row says what is given already."""
        return all(
            encode(row, column) == raw[column] for column in self.row_columns(name) if column in raw
        )

    def _fill_row(
        self, name: str, row: models.Model, raw: Values, but: tuple[str, ...] = ()
    ) -> None:
        """Put values onto a row, unsaved, and validate it `but` for some fields.

        What was agreed to before has to be agreed to again.
        """
        if strangers := [column for column in raw if column not in self.row_columns(name)]:
            raise ValidationError(dict.fromkeys(strangers, NO_LONGER))
        if isinstance(row, AgreedRow) and row.pk:
            row.forget_agreement()
        for column in self.row_columns(name):
            if column in raw:
                assign(row, column, raw[column])
        row.full_clean(exclude=but)

    def _row_messages(self, name: str, position: int, error: ValidationError) -> list[str]:
        """What is wrong with one row, naming its place and its column."""
        model = self.row_model(name)
        messages = []
        by_column = {"": error.messages}
        if hasattr(error, "error_dict"):
            by_column = i18n.without_echoes(model, error.message_dict)
        for column, texts in by_column.items():
            label = "" if column in ("", "__all__") else f"{column_label(model, column)} – "
            messages += [f"{position + 1}. {label}{text}" for text in texts]
        return messages

    # --- For people ---------------------------------------------------------------------------

    def label(self, name: str) -> str:
        """What a person calls this column, with its language if it has one."""
        if name in self.rows:
            return capitalised(self.row_model(name)._meta.verbose_name_plural)
        return column_label(self.model, name)

    def display(self, name: str, raw: Any, version: Values | None = None) -> str:
        """A value as a person reads it, a line for each row or choice; as it is if it means nothing.

        `version` is the content it is part of, as far as it is known: it may say in which time zone
        a moment is meant.
        """
        if raw in ("", None, []):
            return ""
        if not self._fits(name, raw):
            return str(raw)
        if name in self.rows:
            return "\n".join(self._display_row(name, row) for row in raw)
        if name in self.many:
            model = self.model._meta.get_field(name).related_model
            found = model.objects.in_bulk(raw)  # type: ignore[union-attr]  # fields of any model
            return "\n".join(str(found.get(key, f"#{key}")) for key in raw)
        if name in self.images:
            return str(raw)
        return display(self.model, name, raw, version)

    def _display_row(self, name: str, row: Values) -> str:
        """A row in the order of its columns, for a database may keep another; then what is of old."""
        model, columns = self.row_model(name), self.row_columns(name)
        said = {column: value for column, value in row.items() if value not in ("", None)}
        parts = [display(model, column, said[column]) for column in columns if column in said]
        parts += [f"{column}: {value}" for column, value in said.items() if column not in columns]
        return " · ".join(parts)


def column_label(model: type[models.Model], column: str) -> str:
    """What a person calls a column, with its language if it has one; the column itself if unknown."""
    name, language = i18n.split(model, column)
    try:
        # Ignored by mypy: fields of any model.
        label = capitalised(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    except FieldDoesNotExist:
        return column
    return f"{label} ({language.upper()})" if language else label


def encode(obj: models.Model, column: str) -> Any:
    """One column of `obj` as JSON has it."""
    field = obj._meta.get_field(column)
    value = getattr(obj, field.attname)  # type: ignore[union-attr]  # fields of any model
    if value is None:
        return "" if isinstance(field, models.CharField | models.TextField) else None
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value.normalize() + 0) if value else "0"
    return value


def could_be(model: type[models.Model], column: str, raw: Any) -> bool:
    """Whether a column could hold this JSON: its type is right, whatever is to be said of the value."""
    field = model._meta.get_field(column)
    if raw is None:
        return True
    if isinstance(field, CodeListField):
        return isinstance(raw, list) and all(isinstance(code, str) for code in raw)
    if isinstance(field, models.CharField | models.TextField | models.FileField):
        return isinstance(raw, str)
    if isinstance(field, models.ForeignKey):
        return raw == "" or isinstance(raw, int)
    if isinstance(field, MomentField) and missing_half(raw):
        return True
    try:
        field.to_python(raw)  # type: ignore[union-attr]  # fields of any model
    except (ValidationError, TypeError):
        return False
    return True


def assign(obj: models.Model, column: str, raw: Any) -> None:
    """Set one column of `obj` from JSON; raises ValidationError if the value cannot be one."""
    field = obj._meta.get_field(column)
    if isinstance(field, models.FileField):
        if raw and not storage.held_storage().exists(raw):
            raise ValidationError(_("This image is no longer there: send it again."))
        setattr(obj, column, raw)
    elif isinstance(field, MomentField) and (half := missing_half(raw)):
        raise ValidationError(field.HALVES[half])
    elif isinstance(field, models.ForeignKey):
        if raw != getattr(obj, field.attname):
            setattr(obj, field.attname, _existing_key(field, raw))
    else:
        value = field.to_python(raw)  # type: ignore[union-attr]  # fields of any model
        # Ignored by mypy: fields of any model.
        if value == "" and field.null and field.unique:  # type: ignore[union-attr]
            value = None
        setattr(obj, column, value)


def _existing_key(field: models.ForeignKey, raw: Any) -> Any:
    if raw in ("", None):
        return None
    related: Any = field.related_model
    rows = related._default_manager.all()
    if issubclass(related, Published):
        rows = rows.published()
    key = field.target_field.to_python(raw)
    if rows.filter(pk=key).exists():
        return key
    gone = related._default_manager.filter(pk=key).first()
    if gone is None:
        raise ValidationError(_("This choice no longer exists."))
    text = _("“%(name)s” is no longer public: remove this line, or name another one.")
    raise ValidationError(text, params={"name": gone})


def display(model: type[models.Model], column: str, raw: Any, version: Values | None = None) -> str:
    """One plain value as a person reads it in the active language."""
    field: Any = model._meta.get_field(column)
    if isinstance(field, CodeListField):
        return ", ".join(field.labels(raw))
    if isinstance(field, models.ForeignKey):
        return str(field.related_model._default_manager.filter(pk=raw).first() or f"#{raw}")
    if field.choices:
        return str(dict(field.flatchoices).get(raw, raw))
    if isinstance(raw, bool):
        return _("Yes") if raw else _("No")
    if isinstance(field, models.DateTimeField):
        return _display_moment(field, raw, version or {})
    if isinstance(field, models.DateField):
        return long_date(datetime.date.fromisoformat(raw))
    if isinstance(field, PartialDateField) and is_partial_date(raw):
        return partial_date(raw)
    return _display_figure(field, raw)


def _display_moment(field: models.DateTimeField, raw: str, version: Values) -> str:
    """A moment in the zone that its version says it is meant in, else in ours; or the half it has."""
    half = missing_half(raw)
    if half == "time":
        return long_date(datetime.date.fromisoformat(raw))
    if half == "date":
        return clock(datetime.time.fromisoformat(raw))
    said = datetime.datetime.fromisoformat(raw)
    if not isinstance(field, MomentField):
        return moment(timezone.localtime(said))
    zone = time_zones.named(version.get(field.zone) or "")
    return moment(timezone.localtime(said, zone), bool(version.get(field.whole_day)))


def _display_figure(field: models.Field, raw: Any) -> str:
    """A number in the reader's way of writing one; anything else as it is."""
    write = next((written for kind, written in FIGURES if isinstance(field, kind)), str)
    return write(Decimal(raw) if isinstance(field, models.DecimalField) else raw)
