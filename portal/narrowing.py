"""What lists are narrowed by besides words, as words of the index: a theme, a kind, a commune.

Very many have a frequent word, and very many a theme; PostgreSQL would look at each of them to find
those that have both. In the index of words both stand in one place. A model names the columns of which
a row of search has such marks (`search_marked`), and filters ask for them beside what they ask of the
object, which decides: a mark too many finds nothing.

Whoever marks more raises the version of the words (`portal.words.VERSION`) and `MARKED_SINCE` to it.
Rows that were written before there were marks (`MARKED_SINCE`) have none, and are looked at one by one.
"""

import re
from collections.abc import Iterator
from typing import Any

from portal.words import LONGEST_WORD, MARK, AnyOf, Node, Word

# The first analysis (`portal.words.VERSION`) whose rows have marks.
MARKED_SINCE = 3
_BETWEEN = re.compile("[^a-z0-9]+")


def mark(name: str, value: Any) -> str:
    """The word for a value of a column. No text has it."""
    return _BETWEEN.sub(MARK, f"{name} {value}".lower())[:LONGEST_WORD]


def one_of(name: str, values: Any) -> Node:
    """That a row has one of these values."""
    return AnyOf(tuple(Word(mark(name, value)) for value in values))


def marks_of(obj: Any) -> Iterator[str]:
    """The marks of an object: one for each value, and for each key of what it points to."""
    for name in getattr(obj, "search_marked", ()):
        field = obj._meta.get_field(name)
        if field.many_to_many:
            values = [each.pk for each in getattr(obj, name).all()]
        else:
            values = [getattr(obj, field.attname)]
        for value in values:
            if value not in (None, ""):
                yield mark(name, value)
