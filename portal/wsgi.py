"""WSGI entry point of the portal."""

import os
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters

from portal.checks import refuse_unsafe_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


class Request(WSGIRequest):
    """A request in UTF-8, whatever charset its content type claims.

    Django would read the query in that charset here, before anybody can refuse it: and Python knows
    some that are none, which would be an error of ours. `RefuseMalformedInput` refuses them all.
    """

    def _set_content_type_params(self, meta: Any) -> None:
        kind = meta.get("CONTENT_TYPE", "")
        self.content_type, self.content_params = parse_header_parameters(kind)


class Handler(WSGIHandler):
    """Answers the requests of the portal."""

    request_class = Request


django.setup(set_prefix=False)
application = Handler()

refuse_unsafe_start()
