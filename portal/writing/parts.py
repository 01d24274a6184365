"""What a template is given of a form: sections of things to fill in, with what stands beside them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from portal.writing.freshness import Since


class Image(NamedTuple):
    """The image that a form starts from: `url` is "" while it has no address."""

    present: bool
    url: str
    remove: Any


class Difference(NamedTuple):
    """What somebody else wrote of one column; `taken` when their version is offered ticked."""

    name: str
    label: str
    theirs: str
    who: str
    taken: bool


class Item(NamedTuple):
    """One thing to fill in: a field, a French and English pair, an image, or rows."""

    shape: str  # "field", "pair", "image" or "rows"
    name: str
    label: str
    fields: list[Any]
    state: dict[str, str]
    others: list[Difference]
    image: Image | None = None
    help_text: Any = ""
    # Of a side that is outdated: what the other one said when it was written, and what it says now.
    since: Mapping[str, Since] = MappingProxyType({})


class Section(NamedTuple):
    """A titled part of a form."""

    title: Any
    items: list[Item]
