"""Production does not start without its secrets, nor with the demo's public passwords."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import CommandError

from events.demo import loader
from members.models import User
from portal import checks
from tests import factories

pytestmark = pytest.mark.django_db

COMPLETE = {
    "SECRET_KEY": "k" * 60,
    "ALLOWED_HOSTS": ["portal.example"],
    "BASE_URL": "https://portal.example",
    "DEFAULT_FROM_EMAIL": "portal@portal.example",
    "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
}


@pytest.fixture
def production(settings):
    settings.DEBUG = settings.DEMO = False
    for name, value in COMPLETE.items():
        setattr(settings, name, value)
    return settings


def test_production_starts_with_all_it_needs(production):
    checks.refuse_unsafe_start()


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "BASE_URL", "DEFAULT_FROM_EMAIL"])
def test_production_names_what_is_missing(production, name):
    setattr(production, name, "")

    with pytest.raises(
        ImproperlyConfigured, match=rf"{name} (is not set|setting must not be empty)"
    ):
        checks.refuse_unsafe_start()


def test_production_refuses_a_demo_account_and_says_what_to_do(production):
    factories.UserFactory(email="admin@demo.example")

    with pytest.raises(ImproperlyConfigured, match="delete_demo_accounts"):
        checks.refuse_unsafe_start()

    call_command("delete_demo_accounts", no_input=True)
    checks.refuse_unsafe_start()
    assert not User.objects.exists()


def test_the_demo_does_not_load_into_production(production):
    with pytest.raises(CommandError, match="public passwords"):
        call_command("load_demo")

    assert not User.objects.exists()


def test_the_web_process_itself_refuses():
    environment = os.environ | {"DEBUG": "false", "DATABASE_URL": "sqlite://:memory:"}
    environment |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "SECRET_KEY": "", "EMAIL_URL": ""}

    started = subprocess.run(
        [sys.executable, "-c", "import portal.wsgi"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert started.returncode != 0
    assert "SECRET_KEY" in started.stderr


def test_the_demo_is_whole(settings):
    settings.DEBUG = settings.DEMO = True

    call_command("load_demo")
    call_command("load_demo")

    from events.models import Event, Project
    from members.models import Organisation
    from portal.models import Submission

    assert Organisation.objects.published().count() == 57
    assert Organisation.objects.members().count() == 7
    assert Project.objects.published().count() == 8
    assert Project.objects.get(slug_fr="ia-locale-en-open-source").funding_total == 2_560_000
    assert Event.objects.withdrawn().count() == 1
    assert sorted(Submission.objects.values_list("status", flat=True)) == [
        "draft",
        "in_review",
        "in_review",
        "in_review",
        "refused",
        "to_correct",
    ]
    assert User.objects.count() == len(loader.ACCOUNTS)
