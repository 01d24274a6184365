"""Asks owners whether their profile still holds, once a year (`portal/background/schedule.py`)."""

from typing import Any

from django.core.management.base import BaseCommand

from members import yearly


class Command(BaseCommand):
    """Nobody is asked twice, however often it runs."""

    help = (
        "Asks the owners of profiles that nobody changed or checked for a year whether they hold."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Ask, and say of how many profiles."""
        self.stdout.write(f"Profiles asked about: {yearly.ask_those_due()}.")
