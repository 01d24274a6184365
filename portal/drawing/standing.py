"""The figure on small screens: a line that stands, names on its left, arches on its right."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from portal.drawing import svg
from portal.drawing.arcade import DROP, RADIUS, TITLE, Figure
from portal.drawing.geometry import GAP, MARGIN, STEP, Arch, Box, Option
from portal.drawing.spans import Title, placed, spans, titles


@dataclass(frozen=True)
class Standing:
    """A line from top to bottom."""

    name: str
    width: float
    # From point to point, where all names have one line and where some have two.
    pitches: tuple[float, float] = (28, 38)
    name_room: float = 118
    title_room: float = 104
    title_lines: int = 3

    def draw(self, figure: Figure) -> svg.Drawing:
        """The figure at this width, as long as it needs to be."""
        points = figure.points
        names = [point.type.fitted(point.shown, self.name_room, 2) for point in points]
        line = max(p.type.widest(name) for p, name in zip(points, names, strict=True)) + DROP
        set_titles = titles(figure, self.title_room, self.title_lines)
        limit = self.width - line
        pitch = self._pitch(names, set_titles)
        drawn = spans(figure, pitch, limit - max(title.width for title in set_titles) - GAP)
        chosen = placed(drawn, lambda place, crown: _slid(crown, set_titles[place], limit))
        last = pitch * (len(points) - 1)
        top = MARGIN + max([pitch / 2, *(-option.box.start for option in chosen)])
        bottom = max([last + pitch / 2, *(option.box.end for option in chosen)])
        arcades = [
            svg.DrawnArcade(
                arcade,
                svg.standing(span.arches, top, line),
                svg.standing([option.crown], top, line),
                svg.label(title.lines, TITLE, line + option.box.low, top + option.box.start),
            )
            for arcade, span, option, title in zip(
                figure.arcades, drawn, chosen, set_titles, strict=True
            )
        ]
        drawn_points = []
        for place, (point, name) in enumerate(zip(points, names, strict=True)):
            y = top + place * pitch
            label = svg.label(name, point.type, line - DROP, y - point.type.height(len(name)) / 2)
            drawn_points.append(svg.DrawnPoint(point, svg.number(line), svg.number(y), label))
        return svg.Drawing(
            name=self.name,
            width=self.width,
            height=top + bottom + MARGIN,
            ground=f"M{svg.number(line)} {svg.number(top - pitch / 2)}v{svg.number(last + pitch)}",
            leaders="",
            arcades=arcades,
            points=drawn_points,
            ends=True,
        )

    def _pitch(self, names: list[list[str]], set_titles: list[Title]) -> float:
        """How far apart points stand: far enough for their names, and for those of the projects."""
        one, two = self.pitches
        of_titles = sum(title.height + GAP for title in set_titles) / len(names)
        return max(two if any(len(name) > 1 for name in names) else one, of_titles)


def _slid(crown: Arch, title: Title, limit: float) -> Iterator[Option]:
    """The name before the middle of its crown, then farther along it, down and up by turns."""
    half = title.height / 2
    for step in count():
        for way in (1, -1) if step else (1,):
            middle = crown.centre + way * step * STEP
            low = max(crown.highest(middle - half, middle + half), RADIUS) + GAP
            if low + title.width <= limit:
                box = Box(middle - half, middle + half, low, low + title.width)
                yield Option(step * STEP, crown, box)


# The width of a telephone.
NARROW = Standing("narrow", 320)
