"""The process that does what waits: the library's, which looks after what others left, and goes on."""

import contextlib
import logging
import time

from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    connections,
)
from django.utils.crypto import get_random_string
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, DEFAULT_TASK_QUEUE_NAME
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult

from portal.background import reaper
from portal.background.models import BackgroundTask
from portal.background.presence import Presence

logger = logging.getLogger(__name__)

# How often a worker looks for what others left, in seconds.
REAP_EVERY = 5.0


class Worker(db_worker.Worker):
    """Takes one task after the other. SIGTERM lets it finish the one it does.

    When the database goes away it begins anew under another name: what it was doing is given back as if
    it had died. `until_empty` ends it when nothing is left to do now.
    """

    presence: Presence
    _reaped_at: float

    def __init__(self, *, interval: float = 1.0, until_empty: bool = False) -> None:
        super().__init__(
            queue_names=[DEFAULT_TASK_QUEUE_NAME],
            interval=interval,
            batch=True,  # who loops is `_work`
            backend_name=DEFAULT_TASK_BACKEND_ALIAS,
            startup_delay=False,
            max_tasks=None,
            worker_id="",
            excluded_queue_names=[],
        )
        self.until_empty = until_empty

    def run(self) -> None:
        """Work until told to stop."""
        while self.running:
            try:
                self._work()
            except (OperationalError, InterfaceError):
                logger.warning("The database is not there", exc_info=True)
                connections.close_all()
                time.sleep(self.interval)
            except SystemExit:
                # Told to stop in the moment between taking a task and beginning it.
                with contextlib.suppress(DatabaseError):
                    reaper.reap()
                raise
            else:
                return

    def _work(self) -> None:
        """Work under a new name until told to stop; raises what the database raises."""
        self.worker_id = get_random_string(32)
        self.presence = Presence(self.worker_id)
        self._reaped_at = float("-inf")
        try:
            while self.running:
                self._look_after_others()
                while self.running and (task := self._take()):
                    self.run_task(task)
                if self.until_empty:
                    return
                if self.running:
                    time.sleep(self.interval)
        finally:
            self.presence.end()

    def _take(self) -> BackgroundTask | None:
        close_old_connections()
        return BackgroundTask.take(self.worker_id)

    def _look_after_others(self) -> None:
        if time.monotonic() - self._reaped_at >= REAP_EVERY:
            reaper.reap()
            self._reaped_at = time.monotonic()

    def run_task(self, db_task_result: DBTaskResult) -> None:
        """Do one task, unless it may have been given to somebody else since it was taken."""
        self.presence.check()
        self._look_after_others()
        task = BackgroundTask.objects.filter(pk=db_task_result.pk).first()
        if task is not None:
            super().run_task(task)
