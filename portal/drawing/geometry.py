"""Arches and boxes over a line of points, and where a label finds room.

Everything is measured along the line and away from it, so that a line that lies and one that stands
are the same.
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from math import sqrt
from typing import NamedTuple

# Between two labels, and between a label and what it belongs to; around a drawing; from one place that
# is tried for a label to the next.
GAP, MARGIN, STEP = 6, 4, 6
# How far a label would rather go than stand on a line, and how many places are tried.
CROSSING, TRIES = 40, 32


class Box(NamedTuple):
    """The room of a label."""

    start: float
    end: float
    low: float
    high: float

    def meets(self, other: "Box", gap: float = 0) -> bool:
        """Whether two boxes share a place, or stand closer than `gap`."""
        return (
            self.start < other.end + gap
            and other.start < self.end + gap
            and self.low < other.high + gap
            and other.low < self.high + gap
        )


class Arch(NamedTuple):
    """Half an ellipse that stands on the line."""

    start: float
    end: float
    rise: float

    @property
    def centre(self) -> float:
        return (self.start + self.end) / 2

    @property
    def width(self) -> float:
        return self.end - self.start

    def height(self, place: float) -> float:
        """How high it is over a place of the line: nothing beside it."""
        part = (place - self.centre) / (self.width / 2)
        return self.rise * sqrt(max(0, 1 - part**2))

    def highest(self, start: float, end: float) -> float:
        """How high it comes between two places of the line."""
        return self.height(min(max(self.centre, start), end))

    def crosses(self, box: Box) -> bool:
        """Whether its line goes through a box."""
        # Most are far from each other, and are told so first.
        if self.rise <= box.low or box.end <= self.start or self.end <= box.start:
            return False
        start, end = max(self.start, box.start), min(self.end, box.end)
        lowest = min(self.height(start), self.height(end))
        return lowest < box.high and self.highest(start, end) > box.low


class Option(NamedTuple):
    """A place for the label of an arch, how far it is from the best one, and the arch that bears it."""

    away: float
    crown: Arch
    box: Box


def choose(options: Iterable[Option], taken: Sequence[Box], lines: Sequence[Arch]) -> Option:
    """The option that no label is in the way of, near to the best place and on few lines.

    `options` come in order of their distance and have no end.
    """

    def cost(option: Option) -> float:
        crossed = sum(line.crosses(option.box) for line in lines)
        crossed += sum(option.crown.crosses(box) for box in taken)
        return option.away + CROSSING * crossed

    free = (each for each in options if not any(each.box.meets(box, GAP) for box in taken))
    best = next(free)
    least = cost(best)
    for option in islice(free, TRIES):
        if option.away >= least:
            break
        if (found := cost(option)) < least:
            best, least = option, found
    return best
