"""What is answered when something fails: a fault of ours, or a query that took too long.

The latter is stopped by PostgreSQL (`statement_timeout`).
"""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework.exceptions import APIException

# When to come back: what made the database slow is rarely over at once.
RETRY_SECONDS = 60
# As SQL calls it.
QUERY_CANCELED = "57014"


def was_stopped(error: BaseException | None) -> bool:
    """Whether an error says that a query was stopped because it took too long."""
    return getattr(getattr(error, "__cause__", None), "sqlstate", None) == QUERY_CANCELED


class TooSlow(APIException):
    """Says so as the API does: 503, with the time after which to try again."""

    status_code = 503
    default_code = "too_slow"
    default_detail = _("The answer took too long. Ask for less, or try again in a minute.")
    wait = RETRY_SECONDS


class Fault(APIException):
    """Says as the API does that we are to blame, and nothing of what happened: 500."""

    default_detail = _("The fault is ours and has been reported.")


class SaysWhatFailed(ExceptionHandler):
    """The errors of the API, and these two."""

    def convert_known_exceptions(self, exc: Exception) -> Any:
        """A query that was stopped is no fault in the code."""
        return TooSlow() if was_stopped(exc) else super().convert_known_exceptions(exc)

    def convert_unhandled_exceptions(self, exc: Exception) -> APIException:
        """What nobody expected; what it says is for the logs."""
        return exc if isinstance(exc, APIException) else Fault()
