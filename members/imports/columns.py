"""Which columns of a table are taken, by their titles in either language, and what their cells say.

The titles are those of the table of the directory, so that its file can be changed and sent back. A cell
that is empty says nothing. Rows of their own, which one cell does not hold whole, are not taken: parts
and wholes, which somebody has to agree to, and what is offered or looked for.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import override

from members.models import Commune, Organisation, Theme
from members.tables import organisation_columns
from portal import i18n, spreadsheets
from portal.lifecycle.content import Values
from portal.spreadsheets import Column
from portal.words import fold

FIELDS = (
    "name",
    "short_name",
    "official_name",
    "former_name",
    "kind",
    "address",
    "postcode",
    "commune",
    "latitude",
    "longitude",
    "website",
    "siren",
    "rna",
    "ror",
    "summary",
    "description",
)
THEMES = "themes"
# Says which organisation a line is about, and is not written.
PAGES = ("page_fr", "page_en")

# Degrees, whichever language the spreadsheet speaks.
DEGREES = re.compile(r"[+-]?\d{1,3}([.,]\d{1,20})?")


def taken() -> Iterator[tuple[str, Column]]:
    """The columns that are written, each with its title in the active language."""
    for name in FIELDS:
        codes = i18n.columns(Organisation, name)
        yield from zip(codes, spreadsheets.of_fields(Organisation, name), strict=True)
    yield THEMES, spreadsheets.themes()


def by_title() -> dict[str, str]:
    """The column for each title, folded, in both languages; nothing for one that is only told."""
    found: dict[str, str] = {}
    for language in i18n.LANGUAGES:
        with override(language):
            found |= {fold(column.title): "" for column in organisation_columns()}
            found |= {fold(column.title): code for code, column in taken()}
            pages = zip(PAGES, spreadsheets.pages(), strict=True)
            found |= {fold(column.title): code for code, column in pages}
    return found


def example() -> tuple[list[str], list[str]]:
    """The titles in the active language, and a line that shows how to fill them in."""
    communes = Commune.objects.order_by("code")
    said: dict[str, Any] = {
        "name": example_name(),
        "short_name": "LDA",
        "kind": Organisation.Kind.LABORATORY.label,
        "address": _("161 rue Ada"),
        "postcode": "34095",
        "commune": communes.filter(code="montpellier").first() or communes.first() or "",
        "latitude": 43.6365,
        "longitude": 3.8421,
        "website": "https://www.example.org",
        "siren": "732829320",
        "summary_fr": "Une phrase\u00a0: ce que vous faites, pour qui.",
        "summary_en": "One sentence: what you do, for whom.",
        THEMES: list(Theme.objects.all()[:2]),
    }
    columns = list(taken())
    return [column.title for _code, column in columns], [said.get(code, "") for code, _c in columns]


def example_name() -> str:
    """What the organisation of the example is called, so that nobody takes it for one."""
    return _("Example: Laboratory of Arches")


def is_example(name: str) -> bool:
    """Whether this is the line of the example, in either language."""
    for language in i18n.LANGUAGES:
        with override(language):
            if fold(name) == fold(example_name()):
                return True
    return False


class Vocabulary:
    """What may be chosen, by what it is called in either language: kinds, communes and themes.

    Read once for many lines: a query for communes, one for themes.
    """

    @cached_property
    def kinds(self) -> dict[str, set[Any]]:
        found: dict[str, set[Any]] = {}
        for kind in Organisation.Kind:
            _enter(found, kind.value, kind.value)
            for language in i18n.LANGUAGES:
                with override(language):
                    _enter(found, str(kind.label), kind.value)
        return found

    @cached_property
    def communes(self) -> dict[str, set[Any]]:
        found: dict[str, set[Any]] = {}
        for pk, code, name in Commune.objects.values_list("pk", "code", "name"):
            _enter(found, code, pk)
            _enter(found, name, pk)
        return found

    @cached_property
    def themes(self) -> dict[str, set[Any]]:
        found: dict[str, set[Any]] = {}
        for theme in Theme.objects.all():
            for called in (theme.code, *i18n.both(theme, "name").values()):
                _enter(found, called, theme.pk)
        return found

    def typed(self, column: str, cell: str) -> Any:
        """What somebody would give the form for a cell; raises ValidationError for no choice of ours."""
        if column == "kind":
            return self._one(self.kinds, cell)
        if column == "commune":
            return self._one(self.communes, cell)
        if column == THEMES:
            names = filter(None, map(str.strip, cell.split(spreadsheets.BETWEEN.strip())))
            return sorted({self._one(self.themes, name) for name in names})
        if column in ("latitude", "longitude"):
            return float(cell.replace(",", ".")) if DEGREES.fullmatch(cell) else cell
        return spreadsheets.said_in(cell)

    def _one(self, known: dict[str, set[Any]], name: str) -> Any:
        found = known.get(fold(name), set())
        if len(found) == 1:
            return next(iter(found))
        if found:
            text = _("“%(name)s” may be several things: choose in the form of the organisation.")
        else:
            text = _("“%(name)s” is not one of the choices of the portal: check how it is written.")
        raise ValidationError(text, params={"name": name[:100]})


def _enter(known: dict[str, set[Any]], called: str, meant: Any) -> None:
    if called:
        known.setdefault(fold(called), set()).add(meant)


def is_as_told(column: str, cell: str, live: Values) -> bool:
    """Whether a cell is what a table would say of these values: a text that was not touched.

    Then nothing is read out of it, whatever apostrophes stand in it.
    """
    value = live.get(column)
    return isinstance(value, str) and spreadsheets.cell(value) == cell
