"""What lists are narrowed by besides words, as words of the index: a theme, a kind, the day it is over.

Very many have a frequent word, and very many a theme; PostgreSQL would look at each of them to find
those that have both. In the index of words both stand in one place. A model names the columns, and what
else is true of an object or not, of which a row of search has such marks (`search_marked`), and filters
ask for them beside what they ask of the object, which decides: a mark too many finds nothing.

Whoever marks more raises the version of the words (`portal.words.VERSION`) and `MARKED_SINCE` to it.
Rows that were written before (`MARKED_SINCE`) lack some marks or all, and are looked at one by one.
"""

import datetime
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist

from portal.words import LONGEST_WORD, MARK, AnyOf, Node, NoneOf, Word

# The first analysis (`portal.words.VERSION`) whose rows have all of these marks.
MARKED_SINCE = 4
# The days that are told apart, and the one that stands for whatever is later; what is earlier has the
# first.
FIRST, LAST, FAR = (datetime.date(*day) for day in ((2000, 1, 1), (2099, 12, 31), (3000, 1, 1)))
# Above the highest figure at each place of such a day.
_FIGURES = (4, 1, 10, 10, 0, 2, 10, 0, 4, 10)
_BETWEEN = re.compile("[^a-z0-9]+")


class Known(NamedTuple):
    """What the index of words knows of the rows of a list: marks that all of these have."""

    marks: tuple[Node, ...] = ()
    # Whether whatever is public and has them is one of these rows.
    is_all: bool = False
    # Whether few have them, so that all of those may be found before others are ruled out.
    are_few: bool = False
    # What others may have in the place of the first mark, of which some are rows of the list as well.
    doubtful: Node | None = None


NOTHING_KNOWN = Known()


def mark(name: str, value: Any) -> str:
    """The word for a value of a column, of a moment for its day (UTC). No text has it."""
    if isinstance(value, datetime.datetime):
        value = _day(value)
    return _BETWEEN.sub(MARK, f"{name} {value}".lower())[:LONGEST_WORD]


def one_of(name: str, values: Iterable[Any]) -> Node:
    """That a row has one of these values."""
    return AnyOf(tuple(Word(mark(name, value)) for value in values))


def of_day(name: str, moment: datetime.datetime) -> Node:
    """That the day of a row is that of a moment."""
    return Word(mark(name, moment))


def after_day(name: str, moment: datetime.datetime) -> AnyOf:
    """That the day of a row is a later one than that of a moment.

    Later ones have a higher figure at one place and the same before it: what is after 2026-11-27 begins
    with 3, with 203 to 209, with 2027 to 2029, with 2026-12, with 2026-11-3, or with 2026-11-28 and -29.
    """
    day = str(_day(moment))
    later = [
        f"{day[:place]}{figure}"
        for place, above in enumerate(_FIGURES)
        for figure in range(int(day[place]) + 1 if above else 0, above)
        # There is no thirteenth month.
        if place != 6 or day[5] == "0" or figure < 3
    ]
    return AnyOf(tuple(Word(mark(name, begin), prefix=True) for begin in later))


def before_day(name: str, moment: datetime.datetime) -> Node:
    """That the day of a row is an earlier one: those that are not are the fewer, of what has gone by."""
    return NoneOf((*after_day(name, moment).parts, of_day(name, moment)))


def marks_of(obj: Any) -> Iterator[str]:
    """The marks of an object: one for each value, and for each key of what it points to."""
    for name in getattr(obj, "search_marked", ()):
        for value in _values(obj, name):
            if value not in (None, "", False):
                yield mark(name, value)


def _values(obj: Any, name: str) -> list[Any]:
    try:
        field = obj._meta.get_field(name)
    except FieldDoesNotExist:
        return [getattr(obj, name)]
    if field.many_to_many:
        return [each.pk for each in getattr(obj, name).all()]
    value = field.to_python(getattr(obj, field.attname))
    return value if isinstance(value, list) else [value]


def _day(moment: datetime.datetime) -> datetime.date:
    day = moment.astimezone(datetime.UTC).date()
    return FAR if day > LAST else max(day, FIRST)
