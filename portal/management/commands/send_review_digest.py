"""Mails the moderators who want it once a day what waits for them (`portal/background/schedule.py`)."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from portal import emails
from portal.desk import queue
from portal.lifecycle import kinds
from portal.models import Submission


class Command(BaseCommand):
    """One mail for each moderator who has something to decide; none where nothing waits."""

    help = "Mails each moderator who chose one mail a day the submissions they may decide on."

    def handle(self, *args: Any, **options: Any) -> None:
        """Send, and say to how many; a mail that fails does not stop the others."""
        moderators = get_user_model()._default_manager.moderators().filter(review_mail="daily")
        messages = [
            emails.render(
                "portal/mail/digest",
                moderator.email,
                moderator.language,
                user=moderator,
                waiting=waiting,
            )
            for moderator in moderators
            if (waiting := list(_waiting(moderator)))
        ]
        failed = emails.send_each(messages)
        self.stdout.write(f"Digests sent: {len(messages) - failed}.")
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
