"""Agreements: who is asked, how often, and what a yes or a no is remembered for."""

import datetime

import pytest
from django.core import mail
from django.utils import timezone

from events.models import Project
from members.models import Affiliation
from portal.lifecycle import agreements, errors, kinds, review
from portal.models import Asked, HistoryEntry
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(organisation):
    return factories.ProjectFactory(organisation=organisation, title_fr="Arches")


@pytest.fixture
def name_partners(project, fay, django_capture_on_commit_callbacks):
    """Writes the partners of the project beside its lead, as staff do; mail leaves at once."""

    def write(*partners, role="data"):
        lead = {"organisation": project.organisation.pk, "role": "lead"}
        others = [{"organisation": each.pk, "role": role} for each in partners]
        target = Project.objects.get(pk=project.pk)
        with django_capture_on_commit_callbacks(execute=True), review.direct_edit(target, by=fay):
            kinds.of(target).content.write(target, {"partners": [lead, *others]})
        return target.partners.exclude(role="lead").first()

    return write


def test_whoever_is_named_is_asked_once(name_partners, charlie, elsewhere, organisation):
    row = name_partners(elsewhere)

    assert [message.to for message in mail.outbox] == [["charlie@example.org"]]
    assert agreements.asked_of(charlie) == [row]


def test_named_again_they_find_the_question_and_get_no_second_mail(
    name_partners, charlie, elsewhere
):
    name_partners(elsewhere)
    name_partners()

    row = name_partners(elsewhere)

    assert len(mail.outbox) == 1
    assert agreements.asked_of(charlie) == [row]


def test_a_yes_that_staff_recorded_ends_an_earlier_no(name_partners, charlie, fay, elsewhere):
    row = name_partners(elsewhere)
    agreements.decline(row, by=charlie)
    agreements.record(row, source="Une lettre", by=fay)
    name_partners()

    row = name_partners(elsewhere)

    assert row.declined_at is None
    assert agreements.asked_of(charlie) == [row]


def test_a_no_holds_when_they_are_named_again(name_partners, charlie, elsewhere):
    agreements.decline(name_partners(elsewhere), by=charlie)
    name_partners()

    row = name_partners(elsewhere, role="technology")

    assert len(mail.outbox) == 1
    assert row.declined_at is not None
    assert agreements.asked_of(charlie) == []
    # It is listed where they can change their mind.
    assert agreements.naming(elsewhere) == [row]
    agreements.agree(row, by=charlie)
    assert [each.organisation for each in row.project.partners.agreed()][-1] == elsewhere


def test_after_a_while_they_may_be_asked_again(name_partners, charlie, elsewhere):
    agreements.decline(name_partners(elsewhere), by=charlie)
    name_partners()
    long_ago = timezone.now() - agreements.QUIET - datetime.timedelta(days=1)
    Asked.objects.update(at=long_ago, declined_at=long_ago)

    row = name_partners(elsewhere)

    assert len(mail.outbox) == 2
    assert agreements.asked_of(charlie) == [row]


@pytest.mark.parametrize(("answer", "subject"), [("agree", "accepte"), ("decline", "refuse")])
def test_whoever_named_them_is_told_the_answer(
    name_partners, alice, charlie, elsewhere, answer, subject, django_capture_on_commit_callbacks
):
    row = name_partners(elsewhere)
    mail.outbox.clear()

    with django_capture_on_commit_callbacks(execute=True):
        getattr(agreements, answer)(row, by=charlie)

    assert [message.to for message in mail.outbox] == [[alice.email]]
    assert mail.outbox[0].subject == f"Ailleurs {subject} d’être citée\u00a0: Arches"


def test_yes_after_a_no_is_what_is_remembered(name_partners, charlie, elsewhere):
    row = name_partners(elsewhere)
    agreements.decline(row, by=charlie)
    agreements.agree(row, by=charlie)
    name_partners()

    row = name_partners(elsewhere)

    # What was agreed to is gone with its row: the question stands again, unanswered.
    assert (row.agreed_at, row.declined_at) == (None, None)
    assert agreements.asked_of(charlie) == [row]


# --- Part of ----------------------------------------------------------------------------------------


def test_a_laboratory_is_part_of_a_university_once_that_one_agreed(
    client, alice, dana, charlie, organisation, elsewhere, django_capture_on_commit_callbacks
):
    kind = kinds.named("organisation")
    values = kind.content.read(organisation) | {"parents": [{"organisation": elsewhere.pk}]}
    held = review.submit(review.save(kind, values, by=alice, target=organisation), by=alice)
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        review.publish(held, by=dana)
    row = Affiliation.objects.get()

    def pages_naming():
        """Which of the two pages names the other organisation."""
        pages = ((organisation, elsewhere), (elsewhere, organisation))
        return [
            page.name
            for page, other in pages
            if other.name in client.get(page.get_absolute_url()).content.decode()
        ]

    before = pages_naming()
    asked = [message.subject for message in mail.outbox if message.to == [charlie.email]]
    agreements.agree(row, by=charlie)

    assert before == []
    assert asked == ["Confirmez-vous que Laboratoire des arches relève de Ailleurs\u00a0?"]
    assert pages_naming() == [organisation.name, elsewhere.name]
    steps = HistoryEntry.objects.filter(target_id=organisation.pk, action="agreed")
    assert [step.message for step in steps] == ["Ailleurs"]


def test_an_organisation_is_not_part_of_itself(fay, organisation):
    kind = kinds.named("organisation")

    with pytest.raises(Exception) as refused, review.direct_edit(organisation, by=fay):
        kind.content.write(organisation, {"parents": [{"organisation": organisation.pk}]})

    assert "parents" in refused.value.message_dict
    assert not Affiliation.objects.exists()


def test_a_yes_is_to_what_was_read(name_partners, charlie, elsewhere):
    read = name_partners(elsewhere, role="data").terms
    row = name_partners(elsewhere, role="research")

    with pytest.raises(errors.Stale):
        agreements.agree(row, by=charlie, terms=read)

    assert agreements.agree(row, by=charlie, terms=row.terms).agreed_at


def test_an_answer_about_a_row_that_was_removed_meanwhile_is_too_late(
    name_partners, charlie, fay, elsewhere
):
    row = name_partners(elsewhere)
    name_partners()

    for answer in (
        lambda: agreements.agree(row, by=charlie),
        lambda: agreements.decline(row, by=charlie),
        lambda: agreements.record(row, source="Une lettre", by=fay),
    ):
        with pytest.raises(errors.Stale):
            answer()
    assert not HistoryEntry.objects.filter(action__in=["agreed", "declined"]).exists()


def test_a_no_to_being_named_in_ones_own_project_holds_when_the_project_is_edited(
    project, alice, dana, organisation
):
    lead = project.partners.get(organisation=organisation)
    agreements.decline(lead, by=alice)
    kind = kinds.of(project)
    edited = kind.content.read(project) | {"summary_fr": "Récrit."}

    sent = review.submit(review.save(kind, edited, by=alice, target=project), by=alice)
    review.publish(sent, by=dana)

    lead.refresh_from_db()
    assert (lead.agreed_at, lead.declined_at is not None) == (None, True)


# --- Public, and nobody named ---------------------------------------------------------------------


def test_what_shows_nobody_is_what_names_somebody_in_vain(project, organisation, elsewhere, bob):
    withdrawn = factories.OrganisationFactory(withdrawn=True)
    led = factories.ProjectFactory(organisation=elsewhere)
    led.partners.create(organisation=organisation, role="data")
    factories.EventFactory(organisation=None)
    factories.EventFactory(organisation=organisation, withdrawn=True)
    Affiliation.objects.create(part=elsewhere, organisation=organisation)
    event = factories.EventFactory(organisation=withdrawn)
    assert agreements.unnamed() == [event]

    agreements.decline(project.partners.get(), by=bob)

    assert agreements.unnamed() == [event, project]
    assert agreements.unnamed(organisation) == [project]
