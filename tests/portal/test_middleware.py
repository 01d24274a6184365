"""What every request goes through: odd charsets are refused, and each request has a name."""

import pytest
from django.test.client import Client, ClientHandler

from portal import asgi, wsgi

pytestmark = pytest.mark.django_db

# Some decode to no text, some to lone surrogates, some to anything one likes; the last is none.
CHARSETS = [
    "utf-16",
    "utf-7",
    "unicode_escape",
    "hex",
    "rot13",
    "idna",
    "latin-1",
    "undefined",
    "x",
]
PART = 'Content-Disposition: form-data; name="login"\r\n\r\n+2AA-\\ud800@example.org'
MULTIPART = f"--X\r\n{PART}\r\n--X--\r\n"


def from_asgi(environ):
    """The same request as an ASGI server hands it over."""
    headers = {name[5:]: value for name, value in environ.items() if name.startswith("HTTP_")}
    headers |= {name: environ.get(name, "") for name in ("CONTENT_TYPE", "CONTENT_LENGTH")}
    scope = {
        "type": "http",
        "method": environ["REQUEST_METHOD"],
        "path": environ["PATH_INFO"].encode("latin-1").decode(),
        "query_string": environ["QUERY_STRING"].encode("latin-1"),
        "headers": [
            (name.lower().replace("_", "-").encode(), str(value).encode())
            for name, value in headers.items()
        ],
        "client": (environ["REMOTE_ADDR"], 50000),
        "server": (environ["SERVER_NAME"], int(environ["SERVER_PORT"])),
    }
    return asgi.Handler.request_class(scope, environ["wsgi.input"])


class Served(ClientHandler):
    """Makes of what a browser sends the request that one of our own servers makes of it."""

    def __init__(self, request_class):
        super().__init__()
        self.request_class = request_class

    def __call__(self, environ):
        self.load_middleware()
        request = self.request_class(environ)
        request._dont_enforce_csrf_checks = True
        response = self.get_response(request)
        response.wsgi_request = request
        return response


@pytest.fixture(params=[wsgi.Handler.request_class, from_asgi], ids=["wsgi", "asgi"])
def client(request):
    browser = Client()
    browser.handler = Served(request.param)
    return browser


@pytest.mark.threat("T23", "charset", "surrogates")
@pytest.mark.parametrize("charset", CHARSETS)
def test_a_charset_that_is_not_utf_8_is_refused(client, charset):
    page = client.get("/fr/rechercher/?q=%80abc", CONTENT_TYPE=f"text/plain; charset={charset}")
    api = client.get("/api/v1/events/?q=%80abc", CONTENT_TYPE=f"text/plain; charset={charset}")
    pairs = f"application/x-www-form-urlencoded; charset={charset}"
    form = client.generic("POST", "/fr/connexion/", "login=%80", pairs)
    parts = f"multipart/form-data; boundary=X; charset={charset}"
    upload = client.generic("POST", "/fr/connexion/", MULTIPART, parts)

    assert [answer.status_code for answer in (page, api, form, upload)] == [400] * 4
    assert "Demande incompréhensible" in page.content.decode()
    assert api.json()["type"] == "client_error"


@pytest.mark.parametrize("charset", ["utf-8", "UTF8"])
def test_the_charset_of_browsers_is_read(client, charset):
    answer = client.get("/fr/rechercher/?q=%C3%A9", CONTENT_TYPE=f"text/plain; charset={charset}")

    assert answer.status_code == 200
    assert 'value="é"' in answer.content.decode()


@pytest.mark.threat("T23", "NUL", "surrogates")
@pytest.mark.parametrize(
    "path", ["/fr/invitation/%00/", "/fr/rechercher/?q=%00", "/fr/rechercher/?%00=a"]
)
def test_a_nul_in_an_address_is_refused(client, path):
    assert client.get(path).status_code == 400


@pytest.mark.threat("T22", "length")
@pytest.mark.threat("T23", "fields")
def test_more_parameters_than_a_form_has_fields_are_refused(client):
    many = "&".join(f"a{n}=1" for n in range(1001))

    for path in ("/fr/annuaire/", "/api/v1/events/"):
        for kind in ("", "text/plain; charset=utf-8"):
            assert client.get(f"{path}?{many}", CONTENT_TYPE=kind).status_code == 400


def test_each_request_has_a_name_of_its_own(client):
    names = {client.get("/healthz")["X-Request-Id"] for _ in range(3)}

    assert len(names) == 3
    assert all(len(name) == 12 and name.isalnum() for name in names)


@pytest.mark.threat("T30", "errors")
@pytest.mark.parametrize("path", ["/fr/", "/api/v1/themes/"])
def test_an_error_tells_the_name_of_the_request_and_nothing_else(client, monkeypatch, path):
    def fail(*args, **kwargs):
        raise RuntimeError("zqsecretzq")

    monkeypatch.setattr("portal.views.figures", fail)
    monkeypatch.setattr("members.api.ThemeViewSet.get_queryset", fail)
    client.raise_request_exception = False

    answer = client.get(path, headers={"X-Request-Id": "made-up"})

    assert answer.status_code == 500
    assert "zqsecretzq" not in answer.content.decode()
    assert "RuntimeError" not in answer.content.decode()
    assert answer["X-Request-Id"] != "made-up"
    if path == "/fr/":
        assert answer.content.decode().count(f"<code>{answer['X-Request-Id']}</code>") == 2
