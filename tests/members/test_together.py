"""The same form sent twice at once, on PostgreSQL with real threads: one draft, and nothing is lost."""

import pytest
from django.test import Client

from members.models import Seat
from portal.models import HistoryEntry, Submission
from tests.members.workspace import address, photo, press
from tests.together import TOGETHER, together

pytestmark = TOGETHER

WRITTEN = {"title_fr": "Atelier", "kind": "workshop", "period_fr": "au printemps"}


@pytest.fixture
def send(alice, organisation):
    """Sends the form for a new event, opened once, by buttons pressed at the same moment."""
    browser = Client()
    browser.force_login(alice)
    page = browser.get(address("content-create", organisation.slug, "event"))

    def pressed(action, changes):
        def press_it():
            client = Client()
            client.cookies = browser.cookies
            return press(client, page, action, **WRITTEN | changes)

        return press_it

    return lambda *buttons: together(*(pressed(*button) for button in buttons))


@pytest.mark.parametrize("_round", range(5))
@pytest.mark.parametrize(
    ("actions", "status"),
    [(("save", "save"), "draft"), (("submit", "submit"), "in_review"), (("save", "submit"), None)],
)
def test_two_clicks_on_one_form_begin_one_draft(_round, actions, status, send):
    answers = send(*((action, {}) for action in actions))

    only = Submission.objects.get()
    assert [answer.status_code for answer in answers] == [302, 302], answers
    assert {str(only.pk) in answer.url for answer in answers} == {True}
    assert only.values["title_fr"] == "Atelier"
    assert only.status == (status or "in_review")
    steps = HistoryEntry.objects.filter(action__in=["started", "submitted"])
    assert steps.filter(action="started").count() == 1
    assert steps.filter(action="submitted").count() == (only.status == "in_review")


@pytest.mark.parametrize("_round", range(5))
def test_two_clicks_that_say_different_things_lose_neither(_round, send):
    answers = send(("save", {"place": "Institut"}), ("save", {"address": "163 rue Auguste"}))

    only = Submission.objects.get()
    assert [answer.status_code for answer in answers] == [302, 302]
    assert (only.values["place"], only.values["address"]) == ("Institut", "163 rue Auguste")


@pytest.mark.parametrize("_round", range(5))
def test_of_two_clicks_that_contradict_each_other_one_is_told(_round, send):
    answers = send(("save", {"place": "Polygone"}), ("save", {"place": "Antigone"}))

    (told,) = [answer.content.decode() for answer in answers if answer.status_code == 409]
    assert sorted(answer.status_code for answer in answers) == [302, 409]
    assert Submission.objects.get().values["place"] in ("Polygone", "Antigone")
    assert "Polygone" in told and "Antigone" in told


@pytest.mark.parametrize("_round", range(3))
def test_picture_sent_by_two_clicks_is_one(_round, send):
    answers = send(
        ("save", {"image": photo(), "image_alt_fr": "Une photo"}),
        ("save", {"image": photo(), "image_alt_fr": "Une photo"}),
    )

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Submission.objects.get().values["image"]


@pytest.mark.parametrize("_round", range(5))
def test_two_owners_cannot_be_made_editors_at_once(_round, alice, bob, fay, organisation):
    seats = [alice.seats.get(), bob.seats.get()]
    Seat.objects.update(role=Seat.Role.OWNER)

    def demote(seat):
        client = Client()
        client.force_login(fay, backend="members.backends.AddressBackend")
        place = f"/fr/admin/members/seat/{seat.pk}/change/"
        return lambda: client.post(place, {"role": "editor"})

    answers = together(*(demote(seat) for seat in seats))

    # Who was too late is shown the form again, before or after the other was written.
    assert [answer.status_code for answer in answers] in ([302, 200], [200, 302], [302, 302])
    assert sorted(Seat.objects.values_list("role", flat=True)) == ["editor", "owner"]
