"""How the API writes what it gives: serializers that say how once, and JSON.

A serializer of Django REST framework works out for each row again which fields it has and where their
values come from, which takes most of the time of a list. What it would find never changes, so
`Represented` finds it once for each class and keeps functions. They give what the fields would.
"""

from collections.abc import Callable
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, cast

import orjson
from django.utils.timezone import get_default_timezone
from rest_framework import fields, renderers, serializers

from portal.taxonomies import Entry

Write = Callable[[Any], Any]
# Of so many entries of taxonomies each serializer knows what it gave.
MOST_ENTRIES = 1_000
# Fields whose values are in the answer what they are in the object.
AS_THEY_ARE = (
    fields.BooleanField,
    fields.CharField,
    fields.ChoiceField,
    fields.FloatField,
    fields.IntegerField,
    fields.ListField,
)


class Represented(serializers.Serializer):
    """A serializer that only reads, and reads fast."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        found: dict[str, Any] = writer(type(self))(instance)
        return found


@cache
def writer(kind: type[serializers.Serializer]) -> Write:
    """What a serializer gives for an object: values are read all at once, and most left as they are."""
    found = {str(field.field_name): field for field in kind()._readable_fields}
    read = {name: field for name, field in found.items() if field.source != "*"}
    get = attrgetter(*(str(field.source) for field in read.values()))
    values = get if len(read) > 1 else lambda obj: (get(obj),)
    shown = [(name, _shown(each)) for name, each in read.items() if not is_as_it_is(each)]
    made = [(name, _shown(each)) for name, each in found.items() if name not in read]
    blank = dict.fromkeys(found)

    def write(obj: Any) -> dict[str, Any]:
        data: dict[str, Any] = blank.copy()
        data.update(zip(read, values(obj), strict=True))
        for name, show in shown:
            if data[name] is not None:
                data[name] = show(data[name])
        for name, make in made:
            data[name] = make(obj)
        return data

    # What is kept of a taxonomy stands in most rows, and says the same in each.
    written = lru_cache(MOST_ENTRIES)(write)
    return lambda obj: written(obj) if type(obj) is Entry else write(obj)


def is_as_it_is(field: Any) -> bool:
    """Whether what a field gives is its value."""
    return isinstance(field, AS_THEY_ARE)


def _shown(field: Any) -> Write:
    """What a field gives for its value, or for an object that all of it is made of."""
    if isinstance(field, serializers.ListSerializer):
        one = _shown(field.child)
        return lambda rows: [one(row) for row in rows]
    if isinstance(field, fields.DateTimeField):
        return moment
    if isinstance(field, fields.DecimalField):
        # Django REST framework rounds it in a context of its own first.
        return f"{{:.{field.decimal_places}f}}".format
    if isinstance(field, serializers.Serializer):
        return writer(type(field))
    return cast(Write, getattr(field, "write", field.to_representation))


def moment(value: Any) -> str:
    """A moment in the time zone of the portal (ISO 8601)."""
    return value.astimezone(get_default_timezone()).isoformat().replace("+00:00", "Z")


class JSONRenderer(renderers.JSONRenderer):
    """JSON as it comes fastest; as Django REST framework writes it where somebody asks for indents."""

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        context = renderer_context or {}
        if data is None or self.get_indent(accepted_media_type or "", context):
            return super().render(data, accepted_media_type, renderer_context)
        # An answer leads to itself by it: with it all rows would be left to the garbage collector.
        context.clear()
        return orjson.dumps(data, default=self.encoder_class().default)
