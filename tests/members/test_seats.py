"""Who belongs to an organisation: seats, and the pages on which owners decide about them (T2, T3)."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from members import services
from members.models import Seat, User
from portal.lifecycle.errors import NotAllowed, WrongState
from tests import factories
from tests.together import together


def url(name, *args, language="fr"):
    with override(language):
        return reverse(f"members:{name}", args=args)


def seat_of(user, organisation):
    return Seat.objects.get(user=user, organisation=organisation)


def invited(organisation, by, email="guest@example.org", role="editor"):
    return services.invite(organisation, email=email, role=role, language="fr", by=by)


def pending(organisation):
    return list(organisation.invitations.pending().values_list("email", flat=True))


# --- Services ---------------------------------------------------------------------------------------


def test_change_role_makes_an_owner_and_back(organisation, alice, bob):
    seat = seat_of(alice, organisation)

    services.change_role(seat, role="owner", by=bob)
    assert alice.owns(organisation)

    services.change_role(seat, role="editor", by=bob)
    assert alice.edits(organisation)
    assert not alice.owns(organisation)


@pytest.mark.parametrize("who", ["alice", "charlie", "newton", "dana"])
def test_change_role_is_for_owners(request, organisation, bob, who):
    user = request.getfixturevalue(who)

    with pytest.raises(NotAllowed):
        services.change_role(seat_of(bob, organisation), role="editor", by=user)

    assert bob.owns(organisation)


def test_administrators_help(organisation, alice, bob, fay):
    services.change_role(seat_of(alice, organisation), role="owner", by=fay)

    assert alice.owns(organisation)


def test_change_role_takes_nothing_but_roles(organisation, alice, bob):
    with pytest.raises(ValueError, match="superuser"):
        services.change_role(seat_of(alice, organisation), role="superuser", by=bob)


@pytest.mark.threat("T3", "last owner")
def test_the_last_owner_stays_one(organisation, alice, bob):
    with pytest.raises(services.LastOwner):
        services.change_role(seat_of(bob, organisation), role="editor", by=bob)
    with pytest.raises(services.LastOwner):
        services.remove_seat(seat_of(bob, organisation), by=bob)

    assert bob.owns(organisation)


def test_an_owner_whose_account_is_closed_does_not_count(organisation, bob):
    factories.UserFactory(owner=organisation, is_active=False)

    with pytest.raises(services.LastOwner):
        services.remove_seat(seat_of(bob, organisation), by=bob)


def test_the_last_owner_may_leave_once_another_is_named(organisation, alice, bob):
    services.change_role(seat_of(alice, organisation), role="owner", by=bob)

    services.remove_seat(seat_of(bob, organisation), by=bob)

    assert list(organisation.seats.values_list("user__email", "role")) == [
        ("alice@example.org", "owner")
    ]


def test_an_editor_may_leave_but_remove_nobody(organisation, alice, bob):
    with pytest.raises(NotAllowed):
        services.remove_seat(seat_of(bob, organisation), by=alice)

    services.remove_seat(seat_of(alice, organisation), by=alice)

    assert not alice.edits(organisation)


def test_removing_twice_is_told(organisation, alice, bob):
    seat = seat_of(alice, organisation)
    services.remove_seat(seat, by=bob)

    with pytest.raises(WrongState):
        services.remove_seat(seat, by=bob)


def test_somebody_closed_out_in_the_meantime_decides_nothing(organisation, alice, bob):
    bob.is_active = False

    with pytest.raises(NotAllowed):
        services.remove_seat(seat_of(alice, organisation), by=bob)


@pytest.mark.threat("T3", "invitations")
def test_invitations_die_with_the_seat_of_who_sent_or_would_use_them(organisation, alice, bob):
    carol = factories.UserFactory(email="carol@example.org", owner=organisation)
    alice.emailaddress_set.create(email="alice@work.example", verified=True)
    invited(organisation, carol, "sent-by-carol@example.org", "owner")
    invited(organisation, bob, "sent-by-bob@example.org")
    services.remove_seat(seat_of(alice, organisation), by=bob)
    invited(organisation, bob, "alice@work.example")
    factories.Seat.objects.create(user=alice, organisation=organisation)

    services.remove_seat(seat_of(alice, organisation), by=bob)
    services.remove_seat(seat_of(carol, organisation), by=bob)

    assert pending(organisation) == ["sent-by-bob@example.org"]


@pytest.mark.threat("T3", "invitations")
def test_invitations_die_when_who_sent_them_is_no_longer_an_owner(organisation, bob):
    carol = factories.UserFactory(owner=organisation)
    invited(organisation, carol)

    services.change_role(seat_of(carol, organisation), role="editor", by=bob)
    services.change_role(seat_of(carol, organisation), role="owner", by=bob)

    assert pending(organisation) == []


@pytest.mark.threat("T3", "last owner")
@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="row locks are PostgreSQL's")
@pytest.mark.parametrize("round_", range(5))
@pytest.mark.parametrize("leaving", ["both_leave", "each_demotes_the_other", "leave_and_demote"])
def test_two_owners_never_leave_an_organisation_without_one(organisation, bob, leaving, round_):
    carol = factories.UserFactory(owner=organisation)
    bobs, carols = seat_of(bob, organisation), seat_of(carol, organisation)

    calls = {
        "both_leave": (
            lambda: services.remove_seat(bobs, by=bob),
            lambda: services.remove_seat(carols, by=carol),
        ),
        "each_demotes_the_other": (
            lambda: services.change_role(carols, role="editor", by=bob),
            lambda: services.change_role(bobs, role="editor", by=carol),
        ),
        "leave_and_demote": (
            lambda: services.remove_seat(bobs, by=bob),
            lambda: services.change_role(carols, role="editor", by=carol),
        ),
    }[leaving]
    results = together(*calls)

    failed = [result for result in results if isinstance(result, Exception)]
    assert len(failed) == 1, results
    assert isinstance(failed[0], services.LastOwner | NotAllowed)
    assert organisation.seats.filter(role="owner").count() == 1


# --- Pages ------------------------------------------------------------------------------------------

# What each person gets from each page, asked (GET) and sent (POST).
ROLES = ["visitor", "newton", "charlie", "dana", "alice", "bob", "fay"]
#        visitor newton charlie dana alice bob fay
READ = [302, 404, 404, 404, 200, 200, 200]
ASK = [302, 404, 404, 404, 403, 200, 200]
SEND = [302, 404, 404, 404, 403, 302, 302]
NOT_SO = [405] * 7
VIEWS = {
    "seat-list": (READ, NOT_SO),
    "seat-role": (ASK, SEND),
    "seat-remove": (ASK, SEND),
    "invitation-create": (ASK, SEND),
    "invitation-resend": (NOT_SO, SEND),
    "invitation-revoke": (NOT_SO, SEND),
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("view", VIEWS)
def test_pages_answer_each_role_as_the_table_says(request, organisation, bob, view, role):
    carol = factories.UserFactory(full_name="Carol", member=organisation)
    key = {"seat": seat_of(carol, organisation).pk, "invitation": invited(organisation, bob).pk}
    keyless = view in ("seat-list", "invitation-create")
    address = url(view, organisation.slug, *([] if keyless else [key[view.split("-")[0]]]))
    client = Client()
    if role != "visitor":
        client.force_login(request.getfixturevalue(role))

    def state():
        return list(Seat.objects.values()), pending(organisation)

    before = state()
    asked = client.get(address).status_code
    assert state() == before
    sent = client.post(address, {"role": "owner", "email": "other@example.org"}).status_code

    column = ROLES.index(role)
    assert (asked, sent) == (VIEWS[view][0][column], VIEWS[view][1][column])
    if role not in ("bob", "fay"):
        assert state() == before


@pytest.mark.threat("T3", "self-promotion")
def test_editors_do_not_make_themselves_owners(client, organisation, alice, bob):
    client.force_login(alice)
    seat = seat_of(alice, organisation)

    answers = [
        client.post(url("seat-role", organisation.slug, seat.pk), {"role": "owner"}),
        client.post(
            url("invitation-create", organisation.slug),
            {"email": alice.email, "role": "owner", "language": "fr"},
        ),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert (seat_of(alice, organisation).role, pending(organisation)) == ("editor", [])


@pytest.mark.threat("T2", "nested ids")
@pytest.mark.threat("T3", "another organisation")
def test_a_seat_or_invitation_of_another_organisation_is_not_found(
    client, organisation, elsewhere, bob, charlie
):
    client.force_login(bob)
    seat = seat_of(charlie, elsewhere)
    invitation = invited(elsewhere, charlie)

    answers = [
        client.get(url("seat-role", organisation.slug, seat.pk)),
        client.post(url("seat-role", organisation.slug, seat.pk), {"role": "editor"}),
        client.post(url("seat-remove", organisation.slug, seat.pk)),
        client.post(url("invitation-revoke", organisation.slug, invitation.pk)),
        client.post(url("invitation-resend", organisation.slug, invitation.pk)),
        client.post(url("seat-remove", elsewhere.slug, seat.pk)),
    ]

    assert [answer.status_code for answer in answers] == [404] * 6
    assert charlie.owns(elsewhere)
    assert pending(elsewhere) == ["guest@example.org"]


def test_editors_see_who_belongs_but_not_who_is_invited(client, organisation, alice, bob):
    invited(organisation, bob, "secret-guest@example.org")
    client.force_login(alice)

    page = client.get(url("seat-list", organisation.slug)).content.decode()

    assert "bob@example.org" in page
    assert "secret-guest" not in page
    assert url("invitation-create", organisation.slug) not in page
    assert url("seat-remove", organisation.slug, seat_of(alice, organisation).pk) in page
    assert url("seat-remove", organisation.slug, seat_of(bob, organisation).pk) not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_list_costs_the_same_whatever_the_number_of_people(
    client, organisation, bob, rows, django_assert_num_queries
):
    for number in range(rows):
        factories.UserFactory(member=organisation)
        invited(organisation, bob, f"guest{number}@example.org")
    client.force_login(bob)
    client.get(url("seat-list", organisation.slug))

    with django_assert_num_queries(6):
        client.get(url("seat-list", organisation.slug))


def test_owner_changes_a_role(client, organisation, alice, bob):
    client.force_login(bob)
    page = url("seat-role", organisation.slug, seat_of(alice, organisation).pk)
    assert re.search(r'value="editor"[^>]* checked', client.get(page).content.decode())

    response = client.post(page, {"role": "owner"})

    assert response["Location"] == url("seat-list", organisation.slug)
    assert alice.owns(organisation)


@pytest.mark.parametrize("role", ["", "admin", "owner\x00", "x" * 3000])
def test_a_role_that_is_none_is_refused(client, organisation, alice, bob, role):
    client.force_login(bob)

    response = client.post(
        url("seat-role", organisation.slug, seat_of(alice, organisation).pk), {"role": role}
    )

    assert response.status_code == 200
    assert not alice.owns(organisation)


def test_removal_says_what_follows_first(client, organisation, alice, bob):
    client.force_login(bob)
    page = url("seat-remove", organisation.slug, seat_of(alice, organisation).pk)

    asked = client.get(page).content.decode()
    assert "<h2>" in asked
    assert alice.edits(organisation)

    response = client.post(page)
    assert response["Location"] == url("seat-list", organisation.slug)
    assert not alice.edits(organisation)


@pytest.mark.threat("T3", "session")
def test_a_removed_person_finds_nothing_at_the_next_request(client, organisation, alice, bob):
    client.force_login(alice)
    page = url("seat-list", organisation.slug)
    assert client.get(page).status_code == 200

    services.remove_seat(seat_of(alice, organisation), by=bob)

    assert client.get(page).status_code == 404
    assert client.get(url("organisation-workspace", organisation.slug)).status_code == 404


@pytest.mark.threat("T3", "open form")
def test_a_former_owner_decides_nothing_with_a_form_left_open(client, organisation, alice, bob):
    carol = factories.UserFactory(owner=organisation)
    client.force_login(carol)
    services.change_role(seat_of(carol, organisation), role="editor", by=bob)

    response = client.post(
        url("seat-role", organisation.slug, seat_of(carol, organisation).pk), {"role": "owner"}
    )

    assert response.status_code == 403
    assert not carol.owns(organisation)


def test_leaving_leads_to_the_workspace(client, organisation, alice, bob):
    client.force_login(alice)

    response = client.post(url("seat-remove", organisation.slug, seat_of(alice, organisation).pk))

    assert response["Location"] == url("workspace")
    assert not alice.edits(organisation)


@pytest.mark.parametrize(("view", "data"), [("seat-remove", {}), ("seat-role", {"role": "editor"})])
def test_the_last_owner_is_told_why_not(client, organisation, bob, view, data):
    client.force_login(bob)

    response = client.post(url(view, organisation.slug, seat_of(bob, organisation).pk), data)

    assert response.status_code == 409
    assert str(services.LastOwner()) in response.content.decode()
    assert bob.owns(organisation)


def test_pages_need_their_token(organisation, bob):
    client = Client(enforce_csrf_checks=True)
    client.force_login(bob)
    seat = seat_of(bob, organisation)

    for page in ("seat-role", "seat-remove"):
        assert client.post(url(page, organisation.slug, seat.pk)).status_code == 403
    assert client.post(url("invitation-create", organisation.slug)).status_code == 403


@pytest.mark.threat("T16", "texts")
@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "\u202eevil", "😀" * 70, "a" * 150])
def test_names_are_only_text(client, organisation, bob, name):
    User.objects.filter(pk=bob.pk).update(full_name=name)
    client.force_login(bob)

    page = client.get(url("seat-list", organisation.slug)).content.decode()

    assert "<script>alert" not in page


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("view", ["seat-list", "seat-role", "seat-remove", "invitation-create"])
def test_pages_speak_the_language_of_their_address(client, organisation, bob, view, language):
    client.force_login(bob)
    key = [] if view in ("seat-list", "invitation-create") else [seat_of(bob, organisation).pk]

    response = client.get(url(view, organisation.slug, *key, language=language))

    text = response.content.decode()
    assert f'<html lang="{language}">' in text
    assert '<meta name="robots" content="noindex' in text
    assert "no-store" in response["Cache-Control"]
    assert text.count("<h1") == 1
