"""Invitations to a seat: bound to an address, good once, dead with who sent them (T3, T10, T13)."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from members import services
from members.models import Invitation, Seat, User
from portal.lifecycle.errors import NotAllowed, WrongState
from tests import factories
from tests.together import together

GUEST = "guest@example.org"
LINK = re.compile(r"http://testserver(/\S+)")


def url(name, *args, language="fr"):
    with override(language):
        return reverse(name if name.startswith("account_") else f"members:{name}", args=args)


@pytest.fixture
def guest(db):
    return factories.UserFactory(email=GUEST, full_name="Guest", language="en")


@pytest.fixture
def invite(organisation, bob, django_capture_on_commit_callbacks):
    """`invite()` sends one and gives it with the secret of its link."""

    def send(email=GUEST, role="editor", by=bob, language="fr"):
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            invitation = services.invite(
                organisation, email=email, role=role, language=language, by=by
            )
        return invitation, LINK.search(mail.outbox[-1].body).group(1).rstrip("/").rsplit("/")[-1]

    return send


# --- Services ---------------------------------------------------------------------------------------


def test_invite_mails_a_secret_that_is_not_stored(organisation, bob, invite):
    invitation, token = invite(" Guest@Example.org ", "owner")

    [message] = mail.outbox
    assert message.to == [GUEST]
    assert "Laboratoire des arches" in message.body
    assert "Bob" in message.body
    assert len(token) >= 40
    assert token not in "".join(map(str, Invitation.objects.values_list()))
    assert invitation.invited_by == bob
    assert timedelta(days=13) < invitation.expires_at - timezone.now() <= timedelta(days=14)


def test_invite_writes_in_the_language_of_the_account_else_of_the_page(invite, guest):
    invite()
    assert "/en/invitation/" in mail.outbox[0].body

    invite("unknown@example.org")
    assert "/fr/invitation/" in mail.outbox[0].body
    assert '<html lang="fr">' in mail.outbox[0].alternatives[0].content


@pytest.mark.threat("T3", "another organisation")
@pytest.mark.parametrize("who", ["alice", "charlie", "newton", "dana"])
def test_invite_is_for_owners(request, organisation, who):
    user = request.getfixturevalue(who)

    with pytest.raises(NotAllowed):
        services.invite(organisation, email=GUEST, role="editor", language="fr", by=user)

    assert not Invitation.objects.exists()
    assert mail.outbox == []


@pytest.mark.parametrize("email", ["alice@example.org", "ALICE@example.org", "alice@work.example"])
def test_invite_refuses_who_belongs_already(organisation, alice, bob, email):
    alice.emailaddress_set.create(email="alice@work.example", verified=True)

    with pytest.raises(services.AlreadySeated):
        services.invite(organisation, email=email, role="editor", language="fr", by=bob)


def test_invite_into_a_withdrawn_organisation_is_refused(bob, organisation):
    organisation.status, organisation.withdrawn_at = "withdrawn", timezone.now()
    organisation.save()

    with pytest.raises(WrongState):
        services.invite(organisation, email=GUEST, role="editor", language="fr", by=bob)


def test_inviting_again_replaces_the_first_invitation(invite, guest):
    _first, old = invite()
    _second, new = invite(role="owner")

    with pytest.raises(services.InvitationUnusable):
        services.accept_invitation(old, by=guest)
    assert services.accept_invitation(new, by=guest).role == "owner"


def test_resend_gives_a_new_link_and_a_new_date(
    invite, bob, guest, django_capture_on_commit_callbacks
):
    invitation, old = invite()
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))

    with django_capture_on_commit_callbacks(execute=True):
        again = services.resend_invitation(invitation, language="fr", by=bob)

    assert again.expires_at > timezone.now()
    with pytest.raises(services.InvitationUnusable):
        services.find_invitation(old)
    with pytest.raises(WrongState):
        services.resend_invitation(invitation, language="fr", by=bob)


@pytest.mark.threat("limits", "invitations")
@pytest.mark.threat("T13", "many mails")
def test_thirty_invitations_a_day_and_no_more(organisation, bob, settings, invite):
    settings.INVITATIONS_A_DAY = 3
    for number in range(3):
        invite(f"guest{number}@example.org")

    with pytest.raises(services.TooManyInvitations) as refusal:
        invite("guest3@example.org")

    assert "3" in str(refusal.value)
    assert 86000 < refusal.value.seconds <= 86400
    assert organisation.invitations.count() == 3
    Invitation.objects.filter(email="guest0@example.org").update(
        created_at=timezone.now() - timedelta(days=1, seconds=1)
    )
    invite("guest3@example.org")


@pytest.mark.threat("T13", "once")
def test_accept_gives_the_seat_once(invite, organisation, guest):
    _invitation, token = invite(role="owner")

    seat = services.accept_invitation(token, by=guest)

    assert (seat.user, seat.organisation, seat.role) == (guest, organisation, "owner")
    with pytest.raises(services.InvitationUnusable):
        services.accept_invitation(token, by=guest)


@pytest.mark.threat("T13", "bound")
@pytest.mark.threat("T12", "before confirming")
def test_accept_needs_the_very_address_confirmed(invite, organisation, guest, newton):
    _invitation, token = invite()
    unconfirmed = factories.UserFactory(email="late@example.org", confirmed=False)
    newton.emailaddress_set.create(email=GUEST, verified=False)
    newton.emailaddress_set.create(email="gueſt@example.org", verified=True)
    guest.emailaddress_set.filter(email=GUEST).update(verified=False)

    for user in (newton, unconfirmed, guest):
        with pytest.raises(services.InvitationUnusable):
            services.accept_invitation(token, by=user)

    assert organisation.seats.filter(user__in=[newton, unconfirmed, guest]).count() == 0
    guest.emailaddress_set.filter(email=GUEST).update(verified=True)
    assert services.accept_invitation(token, by=guest)


def test_accept_works_with_any_confirmed_address_of_the_account(invite, newton):
    newton.emailaddress_set.create(email=GUEST, verified=True)

    assert services.accept_invitation(invite()[1], by=newton).user == newton


@pytest.mark.threat("T13", "expires")
@pytest.mark.threat("T3", "invitations")
@pytest.mark.parametrize(
    "end",
    ["expired", "revoked", "inviter_removed", "inviter_demoted", "inviter_closed", "withdrawn",
     "closed"],
)  # fmt: skip
def test_invitation_dies(invite, organisation, bob, guest, end):
    carol = factories.UserFactory(email="carol@example.org", owner=organisation)
    invitation, token = invite(by=carol)
    carols = Seat.objects.get(user=carol)
    if end == "expired":
        Invitation.objects.update(expires_at=timezone.now())
    elif end == "revoked":
        services.revoke_invitation(invitation, by=bob)
    elif end == "inviter_removed":
        services.remove_seat(carols, by=bob)
    elif end == "inviter_demoted":
        Seat.objects.filter(pk=carols.pk).update(role="editor")
    elif end == "inviter_closed":
        User.objects.filter(pk=carol.pk).update(is_active=False)
    elif end == "withdrawn":
        type(organisation).objects.update(status="withdrawn", withdrawn_at=timezone.now())
    else:
        guest.is_active = False

    with pytest.raises(services.InvitationUnusable):
        services.accept_invitation(token, by=guest)

    assert not guest.edits(organisation)


@pytest.mark.threat("T3", "invitations")
def test_an_old_invitation_promotes_nobody(invite, organisation, bob, alice):
    """An editor who kept an invitation as owner, sent to an address confirmed only now."""
    _invitation, token = invite("alice@work.example", "owner")
    alice.emailaddress_set.create(email="alice@work.example", verified=True)

    seat = services.accept_invitation(token, by=alice)

    assert seat.role == "editor"


def test_revoke_twice_or_after_use_is_told(invite, bob, guest):
    invitation, token = invite()
    services.accept_invitation(token, by=guest)

    with pytest.raises(WrongState):
        services.revoke_invitation(invitation, by=bob)


@pytest.mark.parametrize("who", ["alice", "charlie", "dana", "guest"])
def test_revoke_is_for_owners(request, invite, who):
    invitation, _token = invite()

    with pytest.raises(NotAllowed):
        services.revoke_invitation(invitation, by=request.getfixturevalue(who))


concurrent = [
    pytest.mark.concurrency,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks are PostgreSQL's"),
    pytest.mark.parametrize("round_", range(5)),
]


def marked(test):
    for mark in concurrent:
        test = mark(test)
    return test


def sent(organisation, bob, email=GUEST):
    mail.outbox.clear()
    services.invite(organisation, email=email, role="editor", language="fr", by=bob)
    return LINK.search(mail.outbox[-1].body).group(1).rstrip("/").rsplit("/")[-1]


@marked
def test_accepting_twice_at_once_gives_one_seat(organisation, bob, guest, round_):
    token = sent(organisation, bob)

    results = together(*[lambda: services.accept_invitation(token, by=guest)] * 3)

    failed = [result for result in results if isinstance(result, Exception)]
    assert [type(error) for error in failed] == [services.InvitationUnusable] * 2
    assert organisation.seats.filter(user=guest).count() == 1


@marked
def test_accepting_while_the_inviter_is_removed(organisation, bob, guest, round_):
    carol = factories.UserFactory(owner=organisation)
    token = sent(organisation, carol)
    carols = Seat.objects.get(user=carol)

    accepted, removed = together(
        lambda: services.accept_invitation(token, by=guest),
        lambda: services.remove_seat(carols, by=bob),
    )

    assert removed is None
    invitation = Invitation.objects.get()
    if isinstance(accepted, Exception):
        assert isinstance(accepted, services.InvitationUnusable)
        assert invitation.revoked_at
        assert not guest.edits(organisation)
    else:
        assert invitation.accepted_at
        assert not invitation.revoked_at


@marked
def test_the_daily_limit_holds_for_owners_who_invite_at_once(organisation, bob, settings, round_):
    settings.INVITATIONS_A_DAY = 2

    results = together(
        *[
            lambda n=n: services.invite(
                organisation, email=f"guest{n}@example.org", role="editor", language="fr", by=bob
            )
            for n in range(4)
        ]
    )

    assert sum(isinstance(r, services.TooManyInvitations) for r in results) == 2
    assert organisation.invitations.count() == 2


# --- Pages of an owner ------------------------------------------------------------------------------


def test_owner_invites(client, organisation, bob, django_capture_on_commit_callbacks):
    client.force_login(bob)

    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(
            url("invitation-create", organisation.slug), {"email": GUEST, "role": "editor"}
        )

    assert response["Location"] == url("seat-list", organisation.slug)
    assert [message.to for message in mail.outbox] == [[GUEST]]
    page = client.get(url("seat-list", organisation.slug)).content.decode()
    assert GUEST in page
    assert Invitation.objects.get().token_hash not in page


@pytest.mark.parametrize(
    ("email", "role"),
    [("", "editor"), ("nobody", "editor"), ("a@b.org\nBcc: c@d.org", "editor"), (GUEST, "admin"),
     (GUEST, ""), ("x" * 300 + "@example.org", "editor"), ("a\x00@example.org", "editor")],
)  # fmt: skip
def test_a_bad_invitation_is_refused_and_kept_on_screen(client, organisation, bob, email, role):
    client.force_login(bob)

    response = client.post(
        url("invitation-create", organisation.slug), {"email": email, "role": role}
    )

    assert response.status_code == 200
    assert 'id="errors"' in response.content.decode()
    assert not Invitation.objects.exists()


def test_inviting_who_belongs_already_says_so(client, organisation, alice, bob):
    client.force_login(bob)

    response = client.post(
        url("invitation-create", organisation.slug), {"email": "alice@example.org", "role": "owner"}
    )

    assert response.status_code == 200
    assert str(services.AlreadySeated()) in response.content.decode()


@pytest.mark.threat("limits", "invitations")
def test_the_limit_is_said_with_when_to_come_back(client, organisation, bob, settings, invite):
    settings.INVITATIONS_A_DAY = 1
    invitation, _token = invite()
    client.force_login(bob)

    asked = client.post(
        url("invitation-create", organisation.slug), {"email": "two@example.org", "role": "owner"}
    )
    again = client.post(url("invitation-resend", organisation.slug, invitation.pk))

    for response in (asked, again):
        assert response.status_code == 429
        assert 86000 < int(response["Retry-After"]) <= 86400
        assert "(1)" in response.content.decode()
    assert 'value="two@example.org"' in asked.content.decode()
    assert services.Invitation.objects.pending().count() == 1


def test_owner_withdraws_an_invitation(client, organisation, bob, guest, invite):
    invitation, token = invite()
    client.force_login(bob)

    response = client.post(url("invitation-revoke", organisation.slug, invitation.pk))
    again = client.post(url("invitation-revoke", organisation.slug, invitation.pk))

    assert response["Location"] == url("seat-list", organisation.slug)
    assert again.status_code == 409
    assert Client().get(url("invitation-accept", token)).status_code == 404


# --- The link ---------------------------------------------------------------------------------------


@pytest.mark.threat("T13", "POST")
@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_link_says_who_invites_whom_to_what_and_changes_nothing(
    client, organisation, invite, language
):
    _invitation, token = invite(role="owner")

    response = client.get(url("invitation-accept", token, language=language))

    page = response.content.decode()
    assert response.status_code == 200
    for word in ("Bob", "g…@example.org", "Laboratoire des arches", f'<html lang="{language}">'):
        assert word in page
    assert Invitation.objects.pending().count() == 1
    assert not Seat.objects.filter(user__email=GUEST).exists()


@pytest.mark.threat("T13", "bound")
@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("who", [None, "newton", "alice", "bob", "unconfirmed", "guest"])
def test_the_link_shows_its_address_to_nobody_else(who, language, client, request, bob, invite):
    _invitation, token = invite()
    bob.full_name = ""
    bob.save()
    if who == "unconfirmed":
        client.force_login(factories.UserFactory(email=GUEST, confirmed=False))
    elif who:
        client.force_login(request.getfixturevalue(who))

    page = client.get(url("invitation-accept", token, language=language)).content.decode()

    own = who in ("guest", "unconfirmed")
    assert (GUEST in page) == own
    assert ("g…@example.org" in page) == (who != "guest")
    assert (bob.email in page) == (who == "guest")


@pytest.mark.parametrize(
    ("email", "masked"),
    [
        ("marie@example.org", "m…@example.org"),
        ("m@example.org", "m…@example.org"),
        ('"a@b"@example.org', '"…@example.org'),
    ],
)
def test_a_masked_address_tells_who_knows_it_which_one_it_is(email, masked):
    assert Invitation(email=email).masked_email == masked


@pytest.mark.threat("T13", "referrer")
def test_the_secret_of_the_link_is_kept_nowhere(client, invite):
    _invitation, token = invite()

    for answer in (
        client.get(url("invitation-accept", token)),
        client.get(url("invitation-accept", "made-up")),
    ):
        assert "no-store" in answer["Cache-Control"]
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        page = answer.content.decode()
        assert 'name="robots" content="noindex' in page
        assert 'rel="canonical"' not in page
        assert 'property="og:url"' not in page


def test_guest_accepts(client, organisation, guest, invite):
    _invitation, token = invite()
    client.force_login(guest)
    assert "<form" in client.get(url("invitation-accept", token)).content.decode()

    response = client.post(url("invitation-accept", token))

    assert response["Location"] == url("organisation-workspace", organisation.slug)
    assert guest.edits(organisation)
    assert client.get(url("seat-list", organisation.slug)).status_code == 200
    assert client.post(url("invitation-accept", token)).status_code == 404


def test_a_visitor_signs_in_and_comes_back(client, organisation, guest, invite):
    page = url("invitation-accept", invite()[1])
    assert f"{url('account_login')}?next={page}" in client.get(page).content.decode()
    assert client.post(page)["Location"] == f"{url('account_login')}?next={page}"

    response = client.post(
        url("account_login"), {"login": GUEST, "password": "a-long-enough-password", "next": page}
    )

    assert response["Location"] == page
    client.post(page)
    assert guest.edits(organisation)


def test_a_newcomer_signs_up_and_comes_back(client, organisation, invite):
    page = url("invitation-accept", invite()[1])
    assert f"{url('account_signup')}?next={page}" in client.get(page).content.decode()
    new = {"email": GUEST, "full_name": "", "password1": "quatre arches au soleil", "next": page}

    client.post(url("account_signup"), new)
    assert client.post(page).status_code == 302  # not signed in: no rights yet
    confirmed = Client().post(LINK.search(mail.outbox[-1].body).group(1))  # on another device
    assert confirmed["Location"] == page
    signed_in = client.post(
        url("account_login"), {"login": GUEST, "password": new["password1"], "next": page}
    )
    client.post(signed_in["Location"])

    assert User.objects.get(email=GUEST).edits(organisation)


def test_who_uses_another_address_is_told_what_to_do(client, organisation, newton, invite):
    _invitation, token = invite()
    client.force_login(newton)

    page = client.get(url("invitation-accept", token)).content.decode()
    response = client.post(url("invitation-accept", token))

    assert "g…@example.org" in page
    assert "newton@example.org" in page
    assert url("account_email") in page
    assert response.status_code == 404
    assert not newton.edits(organisation)
    assert Invitation.objects.pending().count() == 1


def test_who_belongs_already_is_told(client, organisation, alice, invite):
    _invitation, token = invite()
    alice.emailaddress_set.create(email=GUEST, verified=True)
    client.force_login(alice)

    page = client.get(url("invitation-accept", token)).content.decode()

    assert url("organisation-workspace", organisation.slug) in page
    assert url("invitation-accept", token) not in re.findall(r'action="([^"]*)"', page)


@pytest.mark.threat("T10", "invitations")
def test_dead_and_made_up_links_answer_the_same(client, bob, invite):
    invitation, token = invite()
    services.revoke_invitation(invitation, by=bob)

    dead = client.get(url("invitation-accept", token)).content.decode().replace(token, "…")
    made_up = client.get(url("invitation-accept", "x" * 43)).content.decode().replace("x" * 43, "…")

    assert dead == made_up


@pytest.mark.parametrize("token", ["é", "a" * 5000, "'; drop table", "..", "%2e%2e"])
def test_a_strange_link_is_only_not_found(client, db, token):
    assert client.get(f"/fr/invitation/{token}/").status_code in (404, 400)


def test_accepting_needs_the_token_of_the_form(guest, invite):
    client = Client(enforce_csrf_checks=True)
    client.force_login(guest)

    assert client.post(url("invitation-accept", invite()[1])).status_code == 403
