"""What is done once a day, by whichever of the schedulers looks at the clock first."""

import datetime
from dataclasses import dataclass

from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks import task

from portal.background.models import PeriodicJob
from portal.background.queueing import enqueue_on_commit


@dataclass(frozen=True)
class Daily:
    """A command that is run once a day, from that time on; later, if nobody looked before."""

    command: str
    at: datetime.time
    arguments: tuple[str, ...] = ()

    def slot(self, moment: datetime.datetime) -> int:
        """The day whose turn it is at a moment, as a number."""
        local = timezone.localtime(moment)
        return local.date().toordinal() - (local.time() < self.at)


JOBS = (
    Daily("reindex", datetime.time(2, 10), ("--older",)),
    Daily("settle_images", datetime.time(3, 10)),
    Daily("draw_cards", datetime.time(3, 10)),
    Daily("count_figures", datetime.time(3, 10)),
    Daily("clearsessions", datetime.time(4, 10)),
    Daily("forget_imports", datetime.time(4, 10)),
    Daily("send_review_digest", datetime.time(7, 0)),
    Daily("ask_to_check_profiles", datetime.time(8, 0)),
)


@task()
def run_command(*, name: str) -> None:
    """Run a command of `JOBS`."""
    for job in JOBS:
        if job.command == name:
            call_command(name, *job.arguments)


def tick(moment: datetime.datetime | None = None) -> list[str]:
    """Have done what is due, and say what; `moment` is now, by the clock of the database.

    One clock for all schedulers, so that theirs may differ.
    """
    moment = moment or _now()
    return [job.command for job in JOBS if _begin(job, moment)]


@transaction.atomic
def _begin(job: Daily, moment: datetime.datetime) -> bool:
    """Take the turn of a job and hand it over: both or neither. False if it was taken."""
    slot = job.slot(moment)
    PeriodicJob.objects.get_or_create(name=job.command)
    # Far ahead is what a clock wrote that was wrong. One ahead is a clock that was put back a little.
    free = Q(slot__lt=slot) | Q(slot__gt=slot + 1)
    rows = PeriodicJob.objects.filter(free, name=job.command)
    taken = bool(rows.update(slot=slot, taken_at=moment))
    if taken:
        enqueue_on_commit(run_command, name=job.command)
    return taken


def _now() -> datetime.datetime:
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        return cursor.fetchone()[0]
