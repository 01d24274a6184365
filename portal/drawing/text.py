"""How wide a text is in a drawing, and how a name is made to fit.

The browser sets the text of a drawing; the server has to know beforehand how much room it takes.
`advances.json` keeps what the vendored Atkinson Hyperlegible Next says of each of its characters: by
weight, then by advance in thousandths of the type size, the characters that have it. It was read once
from `static/portal/fonts/atkinson-hyperlegible-next-latin-wght.woff2` with fontTools:

    font = instantiateVariableFont(TTFont(path), {"wght": 400})  # then 600
    {chr(code): font["hmtx"][name][0] for code, name in font.getBestCmap().items()}

A test in the browser compares it with the font; who replaces the file reads the table anew.
"""

import json
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

REGULAR, BOLD = 400, 600
# Of each line, in parts of the type size; how far lines stand apart. As the font says, and the browser.
ASCENT, DESCENT, LEADING = 0.984, 0.316, 1.15
# What a character takes that the font has not: the widest of those that stand in for it.
UNKNOWN = 1400
ELLIPSIS = "…"
# What no name ends with before an ellipsis.
LOOSE_ENDS = " \u00a0,;:/–-("


@cache
def advances() -> dict[int, dict[str, int]]:
    """The table: by weight, the advance of each character."""
    table = json.loads(Path(__file__).with_name("advances.json").read_text(encoding="utf-8"))
    return {
        int(weight): {char: int(advance) for advance, chars in by.items() for char in chars}
        for weight, by in table.items()
    }


@lru_cache(maxsize=20_000)
def _advance(text: str, weight: int) -> int:
    """How wide a text is, in thousandths of the type size: the same names are drawn again and again."""
    known = advances()[weight]
    return sum(known.get(char, UNKNOWN) for char in text)


class Type(NamedTuple):
    """A size and a weight of the text face."""

    size: float
    weight: int = REGULAR

    def width(self, text: str) -> float:
        """How wide a text is on one line."""
        return _advance(text, self.weight) * self.size / 1000

    def widest(self, lines: Iterable[str]) -> float:
        """How wide the widest of some lines is."""
        return max(map(self.width, lines))

    def height(self, lines: int = 1) -> float:
        """How high so many lines are, from the top of the first to the bottom of the last."""
        return (ASCENT + DESCENT + LEADING * (lines - 1)) * self.size

    def wrapped(self, text: str, room: float, most: int) -> list[str] | None:
        """The text in as few lines of so much room as it needs, at most `most`, broken at spaces.

        The lines are as even as can be. None if there is no room for the text.
        """
        lines = self._filled(text, room, most)
        found = lines
        while lines:
            found = lines
            lines = self._filled(text, self.widest(found) - 0.001, len(found))
        return found

    def _filled(self, text: str, room: float, most: int) -> list[str] | None:
        """The text in lines that each take as many words as they can."""
        lines: list[str] = []
        for word in text.split(" "):
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.width(longer) <= room:
                lines[-1] = longer
            elif self.width(word) <= room and len(lines) < most:
                lines.append(word)
            else:
                return None
        return lines

    def fitted(self, text: str, room: float, most: int) -> list[str]:
        """The same, shortened with an ellipsis as far as it must be: whole words, else letters."""
        return next(lines for short in _shorter(text) if (lines := self.wrapped(short, room, most)))


def _shorter(text: str) -> Iterable[str]:
    """A text, then what is left of it when more and more is taken away; its first letter at least."""
    yield text
    words = text.split(" ")
    for count in range(len(words) - 1, 0, -1):
        yield " ".join(words[:count]).rstrip(LOOSE_ENDS) + ELLIPSIS
    for count in range(len(words[0]) - 1, 0, -1):
        yield words[0][:count].rstrip(LOOSE_ENDS) + ELLIPSIS
    yield ELLIPSIS
