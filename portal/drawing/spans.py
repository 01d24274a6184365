"""The arches of a figure over its line, and the names of the projects over their crowns."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from portal.drawing.arcade import TITLE, Figure
from portal.drawing.geometry import Arch, Option, choose

# An arch from one point to the next is half a circle; what is wider than that rises less.
FLATNESS = 0.36
# How much higher an arch is than the one it stands around, between the same points.
NEST = 6


class Title(NamedTuple):
    """The name of a project as it is set."""

    lines: list[str]
    width: float
    height: float


class Span(NamedTuple):
    """What is drawn of a project. Two partners are joined by the crown alone."""

    arches: list[Arch]
    crown: Arch


def titles(figure: Figure, room: float, most: int) -> list[Title]:
    """The names of the projects on at most so many lines of so much room."""
    found = []
    for arcade in figure.arcades:
        lines = TITLE.fitted(arcade.shown, room, most)
        found.append(Title(lines, TITLE.widest(lines), TITLE.height(len(lines))))
    return found


def spans(figure: Figure, pitch: float, highest: float) -> list[Span]:
    """The arches over points `pitch` apart, the first at 0; none rises above `highest` but to nest."""
    places = [sorted(figure.places[key] * pitch for key in a.partners) for a in figure.arcades]
    widest = max(stops[-1] - stops[0] for stops in places)
    low = min(pitch / 2, highest)
    rise = min(FLATNESS, (highest - low) / (widest - pitch)) if widest > pitch else 0
    between: Counter[tuple[float, float]] = Counter()

    def arch(start: float, end: float) -> Arch:
        inside = between[start, end]
        between[start, end] += 1
        return Arch(start, end, low + rise * (end - start - pitch) + NEST * inside)

    found = []
    for stops in places:
        arches = [arch(*pair) for pair in pairwise(stops)]
        if len(arches) > 1:
            found.append(Span(arches, arch(stops[0], stops[-1])))
        else:
            found.append(Span([], arches[0]))
    return found


def placed(drawn: Sequence[Span], options: Callable[[int, Arch], Iterable[Option]]) -> list[Option]:
    """Where the name of each project goes; `options` has the places for one, by number and crown.

    Narrow projects choose first: wide ones have more places to go.
    """
    crowns = [span.crown for span in drawn]
    arches = [arch for span in drawn for arch in span.arches]
    found: dict[int, Option] = {}
    for number in sorted(range(len(drawn)), key=lambda each: crowns[each].width):
        others = crowns[:number] + crowns[number + 1 :]
        taken = [option.box for option in found.values()]
        found[number] = choose(options(number, crowns[number]), taken, arches + others)
        crowns[number] = found[number].crown
    return [found[number] for number in range(len(drawn))]
