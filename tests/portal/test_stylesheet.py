"""The style sheet: joined from its parts, and whole; its values: tests/gates/test_tokens.py."""

import re

import pytest
from django.contrib.staticfiles import finders

from portal import stylesheet


@pytest.mark.parametrize("index", stylesheet.SHEETS.values())
def test_join_leaves_no_import_and_no_comment(index):
    rules = stylesheet.join(stylesheet.SOURCES / index)

    assert "@import" not in rules
    assert "/*" not in rules
    assert rules.count("{") == rules.count("}")


def test_every_part_is_named_by_a_sheet():
    named = {
        part
        for index in stylesheet.SHEETS.values()
        for part in re.findall(r'@import "([^"]+)"', (stylesheet.SOURCES / index).read_text())
    }

    parts = {path.name for path in stylesheet.SOURCES.glob("*.css")}

    assert parts - set(stylesheet.SHEETS.values()) == named


@pytest.mark.parametrize("path", stylesheet.SHEETS)
def test_finder_keeps_the_file_until_a_part_changes(path, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    finder = stylesheet.StylesheetFinder()

    first = finder.find(path)
    stamp = (tmp_path / "sheets" / path).stat().st_mtime_ns
    finder.find(path)

    assert first == str(tmp_path / "sheets" / path)
    assert (tmp_path / "sheets" / path).stat().st_mtime_ns == stamp
    assert [name for name, _storage in finder.list(None)] == list(stylesheet.SHEETS)


def test_page_sheet_is_found_like_any_static_file():
    assert finders.find("portal/css/portal.css").endswith("portal.css")
    assert finders.find("portal/css/nothing.css") is None
