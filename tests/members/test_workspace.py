"""The first pages of the workspace: what waits, one organisation, agreements asked of it."""

import datetime

import pytest
from django.test import TestCase
from django.utils import timezone

from events.models import ProjectPartner
from portal.lifecycle import review
from portal.models import HistoryEntry, Submission
from tests import browser, factories
from tests.members.workspace import EVENT, address, get, hold

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, alice):
    client.force_login(alice)
    return client


def text(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def home(client, language="en"):
    return text(get(client, "workspace", language=language))


# --- The first page -------------------------------------------------------------------------------


def test_visitor_is_sent_to_sign_in_and_back(client):
    answer = get(client, "workspace")

    assert answer.status_code == 302
    assert answer.url.endswith(f"?next={address('workspace')}")


def test_newcomer_learns_how_to_begin(client, newton):
    client.force_login(newton)

    html = home(client)

    assert "You do not write for an organisation yet." in html
    assert "invite you at newton@example.org" in html
    assert address("organisation-propose", language="en") in html
    assert html.count("button-main") == 1


def test_newcomer_finds_their_proposal_again(client, newton):
    client.force_login(newton)
    hold("organisation", {"name": "Nouvelle"}, by=newton)

    assert "Nouvelle" in home(client)


def test_first_visit_has_three_tasks(signed_in):
    html = home(signed_in)

    assert "First steps: Laboratoire des arches" in html
    assert (
        html.count("<li>", html.index('class="tasks"'), html.index("</ol>", html.index("tasks")))
        == 3
    )


def test_tasks_leave_once_they_are_done(signed_in, alice, organisation):
    organisation.description_fr = "Un texte."
    organisation.logo = "logos/x.webp"
    organisation.save()
    hold("event", EVENT, by=alice, organisation=organisation)

    assert "First steps" not in home(signed_in)


def test_what_waits_comes_before_what_waits_for_others(signed_in, alice, dana, organisation):
    draft = hold("event", EVENT | {"title_en": "My draft"}, by=alice, organisation=organisation)
    sent = hold(
        "event", EVENT | {"title_en": "Sent one"}, by=alice, organisation=organisation, sent=True
    )
    corrected = hold(
        "project",
        {"title_en": "To mend", "stage": "idea"},
        by=alice,
        organisation=organisation,
        sent=True,
    )
    review.ask_correction(corrected, by=dana, message="Mieux.")
    refused = hold(
        "event", EVENT | {"title_en": "Refused one"}, by=alice, organisation=organisation, sent=True
    )
    review.refuse(refused, by=dana, message="Non.")

    html = home(signed_in)

    places = [html.index(title) for title in ("To mend", "My draft", "Sent one", "Refused one")]
    assert places == sorted(places)
    for submission in (draft, corrected):
        assert address("submission-edit", submission.pk, language="en") in html
    assert address("submission-detail", sent.pk, language="en") in html


def test_profile_nobody_checked_for_a_year_is_to_be_checked(signed_in, organisation):
    organisation.verified_on = timezone.localdate() - datetime.timedelta(days=364)
    organisation.save()
    recent = home(signed_in)
    organisation.verified_on -= datetime.timedelta(days=2)
    organisation.save()

    assert "still right?" not in recent
    assert "Is the profile of Laboratoire des arches still right?" in home(signed_in)


def test_nothing_of_other_organisations_is_shown(signed_in, charlie, elsewhere, newton):
    hold("event", EVENT | {"title_en": "Theirs"}, by=charlie, organisation=elsewhere)
    hold("organisation", {"name": "Nouvelle"}, by=newton)

    html = home(signed_in)

    assert "Theirs" not in html
    assert "Nouvelle" not in html


def test_moderator_is_led_to_the_queue(client, alice, dana, organisation):
    hold("event", EVENT, by=alice, organisation=organisation, sent=True)
    client.force_login(dana)
    seen = home(client)
    client.force_login(alice)

    assert "1 submission waits for a moderator" in seen
    assert "waits for a moderator" not in home(client)


def fill_workspace(count, alice, dana, elsewhere, organisation):
    """So many of everything that the first page shows."""
    for _n in range(count):
        organisation = factories.OrganisationFactory()
        alice.seats.create(organisation=organisation)
        hold("organisation", {"website": "https://a.example/"}, by=alice, target=organisation)
        event = factories.EventFactory(organisation=organisation)
        hold("event", {"place": "Ici"}, by=alice, target=event, sent=True)
        project = hold(
            "project",
            {"title_en": "P", "stage": "idea"},
            by=alice,
            organisation=organisation,
            sent=True,
        )
        review.refuse(project, by=dana, message="Non.")
        other = factories.ProjectFactory(organisation=elsewhere)
        other.partners.create(organisation=organisation, role="data", asked_at=timezone.now())


@pytest.mark.parametrize("count", [1, 3, 10])
def test_first_page_costs_the_same_for_everybody(
    count, signed_in, alice, dana, elsewhere, organisation, django_assert_num_queries
):
    fill_workspace(count, alice, dana, elsewhere, organisation)
    url = address("workspace")
    signed_in.get(url)

    with django_assert_num_queries(12):
        signed_in.get(url)


# --- One organisation -----------------------------------------------------------------------------

WHO = {"alice": 200, "bob": 200, "charlie": 404, "newton": 404, "dana": 404, "fay": 404, None: 302}
PAGES = [
    ("organisation-workspace",),
    ("organisation-edit",),
    ("content-list", "event"),
    ("content-list", "project"),
    ("content-create", "event"),
    ("content-create", "project"),
]


@pytest.mark.parametrize("page", PAGES, ids="-".join)
@pytest.mark.parametrize("who", WHO)
def test_pages_of_an_organisation_are_its_editors(who, page, client, request, organisation):
    if who:
        client.force_login(request.getfixturevalue(who))
    name, *kind = page

    assert get(client, name, organisation.slug, *kind).status_code == WHO[who]


@pytest.mark.parametrize("page", PAGES, ids="-".join)
@pytest.mark.parametrize("who", ["charlie", "newton", "dana", "fay", None])
def test_strangers_send_nothing(who, page, client, request, organisation):
    if who:
        client.force_login(request.getfixturevalue(who))
    name, *kind = page

    answer = client.post(address(name, organisation.slug, *kind), {"token": "0.1", "name": "Volé"})

    assert answer.status_code in ((404, 405) if who else (403,))
    assert not Submission.objects.exists()


@pytest.mark.parametrize("slug", ["inconnue", "..", "laboratoire-des-arches-2"])
def test_organisation_that_does_not_exist_is_a_404(slug, signed_in):
    assert signed_in.get(f"/fr/espace/{slug}/").status_code == 404


def test_page_of_an_organisation_says_where_everything_stands(signed_in, alice, organisation):
    hold(
        "organisation", {"website": "https://a.example/"}, by=alice, target=organisation, sent=True
    )
    factories.EventFactory.create_batch(2, organisation=organisation)

    html = text(get(signed_in, "organisation-workspace", organisation.slug, language="en"))

    assert "Live: version of" in html
    assert "Under review" in html
    assert "2 published" in html
    assert address("seat-list", organisation.slug, language="en") in html


@pytest.mark.parametrize("count", [1, 3, 10])
def test_page_of_an_organisation_costs_the_same_whatever_it_does(
    count, signed_in, alice, elsewhere, organisation, django_assert_num_queries
):
    for _n in range(count):
        event = factories.EventFactory(organisation=organisation)
        hold("event", {"place": "Ici"}, by=alice, target=event)
        hold("project", {"title_en": "P"}, by=alice, organisation=organisation)
        other = factories.ProjectFactory(organisation=elsewhere)
        other.partners.create(organisation=organisation, role="data", asked_at=timezone.now())
    url = address("organisation-workspace", organisation.slug)
    signed_in.get(url)

    with django_assert_num_queries(14):
        signed_in.get(url)


def test_organisation_learns_what_it_publishes_without_anybody_named(signed_in, organisation):
    event = factories.EventFactory(organisation=organisation, title_en="Nobody’s")
    event.organisers.update(agreed_at=None)

    html = text(get(signed_in, "organisation-workspace", organisation.slug, language="en"))

    history = address("content-history", organisation.slug, "event", event.pk, language="en")
    assert "Public without an organisation" in html
    assert f'<a href="{history}">Nobody’s</a>' in html


@pytest.mark.threat("T17", "private pages")
def test_pages_are_nobody_else_s_to_keep(signed_in, organisation):
    for name in ("workspace", "organisation-workspace", "organisation-edit"):
        args = [] if name == "workspace" else [organisation.slug]
        answer = get(signed_in, name, *args)

        assert "private" in answer["Cache-Control"]
        assert 'name="robots" content="noindex' in answer.content.decode()


# --- Everything is up to date ---------------------------------------------------------------------


def test_one_click_says_that_a_profile_is_right(signed_in, organisation):
    answer = signed_in.post(address("organisation-verify", organisation.slug))

    organisation.refresh_from_db()
    assert answer.url == address("organisation-workspace", organisation.slug)
    assert organisation.verified_on == timezone.localdate()
    assert review.history(organisation).first().action == "verified"


@pytest.mark.parametrize("who", ["charlie", "newton", "dana", "fay", None])
def test_strangers_do_not_say_it(who, client, request, organisation):
    if who:
        client.force_login(request.getfixturevalue(who))

    answer = client.post(address("organisation-verify", organisation.slug))

    organisation.refresh_from_db()
    assert answer.status_code == (404 if who else 403)
    assert organisation.verified_on is None


def test_looking_does_not_say_it(signed_in, organisation):
    assert get(signed_in, "organisation-verify", organisation.slug).status_code == 200

    organisation.refresh_from_db()
    assert organisation.verified_on is None


def test_withdrawn_profile_cannot_be_said_to_be_right(signed_in, organisation):
    organisation.status, organisation.withdrawn_at = "withdrawn", timezone.now()
    organisation.save()

    signed_in.post(address("organisation-verify", organisation.slug))

    organisation.refresh_from_db()
    assert organisation.verified_on is None


# --- Agreements -----------------------------------------------------------------------------------


@pytest.fixture
def asked(organisation, elsewhere):
    """A question to the organisation of Alice: a partner in a project of somebody else."""
    project = factories.ProjectFactory(organisation=elsewhere, title_en="Shared project")
    return project.partners.create(organisation=organisation, role="data", asked_at=timezone.now())


def answer_to(client, row, answer, language="en"):
    return client.post(
        address("agreement-answer", "projectpartner", row.pk, language=language), {"answer": answer}
    )


def agreed(row):
    return ProjectPartner.objects.agreed().filter(pk=row.pk).exists()


def test_question_waits_on_the_first_page(signed_in, asked):
    html = home(signed_in)

    assert "Do you agree to Laboratoire des arches being named in “Shared project”?" in html
    assert address("agreement-answer", "projectpartner", asked.pk, language="en") in html


@pytest.mark.parametrize(
    ("who", "language"), [("alice", "fr"), ("bob", "en")], ids=["in French", "in English"]
)
def test_mail_leads_to_the_question_itself_signing_in_on_the_way(
    who, language, client, request, alice, bob, charlie, dana, elsewhere, organisation, mailoutbox
):
    partners = [
        {"organisation": elsewhere.pk, "role": "lead"},
        {"organisation": organisation.pk, "role": "data"},
    ]
    values = {"title_en": "Shared project", "stage": "running", "partners": partners}
    sent = hold("project", values, by=charlie, organisation=elsewhere, sent=True)
    with TestCase.captureOnCommitCallbacks(execute=True):
        review.publish(sent, by=dana)
    row = ProjectPartner.objects.get(organisation=organisation)
    reader = request.getfixturevalue(who)
    (message,) = (each for each in mailoutbox if each.to == [reader.email])
    question = address("agreement-answer", "projectpartner", row.pk, language=language)

    door = client.get(question, follow=True)
    form = browser.fields(door.content.decode()) | {
        "login": reader.email,
        "password": "a-long-enough-password",
    }
    answer = client.post(door.request["PATH_INFO"], form)

    assert f"http://testserver{question}" in message.body.splitlines()
    assert f'href="http://testserver{question}"' in message.alternatives[0].content
    assert answer.url == question
    assert "Shared project" in text(client.get(answer.url))


def test_question_is_answered_after_its_consequence_was_read(signed_in, alice, asked):
    seen = text(get(signed_in, "agreement-answer", "projectpartner", asked.pk, language="en"))
    before = agreed(asked)

    answer = answer_to(signed_in, asked, "agree")

    asked.refresh_from_db()
    assert "your organisation is named on that page at once" in seen
    assert "Data" in seen
    assert not before
    assert answer.status_code == 302
    assert agreed(asked)
    assert asked.agreed_by == alice


def test_question_is_declined(signed_in, asked):
    answer_to(signed_in, asked, "decline")

    asked.refresh_from_db()
    assert asked.declined_at is not None
    assert not agreed(asked)


def test_agreement_is_taken_back_from_the_page_of_the_organisation(signed_in, organisation, asked):
    answer_to(signed_in, asked, "agree")
    html = text(get(signed_in, "organisation-workspace", organisation.slug, language="en"))

    answer = answer_to(signed_in, asked, "decline")

    told = signed_in.get(answer.url).content.decode()
    assert "You took your agreement back" in told
    assert HistoryEntry.objects.latest("pk").action == "recalled"
    assert address("agreement-answer", "projectpartner", asked.pk, language="en") in html
    assert not agreed(asked)
    # The row keeps that it says no, and not whether it ever said yes: so do the words beside it.
    after = text(get(signed_in, "organisation-workspace", organisation.slug, language="en"))
    assert "No agreement" in after and "Declined" not in after


def test_second_answer_of_a_colleague_is_told(signed_in, bob, asked):
    answer_to(signed_in, asked, "agree")

    answer = answer_to(signed_in, asked, "agree")

    assert answer.status_code == 409


@pytest.mark.parametrize("given", ["", "maybe", "agreed_at"])
def test_anything_else_is_no_answer(given, signed_in, asked):
    answer_to(signed_in, asked, given)

    asked.refresh_from_db()
    assert asked.agreed_at is asked.declined_at is None


@pytest.mark.threat("T2", "nested ids")
@pytest.mark.parametrize("who", ["charlie", "newton", "dana", "fay", None])
def test_nobody_answers_for_another_organisation(who, client, request, asked):
    if who:
        client.force_login(request.getfixturevalue(who))

    assert get(client, "agreement-answer", "projectpartner", asked.pk).status_code == (
        404 if who else 302
    )
    assert answer_to(client, asked, "agree").status_code == (404 if who else 403)
    assert not agreed(asked)


def test_question_about_what_is_not_public_is_not_shown(signed_in, asked):
    asked.project.status, asked.project.withdrawn_at = "withdrawn", timezone.now()
    asked.project.save()

    assert get(signed_in, "agreement-answer", "projectpartner", asked.pk).status_code == 404
    assert "Shared project" not in home(signed_in)


@pytest.mark.parametrize("kind", ["seat", "fundingline", "organisation", "x"])
def test_rows_that_need_no_agreement_have_no_question(kind, signed_in, asked):
    assert get(signed_in, "agreement-answer", kind, asked.pk).status_code == 404


# --- Looking changes nothing ----------------------------------------------------------------------


@pytest.mark.threat("T25", "GET and HEAD")
def test_no_page_changes_anything_by_being_read(signed_in, alice, organisation, asked):
    event = factories.EventFactory(organisation=organisation)
    draft = hold("event", {"place": "Ici"}, by=alice, target=event)
    own = [organisation.slug]
    pages = [
        ("workspace",),
        ("organisation-workspace", *own),
        ("organisation-edit", *own),
        ("organisation-propose",),
        ("content-list", *own, "event"),
        ("content-create", *own, "event"),
        ("content-edit", *own, "event", event.pk),
        ("content-history", *own, "event", event.pk),
        ("content-withdraw", *own, "event", event.pk),
        ("submission-detail", draft.pk),
        ("submission-edit", draft.pk),
        ("submission-preview", draft.pk),
        ("submission-submit", draft.pk),
        ("submission-discard", draft.pk),
        ("agreement-answer", "projectpartner", asked.pk),
    ]
    before = (list(Submission.objects.values()), list(HistoryEntry.objects.values()))

    for language in ("fr", "en"):
        for page in pages:
            assert get(signed_in, *page, language=language).status_code in (200, 302)

    assert (list(Submission.objects.values()), list(HistoryEntry.objects.values())) == before
