"""Logs: no line holds what opens something for whoever has it, and each names its request."""

import io
import logging
import re
from urllib.parse import quote

import pytest
from django.urls import get_resolver, reverse
from django.utils.translation import override

from tests.served import served

SECRET = "OA:1xUNoB-a-secret-of-a-link"
# What the parameter of an address is called whose value is a secret.
NAMES = ("token", "key")


def secret_links(patterns=None, prefix=""):
    """The names of all addresses of the site that hold a secret."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if hasattr(pattern, "url_patterns"):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from secret_links(pattern.url_patterns, inner)
        elif any(
            name in str(pattern.pattern.regex.pattern) for name in map("?P<{}>".format, NAMES)
        ):
            yield f"{prefix}{pattern.name}"


# The rest of each of these addresses, and what opening it answers where no table is.
LINKS = {
    "members:invitation-accept": ({"token": SECRET}, 500),
    "account_confirm_email": ({"key": SECRET}, 404),
    "account_reset_password_from_key": ({"uidb36": "8", "key": SECRET}, 500),
}


def link(name: str, language: str) -> str:
    with override(language):
        return reverse(name, kwargs=LINKS[name][0])


def written(message: str, *args: object) -> str:
    """What a log says of this."""
    record = logging.getLogger("any").makeRecord("any", logging.INFO, "", 0, message, args, None)
    return logging.Formatter().format(record)


def test_every_address_that_holds_a_secret_is_known_here():
    assert sorted(secret_links()) == sorted(LINKS)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", LINKS)
def test_link_that_holds_a_secret_is_not_logged(name, language):
    address = link(name, language)
    start = address.removesuffix("/").rpartition("/")[0]

    assert written("Not Found: %s (%d)", address, 404) == f"Not Found: {start}/…/ (404)"
    assert written(f"GET /x?next={address}&y=1") == f"GET /x?next={start}/…/&y=1"
    assert written(f"?next={quote(address, safe='')}") == f"?next={quote(start, safe='')}%2F…%2F"


def test_other_addresses_are_logged_whole():
    for address in ("/fr/annuaire/news-ia/", "/fr/espace/um/evenements/nouveau/", "/en/api/?q=new"):
        assert written("%s", address) == address


@pytest.fixture
def portal(tmp_path):
    """As `make demo` starts it, with an access log besides; its tables are not there."""
    demo = {
        "DEBUG": "true",
        "DEMO": "true",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/portal.sqlite3",
    }
    with served(demo, "--threads", "8", "--access-logfile", "-") as portal:
        yield portal


def status_of(portal, method, path):
    """What the portal answers, asked from a page of its own."""
    host = f"127.0.0.1:{portal.port}"
    answer = portal.ask(f"{method} {path}", Host=host, Referer=f"http://{host}{path}")
    return int(answer.split(" ", 2)[1])


def test_server_logs_no_secret_whatever_happens(portal):
    links = [(link(name, language), name) for name in LINKS for language in ("fr", "en")]
    first = links[0][0]

    answers = []
    for address, name in links:
        answers.append((status_of(portal, "GET", address), LINKS[name][1], address))
        answers.append(
            (status_of(portal, "POST", address), 403, address)
        )  # no token against forgery
        answers.append((status_of(portal, "GET", f"{address}more"), 404, address))
    # An error whose own words name the address, and an address inside another.
    answers.append((status_of(portal, "POST", first.rstrip("/")), 500, first))
    answers.append(
        (status_of(portal, "GET", f"/fr/rien/?next={quote(first, safe='')}"), 404, first)
    )
    logged = portal.stop()

    assert [answer for answer in answers if answer[0] != answer[1]] == []
    assert "a-secret-of-a-link" not in logged
    # All of it was logged nevertheless, once by the portal and once by the server.
    for status, words in (
        (404, "Not Found: "),
        (403, "Forbidden (CSRF cookie not set.): "),
        (500, "Internal Server Error: "),
    ):
        assert logged.count(words) == len([answer for answer in answers if answer[1] == status])
    assert "django.db.utils.OperationalError: no such table" in logged
    assert "Change your form to point to 127.0.0.1" in logged
    assert len(re.findall(r'"(?:GET|POST) /\S+ HTTP/1.1" \d+', logged)) == len(answers)


# --- The console ------------------------------------------------------------------------------------


@pytest.fixture
def console(db):
    """What our own handler writes meanwhile."""
    [handler] = [
        each for each in logging.getLogger().handlers if type(each) is logging.StreamHandler
    ]
    written = io.StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before)


@pytest.mark.threat("T13", "not logged")
def test_no_other_handler_writes_what_ours_leaves_out():
    for name in ("django", "django.request", "django.security", "django.server"):
        assert logging.getLogger(name).handlers == []
        assert logging.getLogger(name).propagate


@pytest.mark.threat("T13", "not logged")
@pytest.mark.parametrize(
    "path",
    [
        "/fr/invitation/{}/",
        "/en/invitation/{}/",
        "/fr/compte/confirmer/{}/",
        "/en/account/confirm/{}/",
        "/fr/compte/mot-de-passe/nouveau/1-{}/no/",
        "/en/account/password/new/1-{}/no/",
    ],
)
def test_a_link_that_opens_something_is_logged_without_its_secret(client, console, path):
    answer = client.get(path.format("zqsecretzq"))

    assert answer.status_code == 404
    assert answer["X-Request-Id"] in console.getvalue()
    assert "zqsecretzq" not in console.getvalue()


@pytest.mark.threat("T21", "logs")
@pytest.mark.parametrize("end", ["%0d%0a", "%0a", "%0d", "%e2%80%a8", "%c2%85", "%0b"])
def test_a_line_is_one_line_whatever_is_asked_for(client, console, end):
    client.get(f"/fr/x{end}ERROR forged/")

    assert len(console.getvalue().splitlines()) == 1
    assert console.getvalue().startswith("WARNING django.request ")
