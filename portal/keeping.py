"""What is kept until content changes: finished pages, counts that many pages show, and what frequent
words find.

Everything is kept under the version of the content that it was made of (`portal/content_version.py`)
and is gone with it. Without the store everything works, and is made anew each time.
"""

import hashlib
import logging
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.utils import timezone

from portal import content_version

logger = logging.getLogger(__name__)

# In seconds: how long something is kept at most, since much is said of what is to come and what is
# over; how long nobody else makes what somebody is making.
LIFE, MAKING = 300, 30
# What was typed has no end. What more rows than these answer takes long to find and is kept as well, but
# no more of it in a minute by each process than leaves room for the rest.
WORTH, MOST_TYPED = 1_000, 200
# How long a process trusts what it recalled, in seconds, and how many things it holds.
NEAR, MOST_NEAR = 60, 500
# After a fault the store is left alone for so long.
REST = 5.0


def _release() -> str:
    """Which release this is: what one keeps another one may not be able to read, nor its pages hold."""
    roots = [Path(settings.BASE_DIR, name) for name in ("portal", "members", "events", "templates")]
    files = [file for root in roots for file in root.rglob("*") if file.suffix in SUFFIXES]
    latest = max(file.stat().st_mtime_ns for file in files)
    return hashlib.sha256(f"{len(files)} {latest}".encode()).hexdigest()[:8]


SUFFIXES = {".py", ".html", ".txt", ".css", ".js", ".mo"}
RELEASE = f"{_release()}:"


class Store:
    """Where things are kept; it may be gone at any moment, and then nothing is."""

    def __init__(self) -> None:
        self.rests_until = 0.0

    def _try(self, what: Callable[[Any], Any], otherwise: Any) -> Any:
        if time.monotonic() < self.rests_until:
            return otherwise
        try:
            return what(caches["pages"])
        except Exception:
            # Whatever the store fails with, a page can be made without it.
            logger.warning("The store of pages does not answer", exc_info=True)
            self.rests_until = time.monotonic() + REST
            return otherwise

    def look(self, keys: Iterable[str]) -> tuple[str, dict[str, Any]]:
        """The version of the content, and what is kept of it under these keys: one read.

        The store is told of a change at once. What this process has just read goes before that: a
        change of which nobody could tell is known half a second later. The version is "" where it
        cannot be read; nothing is kept then. Who reads a copy of the database goes by what that has.
        """
        if not content_version.current():
            return "", {}
        names = {RELEASE + key: key for key in keys}
        found = self._try(lambda cache: cache.get_many([content_version.KEY, *names]), {})
        told = found.pop(content_version.KEY, "")
        version = content_version.pinned()
        if not version:
            version = content_version.agreed_with(told)
            if version != told:
                self._try(lambda cache: cache.set(content_version.KEY, version, None), None)
            content_version.was_told()
        return version, {names[name]: what for name, (of, what) in found.items() if of == version}

    def keep(self, made: Mapping[str, Any], version: str, life: int = LIFE) -> None:
        """Keep what was made of a version until tomorrow begins, and no longer than `life` seconds."""
        if not version:
            return
        kept = {RELEASE + key: (version, what) for key, what in made.items()}
        self._try(lambda cache: cache.set_many(kept, min(life, _left_of_today())), None)

    def begin(self, key: str) -> str:
        """A token for who makes this from now on; "" while somebody else does."""
        token = secrets.token_hex(8)
        name = f"{RELEASE}{key}:made"
        return token if self._try(lambda cache: cache.add(name, token, MAKING), True) else ""

    def end(self, key: str, token: str) -> None:
        """Say that it was made, or could not be, by who has the token."""
        name = f"{RELEASE}{key}:made"

        def release(cache: Any) -> None:
            if cache.get(name) == token:
                cache.delete(name)

        self._try(release, None)


class Near:
    """What this process has lately recalled: what is large is not sent and read again each time."""

    def __init__(self) -> None:
        self.held: dict[str, tuple[str, float, Any]] = {}

    def look(self, keys: Iterable[str], version: str) -> dict[str, Any]:
        """What is held of a version under these keys."""
        found = ((key, self.held.get(key)) for key in keys)
        now = time.monotonic()
        return {key: one[2] for key, one in found if one and one[0] == version and one[1] > now}

    def hold(self, made: Mapping[str, Any], version: str) -> None:
        """Hold what was made of a version; nothing else, once there is too much."""
        if not version or not made:
            return
        until = time.monotonic() + min(NEAR, _left_of_today())
        kept = self.held if len(self.held) < MOST_NEAR else {}
        self.held = kept | {key: (version, until, what) for key, what in made.items()}


def _left_of_today() -> int:
    """Seconds until midnight."""
    now = timezone.localtime()
    return 24 * 3600 - (now.hour * 3600 + now.minute * 60 + now.second)


store = Store()
near = Near()


class Minute:
    """How much of what was typed this process has kept in this minute."""

    def __init__(self) -> None:
        self.number, self.kept = 0, 0

    def has_room(self) -> bool:
        """Whether one more may be kept, which counts then."""
        number = int(time.monotonic() // 60)
        if number != self.number:
            self.number, self.kept = number, 0
        self.kept += 1
        return self.kept <= MOST_TYPED


minute = Minute()


# The version of what was recalled first, in a list of one, where all is to be of the same.
_first: ContextVar[list[str] | None] = ContextVar("first", default=None)


@contextmanager
def of_one_version() -> Iterator[None]:
    """What is recalled within is of one version, for which the store is asked once.

    It is for what is over in a moment and writes nothing that visitors see.
    """
    token = _first.set([])
    try:
        yield
    finally:
        _first.reset(token)


def go_by(version: str) -> None:
    """Recall what is of this version, which the store was asked for a moment ago (`of_one_version`)."""
    first = _first.get()
    if first is not None:
        first[:] = [version] if version else []


def recall(makers: Mapping[Any, Callable[[], Any]]) -> dict[Any, Any]:
    """What each maker makes, by what names it; what was made of the same content is not made again.

    The names, any values that `repr` tells apart, must say all that the makers depend on, besides the
    content and the day. What is given back is shared: nobody may change it.
    """
    return recall_together(makers, lambda names: {name: makers[name]() for name in names})


def recall_together(
    names: Iterable[Any],
    make: Callable[[list[Any]], Mapping[Any, Any]],
    typed: Callable[[Any, Any], int | None] = lambda _name, _what: None,
) -> dict[Any, Any]:
    """The same for what is made together: `make` is given the names of what is not there yet.

    `typed` says of how many rows something tells, if it depends on what was typed.
    """
    names = list(names)
    if not settings.KEEP_PAGES:
        return dict(make(names))
    keys = {name: hashlib.sha256(repr(name).encode()).hexdigest() for name in names}
    first = _first.get()
    # Most likely it is the one that this process knows; the store is asked with what lacks.
    version = first[0] if first else content_version.current()
    found = near.look(keys.values(), version)
    missed = keys.values() - found.keys()
    if missed or not first:
        version, kept = store.look(missed)
        # Of a version that is gone nothing may stand beside what was made of the next one.
        near_by = near.look(keys.values(), version)
        found = kept | near_by
        missed = keys.values() - near_by.keys()
    go_by(version)
    missing = [name for name in names if keys[name] not in found]
    made = make(missing) if missing else {}
    recalled = {name: made[name] if name in made else found[keys[name]] for name in names}
    rows = {name: typed(name, what) for name, what in recalled.items()}
    worth = {keys[name]: what for name, what in made.items() if _is_worth(rows[name])}
    if worth:
        store.keep(worth, version)
    # What was typed takes no room here from what all pages need.
    lasting = (name for name, number in rows.items() if number is None and keys[name] in missed)
    near.hold({keys[name]: recalled[name] for name in lasting}, version)
    return recalled


def _is_worth(rows: int | None) -> bool:
    return rows is None or (rows > WORTH and minute.has_room())
