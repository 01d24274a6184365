"""A network drawn as arcades in storeys, one over the other, on a common row of points.

Each storey is one thing that organisations share, and bears its name; each of its arches joins two of
them. A line from each point through the storeys, a pier, leads the eye. The row of points lies on large
screens and stands on small ones, where the storeys are side by side. Since every name has a storey or
a place of its own, none can meet another, however many there are.
"""

from collections.abc import Hashable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from portal.drawing.lettering import LEADING, fitted, width, words

# What has room on a small screen: whoever draws chooses.
MOST_POINTS, MOST_ARCADES = 40, 10

# Sizes of type, those of tokens.css.
NAME, TITLE = 14, 15
RADIUS, GAP, MARGIN = 6, 6, 4


class Point(NamedTuple):
    """An organisation: what it is called in the drawing, and what its link says."""

    key: Hashable
    name: str
    title: str
    url: str
    is_filled: bool = False


class Arcade(NamedTuple):
    """Something shared, with the keys of who shares it; `language` if its name is in another one."""

    name: str
    title: str
    url: str
    points: Sequence[Hashable]
    colour: str = ""
    is_dashed: bool = False
    language: str = ""


class Line(NamedTuple):
    """A line of a label, and where it begins, ends or has its middle."""

    x: str
    y: str
    text: str


class Label(NamedTuple):
    """A name; `anchor` is that of SVG, `turned` how it is turned if it does not lie."""

    lines: list[Line]
    anchor: str
    turned: str = ""


class Storey(NamedTuple):
    """An arcade as it is drawn: its arches, where they stand, and its name."""

    of: Arcade
    arches: str
    feet: str
    label: Label


class Place(NamedTuple):
    """A point as it is drawn."""

    of: Point
    x: str
    y: str
    label: Label


class Drawing(NamedTuple):
    """The network drawn for one width of the screen."""

    name: str
    width: float
    height: float
    ground: str
    piers: str
    storeys: list[Storey]
    places: list[Place]

    @property
    def box(self) -> str:
        """The view box."""
        return f"0 0 {_number(self.width)} {_number(self.height)}"


def draw(points: Iterable[Point], arcades: Iterable[Arcade]) -> list[Drawing]:
    """The network for each width of the screen: for small, medium and large ones.

    Raises ValueError for more than can be drawn.
    """
    row, shared = list(points), list(arcades)
    if len(row) > MOST_POINTS or len(shared) > MOST_ARCADES:
        raise ValueError(f"{len(row)} points and {len(shared)} arcades are too many")
    return [
        _standing(row, shared),
        _lying("medium", 736, row, shared),
        _lying("wide", 1040, row, shared),
    ]


def _number(value: float) -> str:
    """At most one decimal, and none that says nothing."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


# --- A row that lies ------------------------------------------------------------------------------

# Points at least this far apart have their names lying under them, in this many lines, unless one word
# has no room; else all names hang.
COMFORT, LINES = 84, 3
# Points are no farther apart than this; a name that hangs is no longer than this.
FARTHEST, REACH = 130, 240
# How high an arch rises at most, and what a storey takes above that for its name.
RISE, HEAD = 26, 28


def _lying(name: str, across: float, points: Sequence[Point], arcades: Sequence[Arcade]) -> Drawing:
    pitch = min(FARTHEST, across / len(points))
    longest = max(width(word, NAME) for point in points for word in words(point.name) or [""])
    hang = pitch < COMFORT or longest > pitch - GAP
    first = pitch / 2
    if hang:
        first = RADIUS + MARGIN
        pitch = min(FARTHEST, (across - 2 * first) / max(1, len(points) - 1))
    where = {point.key: first + pitch * number for number, point in enumerate(points)}

    storeys, top = [], 0.0
    # The line of the topmost storey that stands over each point.
    highest: dict[float, float] = {}
    for arcade in arcades:
        stops = sorted(where[key] for key in arcade.points)
        rise = min(RISE, max(end - start for start, end in pairwise(stops)) / 2)
        line = top + HEAD + rise
        storeys.append(_storey_lying(arcade, stops, line, top, across))
        for stop in stops:
            highest.setdefault(stop, line)
        top = line + GAP
    line = top + RADIUS + GAP
    places, depth = _names_lying(points, where, line, pitch, hang)
    return Drawing(
        name=name,
        width=across,
        height=line + depth + MARGIN,
        ground=f"M0 {_number(line)}h{_number(across)}",
        piers="".join(f"M{_number(x)} {_number(line)}V{_number(y)}" for x, y in highest.items()),
        storeys=storeys,
        places=places,
    )


def _storey_lying(
    arcade: Arcade, stops: Sequence[float], line: float, top: float, across: float
) -> Storey:
    """Its name begins over its first point or ends over its last one, where there is more room."""
    arches = "".join(
        f"a{_number((end - start) / 2)} {_number(min(RISE, (end - start) / 2))}"
        f" 0 0 1 {_number(end - start)} 0"
        for start, end in pairwise(stops)
    )
    begins = across - stops[0] >= stops[-1]
    x, room = (stops[0], across - stops[0]) if begins else (stops[-1], stops[-1])
    label = _label(
        fitted(arcade.name, TITLE, room), TITLE, x, top + GAP, "start" if begins else "end"
    )
    return Storey(
        arcade,
        f"M{_number(stops[0])} {_number(line)}{arches}",
        "".join(f"M{_number(stop)} {_number(line)}h0" for stop in stops),
        label,
    )


def _names_lying(
    points: Sequence[Point], where: dict[Hashable, float], line: float, pitch: float, hang: bool
) -> tuple[list[Place], float]:
    """The points with their names, and how deep these reach under the line."""
    drop = RADIUS + GAP
    places, depth = [], 0.0
    for point in points:
        x = where[point.key]
        if hang:
            lines = fitted(point.name, NAME, REACH)
            turned = f"rotate(-90 {_number(x)} {_number(line + drop)})"
            # The middle of the type is on the line through the point.
            label = _label(lines, NAME, x, line + drop - NAME / 2, "end", turned)
            depth = max(depth, drop + width(lines[0], NAME))
        else:
            lines = fitted(point.name, NAME, pitch - GAP, LINES)
            label = _label(lines, NAME, x, line + drop, "middle")
            depth = max(depth, drop + LEADING * NAME * len(lines))
        places.append(Place(point, _number(x), _number(line), label))
    return places, depth


def _label(
    lines: Sequence[str], size: float, x: float, top: float, anchor: str, turned: str = ""
) -> Label:
    """Lines of type from a top down."""
    # The letters of the face stand a little under the middle of their line.
    baselines = (top + size * (0.86 + LEADING * number) for number in range(len(lines)))
    return Label(
        [Line(_number(x), _number(y), text) for y, text in zip(baselines, lines, strict=True)],
        anchor,
        turned,
    )


# --- A row that stands ----------------------------------------------------------------------------

ACROSS = 320
# The room of names of points, in two lines, and what there is from one point to the next.
SIDE, STEP, STEP_LOW = 118, 36, 26
# Storeys are no farther apart than this; their names reach no higher than this.
LANE, TALLEST = 24, 170


def _standing(points: Sequence[Point], arcades: Sequence[Arcade]) -> Drawing:
    names = [fitted(point.name, NAME, SIDE, 2) for point in points]
    step = STEP if any(len(lines) > 1 for lines in names) else STEP_LOW
    titles = [fitted(arcade.name, NAME, TALLEST)[0] for arcade in arcades]
    line = SIDE + GAP + 2 * RADIUS
    first = line + RADIUS + GAP
    lane = min(LANE, (ACROSS - first) / max(1, len(arcades)))
    top = max((width(title, NAME) for title in titles), default=0) + MARGIN + GAP
    where = {point.key: top + step * (number + 0.5) for number, point in enumerate(points)}

    storeys = []
    # The storey farthest from each point.
    farthest: dict[float, float] = {}
    for number, (arcade, title) in enumerate(zip(arcades, titles, strict=True)):
        x = first + lane * number
        stops = sorted(where[key] for key in arcade.points)
        storeys.append(_storey_standing(arcade, title, stops, x, top, lane))
        farthest |= dict.fromkeys(stops, x)
    return Drawing(
        name="narrow",
        width=ACROSS,
        height=top + step * len(points) + MARGIN,
        ground=f"M{_number(line)} {_number(top)}v{_number(step * len(points))}",
        piers="".join(f"M{_number(line)} {_number(y)}H{_number(x)}" for y, x in farthest.items()),
        storeys=storeys,
        places=[
            Place(
                point,
                _number(line),
                _number(where[point.key]),
                _label(
                    lines,
                    NAME,
                    line - RADIUS - GAP,
                    where[point.key] - LEADING * NAME * len(lines) / 2,
                    "end",
                ),
            )
            for point, lines in zip(points, names, strict=True)
        ],
    )


def _storey_standing(
    arcade: Arcade, title: str, stops: Sequence[float], x: float, top: float, lane: float
) -> Storey:
    """Its name stands over it."""
    arches = "".join(
        f"a{_number(min(lane - MARGIN, (end - start) / 2))} {_number((end - start) / 2)}"
        f" 0 0 1 0 {_number(end - start)}"
        for start, end in pairwise(stops)
    )
    turned = f"rotate(-90 {_number(x)} {_number(top - GAP)})"
    return Storey(
        arcade,
        f"M{_number(x)} {_number(stops[0])}{arches}",
        "".join(f"M{_number(x)} {_number(stop)}h0" for stop in stops),
        _label([title], NAME, x, top - GAP - NAME / 2 + MARGIN, "start", turned),
    )
