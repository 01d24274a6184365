"""Does what waits: sends mail, and what is done once a day. For as many processes as one likes."""

from argparse import ArgumentParser
from typing import Any

from django.core.checks import Tags
from django.core.management.base import BaseCommand, CommandError

from portal.background.mail import send_mail
from portal.background.queueing import is_kept
from portal.background.worker import Worker


class Command(BaseCommand):
    """Stops at SIGTERM, when the task that it does is done."""

    # Those that keep an unsafe installation from starting; what is served does not matter here.
    requires_system_checks = (Tags.security,)
    help = "Does the tasks that wait in the database (TASKS=database), and waits for more."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add what may stand after the command."""
        parser.add_argument(
            "--until-empty", action="store_true", help="Stop when nothing is left to do."
        )
        parser.add_argument(
            "--interval", type=float, default=1.0, help="Seconds to wait while there is nothing."
        )

    def handle(self, *args: Any, until_empty: bool, interval: float, **options: Any) -> None:
        """Work until told to stop."""
        if not is_kept(send_mail):
            raise CommandError("No task waits here: put TASKS=database in the environment.")
        worker = Worker(interval=interval, until_empty=until_empty)
        worker.configure_signals()
        worker.run()
