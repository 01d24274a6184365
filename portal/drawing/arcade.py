"""The arcade figure: points on a line, and over them a row of arches for each project.

Each arch joins two partners that are neighbours in a project. A thinner one over them all, the crown,
goes from the first to the last and bears the project's name; two arches between the same points stand
one in the other. The line lies on large screens and stands on small ones, each drawn for a width of
its own. A filled point is a founding member; colours tell neighbouring projects apart, no more.

An organisation is called by its short name if it has one. A name is broken at spaces where it needs
more than a line, and shortened with an ellipsis where there is no room; its link says it in full.
"""

from collections.abc import Hashable, Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.characters import single_spaced
from portal.drawing.order import arranged
from portal.drawing.text import BOLD, Type

# The most points of a figure: who has more lets the reader filter them first.
MOST_POINTS = 40
NAME, FOUNDER, TITLE = Type(14), Type(14, BOLD), Type(15, BOLD)
# Of a point, and from it to its name.
RADIUS, DROP = 6, 12


class Point(NamedTuple):
    """An organisation on the line; `kind` in words."""

    key: Hashable
    name: str
    short_name: str
    kind: str
    url: str
    is_founder: bool

    @property
    def shown(self) -> str:
        """What the drawing calls it."""
        return single_spaced(self.short_name or self.name)

    @property
    def type(self) -> Type:
        return FOUNDER if self.is_founder else NAME

    @property
    def title(self) -> str:
        """What its link says: what is shown, the full name, its kind, and whether it is a founder."""
        name = self.name if self.shown in self.name else f"{self.shown}, {self.name}"
        words = {"name": name, "kind": self.kind}
        if self.is_founder:
            return _("%(name)s (%(kind)s, founding member)") % words
        return _("%(name)s (%(kind)s)") % words


class Arcade(NamedTuple):
    """A project and the keys of its partners; `language` where its name is not in the page's."""

    name: str
    url: str
    colour: str
    partners: Sequence[Hashable]
    language: str = ""

    @property
    def shown(self) -> str:
        """What the drawing calls it."""
        return single_spaced(self.name)

    @property
    def title(self) -> str:
        """What its link says."""
        number = len(self.partners)
        words = ngettext("%(name)s: %(n)s partner", "%(name)s: %(n)s partners", number)
        return words % {"name": self.shown, "n": number}


class Figure:
    """Projects and their partners in the order in which they are drawn, for every width."""

    def __init__(self, points: Iterable[Point], arcades: Iterable[Arcade]) -> None:
        """Raises ValueError for more points than a drawing can hold, and for nothing to draw."""
        by_key = {point.key: point for point in points}
        if len(by_key) > MOST_POINTS:
            raise ValueError(f"{len(by_key)} points: at most {MOST_POINTS} can be drawn")
        self.arcades = [arcade for arcade in arcades if len(arcade.partners) > 1]
        if not self.arcades:
            raise ValueError("no project of two partners")
        order = arranged(list(by_key), [arcade.partners for arcade in self.arcades])
        self.points = [by_key[key] for key in order]

    @cached_property
    def places(self) -> dict[Hashable, int]:
        """How many points stand before each."""
        return {point.key: number for number, point in enumerate(self.points)}

    @property
    def rows(self) -> list[tuple[Arcade, list[Point]]]:
        """The same as a table: each project with its partners, in the order of the line."""
        return [(arcade, self.partners(arcade)) for arcade in self.arcades]

    def partners(self, arcade: Arcade) -> list[Point]:
        """The partners of a project from one end of the line to the other."""
        return [self.points[place] for place in sorted(self.places[key] for key in arcade.partners)]
