"""What a form remembers in hidden inputs: marks of the values it showed, and a key of its own."""

import json
import uuid
from typing import Any

from django.utils.crypto import salted_hmac

from portal.lifecycle.content import Values


def mark(value: Any) -> str:
    """A short mark by which one value is told from another."""
    return salted_hmac("portal.editing.mark", json.dumps(plain(value), sort_keys=True)).hexdigest()[
        :12
    ]


def marks(values: Values) -> str:
    """The marks of all columns, as a hidden input holds them."""
    return json.dumps({name: mark(value) for name, value in values.items()}, separators=(",", ":"))


def read_marks(text: str) -> dict[str, Any]:
    """The marks that came back; nothing at all if they are not what was sent."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def as_before(before: Any, now: Any) -> Any:
    """`before` if a browser would send it as `now`: line ends and outer spaces are not a change."""
    return before if plain(before) == plain(now) else now


def plain(value: Any) -> Any:
    """A value without what a browser changes in it by sending it back."""
    if isinstance(value, str):
        return value.replace("\r\n", "\n").strip()
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return value


def new_key() -> str:
    """A key by which a form that is sent twice is known; nobody can guess one."""
    return uuid.uuid4().hex


def read_key(text: str) -> uuid.UUID | None:
    """The key that came back; nothing if it is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
