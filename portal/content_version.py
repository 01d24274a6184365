"""A text that is another one whenever something has changed that a visitor's page may be made of.

Pages are kept under it (`portal/kept_pages.py`): what was made under another one is not shown. Nobody
has to remember to change it: whatever is written to any table leaves a mark in the same transaction,
but for those tables that no page of a visitor is made of. The mark is as durable as what it is about.

Every process reads the marks twice a second, and the one that wrote tells the store of pages at once:
so the next request anywhere shows a change, and any request half a second later even if nobody was told.
"""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from functools import cache
from typing import Any, ClassVar

from django.apps import apps
from django.core.cache import caches
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, models, transaction
from django.db.models import Count, Max
from django.utils import timezone

logger = logging.getLogger(__name__)

# How long a process believes what it read, in seconds.
BELIEVED = 0.5
# Marks older than this are forgotten: no transaction lasts so long, and pages are kept for minutes.
KEPT = timedelta(days=1)
# Under what the store of pages has the version: the next to ask anywhere finds it there.
KEY = "content-version"

# What no page of a visitor is made of. Models that are not named here leave marks.
UNSEEN = frozenset(
    {
        "account.EmailAddress",
        "account.EmailConfirmation",
        "admin.LogEntry",
        "contenttypes.ContentType",
        "auth.Group",
        "auth.Permission",
        "django_tasks_database.DBTaskResult",
        "members.Import",
        "members.ImportLine",
        "members.Invitation",
        "members.Seat",
        "members.Trust",
        "members.User",
        "portal.Asked",
        "portal.BackgroundTask",
        "portal.ContentChange",
        "portal.HistoryEntry",
        "portal.PeriodicJob",
        "portal.Submission",
        # Written with what they find; who writes them again by themselves says so (`mark`).
        "portal.SearchDocument",
        "portal.SpellingKey",
        "sessions.Session",
    }
)
WRITES = re.compile(
    r'(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM)\s+(?:ONLY\s+)?"?(\w+)', re.IGNORECASE
)
# What begins like this changes no row; anything else that is not understood may.
READS = re.compile(
    r"(?:SELECT|EXPLAIN|SHOW|PRAGMA|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|SET|FETCH|DECLARE|CLOSE"
    r"|COMMENT|ANALYZE|VACUUM|LOCK|REINDEX)\b",
    re.IGNORECASE,
)
# What comes with migrations, which may take the table of the marks away, or bring it.
DEFINES = re.compile(r"(?:CREATE|ALTER|DROP)\b", re.IGNORECASE)
# What follows a WITH may write as well.
WITHIN = re.compile(r"\b(?:INSERT|UPDATE|DELETE)\b", re.IGNORECASE)


class ContentChange(models.Model):
    """The mark of a transaction that wrote something visitors see."""

    at = models.DateTimeField(default=timezone.now)

    objects: ClassVar = models.Manager()

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S.%f}"


# --- Marking ----------------------------------------------------------------------------------------


def watch(connection: Any, **_kwargs: Any) -> None:
    """Mark what is written through a connection: called for each when it is made."""
    if _marked not in connection.execute_wrappers:
        connection.execute_wrappers.append(_marked)


def _marked(execute: Callable, sql: Any, params: Any, many: bool, context: dict) -> Any:
    """Run a statement; if it is the first of its transaction to write what is seen, leave a mark."""
    result = execute(sql, params, many, context)
    if _changes_something(sql):
        mark(context["connection"])
    return result


def mark(through: Any = connection) -> None:
    """Say once for each transaction of a connection that it writes something that visitors see."""
    # A part that is rolled back takes its mark and this note with it.
    if all(func is not tell for _sids, func, _robust in through.run_on_commit) and _has_table():
        ContentChange.objects.using(through.alias).create()
        transaction.on_commit(tell, using=through.alias, robust=True)


def _changes_something(sql: Any) -> bool:
    text = sql if isinstance(sql, str) else str(sql)
    # What joins several queries begins with the parenthesis of the first.
    text = text.lstrip(" \t\r\n(")
    if DEFINES.match(text):
        _there.clear()
        return False
    if READS.match(text) or (text[:4].upper() == "WITH" and not WITHIN.search(text)):
        return False
    written = WRITES.match(text)
    return written is None or written[1] in _seen_tables()


@cache
def _seen_tables() -> frozenset[str]:
    """The tables whose rows pages are made of, those between two models among them."""
    models = apps.get_models(include_auto_created=True)
    return frozenset(m._meta.db_table for m in models if m._meta.label not in UNSEEN)


def _has_table() -> bool:
    """Whether marks can be left: not while earlier migrations write, when there is no page yet."""
    if not _there:
        if ContentChange._meta.db_table not in connection.introspection.table_names():
            return False
        _there.append(True)
    return True


_there: list[bool] = []


def tell() -> None:
    """Let this process know what was committed, and the store of pages tell all others."""
    _known.read()
    try:
        caches["pages"].set(KEY, _known.version, None)
    except Exception:
        # Whatever the store fails with: every process reads the marks soon.
        logger.warning("The store of pages was not told of a change", exc_info=True)


def forget_old() -> None:
    """Remove the marks that nothing is kept under any more, all at once and about once a day.

    What is kept is made anew then: the version says how many marks there are.
    """
    now = timezone.now()
    if ContentChange.objects.filter(at__lt=now - 2 * KEPT).exists():
        ContentChange.objects.filter(at__lt=now - KEPT).delete()


# --- Knowing ----------------------------------------------------------------------------------------


class Known:
    """The version as this process knows it from one database; "" while it cannot be read."""

    def __init__(self, database: str) -> None:
        self.database = database
        self.version = ""
        self.read_at = float("-inf")
        # Whether the store was asked since then to say the same: somebody slower may have told it.
        self.is_told = False
        self.lock = threading.Lock()

    def read(self) -> None:
        """Read it: one query."""
        began = time.monotonic()
        try:
            marks = ContentChange.objects.using(self.database)
            found = marks.aggregate(n=Count("pk"), last=Max("pk"), at=Max("at"))
            # Marks come in the order of their commits and not of their numbers, so they are counted.
            self.version = f"{found['n']}.{found['last']}.{found['at']}"
        except DatabaseError:
            logger.warning("The version of the content cannot be read", exc_info=True)
            self.version = ""
        self.read_at, self.is_told = began, False

    def is_fresh(self) -> bool:
        return time.monotonic() - self.read_at < BELIEVED


_known = Known(DEFAULT_DB_ALIAS)


def current() -> str:
    """The version, at most half a second old: none or one query.

    "" where it cannot be read: nothing that was kept may be shown then.
    """
    # While one thread reads it the others go on with what it replaces, if there is anything.
    if not _known.is_fresh() and _known.lock.acquire(blocking=not _known.version):
        try:
            if not _known.is_fresh():
                _known.read()
        finally:
            _known.lock.release()
    return _known.version


def agreed_with(told: str) -> str:
    """The version to go by, when the store of pages was told this one, or nothing ("").

    Another process may know more than this one; but what this one has just read goes before it, and
    has to be told.
    """
    return told if told and _known.is_told else _known.version


@contextmanager
def pinned_to(version: str) -> Iterator[None]:
    """What is made within is made of the copy of the database that has this version, or a later one."""
    token = _pinned.set(version)
    try:
        yield
    finally:
        _pinned.reset(token)


def pinned() -> str:
    """The version of the copy that is read; "" where the database itself is."""
    return _pinned.get()


_pinned: ContextVar[str] = ContextVar("pinned", default="")


def was_told() -> None:
    """Note that the store says what this process read last."""
    _known.is_told = True


def forget() -> None:
    """Know nothing, as a new process does."""
    _known.version, _known.read_at = "", float("-inf")
