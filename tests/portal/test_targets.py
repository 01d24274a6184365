"""Request targets that no browser sends a server: as they come to the portal under gunicorn."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

from tests.served import served, surroundings

pytestmark = pytest.mark.once

EVIL = "evil.example"
# As the proxy in front of it says that a visitor came.
SECURELY = {"X_Forwarded_Proto": "https"}


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    """The portal in production, which keeps pages, with an empty database."""
    folder = tmp_path_factory.mktemp("production")
    production = {
        "DEBUG": "false",
        "SECRET_KEY": "".join(map(str, os.urandom(50))),
        "ALLOWED_HOSTS": "localhost",
        "BASE_URL": "https://localhost",
        "DATABASE_URL": f"sqlite:///{folder}/portal.sqlite3",
        "DATA_DIR": str(folder),
        "STATIC_ROOT": str(folder / "static"),
        "EMAIL_URL": "smtp://127.0.0.1:1/",
        "DEFAULT_FROM_EMAIL": "portal@example.org",
        "BEHIND_PROXY": "true",
        "TRUSTED_PROXIES": "1",
    }
    for command in ("migrate", "collectstatic"):
        subprocess.run(
            [sys.executable, "manage.py", command, "--no-input", "--verbosity", "0"],
            cwd=settings.BASE_DIR,
            env=surroundings(production),
            check=True,
        )
    with served(production, "--threads", "4") as portal:
        yield portal


def read(answer):
    """The status and the headers of an answer, in small letters, and its text."""
    head, _blank, text = answer.partition("\r\n\r\n")
    status, *lines = head.split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(status.split(" ", 2)[1]), headers, text


@pytest.mark.threat("T15", "hosts")
@pytest.mark.parametrize(
    ("target", "status", "location"),
    [
        (f"GET http://{EVIL}/", 302, "/fr/"),
        (f"GET http://{EVIL}", 302, "/fr/"),
        (f"GET http://{EVIL}/fr/", 200, None),
        (f"GET https://{EVIL}/fr/annuaire", 301, "/fr/annuaire/"),
        (f"GET http://x@{EVIL}:99999/fr/annuaire/", 200, None),
        (f"GET //{EVIL}", 404, None),
        (f"GET //{EVIL}/fr/annuaire", 404, None),
        (f"GET ///{EVIL}/%2e%2e", 404, None),
        (f"GET /\\{EVIL}/", 404, None),
        (f"GET /fr//{EVIL}", 404, None),
        ("GET //[x/", 404, None),
        ("OPTIONS *", 404, None),
        (f"CONNECT {EVIL}:443", 404, None),
        # These are refused by the server itself.
        ("GET *", 400, None),
        ("GET fr/", 400, None),
        ("GET http://[::1/fr/", 400, None),
    ],
)
def test_a_target_with_a_host_in_it_leads_nowhere_else(target, status, location, portal):
    answer = portal.ask(target, **SECURELY)

    found, headers, _text = read(answer)
    assert (found, headers.get("location")) == (status, location)
    assert EVIL not in answer


@pytest.mark.threat("T15", "hosts")
def test_the_host_header_counts_and_not_the_target(portal):
    hosts = {"localhost": f"GET http://{EVIL}/fr/", EVIL: "GET http://localhost/fr/"}

    statuses = {
        host: read(portal.ask(line, Host=host, **SECURELY))[0] for host, line in hosts.items()
    }

    assert statuses == {"localhost": 200, EVIL: 400}


@pytest.mark.threat("T17", "unknown keys")
@pytest.mark.parametrize("path", ["/en/directory/", "/en/projects/?theme=health", "/sitemap.xml"])
def test_what_is_kept_was_poisoned_by_no_target(path, portal):
    first = read(portal.ask(f"GET http://{EVIL}{path}", **SECURELY))

    second = read(portal.ask(f"GET {path}", **SECURELY))

    assert first[0] == second[0] == 200
    assert first[2] == second[2]
    assert "https://localhost/en/" in second[2]
    assert EVIL not in second[2]


def test_static_files_are_given_without_a_proxy_and_for_good(portal):
    _status, _headers, page = read(portal.ask("GET /fr/", **SECURELY))
    path = re.search(r"/static/portal/css/portal\.\w+\.css", page)[0]

    status, headers, text = read(portal.ask(f"GET {path}", **SECURELY))

    assert status == 200
    assert headers["cache-control"] == "max-age=315360000, public, immutable"
    assert ":root" in text
