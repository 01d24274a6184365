"""Sends one message to one person, in the language they chose."""

import logging
from collections.abc import Sequence
from typing import Any

from asgiref.local import Local
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.signals import request_finished
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django_tasks import TaskResultStatus

from portal.background.mail import send_mail, values_of
from portal.background.queueing import enqueue_on_commit, is_kept

logger = logging.getLogger(__name__)
_waiting = Local()


def send_on_commit(template: str, user: Any, **context: Any) -> None:
    """Send a message to `user` once the current transaction is committed, if it is."""
    send_with_commit(render(template, user.email, user.language, user=user, **context))


def send_with_commit(message: EmailMultiAlternatives) -> None:
    """Send a message once the current transaction is committed, if it is."""
    enqueue_on_commit(send_mail, **values_of(message))


def send_each(messages: Sequence[EmailMultiAlternatives]) -> int:
    """Send messages now, or where a worker sends them, leave it all of them; returns how many failed."""
    if messages and is_kept(send_mail):
        with transaction.atomic():
            for message in messages:
                send_mail.enqueue(**values_of(message))
        return 0
    outcomes = [send_mail.enqueue(**values_of(message)) for message in messages]
    return sum(outcome.status == TaskResultStatus.FAILED for outcome in outcomes)


def render(template: str, address: str, language: str, **context: Any) -> EmailMultiAlternatives:
    """A message made of three templates: `_subject.txt`, `.txt` and `.html`.

    Context gets `base_url`, so that links never depend on the request that caused the message.
    """
    with translation.override(language):
        context |= {"base_url": settings.BASE_URL, "language": language}
        # A subject is one line, whatever a title in it contains; the spaces of French stay.
        subject = " ".join(
            render_to_string(f"{template}_subject.txt", context).splitlines()
        ).strip()
        message = EmailMultiAlternatives(
            subject, render_to_string(f"{template}.txt", context), None, [address]
        )
        message.attach_alternative(render_to_string(f"{template}.html", context), "text/html")
    return message


def send_after_answer(message: EmailMultiAlternatives) -> None:
    """Send a message once the answer to the request being handled has left.

    How long the mail takes, or that it fails, then tells a visitor nothing about an account. So it is
    handed to a worker after the answer too.
    """
    _waiting.messages = [*getattr(_waiting, "messages", []), message]


def _send_waiting(**kwargs: Any) -> None:
    messages, _waiting.messages = getattr(_waiting, "messages", []), []
    try:
        send_each(messages)
    except Exception:
        logger.exception("Mails could not be handed over")


request_finished.connect(_send_waiting)
