"""The figure on large screens: a line that lies, arches over it, names under it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from math import cos, radians, sin
from typing import NamedTuple

from portal.drawing import svg
from portal.drawing.arcade import DROP, MOST_POINTS, NAME, RADIUS, TITLE, Figure, Point
from portal.drawing.geometry import GAP, MARGIN, STEP, Arch, Box, Option
from portal.drawing.spans import Title, placed, spans, titles


class Name(NamedTuple):
    """The name of a point: its lines, how far under the point they begin, how far they are turned."""

    lines: list[str]
    drop: float = DROP
    angle: int = 0


class Names(NamedTuple):
    """Where the points stand so that all their names have room, and how deep these reach."""

    first: float
    pitch: float
    names: list[Name]
    depth: float


@dataclass(frozen=True)
class Lying:
    """A line from left to right."""

    name: str
    width: float
    # Points stand no farther apart than `pitch`; crowns rise to `highest`, and higher for a name.
    pitch: float = 130
    highest: float = 230
    # A name has this many lines; between points as far apart as `comfort` it is shortened sooner
    # than turned; turned, it has one line no longer than `reach`.
    lines: int = 3
    comfort: float = 60
    reach: float = 190
    title_room: float = 240
    title_lines: int = 2

    @property
    def most(self) -> int:
        """How many points have room here with their names turned."""
        return min(MOST_POINTS, int(self.width / NAME.height()))

    def draw(self, figure: Figure) -> svg.Drawing:
        """The figure at this width, as high as it needs to be; ValueError if it has too many points."""
        if len(figure.points) > self.most:
            raise ValueError(f"{len(figure.points)} points: {self.name} has room for {self.most}")
        names = self._names(figure.points)
        set_titles = titles(figure, self.title_room, self.title_lines)
        drawn = spans(figure, names.pitch, self.highest)
        chosen = placed(
            drawn, lambda place, crown: self._raised(crown, set_titles[place], names.first)
        )
        line = max(option.box.high for option in chosen) + MARGIN
        arcades = [
            svg.DrawnArcade(
                arcade,
                svg.lying(span.arches, names.first, line),
                svg.lying([option.crown], names.first, line),
                svg.label(
                    title.lines,
                    TITLE,
                    names.first + option.box.start + title.width / 2,
                    line - option.box.high,
                ),
            )
            for arcade, span, option, title in zip(
                figure.arcades, drawn, chosen, set_titles, strict=True
            )
        ]
        points = [
            _point(point, name, names.first + place * names.pitch, line)
            for place, (point, name) in enumerate(zip(figure.points, names.names, strict=True))
        ]
        leaders = (
            f"M{point.x} {svg.number(line + RADIUS)}v{svg.number(name.drop - RADIUS)}"
            for point, name in zip(points, names.names, strict=True)
            if name.drop > DROP
        )
        return svg.Drawing(
            name=self.name,
            width=self.width,
            height=line + names.depth + MARGIN,
            ground=f"M0 {svg.number(line)}h{svg.number(self.width)}",
            leaders="".join(leaders),
            arcades=arcades,
            points=points,
            ends=any(name.angle for name in names.names),
        )

    def _raised(self, crown: Arch, title: Title, first: float) -> Iterator[Option]:
        """The name on the top of its crown, then of a higher one, and so on."""
        half = title.width / 2
        middle = min(max(crown.centre, half - first), self.width - first - half)
        for away in count(0, STEP):
            raised = crown._replace(rise=crown.rise + away)
            low = raised.rise + GAP
            box = Box(middle - half, middle + half, low, low + title.height)
            yield Option(away, raised, box)

    def _names(self, points: Sequence[Point]) -> Names:
        """Whole names on one level or on two; else shortened, or turned, as there is more room."""
        lying = (
            self._level(points, 1) or self._level(points, 2) or self._level(points, 2, shorten=True)
        )
        if lying:
            return lying
        slanted = self._turned(points, 45)
        if slanted.pitch * sin(radians(45)) >= NAME.height():
            return slanted
        return self._turned(points, 90)

    def _level(
        self, points: Sequence[Point], levels: int, *, shorten: bool = False
    ) -> Names | None:
        """Names that lie, on one level or by turns on two; None where they have no room."""
        pitch = min(self.pitch, self.width / (len(points) + levels - 1))
        if shorten and pitch < self.comfort:
            return None
        found = []
        for point in points:
            fit = point.type.fitted if shorten else point.type.wrapped
            lines = fit(point.shown, levels * pitch - GAP, self.lines)
            if lines is None:
                return None
            found.append(lines)
        heights = [NAME.height(len(lines)) for lines in found]
        second = DROP + max(heights[::levels]) + GAP
        names = [
            Name(lines, second if place % levels else DROP) for place, lines in enumerate(found)
        ]
        depth = max(name.drop + height for name, height in zip(names, heights, strict=True))
        return Names((self.width - pitch * (len(points) - 1)) / 2, pitch, names, depth)

    def _turned(self, points: Sequence[Point], angle: int) -> Names:
        """Names of one line that end at their points, coming from the lower left or from below."""
        along, down = cos(radians(angle)), sin(radians(angle))
        half = NAME.height() / 2
        found = [point.type.fitted(point.shown, self.reach, 1) for point in points]
        widths = [point.type.widest(lines) for point, lines in zip(points, found, strict=True)]
        # The first point stands so far to the right that no name begins left of the drawing.
        margin = 0.0
        for place, width in enumerate(widths):
            part = (place + 0.5) / len(points)
            margin = max(margin, (width * along + half * down - self.width * part) / (1 - part))
        pitch = (self.width - margin) / len(points)
        depth = DROP + max(widths) * down + half * along
        return Names(
            margin + pitch / 2, pitch, [Name(lines, DROP, angle) for lines in found], depth
        )


def _point(point: Point, name: Name, x: float, line: float) -> svg.DrawnPoint:
    top, turned = line + name.drop, ""
    if name.angle:
        # Whichever way it goes, the line of type has the point before its middle.
        turned = f"rotate(-{name.angle} {svg.number(x)} {svg.number(top)})"
        top -= NAME.height() / 2
    label = svg.label(name.lines, point.type, x, top, turned)
    return svg.DrawnPoint(point, svg.number(x), svg.number(line), label)


# The widths a page is drawn for: of a large screen, of a small one, of the text beside some facts.
WIDE, MEDIUM, COLUMN = Lying("wide", 1040), Lying("medium", 760), Lying("column", 680, highest=150)
