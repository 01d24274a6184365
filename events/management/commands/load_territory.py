"""Fills what forms and filters choose from: themes, communes, the founding college."""

from typing import Any

from django.core.management.base import BaseCommand

from events.demo import loader


class Command(BaseCommand):
    """Run once on a new portal; what is there already stays as staff left it."""

    help = "Add the themes, the 31 communes of the Métropole and the founding college that are missing."

    def handle(self, *args: Any, **options: Any) -> None:
        """Add what is missing, and say how much that was."""
        self.stdout.write(f"  {loader.load_territory()} added")
