"""The arcade at every width: all names have room, whatever they are and however many."""

import itertools
import re

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.drawing.arcade import MOST_POINTS, Figure
from portal.drawing.lying import COLUMN, MEDIUM, WIDE
from portal.drawing.standing import NARROW
from portal.drawing.svg import Drawing
from portal.drawing.text import ELLIPSIS, LOOSE_ENDS
from tests.portal.drawing.figures import LAYOUTS, MOST_PROJECTS, arcade, figures, point
from tests.portal.drawing.shapes import leaves, overlap, shapes

pytestmark = pytest.mark.once

every_layout = pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)


def names(drawing: Drawing) -> dict[str, str]:
    """What the drawing calls each of its links."""
    return {
        each.of.title: " ".join(line.text for line in each.label.lines)
        for each in (*drawing.arcades, *drawing.points)
    }


def path_boxes(path: str) -> list[tuple[float, float, float, float]]:
    """The box of each arch of a path: left, top, right, bottom."""
    if not path:
        return []
    number = r"(-?[\d.]+)"
    x, y = map(float, re.match(rf"M{number} {number}", path).groups())
    boxes = []
    for rx, ry, dx, dy in re.findall(rf"a{number} {number} 0 0 1 {number} {number}", path):
        end_x, end_y = x + float(dx), y + float(dy)
        if float(dy):
            boxes.append((x, y, x + float(rx), end_y))
        else:
            boxes.append((x, y - float(ry), end_x, y))
        x, y = end_x, end_y
    return boxes


# --- Whatever there is to draw --------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en"])
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_no_label_meets_another_or_leaves_the_drawing(language, data):
    figure = data.draw(figures(language))

    for layout in LAYOUTS.values():
        if len(figure.points) > getattr(layout, "most", MOST_POINTS):
            continue
        with override(language):
            drawing = layout.draw(figure)
        labels = shapes(drawing)

        assert len(labels) == len(figure.points) + len(figure.arcades)
        out = [each.text for each in labels if leaves(each, drawing.width, drawing.height)]
        assert out == []
        assert [
            (one.text, other.text)
            for one, other in itertools.combinations(labels, 2)
            if overlap(one, other)
        ] == []


@pytest.mark.parametrize("language", ["fr", "en"])
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_every_arch_is_in_the_drawing_and_joins_two_partners(language, data):
    figure = data.draw(figures(language))

    for layout in (WIDE, MEDIUM, NARROW):
        drawing = layout.draw(figure)
        for drawn in drawing.arcades:
            number = len(drawn.of.partners)
            arches, crown = path_boxes(drawn.arches), path_boxes(drawn.crown)

            assert (len(arches), len(crown)) == (number - 1 if number > 2 else 0, 1)
            for left, top, right, bottom in arches + crown:
                assert -0.2 <= left <= right <= drawing.width + 0.2
                assert -0.2 <= top <= bottom <= drawing.height + 0.2


@pytest.mark.parametrize("language", ["fr", "en"])
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_name_is_whole_or_ends_with_an_ellipsis(language, data):
    figure = data.draw(figures(language))

    for layout in (WIDE, MEDIUM, NARROW):
        drawing = layout.draw(figure)
        for each in (*drawing.arcades, *drawing.points):
            shown = " ".join(line.text for line in each.label.lines)
            if shown != each.of.shown:
                assert shown.endswith(ELLIPSIS)
                kept = shown.removesuffix(ELLIPSIS)
                assert each.of.shown.startswith(kept)
                assert kept == kept.rstrip(LOOSE_ENDS)


# --- What a figure is -----------------------------------------------------------------------------


@every_layout
def test_short_name_comes_first_and_the_link_has_it_all(layout):
    figure = Figure(
        [
            point(1, "Université de Montpellier", "UM", is_founder=True),
            point(2, "CHU de Montpellier", "CHU"),
            point(3, "Agropolis Fondation"),
        ],
        [arcade(1, [1, 2, 3], "Alliance Santé IA")],
    )

    with override("fr"):
        assert names(layout.draw(figure)) == {
            "Alliance Santé IA\u00a0: 3 partenaires": "Alliance Santé IA",
            "UM, Université de Montpellier (Startup, membre fondateur)": "UM",
            "CHU de Montpellier (Startup)": "CHU",
            "Agropolis Fondation (Startup)": "Agropolis Fondation",
        }


@every_layout
def test_names_lie_where_they_have_room_and_turn_where_they_have_not(layout):
    few = layout.draw(Figure([point(n) for n in range(3)], [arcade(1, [0, 1, 2])]))
    many = layout.draw(
        Figure([point(n) for n in range(layout_most(layout))], [arcade(1, [0, 1, 2])])
    )

    turned = [any(each.label.turned for each in drawing.points) for drawing in (few, many)]
    assert turned == [False, layout is not NARROW]


def layout_most(layout) -> int:
    return getattr(layout, "most", MOST_POINTS)


def test_two_arches_between_the_same_points_stand_one_in_the_other():
    figure = Figure([point(1), point(2)], [arcade(n, [1, 2]) for n in range(MOST_PROJECTS)])

    for layout in LAYOUTS.values():
        crowns = [each.crown for each in layout.draw(figure).arcades]

        assert len(set(crowns)) == MOST_PROJECTS


def test_a_project_of_one_partner_has_no_arch():
    figure = Figure([point(1), point(2)], [arcade(1, [1]), arcade(2, [1, 2])])

    assert [each.name for each in figure.arcades] == ["Project 2"]


def test_the_table_says_what_is_drawn_in_the_order_of_the_line():
    figure = Figure([point(n) for n in range(4)], [arcade(1, [3, 0, 2]), arcade(2, [2, 1])])

    assert [(row.name, [each.key for each in partners]) for row, partners in figure.rows] == [
        ("Project 1", [3, 0, 2]),
        ("Project 2", [2, 1]),
    ]


def test_what_has_no_room_is_refused():
    with pytest.raises(ValueError, match="no project of two partners"):
        Figure([point(1)], [arcade(1, [1])])
    with pytest.raises(ValueError, match="41 points"):
        Figure([point(n) for n in range(MOST_POINTS + 1)], [])
    with pytest.raises(ValueError, match="column has room for 37"):
        COLUMN.draw(Figure([point(n) for n in range(38)], [arcade(1, [0, 1])]))
