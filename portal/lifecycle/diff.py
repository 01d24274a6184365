"""What an edit changes: live beside proposed, field by field and word by word.

`rows` are what `templates/includes/_diff.html` prints. The words of two texts are compared here and
marked by the tag `word_diff`.
"""

import difflib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Literal

from django.utils.translation import gettext as _

from portal import i18n
from portal.lifecycle import kinds, review
from portal.lifecycle.content import Content, Values
from portal.models import Submission

Row = dict[str, Any]
# Where an image can be seen: for its column and for "live" or "proposed".
ImageURL = Callable[[str, str], str]
Step = tuple[Literal["same", "change"], str, str]

# So many pairs of equal pieces are compared at most: a hostile text must not hold up a moderator.
MOST_PAIRS = 50_000
# A point with a letter or a figure after it, as in an address or in 12.50, ends no sentence.
SENTENCE = re.compile(r"(?:[^\n.!?]|\.(?=\w))*+[\n.!?]+|(?:[^\n.!?]|\.(?=\w))+")
# A figure is one word, with the spaces, points and commas in it.
WORD = re.compile(r"\d+(?:[\u00a0.,]\d+)+|\w+|[^\w\s]|\s+")


# --- Words -----------------------------------------------------------------------------------------


def words(before: str, after: str) -> list[Step]:
    """The steps from one text to the other: what stays, and what is replaced by what.

    Sentences are compared first, then the words of those that differ.
    """
    steps: list[Step] = []
    for kind, old, new in _steps(SENTENCE, before, after):
        steps += _steps(WORD, old, new) if kind == "change" and old and new else [(kind, old, new)]
    return steps


def _steps(pattern: re.Pattern[str], before: str, after: str) -> list[Step]:
    old, new = pattern.findall(before), pattern.findall(after)
    counts = Counter(new)
    pairs = sum(n * counts[piece] for piece, n in Counter(old).items() if not piece.isspace())
    if pairs > MOST_PAIRS:
        return [("change", before, after)]
    matcher = difflib.SequenceMatcher(lambda piece: piece.isspace(), old, new, autojunk=False)
    return [
        ("same" if kind == "equal" else "change", "".join(old[a:b]), "".join(new[c:d]))
        for kind, a, b, c, d in matcher.get_opcodes()
    ]


# --- Fields ----------------------------------------------------------------------------------------


def of_submission(submission: Submission, image_url: ImageURL) -> list[Row]:
    """Every field of a submission: what is live, what is proposed, and how the two stand.

    A row's `state` is "changed", "conflict" (somebody else changed it live meanwhile: `base` is what
    it was before), "outdated" (not touched, but its other language was) or "unchanged". Of what was
    decided, what it was compared with when it was written stands for what was live.
    """
    content = kinds.of(submission).content
    target = submission.target if submission.is_open else None
    live = content.read(target) if target else content.blank | submission.base
    rows = between(content, live, live | submission.values, image_url)
    for row in rows:
        # A text that only catches up with its other language leaves nothing behind.
        if row["state"] == "outdated" and i18n.twin(content.model, row["name"]) in _behind(target):
            row["state"] = "unchanged"
    held_up = review.conflicts(submission, live) if target else []
    for row in rows:
        name = row["name"]
        if name in held_up:
            base = content.display(name, submission.base.get(name), live | submission.base)
            row |= {"state": "conflict", "base": base}
        elif name in submission.values and row["state"] == "unchanged" and submission.is_open:
            # Somebody published the same meanwhile: nothing is left to compare, but it is part of it.
            row["state"] = "changed"
    return rows


def _behind(target: Any) -> list[str]:
    """The texts of a live object whose other language was rewritten after them."""
    return target.outdated if target is not None else []


def between(content: Content, before: Values, after: Values, image_url: ImageURL) -> list[Row]:
    """Every field of two versions of the same content, in the order a person reads it."""
    return [_row(content, name, before, after, image_url) for name in content.names]


def of_steps(content: Content, diff: Values, image_url: ImageURL) -> list[Row]:
    """What one step of the history changed; a field that exists no more is shown as it was stored."""
    known = [name for name in content.names if name in diff]
    before = {name: diff[name][0] for name in known}
    after = {name: diff[name][1] for name in known}
    rows = [_row(content, name, before, after, image_url) for name in known]
    strangers = [name for name in diff if name not in content.names]
    return rows + [
        {
            "name": n,
            "label": n,
            "live": str(diff[n][0]),
            "proposed": str(diff[n][1]),
            "state": "changed",
        }
        for n in strangers
    ]


def _row(content: Content, name: str, before: Values, after: Values, image_url: ImageURL) -> Row:
    row: Row = {
        "name": name,
        "label": content.label(name),
        "live": content.display(name, before[name], before),
        "proposed": content.display(name, after[name], after),
        "state": _state(content, name, before, after),
    }
    if name in content.images:
        for side, values in (("live", before), ("proposed", after)):
            row[f"{side}_image"] = _image(content, name, side, values, image_url)
            row[side] = _("An image") if values[name] else ""
    return row


def _state(content: Content, name: str, before: Values, after: Values) -> str:
    if before[name] != after[name]:
        return "changed"
    twin = i18n.twin(content.model, name)
    rewritten = twin in before and before[twin] and after[twin] and before[twin] != after[twin]
    if rewritten and after[name]:
        return "outdated"
    return "unchanged"


def _image(
    content: Content, name: str, side: str, values: Values, image_url: ImageURL
) -> dict[str, Any] | None:
    """Where an image can be seen, and its descriptions by the columns that hold them, if they do."""
    if not values[name]:
        return None
    texts = {column: values.get(column) for column in i18n.columns(content.model, f"{name}_alt")}
    return {"url": image_url(name, side), "alt": {c: text for c, text in texts.items() if text}}


# --- What it is about ------------------------------------------------------------------------------


def languages(submission: Submission) -> list[str]:
    """The languages in which a submission says something, rows included."""
    written = set(_written(submission.values.items()))
    return [language for language in i18n.LANGUAGES if language in written]


def _written(items: Iterable[tuple[str, Any]]) -> Iterator[str]:
    for name, value in items:
        if isinstance(value, list):
            for row in value:
                if isinstance(row, dict):
                    yield from _written(row.items())
        elif value and name[-3:] in ("_fr", "_en"):
            yield name[-2:]
