"""Limits while Redis is away: a real one is stopped and started again."""

import shutil
import socket
import subprocess

import pytest
from django.core.cache import caches
from django.test import Client

from portal import limits

REDIS = shutil.which("redis-server")

pytestmark = [
    pytest.mark.once,
    pytest.mark.django_db,
    pytest.mark.skipif(REDIS is None, reason="Redis is not installed here"),
]


class Redis:
    """A server of our own, which keeps nothing on the disk."""

    def __init__(self) -> None:
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        self.start()

    def start(self):
        command = [REDIS, "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        while "Ready to accept connections" not in self.process.stdout.readline():
            assert self.process.poll() is None

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


@pytest.fixture
def redis(settings):
    server = Redis()
    settings.CACHES = settings.CACHES | {
        "default": {
            "BACKEND": "portal.caches.RedisOrMemory",
            "LOCATION": f"redis://127.0.0.1:{server.port}/0",
            "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 1},
        }
    }
    yield server
    caches["default"]._cache.redis.get_client().close()
    server.stop()


def rest_is_over():
    caches["default"]._cache.rests_until = 0


def test_limits_hold_while_redis_is_away_and_count_in_it_when_it_is_back(redis):
    for _ in range(2):
        limits.require("anything", "key", 2, 60)
    with pytest.raises(limits.TooOften):
        limits.require("anything", "key", 2, 60)

    redis.stop()
    for _ in range(2):
        limits.require("anything", "key", 2, 60)
    with pytest.raises(limits.TooOften):
        limits.require("anything", "key", 2, 60)
    assert caches["default"].is_away

    redis.start()
    rest_is_over()
    limits.require("anything", "key", 2, 60)
    assert not caches["default"].is_away
    assert caches["default"].get("limit:anything:key") == 1


def test_pages_and_the_api_are_served_and_limited_while_redis_is_away(redis, client, settings):
    redis.stop()

    pages = [client.get(path).status_code for path in ("/fr/", "/fr/annuaire/", "/fr/connexion/")]
    api = [client.get("/api/v1/themes/").status_code for _ in range(121)]

    assert pages == [200, 200, 200]
    assert (api.count(200), api[-1]) == (120, 429)


@pytest.mark.threat("T11", "account")
def test_nobody_tries_passwords_without_end_while_redis_is_away(redis, alice):
    redis.stop()
    browser = Client()

    answers = [
        browser.post(
            "/fr/connexion/", {"login": "alice@example.org", "password": f"wrong-{number}-wrong"}
        ).content.decode()
        for number in range(6)
    ]

    assert "Trop" not in answers[0]
    assert "Trop" in answers[-1]


def test_a_process_that_counts_for_itself_is_ready_and_says_so(redis, client):
    redis.stop()
    client.get("/api/v1/themes/")

    response = client.get("/readyz")

    assert response.status_code == 200
    assert "limits: counted by each process, Redis is away\n" in response.content.decode()
