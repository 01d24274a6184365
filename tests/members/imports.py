"""Tables as a spreadsheet would send them, and imports from end to end."""

import csv
import io
from typing import Any

from members.imports import steps
from members.models import Import, ImportLine

TITLES = ["Nom", "Type", "SIREN", "Résumé (français)"]


def table(*lines: Any, titles: Any = None, delimiter: str = ";") -> bytes:
    """A file with these lines under these titles."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([titles or TITLES, *lines])
    return out.getvalue().encode("utf-8-sig")


def finish(imported: Import) -> Import:
    """Do all that is left to do."""
    while steps.work(imported.pk):
        pass
    imported.refresh_from_db()
    return imported


def checked(by: Any, *lines: Any, **table_of: Any) -> Import:
    """An import of these lines, checked to the end."""
    return finish(steps.begin("table.csv", table(*lines, **table_of), by=by))


def done(by: Any, *lines: Any, **table_of: Any) -> Import:
    """An import of these lines, written to the end."""
    imported = checked(by, *lines, **table_of)
    steps.confirm(imported, by=by)
    return finish(imported)


def outcomes(imported: Import) -> list[str]:
    return list(imported.lines.values_list("outcome", flat=True))


def only(imported: Import) -> ImportLine:
    """The one line there is."""
    return imported.lines.get()


def said(imported: Import, language: str = "en") -> list[str]:
    """Why lines are left out, in their order."""
    return [text for line in imported.lines.all() for text in line.messages.get(language, [])]
