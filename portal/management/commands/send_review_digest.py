"""Mails the moderators who want it once a day what waits for them. To be run by a daily timer."""

import logging
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from portal import emails
from portal.desk import queue
from portal.lifecycle import kinds
from portal.models import Submission

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """One mail for each moderator who has something to decide; none where nothing waits."""

    help = "Mails each moderator who chose one mail a day the submissions they may decide on."

    def handle(self, *args: Any, **options: Any) -> None:
        """Send, and say to how many; a mail that fails does not stop the others."""
        moderators = get_user_model()._default_manager.moderators().filter(review_mail="daily")
        sent = failed = 0
        for moderator in moderators:
            waiting = list(_waiting(moderator))
            if not waiting:
                continue
            message = emails.render(
                "portal/mail/digest",
                moderator.email,
                moderator.language,
                user=moderator,
                waiting=waiting,
            )
            try:
                message.send()
                sent += 1
            except Exception:
                logger.exception("The digest of account %s could not be sent", moderator.pk)
                failed += 1
        self.stdout.write(f"Digests sent: {sent}.")
        if failed:
            raise CommandError(f"Digests that could not be sent: {failed}; the log says why.")


def _waiting(moderator: Any) -> list[dict[str, Any]]:
    """What a moderator may decide on, in words of their language."""
    rows = (
        Submission.objects.judgeable_by(moderator)
        .with_progress()
        .select_related("kind", "organisation", "assigned_to")
        .prefetch_related("target")
    )
    with override(moderator.language):
        return [
            {
                "pk": each.pk,
                "title": each.title,
                "kind": kinds.of(each).label,
                "nature": queue.nature(each),
                "organisation": queue.organisation(each),
                "assigned_to": each.assigned_to,
                "since": queue.waiting_since(each),
            }
            for each in rows
        ]
