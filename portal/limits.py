"""How often something may be done. A limiter that cannot count refuses: it fails closed."""

import logging
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from portal.errors import ReviewError

logger = logging.getLogger(__name__)

UPLOADS, UPLOADS_SECONDS = 30, 30 * 60


class TooOften(ReviewError):
    """The limit is reached; `seconds` says when to come back."""

    message = _("That is too many in a short time. Try again later.")

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.seconds = seconds


def require(scope: str, key: Any, most: int, seconds: int) -> None:
    """Count one more `scope` for `key`; raises TooOften above `most` in a window of `seconds`."""
    name = f"limit:{scope}:{key}"
    try:
        cache.add(name, 0, seconds)
        count = cache.incr(name)
    except ValueError:
        # The window ended between the two calls: this is the first of the next one.
        cache.set(name, 1, seconds)
        count = 1
    except Exception as error:
        logger.exception("The limiter cannot count %s", scope)
        raise TooOften(seconds) from error
    if count > most:
        raise TooOften(seconds)


def require_upload(user: Any) -> None:
    """Count one image sent by `user`."""
    require("upload", user.pk, UPLOADS, UPLOADS_SECONDS)
