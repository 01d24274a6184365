"""A query that takes too long is stopped, and whoever asked is told when to come back."""

import pytest
from django.db import OperationalError, connection

pytestmark = pytest.mark.django_db

# A page, an address of the API that its views answer, and one of a view that is none of theirs.
ADDRESSES = ["/fr/", "/en/", "/api/v1/themes/", "/api/v1/docs/"]


@pytest.fixture
def asks(monkeypatch):
    """Makes every address above ask the database something."""

    def make(ask):
        for name in (
            "portal.views.figures",
            "members.api.ThemeViewSet.get_queryset",
            "portal.api_docs.ApiDocs.get_context_data",
        ):
            monkeypatch.setattr(name, lambda *args, **kwargs: ask())

    return make


def sleep():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 50")
        cursor.execute("SELECT pg_sleep(5)")


@pytest.mark.threat("T22", "time limit")
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite stops no query")
@pytest.mark.parametrize("path", ADDRESSES)
def test_a_query_that_is_stopped_is_no_fault(client, asks, path):
    asks(sleep)
    client.raise_request_exception = False

    response = client.get(path, headers={"accept-language": "fr"})

    assert (response.status_code, response["Retry-After"]) == (503, "60")
    if path.startswith("/api/"):
        (error,) = response.json()["errors"]
        assert (response.json()["type"], error["code"]) == ("server_error", "too_slow")
        assert error["detail"].startswith("La réponse a pris trop de temps.")
    else:
        assert "Le site est indisponible pour le moment" in response.content.decode()
        assert "The site is unavailable for the moment" in response.content.decode()


def shut():
    """The server ends our connection, as it does when it is stopped."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is no server")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("path", ADDRESSES)
def test_a_database_that_is_away_is_no_fault(client, asks, path):
    asks(shut)
    client.raise_request_exception = False

    response = client.get(path, headers={"accept-language": "fr"})
    connection.close()

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    if path.startswith("/api/"):
        (error,) = response.json()["errors"]
        assert (response.json()["type"], error["code"]) == ("server_error", "unavailable")
        assert error["detail"].startswith("Le portail est indisponible pour le moment.")
    else:
        assert "Le site est indisponible pour le moment" in response.content.decode()


def ask_too_much():
    """More columns than a row can have: no patience makes that right."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(['1'] * 1700)}")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite is no server")
@pytest.mark.django_db(transaction=True)
def test_a_connection_that_ended_while_nobody_used_it_fails_no_request(client):
    assert client.get("/api/v1/themes/").status_code == 200
    other = connection.copy()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (ours,) = cursor.fetchone()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [ours])
        assert cursor.fetchone() == (True,)
    other.close()

    response = client.get("/api/v1/projects/")

    assert response.status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone() != (ours,)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="these are codes of PostgreSQL")
def test_what_is_too_much_for_the_database_is_a_fault(client, asks):
    asks(ask_too_much)
    client.raise_request_exception = False

    assert client.get("/fr/").status_code == 500


@pytest.mark.parametrize("path", ADDRESSES)
def test_any_other_failure_of_the_database_is_one(client, asks, path):
    def fail():
        raise OperationalError("zqsecretzq")

    asks(fail)
    client.raise_request_exception = False

    response = client.get(path)

    assert response.status_code == 500
    assert b"zqsecretzq" not in response.content


@pytest.mark.parametrize(
    ("language", "detail"),
    [
        ("fr", "La panne vient de nous et a été signalée."),
        ("en", "The fault is ours and has been reported."),
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/themes/", "/api/v1/docs/"])
def test_a_fault_of_ours_is_told_as_the_api_tells_errors(client, asks, path, language, detail):
    asks(lambda: 1 / 0)
    client.raise_request_exception = False

    response = client.get(path, headers={"accept-language": language})

    assert response.status_code == 500
    if path == "/api/v1/themes/":
        (error,) = response.json()["errors"]
        assert response.json()["type"] == "server_error"
        assert (error["code"], error["attr"]) == ("error", None)
        assert error["detail"].startswith(detail)
    assert "division" not in response.content.decode()
