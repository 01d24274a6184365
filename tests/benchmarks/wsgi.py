"""One process that serves both: the portal as it is, and the limits as `startproject` makes a site.

The limits have Django's own middleware and none of ours, so that what ours costs is seen.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest

from portal.wsgi import application as portal

STARTPROJECT = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


# Not before the portal: its models are read by then.
kept_pages = import_module("portal.kept_pages")
_key_of = kept_pages.key_of


def key_of(request: HttpRequest) -> str | None:
    """None for a page that is to be made, though it is kept: counts are, as for any first visit."""
    return None if "HTTP_X_COLD" in request.META else _key_of(request)


kept_pages.key_of = key_of


class Plain(WSGIHandler):
    """A handler with the middleware of a new project."""

    def load_middleware(self, is_async: bool = False) -> None:
        """Read once, when the handler is made: the portal's was made before."""
        ours, settings.MIDDLEWARE = settings.MIDDLEWARE, STARTPROJECT
        try:
            super().load_middleware(is_async)
        finally:
            settings.MIDDLEWARE = ours


limits = Plain()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
    """The limits below /limits/, the portal everywhere else."""
    serve: Any = limits if environ["PATH_INFO"].startswith("/limits/") else portal
    return serve(environ, start_response)
