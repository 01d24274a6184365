"""What is chosen from a few: themes, communes, colleges, models with `code` and `name`.

Rows and filters name them all the time, and they hardly ever change: they are kept, and what names
them is read with their keys alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import orjson
from django.db import models
from django.db.models import F, OuterRef, QuerySet, Subquery, Value

from portal import i18n
from portal.keeping import recall_together


class Entry(NamedTuple):
    """A row of a taxonomy, read as one: its code, its name in each language, and its key."""

    code: str
    name_fr: str
    name_en: str
    pk: int

    @property
    def name(self) -> str:
        """Its name in the reader's language."""
        return self.name_fr if i18n.current() == "fr" else self.name_en

    def __str__(self) -> str:
        return self.name


class Taxonomies:
    """The entries of some taxonomies in the order of their codes: what is not kept is one query."""

    def __init__(self, taxonomies: Iterable[type[Any]]) -> None:
        self.models = {model._meta.label: model for model in taxonomies}

    def __getitem__(self, model: type[Any]) -> list[Entry]:
        return self._entries[model._meta.label]

    def by_key(self, model: type[Any]) -> dict[int, Entry]:
        """The same by their keys."""
        return {entry.pk: entry for entry in self[model]}

    @cached_property
    def _entries(self) -> dict[str, list[Entry]]:
        names = {("taxonomy", label): label for label in self.models}

        def make(missing: list[Any]) -> dict[Any, list[Entry]]:
            found = _entries_of({names[name]: self.models[names[name]] for name in missing})
            return {name: found[names[name]] for name in missing}

        return {names[name]: found for name, found in recall_together(names, make).items()}


def _entries_of(taxonomies: Mapping[str, type[Any]]) -> dict[str, list[Entry]]:
    """The entries of each of these taxonomies: one query."""
    # Plain sets of rows: those of bilingual models have their columns in no order.
    first, *rest = [
        QuerySet(model)
        .order_by()
        .annotate(
            of_=Value(label), fr_=F(name_column(model, "fr")), en_=F(name_column(model, "en"))
        )
        .values_list("of_", "code", "fr_", "en_", "pk")
        for label, model in taxonomies.items()
    ]
    found: dict[str, list[Entry]] = defaultdict(list)
    for label, *entry in first.union(*rest, all=True) if rest else first:
        found[label].append(Entry(*entry))
    return {label: sorted(found[label]) for label in taxonomies}


def name_column(model: type[Any], language: str = "") -> str:
    """The column of a taxonomy that has its names in a language, by default the reader's."""
    translated = i18n.is_translated(model, "name")
    return f"name_{language or i18n.current()}" if translated else "name"


class Named:
    """What a row has of a taxonomy, by a relation: its keys are read, and entries stand for the rows."""

    def __init__(self, name: str, relation: Any) -> None:
        self.name, self.relation, self.taxonomy = name, relation, relation.related_model

    @property
    def keys(self) -> Any:
        """What is read of a row: a key, or an array of keys."""
        if not self.relation.many_to_many:
            return F(self.relation.attname)
        owner, theirs = self.relation.m2m_field_name(), self.relation.m2m_reverse_field_name()
        pairs = self.relation.remote_field.through._base_manager.filter(**{owner: OuterRef("pk")})
        return Keys(pairs.annotate(_key=F(f"{theirs}_id")).values("_key"))

    def put(self, obj: Any, keys: Any, entries: Mapping[int, Entry]) -> None:
        """Let an object have those of these entries, in their order, that have the keys read of it."""
        if self.relation.many_to_many:
            obj.__dict__[self.name] = [entries[key] for key in entries if key in keys]
        else:
            obj.__dict__[self.relation.attname] = keys
            self.relation.set_cached_value(obj, entries.get(keys))


class Keys(Subquery):
    """The `_key` of each row of a query as one value: a list in no order."""

    template = "ARRAY(%(subquery)s)"

    def __init__(self, rows: QuerySet) -> None:
        super().__init__(rows, output_field=KeysField())

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "(SELECT JSON_GROUP_ARRAY(_key) FROM (%(subquery)s))"
        return self.as_sql(compiler, connection, template=template, **context)


class KeysField(models.Field):
    """Keys, as PostgreSQL gives them; SQLite gives their text."""

    def from_db_value(self, value: Any, *_how: Any) -> list[int]:
        return orjson.loads(value) if isinstance(value, str) else value
