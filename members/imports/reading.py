"""Turns a file into lines. What cannot be read says where, and what to do about it.

A file that ends in the middle of a cell, or is no text at all, is refused whole: nobody can tell where
its next line would begin. A line that is wrong by itself is kept with its fault, beside the others.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from members.imports import columns
from members.imports.faults import Fault
from portal.words import fold

# No more of a file is kept on its way in (`portal.images.CappedUpload`).
MOST_BYTES = 8 * 1024 * 1024
MOST_LINES = 10_000
MOST_COLUMNS = 200
# Twice the longest text there is.
LONGEST_CELL = 20_000
DELIMITERS = ";,\t"
# What some spreadsheets write before the titles.
SEPARATOR_LINES = {f"sep={delimiter}" for delimiter in DELIMITERS}

# How archives and office documents begin.
ARCHIVE, OLD_OFFICE = b"PK", b"\xd0\xcf\x11\xe0"
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


class Unreadable(Fault):
    """A file of which nothing can be read; says what to do about it."""


class Row(NamedTuple):
    """One line that is not empty: by column what is said there, or why it cannot be read."""

    number: int
    cells: dict[str, str]
    fault: Fault | None = None


class Table(NamedTuple):
    """What a file holds. `ignored` and `unknown` are titles of columns that are not read."""

    encoding: str
    ignored: list[str]
    unknown: list[str]
    rows: list[Row]


NO_TEXT = _(
    "This is no text file. In your spreadsheet, save the table under another format: “CSV UTF-8”."
)


def read(data: bytes) -> Table:
    """The lines of a file. Raises Unreadable."""
    require_size(len(data))
    text, encoding = _decoded(data)
    first, _end, rest = text.partition("\n")
    has_separator_line = first.strip(" \r").casefold() in SEPARATOR_LINES
    if has_separator_line:
        text = rest
    delimiter = max(DELIMITERS, key=lambda each: _recognised(_titles(text, each)))
    titles = _titles(text, delimiter)
    codes, ignored, unknown = _columns(titles)
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    next(records, None)
    rows = list(_rows(records, codes, len(titles), 2 + has_separator_line))
    if not rows:
        raise Unreadable(_("There is no line below the titles: nothing to import."))
    return Table(encoding, ignored, unknown, rows)


def require_size(size: int) -> None:
    """Raise Unreadable for a file of more bytes than are taken."""
    if size > MOST_BYTES:
        raise Unreadable(
            _("The file is larger than %(most)s MB: make two of it, each with the line of titles."),
            most=MOST_BYTES // (1024 * 1024),
        )


def _decoded(data: bytes) -> tuple[str, str]:
    """The text of a file, and how it was encoded: as it says, as UTF-8, else as older Windows wrote."""
    if data.startswith((ARCHIVE, OLD_OFFICE)):
        raise Unreadable(NO_TEXT)
    encodings = [name for mark, name in MARKS.items() if data.startswith(mark)]
    for encoding in encodings or ("utf-8", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        # Without its mark UTF-16 looks like this, as does most of what is no text.
        if "\x00" in text.partition("\n")[0]:
            break
        return text, encoding.removesuffix("-sig")
    raise Unreadable(NO_TEXT)


def _titles(text: str, delimiter: str) -> list[str]:
    """The first line, cut by a delimiter; nothing if it cannot be cut."""
    try:
        first = next(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), []
        )
    except csv.Error:
        return []
    titles = [title.strip() for title in first]
    while titles and not titles[-1]:
        titles.pop()
    return titles


def _recognised(titles: list[str]) -> int:
    known = columns.by_title()
    return sum(fold(title) in known for title in titles)


def _columns(titles: list[str]) -> tuple[list[str], list[str], list[str]]:
    """The column of each title, "" for those that are not read; and the titles of these."""
    known = columns.by_title()
    if len(titles) > MOST_COLUMNS:
        raise Unreadable(
            _("There are more than %(most)s columns: keep those of the example."), most=MOST_COLUMNS
        )
    codes = [known.get(fold(title), "") for title in titles]
    twice = [
        title for code, title in zip(codes, titles, strict=True) if code and codes.count(code) > 1
    ]
    if twice:
        raise Unreadable(
            _("The column “%(title)s” is there twice: keep one of them."), title=twice[0][:100]
        )
    if not {"name", "siren", "rna", "ror", *columns.PAGES} & set(codes):
        raise Unreadable(
            _(
                "The first line has no title by which an organisation is known, such as Name or SIREN. "
                "Begin with the file of the directory, or with the example."
            )
        )
    ignored = [title for title in titles if known.get(fold(title)) == ""]
    unknown = [title[:100] for title in titles if title and fold(title) not in known]
    return codes, ignored, unknown


def _rows(records: Any, codes: list[str], width: int, first: int) -> Iterator[Row]:
    """The lines below the titles, but for those that are empty."""
    count = 0
    for number, cells in _numbered(records, first):
        if isinstance(cells, list) and not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > MOST_LINES:
            raise Unreadable(
                _("There are more than %(most)s lines: make several files of it."), most=MOST_LINES
            )
        fault = cells if isinstance(cells, Fault) else _fault(cells, width)
        if fault:
            yield Row(number, {}, fault)
        else:
            said = zip(codes, (cell.strip() for cell in cells), strict=False)
            yield Row(number, {code: cell for code, cell in said if code and cell})


def _numbered(records: Any, number: int) -> Iterator[tuple[int, Any]]:
    """Each line of the table with its number: its cells, or why it could not be cut into cells."""
    while True:
        try:
            cells = next(records)
        except StopIteration:
            return
        except csv.Error as error:
            # Else what follows was swallowed by a cell that never ends.
            if "expected after" not in str(error):
                raise Unreadable(
                    _(
                        "Line %(number)s: a quotation mark begins a cell that does not end. Nothing was "
                        "read: double the quotation marks inside cells, or save the table again as CSV."
                    ),
                    number=number,
                ) from error
            cells = Fault(
                _("A quotation mark stands in the middle of a cell: double it, or take it out.")
            )
        yield number, cells
        number += 1


def _fault(cells: list[str], width: int) -> Fault | None:
    """What is wrong with the cells of a line by themselves."""
    if len(cells) < width or any(cell.strip() for cell in cells[width:]):
        return Fault(
            _("Cells in this line: %(count)s; titles in the first line: %(width)s."),
            count=len(cells),
            width=width,
        )
    if any("\x00" in cell for cell in cells):
        return Fault(_("There is a character here that no text has (NUL): take it out."))
    if any(len(cell) > LONGEST_CELL for cell in cells):
        return Fault(_("A cell is longer than %(most)s characters: shorten it."), most=LONGEST_CELL)
    return None
