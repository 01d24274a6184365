"""What became of a submission: which of its fields are public since when, and where the rest stands.

A submission keeps only what is still to be decided; what was published of it before stands in the
history, a step for each decision.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from portal.display import date_time
from portal.lifecycle import diff, kinds
from portal.models import HistoryEntry, Status, Submission

# What is said of the fields that are not published, by the status of their submission.
REST = {
    Status.DRAFT: gettext_lazy("In the draft, not sent"),
    Status.IN_REVIEW: gettext_lazy("Still under review"),
    Status.TO_CORRECT: pgettext_lazy("fields of a request", "To correct"),
    Status.REFUSED: pgettext_lazy("fields of a request", "Not accepted"),
    Status.WITHDRAWN: pgettext_lazy("fields of a request", "Abandoned"),
}


class Part(NamedTuple):
    """Fields of a submission that met the same fate, which `heading` says; `step` published them."""

    heading: str
    rows: list[diff.Row]
    step: HistoryEntry | None = None

    @property
    def labels(self) -> list[str]:
        """What a person calls these fields."""
        return [row["label"] for row in self.rows]


def parts(
    submission: Submission,
    history: Iterable[HistoryEntry],
    held: list[diff.Row],
    image_url: Callable[[HistoryEntry], diff.ImageURL] = lambda step: lambda column, side: "",
) -> list[Part]:
    """The fields of a submission by what became of them, the rest last; none if all went together.

    `history` are its steps and `held` its rows (`diff.of_submission`); `image_url` says where the
    images of a step can be seen, if anywhere.
    """
    content = kinds.of(submission).content
    found = [
        Part(_published_on(step), diff.of_steps(content, step.diff, image_url(step)), step)
        for step in _published(history)
    ]
    if submission.status != Status.PUBLISHED and submission.values:
        rest = [row for row in held if row["name"] in submission.values]
        found.append(Part(str(REST[Status(submission.status)]), rest))
    return found if found[1:] else []


def _published(history: Iterable[HistoryEntry]) -> list[HistoryEntry]:
    """The steps that made fields public, the oldest first."""
    steps = [each for each in history if each.action in HistoryEntry.PUBLISHING]
    return sorted((each for each in steps if each.diff), key=lambda each: (each.at, each.pk))


def _published_on(step: HistoryEntry) -> str:
    return _("Published on %(date)s") % {"date": date_time(timezone.localtime(step.at))}
