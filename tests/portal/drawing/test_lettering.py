"""How much room a name takes, and how it is made to fit."""

import pytest

from portal.drawing.lettering import fitted, width

TEXTS = [
    "UM",
    "Université de Montpellier",
    "Région Occitanie / Pyrénées-Méditerranée",
    "WWWW MMMM %%%% @@@@",
    "Œuvre, cœur — « l’IA »",
    "iiiiiiii llllllll ........",
    "Centre Informatique National de l’Enseignement Supérieur",
    "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789 éèêëàâçîïôöùûüÿ",
    "Σωκράτης 人工智能",
]


@pytest.mark.parametrize(
    ("room", "most", "lines"),
    [
        (400, 1, ["Université de Montpellier"]),
        (120, 2, ["Université de", "Montpellier"]),
        (120, 1, ["Université de…"]),
        (100, 1, ["Université…"]),
        (60, 2, ["Unive…"]),
        (10, 1, ["U…"]),
    ],
)
def test_name_is_broken_at_spaces_then_shortened(room, most, lines):
    assert fitted("Université de Montpellier", 14, room, most) == lines


def test_name_is_not_broken_before_a_french_sign():
    assert fitted("Projets\u00a0: en anglais", 14, 80, 2) == ["Projets\u00a0:", "en anglais"]


def test_name_that_fits_is_left_as_it_is():
    for text in TEXTS:
        assert fitted(text, 14, width(text, 14)) == [text]


def test_name_of_blanks_is_a_line_all_the_same():
    assert fitted(" ", 14, 100) == [" "]


@pytest.mark.parametrize("room", [40, 80, 118, 240])
def test_no_line_is_wider_than_its_room(room):
    for text in TEXTS:
        lines = fitted(text, 14, room, 3)

        assert len(lines) <= 3
        assert max(width(line, 14) for line in lines) <= room, lines


@pytest.mark.browser
@pytest.mark.parametrize("weight", [400, 600])
def test_no_name_is_wider_in_the_browser_than_reckoned(chromium, live_server, weight):
    page = chromium.new_page()
    page.goto(f"{live_server.url}/static/portal/favicon.svg")
    font = f"{live_server.url}/static/portal/fonts/atkinson-hyperlegible-next-latin-wght.woff2"

    measured = page.evaluate(
        """async ([url, weight, texts]) => {
            const face = new FontFace("Text", `url(${url})`, {weight: "100 900"});
            const context = new OffscreenCanvas(1, 1).getContext("2d");
            document.fonts.add(await face.load());
            context.font = `${weight} 100px Text`;
            return texts.map(text => context.measureText(text).width);
        }""",
        [font, weight, TEXTS],
    )
    page.close()

    reckoned = [width(text, 100) for text in TEXTS]
    assert [text for text, a, b in zip(TEXTS, measured, reckoned, strict=True) if a > b] == []
    # Nor is room wasted on a usual name: a quarter at most.
    assert reckoned[1] < 1.25 * measured[1]
