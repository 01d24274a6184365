"""Writes again what search finds things by, or says whether that is needed."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import models

from portal import content_version, search, spelling


class Command(BaseCommand):
    """Needed after a theme is deleted. What an older version wrote is written again every night."""

    help = "Writes the search rows of everything published, and removes those of what no longer is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add what may stand after the command."""
        parser.add_argument(
            "--check",
            action="store_true",
            help="Write nothing, and fail if a row is missing, left over or of an older analysis.",
        )

        parser.add_argument(
            "--older", action="store_true", help="Write only the rows of an older analysis again."
        )

    def handle(self, *args: Any, check: bool, older: bool, **options: Any) -> None:
        """Write or check, kind by kind, and say how far it is."""
        if check:
            return self._check()
        if not older:
            spelling.forget_all()
        for model in search.every_model():
            if older:
                self.stdout.write(f"  {model._meta.label}: {max(search.renew(model), default=0)}")
            else:
                self._rewrite(model)
        # What words found before is kept no longer.
        content_version.mark()
        return None

    def _rewrite(self, model: type[models.Model]) -> None:
        name, total = model._meta.label, search.published(model).count()
        for written in search.rewrite(model):
            if self.stdout.isatty():
                self.stdout.write(f"\r  {name}: {written} of {total}", ending="")
        self.stdout.write(f"\r  {name}: {total}" if self.stdout.isatty() else f"  {name}: {total}")

    def _check(self) -> None:
        bad = 0
        for model in search.every_model():
            lacking, too_many = search.missing(model).count(), search.leftover(model).count()
            bad += lacking + too_many
            self.stdout.write(f"  {model._meta.label}: {lacking} to write, {too_many} to remove")
        if bad:
            raise CommandError("Search is not up to date: run `manage.py reindex`.")
