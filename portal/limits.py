"""How often something may be done. A limiter that cannot count refuses: it fails closed."""

import ipaddress
import logging
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.lifecycle.errors import ReviewError

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
    counter: Any = caches["default"]
    try:
        count = counter.count(f"limit:{scope}:{key}", seconds)
    except Exception as error:
        logger.exception("The limiter cannot count %s", scope)
        raise TooOften(seconds) from error
    if count > most:
        raise TooOften(seconds)


def client_address(request: HttpRequest) -> str:
    """The network address of whoever asks, as the outermost of our own proxies saw it.

    What a visitor writes into X-Forwarded-For stands left of what our proxies add, and is not read.
    Of an IPv6 address the network is told: whoever has one has all 2^64 of it. Raises
    PermissionDenied where no address is known: nothing could be counted.
    """
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    behind = 0 < settings.TRUSTED_PROXIES <= len(seen)
    address = seen[-settings.TRUSTED_PROXIES] if behind else request.META.get("REMOTE_ADDR", "")
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        raise PermissionDenied("The address of the client is unknown") from None
    found = getattr(found, "ipv4_mapped", None) or found
    if found.version == 6:
        found = ipaddress.IPv6Network((int(found), 64), strict=False).network_address
    return str(found)


def require_upload(user: Any) -> None:
    """Count one image sent by `user`."""
    require("upload", user.pk, UPLOADS, UPLOADS_SECONDS)
