"""What is answered when something fails: a fault of ours, or one of the database that passes.

A query that takes too long is stopped by PostgreSQL (`statement_timeout`); a database that is being
restarted, or is full, does not answer for a while.
"""

import select
from typing import Any

from django.db import InterfaceError, OperationalError, connections
from django.utils.translation import gettext_lazy as _
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework.exceptions import APIException

# As SQL calls it.
QUERY_CANCELED = "57014"
# The classes of what passes by itself, as PostgreSQL numbers them: of connections, of transactions that
# got in each other's way, of resources, of locks, of whoever runs the server, of its machine.
CONNECTION = "08"
PASSING = {CONNECTION, "40", "53", "55", "57", "58"}


def was_stopped(error: BaseException | None) -> bool:
    """Whether an error says that a query was stopped because it took too long."""
    return getattr(getattr(error, "__cause__", None), "sqlstate", None) == QUERY_CANCELED


def is_away(error: BaseException | None) -> bool:
    """Whether an error says that the database does not answer, or cannot for now.

    PostgreSQL tells such errors by the class of their code; its driver has none for a connection that
    is lost, or that cannot be made.
    """
    cause = getattr(error, "__cause__", None)
    if type(cause).__module__.partition(".")[0] != "psycopg":
        return False
    code = getattr(cause, "sqlstate", None) or CONNECTION
    return isinstance(error, OperationalError | InterfaceError) and code[:2] in PASSING


def leave_what_is_broken(**_signal: Any) -> None:
    """Close the connections of this thread that the database has ended; connected to each request.

    One that a thread kept through a restart would fail the next request, a minute later even. Nothing
    is sent over one that waits: where something can be read, it ended, or Django asks it how it is.
    """
    for connection in connections.all(initialized_only=True):
        if connection.vendor != "postgresql" or connection.connection is None:
            continue
        if connection.in_atomic_block:  # not at the beginning of a request: a test
            continue
        if connection.connection.closed or _can_be_read(connection.connection.fileno()):
            connection.errors_occurred = True
            connection.close_if_unusable_or_obsolete()


def _can_be_read(descriptor: int) -> bool:
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    return bool(waiting.poll(0))


class TooSlow(APIException):
    """Says so as the API does: 503, with the time after which to try again, in seconds.

    What made the database slow is rarely over at once.
    """

    status_code = 503
    default_code = "too_slow"
    default_detail = _("The answer took too long. Ask for less, or try again in a minute.")
    wait = 60


class Away(APIException):
    """The same for a database that does not answer: most often it is back in a moment."""

    status_code = 503
    default_code = "unavailable"
    default_detail = _("The portal is unavailable for the moment. Try again in a few seconds.")
    wait = 5


def passing(error: BaseException | None) -> type[TooSlow] | type[Away] | None:
    """What to answer to an error that passes by itself; None for a fault."""
    if was_stopped(error):
        return TooSlow
    return Away if is_away(error) else None


class Fault(APIException):
    """Says as the API does that we are to blame, and nothing of what happened: 500."""

    default_detail = _("The fault is ours and has been reported.")


class SaysWhatFailed(ExceptionHandler):
    """The errors of the API, and these."""

    def convert_known_exceptions(self, exc: Exception) -> Any:
        """What passes by itself is no fault in the code."""
        answer = passing(exc)
        return answer() if answer else super().convert_known_exceptions(exc)

    def convert_unhandled_exceptions(self, exc: Exception) -> APIException:
        """What nobody expected; what it says is for the logs."""
        return exc if isinstance(exc, APIException) else Fault()
