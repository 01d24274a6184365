"""Gives back what a process was doing when it died, and forgets what is of no use any more."""

from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

from portal import content_version
from portal.background import presence
from portal.background.models import AT_ONCE, BackgroundTask, State
from portal.background.retry import DELAYS

# How long what failed is kept for the staff to look at: a mail has an address in it.
KEPT = timedelta(days=14)


def reap() -> None:
    """Look at what runs, and give back whatever has lost its process. Two may do so at once."""
    running: Any = BackgroundTask.objects.running()
    for worker in {row.worker_ids[-1] for row in running}:
        with presence.if_dead(worker) as dead:
            if dead:
                for row in running.all():
                    if row.worker_ids[-1] == worker:
                        row.give_back()
    _forget_wrong_clocks()
    _forget_old()
    content_version.forget_old()


def _forget_wrong_clocks() -> None:
    """Try at once what waits longer than anything may: the clock was ahead when it failed."""
    rows = BackgroundTask.objects.filter(status=State.READY, run_after__gt=Now() + max(DELAYS))
    rows.exclude(run_after=AT_ONCE()).exclude(worker_ids=[]).update(run_after=AT_ONCE())


def _forget_old() -> None:
    rows = BackgroundTask.objects.failed().filter(finished_at__lt=Now() - KEPT)
    rows.delete()
