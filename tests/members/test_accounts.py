"""Signing in, signing up, addresses, passwords, preferences: THREATS T10 to T14, T24 and T25."""

import re
import time
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail, signing
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from members.models import User
from members.querysets import fold_address
from tests import factories

PASSWORD = "a-long-enough-password"
ANOTHER = "quatre arches au soleil"
LINK = re.compile(r"http://testserver(/\S+)")


def url(name, *args, language="fr"):
    with override(language):
        return reverse(name, args=args)


def sign_in(client, email="alice@example.org", password=PASSWORD, language="fr", **extra):
    data = {"login": email, "password": password, **extra.pop("data", {})}
    return client.post(url("account_login", language=language), data, **extra)


def is_signed_in(client):
    return client.get(url("members:preferences")).status_code == 200


def link_in(message):
    return LINK.search(message.body).group(1)


def shape(response, *typed):
    """What a visitor can tell from an answer, without what is random or was typed."""
    text = re.sub(r'value="\w{64}"', "", response.content.decode())
    for word in typed:
        text = text.replace(word, "…")
    cookies = {name: bool(cookie.value) for name, cookie in response.cookies.items()}
    return response.status_code, response.headers.get("Location"), cookies, text


@pytest.fixture
def later(monkeypatch):
    """`later(minutes=16)` moves the clock on for limits and signed links."""
    now = time.time
    shift = [0.0]
    monkeypatch.setattr("time.time", lambda: now() + shift[0])

    def move(**kwargs):
        shift[0] += timedelta(**kwargs).total_seconds()

    return move


@pytest.fixture
def hashes(monkeypatch):
    """How many passwords were hashed, the costly part of an answer."""
    done = []
    encode = MD5PasswordHasher.encode

    def counted(self, *args, **kwargs):
        done.append(1)
        return encode(self, *args, **kwargs)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return done


# --- Addresses as accounts are told apart -----------------------------------------------------------


@pytest.mark.threat("T12", "look-alikes")
@pytest.mark.parametrize(
    "twin",
    ["mike@example.org", "MIKE@Example.ORG", "mıke@example.org", "mİke@example.org", "ｍike@example.org",
     "mi\u212ae@example.org", " mike@example.org "],
)  # fmt: skip
def test_twins_of_an_address_fold_to_one(twin):
    assert fold_address(twin) == "mike@example.org"


def test_different_addresses_stay_different():
    assert len({fold_address(a) for a in ("a@b.org", "a.b@b.org", "à@b.org", "a+x@b.org")}) == 4


def test_folded_address_follows_when_only_the_address_is_saved(alice):
    alice.email = "Alicia@Example.org"
    alice.save(update_fields=["email"])

    alice.refresh_from_db()
    assert (alice.email, alice.folded_email) == ("alicia@example.org", "alicia@example.org")


# --- Signing in -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en"])
def test_sign_in_leads_to_the_workspace_in_the_language_of_the_page(client, alice, language):
    response = sign_in(client, language=language)

    assert response.status_code == 302
    assert response["Location"] == url("members:workspace", language=language)


@pytest.mark.parametrize("typed", ["ALICE@example.org", "alıce@example.org", " alice@example.org "])
def test_sign_in_knows_an_address_however_it_is_typed(client, alice, typed):
    sign_in(client, typed)

    assert is_signed_in(client)


def test_sign_in_with_another_confirmed_address(client, alice):
    alice.emailaddress_set.create(email="alice@work.example", verified=True)

    sign_in(client, "alice@work.example")

    assert is_signed_in(client)


def test_sign_in_does_not_take_an_unconfirmed_second_address(client, alice):
    alice.emailaddress_set.create(email="victim@work.example", verified=False)

    response = sign_in(client, "victim@work.example")

    assert response.status_code == 200
    assert not is_signed_in(client)


@pytest.mark.threat("T10", "sign-in")
def test_sign_in_answers_the_same_for_no_account_wrong_password_and_closed_account(alice, hashes):
    factories.UserFactory(email="closed@example.org", is_active=False)

    answers, costs = [], []
    for email in ("alice@example.org", "nobody@example.org", "closed@example.org"):
        hashes.clear()
        response = sign_in(Client(), email, "not-the-password")
        answers.append(shape(response, email))
        costs.append(len(hashes))

    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] == 200
    assert costs == [1, 1, 1]


def test_sign_in_refuses_a_closed_account(client, db):
    factories.UserFactory(email="closed@example.org", is_active=False)

    response = sign_in(client, "closed@example.org")

    assert response["Location"] == url("account_inactive")
    assert client.get(url("account_inactive")).status_code == 200
    assert not is_signed_in(client)


@pytest.mark.threat("T3", "session")
def test_closing_an_account_ends_its_sessions(client, alice):
    sign_in(client)
    assert is_signed_in(client)

    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert not is_signed_in(client)


@pytest.mark.threat("T12", "before confirming")
def test_sign_in_before_the_address_is_confirmed_only_sends_the_link_again(client, db):
    factories.UserFactory(email="new@example.org", confirmed=False)

    response = sign_in(client, "new@example.org")

    assert response["Location"] == url("account_email_verification_sent")
    assert [message.to for message in mail.outbox] == [["new@example.org"]]
    assert not is_signed_in(client)


ELSEWHERE = [
    "https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)",
    "http:///evil.example", "https:evil.example", "\thttps://evil.example",
    "//testserver@evil.example", "https://testserver.evil.example/", "///evil.example",
]  # fmt: skip


@pytest.mark.threat("T14", "next")
@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_sign_in_goes_nowhere_else(client, alice, wanted):
    response = sign_in(client, data={"next": wanted})

    assert response["Location"] == url("members:workspace")


@pytest.mark.threat("T14", "next")
@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_no_other_step_goes_elsewhere_either(client, alice, later, wanted):
    """Signing up and confirming, a code, showing the password again, signing out, being signed in."""
    new = Client()
    sign_up(new, next=wanted)
    link = link_in(mail.outbox[-1])
    assert "evil" not in link
    confirmed = new.post(link.partition("?")[0], {"next": wanted})
    client.post(url("account_request_login_code"), {"email": alice.email, "next": wanted})
    by_code = client.post(
        url("account_confirm_login_code"), {"code": code_in(mail.outbox[-1]), "next": wanted}
    )
    signed_in = client.get(url("account_login"), {"next": wanted})
    later(minutes=6)
    again = client.post(url("account_reauthenticate"), {"password": PASSWORD, "next": wanted})
    left = client.post(url("account_logout"), {"next": wanted})

    places = [answer["Location"] for answer in (confirmed, by_code, signed_in, again, left)]
    assert all(re.match(r"/(?![/\\])", place) for place in places), places
    assert not any("evil" in place or "javascript" in place for place in places), places


def test_sign_in_goes_on_to_the_page_that_asked_for_it(client, alice):
    asked = client.get(url("members:preferences"))
    assert asked["Location"] == f"{url('account_login')}?next={url('members:preferences')}"
    page = client.get(asked["Location"]).content.decode()
    assert f'<input type="hidden" name="next" value="{url("members:preferences")}">' in page

    response = sign_in(client, data={"next": url("members:preferences")})

    assert response["Location"] == url("members:preferences")


def test_sign_in_lasts_two_weeks_only_for_who_asks(client, alice):
    sign_in(client)
    assert client.session.get_expire_at_browser_close()

    other = Client()
    sign_in(other, data={"remember": "on"})
    assert other.session.get_expiry_age() == 14 * 24 * 3600


@pytest.mark.threat("T11", "admin")
def test_admin_has_no_sign_in_of_its_own(client, fay):
    page = client.get(url("admin:login"))
    tried = client.post(url("admin:login"), {"username": "fay@example.org", "password": PASSWORD})

    assert page.status_code == tried.status_code == 302
    assert page["Location"].startswith(url("account_login"))
    assert tried["Location"].startswith(url("account_login"))
    assert not is_signed_in(client)


def test_answers_are_pages_whatever_a_request_accepts(client, alice):
    response = sign_in(client, password="wrong", headers={"Accept": "application/json"})

    assert response["Content-Type"].startswith("text/html")


# --- Limits on signing in ---------------------------------------------------------------------------


def fail(client, times, email="alice@example.org", **extra):
    for _ in range(times):
        response = sign_in(client, email, "not-the-password", **extra)
    return response


@pytest.mark.threat("T11", "account", "before hashing")
@pytest.mark.threat("limits", "sign-in", "the reader's language")
@pytest.mark.parametrize("language", ["fr", "en"])
def test_sixth_attempt_on_an_account_must_wait(alice, hashes, language):
    for number in range(5):
        # From five networks: the limit is that of the account, and it has one however it is typed.
        email = ["alice@example.org", "ALICE@example.org", "alıce@example.org"][number % 3]
        tried = fail(Client(REMOTE_ADDR=f"192.0.2.{number}"), 1, email)
        assert tried.status_code == 200
    hashes.clear()

    client = Client(REMOTE_ADDR="192.0.2.77")
    response = sign_in(client, language=language)

    assert response.status_code == 429
    assert 880 <= int(response["Retry-After"]) <= 900
    assert f'<html lang="{language}">' in response.content.decode()
    assert url("account_request_login_code", language=language) in response.content.decode()
    assert hashes == []
    assert not is_signed_in(client)


def test_limit_of_an_account_does_not_touch_another(client, alice, charlie):
    fail(client, 6)

    sign_in(client, "charlie@example.org")

    assert is_signed_in(client)


@pytest.mark.threat("T11", "account")
def test_limit_counts_the_account_whichever_of_its_addresses_is_tried(client, alice):
    alice.emailaddress_set.create(email="alice@work.example", verified=True)
    fail(client, 3)
    fail(client, 2, "alice@work.example")

    assert sign_in(client).status_code == 429


def test_limit_is_the_same_where_there_is_no_account(db):
    answers = [fail(Client(), 6, "nobody@example.org") for _ in range(1)]

    assert answers[0].status_code == 429


def test_waiting_ends_after_a_quarter_of_an_hour(client, alice, later):
    assert fail(client, 6).status_code == 429

    later(minutes=15, seconds=1)

    assert sign_in(client).status_code == 302


@pytest.mark.threat("limits", "sign-in")
def test_waiting_grows_with_more_failures(alice, later):
    for number in range(3):
        assert fail(Client(REMOTE_ADDR=f"192.0.2.{number}"), 5).status_code == 200
        later(minutes=15, seconds=1)

    response = sign_in(Client())

    assert response.status_code == 429
    assert 2 * 3600 < int(response["Retry-After"]) <= 3 * 3600


def test_successes_are_not_held_against_anybody(client, alice):
    for _ in range(8):
        assert sign_in(Client()).status_code == 302


@pytest.mark.threat("T11", "network")
@pytest.mark.threat("limits", "sign-in")
def test_twenty_first_failure_of_a_network_must_wait(client, db):
    for number in range(20):
        assert fail(client, 1, f"person{number}@example.net").status_code == 200

    response = fail(client, 1, "person21@example.net")

    assert response.status_code == 429
    assert fail(Client(REMOTE_ADDR="192.0.2.9"), 1, "person22@example.net").status_code == 200


@pytest.mark.threat("T15", "network address")
def test_networks_are_not_told_apart_by_what_a_visitor_claims(client, db):
    for number in range(20):
        fail(client, 1, f"p{number}@example.net", headers={"X-Forwarded-For": f"192.0.2.{number}"})

    response = fail(client, 1, "last@example.net", headers={"X-Forwarded-For": "192.0.2.99"})

    assert response.status_code == 429


@pytest.mark.threat("T15", "network address")
def test_behind_a_proxy_the_address_it_saw_counts(client, db, settings):
    settings.TRUSTED_PROXIES = 1
    for number in range(20):
        claimed = f"198.51.100.{number}, 192.0.2.1"
        fail(client, 1, f"p{number}@example.net", headers={"X-Forwarded-For": claimed})

    same = fail(client, 1, "a@example.net", headers={"X-Forwarded-For": "198.51.100.99, 192.0.2.1"})
    other = fail(client, 1, "b@example.net", headers={"X-Forwarded-For": "192.0.2.1, 192.0.2.2"})

    assert (same.status_code, other.status_code) == (429, 200)


@pytest.mark.parametrize("claimed", ["", "not-an-address", "1.2.3.4, <script>"])
def test_an_address_that_is_none_is_refused(client, alice, settings, claimed):
    settings.TRUSTED_PROXIES = 1

    response = sign_in(
        client, headers={"X-Forwarded-For": claimed}, REMOTE_ADDR="" if not claimed else "127.0.0.1"
    )

    assert response.status_code == 403
    assert not is_signed_in(client)


@pytest.mark.threat("T11", "fails closed")
def test_a_limiter_that_cannot_count_lets_nobody_in(alice, monkeypatch):
    client = Client(raise_request_exception=False)

    def broken(*args, **kwargs):
        raise ConnectionError

    monkeypatch.setattr("django.core.cache.backends.locmem.LocMemCache.add", broken)

    assert sign_in(client).status_code == 500
    monkeypatch.undo()
    assert not is_signed_in(client)


@pytest.mark.threat("T11", "a way back")
def test_a_new_password_opens_the_way_at_once(client, alice):
    assert fail(client, 6).status_code == 429

    client.post(url("account_reset_password"), {"email": "alice@example.org"})
    page = client.get(link_in(mail.outbox[-1]))["Location"]
    client.post(page, {"password1": ANOTHER})

    assert sign_in(client, password=ANOTHER).status_code == 302
    assert is_signed_in(client)


def test_a_new_password_does_not_clear_the_network(client, alice):
    for number in range(20):
        fail(client, 1, f"person{number}@example.net")
    client.post(url("account_reset_password"), {"email": "alice@example.org"})
    page = client.get(link_in(mail.outbox[-1]))["Location"]
    client.post(page, {"password1": ANOTHER})

    assert fail(client, 1, "person99@example.net").status_code == 429


@pytest.mark.threat("T11", "a way back")
def test_a_code_opens_the_way_while_the_password_must_wait(client, alice):
    assert fail(client, 6).status_code == 429

    client.post(url("account_request_login_code"), {"email": "alice@example.org"})
    client.post(url("account_confirm_login_code"), {"code": code_in(mail.outbox[-1])})

    assert is_signed_in(client)


# --- Signing in with a code -------------------------------------------------------------------------


def code_in(message):
    return re.search(r"\b\d{4}-\d{4}\b", message.body).group()


def test_code_signs_in_with_or_without_its_hyphen(client, alice):
    client.post(url("account_request_login_code"), {"email": "ALICE@example.org"})
    assert mail.outbox[0].to == ["alice@example.org"]
    field = client.get(url("account_confirm_login_code")).content.decode()
    assert 'autocomplete="one-time-code"' in field
    assert 'inputmode="numeric"' in field

    code = code_in(mail.outbox[0]).replace("-", " ")
    response = client.post(url("account_confirm_login_code"), {"code": code})

    assert response["Location"] == url("members:workspace")
    assert is_signed_in(client)


@pytest.mark.threat("T13", "once")
def test_code_dies_after_three_wrong_ones(client, alice):
    client.post(url("account_request_login_code"), {"email": "alice@example.org"})
    for _ in range(3):
        client.post(url("account_confirm_login_code"), {"code": "0000-0000"})

    client.post(url("account_confirm_login_code"), {"code": code_in(mail.outbox[0])})

    assert not is_signed_in(client)


@pytest.mark.threat("T13", "expires")
def test_code_dies_after_a_quarter_of_an_hour(client, alice, later):
    client.post(url("account_request_login_code"), {"email": "alice@example.org"})

    later(minutes=15, seconds=1)
    client.post(url("account_confirm_login_code"), {"code": code_in(mail.outbox[0])})

    assert not is_signed_in(client)


@pytest.mark.threat("T10", "codes")
def test_asking_for_a_code_answers_the_same_without_an_account(alice):
    factories.UserFactory(email="closed@example.org", is_active=False)

    answers = []
    for email in ("alice@example.org", "nobody@example.org", "closed@example.org"):
        client = Client()
        asked = shape(client.post(url("account_request_login_code"), {"email": email}), email)
        entered = client.post(url("account_confirm_login_code"), {"code": "0000-0000"})
        answers.append((asked, shape(entered, email)))

    assert answers[0] == answers[1] == answers[2]
    assert [message.to for message in mail.outbox] == [
        ["alice@example.org"],
        ["nobody@example.org"],
        ["closed@example.org"],
    ]
    assert re.search(r"\d{4}-\d{4}", mail.outbox[1].body + mail.outbox[2].body) is None


@pytest.mark.threat("limits", "codes")
@pytest.mark.threat("T13", "many mails")
def test_eleventh_code_must_wait(client, alice):
    answers = [
        Client().post(url("account_request_login_code"), {"email": email}).status_code
        for email in ["alice@example.org", "alıce@example.org"] * 5 + ["ALICE@example.org"]
    ]

    assert answers == [302] * 10 + [429]


@pytest.mark.threat("T12", "first sign-in")
def test_code_forgets_a_password_that_somebody_else_may_have_chosen(client, db):
    """An account opened in advance with the address of a victim who comes later."""
    mallory = Client()
    sign_up(mallory, "victim@example.org", password="the-password-of-mallory")

    client.post(url("account_request_login_code"), {"email": "victim@example.org"})
    client.post(url("account_confirm_login_code"), {"code": code_in(mail.outbox[-1])})
    assert is_signed_in(client)

    sign_in(mallory, "victim@example.org", "the-password-of-mallory")
    assert not is_signed_in(mallory)


def test_code_keeps_the_password_of_a_confirmed_account(client, alice):
    client.post(url("account_request_login_code"), {"email": "alice@example.org"})
    client.post(url("account_confirm_login_code"), {"code": code_in(mail.outbox[-1])})

    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


# --- Signing up -------------------------------------------------------------------------------------


def sign_up(client, email="new@example.org", password=ANOTHER, language="fr", **data):
    data = {"email": email, "full_name": "Nour", "password1": password, **data}
    return client.post(url("account_signup", language=language), data)


@pytest.mark.threat("T12", "before confirming")
@pytest.mark.parametrize("language", ["fr", "en"])
def test_sign_up_opens_an_account_without_rights_in_the_language_of_the_page(client, db, language):
    response = sign_up(client, language=language)

    assert response["Location"] == url("account_email_verification_sent", language=language)
    user = User.objects.get()
    assert (user.email, user.full_name, user.language) == ("new@example.org", "Nour", language)
    assert (user.is_staff, user.is_superuser, user.seats.count()) == (False, False, 0)
    assert list(user.emailaddress_set.values_list("email", "verified")) == [
        ("new@example.org", False)
    ]
    assert not is_signed_in(client)
    [message] = mail.outbox
    assert message.to == ["new@example.org"]
    assert link_in(message).startswith(url("account_confirm_email", "x", language=language)[:-2])


@pytest.mark.threat("T1", "extra names")
def test_sign_up_takes_nothing_but_its_fields(client, db):
    sign_up(client, is_staff="on", is_superuser="on", language="en", review_mail="never", pk="1")

    user = User.objects.get()
    assert (user.is_staff, user.is_superuser, user.review_mail) == (False, False, "at_once")


@pytest.mark.threat("T10", "sign-up")
@pytest.mark.parametrize("typed", ["alice@example.org", "ALICE@example.org"])
def test_sign_up_with_an_address_that_has_an_account_answers_the_same(alice, hashes, typed):
    fresh = sign_up(Client(), "new@example.org")
    cost = len(hashes)
    hashes.clear()
    before = set(User.objects.values_list("pk", flat=True))
    mail.outbox.clear()

    client = Client()
    response = sign_up(client, typed)

    assert shape(response) == shape(fresh)
    assert len(hashes) == cost == 1
    assert set(User.objects.values_list("pk", flat=True)) == before
    assert [message.to for message in mail.outbox] == [["alice@example.org"]]
    assert url("account_reset_password") in mail.outbox[0].body
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


@pytest.mark.threat("T10", "sign-up")
@pytest.mark.threat("T12", "look-alikes")
@pytest.mark.parametrize("typed", ["alıce@example.org", "alİce@example.org", "aliceſ@example.org"])
def test_sign_up_with_a_look_alike_is_refused_whether_or_not_it_looks_like_an_account(db, typed):
    """Whoever has the address it looks like could otherwise open no account, nor hear why."""
    before = shape(sign_up(Client(), typed), typed)
    factories.UserFactory(email="alice@example.org")
    after = shape(sign_up(Client(), typed), typed)

    assert before == after
    assert before[0] == 200
    assert mail.outbox == []
    assert [user.email for user in User.objects.all()] == ["alice@example.org"]


@pytest.mark.threat("T13", "many mails")
def test_signing_somebody_up_again_and_again_writes_once_in_two_minutes(alice, later):
    def sign_up_again():
        for number in range(3):
            response = sign_up(Client(REMOTE_ADDR=f"192.0.2.{number}"), "alice@example.org")
            assert response["Location"] == url("account_email_verification_sent")
        return len(mail.outbox)

    assert sign_up_again() == 1
    later(minutes=2, seconds=1)
    assert sign_up_again() == 2


def test_sign_up_in_the_same_moment_as_its_twin_is_no_error(client, alice, monkeypatch):
    monkeypatch.setattr("members.querysets.UserQuerySet.reached_at", lambda self, email: None)

    response = sign_up(client, "alice@example.org")

    assert response["Location"] == url("account_email_verification_sent")
    assert User.objects.count() == 1


def test_sign_up_with_an_address_that_another_account_only_claims(client, charlie):
    charlie.emailaddress_set.create(email="new@example.org", verified=False)

    sign_up(client)
    client.post(link_in(mail.outbox[0]))
    sign_in(client, password=ANOTHER, email="new@example.org")

    assert is_signed_in(client)
    assert User.objects.reached_at("new@example.org").email == "new@example.org"


@pytest.mark.threat("T16", "texts")
@pytest.mark.threat("T21", "mail headers")
@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("new@example.org", "eleven-char"),
        ("new@example.org", "q1w2e3r4t5y6"),
        ("new@example.org", "new@example.org"),
        ("new@example.org", "x" * 257),
        ("new@example.org", "with a NUL \x00 in it"),
        ("new@example.org", ""),
        ("", ANOTHER),
        ("not-an-address", ANOTHER),
        ("a" * 64 + "@" + ".".join(["b" * 60] * 4) + ".org", ANOTHER),
        ("new\x00@example.org", ANOTHER),
        ("new@example.org\nBcc: all@example.org", ANOTHER),
        ("😀@example.org", ANOTHER),
    ],
)
def test_sign_up_refuses_bad_input_and_keeps_the_rest(client, db, email, password):
    response = sign_up(client, email, password, full_name="\u202eRTL <script>alert(1)</script> 😀")

    assert response.status_code == 200
    assert User.objects.count() == 0
    assert mail.outbox == []
    page = response.content.decode()
    assert "&lt;script&gt;" in page
    assert 'id="errors"' in page
    assert 'type="password"' in page
    assert not re.search(r'type="password"[^>]*value=', page)


def test_passwords_may_be_long_and_of_any_characters(client, db):
    password = "  une phrase, des espaces, 😀 et €  "

    sign_up(client, password=password)

    assert User.objects.get().check_password(password)


@pytest.mark.threat("limits", "sign-up")
def test_eleventh_sign_up_of_a_network_must_wait(client, db):
    answers = [sign_up(Client(), f"person{n}@example.org").status_code for n in range(11)]

    assert answers == [302] * 10 + [429]
    assert User.objects.count() == 10


# --- Mails ------------------------------------------------------------------------------------------


@pytest.mark.threat("T15", "mails")
def test_mails_start_with_the_configured_address_whatever_host_was_asked(client, alice, settings):
    settings.BASE_URL = "https://portal.example"
    settings.ALLOWED_HOSTS = ["*"]

    client.post(
        url("account_reset_password"),
        {"email": "alice@example.org"},
        headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"},
    )
    sign_up(client)

    for message in mail.outbox:
        html = message.alternatives[0].content
        assert "https://portal.example/fr/" in message.body
        assert "https://portal.example/fr/" in html
        assert "evil" not in message.body + html


def test_mails_are_in_the_language_of_the_person(bob):
    Client().post(url("account_reset_password"), {"email": "bob@example.org"})

    [message] = mail.outbox
    assert link_in(message).startswith("/en/")
    assert '<html lang="en">' in message.alternatives[0].content


@pytest.mark.threat("T10", "reset")
@pytest.mark.threat("T13", "time")
def test_a_mail_that_cannot_leave_tells_nobody(client, alice, monkeypatch):
    def broken(*args, **kwargs):
        raise OSError("no route to host")

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", broken)

    known = client.post(url("account_reset_password"), {"email": "alice@example.org"})
    unknown = client.post(url("account_reset_password"), {"email": "nobody@example.org"})

    assert shape(known) == shape(unknown)
    assert known.status_code == 302


# --- Confirming an address --------------------------------------------------------------------------


@pytest.mark.threat("T13", "POST")
def test_opening_the_link_confirms_nothing_and_pressing_the_button_does(client, db):
    sign_up(client)
    link = link_in(mail.outbox[0])

    page = client.get(link)
    assert page.status_code == 200
    assert "new@example.org" in page.content.decode()
    assert not EmailAddress.objects.get().verified

    response = client.post(link)

    assert response["Location"] == url("account_login")
    assert EmailAddress.objects.get().verified
    assert not is_signed_in(client)
    sign_in(client, "new@example.org", ANOTHER)
    assert is_signed_in(client)


@pytest.mark.threat("T13", "once", "expires")
def test_confirming_works_once_and_for_three_days(client, db, later):
    sign_up(client)
    link = link_in(mail.outbox[0])

    later(days=3, seconds=5)
    assert (client.get(link).status_code, client.post(link).status_code) == (404, 404)
    later(days=-1)
    assert client.post(link).status_code == 302
    assert (client.get(link).status_code, client.post(link).status_code) == (404, 404)


@pytest.mark.threat("T13", "bound")
def test_the_link_dies_with_the_address(client, alice):
    address = alice.emailaddress_set.create(email="alice@work.example")
    link = url("account_confirm_email", signing.dumps(address.pk, salt="account"))
    address.delete()

    assert client.post(link).status_code == 404


def test_a_made_up_link_confirms_nothing(client, alice):
    address = alice.emailaddress_set.create(email="victim@example.org")

    response = client.post(url("account_confirm_email", f"{address.pk}:abc:def"))

    assert response.status_code == 404
    assert not EmailAddress.objects.get(pk=address.pk).verified


def test_opening_the_link_of_somebody_else_signs_nobody_out(client, alice):
    client.force_login(alice)
    other = factories.UserFactory(email="other@example.org", confirmed=False)
    address = other.emailaddress_set.create(email="other@example.org")
    link = url("account_confirm_email", signing.dumps(address.pk, salt="account"))

    client.get(link)
    assert is_signed_in(client)

    client.post(link)
    assert not is_signed_in(client)


@pytest.mark.threat("T12", "look-alikes")
def test_an_address_that_another_account_answers_to_is_not_confirmed(client, alice, charlie):
    address = charlie.emailaddress_set.create(email="alıce@example.org")

    client.post(url("account_confirm_email", signing.dumps(address.pk, salt="account")))

    address.refresh_from_db()
    assert not address.verified


def test_confirming_remembers_where_one_was_going(client, db):
    wanted = url("members:preferences")
    sign_up(client, next=wanted)

    response = client.post(link_in(mail.outbox[0]))

    assert response["Location"] == wanted


# --- A new password by mail -------------------------------------------------------------------------


def reset(client, email="alice@example.org"):
    client.post(url("account_reset_password"), {"email": email})
    return link_in(mail.outbox[-1])


@pytest.mark.threat("T10", "reset")
def test_reset_answers_the_same_without_an_account_and_after_closing_it(alice):
    factories.UserFactory(email="closed@example.org", is_active=False)

    answers = [
        shape(Client().post(url("account_reset_password"), {"email": email}))
        for email in ("alice@example.org", "nobody@example.org", "closed@example.org")
    ]

    assert answers[0] == answers[1] == answers[2]
    assert len(mail.outbox) == 3
    linked = ["/nouveau/" in m.body or "/new/" in m.body for m in mail.outbox]
    assert linked == [True, False, False]


@pytest.mark.threat("T12", "stored address")
@pytest.mark.parametrize("typed", ["ALICE@EXAMPLE.ORG", "alıce@example.org", "alİce@example.org"])
def test_reset_goes_to_the_stored_address(client, alice, typed):
    client.post(url("account_reset_password"), {"email": typed})

    assert [message.to for message in mail.outbox] == [["alice@example.org"]]


@pytest.mark.threat("T12", "new password")
@pytest.mark.parametrize("way", ["reset", "change"])
def test_a_new_password_forgets_addresses_that_wait_to_be_confirmed(client, alice, way):
    """Somebody who knew the old one added theirs, to come back by a code sent to it."""
    mallory = Client()
    sign_in(mallory)
    mallory.post(url("account_email"), {"action_add": "1", "email": "mallory@example.net"})
    confirmation = link_in(mail.outbox[-1])
    alice.emailaddress_set.create(email="alice@work.example", verified=True)

    if way == "reset":
        page = client.get(reset(client))["Location"]
        client.post(page, {"password1": ANOTHER})
    else:
        sign_in(client)
        client.post(url("account_change_password"), {"oldpassword": PASSWORD, "password1": ANOTHER})

    assert mallory.post(confirmation).status_code == 404
    mallory.post(url("account_request_login_code"), {"email": "mallory@example.net"})
    assert re.search(r"\d{4}-\d{4}", mail.outbox[-1].body) is None
    assert sorted(alice.emailaddress_set.values_list("email", flat=True)) == [
        "alice@example.org",
        "alice@work.example",
    ]


@pytest.mark.threat("T11", "a way back")
def test_nobody_is_locked_out_by_somebody_who_uses_up_every_limit(alice):
    """Wrong passwords, codes and resets without end: the mails they caused still open the way."""
    for n in range(12):
        mallory = Client(REMOTE_ADDR=f"192.0.2.{n}")
        fail(mallory, 1)
        mallory.post(url("account_request_login_code"), {"email": "alice@example.org"})
        mallory.post(url("account_reset_password"), {"email": "alice@example.org"})
    client = Client(REMOTE_ADDR="198.51.100.1")
    assert sign_in(client).status_code == 429
    assert client.post(url("account_reset_password"), {"email": alice.email}).status_code == 429

    received = [link_in(m) for m in mail.outbox if "/nouveau/" in m.body]
    page = client.get(received[0])["Location"]
    client.post(page, {"password1": ANOTHER})

    assert sign_in(client, password=ANOTHER).status_code == 302
    assert is_signed_in(client)


@pytest.mark.threat("T13", "once")
@pytest.mark.threat("T12", "new password")
def test_reset_sets_the_password_once_and_ends_every_session(client, alice):
    elsewhere = Client()
    sign_in(elsewhere)
    link = reset(client)

    opened = client.get(link)
    assert opened.status_code == 302
    assert link.split("-", 2)[-1] not in opened["Location"]  # no secret in the address of the form
    assert client.get(opened["Location"]).status_code == 200
    response = client.post(opened["Location"], {"password1": ANOTHER})

    assert response["Location"] == url("account_reset_password_from_key_done")
    assert not is_signed_in(client)
    assert not is_signed_in(elsewhere)
    alice.refresh_from_db()
    assert alice.check_password(ANOTHER)
    assert mail.outbox[-1].to == ["alice@example.org"]  # and she is told
    again = Client().get(link)
    assert again.status_code == 200
    assert "password1" not in again.content.decode()


@pytest.mark.threat("T13", "POST")
def test_opening_the_link_uses_nothing_up(client, alice):
    link = reset(client)

    for _ in range(3):
        Client().get(link)  # programs that look into mails

    page = client.get(link)["Location"]
    assert client.post(page, {"password1": ANOTHER}).status_code == 302


@pytest.mark.threat("T13", "expires", "bound")
@pytest.mark.parametrize("change", ["time", "address", "closed", "signed_in"])
def test_reset_link_dies(client, alice, later, change):
    link = reset(client)
    if change == "time":
        from django.contrib.auth.tokens import PasswordResetTokenGenerator as Tokens

        original = Tokens._now
        Tokens._now = lambda self: original(self) + timedelta(hours=3, seconds=1)
    elif change == "address":
        alice.emailaddress_set.create(email="alice@work.example", verified=True)
    elif change == "closed":
        User.objects.filter(pk=alice.pk).update(is_active=False)
    else:
        sign_in(Client())

    try:
        page = client.get(link)
    finally:
        if change == "time":
            Tokens._now = original

    assert page.status_code == 200
    assert "password1" not in page.content.decode()


def test_opening_a_reset_link_signs_nobody_out(client, alice, charlie):
    link = reset(Client())
    client.force_login(charlie)

    page = client.get(link)["Location"]
    client.get(page)
    assert is_signed_in(client)

    client.post(page, {"password1": ANOTHER})
    assert not is_signed_in(client)
    alice.refresh_from_db()
    assert alice.check_password(ANOTHER)


@pytest.mark.threat("limits", "reset")
@pytest.mark.threat("T13", "many mails")
def test_sixth_reset_of_an_address_must_wait_whoever_asks(alice):
    spellings = ["alice@example.org", "ALICE@example.org", "alıce@example.org"] * 2
    answers = [
        Client(REMOTE_ADDR=f"192.0.2.{n}").post(url("account_reset_password"), {"email": email})
        for n, email in enumerate(spellings)
    ]

    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert 3500 < int(answers[-1]["Retry-After"]) <= 3600
    assert len(mail.outbox) == 5


@pytest.mark.threat("limits", "reset")
def test_twenty_first_reset_of_a_network_must_wait(client, db):
    answers = [
        client.post(url("account_reset_password"), {"email": f"p{n}@example.org"}).status_code
        for n in range(21)
    ]

    assert answers == [302] * 20 + [429]


# --- Password of one's own --------------------------------------------------------------------------


def test_changing_the_password_ends_the_sessions_elsewhere_and_tells(client, alice):
    elsewhere = Client()
    sign_in(elsewhere)
    sign_in(client)

    response = client.post(
        url("account_change_password"), {"oldpassword": PASSWORD, "password1": ANOTHER}
    )

    assert response["Location"] == url("members:preferences")
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)
    assert mail.outbox[-1].to == ["alice@example.org"]


def test_changing_the_password_needs_the_old_one(client, alice):
    client.force_login(alice)

    response = client.post(
        url("account_change_password"), {"oldpassword": "wrong", "password1": ANOTHER}
    )

    assert response.status_code == 200
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_password_fields_can_be_filled_by_a_password_manager(client, alice):
    client.force_login(alice)

    page = client.get(url("account_change_password")).content.decode()

    assert re.findall(r'type="password"[^>]*autocomplete="([\w-]+)"', page) == [
        "current-password",
        "new-password",
    ]
    assert "onpaste" not in page


# --- Addresses --------------------------------------------------------------------------------------


@pytest.fixture
def signed_in(client, alice):
    sign_in(client)
    return client


def addresses(user):
    return list(user.emailaddress_set.order_by("pk").values_list("email", "verified", "primary"))


def test_addresses_can_be_added_confirmed_made_main_and_removed(signed_in, alice):
    page = url("account_email")
    signed_in.post(page, {"action_add": "1", "email": "Alice@Work.example"})
    assert mail.outbox[-1].to == ["alice@work.example"]
    signed_in.post(page, {"action_primary": "1", "email": "alice@work.example"})
    assert addresses(alice) == [
        ("alice@example.org", True, True),
        ("alice@work.example", False, False),
    ]

    confirmed = signed_in.post(link_in(mail.outbox[-1]))
    assert confirmed["Location"] == page
    signed_in.post(page, {"action_primary": "1", "email": "alice@work.example"})
    alice.refresh_from_db()
    assert (alice.email, alice.folded_email) == ("alice@work.example", "alice@work.example")
    assert mail.outbox[-1].to == ["alice@example.org"]  # the former one hears of it

    signed_in.post(page, {"action_remove": "1", "email": "alice@example.org"})
    assert addresses(alice) == [("alice@work.example", True, True)]


@pytest.mark.threat("T10", "addresses")
def test_adding_an_address_answers_the_same_whoever_has_it(signed_in, alice, charlie):
    page = url("account_email")

    free = signed_in.post(page, {"action_add": "1", "email": "free@example.org"}, follow=True)
    taken = signed_in.post(page, {"action_add": "1", "email": "charlie@example.org"}, follow=True)

    assert free.status_code == taken.status_code == 200
    assert [a[1] for a in addresses(alice)] == [True, False, False]
    assert "charlie@example.org" in taken.content.decode()


@pytest.mark.threat("T12", "look-alikes")
def test_a_look_alike_is_no_address_to_add(signed_in, alice):
    answer = signed_in.post(url("account_email"), {"action_add": "1", "email": "bıb@example.org"})

    assert answer.status_code == 200
    assert 'id="errors"' in answer.content.decode()
    assert [a[0] for a in addresses(alice)] == ["alice@example.org"]


def test_main_address_of_another_account_cannot_be_taken(signed_in, alice):
    factories.UserFactory(email="squat@example.org", confirmed=False)
    alice.emailaddress_set.create(email="squat@example.org", verified=True)

    signed_in.post(url("account_email"), {"action_primary": "1", "email": "squat@example.org"})

    alice.refresh_from_db()
    assert alice.email == "alice@example.org"


def test_an_account_has_five_addresses_at_most(signed_in, alice):
    for n in range(4):
        alice.emailaddress_set.create(email=f"alice{n}@example.org", verified=True)

    signed_in.post(url("account_email"), {"action_add": "1", "email": "sixth@example.org"})

    assert len(addresses(alice)) == 5


def test_changing_addresses_asks_for_the_password_again_after_a_while(signed_in, alice, later):
    later(minutes=6)

    asked = signed_in.post(url("account_email"), {"action_add": "1", "email": "a@work.example"})

    assert asked["Location"].startswith(url("account_reauthenticate"))
    assert len(addresses(alice)) == 1
    assert signed_in.get(asked["Location"]).status_code == 200
    signed_in.post(asked["Location"], {"password": "wrong"})
    assert len(addresses(alice)) == 1
    signed_in.post(asked["Location"], {"password": PASSWORD, "next": url("account_email")})
    assert len(addresses(alice)) == 2


def test_nobody_changes_the_addresses_of_others(signed_in, charlie):
    signed_in.post(url("account_email"), {"action_remove": "1", "email": "charlie@example.org"})
    signed_in.post(url("account_email"), {"action_primary": "1", "email": "charlie@example.org"})

    assert addresses(charlie) == [("charlie@example.org", True, True)]


# --- Preferences ------------------------------------------------------------------------------------


def test_preferences_keep_name_and_language(client, alice):
    client.force_login(alice)

    response = client.post(
        url("members:preferences"), {"full_name": "Alice Martin", "language": "en"}
    )

    assert response["Location"] == url("members:preferences")
    alice.refresh_from_db()
    assert (alice.full_name, alice.language) == ("Alice Martin", "en")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("\u202eevil\u2066 name\r\nBcc: x", "evil name Bcc: x"),
        ("Zoé  O’Brien-Łukasz", "Zoé O’Brien-Łukasz"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("نور", "نور"),
    ],
)
def test_a_name_is_one_line_that_turns_nothing_around(client, alice, typed, kept):
    client.force_login(alice)

    client.post(url("members:preferences"), {"full_name": typed, "language": "fr"})

    alice.refresh_from_db()
    assert alice.full_name == kept


@pytest.mark.parametrize("name", ["x" * 151, "NUL \x00 inside"])
def test_a_name_that_cannot_be_kept_is_refused(client, alice, name):
    client.force_login(alice)

    response = client.post(url("members:preferences"), {"full_name": name, "language": "fr"})

    assert response.status_code == 200
    assert 'id="errors"' in response.content.decode()
    alice.refresh_from_db()
    assert alice.full_name == "Alice"


@pytest.mark.threat("T1", "extra names")
def test_preferences_take_nothing_else_from_an_editor(client, alice):
    client.force_login(alice)

    client.post(
        url("members:preferences"),
        {
            "full_name": "Alice",
            "language": "fr",
            "review_mail": "never",
            "is_staff": "on",
            "is_superuser": "on",
            "email": "mallory@example.org",
        },
    )

    alice.refresh_from_db()
    assert (alice.review_mail, alice.is_staff, alice.is_superuser, alice.email) == (
        "at_once",
        False,
        False,
        "alice@example.org",
    )
    assert "review_mail" not in client.get(url("members:preferences")).content.decode()


def test_preferences_of_a_moderator_say_when_they_hear_of_work(client, dana):
    client.force_login(dana)
    assert "review_mail" in client.get(url("members:preferences")).content.decode()

    client.post(
        url("members:preferences"), {"full_name": "Dana", "language": "fr", "review_mail": "daily"}
    )

    dana.refresh_from_db()
    assert dana.review_mail == "daily"


@pytest.mark.parametrize("language", ["", "de", "fr\x00", "x" * 5000])
def test_preferences_refuse_a_language_that_is_none(client, alice, language):
    client.force_login(alice)

    response = client.post(url("members:preferences"), {"full_name": "A", "language": language})

    assert response.status_code == 200
    alice.refresh_from_db()
    assert (alice.full_name, alice.language) == ("Alice", "fr")


# --- Signing out, and every page --------------------------------------------------------------------


@pytest.mark.threat("T25", "sign-out")
def test_sign_out_asks_first(client, alice):
    client.force_login(alice)

    assert client.get(url("account_logout")).status_code == 200
    assert is_signed_in(client)

    response = client.post(url("account_logout"))
    assert response["Location"] == url("home")
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    ("name", "french", "english"),
    [
        ("account_login", "/fr/connexion/", "/en/sign-in/"),
        ("account_request_login_code", "/fr/connexion/code/", "/en/sign-in/code/"),
        ("account_logout", "/fr/deconnexion/", "/en/sign-out/"),
        ("account_signup", "/fr/compte/creer/", "/en/account/create/"),
        ("account_email", "/fr/compte/adresses/", "/en/account/addresses/"),
        ("account_change_password", "/fr/compte/mot-de-passe/", "/en/account/password/"),
        ("members:preferences", "/fr/compte/", "/en/account/"),
    ],
)
def test_addresses_of_pages_are_words_of_their_language(name, french, english):
    assert (url(name), url(name, language="en")) == (french, english)


OPEN = [
    "account_login",
    "account_signup",
    "account_request_login_code",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_email_verification_sent",
    "account_inactive",
]
OWN = [
    "account_email",
    "account_change_password",
    "account_reauthenticate",
    "account_logout",
    "members:preferences",
]


@pytest.mark.threat("T13", "referrer")
@pytest.mark.threat("T17", "private pages")
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", OPEN + OWN)
def test_pages_are_in_the_language_of_their_address_kept_nowhere_and_not_indexed(
    client, alice, name, language
):
    if name in OWN:
        client.force_login(alice)

    response = client.get(url(name, language=language))

    page = response.content.decode()
    assert response.status_code == 200
    assert f'<html lang="{language}">' in page
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"
    assert '<meta name="robots" content="noindex' in page
    assert page.count("<h1") == 1


@pytest.mark.parametrize(
    "name", ["account_email", "account_change_password", "members:preferences"]
)
def test_pages_of_an_account_are_for_who_is_signed_in(client, db, name):
    for answer in (client.get(url(name)), client.post(url(name), {"action_add": "1"})):
        assert answer.status_code == 302
        assert answer["Location"] == f"{url('account_login')}?next={url(name)}"


@pytest.mark.threat("T25", "token")
@pytest.mark.parametrize("name", [*(OPEN[:4]), *OWN])
def test_no_form_works_without_its_token(alice, name):
    client = Client(enforce_csrf_checks=True)
    if name in OWN:
        client.force_login(alice)

    assert client.post(url(name), {}).status_code == 403


def test_account_without_password_is_asked_to_choose_one(client, alice):
    alice.set_unusable_password()
    alice.save()
    client.force_login(alice)

    assert client.get(url("account_change_password"))["Location"] == url("account_set_password")
    assert client.get(url("account_set_password")).status_code == 200
    client.post(url("account_set_password"), {"password1": ANOTHER})

    alice.refresh_from_db()
    assert alice.check_password(ANOTHER)
    assert is_signed_in(client)
