"""Withdrawing an organisation, and what would then be a page of nobody."""

import pytest
from django.core import mail
from django.utils import timezone

from events.models import Event, Project
from portal.lifecycle import agreements, errors, kinds, review
from portal.models import SearchDocument, Submission
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(organisation):
    """Organised by nobody else."""
    return factories.EventFactory(organisation=organisation, title_fr="Seul", title_en="Alone")


@pytest.fixture
def project(organisation):
    return factories.ProjectFactory(organisation=organisation)


def name(row_of, organisation, **more):
    return row_of.create(organisation=organisation, agreed_at=timezone.now(), **more)


@pytest.fixture
def shared(organisation, elsewhere):
    """Organised with somebody else, who is public."""
    shared = factories.EventFactory(organisation=organisation)
    name(shared.organisers, elsewhere)
    return shared


@pytest.fixture
def of_others(organisation, elsewhere):
    """Kept by somebody who does not name themselves in it."""
    project = factories.ProjectFactory(organisation=elsewhere)
    project.partners.all().delete()
    name(project.partners, organisation)
    return project


def test_what_would_name_nobody_is_what_shows_one_organisation_only(
    organisation, elsewhere, event, project, shared, of_others
):
    withdrawn = factories.OrganisationFactory(withdrawn=True)
    name(event.organisers, withdrawn)
    event.organisers.create(organisation=elsewhere)  # who has not agreed
    factories.EventFactory(organisation=organisation, withdrawn=True)
    factories.EventFactory(organisation=elsewhere)
    unnamed = factories.EventFactory(organisation=organisation)
    unnamed.organisers.all().delete()
    factories.OrganisationFactory(part_of=organisation)

    assert agreements.showing_only(organisation) == [event, project, of_others]
    assert review.left_alone(organisation) == [event, project]
    assert review.left_alone(event) == []


def test_what_would_name_nobody_is_found_by_one_query_for_each_kind(
    organisation, event, project, of_others, django_assert_num_queries
):
    factories.EventFactory.create_batch(3, organisation=organisation)

    with django_assert_num_queries(2):
        assert len(review.left_alone(organisation)) == 5


@pytest.mark.parametrize("who", ["dana", "bob"])
def test_what_would_name_nobody_goes_along_if_asked(
    who, request, organisation, event, project, shared, of_others
):
    by = request.getfixturevalue(who)

    with_it = review.withdraw(organisation, by=by, message="Dissoute.", along=True)

    assert with_it == [event, project]
    assert list(Event.objects.published()) == [shared]
    assert list(Project.objects.published()) == [of_others]
    for each in (organisation, event, project):
        step = review.history(each).first()
        assert (step.action, step.actor, step.message) == ("withdrawn", by, "Dissoute.")
        found = SearchDocument.objects.filter(kind=kinds.of(each).content_type, object_id=each.pk)
        assert not found.exists()


def test_what_would_name_nobody_stays_unless_asked(dana, organisation, event, project):
    assert review.withdraw(organisation, by=dana, message="Dissoute.") == []

    assert agreements.unnamed() == [event, project]


def test_edits_of_what_goes_along_go_back_to_their_authors(alice, dana, organisation, event):
    values = kinds.of(event).content.read(event) | {"place": "Halle"}
    edit = review.submit(review.save(kinds.of(event), values, by=alice, target=event), by=alice)

    review.withdraw(organisation, by=dana, message="Dissoute.", along=True)

    edit.refresh_from_db()
    assert (edit.status, edit.values) == ("draft", {"place": "Halle"})
    assert Submission.objects.open().get() == edit


def test_one_mail_says_what_went_along(
    alice, bob, dana, organisation, event, project, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        review.withdraw(organisation, by=dana, message="Dissoute.", along=True)

    assert sorted(message.to for message in mail.outbox) == [[alice.email], [bob.email]]
    french, english = sorted(mail.outbox, key=lambda message: message.to)
    for message, title, said in (
        (french, "- Seul\n", "Retirées avec elle, car ces pages n’auraient plus nommé personne"),
        (english, "- Alone\n", "Withdrawn with it, because these pages would have named nobody:"),
    ):
        (html, _type) = message.alternatives[0]
        assert title in message.body
        assert said in message.body
        assert said in html


def test_many_that_go_along_are_not_all_named(
    alice, dana, organisation, django_capture_on_commit_callbacks
):
    for _n in range(23):
        factories.EventFactory(organisation=organisation)

    with django_capture_on_commit_callbacks(execute=True):
        review.withdraw(organisation, by=dana, message="Dissoute.", along=True)

    (message,) = mail.outbox
    assert message.body.count("- Rencontre") == 20
    assert "- et 3 autres" in message.body


def test_nothing_goes_along_with_what_is_not_withdrawn(charlie, dana, organisation, event):
    with pytest.raises(errors.NotAllowed):
        review.withdraw(organisation, by=charlie, message="Non.", along=True)
    with pytest.raises(errors.MessageRequired):
        review.withdraw(organisation, by=dana, message=" ", along=True)

    assert Event.objects.published().get() == event
