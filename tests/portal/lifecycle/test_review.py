"""The life cycle's verbs: happy path, wrong state, wrong person, twice in a row, and what is mailed."""

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse

from events.models import Event, Project
from members.models import Organisation, Seat, Trust
from portal.lifecycle import diff, errors, kinds, notices, review
from portal.models import HistoryEntry, Status, Submission
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def event_kind():
    return kinds.named("event")


@pytest.fixture
def profile_kind():
    return kinds.named("organisation")


@pytest.fixture
def new_event(event_kind, alice, organisation, tomorrow):
    """A draft that could be published."""
    values = event_kind.content.blank | {
        "title_fr": "Atelier d’essai",
        "kind": "workshop",
        "starts_at": tomorrow.isoformat(),
        "organisers": [{"organisation": organisation.pk}],
    }
    return review.save(event_kind, values, by=alice, organisation=organisation)


@pytest.fixture
def held(profile_kind, alice, organisation):
    """An edit of a live profile, in review."""
    values = profile_kind.content.read(organisation) | {
        "summary_fr": "Proposé en français.",
        "summary_en": "Proposed in English.",
        "website": "https://example.org/",
    }
    draft = review.save(profile_kind, values, by=alice, target=organisation)
    return review.submit(draft, by=alice)


def actions(submission):
    return [entry.action for entry in submission.history.order_by("pk")]


# --- Writing ----------------------------------------------------------------------------------------


def test_save_of_something_new_creates_nothing_public(new_event):
    assert new_event.status == Status.DRAFT
    assert new_event.is_creation
    assert not Event.objects.exists()


def test_save_of_an_edit_keeps_only_what_was_touched_with_its_base(
    profile_kind, alice, organisation
):
    values = profile_kind.content.read(organisation) | {"summary_fr": "Autre chose."}

    held = review.save(profile_kind, values, by=alice, target=organisation)

    assert held.values == {"summary_fr": "Autre chose."}
    assert held.base == {"summary_fr": "Un résumé en français."}
    organisation.refresh_from_db()
    assert organisation.summary_fr == "Un résumé en français."


def test_save_twice_continues_the_one_open_edit(profile_kind, alice, bob, organisation):
    live = profile_kind.content.read(organisation)
    first = review.save(
        profile_kind, live | {"website": "https://a.example/"}, by=alice, target=organisation
    )

    second = review.save(
        profile_kind, live | {"website": "https://b.example/"}, by=bob, target=organisation
    )

    assert second.pk == first.pk
    assert second.version == first.version + 1
    assert Submission.objects.get().values == {"website": "https://b.example/"}


def test_save_of_what_somebody_else_saved_meanwhile_is_stale(
    profile_kind, alice, bob, organisation
):
    live = profile_kind.content.read(organisation)
    seen = review.token(None, organisation)
    review.save(
        profile_kind, live | {"postcode": "34000"}, by=alice, target=organisation, expected=seen
    )

    with pytest.raises(errors.Stale):
        review.save(
            profile_kind, live | {"postcode": "34090"}, by=bob, target=organisation, expected=seen
        )

    assert Submission.objects.get().values == {"postcode": "34000"}


def test_save_of_what_is_in_review_is_refused(profile_kind, alice, organisation, held):
    with pytest.raises(errors.WrongState):
        review.save(profile_kind, {"postcode": "34000"}, by=alice, target=organisation)


@pytest.mark.threat("T2", "addresses")
@pytest.mark.parametrize("who", ["charlie", "newton", "dana", "fay"])
def test_save_for_an_organisation_one_has_no_seat_in_is_not_allowed(
    who, request, event_kind, profile_kind, organisation
):
    stranger = request.getfixturevalue(who)

    with pytest.raises(errors.NotAllowed):
        review.save(profile_kind, {"summary_fr": "x"}, by=stranger, target=organisation)
    with pytest.raises(errors.NotAllowed):
        review.save(event_kind, {"title_fr": "x"}, by=stranger, organisation=organisation)
    with pytest.raises(errors.NotAllowed):
        review.save(event_kind, {"title_fr": "x"}, by=stranger)

    assert not Submission.objects.exists()


def test_save_of_what_only_staff_keep_is_not_allowed(event_kind, alice):
    event = factories.EventFactory(organisation=None)

    with pytest.raises(errors.NotAllowed):
        review.save(event_kind, {"title_fr": "x"}, by=alice, target=event)


def test_one_open_edit_for_an_object_is_a_database_rule(held):
    twin = Submission(kind=held.kind, target_id=held.target_id, organisation=held.organisation)

    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save()


# --- Sending ----------------------------------------------------------------------------------------


def test_submit_waits_for_a_moderator_and_tells_them(
    new_event, alice, dana, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        sent = review.submit(new_event, by=alice, message="La salle est réservée.")

    assert sent.status == Status.IN_REVIEW
    assert list(Submission.objects.in_review()) == [sent]
    assert actions(sent) == ["started", "submitted"]
    assert [message.to for message in mail.outbox] == [["dana@example.org"]]
    assert not Event.objects.exists()


@pytest.mark.threat("T13", "many mails")
def test_sending_and_taking_back_again_and_again_writes_no_more_mails(
    new_event, alice, dana, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(notices, "MOST_SENT", 2)

    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(4):
            new_event = review.submit(new_event, by=alice)
            new_event = review.take_back(new_event, by=alice)

    assert [message.to for message in mail.outbox] == [[dana.email]] * 2


def test_submit_of_what_is_incomplete_says_which_columns(event_kind, alice, organisation):
    draft = review.save(
        event_kind,
        event_kind.content.blank | {"summary_fr": "Sans titre."},
        by=alice,
        organisation=organisation,
    )

    with pytest.raises(errors.Incomplete) as caught:
        review.submit(draft, by=alice)

    assert set(caught.value.errors) == {"title_fr", "kind", "starts_at"}
    draft.refresh_from_db()
    assert draft.status == Status.DRAFT
    assert not Event.objects.exists()


def test_submit_of_what_changes_nothing_is_refused(profile_kind, alice, organisation):
    draft = review.save(
        profile_kind, profile_kind.content.read(organisation), by=alice, target=organisation
    )

    with pytest.raises(errors.NothingToSubmit):
        review.submit(draft, by=alice)


def test_submit_twice_is_the_wrong_state(new_event, alice):
    review.submit(new_event, by=alice)

    with pytest.raises(errors.WrongState):
        review.submit(new_event, by=alice)


def test_submit_by_a_stranger_is_not_allowed(new_event, charlie):
    with pytest.raises(errors.NotAllowed):
        review.submit(new_event, by=charlie)


def test_submit_of_a_trusted_organisation_is_public_at_once_and_logged(
    new_event, alice, organisation
):
    Trust.objects.create(organisation=organisation, kind="event")

    sent = review.submit(new_event, by=alice)

    assert sent.status == Status.PUBLISHED
    event = Event.objects.published().get()
    assert [entry.action for entry in review.history(event)] == ["trusted", "submitted", "started"]


def test_trust_for_events_is_not_trust_for_profiles(held, organisation, alice):
    Trust.objects.create(organisation=organisation, kind="event")

    again = review.submit(review.take_back(held, by=alice), by=alice)

    assert again.status == Status.IN_REVIEW


def test_trust_does_not_put_back_what_was_withdrawn(alice, dana, organisation):
    Trust.objects.create(organisation=organisation, kind="event")
    event = factories.EventFactory(organisation=organisation)
    review.withdraw(event, by=dana, message="Contenu illicite.")
    event.refresh_from_db()

    content = kinds.of(event).content
    again = review.save(kinds.of(event), content.read(event), by=alice, target=event)
    sent = review.submit(again, by=alice)

    event.refresh_from_db()
    assert (sent.status, event.is_published) == (Status.IN_REVIEW, False)


def test_trust_ends_with_the_withdrawal_of_the_organisation(
    event_kind, new_event, alice, dana, organisation
):
    Trust.objects.create(organisation=organisation, kind="event")
    draft = review.save(
        event_kind, new_event.values | {"organisers": []}, by=alice, submission=new_event
    )
    review.withdraw(organisation, by=dana, message="Fermée.")

    sent = review.submit(draft, by=alice)

    assert sent.status == Status.IN_REVIEW
    assert not Event.objects.exists()


def test_restore_over_a_draft_somebody_saved_meanwhile_is_stale(
    profile_kind, fay, alice, bob, organisation
):
    with review.direct_edit(organisation, by=fay):
        profile_kind.content.write(organisation, {"summary_fr": "Deux."})
    organisation.refresh_from_db()
    seen = review.token(None, organisation)
    live = profile_kind.content.read(organisation)
    held = review.save(profile_kind, live | {"postcode": "34000"}, by=bob, target=organisation)

    entry = review.history(organisation).last()
    with pytest.raises(errors.Stale):
        review.restore(organisation, entry, by=alice, expected=seen)

    held.refresh_from_db()
    assert held.values == {"postcode": "34000"}


def test_take_back_returns_it_to_the_drafts(held, bob):
    back = review.take_back(held, by=bob)

    assert back.status == Status.DRAFT
    assert actions(back)[-1] == "taken_back"
    with pytest.raises(errors.WrongState):
        review.take_back(held, by=bob)


def test_discard_frees_the_object_for_another_edit(profile_kind, held, alice, organisation):
    review.discard(review.take_back(held, by=alice), by=alice)

    again = review.save(
        profile_kind,
        profile_kind.content.read(organisation) | {"postcode": "34000"},
        by=alice,
        target=organisation,
    )

    assert again.pk != held.pk


# --- Deciding ---------------------------------------------------------------------------------------


def test_publish_makes_a_new_object_with_its_own_organisation_agreed(
    new_event, alice, dana, organisation
):
    review.submit(new_event, by=alice)

    done = review.publish(new_event, by=dana)

    event = Event.objects.published().get()
    assert done.status == Status.PUBLISHED
    assert (event.title_fr, event.slug_fr, event.slug_en) == (
        "Atelier d’essai",
        "atelier-d-essai",
        None,
    )
    assert [row.organisation for row in event.organisers.agreed()] == [organisation]
    assert [entry.action for entry in review.history(event)] == [
        "published",
        "submitted",
        "started",
    ]


def test_publish_mails_the_author_in_their_language(
    held, alice, dana, django_capture_on_commit_callbacks
):
    alice.language = "en"
    alice.save()
    mail.outbox.clear()

    with django_capture_on_commit_callbacks(execute=True):
        review.publish(held, by=dana)

    (message,) = mail.outbox
    assert message.to == ["alice@example.org"]
    assert message.subject == "Published: Laboratoire des arches"
    assert "/en/" in message.body


def test_publish_applies_what_was_held(held, dana, organisation):
    review.publish(held, by=dana)

    organisation.refresh_from_db()
    assert (organisation.summary_fr, organisation.summary_en, organisation.website) == (
        "Proposé en français.",
        "Proposed in English.",
        "https://example.org/",
    )


def test_publish_of_some_fields_leaves_the_rest_in_review(held, dana, organisation):
    rest = review.publish(held, by=dana, fields=["summary_fr"])

    organisation.refresh_from_db()
    assert organisation.summary_fr == "Proposé en français."
    assert organisation.summary_en == "A summary in English."
    assert rest.status == Status.IN_REVIEW
    assert rest.values == {"summary_en": "Proposed in English.", "website": "https://example.org/"}
    assert organisation.outdated == ["summary_en"]


def test_publish_of_the_other_language_makes_it_current_again(held, dana, organisation):
    review.publish(held, by=dana, fields=["summary_fr"])

    review.publish(held, by=dana, fields=["summary_en"])

    organisation.refresh_from_db()
    assert organisation.outdated == []


def test_publish_keeps_what_somebody_else_changed_meanwhile(held, dana, fay, organisation):
    with review.direct_edit(organisation, by=fay):
        kinds.of(organisation).content.write(organisation, {"summary_fr": "Écrit par l’équipe."})

    rest = review.publish(held, by=dana)

    organisation.refresh_from_db()
    assert organisation.summary_fr == "Écrit par l’équipe."
    assert organisation.summary_en == "Proposed in English."
    assert rest.values == {"summary_fr": "Proposé en français."}
    assert review.conflicts(rest) == ["summary_fr"]


def test_publish_of_a_conflict_that_was_chosen_writes_over_it(held, dana, fay, organisation):
    with review.direct_edit(organisation, by=fay):
        kinds.of(organisation).content.write(organisation, {"summary_fr": "Écrit par l’équipe."})

    review.publish(held, by=dana, fields=["summary_fr"])

    organisation.refresh_from_db()
    assert organisation.summary_fr == "Proposé en français."


@pytest.mark.threat("T8", "changed since")
def test_publish_of_what_changed_since_it_was_opened_is_stale(held, dana, fay, organisation):
    seen = review.token(held, organisation)
    with review.direct_edit(organisation, by=fay):
        kinds.of(organisation).content.write(organisation, {"postcode": "34000"})

    with pytest.raises(errors.Stale):
        review.publish(held, by=dana, expected=seen)


def test_publish_twice_tells_the_second_moderator(held, dana, erin):
    review.publish(held, by=dana)

    with pytest.raises(errors.WrongState):
        review.publish(held, by=erin)


@pytest.mark.parametrize("who", ["alice", "bob", "charlie", "newton"])
def test_deciding_is_for_moderators(who, request, held):
    person = request.getfixturevalue(who)

    for verb in (review.publish, review.ask_correction, review.refuse):
        extra = {} if verb is review.publish else {"message": "Non."}
        with pytest.raises(errors.NotAllowed):
            verb(held, by=person, **extra)


@pytest.mark.threat("T8", "one's own")
def test_nobody_judges_their_own_organisation(held, dana, fay, organisation):
    for staff in (dana, fay):
        Seat.objects.create(user=staff, organisation=organisation)
        with pytest.raises(errors.OwnOrganisation):
            review.publish(held, by=staff)
        with pytest.raises(errors.OwnOrganisation):
            review.refuse(held, by=staff, message="Non.")


@pytest.mark.parametrize(
    ("verb", "status", "action"),
    [
        (review.ask_correction, Status.TO_CORRECT, "correction"),
        (review.refuse, Status.REFUSED, "refused"),
    ],
)
def test_an_answer_needs_a_message_and_reaches_the_author(
    verb, status, action, held, dana, organisation, django_capture_on_commit_callbacks
):
    with pytest.raises(errors.MessageRequired):
        verb(held, by=dana, message="  ")
    mail.outbox.clear()

    with django_capture_on_commit_callbacks(execute=True):
        answered = verb(held, by=dana, message="Précisez le public visé.")

    assert answered.status == status
    assert actions(answered)[-1] == action
    (message,) = mail.outbox
    assert message.to == ["alice@example.org"]
    assert "Précisez le public visé." in message.body
    organisation.refresh_from_db()
    assert organisation.summary_fr == "Un résumé en français."


@pytest.mark.threat("T3", "mail")
@pytest.mark.parametrize("end", ["removed", "closed"])
def test_an_answer_reaches_those_who_still_write_once_its_author_has_left(
    end, held, alice, bob, dana, django_capture_on_commit_callbacks
):
    if end == "removed":
        alice.seats.all().delete()
    else:
        type(alice).objects.filter(pk=alice.pk).update(is_active=False)
    mail.outbox.clear()

    with django_capture_on_commit_callbacks(execute=True):
        review.ask_correction(held, by=dana, message="Précisez le public visé.")

    (message,) = mail.outbox
    assert message.to == [bob.email]
    assert "Précisez le public visé." in message.body


def test_what_was_to_correct_can_be_corrected_and_sent_again(
    profile_kind, held, alice, dana, organisation
):
    review.ask_correction(held, by=dana, message="Plus court.")
    values = profile_kind.content.read(organisation) | {"summary_fr": "Court."}

    corrected = review.save(profile_kind, values, by=alice, target=organisation)
    review.submit(corrected, by=alice)
    review.publish(corrected, by=dana)

    organisation.refresh_from_db()
    assert corrected.pk == held.pk
    assert organisation.summary_fr == "Court."


# --- What is public ---------------------------------------------------------------------------------


def test_withdraw_takes_a_reason_and_gives_a_waiting_edit_back(held, bob, organisation):
    with pytest.raises(errors.MessageRequired):
        review.withdraw(organisation, by=bob, message="")

    review.withdraw(organisation, by=bob, message="Nous fermons.")

    held.refresh_from_db()
    assert not Organisation.objects.published().filter(pk=organisation.pk).exists()
    assert held.status == Status.DRAFT
    with pytest.raises(errors.WrongState):
        review.withdraw(organisation, by=bob, message="Encore.")


@pytest.mark.parametrize("who", ["charlie", "newton"])
def test_withdraw_is_not_for_strangers(who, request, organisation):
    with pytest.raises(errors.NotAllowed):
        review.withdraw(organisation, by=request.getfixturevalue(who), message="Non.")


def test_a_withdrawn_object_comes_back_through_review(profile_kind, alice, dana, organisation):
    review.withdraw(organisation, by=alice, message="Une pause.")
    organisation.refresh_from_db()

    back = review.save(
        profile_kind, profile_kind.content.read(organisation), by=alice, target=organisation
    )
    review.submit(back, by=alice)
    assert not organisation.is_published
    review.publish(back, by=dana)

    organisation.refresh_from_db()
    assert organisation.is_published


def test_direct_edit_is_public_at_once_and_logged(fay, organisation):
    with review.direct_edit(organisation, by=fay, message="Coquille."):
        kinds.of(organisation).content.write(organisation, {"summary_fr": "Corrigé."})

    entry = review.history(organisation).get()
    assert (entry.action, entry.actor, entry.message) == ("edited", fay, "Coquille.")
    assert entry.diff == {"summary_fr": ["Un résumé en français.", "Corrigé."]}


@pytest.mark.parametrize("who", ["alice", "dana", "newton"])
def test_direct_edit_is_for_administrators(who, request, organisation):
    with (
        pytest.raises(errors.NotAllowed),
        review.direct_edit(organisation, by=request.getfixturevalue(who)),
    ):
        pytest.fail("the block must not run")


def test_restore_by_staff_changes_the_live_object(fay, organisation):
    content = kinds.of(organisation).content
    for text in ("Un.", "Deux.", "Trois."):
        with review.direct_edit(organisation, by=fay):
            content.write(organisation, {"summary_fr": text})
    first = review.history(organisation).order_by("pk").first()

    review.restore(organisation, first, by=fay)

    organisation.refresh_from_db()
    assert organisation.summary_fr == "Un."
    assert review.history(organisation).first().action == "restored"


def test_restore_by_an_editor_is_a_draft_like_any_other(fay, alice, organisation):
    content = kinds.of(organisation).content
    for text in ("Un.", "Deux."):
        with review.direct_edit(organisation, by=fay):
            content.write(organisation, {"summary_fr": text})
    first = review.history(organisation).order_by("pk").first()

    draft, _lost = review.restore(organisation, first, by=alice)

    organisation.refresh_from_db()
    assert organisation.summary_fr == "Deux."
    assert (draft.status, draft.values) == (Status.DRAFT, {"summary_fr": "Un."})


# --- Rows and agreements ----------------------------------------------------------------------------


def test_rows_are_held_like_fields_and_keep_their_agreement(alice, dana, organisation, elsewhere):
    project = factories.ProjectFactory(organisation=organisation)
    content = kinds.of(project).content
    partners = [
        {"organisation": organisation.pk, "role": "lead"},
        {"organisation": elsewhere.pk, "role": "data"},
    ]

    held = review.save(
        kinds.of(project), content.read(project) | {"partners": partners}, by=alice, target=project
    )
    assert project.partners.count() == 1
    review.submit(held, by=alice)
    review.publish(held, by=dana)

    assert project.partners.count() == 2
    assert [row.organisation for row in project.partners.agreed()] == [organisation]


def test_a_changed_role_must_be_agreed_again(fay, organisation, elsewhere):
    project = factories.ProjectFactory(organisation=organisation)
    content = kinds.of(project).content

    with review.direct_edit(project, by=fay):
        content.write(project, {"partners": [{"organisation": organisation.pk, "role": "data"}]})

    assert list(project.partners.agreed()) == []


@pytest.mark.threat("T9", "unknown names")
def test_content_names_that_do_not_exist_are_refused_by_name(new_event, alice):
    new_event.values |= {"status": "published", "slug_fr": "mine", "organisation": 99, "pk": 1}
    new_event.save()

    with pytest.raises(errors.Incomplete) as caught:
        review.submit(new_event, by=alice)

    assert set(caught.value.errors) == {"status", "slug_fr", "organisation", "pk"}


@pytest.mark.threat("T9", "keys and owner")
def test_a_row_cannot_bring_its_own_agreement(alice, organisation, elsewhere, event_kind, tomorrow):
    values = event_kind.content.blank | {
        "title_fr": "Accord imposé",
        "kind": "workshop",
        "starts_at": tomorrow.isoformat(),
        "organisers": [{"organisation": elsewhere.pk, "agreed_at": tomorrow.isoformat()}],
    }
    draft = review.save(event_kind, values, by=alice, organisation=organisation)

    with pytest.raises(errors.Incomplete) as caught:
        review.submit(draft, by=alice)

    assert list(caught.value.errors) == ["organisers"]


def test_preview_shows_what_would_be_and_leaves_nothing(held, organisation):
    before = HistoryEntry.objects.count()

    seen = review.as_published(
        held, lambda obj: (obj.summary_fr, Organisation.objects.get(pk=obj.pk).summary_fr)
    )

    assert seen == ("Proposé en français.", "Proposé en français.")
    organisation.refresh_from_db()
    assert organisation.summary_fr == "Un résumé en français."
    assert HistoryEntry.objects.count() == before


def test_preview_of_something_new_leaves_no_object(new_event):
    title = review.as_published(new_event, lambda event: event.title_fr)

    assert title == "Atelier d’essai"
    assert not Event.objects.exists()


# --- Proposing an organisation ----------------------------------------------------------------------


def test_who_proposes_an_organisation_owns_it_once_it_is_published(profile_kind, newton, dana):
    values = profile_kind.content.blank | {"name": "Nouvelle venue", "kind": "startup"}
    draft = review.save(profile_kind, values, by=newton)
    review.submit(draft, by=newton)
    assert not newton.seats.exists()

    review.publish(draft, by=dana)

    assert [(seat.organisation.name, seat.role) for seat in newton.seats.all()] == [
        ("Nouvelle venue", "owner")
    ]


def test_a_proposed_organisation_is_its_authors_alone(profile_kind, newton, charlie):
    draft = review.save(profile_kind, {"name": "À moi"}, by=newton)

    with pytest.raises(errors.NotAllowed):
        review.save(profile_kind, {"name": "À lui"}, by=charlie, submission=draft)


def test_stored_rows_of_another_time_say_what_is_to_be_written_again(alice, organisation):
    project = factories.ProjectFactory(organisation=organisation)
    kind = kinds.of(project)
    old = {"funder": "Région", "amount": 5, "source_fr": "Article", "colour": "blue"}
    held = review.save(
        kind, kind.content.read(project) | {"funding": [old]}, by=alice, target=project
    )

    with pytest.raises(errors.Incomplete) as refused:
        review.submit(held, by=alice)

    assert refused.value.errors == {
        "funding": ["1. colour – Ce champ n’existe plus\xa0: écrivez-le à nouveau."]
    }
    assert kind.content.display("funding", [old]) == "Région · 5\u00a0€ · Article · colour: blue"
    assert not project.funding.exists()


def test_rows_that_do_not_change_stay_the_rows_they_are(alice, dana, organisation, elsewhere):
    """Also one that could not be written anew, its funder having left the directory meanwhile."""
    project = factories.ProjectFactory(organisation=organisation)
    project.funding.create(organisation=elsewhere, amount=5, source_fr="Article")
    project.funding.create(funder="État", amount=6, source_fr="Décret", position=1)
    kind = kinds.of(project)
    kept, changed = project.funding.all()
    review.withdraw(elsewhere, by=dana, message="Parti")
    values = kind.content.read(project)
    values["funding"] = [values["funding"][1] | {"amount": 7}, values["funding"][0]]

    held = review.save(kind, values, by=alice, target=project)
    review.publish(review.submit(held, by=alice), by=dana)

    rows = [(row.pk, str(row)) for row in project.funding.all()]
    assert rows[1] == (kept.pk, "Ailleurs – 5 €")
    assert rows[0][0] != changed.pk
    assert rows[0][1] == "État – 7 €"


def test_rows_read_in_the_order_of_their_columns_however_they_are_stored():
    content = kinds.named("project").content
    row = {"year": 2023, "amount": 5, "source_fr": "Article", "funder": "Région"}

    assert content.display("funding", [row]) == "Région · 5\u00a0€ · 2023 · Article"


def test_projects_have_their_funding_total_computed(fay):
    project = factories.ProjectFactory()
    lines = [
        {"funder": "Région", "amount": 900_000, "source_fr": "Article"},
        {"funder": "État", "amount": 606_000, "source_en": "Article"},
    ]

    with review.direct_edit(project, by=fay):
        kinds.of(project).content.write(project, {"funding": lines})

    assert Project.objects.get().funding_total == 1_506_000


# --- An object that is given to another organisation ------------------------------------------------


def test_who_keeps_an_object_keeps_the_edit_held_beside_it(
    event_kind, alice, charlie, fay, organisation, elsewhere
):
    event = factories.EventFactory(organisation=organisation)
    Trust.objects.create(organisation=organisation, kind="event")
    values = event_kind.content.read(event) | {"summary_fr": "De la première."}
    draft = review.save(event_kind, values, by=alice, target=event)

    event.organisation = elsewhere
    with review.direct_edit(event, by=fay, message="Donné à Ailleurs."):
        event.save()

    draft.refresh_from_db()
    with pytest.raises(errors.NotAllowed):
        review.submit(draft, by=alice)
    # It is not trusted: its moderators are others than those of the first.
    assert review.submit(draft, by=charlie).status == Status.IN_REVIEW
    event.refresh_from_db()
    assert event.summary_fr == "Un résumé en français."


@pytest.mark.threat("T3", "open form")
def test_an_edit_of_what_only_staff_keep_by_now_is_nobody_s(client, alice, fay, organisation):
    event = factories.EventFactory(organisation=organisation)
    kind = kinds.of(event)
    values = kind.content.read(event) | {"summary_fr": "D’Alice."}
    draft = review.save(kind, values, by=alice, target=event)

    event.organisation = None
    with review.direct_edit(event, by=fay, message="Repris par l’équipe."):
        event.save()

    client.force_login(alice)
    draft.refresh_from_db()
    for page in ("submission-edit", "submission-detail", "submission-preview"):
        assert client.get(reverse(f"members:{page}", args=[draft.pk])).status_code == 404
    assert client.get(reverse("members:workspace")).status_code == 200
    for verb in (review.submit, review.discard):
        with pytest.raises(errors.NotAllowed):
            verb(draft, by=alice)


@pytest.mark.threat("T6", "history")
def test_what_a_withdrawal_gave_back_counts_as_never_sent(held, alice, dana, organisation):
    review.withdraw(organisation, by=dana, message="Une pause.")

    held.refresh_from_db()
    assert held.submitted_at is None
    assert review.discard(held, by=alice).submitted_at is None


def test_a_language_that_is_taken_away_leaves_nothing_behind_in_the_other(
    client, alice, dana, organisation
):
    event = factories.EventFactory(organisation=organisation)
    kind = kinds.of(event)
    values = kind.content.read(event) | {"title_en": "", "summary_en": ""}
    edit = review.submit(review.save(kind, values, by=alice, target=event), by=alice)
    rows = diff.of_submission(edit, lambda column, side: "")
    client.force_login(alice)
    edited = client.get(edit.get_absolute_url()).content.decode()

    review.publish(edit, by=dana)

    event.refresh_from_db()
    assert event.outdated == []
    assert {row["name"] for row in rows if row["state"] == "outdated"} == set()
    assert "badge-outdated" not in edited


def test_a_text_that_was_behind_is_so_no_longer_once_it_stands_alone(fay, organisation):
    content = kinds.of(organisation).content
    for values in ({"summary_fr": "Récrit."}, {"summary_fr": ""}):
        with review.direct_edit(organisation, by=fay):
            content.write(organisation, values)

    organisation.refresh_from_db()
    assert organisation.outdated == []


def test_what_was_taken_back_counts_as_never_sent(held, alice):
    taken = review.take_back(held, by=alice)
    assert taken.submitted_at is None

    assert review.discard(taken, by=alice).submitted_at is None


def test_an_account_that_was_closed_gets_no_seat_where_it_had_proposed(profile_kind, newton, dana):
    values = profile_kind.content.blank | {"name": "Nouvelle", "kind": "company"}
    values |= {"summary_fr": "Un résumé."}
    sent = review.submit(review.save(profile_kind, values, by=newton), by=newton)
    newton.is_active = False
    newton.save()

    published = review.publish(sent, by=dana)

    assert published.target.is_published
    assert published.organisation == published.target
    assert not published.target.seats.exists()
