"""The style sheet: small files for those who write it, one file for those who read pages.

`static/portal/css/index.css` names the parts in order with plain `@import` lines, so it works as it
stands. This finder offers the same rules joined as `portal/css/portal.css`: to the development
server, which is given a file kept beside the database, and to `collectstatic`, which copies it, gives
it a hashed name and compresses it like any other. There is no build step and nothing to commit.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

SOURCES = Path(__file__).parent / "static" / "portal" / "css"
# What pages ask for, by the file that names its parts. Both stand in the same folder of addresses,
# so that `url(…)` means the same before and after.
SHEETS = {"portal/css/portal.css": "index.css", "portal/css/desk.css": "desk-index.css"}

IMPORT = re.compile(r'@import "(?P<part>[\w-]+\.css)"(?: layer\((?P<layer>\w+)\))?;')
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
BLANK = re.compile(r"\s*\n\s*")


def join(index: Path) -> str:
    """The rules of a sheet in one text, each part in its layer, without comments and indentation."""

    def part(found: re.Match[str]) -> str:
        rules = (index.parent / found["part"]).read_text(encoding="utf-8")
        return f"@layer {found['layer']}{{\n{rules}}}\n" if found["layer"] else rules

    whole = IMPORT.sub(part, COMMENT.sub("", index.read_text(encoding="utf-8")))
    return BLANK.sub("\n", COMMENT.sub("", whole)).strip() + "\n"


class StylesheetFinder(BaseFinder):
    """Finds the joined sheets, writing them anew when a part has changed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(location=Path(settings.DATA_DIR) / "sheets")

    def check(self, **kwargs: Any) -> list[Any]:
        """Nothing to configure, so nothing to find wrong."""
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """The file of a joined sheet, or nothing for any other path."""
        if path not in SHEETS:
            return []
        written = self._write(path)
        return [written] if find_all else written

    def list(
        self, ignore_patterns: Iterable[str] | None
    ) -> Iterator[tuple[str, FileSystemStorage]]:
        """Every joined sheet, for `collectstatic`."""
        for path in SHEETS:
            self._write(path)
            yield path, self.storage

    def _write(self, path: str) -> str:
        """Put the sheet on disk unless it already says the same, so that browsers may keep theirs."""
        target = Path(self.storage.path(path))
        rules = join(SOURCES / SHEETS[path])
        if not target.exists() or target.read_text(encoding="utf-8") != rules:
            target.parent.mkdir(parents=True, exist_ok=True)
            # Written aside and moved: another process never reads half a sheet.
            draft = target.with_suffix(f".{id(rules)}")
            draft.write_text(rules, encoding="utf-8")
            draft.replace(target)
        return str(target)
