"""The portal's settings, with what tests need otherwise: quick passwords, mail and files kept apart."""

import os
import tempfile
from pathlib import Path

from portal.settings import *  # noqa: F403 - a settings module inherits by star

_ROOT = Path(tempfile.mkdtemp(prefix="portal-tests-"))
MEDIA_ROOT = _ROOT / "media"
HELD_ROOT = _ROOT / "held"
STORAGES["held"]["OPTIONS"]["location"] = HELD_ROOT  # noqa: F405
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":  # noqa: F405
    # A file and not memory: each thread of the server that browsers ask has a connection of its own.
    DATABASES["default"]["TEST"] = {"NAME": _ROOT / "tests.sqlite3"}  # noqa: F405
else:
    # What the tests of the copy of the database make of it: another server (`tests/standby.py`).
    DATABASES["standby"] = DATABASES["default"] | {"TEST": {"MIRROR": "default"}}  # noqa: F405
BASE_URL = "http://testserver"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
CACHES = {
    name: {"BACKEND": "portal.caches.Memory", "LOCATION": name} for name in ("default", "pages")
}
# Tests ask what a page is made of; that pages are kept has tests of its own.
KEEP_PAGES = False
# Static files come from where they lie: nothing is collected for a test.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
# The loop that drives the browser runs in the tests' own thread; the ORM is used beside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
