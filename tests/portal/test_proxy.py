"""The proxy that we ship a configuration of (.deploy/nginx.conf), as a real nginx before the portal."""

import http.client
import os
import re
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import caches

from portal.keeping import store
from portal.lifecycle import review
from tests.world import session

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin:/bin")
CONFIGURATION = Path(settings.BASE_DIR, ".deploy", "nginx.conf")
PROFILE = "/fr/annuaire/laboratoire-des-arches/"

pytestmark = [
    pytest.mark.once,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed here"),
]


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def configured(folder, port, upstream):
    """Our configuration with what differs here: ports, folders, no certificate."""
    text = CONFIGURATION.read_text()
    plain = re.search(r"server \{\n    listen 80;.*?\n\}\n", text, re.DOTALL)
    changes = {
        plain[0]: "",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port};",
        "server_name portal.example.org;": "server_name localhost;",
        "/var/cache/nginx/portal": str(folder / "cache"),
        "/srv/portal/.static/": f"{folder}/static/",
        "/var/lib/portal/media/": f"{settings.MEDIA_ROOT}/",
        "http://127.0.0.1:8000": upstream,
        **dict.fromkeys(re.findall(r"    ssl_certificate\w* .*\n", text), ""),
    }
    for written, here in changes.items():
        assert written in text
        text = text.replace(written, here)
    user = "user root;" if os.geteuid() == 0 else ""  # who may read what tests write
    return (
        f"{user} daemon off; pid {folder}/pid; error_log stderr; events {{}}\n"
        f"http {{ access_log off; include /etc/nginx/mime.types;\n"
        + "".join(
            f"{name}_temp_path {folder}/{name};\n"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        + f"{text}}}\n"
    )


@pytest.fixture
def proxy(tmp_path, live_server, settings):
    """The port of an nginx before the portal, which keeps pages."""
    settings.KEEP_PAGES = True
    store.rests_until = 0
    tmp_path.chmod(0o755)
    static = tmp_path / "static"
    static.mkdir()
    (static / "portal.0123.css").write_text("a {}")
    port = free_port()
    (tmp_path / "nginx.conf").write_text(configured(tmp_path, port, live_server.url))
    process = subprocess.Popen(
        [NGINX, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")],
        stderr=subprocess.PIPE,
        text=True,
    )
    while process.poll() is None:
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                break
    assert process.poll() is None, process.stderr.read()
    yield port
    process.terminate()
    process.communicate()


def ask(port, path, **headers):
    """The status, the headers and the text of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"Host": "localhost"} | headers)
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, dict(response.getheaders()), body


def name_of(port, path, **headers):
    """The name of the request as the portal gave it: the same for an answer that the proxy held."""
    return ask(port, path, **headers)[1]["X-Request-Id"]


def in_one_second(*calls):
    """What the calls return, begun as a second begins on the clock that the proxy counts with."""
    while time.time() % 1 > 0.2:
        pass
    return [call() for call in calls]


@pytest.mark.threat("T17", "private pages")
def test_a_page_is_held_for_visitors_and_for_nobody_else(proxy, dana, organisation):
    organisation.contacts.create(name="Interne", email="in@example.org", visibility="staff")
    mine = {"Cookie": "; ".join(f"{k}={v}" for k, v in session(dana).items())}
    ask(proxy, PROFILE)  # the first answer of a test server takes its time
    caches["pages"].clear()

    first, second, own, script, plain = in_one_second(
        lambda: ask(proxy, PROFILE),
        lambda: ask(proxy, PROFILE),
        lambda: ask(proxy, PROFILE, **mine),
        lambda: name_of(proxy, PROFILE, **{"HX-Request": "true"}),
        lambda: ask(proxy, PROFILE),
    )

    assert first[1]["X-Request-Id"] == second[1]["X-Request-Id"] == plain[1]["X-Request-Id"]
    assert "in@example.org" in own[2]
    assert own[1]["Cache-Control"] == "private, no-cache"
    assert script != first[1]["X-Request-Id"]
    assert "in@example.org" not in plain[2]


@pytest.mark.threat("T17", "gone at once")
def test_what_is_withdrawn_is_gone_from_the_proxy_within_a_second(proxy, dana, organisation):
    assert ask(proxy, PROFILE)[0] == 200

    review.withdraw(organisation, by=dana, message="Fermé.")
    withdrawn = time.monotonic()
    while ask(proxy, PROFILE)[0] == 200:
        assert time.monotonic() - withdrawn < 1.2

    assert ask(proxy, PROFILE)[0] == 410


def test_files_are_given_without_asking_the_portal(proxy):
    status, headers, body = ask(proxy, "/static/portal.0123.css")

    assert (status, body) == (200, "a {}")
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "X-Request-Id" not in headers


def test_files_that_lie_with_the_portal_alone_are_asked_of_it(proxy):
    path = "/static/portal/favicon.svg"

    status, headers, body = ask(proxy, path)
    missing, _headers, _body = ask(proxy, "/static/portal/none.svg")

    assert (status, missing) == (200, 404)
    assert headers["Content-Type"] == "image/svg+xml"
    assert "<svg" in body


@pytest.mark.threat("T15", "network address")
def test_the_portal_is_told_who_asks_and_by_which_host(proxy, settings):
    settings.TRUSTED_PROXIES = 1

    answers = [ask(proxy, "/fr/", Host=host)[0] for host in ("localhost", "evil.example")]

    assert answers == [200, 400]
