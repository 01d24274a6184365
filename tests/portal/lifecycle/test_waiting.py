"""How long one usually waits for a decision: told once there are enough to tell."""

from datetime import timedelta

import pytest
from django.utils import timezone

from portal.lifecycle import kinds, waiting
from portal.models import HistoryEntry, Status, Submission

pytestmark = pytest.mark.django_db


@pytest.fixture
def decided(organisation):
    """Makes a submission that was decided after so many hours."""

    def make(hours, status=Status.PUBLISHED, ago=1):
        decision = timezone.now() - timedelta(days=ago)
        return Submission.objects.create(
            kind=kinds.named("event").content_type,
            organisation=organisation,
            status=status,
            submitted_at=decision - timedelta(hours=hours),
            decided_at=decision,
        )

    return make


def test_half_were_decided_within_so_many_days(decided, django_assert_num_queries):
    for hours in (1, 2, 30, 40, 900):
        decided(hours)

    with django_assert_num_queries(1):
        assert waiting.usual_days() == 2


def test_quick_decisions_take_a_day_at_most(decided):
    for _n in range(5):
        decided(0.1, Status.REFUSED)

    assert waiting.usual_days() == 1


def test_few_decisions_tell_nothing(decided):
    for _n in range(4):
        decided(48)
    decided(48, ago=400)
    decided(48, Status.WITHDRAWN)

    assert waiting.usual_days() is None


def test_what_is_published_without_review_does_not_count(decided):
    for _n in range(5):
        trusted = decided(0)
        HistoryEntry.objects.create(
            target_type=trusted.kind, submission=trusted, action=HistoryEntry.Action.TRUSTED
        )

    assert waiting.usual_days() is None
