"""Tables to download: no cell is a formula, and nothing else changes."""

import pytest
from django.utils.translation import override

from portal import spreadsheets


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+SUM(A1)",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(A1)",
        "\t=1",
        "\rx",
        "  =1",
        "\u00a0=1",
        "\u3000=1",
        "＝1+1",
        "＋A1",
        "－A1",
        "＠x",
        "\x00=1",
        "\n=1",
    ],
)
def test_cell_disarms_what_a_spreadsheet_would_run(text):
    assert spreadsheets.cell(text).startswith("'")


@pytest.mark.parametrize(
    "value",
    [
        "Région",
        "",
        "a = b",
        "+33 4 67 00 00 00",
        "-5",
        "-1 000,50",
        "+1.5",
        "(04) 67",
        900_000,
        None,
    ],
)
def test_cell_leaves_the_rest_as_it_is(value):
    assert spreadsheets.cell(value) == value


@pytest.mark.parametrize(("language", "expected"), [("fr", "a;b\r\n"), ("en", "a,b\r\n")])
def test_table_is_cut_as_spreadsheets_of_the_language_expect(language, expected):
    with override(language):
        answer = spreadsheets.table("name", ["a", "b"], [])

    assert answer.content.decode() == f"\ufeff{expected}"


def test_table_keeps_lines_and_quotation_marks_inside_a_cell():
    with override("en"):
        answer = spreadsheets.table("name", ["a"], [['one "two"\r\nthree']])

    assert answer.content.decode() == '\ufeffa\r\n"one ""two""\r\nthree"\r\n'
