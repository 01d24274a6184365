"""Numbers drawn as bars that lie under each other, each with its name and its value in words.

Places along a bar are in percent of the drawing, which is as wide as its column; heights are in units
of the type. So one drawing serves every screen and every size of type.
"""

from collections.abc import Iterable
from typing import NamedTuple

from portal.characters import single_spaced
from portal.drawing.text import Type

# The room of a name over its bar: the smallest screen, at the usual size of type.
NAME, ROOM, LINES = Type(16), 286, 2
# What the longest bar takes, in percent; its value stands behind it.
LONGEST = 64
# In rows of one line: where bars begin, and what the longest takes.
INDENT, LONGEST_BESIDE = 40, 42
# Heights, in the size of type: a line of a name, a bar, what is between two.
LINE, THICK, GAP = 1.35, 0.7, 0.9
STEP = 1.7


class Value(NamedTuple):
    """A number with its name, and in words; `is_open` draws an outline only."""

    name: str
    number: int
    words: str
    colour: str = ""
    is_open: bool = False


class Bar(NamedTuple):
    """A value as it is drawn: the lines of its name, and where everything stands."""

    of: Value
    lines: list[tuple[str, str]]
    top: str
    start: str
    length: str
    after: str
    baseline: str


class Chart(NamedTuple):
    """All bars, and how high they are together."""

    bars: list[Bar]
    height: str


def chart(values: Iterable[Value], *, beside: bool = False) -> Chart:
    """The values as bars, their names over them or, if these are short, `beside` them."""
    rows = list(values)
    most = max((value.number for value in rows), default=0) or 1
    bars, top = [], 0.0
    for value in rows:
        lines = [value.name] if beside else NAME.fitted(single_spaced(value.name), ROOM, LINES)
        start, longest = (INDENT, LONGEST_BESIDE) if beside else (0, LONGEST)
        length = longest * value.number / most
        line = top + (0.3 if beside else LINE * len(lines))
        bars.append(
            Bar(
                of=value,
                lines=[(_em(top + 1 + LINE * number), text) for number, text in enumerate(lines)],
                top=_em(line),
                start=f"{start}%",
                length=f"{length:.2f}%",
                after=f"{start + length:.2f}%",
                baseline=_em(line + THICK),
            )
        )
        top = top + STEP if beside else line + THICK + GAP
    return Chart(bars, _em(top))


def _em(value: float) -> str:
    return f"{value:.2f}em"
