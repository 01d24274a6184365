"""What one app shows on the pages of an app below it, which does not know it.

The page of an organisation tells of its projects and events, and `members` knows of neither:
`events/related.py` registers them here when its app is loaded. Whoever registers shows only what is
published, and only where the organisation agreed to be named.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Expression, QuerySet

from portal.downloads import Feed

Feeds = Callable[[Any], Iterable[Feed]]


@dataclass(frozen=True)
class Related:
    """One section on the page of an organisation; it is left out where there is nothing to show.

    `rows` asks for what `template` shows, which calls them `rows`; `figure` for what it draws, given
    the rows of the sections so far by their codes, and `feeds` names what there is to subscribe to.
    """

    code: str
    title: Any
    rows: Callable[[Any], Iterable[Any]]
    template: str
    feeds: Feeds | None = None
    figure: Callable[[Mapping[str, list[Any]]], Any] | None = None


@dataclass(frozen=True)
class Section:
    """A section with something in it."""

    code: str
    title: str
    rows: list[Any]
    template: str
    feeds: list[Feed]
    figure: Any = None


_sections: dict[str, Related] = {}
_counts: dict[str, Callable[[], Expression]] = {}


def register(section: Related) -> None:
    """Add a section; called once for each, in their order on the page, when an app is loaded."""
    _sections[section.code] = section


def register_count(name: str, count: Callable[[], Expression]) -> None:
    """Add a count to the rows of lists, as an annotation called `name`.

    `count` makes a subquery about `OuterRef("pk")`, the organisation.
    """
    _counts[name] = count


def sections_of(organisation: Any) -> list[Section]:
    """What there is to show of an organisation: the queries of each section."""
    found = []
    offered: set[Feeds] = set()
    shown: dict[str, list[Any]] = {}
    for each in _sections.values():
        shown[each.code] = rows = list(each.rows(organisation))
        if rows:
            # Once, though two sections may be of the same things.
            offer = each.feeds if each.feeds not in offered else None
            offered |= {offer} if offer else set()
            feeds = list(offer(organisation)) if offer else []
            figure = each.figure(shown) if each.figure else None
            found.append(Section(each.code, str(each.title), rows, each.template, feeds, figure))
    return found


def with_counts(organisations: QuerySet) -> Any:
    """The same rows with every count: no query of its own."""
    return organisations.annotate(**{name: count() for name, count in _counts.items()})
