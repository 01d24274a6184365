"""In which order points stand on their line, so that the arches of each arcade are near each other.

Every arcade has its middle, the mean place of its points; every point goes where the middles of its
arcades are, the ones on the same spot in the order they had. This is done again and again from the
order in which the arcades name their points; the order that makes the arcades shortest, all together,
is kept, the earliest of equals.
"""

from collections.abc import Hashable, Sequence
from statistics import fmean
from typing import TypeVar

ROUNDS = 24

Key = TypeVar("Key", bound=Hashable)


def arranged(keys: Sequence[Key], arcades: Sequence[Sequence[Key]]) -> list[Key]:
    """The keys in the order of the line; those in no arcade come last."""
    named = dict.fromkeys(key for arcade in arcades for key in arcade)
    order = [*named, *(key for key in keys if key not in named)]
    best = order
    for _round in range(ROUNDS):
        order = _drawn_together(order, arcades)
        best = min(best, order, key=lambda tried: _length(tried, arcades))
    return best


def _drawn_together(order: list[Key], arcades: Sequence[Sequence[Key]]) -> list[Key]:
    place = {key: float(number) for number, key in enumerate(order)}
    middles: dict[Key, list[float]] = {}
    for arcade in arcades:
        middle = fmean(place[key] for key in arcade)
        for key in arcade:
            middles.setdefault(key, []).append(middle)
    goal = {key: fmean(middles[key]) if key in middles else float(len(order)) for key in order}
    return sorted(order, key=lambda key: goal[key])


def _length(order: Sequence[Key], arcades: Sequence[Sequence[Key]]) -> int:
    place = {key: number for number, key in enumerate(order)}
    spans = [[place[key] for key in arcade] for arcade in arcades]
    return sum(max(span) - min(span) for span in spans)
