"""What whatever watches over the portal is told, and that visitors are not."""

import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from portal import health, logs
from portal.lifecycle import kinds, review
from tests import factories
from tests.served import served, surroundings

pytestmark = pytest.mark.django_db

TOKEN = "a-token-for-prometheus"


@pytest.fixture(autouse=True)
def _newly_started():
    health._migrated.clear()


@pytest.fixture
def no_database(monkeypatch):
    def away(*args: object) -> None:
        raise DatabaseError("password=secret")

    monkeypatch.setattr(connection, "cursor", away)


@pytest.fixture
def no_limits(settings):
    """Nothing listens on this port."""
    settings.CACHES = settings.CACHES | {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }


def test_a_process_that_answers_is_alive_whatever_else_is_away(client, no_database):
    response = client.get("/healthz")

    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.once
def test_the_image_finds_itself_healthy(tmp_path):
    lines = Path(settings.BASE_DIR, "Dockerfile").read_text().replace("\\\n", "")
    command = json.loads(re.search(r"^HEALTHCHECK .*? CMD (.*)$", lines, re.MULTILINE)[1])
    production = {
        "DEBUG": "false",
        "SECRET_KEY": "".join(map(str, os.urandom(50))),
        "ALLOWED_HOSTS": ".example.org,localhost",
        "BASE_URL": "https://portal.example.org",
        "DATABASE_URL": f"sqlite:///{tmp_path}/portal.sqlite3",
        "DATA_DIR": str(tmp_path),
        "STATIC_ROOT": str(tmp_path),
        "EMAIL_URL": "smtp://127.0.0.1:1/",
        "DEFAULT_FROM_EMAIL": "portal@example.org",
        "BEHIND_PROXY": "true",
    }

    with served(production) as portal:
        program = command[2].replace("8000", str(portal.port)).replace("timeout=2", "timeout=60")
        found = {
            hosts: subprocess.run(
                [sys.executable, "-c", program],
                env=surroundings(production | {"ALLOWED_HOSTS": hosts}),
            ).returncode
            for hosts in (".example.org,localhost", "portal.example.org,localhost")
        }

    assert command[:2] == ["python", "-c"]
    assert set(found.values()) == {0}, found


def test_a_process_is_ready_once_every_part_is(client):
    response = client.get("/readyz")

    assert (response.status_code, response.content.decode()) == (
        200,
        "database: ok\nmigrations: ok\nlimits: ok\n",
    )
    assert "no-store" in response["Cache-Control"]


def test_the_part_that_is_away_is_named_and_nothing_else_told(client, no_database):
    response = client.get("/readyz")

    assert (response.status_code, response.content.decode()) == (
        503,
        "database: unavailable\nmigrations: unavailable\nlimits: ok\n",
    )


def test_a_process_whose_limits_cannot_be_counted_is_not_ready(client, no_limits):
    response = client.get("/readyz")

    assert (response.status_code, response.content.decode()) == (
        503,
        "database: ok\nmigrations: ok\nlimits: unavailable\n",
    )


def test_a_newer_version_waits_for_its_tables(client):
    last = MigrationRecorder.Migration.objects.filter(app="portal").latest("id")
    last.delete()
    before = client.get("/readyz")

    MigrationRecorder(connection).record_applied("portal", last.name)
    after = client.get("/readyz")

    assert (before.status_code, after.status_code) == (503, 200)
    assert "migrations: to be applied\n" in before.content.decode()


# --- Metrics ----------------------------------------------------------------------------------------


def ask(token):
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return Client().get("/metrics", headers=headers)


@pytest.mark.parametrize(("kept", "given"), [("", ""), ("", "x"), (TOKEN, ""), (TOKEN, "other")])
def test_who_has_not_the_token_finds_no_metrics(settings, kept, given):
    settings.METRICS_TOKEN = kept

    assert ask(given).status_code == 404


def value(text, line):
    """What is counted under a name with these labels."""
    found = re.search(rf"^{re.escape(line)} ([0-9.e+]+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_requests_are_counted_by_view_and_status_and_by_nothing_else(settings, organisation):
    settings.METRICS_TOKEN = TOKEN
    line = 'portal_requests_total{method="GET",status="200",view="members:organisation-detail"}'
    odd = 'portal_requests_total{method="other",status="405",view="home"}'
    before = ask(TOKEN).content.decode()

    Client().get("/fr/annuaire/laboratoire-des-arches/?token=secret")
    Client().generic("BREW", "/fr/")

    after = ask(TOKEN).content.decode()
    assert value(after, line) == value(before, line) + 1
    assert value(after, odd) == value(before, odd) + 1
    assert "laboratoire-des-arches" not in after
    assert "secret" not in after
    assert "BREW" not in after


def test_metrics_tell_how_much_waits(settings, alice, organisation):
    settings.METRICS_TOKEN = TOKEN
    kind = kinds.named("organisation")
    values = kind.content.read(organisation) | {"postcode": "34000"}
    review.save(kind, values, by=alice, target=organisation)

    text = ask(TOKEN).content.decode()

    waiting = {
        status: value(text, f'portal_submissions{{status="{status}"}}')
        for status in ("draft", "in_review", "to_correct")
    }
    assert waiting == {"draft": 1, "in_review": 0, "to_correct": 0}


def test_metrics_tell_what_workers_have_not_done(settings, db):
    settings.METRICS_TOKEN = TOKEN
    factories.BackgroundTaskFactory()

    text = ask(TOKEN).content.decode()

    undone = {
        status: value(text, f'portal_tasks{{status="{status}"}}')
        for status in ("ready", "running", "failed")
    }
    assert undone == {"ready": 0, "running": 0, "failed": 1}


# --- Logs for programs ------------------------------------------------------------------------------


def entry(message, *args, exc_info=None):
    record = logging.getLogger("any").makeRecord(
        "any", logging.ERROR, "", 0, message, args, exc_info
    )
    return json.loads(logs.JsonLine().format(record))


def test_an_entry_is_one_line_that_names_its_request():
    logs.request_id.set("abc123")

    line = entry("Something about %s\nand more", "a thing")

    assert {k: v for k, v in line.items() if k != "at"} == {
        "level": "error",
        "logger": "any",
        "request_id": "abc123",
        "message": "Something about a thing\nand more",
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line["at"])


@pytest.mark.threat("T13", "not logged")
def test_no_line_for_programs_holds_a_secret_either():
    try:
        raise ValueError("/fr/invitation/a-secret-of-a-link/")
    except ValueError:
        line = entry("GET %s", "/en/invitation/a-secret-of-a-link/", exc_info=sys.exc_info())

    assert "a-secret-of-a-link" not in json.dumps(line)
    assert "ValueError" in line["traceback"]
