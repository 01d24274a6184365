"""The pictures of the example events, drawn when the demo is loaded: nobody else has a right in them."""

import io
import math
from collections.abc import Callable, Sequence

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1200, 675
# Drawn larger and made smaller, so that slanted edges are smooth.
SCALE = 2
# As in the style sheet (portal/static/portal/css/tokens.css).
PAGE, SUNK, INK = "#F4F6F3", "#E7EBE6", "#10262C"
LAGOON, ROCKROSE, SCRUB, TILE, BROOM = "#0B5A6A", "#9C2A63", "#3F6536", "#A8431F", "#F6C832"

Box = tuple[float, float, float, float]
Points = Sequence[tuple[float, float]]


class Pen:
    """Draws in the pixels of the finished picture."""

    def __init__(self, ground: str) -> None:
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), ground)
        self.draw = ImageDraw.Draw(self.image)

    def box(self, box: Box, fill: str) -> None:
        """A rectangle."""
        self.draw.rectangle([side * SCALE for side in box], fill=fill)

    def disc(self, x: float, y: float, radius: float, fill: str) -> None:
        """A circle, filled."""
        box = (x - radius, y - radius, x + radius, y + radius)
        self.draw.ellipse([side * SCALE for side in box], fill=fill)

    def ring(self, x: float, y: float, radius: float, width: int, colour: str) -> None:
        """A circle, its line alone."""
        box = (x - radius, y - radius, x + radius, y + radius)
        self.draw.ellipse([side * SCALE for side in box], outline=colour, width=width * SCALE)

    def line(self, points: Points, width: int, colour: str) -> None:
        """Points, joined."""
        scaled = [(x * SCALE, y * SCALE) for x, y in points]
        self.draw.line(scaled, fill=colour, width=width * SCALE, joint="curve")

    def shape(self, points: Points, fill: str) -> None:
        """Points, joined and filled."""
        self.draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=fill)

    def webp(self) -> bytes:
        """The finished picture."""
        out = io.BytesIO()
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        small.save(out, "WEBP", quality=80, method=4)
        return out.getvalue()


def lagoon() -> bytes:
    """A lagoon under a low sun, with reeds in front."""
    pen = Pen(PAGE)
    pen.disc(820, 330, 130, BROOM)
    hills = [(0, 360), (210, 290), (420, 340), (640, 300), (900, 350), (1200, 310)]
    pen.shape([*hills, (1200, 400), (0, 400)], SCRUB)
    pen.box((0, 370, WIDTH, HEIGHT), LAGOON)
    for row in range(6):
        y = 420 + row * 42
        waves = [(x, y + 6 * math.sin(x / 38 + row * 1.7)) for x in range(-10, WIDTH + 20, 10)]
        pen.line(waves, 4, PAGE if row % 2 else BROOM)
    for number in range(9):
        x, height = 60 + number * 34, 210 + number * 53 % 120
        pen.line([(x, HEIGHT), (x + 14, HEIGHT - height)], 6, INK)
        pen.line([(x + 14, HEIGHT - height), (x + 17, HEIGHT - height - 54)], 16, TILE)
    return pen.webp()


def table() -> bytes:
    """A table of coloured squares, some of them under a magnifying glass."""
    pen = Pen(PAGE)
    colours = (LAGOON, SUNK, SCRUB, SUNK, BROOM, ROCKROSE, SUNK)
    for row in range(6):
        for column in range(11):
            x, y = 90 + column * 94, 70 + row * 94
            pen.box(
                (x, y, x + 74, y + 74),
                colours[(row * row * 2 + column * 4 + row * column // 2) % 7],
            )
    pen.line([(806, 420), (1010, 600)], 34, INK)
    pen.ring(680, 310, 176, 20, INK)
    return pen.webp()


def blocks() -> bytes:
    """Blocks put one on the other, and the next one still in the air."""
    pen = Pen(PAGE)
    pen.box((0, 590, WIDTH, HEIGHT), SUNK)
    for x, y, colour in (
        (330, 500, LAGOON), (520, 500, SCRUB), (710, 500, ROCKROSE), (425, 360, TILE),
        (615, 360, LAGOON), (520, 100, BROOM),
    ):  # fmt: skip
        _block(pen, x, y, colour)
    return pen.webp()


def _block(pen: Pen, x: float, y: float, colour: str) -> None:
    """A cube of which one sees the front, the top and the right."""
    side, depth = 140, 40
    pen.box((x, y - 50, x + side, y + side - 50), colour)
    top = [(x, y - 50), (x + depth, y - 90), (x + side + depth, y - 90), (x + side, y - 50)]
    pen.shape(top, PAGE)
    pen.line([*top, top[0]], 5, INK)
    right = [(x + side, y - 50), (x + side + depth, y - 90), (x + side + depth, y + 50)]
    right.append((x + side, y + 90))
    pen.shape(right, SUNK)
    pen.line([*right, right[0]], 5, INK)
    front = [(x, y - 50), (x + side, y - 50), (x + side, y + 90), (x, y + 90), (x, y - 50)]
    pen.line(front, 5, INK)


def groups() -> bytes:
    """Two clouds of dots with a line between them."""
    pen = Pen(PAGE)
    for x, y, colour in ((320, 270, LAGOON), (890, 420, TILE)):
        for number in range(44):
            # The golden angle: dots that keep their distance from each other.
            angle, far = number * 2.4, 27 * math.sqrt(number)
            pen.disc(x + 1.5 * far * math.cos(angle), y + far * math.sin(angle), 13, colour)
    pen.line([(520, HEIGHT), (700, 0)], 9, INK)
    return pen.webp()


def tree() -> bytes:
    """A decision tree; one of its paths leads to a yellow leaf."""
    pen = Pen(PAGE)
    levels = [
        [
            (WIDTH * (2 * place + 1) / 2 ** (level + 1), 90 + level * 160)
            for place in range(2**level)
        ]
        for level in range(4)
    ]
    path = {(0, 0), (1, 1), (2, 2), (3, 5)}
    for level in (1, 2, 3):
        for place, end in enumerate(levels[level]):
            on_path = (level, place) in path
            pen.line([levels[level - 1][place // 2], end], 14 if on_path else 6, INK)
    for level, nodes in enumerate(levels):
        for place, (x, y) in enumerate(nodes):
            colour = SCRUB if level < 3 else LAGOON
            pen.disc(x, y, 46 - 6 * level, INK)
            last = (level, place) == (3, 5)
            pen.disc(x, y, 39 - 6 * level, BROOM if last else colour)
    return pen.webp()


# By the name that a row of the demo gives.
PICTURES: dict[str, Callable[[], bytes]] = {
    "lagoon": lagoon,
    "table": table,
    "blocks": blocks,
    "groups": groups,
    "tree": tree,
}
