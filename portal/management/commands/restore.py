"""Makes database and images what they were in a backup."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal import backup


class Command(BaseCommand):
    """Checks the whole backup before it writes anything."""

    help = "Makes database and images what they were in the backup FOLDER."
    # The database may be empty: what the checks look at is not there yet.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="lose what the database holds now"
        )

    def handle(self, *args: Any, folder: Path, replace: bool, **options: Any) -> None:
        try:
            backup.read(folder, replace=replace)
        except (backup.BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Database and images are what they were. Now: manage.py migrate")
