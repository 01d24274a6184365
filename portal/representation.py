"""How the API writes what it gives: serializers that say how once, and JSON.

A serializer of Django REST framework works out for each row again which fields it has and where their
values come from, which takes most of the time of a list. What it would find never changes, so
`Represented` finds it once for each class and keeps functions. They give what the fields would.
"""

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Any, cast

import orjson
from django.utils.timezone import get_default_timezone
from rest_framework import fields, renderers, serializers

Write = Callable[[Any], Any]
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
        return {name: write(instance) for name, write in writers(type(self))}


@cache
def writers(kind: type[serializers.Serializer]) -> list[tuple[str, Write]]:
    """What the fields of a serializer give for an object, by their names."""
    return [(str(field.field_name), _writer(field)) for field in kind()._readable_fields]


def _writer(field: Any) -> Write:
    """What a field gives for the object that has it; None where it has nothing."""
    shown = _shown(field)
    if field.source == "*":
        return shown
    get = attrgetter(field.source)
    if isinstance(field, serializers.ListSerializer):
        return lambda obj: [shown(row) for row in get(obj)]
    if isinstance(field, AS_THEY_ARE):
        return get

    def write(obj: Any) -> Any:
        value = get(obj)
        return None if value is None else shown(value)

    return write


def _shown(field: Any) -> Write:
    """What a field gives for its value."""
    if isinstance(field, serializers.ListSerializer):
        return _shown(field.child)
    if isinstance(field, fields.DateTimeField):
        return moment
    if isinstance(field, serializers.Serializer):
        found = writers(type(field))
        return lambda obj: {name: write(obj) for name, write in found}
    return cast(Write, getattr(field, "write", field.to_representation))


def moment(value: Any) -> str:
    """A moment in the time zone of the portal (ISO 8601)."""
    return value.astimezone(get_default_timezone()).isoformat().replace("+00:00", "Z")


class JSONRenderer(renderers.JSONRenderer):
    """JSON as it comes fastest; as Django REST framework writes it where somebody asks for indents."""

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        if data is None or self.get_indent(accepted_media_type or "", renderer_context or {}):
            return super().render(data, accepted_media_type, renderer_context)
        return orjson.dumps(data, default=self.encoder_class().default)
