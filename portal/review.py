"""The verbs of the life cycle. Page, admin, API, command and import all call these, and only these.

draft → in review → published, with: in review → to correct → in review; in review → refused;
in review → draft when its author takes it back; published → withdrawn.

Each verb opens one transaction and locks what it changes, the object before its submission; checks
who is acting and from which state; writes; records who did what, when and why; and leaves mail to be
sent after the commit. What cannot be done is a `ReviewError` whose message is fit for the screen.

Whoever saves or decides gives the `token` of what they were looking at. If submission or object has
moved since, they are told (`Stale`) and nothing is written.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal import agreements, i18n, kinds, notices, permissions, search, storage
from portal.content import Values
from portal.errors import (
    Incomplete,
    MessageRequired,
    NotAllowed,
    NothingToSubmit,
    OwnOrganisation,
    Stale,
    WrongState,
)
from portal.kinds import Kind
from portal.models import (
    HistoryEntry,
    Published,
    Status,
    Submission,
)

Action = HistoryEntry.Action


# --- What is on the table ---------------------------------------------------------------------------


def token(submission: Submission | None, target: Published | None) -> str:
    """What a form carries to say which versions it shows."""
    return f"{submission.version if submission else 0}.{target.version if target else 0}"


def open_submission(target: Published) -> Submission | None:
    """The one edit held beside `target`, if there is one."""
    return Submission.objects.of(target).open().first()


def proposed(submission: Submission) -> Values:
    """The whole content as it would be: what is live, with what is held put over it."""
    kind = kinds.of(submission)
    live = kind.content.read(submission.target) if submission.target else kind.content.blank
    return live | submission.values


def conflicts(submission: Submission, live: Values | None = None) -> list[str]:
    """The columns held here which somebody else has changed live since, to something different."""
    if submission.target is None:
        return []
    live = live or kinds.of(submission).content.read(submission.target)
    return [
        name
        for name, value in submission.values.items()
        if name in live and live[name] not in (submission.base.get(name), value)
    ]


# --- The author's verbs -----------------------------------------------------------------------------


@transaction.atomic
def save(
    kind: Kind,
    values: Values,
    *,
    by: Any,
    organisation: Any = None,
    target: Published | None = None,
    submission: Submission | None = None,
    expected: str | None = None,
) -> Submission:
    """Hold `values` as a draft, new or continued; nothing public changes.

    Of an object that is live only what differs from it is kept, with the live values beside it.
    Raises Stale if somebody saved or published meanwhile, WrongState if it is being reviewed.
    """
    target = _locked(target)
    if target is not None:
        organisation = target.keeper
        submission = submission or open_submission(target)
    submission = _locked(submission)
    if submission is not None:
        organisation = submission.organisation
    if not permissions.can_write(by, kind, organisation, submission):
        raise NotAllowed
    if expected is not None and expected != token(submission, target):
        raise Stale
    if submission is not None and not submission.is_writable:
        raise WrongState
    begun = submission is None
    submission = submission or Submission(
        kind=kind.content_type,
        target_id=target.pk if target else None,
        organisation=organisation,
        author=by,
    )
    live = kind.content.read(target) if target else kind.content.blank
    submission.values = {n: values[n] for n in kind.content.names if n in values and values[n] != live[n]}
    submission.base = {n: live[n] for n in submission.values} if target else {}
    submission.author = by
    _store(submission, begun)
    if begun:
        _record(Action.STARTED, by, submission=submission)
    return submission


@transaction.atomic
def submit(
    submission: Submission, *, by: Any, message: str = "", expected: str | None = None
) -> Submission:
    """Send a draft to the moderators, or publish it at once where its organisation is trusted.

    Raises Incomplete if it would not make a valid object, NothingToSubmit if it changes nothing.
    """
    submission, target = _both_locked(submission, expected)
    if not permissions.can_continue(by, submission):
        raise NotAllowed
    if not submission.is_writable:
        raise WrongState
    if not submission.values and (target is None or target.is_published):
        raise NothingToSubmit
    check(submission)
    submission.status, submission.submitted_at = Status.IN_REVIEW, timezone.now()
    submission.author = by
    _store(submission)
    _record(Action.SUBMITTED, by, submission=submission, message=message)
    trusted = submission.organisation and submission.organisation.is_trusted_for(
        kinds.of(submission).code
    )
    if trusted and not conflicts(submission):
        _publish(submission, target, list(submission.values), by, Action.TRUSTED, "")
    else:
        notices.submitted(submission)
    return submission


@transaction.atomic
def take_back(submission: Submission, *, by: Any, expected: str | None = None) -> Submission:
    """Return a submission that waits to its author's drafts."""
    submission, _target = _both_locked(submission, expected)
    if not permissions.can_continue(by, submission):
        raise NotAllowed
    return _move(submission, Status.DRAFT, Action.TAKEN_BACK, by, before=(Status.IN_REVIEW,))


@transaction.atomic
def discard(submission: Submission, *, by: Any, expected: str | None = None) -> Submission:
    """Abandon a draft or what was to be corrected; its text stays readable in the history."""
    submission, _target = _both_locked(submission, expected)
    if not permissions.can_continue(by, submission):
        raise NotAllowed
    return _move(
        submission,
        Status.WITHDRAWN,
        Action.DISCARDED,
        by,
        before=(Status.DRAFT, Status.TO_CORRECT),
    )


# --- The moderators' verbs --------------------------------------------------------------------------


@transaction.atomic
def assign(submission: Submission, *, to: Any, by: Any) -> Submission:
    """Say which moderator looks after a submission that waits; None gives it back to all."""
    submission, _target = _both_locked(submission, None)
    _require_judge(submission, by)
    if to is not None and not permissions.can_judge(to, submission):
        raise OwnOrganisation
    submission.assigned_to = to
    submission.save(update_fields=["assigned_to", "updated_at"])
    _record(Action.ASSIGNED, by, submission=submission, message=str(to) if to else "")
    return submission


@transaction.atomic
def publish(
    submission: Submission,
    *,
    by: Any,
    fields: Iterable[str] | None = None,
    message: str = "",
    expected: str | None = None,
) -> Submission:
    """Make a submission public: all of it, or of an edit some `fields`.

    Without `fields`, columns that somebody else changed live meanwhile stay held and are shown as
    conflicts. What is not published stays in review. Raises Incomplete if the object has become
    impossible, WrongState if it was decided, Stale if it moved since `expected`.
    """
    submission, target = _both_locked(submission, expected)
    _require_judge(submission, by)
    if target is None:
        chosen = list(submission.values)
    elif fields is None:
        held_up = conflicts(submission)
        chosen = [name for name in submission.values if name not in held_up]
        if held_up and not chosen:
            raise Stale
    else:
        wanted = set(fields)
        chosen = [name for name in submission.values if name in wanted]
        if submission.values and not chosen:
            raise NothingToSubmit
    _publish(submission, target, chosen, by, Action.PUBLISHED, message)
    notices.decided(submission, Action.PUBLISHED, message, chosen)
    return submission


@transaction.atomic
def ask_correction(
    submission: Submission, *, by: Any, message: str, expected: str | None = None
) -> Submission:
    """Give a submission back to its author with what to change."""
    return _answer(submission, Status.TO_CORRECT, Action.CORRECTION, by, message, expected)


@transaction.atomic
def refuse(
    submission: Submission, *, by: Any, message: str, expected: str | None = None
) -> Submission:
    """End a submission with a reason; what is live stays as it is."""
    return _answer(submission, Status.REFUSED, Action.REFUSED, by, message, expected)


# --- What is public ---------------------------------------------------------------------------------


@transaction.atomic
def withdraw(
    target: Published, *, by: Any, message: str, expected_version: int | None = None
) -> Published:
    """Take a published object off every public page. An edit under review goes back to its author."""
    target = _locked(target)
    if not permissions.can_withdraw(by, target):
        raise NotAllowed
    if expected_version is not None and expected_version != target.version:
        raise Stale
    if not target.is_published:
        raise WrongState
    if not message.strip():
        raise MessageRequired
    submission = _locked(open_submission(target))
    if submission is not None and submission.status == Status.IN_REVIEW:
        _move(submission, Status.DRAFT, Action.TAKEN_BACK, by, before=(Status.IN_REVIEW,))
    target.status, target.withdrawn_at = Status.WITHDRAWN, timezone.now()
    target.version += 1
    target.save(update_fields=["status", "withdrawn_at", "version", "updated_at"])
    _made_private(target)
    _record(Action.WITHDRAWN, by, target=target, message=message)
    notices.withdrawn(target, by, message)
    return target


@transaction.atomic
def republish(target: Published, *, by: Any, message: str = "") -> Published:
    """Put a withdrawn object back on the public pages as it was; for staff, editors submit it again."""
    target = _locked(target)
    if not permissions.can_edit_directly(by, target):
        raise NotAllowed
    if target.is_published:
        raise WrongState
    content = kinds.of(target).content.read(target)
    target.status, target.withdrawn_at = Status.PUBLISHED, None
    _wrote(target, content, content, Action.PUBLISHED, by, message=message)
    return target


@contextmanager
def direct_edit(target: Published, *, by: Any, message: str = "") -> Iterator[None]:
    """Around a change that staff make to a live object themselves: public at once, and logged the same.

    Whatever the block writes to the object and its rows is compared with what was there before.
    """
    kind = kinds.of(target)
    if not permissions.can_edit_directly(by, target):
        raise NotAllowed
    with transaction.atomic():
        before = kind.content.read(_locked(target)) if target.pk else kind.content.blank
        created = target.pk is None
        yield
        after = kind.content.read(type(target)._default_manager.get(pk=target.pk))
        if created or before != after:
            action = Action.PUBLISHED if created else Action.EDITED
            _wrote(target, before, after, action, by, message=message)


@transaction.atomic
def restore(target: Published, entry: HistoryEntry, *, by: Any) -> Submission | None:
    """Bring back the content as it was right after `entry`.

    Staff change the live object and nothing is returned; an editor gets it as a draft to submit.
    """
    target = _locked(target)
    kind = kinds.of(target)
    values = content_after(target, entry)
    if not permissions.can_edit_directly(by, target):
        return save(kind, values, by=by, target=target)
    before = kind.content.read(target)
    _write(target, kind, {n: v for n, v in values.items() if v != before[n]})
    _wrote(target, before, kind.content.read(target), Action.RESTORED, by, message=f"{entry.at:%Y-%m-%d %H:%M}")
    return None


def content_after(target: Published, entry: HistoryEntry) -> Values:
    """The content right after `entry`: today's, with every later step undone."""
    content = kinds.of(target).content
    values = content.read(target)
    for step in history(target).filter(pk__gt=entry.pk).order_by("-pk"):
        values |= {n: before for n, (before, _after) in step.diff.items() if n in values}
    return values


def history(target: Published) -> Any:
    """The steps in the life of `target`, the newest first."""
    return HistoryEntry.objects.filter(
        target_type=kinds.of(target).content_type, target_id=target.pk
    ).select_related("actor")


# --- Validity and preview ---------------------------------------------------------------------------


def check(submission: Submission) -> None:
    """Raise Incomplete unless the content would make a valid object; writes nothing that stays."""
    as_published(submission, lambda obj: None)


def as_published(submission: Submission, look: Callable[[Any], Any]) -> Any:
    """What `look` returns for the object as it would be once published.

    The object is written for real, with its rows and under every constraint, in a transaction that
    is then rolled back: the preview is the page itself, and a draft that passes can be published.
    """
    with transaction.atomic():
        # A copy of its own: what is rolled back in the database must not stay on the caller's object.
        kind = kinds.of(submission)
        target = kind.model._default_manager.filter(pk=submission.target_id).first() or _new(submission)
        try:
            _write(target, kind, submission.values)
            target.status, target.withdrawn_at = Status.PUBLISHED, None
            target.save()
            agreements.give_own(target, submission.organisation, submission.author)
            result = look(target)
        finally:
            transaction.set_rollback(True)
    return result


# --- Mechanics --------------------------------------------------------------------------------------


def _locked(obj: Any) -> Any:
    """The same row as the database has it now, locked until the end of the transaction."""
    if obj is None or obj.pk is None:
        return obj
    return type(obj)._default_manager.select_for_update(of=("self",)).get(pk=obj.pk)


def _both_locked(
    submission: Submission, expected: str | None
) -> tuple[Submission, Published | None]:
    """Submission and object, locked in the one order everybody uses; Stale if either has moved."""
    target = _locked(submission.target)
    submission = _locked(submission)
    if target is not None:
        submission.target = target
    if expected is not None and expected != token(submission, target):
        raise (Stale if submission.is_open else WrongState)
    return submission, target


def _require_judge(submission: Submission, by: Any) -> None:
    if not permissions.is_moderator(by):
        raise NotAllowed
    if not permissions.can_judge(by, submission):
        raise OwnOrganisation
    if submission.status != Status.IN_REVIEW:
        raise WrongState


def _store(submission: Submission, begun: bool = False) -> None:
    """Save a submission as its next version. Two that begin at once meet the database's constraint."""
    if not begun:
        submission.version += 1
    try:
        with transaction.atomic():
            submission.save()
    except IntegrityError as error:
        raise Stale from error


def _move(
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
    _store(submission)
    _record(action, by, submission=submission, message=message)
    return submission


def _answer(
    submission: Submission,
    status: Status,
    action: HistoryEntry.Action,
    by: Any,
    message: str,
    expected: str | None,
) -> Submission:
    submission, _target = _both_locked(submission, expected)
    _require_judge(submission, by)
    if not message.strip():
        raise MessageRequired
    _move(submission, status, action, by, before=(Status.IN_REVIEW,), message=message)
    notices.decided(submission, action, message, [])
    return submission


def _new(submission: Submission) -> Published:
    """An object that a submission asks for, not saved yet."""
    model = kinds.of(submission).model
    named = {"organisation": submission.organisation} if hasattr(model, "organisation") else {}
    return model(**named)


def _write(target: Published, kind: Kind, values: Values) -> None:
    try:
        with transaction.atomic():
            kind.content.write(target, values)
    except ValidationError as error:
        raise Incomplete(error.message_dict) from error
    except IntegrityError as error:
        raise Incomplete({"__all__": [str(Stale.message)]}) from error


def _publish(
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
    live = target or _new(submission)
    _write(live, kind, {name: submission.values[name] for name in chosen})
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
    _store(submission)
    submission.history.update(target_id=live.pk)
    agreements.give_own(live, submission.organisation, submission.author)
    after = kind.content.read(live)
    _wrote(live, before, after, action, by, submission=submission, message=message)
    agreements.ask(live)
    kind.published(live, submission, by)


def _wrote(
    target: Published,
    before: Values,
    after: Values,
    action: HistoryEntry.Action,
    by: Any,
    *,
    submission: Submission | None = None,
    message: str = "",
) -> None:
    """Everything that follows from new public content: freshness, images, search, history."""
    kind = kinds.of(target)
    diff = {n: [before[n], after[n]] for n in kind.content.names if before[n] != after[n]}
    target.outdated = _outdated(target, diff)
    target.version += 1
    target.save(update_fields=["status", "withdrawn_at", "outdated", "version", "updated_at"])
    for name in kind.content.images:
        if name in diff and diff[name][0]:
            storage.hide_on_commit(diff[name][0])
        if after[name] and target.is_published:
            storage.show_on_commit(after[name])
    search.index(target)
    _record(action, by, target=target, submission=submission, message=message, diff=diff)


def _made_private(target: Published) -> None:
    """Everything that follows from an object no longer being public."""
    for name in kinds.of(target).content.images:
        if image := getattr(target, name).name:
            storage.hide_on_commit(image)
    search.remove(target)


def _outdated(target: Published, diff: Values) -> list[str]:
    """The columns that were not rewritten when their twin was, unless the twin only caught up."""
    behind = set(target.outdated)
    outdated = behind - set(diff)
    for column, (before, _after) in diff.items():
        twin = i18n.twin(type(target), column)
        caught_up = column in behind
        if twin and twin not in diff and before and getattr(target, twin) and not caught_up:
            outdated.add(twin)
    return sorted(outdated)


def _record(
    action: HistoryEntry.Action,
    by: Any,
    *,
    submission: Submission | None = None,
    target: Published | None = None,
    message: str = "",
    diff: Values | None = None,
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
    )
