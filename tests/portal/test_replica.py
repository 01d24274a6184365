"""Visitors read a copy of the database while it has caught up; nobody else does, and nobody less."""

import pytest
from django.conf import settings as django_settings
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal import content_version, replica
from portal.keeping import store
from portal.lifecycle import kinds, review
from tests.standby import standby

NAME = "standby"  # as the settings of the tests call it

pytestmark = (
    pytest.mark.django_db(transaction=True, databases=["default", NAME])
    if connection.vendor == "postgresql"
    else pytest.mark.skip(reason="only PostgreSQL keeps a copy of itself")
)

PROFILE = "/fr/annuaire/laboratoire-des-arches/"
API = "/api/v1/organisations/"
SEARCH = "/fr/rechercher/?q=laboratoire"


@pytest.fixture(scope="module")
def server():
    with standby(django_settings.DATABASES["default"]) as made:
        yield made


@pytest.fixture
def copy(server, settings, monkeypatch, organisation):
    """The copy of what this test finds, known to the portal."""
    settings.DATABASE_ROUTERS = ["portal.replica.Router"]
    settings.KEEP_PAGES = True
    monkeypatch.setattr(replica, "NAME", NAME)
    monkeypatch.setattr(replica, "copy", replica.Copy())
    monkeypatch.setattr(content_version, "BELIEVED", 0)
    store.rests_until = 0
    connections[NAME].settings_dict.update(HOST=str(server.folder), PORT="5432")
    yield server
    connections[NAME].close()


def replay(pause):
    """Have the copy stand still, or go on; it has all that was done before it stands still."""
    with connections[NAME].cursor() as cursor:
        cursor.execute(f"SELECT pg_wal_replay_{'pause' if pause else 'resume'}()")


def has_caught_up():
    """Wait until the copy has replayed all that the database has done."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_wal_insert_lsn()::text")
        done = cursor.fetchone()[0]
    with connections[NAME].cursor() as cursor:
        while True:
            cursor.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", [done])
            if cursor.fetchone()[0]:
                return


def asked(address, client=None):
    """What is answered, and how many queries the database and the copy got for it."""
    with (
        CaptureQueriesContext(connection) as here,
        CaptureQueriesContext(connections[NAME]) as there,
    ):
        response = (client or Client()).get(address)
    reads = [
        [q for q in queries if "contentchange" not in q["sql"]]
        for queries in (here.captured_queries, there.captured_queries)
    ]
    return response, len(reads[0]), len(reads[1])


def rename(organisation, name, by):
    with review.direct_edit(organisation, by=by):
        kinds.of(organisation).content.write(organisation, {"name": name})


@pytest.mark.parametrize(
    "address", [PROFILE, API, SEARCH, f"{PROFILE}calendrier.ics", f"{PROFILE}flux.atom"]
)
def test_visitors_read_the_copy(copy, address):
    has_caught_up()

    response, here, there = asked(address)

    assert "des arches" in response.content.decode()
    assert here == 0
    assert there > 0


def test_whoever_has_signed_in_reads_where_they_write(copy, bob, client):
    has_caught_up()

    client.force_login(bob)

    _response, here, there = asked("/fr/annuaire/", client)

    assert here > 0
    assert there == 0


def test_a_copy_that_is_behind_is_passed_over(copy, organisation, fay):
    has_caught_up()
    replay(pause=True)
    rename(organisation, "Laboratoire des voûtes", fay)

    response, here, there = asked(PROFILE)
    replay(pause=False)

    assert "Laboratoire des voûtes" in response.content.decode()
    assert here > 0
    assert there == 0


def test_once_it_has_caught_up_it_is_read_again(copy, organisation, fay):
    rename(organisation, "Laboratoire des voûtes", fay)
    has_caught_up()

    response, here, there = asked(PROFILE)

    assert "Laboratoire des voûtes" in response.content.decode()
    assert (here, there > 0) == (0, True)


def test_what_is_made_of_the_copy_is_not_kept_as_newer_than_it_is(copy, organisation, fay):
    """A change comes while a page is made: what was read before it is not shown after it."""
    has_caught_up()
    version = store.look([])[0]
    with content_version.pinned_to(version):
        replay(pause=True)
        rename(organisation, "Laboratoire des voûtes", fay)
        seen, _nothing = store.look([])
    replay(pause=False)

    assert seen == version
    assert store.look([])[0] != version


def test_a_copy_that_is_gone_is_passed_over_and_found_when_it_is_back(copy, monkeypatch):
    has_caught_up()
    asked(PROFILE)
    copy.stop()
    try:
        gone, here, _there = asked(API)
    finally:
        copy.start()
    assert gone.status_code == 200
    assert here > 0

    # As the end of a request does with a connection that broke.
    connections[NAME].close()
    has_caught_up()
    monkeypatch.setattr(replica.copy, "rests_until", 0)
    back, here, there = asked(SEARCH)

    assert back.status_code == 200
    assert (here, there > 0) == (0, True)


def test_a_page_during_which_the_copy_goes_is_made_of_the_database(copy, monkeypatch):
    has_caught_up()
    # What was seen a moment ago is believed; the copy goes between this and the page.
    monkeypatch.setattr(replica.Copy, "has", lambda self, version: bool(version))
    copy.stop()
    try:
        client = Client(raise_request_exception=False)
        response, here, _there = asked(PROFILE, client)
    finally:
        copy.start()

    assert response.status_code == 200
    assert here > 0


def recovers(model, **hints):
    """A copy ends a query that stands in the way of what it has to replay (SQLSTATE 40001)."""
    if content_version.pinned():
        with connections[NAME].cursor() as cursor:
            cursor.execute(
                "DO $$ BEGIN RAISE 'conflict with recovery' USING ERRCODE = '40001'; END $$"
            )
    return "default"


@pytest.mark.parametrize("address", [PROFILE, API])
def test_a_page_for_which_the_copy_ends_a_query_is_made_of_the_database(copy, monkeypatch, address):
    has_caught_up()
    monkeypatch.setattr(replica.Router, "db_for_read", staticmethod(recovers))

    response, here, _there = asked(address, Client(raise_request_exception=False))

    assert response.status_code == 200
    assert here > 0


def test_readiness_says_how_the_copy_is(copy, organisation, fay):
    has_caught_up()
    assert "replica: ok\n" in Client().get("/readyz").content.decode()

    replay(pause=True)
    rename(organisation, "Laboratoire des voûtes", fay)
    behind = Client().get("/readyz")
    replay(pause=False)
    copy.stop()
    try:
        away = Client().get("/readyz")
    finally:
        copy.start()

    assert "replica: behind, not read\n" in behind.content.decode()
    assert "replica: away, not read\n" in away.content.decode()
    assert (behind.status_code, away.status_code) == (200, 200)
