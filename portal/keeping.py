"""What is kept until content changes: finished pages, and counts that many pages show.

Everything is kept under the version of the content that it was made of (`portal/content_version.py`)
and is gone with it. Without the store everything works, and is made anew each time.
"""

import hashlib
import logging
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
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
        cannot be read; nothing is kept then.
        """
        if not content_version.current():
            return "", {}
        names = {RELEASE + key: key for key in keys}
        found = self._try(lambda cache: cache.get_many([content_version.KEY, *names]), {})
        told = found.pop(content_version.KEY, "")
        version = content_version.agreed_with(told)
        if version != told:
            self._try(lambda cache: cache.set(content_version.KEY, version, None), None)
        content_version.was_told()
        return version, {names[name]: what for name, (of, what) in found.items() if of == version}

    def keep(self, made: Mapping[str, Any], version: str, life: int = LIFE) -> None:
        """Keep what was made of a version until tomorrow begins, and no longer than `life` seconds."""
        if not version:
            return
        now = timezone.localtime()
        left = 24 * 3600 - (now.hour * 3600 + now.minute * 60 + now.second)
        kept = {RELEASE + key: (version, what) for key, what in made.items()}
        self._try(lambda cache: cache.set_many(kept, min(life, left)), None)

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


store = Store()


def recall(makers: Mapping[Any, Callable[[], Any]]) -> dict[Any, Any]:
    """What each maker makes, by what names it; what was made of the same content is not made again.

    The names, any values that `repr` tells apart, must say all that the makers depend on, besides the
    content and the day.
    """
    if not settings.KEEP_PAGES:
        return {name: make() for name, make in makers.items()}
    keys = {name: hashlib.sha256(repr(name).encode()).hexdigest() for name in makers}
    version, found = store.look(keys.values())
    made = {keys[name]: make() for name, make in makers.items() if keys[name] not in found}
    if made:
        store.keep(made, version)
    return {name: (found | made)[key] for name, key in keys.items()}
