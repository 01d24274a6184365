"""The tokens: every pair contrasts as it must, and no sheet has colours, sizes or spaces of its own."""

import re

import pytest

from portal.stylesheet import COMMENT, SOURCES
from tests.gates.tokens import CONTROL, CONTROLS, SCHEMES, TEXT, TEXTS, colours, contrast

# The short list of what may be written: the width of a line or bar, and what follows its own type.
# How wide or high a component is, is said where it is drawn.
LINES = re.compile(r"^[1-7](\.5)?px$|^-?0?\.\d+em$")
# Paper knows no theme, and fonts.css no page.
APART = {"tokens.css", "fonts.css", "print.css"}
SPACES = r"(?:margin|padding|gap|row-gap|column-gap|inset|scroll-margin)[\w-]*"
SIZES = r"font|font-size"
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|hwb|lab|lch|oklab|oklch)a?\(", re.IGNORECASE)
LENGTH = re.compile(r"-?\d*\.?\d+(?:px|rem|em|ch|vw|vh)\b")


def declarations(path):
    """Every property and value of a sheet."""
    rules = COMMENT.sub("", path.read_text(encoding="utf-8"))
    return re.findall(r"(?<=[{;\s])([\w-]+):\s*([^;{}]+);", rules)


def sheets():
    return [path for path in sorted(SOURCES.glob("*.css")) if path.name not in APART]


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("pairs", "least"), [(TEXTS, TEXT), (CONTROLS, CONTROL)])
def test_every_pair_contrasts_as_it_must(scheme, pairs, least):
    tokens = colours()[scheme]

    ratios = {pair: contrast(tokens[pair[0]], tokens[pair[1]]) for pair in pairs}

    assert {pair: round(ratio, 2) for pair, ratio in ratios.items() if ratio < least} == {}


def test_contrast_is_reckoned_as_wcag_does():
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#777777", "#fff") == pytest.approx(4.478, abs=0.001)


def test_no_sheet_has_a_colour_of_its_own():
    strays = {
        (path.name, value)
        for path in sheets()
        for _name, value in declarations(path)
        if COLOUR.search(value)
    }

    assert strays == set()


def test_no_sheet_has_a_size_of_type_or_a_space_of_its_own():
    strays = {
        f"{path.name}: {name}: {value}"
        for path in sheets()
        for name, value in declarations(path)
        if re.fullmatch(f"{SIZES}|{SPACES}", name)
        for length in LENGTH.findall(re.sub(r"var\([^)]*\)", "", value))
        if not LINES.match(length)
    }

    assert strays == set()
