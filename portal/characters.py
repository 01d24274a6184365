"""What of a text may go where characters have a meaning of their own: calendars, XML, file names.

Someone's title must stay a title: no line of it may become a line of the file around it, and none of
its characters may make that file one that nobody can read.
"""

import re

# Everything at which some program ends a line, CR LF as one.
LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# White space, but for what holds words and French signs together.
WHITE = re.compile("[^\\S\u00a0\u202f]+")
# Controls, halves of pairs, and what XML 1.0 has no place for.
UNFIT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

# Marks that turn the direction of what follows, also beyond the text they stand in. Scripts that are
# read from the right do without them: their letters say it, and U+200E and U+200F turn nothing.
TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def unturned(text: str) -> str:
    """A text in which nothing turns the words around it."""
    return TURNS.sub("", text)


def lines(text: str) -> str:
    """A text whose lines end with a line feed and that has no other control character but tabs."""
    return UNFIT.sub("", LINE_END.sub("\n", text))


def one_line(text: str) -> str:
    """A text on one line, with single spaces and no control character."""
    return single_spaced(lines(text))


def single_spaced(text: str) -> str:
    """A text with one space for any white; no-break spaces stay, as browsers leave them."""
    return WHITE.sub(" ", text).strip()
