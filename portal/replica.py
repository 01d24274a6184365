"""Reads of visitors from a copy of the database, where one is configured (`REPLICA_URL`).

Only pages that are the same for all who come without a session are read there, and only while the copy
has all that these pages are made of: it has the marks of `content_version` with everything else, so it
has caught up exactly if it gives the version that visitors are to see. A copy that is behind, or gone,
is passed over, and nobody sees less than without one. Whoever has signed in reads where they write.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from portal import content_version, kept_pages
from portal.keeping import go_by, store
from portal.overload import Away

logger = logging.getLogger(__name__)

NAME = "replica"
# For so long a copy that does not answer is left alone, in seconds.
REST = 5.0


class Router:
    """Sends queries to the copy while a page is made from it, and everything else to the database."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        """Where to read: what was once read from the copy is not read there again later."""
        return NAME if content_version.pinned() else DEFAULT_DB_ALIAS

    def db_for_write(self, model: Any, **hints: Any) -> str:
        """Where to write: never to the copy."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        """They are the same rows."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """The copy is given its tables by the database."""
        return db != NAME


class Copy:
    """What this process knows of the copy."""

    def __init__(self) -> None:
        self.known = content_version.Known(NAME)
        self.rests_until = float("-inf")

    def has(self, version: str) -> bool:
        """Whether the copy answers, and is at this version of the content: none or one query."""
        if not version or time.monotonic() < self.rests_until:
            return False
        is_known = self.known.is_fresh() and self.known.version == version
        return is_known or (self.answers() and self.known.version == version)

    def answers(self) -> bool:
        """Whether the copy answers now: one query. If not, it is left alone for a while."""
        self.known.read()
        if not self.known.version:
            logger.warning("The replica does not answer, and is left alone for a while")
            self.rests_until = time.monotonic() + REST
        return bool(self.known.version)


copy = Copy()


class ReadFromCopy:
    """Has pages for visitors made from the copy while it has caught up; does nothing without one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if NAME not in settings.DATABASES or not kept_pages.is_for_all(request):
            return self.get_response(request)
        version, _nothing = store.look([])
        if not copy.has(version):
            return self.get_response(request)
        go_by(version)
        with content_version.pinned_to(version):
            response = self.get_response(request)
        if response.status_code >= 500 and (_was_stopped(response) or not copy.answers()):
            # It went while the page was made; this only reads, so it can be made once more.
            return self.get_response(request)
        return response


def _was_stopped(response: HttpResponseBase) -> bool:
    """Whether a query was given up for a reason that passes: a copy ends those that hold it up."""
    return response.get("Retry-After") == str(Away.wait)
