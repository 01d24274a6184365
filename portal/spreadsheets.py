"""Tables to download, that no spreadsheet takes for formulas.

French spreadsheets expect a semicolon between cells and a comma in numbers, English ones a comma and
a point; both recognise UTF-8 by the mark at its start. A table says both languages of every text,
whatever the language of its head, and is sent as it is read: its length costs time and no memory.
"""

import csv
import datetime
import io
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from operator import attrgetter, methodcaller
from typing import Any, NamedTuple

from django.db.models import DateTimeField, Model
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from portal import display, downloads, i18n
from portal.fields import CodeListField
from portal.filters import ListFilterSet
from portal.head import absolute

# So many rows are read at a time, each with what they name.
CHUNK = 200
# Between several values in one cell; a comma or a semicolon may be part of one.
BETWEEN = " | "

# Blanks may stand before the sign; a tab and a carriage return are signs themselves.
FORMULA = re.compile(r"[^\S\t\r]*[=+\-@\t\r]")
# Where a cell would begin if the file were read with another separator than its own.
LATER_FORMULA = re.compile(r"[,;|\t\r\n][^\S\r\n]*(?=[=+@]|-\S)")
# The apostrophes that `cell` puts there.
DISARMED = re.compile(r"([,;|\t\r\n][^\S\r\n]*)'(?=[=+@]|-\S)")
# A number or a telephone number begins with a sign and is no formula.
HARMLESS = re.compile(r"[+-]?[\d\s().,]*\d[\d\s().,-]*")


class Column(NamedTuple):
    """One column of a table: its title in the reader's language, and what it says of a row."""

    title: str
    value: Callable[[Any], Any]


def of_fields(model: type[Model], *names: str) -> list[Column]:
    """A column for each field, titled and said as people read it; two for one in both languages."""
    return [column for name in names for column in _of_field(model, name)]


def _of_field(model: type[Model], name: str) -> list[Column]:
    field: Any = model._meta.get_field(name)
    title = capfirst(str(field.verbose_name))
    if i18n.is_translated(model, name):
        return in_both_languages(title, name)
    if isinstance(field, CodeListField):
        return [Column(title, lambda row: field.labels(getattr(row, name)))]
    if field.choices:
        return [Column(title, methodcaller(f"get_{name}_display"))]
    if isinstance(field, DateTimeField):
        return [Column(title, lambda row: timezone.localtime(getattr(row, name)))]
    return [Column(title, attrgetter(name))]


def in_both_languages(title: str, name: str) -> list[Column]:
    """The two columns of a bilingual field, each empty where there is no text."""
    words = {
        "fr": pgettext("column", "%(title)s (French)"),
        "en": pgettext("column", "%(title)s (English)"),
    }
    return [
        Column(words[language] % {"title": title}, partial(_side, name, language))
        for language in i18n.LANGUAGES
    ]


def _side(name: str, language: str, row: Any) -> str:
    return i18n.both(row, name)[language]


def themes() -> Column:
    """The themes of an object that were read with it."""
    return Column(_("Themes"), lambda row: row.all_themes)


def pages() -> list[Column]:
    """The address of an object's page in each language."""
    words = {"fr": _("Page in French"), "en": _("Page in English")}
    return [Column(words[language], partial(_page, language)) for language in i18n.LANGUAGES]


def _page(language: str, row: Any) -> str:
    with override(language):
        return absolute(row.get_absolute_url())


def cell(value: Any) -> Any:
    """A value as it may stand in a cell: what a spreadsheet would run gets an apostrophe in front."""
    if isinstance(value, list | tuple):
        value = BETWEEN.join(str(each) for each in value)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Decimal | float):
        return str(value).replace(".", ",") if display.is_french() else str(value)
    if isinstance(value, datetime.datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, Model):
        value = str(value)
    if not isinstance(value, str):
        return value
    text = value.replace("\x00", "")
    safe = LATER_FORMULA.sub(r"\g<0>'", text)
    return f"'{safe}" if _would_run(text) else safe


def said_in(text: str) -> str:
    """What a text cell says: without the apostrophes that `cell` put in, whoever kept the file."""
    if text.startswith("'") and _would_run(text[1:]):
        text = text[1:]
    return DISARMED.sub(r"\1", text)


def _would_run(text: str) -> bool:
    """Whether a spreadsheet takes this for a formula."""
    read = unicodedata.normalize("NFKC", text)
    return bool(FORMULA.match(read)) and not HARMLESS.fullmatch(read.strip())


def table(name: str, columns: Sequence[Column], rows: Iterable[Any]) -> StreamingHttpResponse:
    """A file of this name (`downloads.file_name`) with a line for each row, in the reader's language."""
    answer = StreamingHttpResponse(
        _lines(columns, rows, i18n.current()), content_type="text/csv; charset=utf-8"
    )
    return downloads.as_file(answer, name)


def of_list(
    filters: ListFilterSet, columns: Sequence[Column], name: str, keys: Collection[str] = ()
) -> HttpResponseBase:
    """All rows of a filtered list, read `in_full`, as such a file; 400 for what is not understood.

    `keys` are those of the query that are no filters and yet understood.
    """
    if refused := downloads.refusal(filters, keys):
        return refused
    rows: Any = filters.qs
    return table(name, columns, rows.in_full().iterator(chunk_size=CHUNK))


def _lines(columns: Sequence[Column], rows: Iterable[Any], language: str) -> Iterator[str]:
    """The lines of the file. They are made after the view has returned: the language is set anew."""
    with override(language):
        head = _line([column.title for column in columns])
    yield f"\ufeff{head}"
    waiting = iter(rows)
    while True:
        with override(language):
            row = next(waiting, None)
            if row is None:
                return
            line = _line([column.value(row) for column in columns])
        yield line


def _line(values: Iterable[Any]) -> str:
    out = io.StringIO()
    delimiter = ";" if display.is_french() else ","
    csv.writer(out, delimiter=delimiter).writerow([cell(value) for value in values])
    return out.getvalue()
