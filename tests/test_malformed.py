"""Whatever comes in: a page or a refusal, never an error of ours, on both databases.

Each kind of address is asked as the person who may do most: an administrator who owns the organisation.
The forms are sent as their pages show them, with something hostile in every field.
"""

from http.cookies import SimpleCookie

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from events.filters import AgendaFilter
from members.filters import OrganisationFilter
from members.models import Seat
from tests.browser import fields
from tests.test_access import ACCESS
from tests.world import World

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=X"


def part(head: str, body: str = "x") -> str:
    return f"--X\r\nContent-Disposition: form-data; {head}\r\n\r\n{body}\r\n"


# What comes in place of a form: its type, and its bytes.
BODIES = {
    "nothing that was announced": ("multipart/form-data", b"x"),
    "a boundary that never comes": (PARTS, b"x" * 100),
    "no end": (PARTS, part('name="a"')[:40].encode()),
    "bytes that are no text": (FORM, b"%ed%a0%80=%ff&title_fr=%f8%88%80&a=\xff\xfe"),
    "a NUL in each name": (FORM, b"%00=%00&title_fr%00=a&q=%00"),
    "1,001 fields": (FORM, b"&".join(b"a%d=1" % n for n in range(1001))),
    "three megabytes": (FORM, b"a=" + b"9" * 3_000_000),
    "ten files": (PARTS, "".join(part(f'name="f{n}"; filename="a"') for n in range(10)).encode()),
    "JSON": ("application/json", b'{"title_fr": "a"}'),
    "JSON as text": ("text/plain", b'{"csrfmiddlewaretoken": "a"}'),
    "JSON that is deep": ("application/json", b"[" * 100_000),
    "a type of nobody": ("x/y; z", b"\x00\x01"),
}  # fmt: skip

# One address of each kind that takes a body, and of some that take none.
TAKE_BODIES = [
    "account_login",
    "account_signup",
    "admin:members_theme_add",
    "admin:members_user_changelist",
    "admin:portal_submission_decide",
    "api:event-list",
    "home",
    "members:content-create",
    "members:content-restore",
    "members:invitation-create",
    "members:submission-take-back",
]
# Every form of the site, of those that are alike one.
FORMS = [
    "account_change_password",
    "account_email",
    "account_login",
    "account_reset_password",
    "account_signup",
    "admin:events_event_change",
    "admin:events_project_withdraw",
    "admin:members_distinction_add",
    "admin:members_organisation_add",
    "admin:members_seat_add",
    "admin:members_user_change",
    "admin:portal_page_change",
    "members:content-create",
    "members:content-withdraw",
    "members:invitation-create",
    "members:organisation-edit",
    "members:organisation-propose",
    "members:preferences",
    "members:seat-role",
    "members:submission-submit",
]
# What stands in each of their fields.
HOSTILE = ["\x00", "9" * 5000, "²", "1e400", "\U0001f9a9\u202e<script>x</script>"]
# Every list, and what stands after each key: a NUL does not come so far (portal/test_middleware.py).
LISTS = [name for name in ACCESS if name.endswith(("-list", "_changelist")) or name == "search"]
ODD = ["9" * 5000, "-1", "\U0001f9a9\u202e<script>x</script>"]
# The keys that our lists read, and those that every list of the desk does.
LIST_KEYS = {*AgendaFilter.get_filters(), *OrganisationFilter.get_filters(), "partner", "stage"}
LIST_KEYS |= {"organisation", "triptych", "page", "page_size", "view"}
DESK_KEYS = {"q", "p", "o", "all", "_popup"}


@pytest.fixture
def everybody(alice, bob, charlie, dana, fay, elsewhere):
    """A portal with one of everything, and a browser of somebody who may do most."""
    world = World(alice, bob, charlie, dana, elsewhere)
    Seat.objects.create(user=fay, organisation=world.organisation, role="owner")
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    client.force_login(fay, backend="members.backends.AddressBackend")
    return world, client


def asked(client, method, address, *sent):
    """What an address answers, and its text; what that changed is rolled back."""
    cache.clear()
    cookies = client.cookies.output()
    with transaction.atomic():
        response = getattr(client, method)(address, *sent)
        body = b"".join(response) if response.streaming else response.content
        transaction.set_rollback(True)
    client.cookies = SimpleCookie(cookies.replace("Set-Cookie: ", ""))
    return response, body.decode("utf-8", "replace")


@pytest.mark.threat("T23", "depth", "fields", "content type", "NUL", "surrogates")
@pytest.mark.threat("T25", "JSON as text")
def test_no_body_is_an_error_of_ours_nor_a_form(everybody):
    world, client = everybody

    answers = {
        (name, what): asked(client, "generic", "POST", world.address(name), body, kind)[0]
        for name in TAKE_BODIES
        for what, (kind, body) in BODIES.items()
    }

    assert [key for key, answer in answers.items() if answer.status_code >= 500] == []
    # The token of the form did not come as one, so nothing is done.
    for key in answers:
        if key[0] not in ("api:event-list", "admin:portal_submission_decide"):
            assert answers[key].status_code in (400, 403, 405), key


@pytest.mark.threat("T22", "any text", "unknown keys")
@pytest.mark.threat("T23", "digits")
def test_no_query_is_an_error_of_ours(everybody):
    world, client = everybody

    errors = []
    for name in LISTS:
        keys = DESK_KEYS if name.startswith("admin:") else LIST_KEYS
        queries = [dict.fromkeys(keys, value) for value in ODD]
        # The API stops at the first key that it does not know.
        queries += [{key: ODD[0]} for key in keys if name.startswith("api:")]
        for query in queries:
            response, text = asked(client, "get", world.address(name), query)
            is_page = response["Content-Type"].startswith("text/html")
            if response.status_code >= 500 or (is_page and "<script>x" in text):
                errors.append((name, query, response.status_code))

    assert errors == []


@pytest.mark.threat("T16", "texts")
@pytest.mark.threat("T23", "digits", "NUL")
@pytest.mark.parametrize("name", FORMS)
def test_no_form_fails_whatever_stands_in_its_fields(name, everybody):
    world, client = everybody
    if name in ("account_login", "account_signup"):
        client.logout()
    address = world.address(name)
    _page, text = asked(client, "get", address)
    shown = fields(text)
    kept = {key: shown[key] for key in shown if key.endswith("_FORMS") or "token" in key}

    for value in HOSTILE:
        response, text = asked(client, "post", address, dict.fromkeys(shown, value) | kept)

        assert len(shown) > 1
        assert response.status_code < 500, value[:10]
        assert "<script>x" not in text
