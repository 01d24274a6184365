"""Numbers drawn as bars."""

from portal.drawing import bars
from portal.drawing.bars import Bar, Value


def test_bars_are_as_long_as_their_numbers():
    large, small = Value("Large", 200, "200"), Value("Small", 50, "50")

    chart = bars.chart([large, small])

    assert chart == (
        [
            Bar(large, [("1.00em", "Large")], "1.35em", "0%", "64.00%", "64.00%", "2.05em"),
            Bar(small, [("3.95em", "Small")], "4.30em", "0%", "16.00%", "16.00%", "5.00em"),
        ],
        "5.90em",
    )


def test_long_names_take_two_lines_and_no_more():
    name = (
        "Une organisation dont le nom est si long qu’il n’a pas de place sur une ligne ni sur deux"
    )

    (bar,) = bars.chart([Value(name, 1, "1")]).bars

    (first, _text), (second, shortened) = bar.lines
    assert (first, second, bar.top) == ("1.00em", "2.35em", "2.70em")
    assert shortened.endswith("…")


def test_short_names_stand_beside_their_bars():
    march, april = bars.chart([Value("March", 0, "0"), Value("April", 3, "3")], beside=True).bars

    assert (march.start, march.length, march.after) == ("40%", "0.00%", "40.00%")
    assert (april.start, april.length, april.after) == ("40%", "42.00%", "82.00%")
    assert april.lines == [("2.70em", "April")]


def test_nothing_is_drawn_of_nothing():
    assert bars.chart([]) == ([], "0.00em")
    assert [bar.length for bar in bars.chart([Value("a", 0, "0")]).bars] == ["0.00%"]
