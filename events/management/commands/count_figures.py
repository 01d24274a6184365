"""Counts the key figures of a portal that has too much to count for each page."""

from typing import Any

from django.core.management.base import BaseCommand

from events import counted_figures


class Command(BaseCommand):
    """Due every night (`portal/background/schedule.py`); does nothing where pages can count."""

    help = "Count the key figures and keep them, where there is too much to count for each page."

    def handle(self, *args: Any, **options: Any) -> None:
        """Count, and say whether anything is kept."""
        kept = counted_figures.count()
        self.stdout.write("Key figures counted" if kept else "Pages count their figures themselves")
