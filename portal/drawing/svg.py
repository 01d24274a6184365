"""What a template writes as SVG: paths, labels and numbers as short as they can be."""

from collections.abc import Sequence
from typing import NamedTuple

from portal.drawing.arcade import Arcade, Point
from portal.drawing.geometry import Arch
from portal.drawing.text import ASCENT, LEADING, Type


class Line(NamedTuple):
    """A line of a label, and where its baseline is anchored."""

    x: str
    y: str
    text: str


class Label(NamedTuple):
    """A name on the drawing; `turned` says how, if it does not lie.

    `anchor` is that of SVG: which part of a line stands at its `x`, where the style does not say.
    """

    lines: list[Line]
    turned: str = ""
    anchor: str = ""


class DrawnArcade(NamedTuple):
    """A project: its arches, its crown, its name."""

    of: Arcade
    arches: str
    crown: str
    label: Label


class DrawnPoint(NamedTuple):
    """An organisation: where its point is, its name."""

    of: Point
    x: str
    y: str
    label: Label


class Drawing(NamedTuple):
    """A figure drawn for one width. Names of points are centred under them, or end at them (`ends`)."""

    name: str
    width: float
    height: float
    ground: str
    leaders: str
    arcades: list[DrawnArcade]
    points: list[DrawnPoint]
    ends: bool

    @property
    def box(self) -> str:
        """The view box."""
        return f"0 0 {number(self.width)} {number(self.height)}"


def number(value: float) -> str:
    """At most one decimal, and none that says nothing."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def label(
    lines: Sequence[str], type_: Type, x: float, top: float, turned: str = "", anchor: str = ""
) -> Label:
    """Lines of type from a top down, anchored at `x`."""
    baseline = top + ASCENT * type_.size
    leading = LEADING * type_.size
    return Label(
        [
            Line(number(x), number(baseline + leading * place), text)
            for place, text in enumerate(lines)
        ],
        turned,
        anchor,
    )


def lying(arches: Sequence[Arch], left: float, line: float) -> str:
    """Arches over a line at the height `line` whose first point is at `left`, as the data of a path."""
    if not arches:
        return ""
    steps = (
        f"a{number(arch.width / 2)} {number(arch.rise)} 0 0 1 {number(arch.width)} 0"
        for arch in arches
    )
    return f"M{number(left + arches[0].start)} {number(line)}{''.join(steps)}"


def standing(arches: Sequence[Arch], top: float, line: float) -> str:
    """The same to the right of a line that goes down at `line` and begins at `top`."""
    if not arches:
        return ""
    steps = (
        f"a{number(arch.rise)} {number(arch.width / 2)} 0 0 1 0 {number(arch.width)}"
        for arch in arches
    )
    return f"M{number(line)} {number(top + arches[0].start)}{''.join(steps)}"
