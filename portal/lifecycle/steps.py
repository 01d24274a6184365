"""What every step of the life cycle is made of: lock, guard, write, and note who did what.

Only `portal/lifecycle/review.py` calls these, inside the one transaction that each of its verbs opens.
"""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from portal import cards, i18n, search
from portal.lifecycle import agreements, kinds, notices, permissions, publication
from portal.lifecycle.content import Values
from portal.lifecycle.errors import (
    Incomplete,
    MessageRequired,
    NotAllowed,
    OwnOrganisation,
    Stale,
    WrongState,
)
from portal.lifecycle.kinds import Kind
from portal.lifecycle.locking import first_come, locked
from portal.models import HistoryEntry, Published, Status, Submission

Action = HistoryEntry.Action


def token(submission: Submission | None, target: Published | None) -> str:
    """What a form carries to say which versions it shows."""
    return f"{submission.version if submission else 0}.{target.version if target else 0}"


def both_locked(
    submission: Submission, expected: str | None
) -> tuple[Submission, Published | None]:
    """Submission and object, locked in the one order everybody uses; Stale if either has moved."""
    target = locked(submission.target)
    submission = locked(submission)
    if target is not None:
        submission.target = target
    if expected is not None and expected != token(submission, target):
        raise (Stale if submission.is_open else WrongState)
    return submission, target


def touched(kind: Kind, values: Values, live: Values) -> Values:
    """Those of `values` that differ from what is live."""
    return {n: values[n] for n in kind.content.names if n in values and values[n] != live[n]}


def require_judge(submission: Submission, by: Any) -> None:
    if not permissions.is_moderator(by):
        raise NotAllowed
    if not permissions.can_judge(by, submission):
        raise OwnOrganisation
    if submission.status != Status.IN_REVIEW:
        raise WrongState


def store(submission: Submission, begun: bool = False) -> None:
    """Save a submission as its next version. Two that begin at once meet the database's constraint."""
    if not begun:
        submission.version += 1
    with first_come():
        submission.save()


def move(
    submission: Submission,
    status: Status,
    action: HistoryEntry.Action,
    by: Any,
    *,
    before: tuple[Status, ...],
    message: str = "",
) -> Submission:
    if submission.status not in before:
        raise WrongState
    submission.status = status
    if status in (Status.REFUSED, Status.WITHDRAWN):
        submission.decided_at = timezone.now()
    store(submission)
    record(action, by, submission=submission, message=message)
    return submission


def give_back(submission: Submission, by: Any) -> Submission:
    """Make what waits a draft again: what is written from now on was never sent, whatever happens."""
    submission.submitted_at = None
    return move(submission, Status.DRAFT, Action.TAKEN_BACK, by, before=(Status.IN_REVIEW,))


def answer(
    submission: Submission,
    status: Status,
    action: HistoryEntry.Action,
    by: Any,
    message: str,
    expected: str | None,
) -> Submission:
    submission, _target = both_locked(submission, expected)
    require_judge(submission, by)
    if not message.strip():
        raise MessageRequired
    move(submission, status, action, by, before=(Status.IN_REVIEW,), message=message)
    notices.decided(submission, action, message)
    return submission


def new(submission: Submission) -> Published:
    """An object that a submission asks for, not saved yet."""
    model = kinds.of(submission).model
    named = {"organisation": submission.organisation} if hasattr(model, "organisation") else {}
    return model(**named)


def write(target: Published, kind: Kind, values: Values) -> None:
    try:
        with first_come():
            kind.content.write(target, values)
    except ValidationError as error:
        raise Incomplete(error.message_dict) from error
    except Stale as error:
        raise Incomplete({"__all__": [str(error)]}) from error


def publish(
    submission: Submission,
    target: Published | None,
    chosen: list[str],
    by: Any,
    action: HistoryEntry.Action,
    message: str,
) -> None:
    """Write the chosen columns to the object, and leave the submission with the rest."""
    kind = kinds.of(submission)
    before = kind.content.read(target) if target else kind.content.blank
    back_online = target is not None and not target.is_published
    live = target or new(submission)
    write(live, kind, {name: submission.values[name] for name in chosen})
    live.status, live.withdrawn_at = Status.PUBLISHED, None
    submission.target_id = live.pk
    submission.target = live
    # A submission that is published whole keeps its values: they say what its author sent.
    rest = {n: v for n, v in submission.values.items() if n not in chosen}
    if rest:
        submission.values = rest
        submission.base = {n: v for n, v in submission.base.items() if n in rest}
    else:
        submission.status, submission.decided_at = Status.PUBLISHED, timezone.now()
    store(submission)
    submission.history.update(target_id=live.pk)
    agreements.give_own(live, submission.organisation, submission.author)
    after = kind.content.read(live)
    wrote(
        live,
        before,
        after,
        action,
        by,
        submission=submission,
        message=message,
        back_online=back_online,
    )
    kind.published(live, submission, by)


def wrote(
    target: Published,
    before: Values,
    after: Values,
    action: HistoryEntry.Action,
    by: Any,
    *,
    submission: Submission | None = None,
    message: str = "",
    form_key: uuid.UUID | None = None,
    back_online: bool = False,
) -> None:
    """Everything that follows from new content: freshness, images, search, history, and questions.

    Of what is public, the organisations that are named and were not asked yet are asked. What names
    an organisation is found by its name, and so written anew with it.
    """
    kind = kinds.of(target)
    diff = {n: [before[n], after[n]] for n in kind.content.names if before[n] != after[n]}
    target.outdated = outdated(target, diff)
    target.version += 1
    target.save(update_fields=["status", "withdrawn_at", "outdated", "version", "updated_at"])
    publication.settle_on_commit(
        image for name in kind.content.images for image in (before[name], after[name])
    )
    cards.settle_on_commit(target)
    search.index(target)
    if back_online or "name" in diff:
        search.index_all(agreements.showing(target))
    record(
        action,
        by,
        target=target,
        submission=submission,
        message=message,
        diff=diff,
        form_key=form_key,
    )
    if target.is_published:
        agreements.ask(target)


def withdraw(target: Published, by: Any, message: str) -> bool:
    """Make a locked object private; returns whether an edit under review went back to its author."""
    submission = locked(Submission.objects.of(target).open().first())
    given_back = submission is not None and submission.status == Status.IN_REVIEW
    if given_back:
        give_back(submission, by)
    target.status, target.withdrawn_at = Status.WITHDRAWN, timezone.now()
    target.version += 1
    target.save(update_fields=["status", "withdrawn_at", "version", "updated_at"])
    made_private(target)
    record(Action.WITHDRAWN, by, target=target, message=message)
    return given_back


def made_private(target: Published) -> None:
    """Everything that follows from an object no longer being public."""
    publication.settle_on_commit(
        getattr(target, name).name for name in kinds.of(target).content.images
    )
    cards.settle_on_commit(target)
    search.remove(target)
    search.index_all(agreements.showing(target))


def outdated(target: Published, diff: Values) -> list[str]:
    """The columns that were not rewritten when their twin was, unless the twin only caught up.

    What is taken away in one language leaves nothing to follow in the other.
    """
    twins = {column: i18n.twin(type(target), column) for column in (*target.outdated, *diff)}
    outdated = {column for column in target.outdated if getattr(target, twins[column] or "", "")}
    outdated -= set(diff)
    for column, (before, after) in diff.items():
        twin, caught_up = twins[column], column in target.outdated
        rewritten = before and after and not caught_up
        if twin and twin not in diff and rewritten and getattr(target, twin):
            outdated.add(twin)
    return sorted(outdated)


def record(
    action: HistoryEntry.Action,
    by: Any,
    *,
    submission: Submission | None = None,
    target: Published | None = None,
    message: str = "",
    diff: Values | None = None,
    form_key: uuid.UUID | None = None,
) -> None:
    kind = kinds.of(target or submission)
    HistoryEntry.objects.create(
        target_type=kind.content_type,
        target_id=target.pk if target else submission.target_id if submission else None,
        submission=submission,
        action=action,
        actor=by,
        message=message.strip(),
        diff=diff or {},
        form_key=form_key,
    )
