"""The drawn map of the territory: a cell and a bubble for each commune, sketched from one point each.

Nothing here is measured. Bubbles that would touch move their communes apart, a cell is what is nearer
to its commune than to any other and not far from it, the coast is a line through a few places. So this
is never shown as boundaries: it says where things are, roughly, and is a way to filter by.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from members.models import Commune
from portal import display
from portal.keeping import recall
from portal.markup import markup

Point = tuple[float, float]
Polygon = list[Point]

# The frame of the drawing, in degrees; what lies outside is told in words.
WEST, EAST, SOUTH, NORTH = 3.645, 4.105, 43.462, 43.798
# Roughly where the sea begins, from west to east: latitude and longitude.
COAST = (
    (43.40, 3.60),
    (43.455, 3.76),
    (43.503, 3.86),
    (43.527, 3.93),
    (43.546, 4.0),
    (43.56, 4.16),
)

WIDTH = 360
NARROWER = math.cos(math.radians(43.6))  # a degree of longitude, beside one of latitude
DEGREE = WIDTH / ((EAST - WEST) * NARROWER)
HEIGHT = round((NORTH - SOUTH) * DEGREE)
# The radius of a bubble: at least 24 px across where the map is 280 px wide, and all of them together
# never take more than a third of the drawing.
SMALLEST, LARGEST = 16, 32
# Of fewer organisations than this, one does not make a bubble large.
FEW = 20
# How far a cell reaches from its commune at least, and how round it is.
REACH, CORNERS = 34.0, 9
# The room that a name takes at most: each letter, and the line; and between it and its bubble.
LETTER, LINE, GAP = 7.2, 16.0, 4.0


class Place(NamedTuple):
    """Where a commune is drawn, and how large its bubble may become."""

    code: str
    x: float
    y: float
    room: int


@dataclass(frozen=True)
class Sketch:
    """What is drawn of the communes whatever is filtered: where each is, and its outline as a path."""

    places: Mapping[str, Place]
    cells: Mapping[str, str]


# --- Where communes are ---------------------------------------------------------------------------


class Spot(NamedTuple):
    """A commune, and where it is."""

    code: str
    name: str
    latitude: float
    longitude: float


def spots() -> list[Spot]:
    """Every commune in the order of their codes: one query, unless they are kept."""
    communes = Commune.objects.order_by("code").values_list(*Spot._fields)
    found: list[Spot] = recall({"communes": lambda: [Spot(*row) for row in communes]})["communes"]
    return found


def is_on_the_map(latitude: float, longitude: float) -> bool:
    """Whether a point lies in the frame."""
    return SOUTH < latitude < NORTH and WEST < longitude < EAST


def project(latitude: float, longitude: float) -> Point:
    """A point in units of the drawing, north at the top."""
    return (longitude - WEST) * DEGREE * NARROWER, (NORTH - latitude) * DEGREE


def radius(count: int, whole: int) -> int:
    """How large the bubble of so many organisations is, out of all that there are."""
    return round(SMALLEST + (LARGEST - SMALLEST) * math.sqrt(count / max(whole, FEW)))


@lru_cache(maxsize=8)
def sketch(communes: tuple[tuple[str, float, float, int], ...]) -> Sketch:
    """The communes at (code, latitude, longitude, room), worked out once: it takes some 30 ms."""
    places = moved_apart(
        [Place(code, *project(north, east), room) for code, north, east, room in communes]
    )
    cells = {place.code: path(cell(place, places)) for place in places}
    return Sketch({place.code: place for place in places}, cells)


def moved_apart(places: Sequence[Place]) -> list[Place]:
    """The places, those too close moved from each other by half of what is lacking, again and again."""
    spots = list(places)
    for _round in range(200):
        calm = True
        for i, j in combinations(range(len(spots)), 2):
            one, other = spots[i], spots[j]
            east, south = other.x - one.x, other.y - one.y
            distance = math.hypot(east, south)
            lacking = one.room + other.room + 1 - distance
            if lacking <= 0:
                continue
            calm = False
            # Two at the same point part along the width.
            east, south = (east / distance, south / distance) if distance else (1.0, 0.0)
            push = lacking / 2 + 0.01
            spots[i] = moved(one, -east * push, -south * push)
            spots[j] = moved(other, east * push, south * push)
        if calm:
            break
    return spots


def moved(place: Place, east: float, south: float) -> Place:
    """A place so much further, and still in the frame."""
    x = min(max(place.x + east, place.room), WIDTH - place.room)
    y = min(max(place.y + south, place.room), HEIGHT - place.room)
    return place._replace(x=x, y=y)


# --- Cells ----------------------------------------------------------------------------------------


def cell(place: Place, places: Iterable[Place]) -> Polygon:
    """What is nearer to a place than to any other, and not far from it."""
    turn, reach = 2 * math.pi / CORNERS, max(REACH, place.room + 8)
    shape = [
        (place.x + reach * math.cos(n * turn), place.y + reach * math.sin(n * turn))
        for n in range(CORNERS)
    ]
    for other in places:
        if other != place:
            shape = nearer(shape, place, other)
    return shape


def nearer(shape: Polygon, place: Place, other: Place) -> Polygon:
    """The part of a convex shape that is nearer to one place than to another, as measured between
    circles: each bubble lies whole in its own cell."""
    east, south = other.x - place.x, other.y - place.y
    ours, theirs = (each.x**2 + each.y**2 - each.room**2 for each in (place, other))
    half = (theirs - ours) / 2

    def beyond(point: Point) -> float:
        return east * point[0] + south * point[1] - half

    kept: Polygon = []
    for start, end in zip(shape, shape[1:] + shape[:1], strict=True):
        before, after = beyond(start), beyond(end)
        if before <= 0:
            kept.append(start)
        if before * after < 0:
            share = before / (before - after)
            kept.append(
                (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)
            )
    return kept


def path(shape: Polygon) -> str:
    """A closed shape as SVG has it, in whole units: "M1 2L3 4Z"."""
    return "M" + "L".join(f"{round(x)} {round(y)}" for x, y in shape) + "Z"


SEA = path([*(project(*point) for point in COAST), (WIDTH + 60, HEIGHT), (-60, HEIGHT)])


# --- Bubbles and their names ----------------------------------------------------------------------


class Box(NamedTuple):
    """The room of a name."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def is_inside(self) -> bool:
        """Whether it can be read whole."""
        return self.left >= 0 and self.right <= WIDTH and self.top >= 0 and self.bottom <= HEIGHT

    def meets(self, other: "Box") -> bool:
        """Whether two names would lie over each other."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def covers(self, circle: "Circle") -> bool:
        """Whether the name would lie over a bubble."""
        east = max(self.left - circle.x, 0, circle.x - self.right)
        south = max(self.top - circle.y, 0, circle.y - self.bottom)
        return math.hypot(east, south) < circle.radius + 1


# The word “Méditerranée”, at the bottom right.
SEA_NAME = Box(WIDTH - 110, HEIGHT - 30, WIDTH, HEIGHT)


class Label(NamedTuple):
    """Where a name begins, ends or has its middle (`anchor`), on its base line."""

    x: int
    y: int
    anchor: str


@dataclass
class Listed:
    """A commune, and how many of the list are there."""

    code: str
    name: str
    count: int
    # Not so where a part of very many was counted, and none of these were among them.
    is_counted: bool

    @property
    def number(self) -> str:
        """How many they are, as the reader writes it; "" if that is not known."""
        return display.number(self.count) if self.is_counted else ""


@dataclass
class Bubble(Listed):
    """A commune with organisations that is drawn: a link to them."""

    is_chosen: bool
    x: int
    y: int
    radius: int
    label: Label | None = None

    @property
    def words(self) -> str:
        """What it stands for: Montpellier : 12 organisations."""
        if not self.is_counted:
            return self.name
        said = ngettext(
            "%(commune)s: %(n)s organisation", "%(commune)s: %(n)s organisations", self.count
        )
        return said % {"commune": self.name, "n": self.number}

    @property
    def drawn(self) -> SafeString:
        """What its link holds, as SVG: a page has dozens of them."""
        label = self.label
        return markup(
            '<title>{}</title><circle cx="{}" cy="{}" r="{}"/>'
            '<text x="{}" y="{}" text-anchor="middle">{}</text>{}',
            self.words,
            self.x,
            self.y,
            self.radius,
            self.x,
            self.y + 5,
            self.number,
            markup('<text class="name" x="{}" y="{}" text-anchor="{}">{}</text>', *label, self.name)
            if label
            else "",
        )


class Circle(NamedTuple):
    """What a name is written beside, and may not cover."""

    name: str
    x: int
    y: int
    radius: int


@lru_cache(maxsize=256)
def labels(circles: tuple[Circle, ...]) -> tuple[Label | None, ...]:
    """Where each name covers nothing, beginning with the first; what finds no room stays without.

    Worked out once, since many lists have the same circles: it takes some milliseconds.
    """
    found: list[Label | None] = []
    written = [SEA_NAME]
    for circle in circles:
        sides = (
            (label, box)
            for label, box in _sides(circle)
            if box.is_inside
            and not any(map(box.meets, written))
            and not any(map(box.covers, circles))
        )
        label, box = next(sides, (None, None))
        found.append(label)
        if box:
            written.append(box)
    return tuple(found)


def _sides(circle: Circle) -> Iterator[tuple[Label, Box]]:
    """Left, right, under and over a bubble."""
    x, y, away, wide = circle.x, circle.y, circle.radius + GAP, LETTER * len(circle.name)
    base, half = round(y + LINE / 3), LINE / 2
    yield Label(round(x - away), base, "end"), Box(x - away - wide, y - half, x - away, y + half)
    yield Label(round(x + away), base, "start"), Box(x + away, y - half, x + away + wide, y + half)
    for top in (y + away, y - away - LINE):
        box = Box(x - wide / 2, top, x + wide / 2, top + LINE)
        yield Label(x, round(top + LINE * 0.75), "middle"), box


# --- The figure -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """The map of a list, and what it cannot show."""

    cells: str
    cells_in_use: str
    bubbles: list[Bubble]
    # Those that lie outside the frame.
    outside: list[Listed]
    # How many of the list say of no commune that they are there.
    nowhere: int
    # Whether all of the list were counted, and not a part of very many.
    is_whole: bool

    width, height, sea = WIDTH, HEIGHT, SEA

    @property
    def located(self) -> int:
        """How many organisations the bubbles stand for."""
        return sum(bubble.count for bubble in self.bubbles)

    @property
    def communes(self) -> int:
        """How many communes it tells of where they are counted."""
        return sum(bubble.is_counted for bubble in self.bubbles)


def figure(
    communes: Iterable[Spot],
    *,
    counts: Mapping[str, int],
    overall: Mapping[str, int],
    chosen: Collection[str],
    total: int,
    is_whole: bool,
) -> Figure:
    """The map of `total` organisations of a list, so many of them in each commune; `overall` counts
    those that there are without any filter, so that places stay while one filters. Not `is_whole`: of
    very many a part was counted."""
    communes, whole = list(communes), sum(overall.values())
    drawn = sketch(
        tuple(
            (each.code, each.latitude, each.longitude, radius(overall.get(each.code, 0), whole))
            for each in communes
            if is_on_the_map(each.latitude, each.longitude)
        )
    )
    bubbles, outside = [], []
    for each in communes:
        count, place = counts.get(each.code, 0), drawn.places.get(each.code)
        if not count and each.code not in chosen:
            continue
        found = (each.code, each.name, count, is_whole or count > 0)
        if place is None:
            outside.append(Listed(*found))
        else:
            # Of very many, `overall` is counted among some: no bubble is larger than its cell.
            size = radius(min(count, overall.get(each.code, 0)), whole)
            drawn_as = (round(place.x), round(place.y), size)
            bubbles.append(Bubble(*found, each.code in chosen, *drawn_as))
    # The largest are named first.
    bubbles.sort(key=lambda bubble: (-bubble.count, bubble.name))
    circles = tuple(Circle(each.name, each.x, each.y, each.radius) for each in bubbles)
    for bubble, label in zip(bubbles, labels(circles), strict=True):
        bubble.label = label
    return Figure(
        cells="".join(drawn.cells.values()),
        cells_in_use="".join(drawn.cells[bubble.code] for bubble in bubbles),
        bubbles=bubbles,
        outside=outside,
        nowhere=total - sum(counts.values()),
        is_whole=is_whole,
    )
