"""The portal as it runs for real, with the demo inside: what the gates in the browser look at.

Beside `make demo` this has pages of its own for errors, and files named and compressed for good.
"""

from portal.settings import *  # noqa: F403 - a settings module inherits by star

DEBUG = DEMO = False
ROOT_URLCONF = "tests.gates.urls"
# Stands for the web server in front, which compresses pages.
MIDDLEWARE = ["django.middleware.gzip.GZipMiddleware", *MIDDLEWARE]  # noqa: F405
STORAGES["staticfiles"]["BACKEND"] = "tests.gates.storage.Storage"  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# One visitor sees every page within a minute.
ACCOUNT_RATE_LIMITS = False
