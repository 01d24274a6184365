"""Tables to download, that no spreadsheet takes for formulas.

French spreadsheets expect a semicolon between cells and English ones a comma; both recognise UTF-8 by
the mark at its start.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse

from portal import display

# Blanks may stand before the sign; a tab and a carriage return are signs themselves.
FORMULA = re.compile(r"[^\S\t\r]*[=+\-@\t\r]")
# A number or a telephone number begins with a sign and is no formula.
HARMLESS = re.compile(r"[+-]?[\d\s().,]*\d[\d\s().,-]*")


def cell(value: Any) -> Any:
    """A value as it may stand in a cell: what a spreadsheet would run gets an apostrophe in front."""
    if not isinstance(value, str):
        return value
    text = value.replace("\x00", "")
    read = unicodedata.normalize("NFKC", text)
    return f"'{text}" if FORMULA.match(read) and not HARMLESS.fullmatch(read.strip()) else text


def table(name: str, head: Sequence[Any], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """A file `name`.csv with these columns and rows, in the reader's language."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";" if display.is_french() else ",")
    writer.writerow([cell(str(title)) for title in head])
    writer.writerows([cell(value) for value in row] for row in rows)
    answer = HttpResponse(f"\ufeff{out.getvalue()}", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    answer["X-Robots-Tag"] = "noindex"
    return answer
