"""Key figures where there is too much to count for each page: counted once a day and kept in a file.

`manage.py count_figures` writes it; it is due every night. As long as every list can be counted there is
no file, and figures are counted as they are asked for.
"""

import datetime
import json
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import override

from events.key_figures import BY_CODE, Figure, Row
from events.models import Event, Project
from members.models import Organisation
from portal import counting, i18n

COUNTED: tuple[Any, ...] = (Organisation, Project, Event)


class Kept(NamedTuple):
    """The figures of a day: the rows of each, by its code, in each language."""

    day: datetime.date
    rows: dict[str, dict[str, list[Row]]]

    def of(self, figure: Figure) -> list[Row]:
        """The rows of a figure in the reader's language."""
        return self.rows[i18n.current()].get(figure.code, [])


def kept() -> Kept | None:
    """What was counted last; None where figures are counted as they are asked for. No query."""
    try:
        changed = _path().stat().st_mtime_ns
    except FileNotFoundError:
        return None
    return _read(_path(), changed)


def count() -> bool:
    """Count all figures and keep them, if there is very much; otherwise keep none. Says which."""
    if not any(counting.of(model.objects.published()) > counting.MOST for model in COUNTED):
        _path().unlink(missing_ok=True)
        return False
    found: dict[str, Any] = {}
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 0")
        for language in i18n.LANGUAGES:
            with override(language):
                found[language] = {code: figure.rows() for code, figure in BY_CODE.items()}
    written = json.dumps({"day": timezone.localdate().isoformat(), "rows": found})
    # Whoever reads at this moment reads one or the other.
    new = _path().with_suffix(".new")
    new.write_text(written)
    new.replace(_path())
    return True


def _path() -> Path:
    return Path(settings.DATA_DIR) / "key-figures.json"


@lru_cache(maxsize=1)
def _read(path: Path, changed: int) -> Kept:
    """A file as it was at a moment."""
    found = json.loads(path.read_text())
    rows = {
        language: {code: [_row(*each) for each in lines] for code, lines in figures.items()}
        for language, figures in found["rows"].items()
    }
    return Kept(datetime.date.fromisoformat(found["day"]), rows)


def _row(name: str, number: int, colour: str, is_open: bool, sources: list[str]) -> Row:
    return Row(name, number, colour, is_open, tuple(sources))
