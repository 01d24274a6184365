"""The demo's mail: kept in a folder instead of sent, and shown on a page to whoever tries the demo."""

import datetime
import time
import uuid
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage as OutgoingMessage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

SHOWN = 50


class FolderBackend(BaseEmailBackend):
    """Writes each message as a file of its own, named so that the newest sorts last."""

    def send_messages(self, email_messages: Sequence[OutgoingMessage]) -> int:
        """Keep the messages; returns how many."""
        folder = Path(settings.MAIL_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{time.time_ns():020d}-{uuid.uuid4().hex[:8]}.eml"
            (folder / name).write_bytes(message.message().as_bytes())
        return len(email_messages)


def demo_mail(request: HttpRequest) -> HttpResponse:
    """The latest messages of the demo, the newest first; 404 anywhere else."""
    if not (settings.DEBUG and settings.DEMO):
        raise Http404
    folder = Path(settings.MAIL_DIR)
    files = sorted(folder.glob("*.eml"), reverse=True)[:SHOWN] if folder.exists() else []
    messages = [
        _read(message_from_bytes(file.read_bytes(), policy=policy.default)) for file in files
    ]
    return render(request, "portal/demo_mail.html", {"mails": messages, "noindex": True})


def _sent_at(message: EmailMessage) -> datetime.datetime:
    """When a message was written. Django says "-0000", which the mail format reads as no zone: UTC."""
    moment = message["Date"].datetime
    return moment if timezone.is_aware(moment) else moment.replace(tzinfo=datetime.UTC)


def _read(message: EmailMessage) -> dict[str, Any]:
    body = message.get_body(preferencelist=("plain",))
    return {
        "to": message["To"],
        "subject": message["Subject"],
        "date": timezone.localtime(_sent_at(message)),
        "text": body.get_content() if body else "",
    }
