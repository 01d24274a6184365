"""What is kept until content changes: finished pages, and counts that many pages show.

Everything is kept under the version of the content that it was made of (`portal/content_version.py`)
and is gone with it. Without the store everything works, and is made anew each time.
"""

import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Mapping
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

    def look(self, keys: Iterable[str]) -> tuple[int, dict[str, Any]]:
        """The version of the content, and what is kept of it under these keys: one read.

        The store knows of a change at once, and this process within half a second.
        """
        known = content_version.current()
        found = self._try(lambda cache: cache.get_many([content_version.KEY, *keys]), {})
        version = found.pop(content_version.KEY, 0)
        if version < known:
            version = known
            self._try(lambda cache: cache.set(content_version.KEY, known, None), None)
        return version, {key: what for key, (of, what) in found.items() if of == version}

    def keep(self, made: Mapping[str, Any], version: int) -> None:
        """Keep what was made of a version until tomorrow begins, and no longer than LIFE."""
        now = timezone.localtime()
        left = 24 * 3600 - (now.hour * 3600 + now.minute * 60 + now.second)
        kept = {key: (version, what) for key, what in made.items()}
        self._try(lambda cache: cache.set_many(kept, min(LIFE, left)), None)

    def begin(self, key: str) -> bool:
        """Whether nobody is making this: whoever asked is doing so from now on."""
        return bool(self._try(lambda cache: cache.add(f"{key}:made", 1, MAKING), True))

    def end(self, key: str) -> None:
        """Say that it was made, or could not be."""
        self._try(lambda cache: cache.delete(f"{key}:made"), None)

    def is_being_made(self, key: str) -> bool:
        """Whether somebody is making it now."""
        return bool(self._try(lambda cache: cache.get(f"{key}:made"), None))


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
