"""Writes everything that cannot be made again into a new folder."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal import backup


class Command(BaseCommand):
    """Says what it wrote, and what has to be kept elsewhere."""

    help = "Writes the database and the images into a new folder inside FOLDER."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            made = backup.write(folder)
        except (backup.BackupError, OSError) as error:
            raise CommandError(f"Nothing was written. {error}") from error
        self.stdout.write(str(made))
        self.stderr.write(f"Not in it, to be kept elsewhere: {', '.join(backup.KEYS)}")
