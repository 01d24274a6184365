"""How much room a name takes at most in a drawing, and how it is made to fit.

The browser sets the type; the server only has to give each name room enough. No character of a class
is wider than said here, in parts of the type size, in either weight that drawings use.
"""

import unicodedata

THIN = frozenset(" \u00a0.,:;!|'’·ijl")
NARROW = frozenset('"°-/()[]_ftrI1')
WIDE = frozenset("mwMWœæŒÆ@&#%—…")
# Of a thin character, a narrow one, a small letter, a capital or a digit, a wide one, and one of another
# script.
THIN_EM, NARROW_EM, SMALL_EM, CAPITAL_EM, WIDE_EM, FOREIGN_EM = 0.31, 0.43, 0.6, 0.75, 1.02, 1.4
# From one line to the next.
LEADING = 1.2
# What no name ends with before an ellipsis.
LOOSE_ENDS = " ,;:/–-(«“"
LATIN = 0x250


def width(text: str, size: float) -> float:
    """The most that a text can take on one line."""
    return size * sum(_em(char) for char in text)


def words(text: str) -> list[str]:
    """What a text may be broken between: not at the spaces that French has before its signs."""
    return [word for word in text.split(" ") if word]


def _em(char: str) -> float:
    plain = unicodedata.normalize("NFD", char)[0]
    if plain in THIN:
        return THIN_EM
    if plain in NARROW:
        return NARROW_EM
    if char in WIDE or plain in WIDE:
        return WIDE_EM
    if ord(char) > LATIN and char not in "–’‘“”":
        return FOREIGN_EM
    return SMALL_EM if plain.islower() else CAPITAL_EM


def fitted(text: str, size: float, room: float, most: int = 1) -> list[str]:
    """A text in at most so many lines of so much room, broken at spaces, shortened if it must be."""
    lines: list[str] = []
    for word in words(text):
        longer = f"{lines[-1]} {word}" if lines else word
        if width(longer, size) <= room:
            lines[-1:] = [longer]
        elif lines and len(lines) < most and width(word, size) <= room:
            lines.append(word)
        else:
            return [*lines[:-1], _shortened(longer, size, room)]
    return lines or [text]


def _shortened(text: str, size: float, room: float) -> str:
    """What there is room for of a text and an ellipsis, after a whole word if there is one."""
    end = len(text) - 1
    while end > 1 and width(f"{text[:end]}…", size) > room:
        end -= 1
    kept = text[:end]
    if text[end] != " ":
        kept = kept.rpartition(" ")[0] or kept
    return f"{kept.rstrip(LOOSE_ENDS)}…"
