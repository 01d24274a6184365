"""The cast every test may call on, and what each test starts from.

Alice edits her organisation, Bob owns it, Charlie is from elsewhere, Newton has no organisation,
Dana moderates, Erin moderates too, Fay is the administrator.
"""

import datetime
import gc
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache, caches
from django.db import connection
from django.utils import timezone, translation
from playwright.sync_api import Browser, Playwright

from events.demo import loader
from portal import content_version, keeping, renditions
from tests import factories

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    # Without these a browser on a machine without the web asks for it all the time.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: searching it for garbage, again and again, took
    a sixth of the time of all tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(autouse=True)
def _fresh_limits():
    """What one test counted, or kept, is not held against the next."""
    cache.clear()
    caches["pages"].clear()
    keeping.near.held = {}
    renditions._seen.clear()
    content_version.forget()


@pytest.fixture(autouse=True)
def _fresh_language():
    """Each test begins in French, whatever the one before it spoke last."""
    with translation.override("fr"):
        yield


@pytest.fixture
def organisation(db):
    return factories.OrganisationFactory(
        name="Laboratoire des arches", short_name="LDA", kind="laboratory"
    )


@pytest.fixture
def elsewhere(db):
    return factories.OrganisationFactory(name="Ailleurs", kind="company")


@pytest.fixture
def alice(organisation):
    return factories.UserFactory(email="alice@example.org", full_name="Alice", member=organisation)


@pytest.fixture
def bob(organisation):
    return factories.UserFactory(
        email="bob@example.org", full_name="Bob", owner=organisation, language="en"
    )


@pytest.fixture
def charlie(elsewhere):
    return factories.UserFactory(email="charlie@example.org", full_name="Charlie", owner=elsewhere)


@pytest.fixture
def newton(db):
    return factories.UserFactory(email="newton@example.org", full_name="Newton")


@pytest.fixture
def dana(db):
    return factories.UserFactory(email="dana@example.org", full_name="Dana", moderator=True)


@pytest.fixture
def erin(db):
    return factories.UserFactory(email="erin@example.org", full_name="Erin", moderator=True)


@pytest.fixture
def fay(db):
    return factories.UserFactory(email="fay@example.org", full_name="Fay", administrator=True)


@pytest.fixture
def tomorrow() -> datetime.datetime:
    return timezone.now().replace(microsecond=0) + datetime.timedelta(days=1)


# --- The browser ----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def place_demo(tmp_path_factory) -> Callable[[], None]:
    """Puts the demo where the test runs: loading it takes seconds, so that is done once and kept."""
    kept = tmp_path_factory.mktemp("demo")
    images = {kept / "media": settings.MEDIA_ROOT, kept / "held": settings.HELD_ROOT}

    def place() -> None:
        if connection.vendor != "sqlite":
            loader.load(lambda step: None)
            return
        connection.ensure_connection()
        with closing(sqlite3.connect(kept / "portal.sqlite3")) as copy:
            if all(copies.exists() for copies in images):
                copy.backup(connection.connection)
                for copies, place in images.items():
                    shutil.copytree(copies, place, dirs_exist_ok=True)
            else:
                loader.load(lambda step: None)
                connection.connection.backup(copy)
                for copies, place in images.items():
                    shutil.copytree(place, copies)
        # Kinds have the numbers that they were given when the demo was loaded.
        ContentType.objects.clear_cache()

    return place


@pytest.fixture
def demo(settings, live_server, place_demo):
    """The demo, as `make demo` shows it."""
    settings.DEMO = settings.DEBUG = settings.KEEP_PAGES = True
    settings.BASE_URL = live_server.url
    place_demo()
