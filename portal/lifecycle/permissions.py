"""Who may do what in the life cycle. The user model answers for seats: `user.edits(organisation)`."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from portal.models import Published, Submission


def can_write(user: Any, kind: Any, organisation: Any, submission: Submission | None) -> bool:
    """Whether `user` may begin or continue a submission of this kind for an organisation.

    Anybody signed in may propose an organisation that is not listed yet; everything else is written
    for an organisation the user has a seat in. What no organisation keeps, only staff change.
    """
    if submission is not None:
        return can_continue(user, submission)
    if organisation is None:
        return user.is_active and kind.may_have_no_organisation
    return user.is_active and user.edits(organisation)


def can_continue(user: Any, submission: Submission) -> bool:
    """Whether `user` may write, send or take back this submission.

    One of no organisation asks for one to come, and is its author's; an edit of what only staff keep by
    now is nobody's.
    """
    if not user.is_active:
        return False
    if submission.organisation is None:
        return submission.is_creation and submission.author_id == user.pk
    return user.edits(submission.organisation)


def may_skip_review(organisation: Any, kind: Any, target: Published | None) -> bool:
    """Whether what `organisation` sends of this kind is published without waiting.

    Trust ends where something was withdrawn: neither a withdrawn organisation nor a withdrawn object
    comes back without a moderator.
    """
    if organisation is None or not organisation.is_published:
        return False
    if target is not None and not target.is_published:
        return False
    return organisation.is_trusted_for(kind.code)


def is_moderator(user: Any) -> bool:
    """Whether `user` decides on submissions at all."""
    return user.is_active and user.has_perm("portal.decide_submission")


def can_judge(user: Any, submission: Submission) -> bool:
    """Whether `user` may decide on this submission: nobody judges their own organisation or text."""
    if not is_moderator(user) or submission.author_id == user.pk:
        return False
    return submission.organisation is None or not user.edits(submission.organisation)


def judges(submission: Submission) -> QuerySet:
    """All of whom `can_judge` is true of this submission."""
    moderators = get_user_model()._default_manager.moderators().exclude(pk=submission.author_id)
    if submission.organisation_id is not None:
        moderators = moderators.exclude(seats__organisation=submission.organisation_id)
    return moderators


def can_edit_directly(user: Any, target: Published) -> bool:
    """Whether `user` may change a live object themselves, without review."""
    return user.is_active and user.has_perm(
        f"{target._meta.app_label}.change_{target._meta.model_name}"
    )


def can_withdraw(user: Any, target: Published) -> bool:
    """Whether `user` may take an object off the public pages: its editors, and moderators."""
    if is_moderator(user):
        return True
    return user.is_active and target.keeper is not None and user.edits(target.keeper)
