"""ASGI entry point of the portal."""

import os

from django.core.asgi import get_asgi_application

from portal.checks import refuse_unsafe_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

application = get_asgi_application()

refuse_unsafe_start()
