"""Marks in a text what a search found it by: the words themselves, in the forms that the index knows."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from itertools import islice
from typing import Self

from django.db import models
from django.utils.safestring import SafeString, mark_safe

from portal import display, i18n
from portal.i18n import BilingualText
from portal.markdown import plain
from portal.markup import markup
from portal.words import (
    Node,
    Word,
    chunks_in,
    forms_of,
    length_of_article,
    read_query,
    written_in,
)

# More marks, and more of a text, than a row of results has room for.
MOST_MARKS = 3
EXCERPT, BEFORE = 220, 70
# What stands further down in a long text is not looked for: a page has many of them.
LOOKED_THROUGH = 2_000
# The texts that are Markdown, which a row shows without its marks.
MARKDOWN = {"description"}


@dataclass(frozen=True)
class Marker:
    """What somebody looks for, word by word; the one being typed may go on."""

    words: frozenset[str]
    beginnings: tuple[str, ...]
    # What is known not to answer, by its language: the texts of a page have most words in common.
    _silent: dict[str, set[str]] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, query: str) -> Self:
        """The words and beginnings that a typed query looks for."""
        wanted = read_query(query)
        leaves = [leaf for term in wanted.terms for leaf in _leaves(term)] if wanted else []
        return cls(
            frozenset(leaf.text for leaf in leaves),
            tuple(leaf.text for leaf in leaves if leaf.prefix),
        )

    def finds(self, text: str, language: str = "") -> bool:
        """Whether there is anything to mark in a text."""
        silent = self._silent.setdefault(language, set())
        for written in written_in(unicodedata.normalize("NFC", text)) - silent:
            if self._answers(written, language):
                return True
            silent.add(written)
        return False

    def mark(self, text: str, language: str = "") -> SafeString:
        """A text of that language, or of both, as HTML: what was looked for is marked."""
        text = unicodedata.normalize("NFC", text)
        pieces, done = [], 0
        for start, end in islice(self._places(text, language), MOST_MARKS):
            pieces.append(f"{escape(text[done:start])}<mark>{escape(text[start:end])}</mark>")
            done = end
        # Safe: all of the text is escaped. A page of results has dozens of them.
        return mark_safe("".join([*pieces, escape(text[done:])]))  # noqa: S308 - see above

    def excerpt(self, text: str, language: str = "") -> SafeString:
        """The part of a text in which the first of the words stands, marked; all of a short one."""
        text = unicodedata.normalize("NFC", text)
        if len(text) <= EXCERPT:
            return self.mark(text, language)
        first = next(self._places(text, language), (0, 0))[0]
        # It begins and ends between two words.
        begin = text.rfind(" ", 0, first - BEFORE) + 1 if first > BEFORE else 0
        end = text.find(" ", begin + EXCERPT)
        end = len(text) if end < 0 else end
        part = self.mark(text[begin:end], language)
        return markup("{}{}{}", "… " if begin else "", part, " …" if end < len(text) else "")

    def _places(self, text: str, language: str) -> Iterator[tuple[int, int]]:
        silent = self._silent.setdefault(language, set())
        for start, written in chunks_in(text):
            if written in silent:
                continue
            if self._answers(written, language):
                yield start + length_of_article(written), start + len(written)
            else:
                silent.add(written)

    def _answers(self, written: str, language: str) -> bool:
        # A loop, and not `any`: a page asks of hundreds.
        for form in forms_of(written, language):
            if form in self.words or form.startswith(self.beginnings):
                return True
        return False


def shown(obj: models.Model, names: Iterable[str], marker: Marker | None) -> BilingualText:
    """The text of `obj` that a row shows: the first, or with a marker the first that answers.

    Those in the reader's language come before those in the other one.
    """
    names, reader = list(names), i18n.current()
    if marker is not None:
        for language in (reader, i18n.other(reader)):
            for name in names:
                text = _text(obj, name, language)
                start = text.value[:LOOKED_THROUGH]
                if marker.finds(start, text.language):
                    value = _plain(start) if name in MARKDOWN else text.value
                    excerpt = marker.excerpt(value, text.language)
                    return BilingualText(excerpt, text.language, text.language not in ("", reader))
    return _text(obj, names[0], reader)


def html(obj: models.Model, names: Iterable[str], marker: Marker | None) -> str:
    """The same as HTML: a text in the other language than the reader's says so."""
    return display.in_its_language(shown(obj, names, marker))


# The same descriptions answer most searches, and to read one takes as long as all else of a row.
_plain = lru_cache(maxsize=500)(plain)


def _text(obj: models.Model, name: str, language: str) -> BilingualText:
    """A text; that of a column without a language has none."""
    if i18n.is_translated(type(obj), name):
        return i18n.text(obj, name, language)
    return BilingualText(getattr(obj, name), "", False)


def _leaves(node: Node) -> Iterator[Word]:
    """The words of a node, whether all of them are wanted or any."""
    if isinstance(node, Word):
        yield node
    else:
        for part in node.parts:
            yield from _leaves(part)
