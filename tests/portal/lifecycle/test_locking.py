"""Locks: what the second of two is told, and what stays a fault of ours."""

import pytest
from django.db import IntegrityError

from members.models import Organisation, Seat
from portal.lifecycle import errors
from portal.lifecycle.locking import first_come, locked
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_locking_reads_the_row_anew(organisation):
    Organisation.objects.filter(pk=organisation.pk).update(name="Changé ailleurs")

    assert locked(organisation).name == "Changé ailleurs"


def test_a_row_that_has_gone_has_changed_since_it_was_shown(alice):
    seat = alice.seats.get()
    Seat.objects.all().delete()

    with pytest.raises(errors.Stale):
        locked(seat)


def test_what_is_there_already_was_written_by_somebody_quicker(alice, organisation):
    with pytest.raises(errors.Stale), first_come():
        Seat.objects.create(user=alice, organisation=organisation, role="editor")

    assert Seat.objects.count() == 1


def test_what_is_impossible_is_no_meeting_of_two(organisation):
    with pytest.raises(IntegrityError), first_come():
        Organisation.objects.filter(pk=organisation.pk).update(status="withdrawn")

    assert Organisation.objects.get().status == "published"


def test_what_was_written_before_the_meeting_is_undone(alice, organisation):
    with pytest.raises(errors.Stale), first_come():
        factories.OrganisationFactory(name="Écrite avant")
        Seat.objects.create(user=alice, organisation=organisation, role="editor")

    assert list(Organisation.objects.all()) == [organisation]
