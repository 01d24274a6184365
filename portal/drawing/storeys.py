"""A network drawn as arcades in storeys, one over the other, on a common row of points.

Each storey is one thing that organisations share, and bears its name; each of its arches joins two of
them. A line from each point through the storeys, a pier, leads the eye. The row of points lies on large
screens and stands on small ones, where the storeys are side by side. Since every name has a storey or
a place of its own, none can meet another, however many there are.
"""

from collections.abc import Hashable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from portal.characters import single_spaced
from portal.drawing import svg
from portal.drawing.arcade import FOUNDER, NAME, TITLE
from portal.drawing.geometry import Arch
from portal.drawing.svg import Label
from portal.drawing.text import Type

# What has room on a small screen: whoever draws chooses.
MOST_POINTS, MOST_ARCADES = 40, 10

RADIUS, GAP, MARGIN = 6, 6, 4


class Point(NamedTuple):
    """An organisation: what it is called in the drawing, and what its link says."""

    key: Hashable
    name: str
    title: str
    url: str
    is_filled: bool = False

    @property
    def type(self) -> Type:
        return FOUNDER if self.is_filled else NAME

    def lines(self, room: float, most: int = 1) -> list[str]:
        """Its name, in so many lines of so much room at most."""
        return self.type.fitted(single_spaced(self.name), room, most)


class Arcade(NamedTuple):
    """Something shared, with the keys of who shares it; `language` if its name is in another one."""

    name: str
    title: str
    url: str
    points: Sequence[Hashable]
    colour: str = ""
    is_dashed: bool = False
    language: str = ""


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
        return f"0 0 {svg.number(self.width)} {svg.number(self.height)}"


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


def _arches(stops: Sequence[float], rise: float) -> list[Arch]:
    """From each place to the next: half circles, lower where they would rise higher than that."""
    return [Arch(start, end, min(rise, (end - start) / 2)) for start, end in pairwise(stops)]


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
    longest = max(point.type.widest(single_spaced(point.name).split(" ")) for point in points)
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
        ground=f"M0 {svg.number(line)}h{svg.number(across)}",
        piers="".join(
            f"M{svg.number(x)} {svg.number(line)}V{svg.number(y)}" for x, y in highest.items()
        ),
        storeys=storeys,
        places=places,
    )


def _storey_lying(
    arcade: Arcade, stops: Sequence[float], line: float, top: float, across: float
) -> Storey:
    """Its name begins over its first point or ends over its last one, where there is more room."""
    begins = across - stops[0] >= stops[-1]
    x, room = (stops[0], across - stops[0]) if begins else (stops[-1], stops[-1])
    lines = TITLE.fitted(single_spaced(arcade.name), room, 1)
    return Storey(
        arcade,
        svg.lying(_arches(stops, RISE), 0, line),
        "".join(f"M{svg.number(stop)} {svg.number(line)}h0" for stop in stops),
        svg.label(lines, TITLE, x, top + GAP, anchor="start" if begins else "end"),
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
            lines = point.lines(REACH)
            turned = f"rotate(-90 {svg.number(x)} {svg.number(line + drop)})"
            # The middle of the type is on the line through the point.
            top = line + drop - point.type.height() / 2
            label = svg.label(lines, point.type, x, top, turned, "end")
            depth = max(depth, drop + point.type.width(lines[0]))
        else:
            lines = point.lines(pitch - GAP, LINES)
            label = svg.label(lines, point.type, x, line + drop, anchor="middle")
            depth = max(depth, drop + point.type.height(len(lines)))
        places.append(Place(point, svg.number(x), svg.number(line), label))
    return places, depth


# --- A row that stands ----------------------------------------------------------------------------

ACROSS = 320
# The room of names of points, in two lines, and what there is from one point to the next.
SIDE, STEP, STEP_LOW = 118, 36, 26
# Storeys are no farther apart than this; their names reach no higher than this.
LANE, TALLEST = 24, 170
# What storeys are called in, where these stand.
SMALL_TITLE = FOUNDER


def _standing(points: Sequence[Point], arcades: Sequence[Arcade]) -> Drawing:
    names = [point.lines(SIDE, 2) for point in points]
    step = STEP if any(len(lines) > 1 for lines in names) else STEP_LOW
    titles = [SMALL_TITLE.fitted(single_spaced(arcade.name), TALLEST, 1) for arcade in arcades]
    line = SIDE + GAP + 2 * RADIUS
    first = line + RADIUS + GAP
    lane = min(LANE, (ACROSS - first) / max(1, len(arcades)))
    top = max(map(SMALL_TITLE.widest, titles), default=0) + MARGIN + GAP
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
        ground=f"M{svg.number(line)} {svg.number(top)}v{svg.number(step * len(points))}",
        piers="".join(
            f"M{svg.number(line)} {svg.number(y)}H{svg.number(x)}" for y, x in farthest.items()
        ),
        storeys=storeys,
        places=[
            Place(
                point,
                svg.number(line),
                svg.number(where[point.key]),
                svg.label(
                    lines,
                    point.type,
                    line - RADIUS - GAP,
                    where[point.key] - point.type.height(len(lines)) / 2,
                    anchor="end",
                ),
            )
            for point, lines in zip(points, names, strict=True)
        ],
    )


def _storey_standing(
    arcade: Arcade, title: Sequence[str], stops: Sequence[float], x: float, top: float, lane: float
) -> Storey:
    """Its name stands over it."""
    turned = f"rotate(-90 {svg.number(x)} {svg.number(top - GAP)})"
    middle = top - GAP - SMALL_TITLE.height() / 2 + MARGIN
    return Storey(
        arcade,
        svg.standing(_arches(stops, lane - MARGIN), 0, x),
        "".join(f"M{svg.number(x)} {svg.number(stop)}h0" for stop in stops),
        svg.label(title, SMALL_TITLE, x, middle, turned, "start"),
    )
