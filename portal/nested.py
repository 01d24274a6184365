"""Rows that belong to each row of a query, fetched within that query.

`prefetch_related` asks once for each relation; a page that shows ten of them spends more time on
asking than on all else. A model says here which rows its pages show, and what of them:

    class Event(Model):
        agreed_organisers = Shown("organisers", agreed, organisation=["slug", "name"])

and `Event.objects.showing("agreed_organisers")` brings them along, each event with its list. They have
their key and the columns that are named, and no others: reading one more is a query, as after `only()`.
An event that was read otherwise asks for them when they are needed. It is for rows of which an object
has few.

Where the same is shown again and again, the columns of the model itself can be named as well:

    in_lists = Sheet("title", "starts_at", "agreed_organisers", commune=["name"])

and `Event.objects.reading("in_lists")` brings objects of these. Its columns are written as SQL once, and
Django neither writes them again for each query nor looks for what becomes of each: 24 events then take a
third of the time. `kept=["themes"]` reads no more than the keys of what is kept anyway.
"""

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Self

import orjson
from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, OuterRef, QuerySet, Subquery
from django.db.models.base import ModelState
from django.db.models.functions import Cast, JSONArray
from django.db.models.query import BaseIterable
from django.utils import timezone

from portal import i18n, prepared
from portal.counted import Counted
from portal.taxonomies import Named, Taxonomies

Read = Callable[[Any], Any]


class Shown:
    """An attribute of a model: a list of rows that belong to it, as described above.

    `relation` is one of the model, of whose rows `asked` asks, or gives the rows of an object itself.
    `columns` are columns of these or what their query is annotated with, `further` those of what they
    point to; a bilingual text is named without its language. A column may be a `Shown` of theirs.
    """

    def __init__(
        self,
        relation: str | Callable[[Any], QuerySet],
        asked: Callable[[Any], QuerySet] = lambda rows: rows,
        columns: Iterable[str] = (),
        **further: Iterable[str],
    ) -> None:
        self.relation, self.asked, self.columns, self.further = relation, asked, columns, further

    # Any: a list of an object that did not bring it along, this itself of the class.
    def __get__(self, obj: Any, owner: Any = None) -> Any:
        return self if obj is None else list(self._of(type(obj), obj))

    def _of(self, model: Any, obj: Any) -> QuerySet:
        if callable(self.relation):
            return self.asked(self.relation(obj))
        relation = model._meta.get_field(self.relation)
        back = relation.related_query_name() if relation.concrete else relation.remote_field.name
        return self.asked(relation.related_model._default_manager.filter(**{back: obj}))

    def expression(self, model: type[models.Model]) -> "Rows":
        """The rows as a value of a query of `model`."""
        rows: Any = self._of(model, OuterRef("pk"))
        further = (
            name for name in self.columns if isinstance(getattr(rows.model, name, None), Shown)
        )
        within = {name: getattr(rows.model, name).expression(rows.model) for name in further}
        return Rows.of(rows.annotate(**within), self.columns, self.further)


class Sheet:
    """What is read of rows for one purpose, an attribute of their model: as described above.

    `columns` and `further` are as those of `Shown`; "*" stands for all that is stored. `is_of_one`
    says that it is read of one row, found by a key, and no list. `kept` names what is of a taxonomy,
    foreign keys and `Shown` of all that are set: entries that are kept stand for the rows of these.
    """

    def __init__(
        self,
        *columns: str,
        is_of_one: bool = False,
        kept: Iterable[str] = (),
        **further: Iterable[str],
    ) -> None:
        self.columns, self.further, self.is_of_one = columns, further, is_of_one
        self.kept = tuple(kept)

    def parts(
        self, model: Any, more: Iterable[str]
    ) -> tuple[list[Any], dict[str, Shown | Counted]]:
        """Its stored fields, the key among them, and its lists and counts by name, these among them."""
        found = {name: getattr(model, name, None) for name in (*self.columns, *more)}
        lists = {name: each for name, each in found.items() if isinstance(each, Shown | Counted)}
        return stored_fields(model, found.keys() - lists.keys()), lists


class ShowingQuerySet(models.QuerySet):
    """Fetches what its model shows."""

    def showing(self, *names: str) -> Self:
        """With these lists, each the name of a `Shown`: no query more."""
        return self.annotate(**{name: _ready(self.model, name, *self._how()) for name in names})

    def reading(self, name: str, *more: str) -> Self:
        """Objects with what the `Sheet` of this name says, and with these lists; no annotations."""
        columns = _written(self.model, name, more, *self._how())
        rows = self.all()
        # `annotate` would compare its name with those of all fields first.
        rows.query.add_annotation(columns, "_sheet")
        rows.query.set_values(["_sheet"])
        rows._iterable_class = Objects
        return rows

    def _how(self) -> tuple[str, str, datetime.date]:
        """All that what is written for later may depend on."""
        return connections[self.db].vendor, i18n.current(), timezone.localdate()


# The place of the table that the rows are for.
OUTER = "_outer"


class Ready(Expression):
    """Rows whose SQL was written before: to write it takes longer than to fetch them.

    It stands in the columns of a query, not in a query within another one, whose tables have the
    aliases that ours have.
    """

    def __init__(self, sql: str, params: Sequence[Any], output_field: "RowsField") -> None:
        super().__init__(output_field)
        self.sql, self.params, self.alias = sql, params, ""

    def resolve_expression(self, query: Any = None, *_how: Any, **_more: Any) -> "Ready":
        # What stands in an outer query is resolved once more for that one.
        if self.alias:
            return self
        clone = self.copy()
        clone.alias = query.get_initial_alias()
        return clone

    def relabeled_clone(self, change_map: Any) -> "Ready":
        clone = self.copy()
        clone.alias = change_map.get(self.alias, self.alias)
        return clone

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        if f" {self.alias} " in self.sql:
            raise ValueError("What is shown of an object is no part of a query within a query.")
        alias = compiler.quote_name_unless_alias(self.alias)
        return self.sql.replace(f"{OUTER}.", f"{alias}."), self.params


@lru_cache(maxsize=256)
def _ready(model: Any, name: str, vendor: str, language: str, day: datetime.date) -> Ready:
    """What a model shows, as SQL; what is asked of the rows may depend on these, not on the hour."""
    writing = Writing(model, vendor)
    rows = writing.resolved(getattr(model, name).expression(model))
    sql, params = writing.compiler.compile(rows)
    return Ready(sql, params, rows.output_field)


@lru_cache(maxsize=256)
def _written(
    model: Any, name: str, more: Sequence[str], vendor: str, language: str, day: datetime.date
) -> "Columns":
    """What a sheet says, as SQL: the same holds for it."""
    writing = Writing(model, vendor)
    sheet: Sheet = getattr(model, name)
    fields, lists = sheet.parts(model, more)
    kept = [Named(each, model._meta.get_field(_relation(model, each))) for each in sheet.kept]
    expressions = [
        *(_stored(field) for field in fields),
        *(writing.resolved(each.expression(model)) for each in lists.values()),
        *(writing.resolved(Rows.pointed_to(model, n, c)) for n, c in sheet.further.items()),
        *(writing.resolved(each.keys) for each in kept),
    ]
    compiled = [writing.compiler.compile(each) for each in expressions]
    return Columns(
        ", ".join(sql for sql, _params in compiled),
        [param for _sql, params in compiled for param in params],
        reader=SheetReader(
            sheet,
            model,
            [*(field.attname for field in fields), *lists],
            [model._meta.get_field(each) for each in sheet.further],
            kept,
            writing.compiler.get_converters(expressions) | _moments(fields),
        ),
    )


def _relation(model: Any, name: str) -> Any:
    """The name of the relation that an attribute is about."""
    shown = getattr(model, name)
    return shown.relation if isinstance(shown, Shown) else name


def _stored(field: Any) -> Any:
    """A column of a sheet. Moments come as text, of which Python makes them faster than Django does."""
    column = field.get_col(OUTER)
    is_moment = isinstance(field, models.DateTimeField)
    return Cast(column, models.TextField()) if is_moment else column


def _moments(fields: list[Any]) -> dict[int, Any]:
    """What makes moments of them again, by their place."""
    make = _unless_none(_moment)
    return {
        place: ([lambda text, _expression, _connection: make(text)], None)
        for place, field in enumerate(fields)
        if isinstance(field, models.DateTimeField)
    }


class Writing:
    """What writes SQL about the rows of a model whose query is not known yet."""

    def __init__(self, model: Any, vendor: str) -> None:
        self.query = model._base_manager.all().query
        self.query.change_aliases({self.query.get_initial_alias(): OUTER})
        using = next(each for each in connections.all() if each.vendor == vendor)
        self.compiler = self.query.get_compiler(connection=using)

    def resolved(self, expression: Any) -> Any:
        """An expression with its names looked up in that query."""
        return expression.resolve_expression(self.query)


class Columns(Ready):
    """The columns of a sheet: they stand side by side where Django knows of one, as SQL lets them."""

    def __init__(self, sql: str, params: Sequence[Any], reader: "SheetReader") -> None:
        super().__init__(sql, params, models.Field())  # type: ignore[arg-type]  # nobody asks for it
        self.reader = reader


class SheetReader:
    """Makes objects of the columns of a sheet."""

    def __init__(
        self,
        sheet: Sheet,
        model: Any,
        names: list[str],
        others: list[Any],
        kept: list[Named],
        converters: dict[int, Any],
    ) -> None:
        self.sheet, self.model = sheet, model
        self.names, self.others, self.kept, self.converters = names, others, kept, converters

    def objects(self, rows: Iterable[Sequence[Any]], connection: Any) -> Iterator[Any]:
        """The objects that rows are of: one query at most, for what is not kept."""
        taxonomies = Taxonomies(each.taxonomy for each in self.kept)
        kept = [(each, taxonomies.by_key(each.taxonomy)) for each in self.kept]
        for row in rows:
            yield self._object(row, connection, kept)

    def _object(self, row: Sequence[Any], connection: Any, kept: list[Any]) -> Any:
        values = list(row)
        for place, (converters, expression) in self.converters.items():
            for convert in converters:
                values[place] = convert(values[place], expression, connection)
        known, others = len(self.names), len(self.names) + len(self.others)
        obj = loaded(self.model, connection.alias, self.names, values[:known])
        for field, found in zip(self.others, values[known:others], strict=True):
            point(obj, field, found[0] if found else None)
        for (named, entries), keys in zip(kept, values[others:], strict=True):
            named.put(obj, keys, entries)
        return obj


class Objects(BaseIterable):
    """The objects of a query that reads a sheet."""

    def __iter__(self) -> Iterator[Any]:
        query, using = self.queryset.query, connections[self.queryset.db]
        try:
            sql, params = query.get_compiler(connection=using).as_sql()
        except EmptyResultSet:
            return
        columns: Any = query.annotations["_sheet"]
        reader: SheetReader = columns.reader
        opened = prepared.cursor if reader.sheet.is_of_one else BaseDatabaseWrapper.cursor
        with opened(using) as cursor:
            cursor.execute(sql, params)
            rows = cursor.fetchall()
        if rows:
            yield from reader.objects(rows, using)


class Rows(Subquery):
    """The rows of a query as one value: a JSON array of the columns of each, in their order."""

    template = "(SELECT JSONB_AGG(_rows._row) FROM (%(subquery)s) _rows)"

    @classmethod
    def of(cls, rows: Any, columns: Iterable[str], further: dict[str, Iterable[str]]) -> "Rows":
        """These columns of rows, and of what they point to."""
        shape = Shape(rows, columns, further)
        found = rows.annotate(_row=JSONArray(*shape.paths)).values("_row")
        return cls(found, output_field=RowsField(shape))

    @classmethod
    def pointed_to(cls, model: Any, name: str, columns: Iterable[str]) -> "Rows":
        """The one row that a column of a model points to, or none."""
        field = model._meta.get_field(name)
        rows = field.related_model._base_manager.filter(pk=OuterRef(field.attname)).order_by()
        return cls.of(rows, columns, {})

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "(SELECT JSON_GROUP_ARRAY(JSON(_rows._row)) FROM (%(subquery)s) _rows)"
        return self.as_sql(compiler, connection, template=template, **context)


class Shape:
    """Which columns of a row stand at which place, and how objects are made of them."""

    def __init__(
        self, rows: QuerySet, columns: Iterable[str], further: dict[str, Iterable[str]]
    ) -> None:
        annotated = rows.query.annotations
        stored = [name for name in columns if name not in annotated]
        self.paths: list[str] = []
        self.row = self._part(rows.model, stored, "")
        pointing = {rows.model._meta.get_field(name): names for name, names in further.items()}
        self.others = [
            (field, self._part(field.related_model, names, f"{field.name}__"))
            for field, names in pointing.items()
        ]
        self.more = {
            name: (self._place(name), reader(annotated[name].output_field))
            for name in columns
            if name in annotated
        }

    def _part(self, model: Any, names: Iterable[str], prefix: str) -> "Part":
        fields = stored_fields(model, names)
        places = [self._place(prefix + field.name) for field in fields]
        return Part(model, fields, places)

    def _place(self, path: str) -> int:
        self.paths.append(path)
        return len(self.paths) - 1

    def read(self, row: list[Any]) -> Any:
        """The object that a row is of."""
        obj = self.row.read(row)
        for field, part in self.others:
            point(obj, field, part.read(row))
        for name, (place, read) in self.more.items():
            setattr(obj, name, read(row[place]) if read else row[place])
        return obj


class Part:
    """The columns of a row that belong to one object."""

    def __init__(self, model: Any, fields: list[Any], places: list[int]) -> None:
        self.model = model
        self.names = [field.attname for field in fields]
        readers = enumerate(reader(field) for field in fields)
        self.made = [(place, read) for place, read in readers if read]
        self.key = places[fields.index(model._meta.pk)]
        # Where they stand side by side, and most are as they came.
        self.place = slice(places[0], places[-1] + 1)

    def read(self, row: list[Any]) -> Any:
        """The object, None where a row points to none."""
        if row[self.key] is None:
            return None
        values = row[self.place]
        for place, read in self.made:
            values[place] = read(values[place])
        return loaded(self.model, DEFAULT_DB_ALIAS, self.names, values)


def stored_fields(model: Any, names: Iterable[str]) -> list[Any]:
    """The fields of these names and the key, in their order; those of each language of a text."""
    fields = model._meta.concrete_fields
    named = [field.name for field in fields] if "*" in names else names
    columns = {column for name in named for column in i18n.columns(model, name)}
    return [field for field in fields if field.primary_key or field.name in columns]


def point(obj: Any, field: Any, other: Any) -> None:
    """Let a foreign key of an object lead to another one: both are as they are stored."""
    obj.__dict__[field.attname] = other.pk if other else None
    field.set_cached_value(obj, other)


def loaded(model: type[Any], using: str | None, names: Iterable[str], values: Iterable[Any]) -> Any:
    """An object of stored columns, as Django's `from_db` makes it, in a fraction of the time.

    Nobody is told by a signal. What is not among `names` is read when it is asked for.
    """
    obj = object.__new__(model)
    obj._state = state = ModelState()
    state.adding, state.db = False, using
    obj.__dict__.update(zip(names, values, strict=True))
    return obj


class RowsField(models.Field):
    """Makes objects of what `Rows` gives; rows within rows come as text from SQLite."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape

    def db_type(self, connection: Any) -> str:
        return "jsonb" if connection.vendor == "postgresql" else "text"

    def from_db_value(self, value: Any, *_how: Any) -> list[Any]:
        return self.read(value)

    def read(self, value: Any) -> list[Any]:
        """The objects of an array of rows."""
        found = orjson.loads(value) if isinstance(value, str) else value
        return [self.shape.read(row) for row in found or ()]


def reader(field: Any) -> Read | None:
    """What makes a value of `field` of one that came as JSON; None where they are the same."""
    if isinstance(field, RowsField):
        return field.read
    if isinstance(field, models.BooleanField):
        return _unless_none(bool)
    if isinstance(field, models.DecimalField):
        return _unless_none(lambda value: round(Decimal(str(value)), field.decimal_places))
    if isinstance(field, models.DateTimeField):
        return _unless_none(_moment)
    if isinstance(field, models.DateField):
        return _unless_none(datetime.date.fromisoformat)
    if isinstance(field, models.JSONField):
        return lambda value: orjson.loads(value) if isinstance(value, str) else value
    if hasattr(field, "from_db_value"):
        return lambda value: field.from_db_value(value, None, connection)
    return None


def _unless_none(read: Read) -> Read:
    return lambda value: None if value is None else read(value)


def _moment(text: str) -> datetime.datetime:
    """A moment; SQLite says those of UTC without saying so."""
    moment = datetime.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
