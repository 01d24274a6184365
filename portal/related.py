"""What one app shows on the pages of an app below it, which does not know it.

The page of an organisation tells of its projects and events, and `members` knows of neither:
`events/related.py` registers them here when its app is loaded. Whoever registers shows only what is
published, and only where the organisation agreed to be named.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from portal.counted import Counted
from portal.downloads import Feed
from portal.nested import Shown


@dataclass(frozen=True)
class Section:
    """One section on the page of an organisation, of which there is something to show.

    `template` shows what it calls `rows`, and `figure`, if one is drawn of them. `feeds` are what
    there is to subscribe to.
    """

    code: str
    title: str
    rows: list[Any]
    template: str
    feeds: list[Feed] = field(default_factory=list)
    figure: Any = None


Read = Callable[[Any], Iterable[Section]]
_readers: list[Read] = []
_shown: list[str] = []
_counts: list[str] = []


def register(read: Read) -> None:
    """Add what `read` tells of an organisation, in this order; called when an app is loaded."""
    _readers.append(read)


def register_shown(model: type[Any], name: str, rows: Shown) -> None:
    """Let `model`, of organisations, show rows of ours: what is read for its page brings them along."""
    model.add_to_class(name, rows)
    _shown.append(name)


def register_count(model: type[Any], name: str, count: Counted) -> None:
    """Let the rows of lists of `model`, of organisations, say how many rows of ours name each."""
    model.add_to_class(name, count)
    _counts.append(name)


def sections_of(organisation: Any) -> list[Section]:
    """What there is to show of an organisation: the queries of each reader."""
    return [section for read in _readers for section in read(organisation) if section.rows]


def shown() -> list[str]:
    """The names of what was registered to be shown."""
    return list(_shown)


def counts() -> list[str]:
    """The names of what was registered to be counted."""
    return list(_counts)
