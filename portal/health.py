"""What whatever watches over the portal asks: is it alive, is it ready, how is it doing."""

import secrets
from collections.abc import Callable

from django.conf import settings
from django.core.cache import caches
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal import content_version, metrics, replica

TEXT = "text/plain; charset=utf-8"
AWAY = "counted by each process, Redis is away"
COPY_BEHIND, COPY_AWAY = "behind, not read", "away, not read"
# What a process can do its work with.
GOOD = {"ok", AWAY, COPY_BEHIND, COPY_AWAY}


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether this process answers at all. It asks nobody else: a restart would not mend them."""
    return HttpResponse("ok\n", content_type=TEXT)


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether this process can do its work, part by part: 200, or 503 while it cannot."""
    parts = PARTS | ({"replica": _replica} if replica.NAME in settings.DATABASES else {})
    found = {name: _asked(part) for name, part in parts.items()}
    lines = [f"{name}: {answer}\n" for name, answer in found.items()]
    status = 200 if set(found.values()) <= GOOD else 503
    return HttpResponse("".join(lines), status=status, content_type=TEXT)


def _asked(part: Callable[[], str]) -> str:
    try:
        return part()
    except Exception:
        # Whatever it fails with: the one who asks is told which, and the logs say why.
        return "unavailable"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _migrations() -> str:
    """A process of a newer version waits for its tables; once they are there they stay."""
    if not _migrated:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return "to be applied"
        _migrated.add(DEFAULT_DB_ALIAS)
    return "ok"


_migrated: set[str] = set()


def _limits() -> str:
    """Where the limits are counted; a process that counts for itself can do its work."""
    limits = caches["default"]
    limits.get("readyz")
    return AWAY if getattr(limits, "is_away", False) else "ok"


def _replica() -> str:
    """Whether the copy of the database is read: without it visitors read the database."""
    if not replica.copy.answers():
        return COPY_AWAY
    return "ok" if replica.copy.has(content_version.current()) else COPY_BEHIND


PARTS = {"database": _database, "migrations": _migrations, "limits": _limits}


@never_cache
@require_safe
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Counters for Prometheus, for whoever sends METRICS_TOKEN; not there where none is set."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    token = settings.METRICS_TOKEN
    if not token or not secrets.compare_digest(given.encode(), token.encode()):
        raise Http404
    return HttpResponse(metrics.text(), content_type=metrics.CONTENT_TYPE)
