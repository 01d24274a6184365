"""The cast every test may call on, and what each test starts from.

Alice edits her organisation, Bob owns it, Charlie is from elsewhere, Newton has no organisation,
Dana moderates, Erin moderates too, Fay is the administrator.
"""

import datetime

import pytest
from django.core.cache import cache
from django.utils import timezone

from tests import factories


@pytest.fixture(autouse=True)
def _fresh_limits():
    """What one test counted is not held against the next."""
    cache.clear()


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
