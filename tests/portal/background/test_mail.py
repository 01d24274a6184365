"""A mail is sent if what caused it is committed, and until a mail server has taken it."""

from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from portal import emails
from portal.background import reaper, retry
from portal.background.models import AT_ONCE
from portal.background.presence import Presence
from portal.background.worker import Worker
from portal.models import BackgroundTask
from tests import factories
from tests.faults.mail import Door, Post, free_port

# What a worker takes was committed.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture
def kept(settings, tmp_path):
    """Tasks are rows, which a worker takes."""
    settings.DATA_DIR = tmp_path
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@pytest.fixture
def smtp(settings):
    """Mail goes to a server at a port where nobody listens yet."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    return settings


def written(subject="Bonjour"):
    message = EmailMultiAlternatives(subject, "Texte", None, ["alice@example.org"])
    message.attach_alternative("<p>Texte</p>", "text/html")
    return message


def work():
    Worker(until_empty=True).run()


def rows():
    return list(BackgroundTask.objects.values_list("status", "exception_class_path"))


def waiting():
    """When the one task is tried again, in whole minutes, after how many tries."""
    [task] = BackgroundTask.objects.all()
    minutes = (task.next_try - timezone.now()).total_seconds() / 60
    return (task.status, task.tries, round(minutes))


def let_time_pass():
    """As if the next try were due."""
    BackgroundTask.objects.filter(status="READY").update(run_after=timezone.now())


def test_worker_sends_the_message_as_it_was_written_and_keeps_nothing_of_it(kept, mailoutbox):
    emails.send_with_commit(written())
    assert mailoutbox == []

    work()

    [sent] = mailoutbox
    assert (sent.subject, sent.body, sent.to) == ("Bonjour", "Texte", ["alice@example.org"])
    assert [tuple(each) for each in sent.alternatives] == [("<p>Texte</p>", "text/html")]
    assert not BackgroundTask.objects.exists()


def test_rollback_sends_nothing(kept, mailoutbox):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        emails.send_with_commit(written())
        handed_over = rows()
        raise ZeroDivisionError
    work()

    assert (handed_over, rows(), mailoutbox) == ([("READY", "")], [], [])


def test_rollback_sends_nothing_in_this_process(mailoutbox):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        emails.send_with_commit(written())
        raise ZeroDivisionError

    assert mailoutbox == []


def test_in_this_process_a_mail_leaves_after_the_commit(mailoutbox):
    with transaction.atomic():
        emails.send_with_commit(written())
        before = len(mailoutbox)

    assert (before, [message.subject for message in mailoutbox]) == (0, ["Bonjour"])
    assert not BackgroundTask.objects.exists()


def test_in_this_process_a_mail_that_fails_is_logged_without_its_address(smtp, caplog):
    with transaction.atomic():
        emails.send_with_commit(written())

    assert "ConnectionRefusedError" in caplog.text
    assert "alice@example.org" not in caplog.text


def test_mail_server_that_is_down_is_asked_again_later_and_gets_the_mail_once(kept, smtp):
    emails.send_with_commit(written())
    work()
    first = waiting()
    let_time_pass()
    work()
    second = waiting()

    post = Post(strike=lambda door: None)
    door = Door(post)
    smtp.EMAIL_PORT = door.port
    let_time_pass()
    work()
    door.close()

    assert (first, second) == (("READY", 1, 1), ("READY", 2, 5))
    assert (dict(post.taken), rows()) == ({"Bonjour": 1}, [])


def test_every_copy_of_a_mail_has_the_same_name(kept, mailoutbox):
    emails.send_with_commit(written())
    [task] = BackgroundTask.objects.all()
    work()
    BackgroundTask.objects.bulk_create([task])
    work()

    names = [message.message()["Message-ID"] for message in mailoutbox]
    assert (len(names), len(set(names))) == (2, 1)


def test_tries_end_after_a_day_and_staff_can_start_them_again(kept, smtp, mailoutbox):
    emails.send_with_commit(written())
    for _ in range(len(retry.DELAYS) + 1):
        let_time_pass()
        work()

    [task] = BackgroundTask.objects.all()
    assert timedelta(hours=23) < sum(retry.DELAYS, timedelta()) <= timedelta(days=1)
    assert (task.status, task.tries) == ("FAILED", 7)
    assert "ConnectionRefusedError" in task.last_error

    smtp.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    work()
    assert mailoutbox == []
    assert task.run_again()
    work()

    assert [message.subject for message in mailoutbox] == ["Bonjour"]
    assert rows() == []


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (550, ("FAILED", "portal.background.mail.Refused")),
        (451, ("READY", "portal.background.mail.NotSent")),
    ],
)
def test_address_that_is_refused_for_good_is_not_tried_again(code, outcome, kept, monkeypatch):
    def refuse(message):
        words = {"alice@example.org": (code, b"alice@example.org is not here")}
        raise SMTPRecipientsRefused(words)

    monkeypatch.setattr(EmailMultiAlternatives, "send", refuse)
    emails.send_with_commit(written())
    work()

    assert rows() == [outcome]
    assert "alice" not in BackgroundTask.objects.get().traceback


def test_what_waits_because_of_a_wrong_clock_is_tried_at_once(kept, smtp):
    emails.send_with_commit(written())
    work()
    far = timezone.now() + timedelta(days=400)
    BackgroundTask.objects.update(run_after=far)

    reaper.reap()

    assert BackgroundTask.objects.get().run_after == AT_ONCE()


def test_task_of_a_dead_process_is_given_back_but_not_for_ever(kept, mailoutbox):
    emails.send_with_commit(written())
    BackgroundTask.objects.update(status="RUNNING", worker_ids=["gone"])
    reaper.reap()
    given_back = rows()
    BackgroundTask.objects.update(status="RUNNING", worker_ids=["gone"] * 7)
    reaper.reap()

    assert (given_back, rows()) == ([("READY", "ProcessDied")], [("FAILED", "ProcessDied")])


def test_what_failed_is_forgotten_after_two_weeks(kept):
    for days in (13, 15):
        ended = timezone.now() - timedelta(days=days)
        factories.BackgroundTaskFactory(finished_at=ended, to=[f"{days}@example.org"])

    reaper.reap()

    assert [task.addresses for task in BackgroundTask.objects.all()] == ["13@example.org"]


def test_task_of_a_process_that_lives_is_left_alone(kept):
    emails.send_with_commit(written())
    BackgroundTask.objects.update(status="RUNNING", worker_ids=["alive"])
    alive = Presence("alive")

    reaper.reap()
    left = rows()
    alive.end()
    reaper.reap()

    assert (left, rows()) == ([("RUNNING", "")], [("READY", "ProcessDied")])


def test_digest_is_handed_over_whole(kept, mailoutbox):
    assert emails.send_each([written("Un"), written("Deux")]) == 0
    assert mailoutbox == []

    work()

    assert [message.subject for message in mailoutbox] == ["Un", "Deux"]


def test_worker_refuses_to_wait_for_what_never_comes():
    with pytest.raises(CommandError, match="TASKS=database"):
        call_command("worker", until_empty=True)


def test_mail_of_an_account_is_handed_over_after_the_answer(kept, client, alice):
    for address in (alice.email, "nobody@example.org"):
        client.post(reverse("account_reset_password"), {"email": address})

    sent = [task.addresses for task in BackgroundTask.objects.order_by("enqueued_at")]
    assert (sent, mail.outbox) == (["alice@example.org", "nobody@example.org"], [])
