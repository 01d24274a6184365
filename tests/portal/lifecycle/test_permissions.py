"""Who may decide on what: asked of one person, of all, and of the queue, it is one answer."""

import pytest

from members.models import Seat, User
from portal.lifecycle import kinds, permissions, review
from portal.models import Submission
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def everybody(alice, charlie, newton, dana, erin, fay, organisation):
    """The cast; Erin, a moderator, writes for the organisation as well, and one moderator has left."""
    Seat.objects.create(user=erin, organisation=organisation, role=Seat.Role.EDITOR)
    factories.UserFactory(moderator=True, is_active=False)
    return User.objects.order_by("pk")


@pytest.fixture
def waiting(alice, newton, dana, organisation, everybody):
    """An edit by a member, an organisation that a newcomer proposes, and one that Dana proposes."""
    kind = kinds.named("organisation")
    blank = kind.content.blank | {"kind": "company", "summary_fr": "Un résumé."}
    drafts = [
        review.save(
            kind,
            kind.content.read(organisation) | {"postcode": "34000"},
            by=alice,
            target=organisation,
        ),
        review.save(kind, blank | {"name": "Nouvelle"}, by=newton),
        review.save(kind, blank | {"name": "Celle de Dana"}, by=dana),
    ]
    return [
        review.submit(draft, by=by) for draft, by in zip(drafts, (alice, newton, dana), strict=True)
    ]


def test_nobody_judges_their_own(waiting, dana, erin, fay):
    judges = [list(permissions.judges(each).order_by("pk")) for each in waiting]

    assert judges == [[dana, fay], [dana, erin, fay], [erin, fay]]


def test_the_three_ways_to_ask_who_may_decide_answer_the_same(waiting, everybody):
    for user in everybody:
        one_by_one = [each for each in waiting if permissions.can_judge(user, each)]
        among_all = [each for each in waiting if user in permissions.judges(each)]
        in_the_queue = list(Submission.objects.judgeable_by(user).order_by("pk"))

        assert one_by_one == among_all, user
        if permissions.is_moderator(user):
            assert one_by_one == in_the_queue, user
