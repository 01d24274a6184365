"""Who pays for a project: amounts and shares, and the bar that is drawn of them."""

from decimal import Decimal
from typing import NamedTuple

from events.models import FundingLine, Project
from portal import display

# The narrowest that the bar is drawn, in pixels with type of the usual size: on the smallest screens,
# and where bar.css finds room for the longer labels.
WIDTHS = {"narrow": 288, "wide": 600}
# What a character of the labels takes at most on average, and the space around them.
CHARACTER, MARGIN = 9, 16
# Where the two lines of a label stand, in a bar of 4em.
LINES = ("1.6em", "3em")


class Label(NamedTuple):
    """A line of text in the bar, at one of the `WIDTHS`."""

    code: str
    y: str
    text: str


class Share(NamedTuple):
    """A funding line and what it is of the whole."""

    number: int
    line: FundingLine
    total: int
    # Its place in the bar: a colour that only tells neighbours apart, and positions in percent.
    colour: str
    start: str
    width: str

    @property
    def percent(self) -> str:
        """Its share in words."""
        return display.percent(self.line.amount, self.total)

    @property
    def as_number(self) -> Decimal:
        """Its share for those who go on computing."""
        return round(Decimal(100 * self.line.amount) / self.total, 1)

    @property
    def labels(self) -> list[Label]:
        """What fits into its part of the bar, at each of the `WIDTHS`.

        Its number in the table and the funder, cut after a word if need be, and the amount under it.
        """
        found = []
        for code, pixels in WIDTHS.items():
            room = int((pixels * self.line.amount / self.total - MARGIN) / CHARACTER)
            amount = display.euros(self.line.amount)
            if len(str(self.number)) <= room:
                found.append(
                    Label(code, LINES[0], _cut(f"{self.number} {self.line.funder_name}", room))
                )
                if len(amount) <= room:
                    found.append(Label(code, LINES[1], amount))
        return found


def _cut(text: str, room: int) -> str:
    """As many whole words of a text as there is room for, the first in any case."""
    if len(text) <= room:
        return text
    words = text[:room].rpartition(" ")[0].rstrip(" /,;:–-")
    return f"{words}…" if " " in words else text.partition(" ")[0]


class Funding:
    """The funding lines of a project, with what each is of the whole."""

    def __init__(self, project: Project) -> None:
        self.lines: list[FundingLine] = project.all_funding
        self.total = sum(line.amount for line in self.lines)

    @property
    def whole(self) -> str:
        """What the shares are of, in words; rounded, they may add up to a little more or less."""
        return display.percent(self.total, self.total)

    @property
    def shares(self) -> list[Share]:
        """Each line with its share, in the order of the table and of the bar."""
        found, before = [], 0
        colours = display.ARCH_COLOURS
        for position, line in enumerate(self.lines):
            found.append(
                Share(
                    number=position + 1,
                    line=line,
                    total=self.total,
                    colour=colours[position % len(colours)],
                    start=f"{100 * before / self.total:.4f}%",
                    width=f"{100 * line.amount / self.total:.4f}%",
                )
            )
            before += line.amount
        return found
