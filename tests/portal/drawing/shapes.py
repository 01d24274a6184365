"""Where the labels of a drawing are, reckoned from what is written into the page and nothing else."""

import math
import re
from typing import NamedTuple

from portal.drawing.arcade import TITLE
from portal.drawing.svg import Drawing, Label
from portal.drawing.text import ASCENT, DESCENT, Type

# The page has one decimal.
ROUNDED = 0.2


class Shape(NamedTuple):
    """The four corners of a label, one after the other."""

    text: str
    corners: list[tuple[float, float]]


def shapes(drawing: Drawing) -> list[Shape]:
    """Every label of a drawing: of the projects, then of the points."""
    of_projects = "start" if drawing.name == "narrow" else "middle"
    of_points = "end" if drawing.ends else "middle"
    return [_shape(each.label, TITLE, of_projects) for each in drawing.arcades] + [
        _shape(each.label, each.of.type, of_points) for each in drawing.points
    ]


def _shape(label: Label, face: Type, anchor: str) -> Shape:
    x = float(label.lines[0].x)
    top = float(label.lines[0].y) - ASCENT * face.size
    bottom = float(label.lines[-1].y) + DESCENT * face.size
    width = max(face.width(line.text) for line in label.lines)
    left = x - {"start": 0, "middle": width / 2, "end": width}[anchor]
    corners = [(left, top), (left + width, top), (left + width, bottom), (left, bottom)]
    if label.turned:
        turned = re.fullmatch(r"rotate\((\S+) (\S+) (\S+)\)", label.turned)
        corners = [_rotated(corner, *map(float, turned.groups())) for corner in corners]
    return Shape(" ".join(line.text for line in label.lines), corners)


def _rotated(point, degrees, x, y):
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    along, down = point[0] - x, point[1] - y
    return x + along * cosine - down * sine, y + along * sine + down * cosine


def overlap(one: Shape, other: Shape) -> bool:
    """Whether two shapes share more than an edge: no straight line can be drawn between them."""
    for shape in (one, other):
        for start, end in zip(shape.corners, shape.corners[1:], strict=False):
            normal = (start[1] - end[1], end[0] - start[0])
            length = math.hypot(*normal)
            spans = [
                [(x * normal[0] + y * normal[1]) / length for x, y in each.corners]
                for each in (one, other)
            ]
            if max(spans[0]) <= min(spans[1]) + ROUNDED or max(spans[1]) <= min(spans[0]) + ROUNDED:
                return False
    return True


def leaves(shape: Shape, width: float, height: float) -> bool:
    """Whether a part of a shape is outside of a view box."""
    return not all(
        -ROUNDED <= x <= width + ROUNDED and -ROUNDED <= y <= height + ROUNDED
        for x, y in shape.corners
    )
