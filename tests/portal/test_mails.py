"""What moderators, authors and editors are told by mail: each message, in both languages."""

import re

import pytest
from django.utils import timezone

from portal import emails
from portal.lifecycle import kinds
from portal.models import HistoryEntry, Submission
from tests import factories

pytestmark = pytest.mark.django_db

TITLE = "L’IA & <b>la santé</b>"


@pytest.fixture
def submission(alice, organisation):
    """A new event whose title would harm a careless mail."""
    kind = kinds.named("event")
    made = Submission.objects.create(
        kind=kind.content_type,
        organisation=organisation,
        author=alice,
        values=kind.content.blank | {"title_fr": TITLE, "title_en": TITLE},
        status="in_review",
        submitted_at=timezone.now(),
    )
    HistoryEntry.objects.create(
        target_type=kind.content_type,
        submission=made,
        action="submitted",
        message="Vite & bien <i>",
    )
    return made


@pytest.fixture
def told(submission, alice, organisation, elsewhere):
    """What each message is made of."""
    event = factories.EventFactory(organisation=organisation, title_fr=TITLE, title_en=TITLE)
    row = event.organisers.create(organisation=elsewhere)
    about = {"submission": submission, "kind": kinds.named("event")}
    decided = {**about, "message": "Non & <i>non</i>", "published": lambda: ["Titre"]}
    waiting = {
        "pk": submission.pk,
        "title": TITLE,
        "kind": "Événement",
        "nature": "création",
        "organisation": organisation,
        "assigned_to": None,
        "since": "3 mars",
    }
    return {
        "submitted": about,
        "decided": decided | {"action": "refused", "partly": False},
        "withdrawn": {"object": event, "kind": about["kind"], "message": "Non & <i>non</i>"},
        "agreement_asked": {"object": event, "row": row, "kind": about["kind"]},
        "agreement_answered": {"object": event, "row": row, "agreed": False},
        "digest": {"waiting": [waiting]},
    }


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    "name", ["submitted", "decided", "withdrawn", "agreement_asked", "agreement_answered", "digest"]
)
def test_a_mail_says_the_same_as_text_and_as_page(name, language, told, alice):
    message = emails.render(f"portal/mail/{name}", alice.email, language, user=alice, **told[name])

    page = message.alternatives[0].content
    assert "\n" not in message.subject
    assert "&amp;" not in message.body + message.subject
    assert TITLE in message.body
    assert "<b>" not in page and "<i>" not in page
    assert f'lang="{language}"' in page
    links = re.findall(r"https?://\S+", message.body)
    assert links and all(link.startswith("http://testserver") for link in links)
    assert any(f"/{language}/" in link for link in links)


@pytest.mark.parametrize(
    ("action", "partly"),
    [("published", False), ("published", True), ("correction", False), ("refused", False)],
)
def test_an_author_can_tell_the_answers_apart(action, partly, told, submission, alice):
    submission.target = told["withdrawn"]["object"]
    said = told["decided"] | {"action": action, "partly": partly}

    message = emails.render("portal/mail/decided", alice.email, "en", user=alice, **said)

    begins = {"correction": "To correct", "refused": "Not accepted"}
    expected = begins.get(action, "Partly published" if partly else "Published")
    assert message.subject == f"{expected}: {TITLE}"
    assert ("Titre" in message.body) == partly
    assert "Non & <i>non</i>" in message.body
