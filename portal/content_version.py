"""A number that grows whenever something changes that a visitor's page may be made of.

Pages are kept under it (`portal/kept_pages.py`): one that was made under an earlier number is not
shown. Nobody has to remember to count: whatever is written to any table counts, but for those that no
page of a visitor is made of. The number is raised right after the commit, and every process looks it
up now and then, so that a change made elsewhere, or by a command, is known to all within a second.
"""

import logging
import re
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar

from django.apps import apps
from django.core.cache import caches
from django.db import DatabaseError, connection, connections, models, transaction
from django.db.models import F
from django.utils import timezone

logger = logging.getLogger(__name__)

# How long a process believes the number it read, in seconds.
BELIEVED = 0.5

# What no page of a visitor is made of. Models that are not named here count.
UNSEEN = frozenset(
    {
        "account.EmailAddress",
        "account.EmailConfirmation",
        "admin.LogEntry",
        "contenttypes.ContentType",
        "django_tasks_database.DBTaskResult",
        "auth.Group",
        "auth.Permission",
        "members.Invitation",
        "members.Seat",
        "members.Trust",
        "members.User",
        "portal.Asked",
        "portal.BackgroundTask",
        "portal.ContentVersion",
        "portal.HistoryEntry",
        "portal.PeriodicJob",
        "portal.Submission",
        # Written with what they find, and asked by searches only, which are not kept.
        "portal.SearchDocument",
        "portal.SpellingKey",
        "sessions.Session",
    }
)
# Under what the store of pages has the number: the next to ask anywhere finds it there.
KEY = "content-version"
WRITES = re.compile(
    r'\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)', re.IGNORECASE
)


class ContentVersion(models.Model):
    """The one row that has the number."""

    number = models.PositiveBigIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = models.Manager()

    def __str__(self) -> str:
        return str(self.number)


# --- Counting ---------------------------------------------------------------------------------------


def watch(connection: Any, **_kwargs: Any) -> None:
    """Count what is written through a connection: called for each when it is made."""
    if _counted not in connection.execute_wrappers:
        connection.execute_wrappers.append(_counted)


def _counted(execute: Callable, sql: Any, params: Any, many: bool, context: dict) -> Any:
    """Run a statement; if it writes what is seen, count once when its transaction is committed."""
    result = execute(sql, params, many, context)
    if isinstance(sql, str) and sql[:1] in "IUDiud " and _is_seen(sql):
        through = context["connection"]
        if all(func is not raise_number for _sids, func, _robust in through.run_on_commit):
            transaction.on_commit(raise_number, using=through.alias, robust=True)
    return result


def _is_seen(sql: str) -> bool:
    written = WRITES.match(sql)
    return written is not None and written[1] in _seen_tables()


@cache
def _seen_tables() -> frozenset[str]:
    """The tables whose rows pages are made of, those between two models among them."""
    models = apps.get_models(include_auto_created=True)
    return frozenset(m._meta.db_table for m in models if m._meta.label not in UNSEEN)


def raise_number() -> None:
    """Count a change: two queries.

    In no transaction, which SQLite could not end while a statement that returns rows is being read.
    Whoever raises it at the same moment may read the other's number: it is the higher one.
    """
    rows = ContentVersion.objects.filter(pk=1)
    try:
        if not rows.update(number=F("number") + 1, changed_at=timezone.now()):
            ContentVersion(pk=1).save_base(raw=True, force_insert=True)
        number = rows.values_list("number", flat=True).get()
    except DatabaseError:
        if ContentVersion._meta.db_table in connection.introspection.table_names():
            raise
        return  # An earlier migration writes something: there is no page yet.
    _known.learn(number)
    try:
        pages = caches["pages"]
        if pages.get(KEY, 0) < number:
            pages.set(KEY, number, None)
    except Exception:
        # Whatever the store fails with: every process reads the number from the database soon.
        logger.warning("The store of pages was not told of a change", exc_info=True)


# --- Knowing ----------------------------------------------------------------------------------------


class _Known:
    """The number as this process knows it."""

    def __init__(self) -> None:
        self.number = 0
        self.read_at = float("-inf")
        self.lock = threading.Lock()

    def learn(self, number: int) -> None:
        self.number, self.read_at = number, time.monotonic()

    def look(self) -> None:
        """Read it anew if it was read too long ago; one thread does, the others go on meanwhile."""
        if time.monotonic() - self.read_at < BELIEVED or not self.lock.acquire(blocking=False):
            return
        try:
            rows = ContentVersion.objects.values_list("number", flat=True)
            self.learn(rows.filter(pk=1).first() or 0)
        except DatabaseError:
            # Where nothing can be read nothing can be written either: what is known still holds.
            self.read_at = time.monotonic()
            connections.close_all()
            logger.warning("The version of the content cannot be read")
        finally:
            self.lock.release()


_known = _Known()


def current() -> int:
    """The number, at most half a second old: none or one query."""
    _known.look()
    return _known.number


def forget() -> None:
    """Have the next question read the number anew, as a new process does."""
    _known.read_at = float("-inf")
