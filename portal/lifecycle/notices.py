"""Who is told what by mail, in their own language, once the transaction is committed."""

from collections.abc import Container, Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import ngettext

from portal import emails
from portal.lifecycle import kinds, permissions
from portal.models import HistoryEntry, Published, Status, Submission
from portal.rows import AgreedRow

Action = HistoryEntry.Action


# So many mails an hour may one person cause by sending and taking back; the queue has them all.
MOST_SENT = 20
# As many objects does one mail name.
MOST_NAMED = 20


def submitted(submission: Submission, message: str) -> None:
    """Tell the moderators who want to know at once, and may decide, that something waits."""
    sent = HistoryEntry.objects.filter(
        actor=submission.author,
        action=HistoryEntry.Action.SUBMITTED,
        at__gt=timezone.now() - timedelta(hours=1),
    )
    if sent.count() > MOST_SENT:
        return
    target = submission.target
    corrected = submission.history.filter(action=Action.CORRECTION).exists()
    for moderator in permissions.judges(submission).filter(review_mail="at_once"):
        emails.send_on_commit(
            "portal/mail/submitted",
            moderator,
            submission=submission,
            kind=kinds.of(submission),
            message=message,
            back_online=target is not None and not target.is_published,
            corrected=corrected,
        )


def decided(
    submission: Submission,
    action: HistoryEntry.Action,
    message: str,
    fields: Iterable[str] = (),
    *,
    back_online: bool = False,
) -> None:
    """Tell the author what became of their submission, or of the `fields` that are published now.

    What was published of it before, and what is not yet, is told apart.
    """
    kind = kinds.of(submission)
    published = action == Action.PUBLISHED
    parts = submission.history.filter(action=Action.PUBLISHED).count()
    done = set(fields)
    held = () if submission.status == Status.PUBLISHED else submission.values

    def labels(names: Container[str]) -> list[str]:
        """In the order of the form; for the template to call, and so in the person's language."""
        return [kind.content.label(name) for name in kind.content.names if name in names]

    for person in _concerned(submission):
        emails.send_on_commit(
            "portal/mail/decided",
            person,
            submission=submission,
            kind=kind,
            action=action.value,
            message=message,
            published=lambda: labels(done),
            rest=lambda: labels(held),
            partly=published and submission.is_open,
            earlier=parts > published,
            back_online=back_online,
            is_owner=published and kind.may_have_no_organisation and submission.is_new,
        )


def _concerned(submission: Submission) -> Iterable[Any]:
    """The author; of one who has left, the others who write for the organisation."""
    if submission.author and permissions.can_continue(submission.author, submission):
        return [submission.author]
    return submission.organisation.editors() if submission.organisation else []


def withdrawn(
    target: Published, by: Any, message: str, *, given_back: bool, along: Sequence[Published] = ()
) -> None:
    """Tell the other editors of an object that it is no longer public, and what went `along` with it.

    And that an edit of any of it is a draft again.
    """
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
                # Moderators act for the team, and are not named.
                colleague=by if by.edits(target.keeper) else None,
                given_back=given_back,
                along=along[:MOST_NAMED],
                more=len(along[MOST_NAMED:]),
            )


def went_along(count: int) -> str:
    """What whoever withdrew an organisation is told of the pages that went with it."""
    text = ngettext(
        "%(n)d page that would have named nobody is withdrawn with it.",
        "%(n)d pages that would have named nobody are withdrawn with it.",
        count,
    )
    return text % {"n": count}


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


def agreement_answered(row: AgreedRow, by: Any, *, recalled: bool = False) -> None:
    """Tell whoever named an organisation what it answered, or that it `recalled` its yes."""
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
                recalled=recalled,
            )
