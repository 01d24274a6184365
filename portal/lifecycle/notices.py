"""Who is told what by mail, in their own language, once the transaction is committed."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model

from portal import emails
from portal.lifecycle import kinds, permissions
from portal.models import AgreedRow, HistoryEntry, Published, Submission


def submitted(submission: Submission) -> None:
    """Tell the moderators who want to know at once, and may decide, that something waits."""
    moderators = get_user_model()._default_manager.moderators().filter(review_mail="at_once")
    for moderator in moderators:
        if moderator.pk != submission.author_id and not (
            submission.organisation and moderator.edits(submission.organisation)
        ):
            emails.send_on_commit(
                "portal/mail/submitted",
                moderator,
                submission=submission,
                kind=kinds.of(submission),
            )


def decided(
    submission: Submission, action: HistoryEntry.Action, message: str, fields: list[str]
) -> None:
    """Tell the author what became of their submission."""
    kind = kinds.of(submission)
    for person in _concerned(submission):
        emails.send_on_commit(
            "portal/mail/decided",
            person,
            submission=submission,
            kind=kind,
            action=action.value,
            message=message,
            # Called by the template, and so in the language of the person.
            published=lambda: [kind.content.label(name) for name in fields],
            partly=action == HistoryEntry.Action.PUBLISHED and submission.is_open,
        )


def _concerned(submission: Submission) -> Iterable[Any]:
    """The author; of one who has left, the others who write for the organisation."""
    if submission.author and permissions.can_continue(submission.author, submission):
        return [submission.author]
    return submission.organisation.editors() if submission.organisation else []


def withdrawn(target: Published, by: Any, message: str) -> None:
    """Tell the other editors of an object that it is no longer public."""
    if target.keeper is None:
        return
    for editor in target.keeper.editors():
        if editor.pk != by.pk:
            emails.send_on_commit(
                "portal/mail/withdrawn",
                editor,
                object=target,
                kind=kinds.of(target),
                message=message,
            )


def agreement_asked(row: AgreedRow) -> None:
    """Ask the editors of an organisation whether it agrees to be named."""
    for editor in row.organisation.editors():
        emails.send_on_commit(
            "portal/mail/agreement_asked",
            editor,
            row=row,
            object=row.owner,
            kind=kinds.of(row.owner),
        )


def agreement_answered(row: AgreedRow, by: Any) -> None:
    """Tell the editors of whoever named an organisation what it answered."""
    if row.owner.keeper is None:
        return
    for editor in row.owner.keeper.editors():
        if editor.pk != by.pk:
            emails.send_on_commit(
                "portal/mail/agreement_answered",
                editor,
                row=row,
                object=row.owner,
                agreed=row.agreed_at is not None,
            )
