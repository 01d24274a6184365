"""What moderators, authors and editors are told by mail: each message, in both languages."""

import html
import io
import re

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import TestCase
from django.utils import timezone

from portal import emails
from portal.lifecycle import kinds, review
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
    about = {
        "submission": submission,
        "kind": kinds.named("event"),
        "message": "Vite & <i>bien</i>",
    }
    decided = {**about, "message": "Non & <i>non</i>", "published": ["Titre"], "rest": ["Lieu"]}
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
        "agreement_answered": {"object": event, "row": row, "agreed": False, "recalled": False},
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


# --- What each step says --------------------------------------------------------------------------

TITLE_FR, TITLE_EN = "Exemple : « lire » un bilan", "Example: “reading” a report"
EVENT = {
    "title_fr": TITLE_FR,
    "title_en": TITLE_EN,
    "kind": "workshop",
    "starts_at": "2027-03-04T13:00:00+00:00",
}
NBSP = "\u00a0"
QUOTED = {"fr": f"«{NBSP}Exemple : “lire” un bilan{NBSP}»", "en": "“Example: ‘reading’ a report”"}


class Story:
    """What happens to a text of Alice's, with the mail that each step causes."""

    def __init__(self, language, mailoutbox, alice, dana, organisation):
        self.language, self.outbox = language, mailoutbox
        self.alice, self.dana, self.organisation = alice, dana, organisation
        for person in (alice, dana):
            person.language, person.review_mail = language, "at_once"
            person.save()

    def told(self, verb, *args, to=None, **kwargs):
        """Take a step; the subject and the first paragraph of the mail that somebody gets of it."""
        self.outbox.clear()
        with TestCase.captureOnCommitCallbacks(execute=True):
            self.result = verb(*args, **kwargs)
        reader = to or self.alice
        (message,) = (each for each in self.outbox if each.to == [reader.email])
        page = message.alternatives[0].content
        first = message.body.split("\n\n")[1]
        # The page says the same.
        assert first in html.unescape(re.sub(r"<[^>]*>", "", page))
        return message.subject, first.replace(QUOTED[self.language], "T")

    def write(self, values, *, target=None):
        kind = kinds.named("event")
        live = kind.content.read(target) if target else kind.content.blank
        organisation = None if target else self.organisation
        return review.save(
            kind, live | values, by=self.alice, organisation=organisation, target=target
        )

    def submit(self, draft, **kwargs):
        return self.told(review.submit, draft, by=self.alice, to=self.dana, **kwargs)

    def judged(self, verb, submission, **kwargs):
        return self.told(verb, submission, by=self.dana, **kwargs)

    def live(self):
        """The event, published."""
        sent = review.submit(self.write(EVENT), by=self.alice)
        return review.publish(sent, by=self.dana).target

    def edit(self, event, **values):
        return review.submit(self.write(values, target=event), by=self.alice)


@pytest.fixture(params=["fr", "en"])
def story(request, mailoutbox, alice, dana, organisation):
    return Story(request.param, mailoutbox, alice, dana, organisation)


def says(story, said, french, english, subject):
    """Assert what a mail said, in the language of the story, and how its subject begins."""
    expected = {"fr": french, "en": english}[story.language]
    title = {"fr": TITLE_FR, "en": TITLE_EN}[story.language]
    begins = {"fr": subject[0], "en": subject[1]}[story.language]
    colon = f"{NBSP}: " if story.language == "fr" else ": "
    assert said == (f"{begins}{colon}{title}", expected)


REVIEW = ("À relire", "To review")
PUBLISHED, PARTLY = ("Publié", "Published"), ("Publié en partie", "Partly published")
CORRECT, REFUSED = ("À corriger", "To correct"), ("Refusé", "Not accepted")


def test_moderators_hear_of_something_new_and_of_its_new_version(story):
    draft = story.write(EVENT)

    says(
        story,
        story.submit(draft),
        f"Alice propose un nouveau contenu pour Laboratoire des arches{NBSP}: T (Événement).",
        "Alice proposes something new for Laboratoire des arches: T (Event).",
        REVIEW,
    )

    review.ask_correction(draft, by=story.dana, message="Plus long.")
    says(
        story,
        story.submit(draft),
        f"Alice propose un nouveau contenu pour Laboratoire des arches{NBSP}: T (Événement). "
        f"Une correction avait été demandée{NBSP}: voici la nouvelle version.",
        "Alice proposes something new for Laboratoire des arches: T (Event). "
        "A correction had been asked: this is the new version.",
        REVIEW,
    )


def test_moderators_hear_of_a_change_and_of_what_is_to_come_back(story):
    event = story.live()
    draft = story.write({"place": "Ici"}, target=event)
    change = story.submit(draft)
    event.refresh_from_db()
    review.withdraw(event, by=story.dana, message="Reporté.")
    back = story.submit(draft)

    says(
        story,
        change,
        f"Alice (Laboratoire des arches) propose une modification{NBSP}: T (Événement).",
        "Alice proposes a change for Laboratoire des arches: T (Event).",
        REVIEW,
    )
    says(
        story,
        back,
        "Alice (Laboratoire des arches) demande la remise en ligne d’une page retirée"
        f"{NBSP}: T (Événement).",
        "Alice (Laboratoire des arches) asks for a page that was withdrawn to be put back online: "
        "T (Event).",
        REVIEW,
    )


def test_author_of_something_new_hears_what_became_of_it(story):
    sent = review.submit(story.write(EVENT), by=story.alice)
    correction = story.judged(review.ask_correction, sent, message="Plus long.")
    review.submit(sent, by=story.alice)
    refusal = story.judged(review.refuse, sent, message="Hors sujet.")
    again = review.submit(story.write(EVENT), by=story.alice)
    published = story.judged(review.publish, again)

    says(
        story,
        correction,
        "Avant de publier T, l’équipe de l’association vous demande une correction. Votre texte est "
        "conservé.",
        "Before T is published, the association’s team asks you to correct something. Your text is "
        "kept.",
        CORRECT,
    )
    says(
        story,
        refusal,
        "Ce que vous avez envoyé pour T n’a pas été accepté. Vous pouvez toujours lire votre texte.",
        "What you sent for T was not accepted. You can still read your text.",
        REFUSED,
    )
    says(
        story,
        published,
        "Ce que vous avez envoyé pour T est accepté et en ligne.",
        "What you sent for T is accepted and online.",
        PUBLISHED,
    )


def test_author_of_a_change_hears_what_became_of_it(story):
    event = story.live()
    sent = story.edit(event, place="Ici")
    correction = story.judged(review.ask_correction, sent, message="Où donc ?")
    review.submit(sent, by=story.alice)
    refusal = story.judged(review.refuse, sent, message="Non.")

    says(
        story,
        correction,
        "Avant de publier vos modifications de T, l’équipe de l’association vous demande une "
        "correction. Votre texte est conservé.",
        "Before your changes to T go online, the association’s team asks you to correct something. "
        "Your text is kept.",
        CORRECT,
    )
    says(
        story,
        refusal,
        "Ce que vous avez envoyé pour T n’a pas été accepté. Ce qui est en ligne ne change pas, et "
        "vous pouvez toujours lire votre texte.",
        "What you sent for T was not accepted. What is online stays as it is, and you can still read "
        "your text.",
        REFUSED,
    )


def test_author_hears_of_each_part(story):
    event = story.live()
    sent = story.edit(event, place="Ici", price="0", address="1 rue", summary_fr="Un.")

    says(
        story,
        story.judged(review.publish, sent, fields=["place"]),
        f"Une partie de ce que vous avez envoyé pour T est en ligne{NBSP}: Lieu. Le reste est encore "
        f"en relecture{NBSP}: Résumé (FR), Adresse, Tarif.",
        "Part of what you sent for T is online: Place. The rest is still under review: Summary (FR), "
        "Address, Price.",
        PARTLY,
    )
    says(
        story,
        story.judged(review.publish, sent, fields=["price", "address"]),
        f"Une partie de ce que vous avez envoyé pour T est en ligne{NBSP}: Adresse, Tarif. Le reste "
        f"est encore en relecture{NBSP}: Résumé (FR).",
        "Part of what you sent for T is online: Address, Price. The rest is still under review: "
        "Summary (FR).",
        PARTLY,
    )
    says(
        story,
        story.judged(review.ask_correction, sent, message="Plus long."),
        "Une partie de ce que vous avez envoyé pour T est en ligne. Pour le reste (Résumé (FR)), "
        "l’équipe de l’association vous demande une correction. Votre texte est conservé.",
        "Part of what you sent for T is online. For the rest (Summary (FR)), the association’s team "
        "asks you to correct something. Your text is kept.",
        CORRECT,
    )
    review.submit(sent, by=story.alice)
    says(
        story,
        story.judged(review.publish, sent),
        f"Le reste de ce que vous avez envoyé pour T est accepté et en ligne{NBSP}: Résumé (FR).",
        "The rest of what you sent for T is accepted and online: Summary (FR).",
        PUBLISHED,
    )


def test_author_hears_that_the_rest_is_refused(story):
    event = story.live()
    sent = story.edit(event, place="Ici", summary_fr="Un.")
    review.publish(sent, by=story.dana, fields=["place"])

    says(
        story,
        story.judged(review.refuse, sent, message="Non."),
        "Une partie de ce que vous avez envoyé pour T est en ligne. Le reste (Résumé (FR)) n’a pas "
        "été accepté ; vous pouvez toujours lire votre texte.".replace(" ;", f"{NBSP};"),
        "Part of what you sent for T is online. The rest (Summary (FR)) was not accepted; you can "
        "still read your text.",
        REFUSED,
    )


def test_editors_hear_who_withdrew_what_and_what_became_of_an_edit(story, bob):
    event = story.live()
    sent = story.edit(event, place="Ici")
    event.refresh_from_db()
    by_team = story.told(review.withdraw, event, by=story.dana, message="Reporté.")
    back = review.submit(sent, by=story.alice)
    returned = story.judged(review.publish, back)
    event.refresh_from_db()
    by_bob = story.told(review.withdraw, event, by=bob, message="Annulé.")

    gone = ("Retiré", "Withdrawn")
    says(
        story,
        by_team,
        f"L’équipe de l’association a retiré la page T (Événement){NBSP}: elle n’est plus en ligne. "
        "Rien n’est perdu. La modification qui était en relecture est redevenue un brouillon"
        f"{NBSP}: personne ne la relit tant qu’elle n’est pas envoyée.",
        "The association’s team has withdrawn T (Event): it is no longer on the public pages. "
        "Nothing of it is lost. The edit that was under review is a draft again: nobody reads it "
        "until it is sent.",
        gone,
    )
    says(
        story,
        returned,
        f"Ce que vous avez envoyé pour T est accepté{NBSP}: la page est de nouveau en ligne.",
        "What you sent for T is accepted: the page is back online.",
        ("De nouveau en ligne", "Back online"),
    )
    says(
        story,
        by_bob,
        f"Bob a retiré la page T (Événement){NBSP}: elle n’est plus en ligne. Rien n’est perdu.",
        "Bob has withdrawn T (Event): it is no longer on the public pages. Nothing of it is lost.",
        gone,
    )


def test_who_proposed_an_organisation_hears_that_they_own_it(story):
    kind = kinds.named("organisation")
    values = kind.content.blank | {"name": "Nouvelle", "kind": "network"}
    sent = review.submit(review.save(kind, values, by=story.alice), by=story.alice)

    _subject, said = story.judged(review.publish, sent)

    expected = {"fr": f"Vous en êtes responsable{NBSP}:", "en": "You are its owner:"}
    assert expected[story.language] in said


def test_organisation_that_is_asked_hears_by_whom(story, charlie, elsewhere):
    charlie.language = story.language
    charlie.save()
    rows = [{"organisation": story.organisation.pk}, {"organisation": elsewhere.pk}]
    sent = review.submit(story.write(EVENT | {"organisers": rows}), by=story.alice)

    subject, said = story.told(review.publish, sent, by=story.dana, to=charlie)

    asks = {
        "fr": f"Acceptez-vous que {QUOTED['fr']} cite Ailleurs{NBSP}?",
        "en": f"Do you agree to Ailleurs being named in {QUOTED['en']}?",
    }
    assert subject == asks[story.language]
    named = {
        "fr": "cite votre organisation (Ailleurs) parmi celles qui organisent l’événement T.",
        "en": "names Ailleurs as an organiser of the event T.",
    }
    assert said == f"Laboratoire des arches {named[story.language]}"


def test_digest_says_what_waits_after_a_part_was_published_and_what_no_longer_does(
    story, erin, mailoutbox
):
    erin.language, erin.review_mail = story.language, "daily"
    erin.save()

    def digest():
        mailoutbox.clear()
        call_command("send_review_digest", stdout=io.StringIO())
        return [each.body.split("\n\n")[2] for each in mailoutbox if each.to == [erin.email]]

    event = story.live()
    sent = story.edit(event, place="Ici", summary_fr="Un.", price="0")
    review.publish(sent, by=story.dana, fields=["place"])
    partly = digest()
    event.refresh_from_db()
    review.withdraw(event, by=story.dana, message="Reporté.")
    given_back = digest()
    review.submit(sent, by=story.alice)
    back = digest()

    title = {"fr": TITLE_FR, "en": TITLE_EN}[story.language]
    nature = {
        "fr": (
            "(Événement, 2 champs, publiée en partie)",
            "(Événement, remise en ligne, 2 champs)",
        ),
        "en": ("(Event, 2 fields, partly published)", "(Event, back online, 2 fields)"),
    }[story.language]
    assert [each.splitlines()[0] for each in partly] == [f"– {title} {nature[0]}"]
    assert given_back == []
    assert [each.splitlines()[0] for each in back] == [f"– {title} {nature[1]}"]


# --- What a mail never does -----------------------------------------------------------------------

ENDS = ["\r\n", "\n", "\r", "\x0b", "\x85", "\u2028", "\u2029"]


@pytest.mark.threat("T21", "mail headers")
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("name", ["submitted", "decided", "withdrawn", "agreement_asked"])
def test_a_title_adds_no_header_to_a_mail(name, end, told, alice):
    forged = f"Essai{end}Bcc: everybody@example.org{end}{end}<p>Autre texte"
    about = told[name]
    if "submission" in about:
        about["submission"].values |= {"title_fr": forged, "title_en": forged}
    else:
        about["object"].title_fr = about["object"].title_en = forged

    message = emails.render(f"portal/mail/{name}", alice.email, "fr", user=alice, **about)

    sent = message.message()
    assert sent["Bcc"] is None
    assert len(str(message.subject).splitlines()) == 1
    assert message.recipients() == [alice.email]
    assert "<p>Autre" not in message.alternatives[0].content


@pytest.mark.threat("T26", "mails")
def test_no_mail_fetches_anything():
    folder = settings.BASE_DIR / "templates"
    pages = [*folder.glob("*/mail/*.html"), *folder.glob("account/email/*.html")]
    fetching = re.compile(
        r"\b(src|srcset|background|poster)=|<(link|img|iframe|script|style)\b|url\("
    )

    assert len(pages) > 15
    assert [page.name for page in pages if fetching.search(page.read_text())] == []
