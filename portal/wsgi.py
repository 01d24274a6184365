"""WSGI entry point of the portal."""

import os

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

from portal.checks import refuse_unsafe_start
from portal.middleware import ReadAsUtf8

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")


class Request(ReadAsUtf8, WSGIRequest):
    """What a browser sends, as this server hands it over."""


class Handler(WSGIHandler):
    """Answers the requests of the portal."""

    request_class = Request


django.setup(set_prefix=False)
application = Handler()

refuse_unsafe_start()
