"""Two people at once, on PostgreSQL with real threads: one wins, the other is told, nothing is lost."""

import pytest
from django.utils import timezone

from events.models import Event, Project, ProjectPartner
from members.models import Organisation
from portal import search
from portal.lifecycle import agreements, errors, kinds, review
from portal.models import HistoryEntry, Status, Submission
from tests import factories
from tests.together import TOGETHER, together

pytestmark = TOGETHER

ROUNDS = 5


def one_told(results, *expected):
    """Assert that exactly one call failed, by one of the errors expected."""
    failed = [result for result in results if isinstance(result, Exception)]
    assert len(failed) == 1, results
    assert isinstance(failed[0], expected), failed


@pytest.fixture
def kind():
    return kinds.named("organisation")


@pytest.fixture(params=range(ROUNDS))
def held(request, kind, alice, organisation):
    """An edit in review; each test that asks for it runs several rounds."""
    values = kind.content.read(organisation) | {"summary_fr": "Proposé.", "postcode": "34000"}
    return review.submit(review.save(kind, values, by=alice, target=organisation), by=alice)


def test_two_moderators_publish(held, dana, erin, organisation):
    results = together(lambda: review.publish(held, by=dana), lambda: review.publish(held, by=erin))

    one_told(results, errors.WrongState)
    organisation.refresh_from_db()
    assert organisation.summary_fr == "Proposé."
    assert HistoryEntry.objects.filter(action="published").count() == 1


def test_one_moderator_publishes_and_one_refuses(held, dana, erin, organisation):
    results = together(
        lambda: review.publish(held, by=dana), lambda: review.refuse(held, by=erin, message="Non.")
    )

    one_told(results, errors.WrongState)
    held.refresh_from_db()
    organisation.refresh_from_db()
    assert (held.status, organisation.summary_fr) in [
        (Status.PUBLISHED, "Proposé."),
        (Status.REFUSED, "Un résumé en français."),
    ]


def test_two_moderators_publish_something_new(event_draft, dana, erin):
    results = together(
        lambda: review.publish(event_draft, by=dana), lambda: review.publish(event_draft, by=erin)
    )

    one_told(results, errors.WrongState)
    assert Event.objects.count() == 1


@pytest.fixture(params=range(ROUNDS))
def event_draft(request, alice, organisation, tomorrow):
    values = kinds.named("event").content.blank | {
        "title_fr": "Atelier",
        "kind": "workshop",
        "starts_at": tomorrow.isoformat(),
    }
    draft = review.save(kinds.named("event"), values, by=alice, organisation=organisation)
    return review.submit(draft, by=alice)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_colleagues_begin_an_edit(_round, kind, alice, bob, organisation):
    live = kind.content.read(organisation)
    seen = review.token(None, organisation)

    results = together(
        lambda: review.save(
            kind, live | {"postcode": "1"}, by=alice, target=organisation, expected=seen
        ),
        lambda: review.save(
            kind, live | {"postcode": "2"}, by=bob, target=organisation, expected=seen
        ),
    )

    one_told(results, errors.Stale)
    (winner,) = [result for result in results if isinstance(result, Submission)]
    assert Submission.objects.get().values == winner.values


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_colleagues_submit(_round, kind, alice, bob, organisation):
    values = kind.content.read(organisation) | {"postcode": "34000"}
    draft = review.save(kind, values, by=alice, target=organisation)

    results = together(lambda: review.submit(draft, by=alice), lambda: review.submit(draft, by=bob))

    one_told(results, errors.WrongState)
    assert HistoryEntry.objects.filter(action="submitted").count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_submit_meets_withdraw(_round, kind, alice, bob, organisation):
    values = kind.content.read(organisation) | {"postcode": "34000"}
    draft = review.save(kind, values, by=alice, target=organisation)
    seen = review.token(draft, organisation)

    results = together(
        lambda: review.submit(draft, by=alice, expected=seen),
        lambda: review.withdraw(organisation, by=bob, message="Fermé.", expected_version=1),
    )

    organisation.refresh_from_db()
    draft.refresh_from_db()
    assert not organisation.is_published
    # Submitted first: the withdrawal gave it back. Withdrawn first: the submitter was told.
    assert draft.status == Status.DRAFT
    assert draft.values == {"postcode": "34000"}
    assert all(isinstance(r, errors.Stale) for r in results if isinstance(r, Exception))


@pytest.mark.threat("T8", "changed since")
def test_publish_meets_a_direct_edit_of_the_same_field(held, dana, fay, organisation):
    seen = review.token(held, organisation)

    def edit():
        mine = Organisation.objects.get(pk=organisation.pk)
        with review.direct_edit(mine, by=fay):
            kinds.of(mine).content.write(mine, {"summary_fr": "Écrit par l’équipe."})

    results = together(lambda: review.publish(held, by=dana, expected=seen), edit)

    organisation.refresh_from_db()
    held.refresh_from_db()
    steps = [e.diff["summary_fr"] for e in review.history(organisation) if "summary_fr" in e.diff]
    if isinstance(results[0], errors.Stale):
        assert (organisation.summary_fr, organisation.postcode) == ("Écrit par l’équipe.", "")
        assert (held.status, held.values["summary_fr"]) == (Status.IN_REVIEW, "Proposé.")
    elif isinstance(results[1], errors.Stale):
        assert (organisation.summary_fr, organisation.postcode) == ("Proposé.", "34000")
    else:
        # Published first, opened and edited after: both steps stand in the history.
        assert (organisation.summary_fr, organisation.postcode) == ("Écrit par l’équipe.", "34000")
        assert len(steps) == 2


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_new_events_of_the_same_title_get_two_addresses(_round, dana, erin, tomorrow):
    drafts = []
    for _ in range(2):
        organisation = factories.OrganisationFactory()
        author = factories.UserFactory(member=organisation)
        values = kinds.named("event").content.blank | {
            "title_fr": "Même titre",
            "kind": "workshop",
            "starts_at": tomorrow.isoformat(),
        }
        draft = review.save(kinds.named("event"), values, by=author, organisation=organisation)
        drafts.append(review.submit(draft, by=author))

    results = together(
        lambda: review.publish(drafts[0], by=dana), lambda: review.publish(drafts[1], by=erin)
    )
    for draft, result in zip(drafts, results, strict=True):
        if isinstance(result, errors.ReviewError):
            review.publish(draft, by=dana)

    assert sorted(Event.objects.values_list("slug_fr", flat=True)) == ["meme-titre", "meme-titre-2"]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_yes_meets_the_publication_of_what_names_the_organisation(
    _round, alice, charlie, dana, organisation, elsewhere
):
    project = factories.ProjectFactory(organisation=organisation)
    row = ProjectPartner.objects.create(
        project=project, organisation=elsewhere, role="data", asked_at=timezone.now()
    )
    kind = kinds.of(project)
    edited = kind.content.read(project) | {"summary_fr": "Récrit."}
    sent = review.submit(review.save(kind, edited, by=alice, target=project), by=alice)

    results = together(
        lambda: agreements.agree(row, by=charlie), lambda: review.publish(sent, by=dana)
    )

    assert [result for result in results if isinstance(result, Exception)] == []
    row.refresh_from_db()
    project.refresh_from_db()
    assert (row.agreed_by, project.summary_fr) == (charlie, "Récrit.")


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_organisations_that_are_named_together_change_their_names_at_once(_round, dana, erin):
    kind = kinds.named("organisation")
    pair = [factories.OrganisationFactory(name=name) for name in ("Ancienne une", "Ancienne deux")]
    projects = [factories.ProjectFactory() for _ in range(8)]
    # Named in one order here and in the other there.
    for number, project in enumerate(projects):
        for each in pair if number % 2 else reversed(pair):
            ProjectPartner.objects.create(
                project=project, organisation=each, role="data", agreed_at=timezone.now()
            )
    sent = []
    for each in pair:
        author = factories.UserFactory(member=each)
        values = kind.content.read(each) | {"name": each.name.replace("Ancienne", "Nouvelle")}
        draft = review.save(kind, values, by=author, target=each)
        sent.append(review.submit(draft, by=author))

    results = together(
        lambda: review.publish(sent[0], by=dana), lambda: review.publish(sent[1], by=erin)
    )

    assert [result for result in results if isinstance(result, Exception)] == []
    for name in ("Nouvelle une", "Nouvelle deux"):
        assert search.matching(Project.objects.all(), name).count() == len(projects)


# --- An organisation goes, with the pages that would name nobody ------------------------------------


@pytest.fixture(params=range(ROUNDS))
def alone(request, organisation):
    """Events that show no other organisation."""
    return factories.EventFactory.create_batch(4, organisation=organisation)


def test_a_withdrawal_meets_another_one_and_the_publication_of_a_page_that_goes_along(
    alone, alice, dana, erin, organisation
):
    kind = kinds.named("event")
    values = kind.content.read(alone[2]) | {"place": "Halle"}
    sent = review.submit(review.save(kind, values, by=alice, target=alone[2]), by=alice)

    results = together(
        lambda: review.withdraw(organisation, by=dana, message="Dissoute.", along=True),
        lambda: review.withdraw(organisation, by=erin, message="Dissoute.", along=True),
        lambda: review.publish(sent, by=erin),
    )

    # Withdrawn first, the edit is a draft again when its publication has its turn.
    told = [type(result) for result in results if isinstance(result, Exception)]
    assert sorted(told, key=str) in ([errors.WrongState], [errors.WrongState] * 2)
    assert not Organisation.objects.published().exists()
    assert not Event.objects.published().exists()


def test_what_goes_along_is_not_withdrawn_twice(alone, dana, erin, organisation):
    together(
        lambda: review.withdraw(organisation, by=dana, message="Dissoute.", along=True),
        lambda: review.withdraw(alone[3], by=erin, message="Annulée."),
    )

    withdrawn = HistoryEntry.objects.filter(action="withdrawn")
    assert [withdrawn.filter(target_id=each.pk).count() for each in alone] == [1] * 4


def test_what_shows_somebody_else_by_now_does_not_go_along(
    alone, charlie, dana, elsewhere, organisation
):
    row = alone[3].organisers.create(organisation=elsewhere, asked_at=timezone.now())

    results = together(
        lambda: review.withdraw(organisation, by=dana, message="Dissoute.", along=True),
        lambda: agreements.agree(row, by=charlie),
    )

    went = alone if alone[3] in results[0] else alone[:3]
    history = review.history(alone[3])
    # What had gone when somebody agreed had nobody else; what they agreed to in time has stayed.
    assert results[0] == went
    assert history.first().action == "agreed"
    assert history.filter(action="withdrawn").exists() == (alone[3] in went)
