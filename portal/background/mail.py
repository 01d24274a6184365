"""The task that sends one message. What it is given is the finished message, as plain values."""

from smtplib import SMTPRecipientsRefused
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import make_msgid
from django.core.mail.utils import DNS_NAME
from django_tasks import task

from portal.background.retry import GiveUp


class NotSent(Exception):
    """A message did not leave. It says why, in the words of the mail server, without the address."""


class Refused(NotSent, GiveUp):
    """The mail server wants no message for this address, today or tomorrow."""


def values_of(message: EmailMultiAlternatives) -> dict[str, Any]:
    """What `send_mail` needs to send a message.

    It is named once: of two copies, should a process die between sending and noting it, programs
    that read mail show one.
    """
    return {
        "subject": message.subject,
        "text": message.body,
        "html": str(message.alternatives[0][0]),
        "to": list(message.to),
        "headers": {"Message-ID": make_msgid(domain=str(DNS_NAME)), **message.extra_headers},
    }


@task()
def send_mail(*, subject: str, text: str, html: str, to: list[str], headers: dict) -> None:
    """Send one message; raises NotSent."""
    message = EmailMultiAlternatives(subject, text, None, to, headers=headers)
    message.attach_alternative(html, "text/html")
    try:
        message.send()
    except Exception as error:
        # No `from`: what a server says of an address would be kept, and logged, with it.
        raise _told(error, to) from None


def _told(error: Exception, to: list[str]) -> NotSent:
    """Why a message did not leave, without the addresses that libraries put there."""
    said = f"{type(error).__name__}: {error}"
    for address in to:
        said = said.replace(address, "…")
    return (Refused if _is_final(error) else NotSent)(said)


def _is_final(error: Exception) -> bool:
    """Whether the server refuses every address for good: 5xx. A server that is down says 4xx, if any."""
    if not isinstance(error, SMTPRecipientsRefused):
        return False
    return all(500 <= code < 600 for code, _words in error.recipients.values())
