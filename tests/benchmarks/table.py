"""Rows on their way into PostgreSQL, as `COPY` reads them: every column of their model is filled."""

import datetime
import json
from functools import cache
from typing import Any

from django.db import connection, models
from modeltranslation.manager import get_translatable_fields_for_model

from portal.i18n import LANGUAGES


class Layout:
    """How rows of a model are written of which these columns vary.

    What is not given has the default of its field. Raises LookupError for a column that the model
    does not have, and for one that has no default and is not given: whoever changes a model must
    say here what its rows hold.
    """

    def __init__(self, model: type[models.Model], given: tuple[str, ...]) -> None:
        fields = {field.attname: field for field in model._meta.concrete_fields}
        if unknown := set(given) - fields.keys():
            raise LookupError(f"{model.__name__} has no {', '.join(sorted(unknown))}")
        # The column without a language holds one of the two, as modeltranslation writes it.
        self.derived = []
        for name in get_translatable_fields_for_model(model) or ():
            pair = [f"{name}_{language}" for language in LANGUAGES]
            if name not in given and set(pair) <= set(given):
                self.derived.append((name, given.index(pair[0]), given.index(pair[1])))
        written = [*given, *(name for name, *_pair in self.derived)]
        constant = {
            name: _default(model, field)
            for name, field in fields.items()
            if name not in written and not field.primary_key
        }
        columns = [fields[name].column for name in (*written, *constant)]
        quoted = ", ".join(map(connection.ops.quote_name, columns))
        table = connection.ops.quote_name(model._meta.db_table)
        self.statement = f"COPY {table} ({quoted}) FROM STDIN"
        values = [text(value).replace("%", "%%") for value in constant.values()]
        self.line = "\t".join([*(["%s"] * len(written)), *values]) + "\n"

    def write(self, values: tuple[Any, ...]) -> str:
        """One row as a line."""
        more = tuple(values[french] or values[english] for _name, french, english in self.derived)
        return self.line % tuple(map(text, values + more))


def _default(model: type[models.Model], field: models.Field) -> Any:
    if field.has_default():
        value = field.get_default()
        return (
            json.dumps(value)
            if isinstance(field, models.JSONField)
            else field.get_prep_value(value)
        )
    if field.null:
        return None
    if field.blank and field.empty_strings_allowed:
        return ""
    raise LookupError(f"{model.__name__}.{field.name} has no default: say in rows.py what it holds")


def text(value: Any) -> str:
    """A value as `COPY` reads it."""
    if value is None:
        return "\\N"
    if value.__class__ is str:
        return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
    if value.__class__ is datetime.datetime:
        return value.isoformat()
    return str(value)


@cache
def layout(model: type[models.Model], given: tuple[str, ...]) -> Layout:
    return Layout(model, given)


class Batch:
    """Rows of several models, kept in the order in which they must be written."""

    def __init__(self) -> None:
        self.lines: dict[Layout, list[str]] = {}

    def add(self, model: type[models.Model], **values: Any) -> None:
        """One row, by the names of its columns."""
        found = layout(model, tuple(values))
        self.lines.setdefault(found, []).append(found.write(tuple(values.values())))

    def link(self, relation: Any, first: int, others: list[int]) -> None:
        """The rows by which an object is bound to others; `relation` is `Event.themes` or the like."""
        through = relation.through
        names = [f.attname for f in through._meta.concrete_fields if not f.primary_key]
        own, their = names if _points(through, names[0], relation) else names[::-1]
        for position, other in enumerate(others):
            # As many as an object ever has: keys are those of the object, times that.
            self.add(through, id=first * 8 + position, **{own: first, their: other})

    def save(self) -> None:
        """Write everything, and forget it."""
        with connection.cursor() as cursor:
            for found, lines in self.lines.items():
                with cursor.copy(found.statement) as copy:
                    copy.write("".join(lines))
        self.lines.clear()


def _points(through: type[models.Model], name: str, relation: Any) -> bool:
    """Whether a column of a through table points to the model that declares the relation."""
    field = next(f for f in through._meta.concrete_fields if f.attname == name)
    return field.related_model is relation.field.model


def vector(words: list[str]) -> str:
    """Words as PostgreSQL writes a `tsvector`; they hold no quote and no backslash."""
    return " ".join(f"'{word}'" for word in words)
