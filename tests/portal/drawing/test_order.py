"""The order of the points: short arcades, the same each time."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.drawing.order import arranged


def length(order, arcades):
    return sum(
        max(order.index(key) for key in each) - min(order.index(key) for key in each)
        for each in arcades
    )


@pytest.mark.parametrize(
    ("arcades", "expected"),
    [
        # What two projects share stands between what each has alone.
        (["abx", "cdx"], "abxcd"),
        (["cxa", "bxd"], "caxbd"),
        # Projects that share nothing stand side by side.
        (["ace", "bdf"], "acebdf"),
        # The one inside the other.
        (["abcd", "bd"], "acbd"),
    ],
)
def test_partners_of_a_project_stand_near_each_other(arcades, expected):
    keys = sorted(set("".join(arcades)))

    assert "".join(arranged(keys, [list(each) for each in arcades])) == expected


def test_what_is_in_no_project_comes_last():
    assert arranged(["z", "a", "b"], [["b", "a"]]) == ["b", "a", "z"]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 20), min_size=2, max_size=12, unique=True), max_size=8),
    st.permutations(range(21)),
)
def test_no_point_is_lost_and_no_figure_longer_than_as_it_was_named(arcades, keys):
    order = arranged(keys, arcades)

    named = list(dict.fromkeys(key for each in arcades for key in each))
    assert sorted(order) == list(range(21))
    assert length(order, arcades) <= length(named, arcades)
    assert arranged(keys, arcades) == order
