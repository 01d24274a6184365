"""In which order points stand on their line, so that the arches of each arcade are near each other.

Every arcade has its middle, the mean place of its points; every point goes where the middles of its
arcades are, the ones on the same spot in the order they had. This is done again and again from the
order in which the arcades name their points; the order that makes the arcades shortest, all together,
is kept, the earliest of equals.
"""

from collections.abc import Hashable, Sequence
from math import fsum
from typing import TypeVar

ROUNDS = 24

Key = TypeVar("Key", bound=Hashable)


def arranged(keys: Sequence[Key], arcades: Sequence[Sequence[Key]]) -> list[Key]:
    """The keys in the order of the line; those in no arcade come last."""
    named = dict.fromkeys(key for arcade in arcades for key in arcade)
    order = [*named, *(key for key in keys if key not in named)]
    best, length = order, _length(order, arcades)
    seen = {tuple(order)}
    for _round in range(ROUNDS):
        order = _drawn_together(order, arcades)
        # From an order that was there before nothing new follows: most are there after a few rounds.
        if tuple(order) in seen:
            break
        seen.add(tuple(order))
        if (found := _length(order, arcades)) < length:
            best, length = order, found
    return best


def _drawn_together(order: list[Key], arcades: Sequence[Sequence[Key]]) -> list[Key]:
    place = {key: float(number) for number, key in enumerate(order)}
    middles: dict[Key, list[float]] = {}
    for arcade in arcades:
        middle = _mean([place[key] for key in arcade])
        for key in arcade:
            middles.setdefault(key, []).append(middle)
    goal = {key: _mean(middles[key]) if key in middles else float(len(order)) for key in order}
    return sorted(order, key=goal.__getitem__)


def _mean(places: list[float]) -> float:
    """As exact as that of `statistics`, which takes twice as long over so few."""
    return fsum(places) / len(places)


def _length(order: Sequence[Key], arcades: Sequence[Sequence[Key]]) -> int:
    place = {key: number for number, key in enumerate(order)}
    spans = [[place[key] for key in arcade] for arcade in arcades]
    return sum(max(span) - min(span) for span in spans)
