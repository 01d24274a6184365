"""How names are made to fit."""

import re
from pathlib import Path

import pytest

from portal import stylesheet
from portal.drawing.arcade import FOUNDER, NAME, TITLE
from portal.drawing.text import BOLD, UNKNOWN, Type

# A thousandth of it is a unit of the font.
FACE = Type(1000)


def test_width_is_the_sum_of_the_advances():
    assert FACE.width("il") == 252 + 262
    assert Type(1000, BOLD).width("I") > FACE.width("I")
    assert Type(10).width("il") == pytest.approx(5.14)


def test_a_letter_that_the_font_has_not_takes_the_most():
    assert FACE.width("漢") == UNKNOWN


@pytest.mark.parametrize(
    ("text", "room", "most", "lines"),
    [
        ("Inria", 40, 3, ["Inria"]),
        ("Région Occitanie", 200, 3, ["Région Occitanie"]),
        ("Région Occitanie", 80, 3, ["Région", "Occitanie"]),
        # As even as can be, not as full as can be.
        ("Alliance Santé IA", 100, 3, ["Alliance", "Santé IA"]),
        ("Département de l’Hérault", 100, 2, ["Département", "de l’Hérault"]),
        # A word that has no room, and too many lines.
        ("Occitanie", 40, 3, None),
        ("Région Occitanie", 80, 1, None),
        # Only spaces break: a no-break space holds.
        ("Région\u00a0Occitanie", 80, 3, None),
    ],
)
def test_names_are_broken_at_spaces(text, room, most, lines):
    assert NAME.wrapped(text, room, most) == lines


@pytest.mark.parametrize(
    ("text", "room", "most", "lines"),
    [
        ("Inria", 40, 1, ["Inria"]),
        # Whole words go first, with what hung between them.
        ("Région Occitanie / Pyrénées-Méditerranée", 140, 1, ["Région Occitanie…"]),
        ("Montpellier Méditerranée Métropole", 100, 2, ["Montpellier", "Méditerranée…"]),
        ("Calcul, plan État-Région", 70, 1, ["Calcul…"]),
        # Then letters of the first one.
        ("Anticonstitutionnellement vôtre", 60, 1, ["Anticon…"]),
        ("漢字", 19, 1, ["…"]),
    ],
)
def test_names_without_room_are_shortened(text, room, most, lines):
    assert NAME.fitted(text, room, most) == lines


def test_the_page_sets_names_in_the_sizes_that_are_reckoned_with():
    css = Path(stylesheet.SOURCES / "tokens.css").read_text()

    sizes = dict(re.findall(r"--drawn-(\w+): (\d+)px;", css))
    assert sizes == {"name": str(NAME.size), "title": str(TITLE.size)}
    assert FOUNDER.size == NAME.size
