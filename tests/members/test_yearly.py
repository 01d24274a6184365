"""Once a year owners are asked whether a profile still holds: which, whom, with what words."""

import datetime
import re

import pytest
from django.core.management import call_command
from django.utils import timezone

from members import yearly
from members.models import Contact, Organisation
from portal.lifecycle import kinds, review
from portal.models import BackgroundTask
from tests import factories
from tests.members.workspace import address
from tests.together import TOGETHER, together

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
# The last day that is more than a year ago.
LONG_AGO = TODAY - datetime.timedelta(days=366)


def age(organisation, *, changed=LONG_AGO, **columns):
    """As if a profile had been changed last on a day."""
    moment = timezone.make_aware(datetime.datetime.combine(changed, datetime.time(12)))
    Organisation.objects.filter(pk=organisation.pk).update(updated_at=moment, **columns)
    organisation.refresh_from_db()


@pytest.fixture
def quiet(organisation, bob):
    """A profile that was checked and changed more than a year ago; Bob owns it, in English."""
    age(organisation, verified_on=LONG_AGO)
    return organisation


def asked(capture):
    with capture(execute=True):
        return yearly.ask_those_due()


# --- Which profiles --------------------------------------------------------------------------------


def test_owners_of_a_quiet_profile_are_asked_once(
    quiet, alice, mailoutbox, django_capture_on_commit_callbacks
):
    counts = [asked(django_capture_on_commit_callbacks) for _ in range(2)]

    quiet.refresh_from_db()
    assert counts == [1, 0]
    assert [mail.to for mail in mailoutbox] == [["bob@example.org"]]  # Alice only edits
    assert (quiet.check_asked_on, quiet.verified_on) == (TODAY, LONG_AGO)
    assert timezone.localdate(quiet.updated_at) == LONG_AGO  # to ask changes nothing


def test_those_behind_one_that_cannot_be_asked_are_asked(
    quiet, bob, mailoutbox, monkeypatch, django_capture_on_commit_callbacks
):
    broken = factories.OrganisationFactory()
    broken.seats.create(user=bob, role="owner")
    age(broken, changed=LONG_AGO - datetime.timedelta(days=1), verified_on=None)
    owners = Organisation.owners

    def owners_but_of_one(organisation):
        if organisation == broken:
            raise ValueError
        return owners(organisation)

    monkeypatch.setattr(Organisation, "owners", owners_but_of_one)

    with pytest.raises(yearly.NotAsked, match=str(broken.pk)):
        asked(django_capture_on_commit_callbacks)

    for each in (quiet, broken):
        each.refresh_from_db()
    assert (quiet.check_asked_on, broken.check_asked_on) == (TODAY, None)
    monkeypatch.undo()
    assert asked(django_capture_on_commit_callbacks) == 1
    broken.refresh_from_db()
    assert broken.check_asked_on == TODAY


@pytest.mark.parametrize(
    ("verified", "changed", "asked_on", "is_due"),
    [
        (366, 366, None, True),
        (365, 366, None, False),
        (366, 365, None, False),
        (None, 366, None, True),
        (None, 365, None, False),
        (900, 900, 364, False),
        (900, 900, 365, True),
    ],
)
def test_a_profile_is_due_a_year_after_anything_happened(
    organisation, bob, verified, changed, asked_on, is_due
):
    def ago(days):
        return None if days is None else TODAY - datetime.timedelta(days=days)

    age(organisation, changed=ago(changed), verified_on=ago(verified), check_asked_on=ago(asked_on))

    assert list(Organisation.objects.to_check()) == ([organisation] if is_due else [])


def test_withdrawn_profiles_are_nobody_s_question(quiet):
    Organisation.objects.filter(pk=quiet.pk).update(status="withdrawn", withdrawn_at=timezone.now())

    assert not Organisation.objects.to_check().exists()


@pytest.mark.parametrize("gone", ["seat", "account", "role"])
def test_without_an_owner_nobody_is_asked(quiet, bob, gone):
    if gone == "seat":
        bob.seats.all().delete()
    elif gone == "account":
        bob.is_active = False
        bob.save()
    else:
        bob.seats.update(role="editor")

    assert not Organisation.objects.to_check().exists()


def test_an_edit_under_review_is_answer_enough(quiet, alice):
    kind = kinds.named("organisation")
    values = kind.content.read(quiet) | {"summary_fr": "Nouveau."}
    draft = review.save(kind, values, by=alice, target=quiet)
    before = Organisation.objects.to_check().exists()

    review.submit(draft, by=alice)

    assert (before, Organisation.objects.to_check().exists()) == (True, False)


def test_so_many_are_asked_in_a_day_and_the_quietest_first(
    quiet, bob, monkeypatch, mailoutbox, django_capture_on_commit_callbacks
):
    other = factories.OrganisationFactory(name="Plus ancien")
    other.seats.create(user=bob, role="owner")
    age(other, changed=LONG_AGO - datetime.timedelta(days=9), verified_on=LONG_AGO)
    monkeypatch.setattr(yearly, "MOST_A_DAY", 1)

    days = []
    for _ in range(3):
        asked(django_capture_on_commit_callbacks)
        days.append([re.search(r"“(.+)”|of (.+) still", m.subject)[0] for m in mailoutbox])
        mailoutbox.clear()

    assert [len(day) for day in days] == [1, 1, 0]
    assert "Plus ancien" in days[0][0]


# --- Mail ------------------------------------------------------------------------------------------

NBSP = "\u00a0"
SAID = {
    "fr": (
        f"La fiche «{NBSP}Laboratoire des arches{NBSP}» est-elle encore à jour{NBSP}?",
        f"– Résumé{NBSP}: Un résumé en français.",
    ),
    "en": (
        "Is the profile of Laboratoire des arches still right?",
        "– Summary: A summary in English.",
    ),
}


@pytest.mark.parametrize("language", SAID)
def test_the_mail_speaks_the_owner_s_language(
    quiet, bob, language, mailoutbox, django_capture_on_commit_callbacks
):
    bob.language = language
    bob.save()

    asked(django_capture_on_commit_callbacks)

    (mail,) = mailoutbox
    subject, summary = SAID[language]
    link = address("organisation-verify", quiet.slug, language=language)
    assert mail.subject == subject
    assert summary in mail.body.splitlines()
    assert f"http://testserver{link}" in mail.body.splitlines()
    page = mail.alternatives[0][0]
    assert f'<html lang="{language}">' in page
    assert f'href="http://testserver{link}"' in page
    assert str(LONG_AGO.year) in mail.body


@pytest.mark.threat("T6", "mails")
def test_the_mail_tells_what_is_public_and_nothing_else(
    quiet, alice, mailoutbox, django_capture_on_commit_callbacks
):
    kind = kinds.named("organisation")
    held = kind.content.read(quiet) | {"summary_en": "zqheldzq", "website": "https://zqheldzq.org"}
    review.save(kind, held, by=alice, target=quiet)
    for visibility in ("public", "members", "staff"):
        Contact.objects.create(organisation=quiet, name=f"To {visibility}", visibility=visibility)
    age(quiet)

    asked(django_capture_on_commit_callbacks)

    (mail,) = mailoutbox
    for text in (mail.body, mail.alternatives[0][0]):
        assert "To public" in text
        assert not any(word in text for word in ("zqheldzq", "To members", "To staff"))


@pytest.mark.threat("T21", "mail headers")
def test_hostile_names_are_text(quiet, mailoutbox, django_capture_on_commit_callbacks):
    Organisation.objects.filter(pk=quiet.pk).update(name="A & <b>B</b>\r\nBcc: x@example.org")

    asked(django_capture_on_commit_callbacks)

    (mail,) = mailoutbox
    assert "\n" not in mail.subject
    assert "<b>" not in mail.alternatives[0][0]
    assert "A & <b>B</b>" in mail.body


# --- Once, whoever asks ------------------------------------------------------------------------------


def test_the_command_asks_and_says_of_how_many(quiet, capsys):
    call_command("ask_to_check_profiles")

    assert capsys.readouterr().out == "Profiles asked about: 1.\n"


def test_who_read_the_list_before_asks_nobody_again(quiet):
    stale = Organisation.objects.get(pk=quiet.pk)

    assert (yearly.ask(quiet), yearly.ask(stale)) == (True, False)


def test_mails_are_kept_with_the_note_that_they_were_sent(settings, quiet, monkeypatch):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    monkeypatch.setattr("portal.emails.render", lambda *args, **kwargs: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        yearly.ask(quiet)

    quiet.refresh_from_db()
    assert quiet.check_asked_on is None
    assert not BackgroundTask.objects.exists()


class TestTwoSchedulers:
    """On PostgreSQL, where two really meet."""

    pytestmark = TOGETHER

    def test_of_two_one_asks(self, organisation, bob, settings):
        settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
        age(organisation, verified_on=LONG_AGO)

        counts = together(yearly.ask_those_due, yearly.ask_those_due)

        assert sorted(counts) == [0, 1]
        assert BackgroundTask.objects.count() == 1


# --- The page it leads to ----------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_shows_what_is_live_and_one_button(client, quiet, alice, language):
    kind = kinds.named("organisation")
    held = kind.content.read(quiet) | {"summary_en": "zqheldzq", "summary_fr": "zqheldzq"}
    review.save(kind, held, by=alice, target=quiet)
    client.force_login(alice)

    html = client.get(address("organisation-verify", quiet.slug, language=language))

    text = html.content.decode()
    assert "A summary in English." in text and "Un résumé en français." in text
    assert "zqheldzq" not in text
    assert {"fr": "Tout est à jour", "en": "Everything is up to date"}[language] in text
    assert address("organisation-edit", quiet.slug, language=language) in text
    assert 'name="robots" content="noindex' in text


def test_the_page_of_a_withdrawn_profile_leads_to_its_workspace(client, quiet, alice):
    Organisation.objects.filter(pk=quiet.pk).update(status="withdrawn", withdrawn_at=timezone.now())
    client.force_login(alice)

    answer = client.get(address("organisation-verify", quiet.slug))

    assert answer.url == address("organisation-workspace", quiet.slug)


def test_whoever_says_so_is_not_asked_again_for_a_year(client, quiet, bob):
    client.force_login(bob)

    client.post(address("organisation-verify", quiet.slug))

    quiet.refresh_from_db()
    assert quiet.verified_on == TODAY
    assert not Organisation.objects.to_check().exists()
