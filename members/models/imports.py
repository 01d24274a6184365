"""A file of organisations on its way into the directory, line by line.

What a file says waits here, like any other content that is not public: nothing of it is an organisation
before somebody confirmed what they saw. Each line keeps what became of it.
"""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from portal import i18n


class Import(models.Model):
    """One file, from when it was sent until what it says is written, or it is abandoned."""

    class State(models.TextChoices):
        """Where it stands."""

        CHECKING = "checking", pgettext_lazy("import", "Being checked")
        CHECKED = "checked", pgettext_lazy("import", "Waits for your decision")
        APPLYING = "applying", pgettext_lazy("import", "Being written")
        DONE = "done", pgettext_lazy("import", "Done")
        ABANDONED = "abandoned", pgettext_lazy("import", "Abandoned")

    RUNNING = (State.CHECKING, State.APPLYING)

    file_name = models.CharField(max_length=200)
    state = models.CharField(max_length=9, choices=State, default=State.CHECKING)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="imports"
    )
    # In whose name it is written.
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)
    # When somebody last worked at it.
    touched_at = models.DateTimeField(default=timezone.now)
    encoding = models.CharField(max_length=10)
    # Titles of columns that are read by nobody: those of the directory's own table, and any other.
    ignored = models.JSONField(default=list)
    unknown = models.JSONField(default=list)

    objects: ClassVar = models.Manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_running(self) -> bool:
        return self.state in self.RUNNING

    def counts(self) -> dict[str, int]:
        """How many lines have each outcome, in the order of the outcomes: one query."""
        rows = self.lines.order_by().values_list("outcome").annotate(Count("pk"))
        found = dict(rows)
        return {code: found[code] for code in ImportLine.Outcome.values if code in found}


class ImportLine(models.Model):
    """One line of the file, with the content that it asks for and what became of it."""

    class Outcome(models.TextChoices):
        """What is to be done with it, then what was done."""

        WAITING = "waiting", pgettext_lazy("import", "Not checked yet")
        ERROR = "error", pgettext_lazy("import", "Error")
        NEW = "new", pgettext_lazy("import", "New")
        CHANGED = "changed", pgettext_lazy("import", "Changes")
        SAME = "same", pgettext_lazy("import", "Nothing to do")
        ADDED = "added", pgettext_lazy("import", "Added")
        UPDATED = "updated", pgettext_lazy("import", "Updated")
        LEFT = "left", pgettext_lazy("import", "Not written")

    # What is still to be done, by the state of the import.
    TO_DO: ClassVar = {
        Import.State.CHECKING: (Outcome.WAITING,),
        Import.State.APPLYING: (Outcome.NEW, Outcome.CHANGED),
    }

    imported = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="lines")
    # As a spreadsheet counts: the titles are line 1.
    number = models.PositiveIntegerField()
    # What it calls the organisation, as far as there is room.
    name = models.CharField(max_length=150, blank=True)
    # What stands in the columns that are read, without what is empty.
    cells = models.JSONField(default=dict)
    # The first line with the same name.
    namesake = models.PositiveIntegerField(null=True)
    outcome = models.CharField(max_length=7, choices=Outcome, default=Outcome.WAITING)
    organisation = models.ForeignKey(
        "members.Organisation", on_delete=models.CASCADE, null=True, related_name="+"
    )
    # The version of the organisation that the line was compared with.
    version = models.PositiveIntegerField(default=0)
    # By column what is there and what the line says instead, as content has values.
    changes = models.JSONField(default=dict)
    # Why it cannot be written, by language: a list of sentences for each.
    messages = models.JSONField(default=dict)
    # Whether an edit by its organisation was held beside it when it was checked.
    is_held = models.BooleanField(default=False)

    objects: ClassVar = models.Manager()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["imported", "number"], name="members_import_line_number_once"
            ),
            models.UniqueConstraint(
                fields=["imported", "organisation"], name="members_import_organisation_once"
            ),
        ]
        indexes = [
            models.Index(fields=["imported", "outcome", "number"], name="members_import_outcome")
        ]

    def __str__(self) -> str:
        return f"{self.number}. {self.name}"

    @property
    def tone(self) -> str:
        """The badge of its outcome: what needs somebody stands out."""
        tones = {
            self.Outcome.ERROR: "refused",
            self.Outcome.LEFT: "refused",
            self.Outcome.NEW: "draft",
            self.Outcome.CHANGED: "in_review",
        }
        return tones.get(self.Outcome(self.outcome), "published")

    @property
    def said(self) -> list[str]:
        """Why it cannot be written, for the reader."""
        found: Any = self.messages.get(i18n.current(), [])
        return found
