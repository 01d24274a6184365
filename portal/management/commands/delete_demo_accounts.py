"""Deletes the accounts of the demo, whose password everybody knows."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from portal.checks import DEMO_DOMAIN


class Command(BaseCommand):
    """What they wrote and decided stays; it is no longer signed."""

    help = f"Deletes every account with an address at {DEMO_DOMAIN}, and its seats."
    # Production refuses to start with such an account: this is the way out.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add what may stand after the command."""
        parser.add_argument("--no-input", action="store_true", help="Do not ask.")

    def handle(self, *args: Any, no_input: bool, **options: Any) -> None:
        """Name the accounts, ask, delete."""
        accounts = get_user_model()._default_manager.filter(
            folded_email__endswith=f"@{DEMO_DOMAIN}"
        )
        for account in accounts:
            self.stdout.write(f"  {account.email}")
        count = accounts.count()
        if not count:
            self.stdout.write("There is no demo account.")
            return
        if not no_input and input(f"Delete these {count} accounts? [yes/no] ") != "yes":
            raise CommandError("Nothing was deleted.")
        for account in accounts:
            account.delete()
        self.stdout.write(f"{count} accounts deleted.")
