"""Imports organisations from a file as the pages of the desk do, and prints the same report."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from members.imports import steps
from members.models import Import, ImportLine, User
from portal.lifecycle.errors import ReviewError


class Command(BaseCommand):
    """Check a table of organisations line by line, and write it if asked to.

    Without `--apply` the import waits for a decision: on its page, or by its number here.
    """

    help = "Checks a CSV table of organisations line by line; writes it with --apply."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="the table, or the number of an import that was checked")
        parser.add_argument("--by", required=True, help="the address of the account that imports")
        parser.add_argument("--apply", action="store_true", help="write what is new or changed")
        parser.add_argument("--language", choices=("fr", "en"), help="of the report")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do so and print a line for each line. Raises CommandError for what cannot be done."""
        by = User.objects.reached_at(options["by"])
        if by is None or not (by.is_active and by.is_superuser):
            raise CommandError("--by takes the address of an administrator.")
        with override(options["language"] or by.language):
            imported = self._found(options["file"], by)
            self._finish(imported)
            if options["apply"]:
                try:
                    steps.confirm(imported, by=by)
                except ReviewError as refused:
                    raise CommandError(str(refused)) from refused
                self._finish(imported)
            self._report(imported)

    def _found(self, file: str, by: User) -> Import:
        if file.isdecimal() and not Path(file).exists():
            imported = Import.objects.filter(pk=int(file[:18])).first()
            if imported is None:
                raise CommandError(f"There is no import {file}.")
            return imported
        try:
            return steps.begin(Path(file).name, Path(file).read_bytes(), by=by)
        except OSError as error:
            raise CommandError(str(error)) from error
        except ReviewError as refused:
            raise CommandError(str(refused)) from refused

    def _finish(self, imported: Import) -> None:
        """Do what is left to do, beside the workers that may do so too."""
        while steps.work(imported.pk):
            self.stderr.write(f"{dict(imported.counts())}")
        imported.refresh_from_db()

    def _report(self, imported: Import) -> None:
        for line in imported.lines.select_related("organisation").defer("cells").iterator(200):
            words = [str(line.number), str(line.get_outcome_display())]
            words.append(str(line.organisation or line.name))
            self.stdout.write(" · ".join([*words, *line.said]))
        said = (f"{ImportLine.Outcome(code).label}: {n}" for code, n in imported.counts().items())
        self.stdout.write(f"{imported.pk} – {imported.get_state_display()} – {', '.join(said)}")
