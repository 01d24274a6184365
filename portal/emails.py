"""Sends one message to one person, in the language they chose."""

import logging
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation

logger = logging.getLogger(__name__)


def send_on_commit(template: str, user: Any, **context: Any) -> None:
    """Send a message to `user` once the current transaction is committed, and not if it is rolled back."""
    message = render(template, user.email, user.language, user=user, **context)
    transaction.on_commit(message.send, robust=True)


def render(template: str, address: str, language: str, **context: Any) -> EmailMultiAlternatives:
    """A message made of three templates: `_subject.txt`, `.txt` and `.html`.

    Context gets `base_url`, so that links never depend on the request that caused the message.
    """
    with translation.override(language):
        context |= {"base_url": settings.BASE_URL, "language": language}
        # A subject is one line, whatever a title in it contains.
        subject = " ".join(render_to_string(f"{template}_subject.txt", context).split())
        message = EmailMultiAlternatives(
            subject, render_to_string(f"{template}.txt", context), None, [address]
        )
        message.attach_alternative(render_to_string(f"{template}.html", context), "text/html")
    return message
