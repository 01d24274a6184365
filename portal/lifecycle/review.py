"""The verbs of the life cycle. Page, admin, API, command and import all call these, and only these.

draft → in review → published, with: in review → to correct → in review; in review → refused;
in review → draft when its author takes it back; published → withdrawn.

Each verb opens one transaction and locks what it changes, the object before its submission; checks
who is acting and from which state; writes; records who did what, when and why; and leaves mail to be
sent after the commit. What cannot be done is a `ReviewError` whose message is fit for the screen.

Whoever saves or decides gives the `token` of what they were looking at. If submission or object has
moved since, they are told (`Stale`) and nothing is written.
"""

import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import timezone

from portal.lifecycle import agreements, kinds, notices, permissions, restoring, steps
from portal.lifecycle.content import Values
from portal.lifecycle.errors import (
    Incomplete,
    MessageRequired,
    NotAllowed,
    NothingToSubmit,
    OwnOrganisation,
    Stale,
    WrongState,
)
from portal.lifecycle.kinds import Kind
from portal.lifecycle.locking import first_come, locked
from portal.lifecycle.restoring import Former, Restored

# Callers know these as `review.token` and `review.require_judge`.
from portal.lifecycle.steps import require_judge as require_judge
from portal.lifecycle.steps import token as token
from portal.models import (
    HistoryEntry,
    Published,
    Status,
    Submission,
)

Action = HistoryEntry.Action


# --- What is on the table ---------------------------------------------------------------------------


def open_submission(target: Published) -> Submission | None:
    """The one edit held beside `target`, if there is one."""
    return Submission.objects.of(target).open().first()


def proposed(submission: Submission) -> Values:
    """The whole content as it would be: what is live, with what is held put over it."""
    content = kinds.of(submission).content
    live = content.read(submission.target) if submission.target else content.blank
    return live | content.fitting(submission.values)


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


def is_being_rewritten(submission: Submission) -> bool:
    """Whether its author has saved it since changes were asked: nobody was sent what it says now."""
    if submission.status != Status.TO_CORRECT:
        return False
    asked = submission.history.filter(action=Action.CORRECTION).first()
    return asked is not None and submission.updated_at > asked.at


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
    form_key: uuid.UUID | None = None,
) -> Submission:
    """Hold `values` as a draft, new or continued; nothing public changes.

    Of an object that is live only what differs from it is kept, with the live values beside it.
    Raises Stale if somebody saved or published meanwhile, or the form with this key has begun a
    submission already; WrongState if it is being reviewed.
    """
    target = locked(target)
    if target is not None:
        organisation = target.keeper
        submission = submission or open_submission(target)
    submission = locked(submission)
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
        form_key=form_key,
    )
    live = kind.content.read(target) if target else kind.content.blank
    submission.values = steps.touched(kind, values, live)
    submission.base = {n: live[n] for n in submission.values} if target else {}
    submission.author = by
    steps.store(submission, begun)
    if begun:
        steps.record(Action.STARTED, by, submission=submission)
    return submission


@transaction.atomic
def submit(
    submission: Submission, *, by: Any, message: str = "", expected: str | None = None
) -> Submission:
    """Send a draft to the moderators, or publish it at once where its organisation is trusted.

    Raises Incomplete if it would not make a valid object, NothingToSubmit if it changes nothing.
    """
    submission, target = steps.both_locked(submission, expected)
    if not permissions.can_continue(by, submission):
        raise NotAllowed
    if not submission.is_writable:
        raise WrongState
    if not submission.values and target is not None and target.is_published:
        raise NothingToSubmit
    check(submission)
    submission.status, submission.submitted_at = Status.IN_REVIEW, timezone.now()
    submission.author = by
    steps.store(submission)
    steps.record(Action.SUBMITTED, by, submission=submission, message=message)
    trusted = permissions.may_skip_review(submission.organisation, kinds.of(submission), target)
    if trusted and not conflicts(submission):
        steps.publish(submission, target, list(submission.values), by, Action.TRUSTED, "")
    else:
        notices.submitted(submission, message)
    return submission


@transaction.atomic
def take_back(submission: Submission, *, by: Any, expected: str | None = None) -> Submission:
    """Return a submission that waits to its author's drafts."""
    submission, _target = steps.both_locked(submission, expected)
    if not permissions.can_continue(by, submission):
        raise NotAllowed
    return steps.give_back(submission, by)


@transaction.atomic
def discard(submission: Submission, *, by: Any, expected: str | None = None) -> Submission:
    """Abandon a draft or what was to be corrected; its text stays readable in the history."""
    submission, _target = steps.both_locked(submission, expected)
    if not permissions.can_continue(by, submission):
        raise NotAllowed
    return steps.move(
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
    submission, _target = steps.both_locked(submission, None)
    require_judge(submission, by)
    if to is not None and not permissions.can_judge(to, submission):
        raise OwnOrganisation
    submission.assigned_to = to
    submission.save(update_fields=["assigned_to", "updated_at"])
    steps.record(Action.ASSIGNED, by, submission=submission, message=str(to) if to else "")
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
    submission, target = steps.both_locked(submission, expected)
    require_judge(submission, by)
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
    back_online = target is not None and not target.is_published
    steps.publish(submission, target, chosen, by, Action.PUBLISHED, message)
    notices.decided(submission, Action.PUBLISHED, message, chosen, back_online=back_online)
    return submission


@transaction.atomic
def ask_correction(
    submission: Submission, *, by: Any, message: str, expected: str | None = None
) -> Submission:
    """Give a submission back to its author with what to change."""
    return steps.answer(submission, Status.TO_CORRECT, Action.CORRECTION, by, message, expected)


@transaction.atomic
def refuse(
    submission: Submission, *, by: Any, message: str, expected: str | None = None
) -> Submission:
    """End a submission with a reason; what is live stays as it is."""
    return steps.answer(submission, Status.REFUSED, Action.REFUSED, by, message, expected)


# --- What is public ---------------------------------------------------------------------------------


@transaction.atomic
def withdraw(
    target: Published,
    *,
    by: Any,
    message: str,
    expected_version: int | None = None,
    along: bool = False,
) -> list[Published]:
    """Take a published object off every public page. An edit under review goes back to its author.

    What an organisation keeps and that shows nobody else (`left_alone`) would be a page of nobody: it is
    withdrawn `along`, if so asked, for the same reason and with one mail for all of it. What stays is
    listed to those who can mend it. Returns what went along.
    """
    target = locked(target)
    if not permissions.can_withdraw(by, target):
        raise NotAllowed
    if expected_version is not None and expected_version != target.version:
        raise Stale
    if not target.is_published:
        raise WrongState
    if not message.strip():
        raise MessageRequired
    with_it: list[Published] = []
    if along:
        # Locked before it is asked whom each shows: that holds then until we are done.
        list(agreements.showing(target))
        with_it = left_alone(target)
    given_back = [steps.withdraw(each, by, message) for each in (target, *with_it)]
    notices.withdrawn(target, by, message, given_back=any(given_back), along=with_it)
    return with_it


def left_alone(target: Published) -> list[Published]:
    """What `target`, an organisation, keeps in public that would show nobody without it."""
    return [each for each in agreements.showing_only(target) if each.keeper == target]


@transaction.atomic
def republish(target: Published, *, by: Any, message: str = "") -> Published:
    """Put a withdrawn object back on the public pages as it was; for staff, editors submit it again."""
    target = locked(target)
    if not permissions.can_edit_directly(by, target):
        raise NotAllowed
    if target.is_published:
        raise WrongState
    content = kinds.of(target).content.read(target)
    target.status, target.withdrawn_at = Status.PUBLISHED, None
    steps.wrote(target, content, content, Action.PUBLISHED, by, message=message, back_online=True)
    return target


@contextmanager
def direct_edit(
    target: Published, *, by: Any, message: str = "", form_key: uuid.UUID | None = None
) -> Iterator[None]:
    """Around a change that staff make to a live object: public at once, and logged the same.

    Whatever the block writes to the object and its rows is compared with what was there before; a
    message is a step of its own, for what is no content, such as an address. Raises Stale if the
    row has moved since `target` was read, if somebody took its address at this very moment, or if
    the form with this key has added an object already.
    """
    kind = kinds.of(target)
    if not permissions.can_edit_directly(by, target):
        raise NotAllowed
    created = target.pk is None
    with first_come():
        live = locked(target)
        if live.version != target.version:
            raise Stale
        before = kind.content.blank if created else kind.content.read(live)
        yield
        after = kind.content.read(type(target)._default_manager.get(pk=target.pk))
        if created or before != after or message:
            action = Action.PUBLISHED if created else Action.EDITED
            steps.wrote(target, before, after, action, by, message=message, form_key=form_key)
        # Who keeps the object now keeps what is held beside it, and answers for it.
        held = Submission.objects.of(target).open()
        held.exclude(organisation=target.keeper).update(organisation=target.keeper)


@transaction.atomic
def restore(
    target: Published, entry: HistoryEntry, *, by: Any, expected: str | None = None
) -> Restored:
    """Bring back the content as it was right after `entry`, but for what names something that is gone.

    Staff change the live object; an editor gets a draft to submit, in place of the draft there is.
    Returns the draft and what stayed behind. Raises Stale if what is replaced has moved since
    `expected`.
    """
    target = locked(target)
    kind = kinds.of(target)
    is_live = permissions.can_edit_directly(by, target)
    held = None if is_live else open_submission(target)
    if expected is not None and expected != token(held, target):
        raise Stale
    values, lost = restorable(target, entry, by=by)
    if not is_live:
        return Restored(save(kind, values, by=by, target=target), lost)
    before = kind.content.read(target)
    steps.write(target, kind, {n: v for n, v in values.items() if v != before[n]})
    steps.wrote(
        target,
        before,
        kind.content.read(target),
        Action.RESTORED,
        by,
        message=entry.at.isoformat(),
    )
    return Restored(None, lost)


def restorable(target: Published, entry: HistoryEntry, *, by: Any) -> Former:
    """What `restore` would bring back, and what would stay behind."""
    is_live = permissions.can_edit_directly(by, target)
    return restoring.possible(target, content_after(target, entry), is_live=is_live)


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


def withdrawal(target: Published | None) -> HistoryEntry | None:
    """The step that took `target` off the public pages, if it is off them: by whom, when and why."""
    if target is None or target.is_published:
        return None
    return history(target).filter(action=Action.WITHDRAWN).first()


# --- Validity and preview ---------------------------------------------------------------------------


def check(submission: Submission) -> None:
    """Raise Incomplete unless the content would make a valid object; writes nothing that stays."""
    as_published(submission, lambda obj: None)


def faults(
    kind: Kind,
    values: Values,
    *,
    by: Any,
    organisation: Any = None,
    target: Published | None = None,
) -> dict[str, list[str]]:
    """Everything that would keep `values` from being published, by column; writes nothing that stays."""
    live = kind.content.read(target) if target else kind.content.blank
    draft = Submission(
        kind=kind.content_type,
        target_id=target.pk if target else None,
        organisation=organisation,
        author=by,
        values=steps.touched(kind, values, live),
    )
    try:
        check(draft)
    except Incomplete as error:
        return error.errors
    return {}


def as_published(submission: Submission, look: Callable[[Any], Any]) -> Any:
    """What `look` returns for the object as it would be once published.

    The object is written for real, with its rows and under every constraint, in a transaction that
    is then rolled back: the preview is the page itself, and a draft that passes can be published.
    """
    with transaction.atomic():
        # A copy of its own: what is rolled back in the database must not stay on the caller's object.
        kind = kinds.of(submission)
        target = kind.model._default_manager.filter(pk=submission.target_id).first() or steps.new(
            submission
        )
        try:
            steps.write(target, kind, submission.values)
            target.status, target.withdrawn_at = Status.PUBLISHED, None
            target.save()
            agreements.give_own(target, submission.organisation, submission.author)
            result = look(target)
        finally:
            transaction.set_rollback(True)
    return result
