"""What changed in one language of a text since the other was written."""

import datetime
from collections.abc import Collection
from typing import NamedTuple

from portal import i18n
from portal.lifecycle import review
from portal.models import Published, Submission

# Further back in the history nobody looks for the day on which a text was left behind.
MOST_STEPS = 200


class Since(NamedTuple):
    """What the other language said when a text was last written, what it says now, and since when.

    `day` is None while the change is only held in a submission.
    """

    before: str
    after: str
    day: datetime.datetime | None


def since(
    columns: Collection[str], target: Published, submission: Submission | None
) -> dict[str, Since]:
    """For each of these columns, which are behind, what its twin said and says: one query, or none."""
    behind = [column for column in columns if column in target.outdated]
    steps = review.history(target).order_by("-at", "-pk").values_list("at", "diff")
    latest = list(steps[:MOST_STEPS]) if behind else []
    found: dict[str, Since] = {}
    for at, diff in reversed(latest):
        for column in behind:
            twin = i18n.twin(type(target), column) or ""
            if column in diff:
                found.pop(column, None)
            elif twin in diff:
                first = found.get(column)
                before = first.before if first else str(diff[twin][0] or "")
                found[column] = Since(before, str(diff[twin][1] or ""), at)
    if submission:
        for column in columns:
            twin = i18n.twin(type(target), column) or ""
            if twin in submission.values:
                before = found[column].before if column in found else submission.base.get(twin)
                found[column] = Since(str(before or ""), str(submission.values[twin] or ""), None)
    return found
