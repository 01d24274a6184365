"""Brings the public images in line with what is published."""

from typing import Any

from django.core.management.base import BaseCommand

from portal import storage
from portal.lifecycle import publication


class Command(BaseCommand):
    """Needed after a crash or a full disk between a decision and the copying of its image, and once
    after the update that brought smaller copies."""

    help = "Copies images of what is published, in each size, where they lack, and removes others."

    def handle(self, *args: Any, **options: Any) -> None:
        """Settle each image that is out of line, and remove what killed processes left; name both."""
        for image in publication.stray():
            publication.settle(image)
            self.stdout.write(f"  {image}")
        for half in storage.forget_halves():
            self.stdout.write(f"  {half}")
