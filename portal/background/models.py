"""A task as a row: what waits, runs or has failed. What was done leaves no row."""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from traceback import format_exception
from typing import Any, ClassVar

from django.db import InterfaceError, OperationalError, connection, models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max
from django_tasks_db.utils import exclusive_transaction

from portal.background.retry import GiveUp, delay_after

logger = logging.getLogger(__name__)

State = TaskResultStatus
# What stands in `run_after` of a task that waits for nothing.
AT_ONCE = get_date_max
# How often, a second apart, the database is asked again for what must not be forgotten.
PATIENCE = 30


def patiently(note: Callable[..., None]) -> Callable[..., None]:
    """Wait for a database that is being restarted: a message that was sent is not to be sent again."""

    @wraps(note)
    def noted(*args: Any) -> None:
        for _try in range(PATIENCE):
            try:
                return note(*args)
            except (OperationalError, InterfaceError):
                connection.close()
                time.sleep(1)
        return note(*args)

    return noted


class BackgroundTask(DBTaskResult):
    """A row of the library, which knows what becomes of a task that failed.

    `worker_ids` names who tried it, the last one last.
    """

    class Meta:
        proxy = True
        verbose_name = _("background task")
        verbose_name_plural = _("background tasks")

    def __str__(self) -> str:
        return self.what

    @property
    def what(self) -> str:
        """What is to be done: a mail, or one of the things done once a day."""
        if self.task_path == "portal.background.mail.send_mail":
            return str(_("Mail"))
        return str(self.args_kwargs["kwargs"].get("name", self.task_name))

    @property
    def addresses(self) -> str:
        """Whom a mail is for. Nothing else of it is shown to anybody: it may open an account."""
        return ", ".join(self.args_kwargs["kwargs"].get("to", []))

    @property
    def tries(self) -> int:
        return len(self.worker_ids)

    @property
    def next_try(self) -> datetime | None:
        """When it is tried again, if it waits for that."""
        waits = self.status == State.READY and self.run_after != AT_ONCE()
        return self.run_after if waits else None

    @property
    def last_error(self) -> str:
        """The fault of the last try, in one line."""
        lines = self.traceback.strip().splitlines()
        return lines[-1] if lines else ""

    def _claimed(self) -> Any:
        """This row, while it is still ours: the reaper may have given it to somebody else."""
        rows = BackgroundTask.objects.filter(pk=self.pk, status=State.RUNNING)
        return rows.filter(worker_ids=self.worker_ids)

    def _become(self, status: str, **columns: Any) -> bool:
        """Write a new state with what else changes; False if the row was somebody else's by then."""
        if not self._claimed().update(status=status, **columns):
            return False
        for name, value in {"status": status, **columns}.items():
            # What the database makes itself, a moment, is not read again: nobody asks for it here.
            if not hasattr(value, "resolve_expression"):
                setattr(self, name, value)
        return True

    # --- What the worker of the library calls ------------------------------------------------------

    @classmethod
    def take(cls, worker: str) -> "BackgroundTask | None":
        """Give a worker the next task whose turn it is, if there is one.

        That is by the clock of the database, one for all workers, so that theirs may differ.
        """
        due = Q(run_after=AT_ONCE()) | Q(run_after__lte=Now())
        with exclusive_transaction():
            row: Any = cls.objects.filter(due, status=State.READY).get_locked()
            if row is not None:
                row.claim(worker)
        return row

    @patiently
    def set_successful(self, return_value: Any) -> None:
        """Forget it: a message that was sent is nobody's business any more."""
        BackgroundTask.objects.filter(pk=self.pk).delete()
        self.status, self.finished_at = State.SUCCESSFUL, timezone.now()

    @patiently
    def set_failed(self, exc: BaseException) -> None:
        """Have it tried again later, or leave it to the staff."""
        delay = None if isinstance(exc, GiveUp) else delay_after(self.tries)
        note = _note_of(exc)
        if delay is None:
            self._become(State.FAILED, finished_at=Now(), **note)
        elif self._become(State.READY, run_after=Now() + delay, **note):
            logger.warning(
                "Task %s failed at try %s, and is tried again in %s", self.pk, self.tries, delay
            )

    # --- What others do ----------------------------------------------------------------------------

    def give_back(self) -> None:
        """Have another worker do it at once: the process of the last one died.

        What was tried too often is left to the staff: it may be what kills.
        """
        note = {"exception_class_path": "ProcessDied", "traceback": "ProcessDied"}
        if delay_after(self.tries) is None:
            self._become(State.FAILED, finished_at=Now(), **note)
        elif self._become(State.READY, run_after=AT_ONCE(), **note):
            logger.warning("Task %s was given back: its process died", self.pk)

    def run_again(self) -> bool:
        """Have a task that failed, or waits for its next try, tried at once, and as often as a new one.

        False if it is not there any more, or runs.
        """
        rows = BackgroundTask.objects.filter(pk=self.pk, status__in=(State.FAILED, State.READY))
        again = rows.update(
            status=State.READY, run_after=AT_ONCE(), worker_ids=[], finished_at=None
        )
        return bool(again)


def _note_of(error: BaseException) -> dict[str, str]:
    """What is kept of a fault: its kind and the trace of it."""
    kind = type(error)
    return {
        "exception_class_path": f"{kind.__module__}.{kind.__qualname__}",
        "traceback": "".join(format_exception(error)),
    }


class PeriodicJob(models.Model):
    """When something that is done again and again was last begun."""

    name = models.CharField(max_length=100, primary_key=True)
    # A number that grows with each period (`schedule.py`); none has this one.
    slot = models.BigIntegerField(default=-1)
    taken_at = models.DateTimeField(null=True)

    objects: ClassVar = models.Manager()

    def __str__(self) -> str:
        return self.name
