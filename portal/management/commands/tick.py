"""Has done what is due once a day. For as many processes as one likes, or for a timer."""

import logging
import signal
import threading
from argparse import ArgumentParser
from typing import Any

from django.core.checks import Tags
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections, connections

from portal.background import reaper, schedule

logger = logging.getLogger(__name__)

# How often it looks at the clock, in seconds.
EVERY = 30.0


class Command(BaseCommand):
    """Stops at SIGTERM. Several may run: what is due is done once."""

    # Those that keep an unsafe installation from starting; what is served does not matter here.
    requires_system_checks = (Tags.security,)
    help = (
        "Has done what is due: the daily digest, yearly questions, lost images, old sessions."
        " Runs until stopped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add what may stand after the command."""
        parser.add_argument("--once", action="store_true", help="Look once, for a timer.")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        """Look at the clock again and again, and name what was begun."""
        stop = threading.Event()
        if once:
            self._look()
            return
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        while not stop.is_set():
            try:
                self._look()
            except (OperationalError, InterfaceError):
                logger.warning("The database is not there", exc_info=True)
                connections.close_all()
            close_old_connections()
            stop.wait(EVERY)

    def _look(self) -> None:
        reaper.reap()
        for command in schedule.tick():
            self.stdout.write(f"  {command}")
