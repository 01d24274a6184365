"""Tables to download: no cell is a formula, and nothing else changes."""

import datetime
from decimal import Decimal

import pytest
from django.utils.translation import get_language, override

from portal import spreadsheets
from portal.spreadsheets import Column


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
    ("text", "safe"),
    [
        ("a,=1+1", "a,'=1+1"),
        ("Atelier;\u00a0=1", "Atelier;\u00a0'=1"),
        ("a|@x", "a|'@x"),
        ("a\n-cmd", "a\n'-cmd"),
        ("a, b; c\n- d | e", "a, b; c\n- d | e"),
    ],
)
def test_no_other_separator_makes_a_formula(text, safe):
    assert spreadsheets.cell(text) == safe


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


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        (True, "Oui", "Yes"),
        (Decimal("12.50"), "12,50", "12.50"),
        (43.6, "43,6", "43.6"),
        (["=a", "b"], "'=a | b", "'=a | b"),
        (datetime.datetime(2027, 3, 4, 9, 5), "2027-03-04 09:05", "2027-03-04 09:05"),
    ],
)
def test_cell_says_values_as_spreadsheets_of_the_language_read_them(value, french, english):
    for language, expected in (("fr", french), ("en", english)):
        with override(language):
            assert spreadsheets.cell(value) == expected


def columns(*titles):
    return [
        Column(title, lambda row, place=place: row[place]) for place, title in enumerate(titles)
    ]


def text(answer):
    return b"".join(answer).decode()


@pytest.mark.parametrize(("language", "expected"), [("fr", "a;b\r\n"), ("en", "a,b\r\n")])
def test_table_is_cut_as_spreadsheets_of_the_language_expect(language, expected):
    with override(language):
        answer = spreadsheets.table("name.csv", columns("a", "b"), [])

    assert text(answer) == f"\ufeff{expected}"
    assert answer["Content-Disposition"] == 'attachment; filename="name.csv"'


def test_table_keeps_lines_and_quotation_marks_inside_a_cell():
    with override("en"):
        answer = spreadsheets.table("name.csv", columns("a"), [['one "two"\r\nthree']])

    assert text(answer) == '\ufeffa\r\n"one ""two""\r\nthree"\r\n'


def test_table_is_sent_as_its_rows_are_read():
    asked = []

    def rows():
        for number in range(10**9):
            asked.append(number)
            yield [number]

    with override("en"):
        answer = spreadsheets.table("name.csv", columns("a"), rows())
    parts = iter(answer)

    assert asked == []
    assert [next(parts) for _ in range(3)] == ["\ufeffa\r\n".encode(), b"0\r\n", b"1\r\n"]
    assert asked == [0, 1]


def test_table_keeps_its_language_whatever_is_asked_for_meanwhile():
    said = [Column("a", lambda row: row), Column("b", lambda row: get_language())]
    with override("fr"):
        answer = spreadsheets.table("name.csv", said, [True, True])

    with override("en"):
        parts = [part.decode() for part in answer]
        assert get_language() == "en"

    assert parts == ["\ufeffa;b\r\n", "Oui;fr\r\n", "Oui;fr\r\n"]
