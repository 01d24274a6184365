"""Sends one message to one person, in the language they chose."""

import logging
from typing import Any

from asgiref.local import Local
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.signals import request_finished
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

logger = logging.getLogger(__name__)
_waiting = Local()


def send_on_commit(template: str, user: Any, **context: Any) -> None:
    """Send a message to `user` once the current transaction is committed, if it is."""
    message = render(template, user.email, user.language, user=user, **context)
    transaction.on_commit(message.send, robust=True)


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

    How long the mail takes, or that it fails, then tells a visitor nothing about an account.
    """
    _waiting.messages = [*getattr(_waiting, "messages", []), message]


def _send_waiting(**kwargs: Any) -> None:
    messages, _waiting.messages = getattr(_waiting, "messages", []), []
    for message in messages:
        try:
            message.send()
        except Exception:
            logger.exception("A mail could not be sent")


request_finished.connect(_send_waiting)
