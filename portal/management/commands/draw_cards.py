"""Draws the pictures for social networks that are not there."""

from typing import Any

from django.core.management.base import BaseCommand

from portal import cards
from portal.lifecycle import kinds


class Command(BaseCommand):
    """Needed once after the update that brought them, and after a crash or a full disk."""

    help = "Draws the pictures for social networks of everything published that lacks one."

    def handle(self, *args: Any, **options: Any) -> None:
        """Draw what is lacking, kind by kind, and say how many objects got their pictures."""
        for kind in kinds.every():
            drawn = 0
            for key in cards.lacking(kind.model):
                cards.settle(kind.model, key)
                drawn += 1
            self.stdout.write(f"  {kind.model._meta.label}: {drawn}")
