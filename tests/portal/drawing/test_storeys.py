"""A network drawn in storeys: what stands where, whatever the number of points."""

import pytest

from portal.drawing import storeys
from portal.drawing.arcade import TITLE
from portal.drawing.storeys import Arcade, Point


def points(number):
    return [
        Point(key=key, name=f"Organisation {key}", title=f"Title {key}", url=f"/{key}/")
        for key in range(number)
    ]


def arcade(*keys, name="Project", **more):
    return Arcade(name=name, title=f"{name}: partners", url="/p/", points=keys, **more)


def drawn(number, *arcades):
    return {each.name: each for each in storeys.draw(points(number), arcades)}


def test_each_width_of_the_screen_has_a_drawing_of_the_same():
    drawings = drawn(3, arcade(0, 2), arcade(0, 1, 2))

    assert list(drawings) == ["narrow", "medium", "wide"]
    for drawing in drawings.values():
        assert [each.of.points for each in drawing.storeys] == [(0, 2), (0, 1, 2)]
        assert [each.of.key for each in drawing.places] == [0, 1, 2]


def test_each_arch_joins_two_partners():
    (_narrow, _medium, wide) = storeys.draw(points(4), [arcade(3, 0, 1), arcade(2, 3)])

    # From point to point, 130 apart: half an ellipse over each pair of neighbours.
    assert [each.arches for each in wide.storeys] == [
        "M65 54a65 26 0 0 1 130 0a130 26 0 0 1 260 0",
        "M325 114a65 26 0 0 1 130 0",
    ]
    assert wide.storeys[0].feet == "M65 54h0M195 54h0M455 54h0"


def test_piers_lead_from_each_point_to_its_topmost_storey():
    (_narrow, _medium, wide) = storeys.draw(points(3), [arcade(0, 1), arcade(1, 2)])

    line = wide.places[0].y
    assert wide.piers == f"M65 {line}V54M195 {line}V54M325 {line}V114"


def test_row_lies_on_large_screens_and_stands_on_small_ones():
    drawings = drawn(5, arcade(0, 4))

    assert len({place.x for place in drawings["narrow"].places}) == 1
    assert len({place.y for place in drawings["medium"].places}) == 1
    assert len({place.y for place in drawings["wide"].places}) == 1


@pytest.mark.parametrize(("number", "turned"), [(2, False), (8, False), (13, True), (40, True)])
def test_names_hang_where_they_have_no_room_to_lie(number, turned):
    wide = drawn(number, arcade(0, 1))["wide"]

    assert {bool(place.label.turned) for place in wide.places} == {turned}


def test_names_hang_where_one_word_has_no_room():
    row = [*points(8), Point(key="x", name="Extraordinairement", title="", url="/x/")]

    (_narrow, _medium, wide) = storeys.draw(row, [arcade(0, "x")])

    assert {label.turned for _of, _x, _y, label in wide.places} != {""}
    assert wide.places[-1].label.lines[0].text == "Extraordinairement"


def test_name_of_a_storey_begins_over_its_first_point_or_ends_over_its_last():
    left, right = drawn(10, arcade(0, 1), arcade(8, 9))["wide"].storeys

    assert (left.label.anchor, right.label.anchor) == ("start", "end")


@pytest.mark.parametrize("number", [2, 3, 12, 13, 25, 40])
def test_everything_stands_inside_the_drawing(number):
    arcades = [arcade(*range(number), name="A very long name of a project " * 3)] * 10

    for drawing in storeys.draw(points(number), arcades):
        for place in drawing.places:
            assert storeys.RADIUS <= float(place.x) <= drawing.width - storeys.RADIUS
            assert storeys.RADIUS <= float(place.y) <= drawing.height - storeys.RADIUS
        for storey in drawing.storeys:
            (line,) = storey.label.lines
            if drawing.name == "narrow":
                # It goes up from its place.
                assert storeys.SMALL_TITLE.width(line.text) <= float(line.y)
            elif storey.label.anchor == "start":
                assert float(line.x) + TITLE.width(line.text) <= drawing.width
            else:
                assert TITLE.width(line.text) <= float(line.x)


def test_more_than_can_be_drawn_is_refused():
    with pytest.raises(ValueError, match="41 points"):
        storeys.draw(points(41), [arcade(0, 1)])
    with pytest.raises(ValueError, match="11 arcades"):
        storeys.draw(points(2), [arcade(0, 1)] * 11)
