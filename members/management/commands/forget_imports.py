"""Deletes the imports of long ago (`portal/background/schedule.py`)."""

from typing import Any

from django.core.management.base import BaseCommand

from members.imports import steps


class Command(BaseCommand):
    """What they wrote stays, with its history; the lines that were sent go."""

    help = "Deletes imports of organisations that were begun more than 30 days ago."

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete, and say how many."""
        self.stdout.write(f"Imports deleted: {steps.forget()}.")
