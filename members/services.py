"""The verbs of members: seats, invitations, and what follows when a profile is published."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Invitation, Organisation, Seat, User
from members.querysets import fold_address
from portal import emails, limits
from portal.errors import NotAllowed, ReviewError, WrongState
from portal.models import HistoryEntry, Submission


class LastOwner(ReviewError):
    """An organisation would be left without an owner."""

    message = _("An organisation keeps at least one owner: name another one first.")


class InvitationUnusable(ReviewError):
    """The invitation was used, withdrawn, has expired, or is for another address."""

    message = _(
        "This invitation can no longer be used: it has expired, was withdrawn, "
        "or was sent to another address. Ask for a new one."
    )


class AlreadySeated(ReviewError):
    """The person invited has a seat already."""

    message = _("This person already belongs to this organisation.")


# --- Profiles ---------------------------------------------------------------------------------------


def organisation_published(organisation: Organisation, submission: Submission, by: Any) -> None:
    """Give whoever proposed a new organisation its first seat; note that an edited profile was checked."""
    if submission.organisation_id is None and submission.author is not None:
        Seat.objects.get_or_create(
            user=submission.author,
            organisation=organisation,
            defaults={"role": Seat.Role.OWNER},
        )
        submission.organisation = organisation
        submission.save(update_fields=["organisation"])
    organisation.verified_on = timezone.localdate()
    organisation.save(update_fields=["verified_on"])


@transaction.atomic
def verify_organisation(organisation: Organisation, *, by: User) -> None:
    """Say that everything on a published profile still holds; the page shows the date."""
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if not by.is_active or not by.edits(organisation):
        raise NotAllowed
    if not organisation.is_published:
        raise WrongState
    organisation.verified_on = timezone.localdate()
    organisation.save(update_fields=["verified_on", "updated_at"])
    HistoryEntry.objects.create(
        target=organisation, action=HistoryEntry.Action.VERIFIED, actor=by
    )


# --- Seats ------------------------------------------------------------------------------------------


@transaction.atomic
def change_role(seat: Seat, *, role: str, by: User) -> Seat:
    """Make an editor an owner or the reverse. Raises LastOwner if none would be left."""
    seat = _locked_seat(seat, by)
    if seat.is_owner and role != Seat.Role.OWNER:
        _require_another_owner(seat)
    seat.role = role
    seat.save(update_fields=["role"])
    return seat


@transaction.atomic
def remove_seat(seat: Seat, *, by: User) -> None:
    """Take a person's seat away, or leave one's own. Invitations they sent there die with it.

    Their drafts stay with the organisation.
    """
    seat = _locked_seat(seat, by, may_be_own=True)
    if seat.is_owner:
        _require_another_owner(seat)
    Invitation.objects.pending().filter(
        organisation=seat.organisation, invited_by=seat.user
    ).update(revoked_at=timezone.now())
    Invitation.objects.pending().filter(
        organisation=seat.organisation, email__iexact=seat.user.email
    ).update(revoked_at=timezone.now())
    seat.delete()


def _locked_seat(seat: Seat, by: User, may_be_own: bool = False) -> Seat:
    """The seat, with its organisation's row locked so that two owners cannot leave at once."""
    Organisation.objects.select_for_update().get(pk=seat.organisation_id)
    current = Seat.objects.filter(pk=seat.pk).select_related("user", "organisation").first()
    if current is None:
        raise WrongState
    own = may_be_own and current.user_id == by.pk
    if not by.is_active or not (own or may_manage_seats(by, current.organisation)):
        raise NotAllowed
    return current


def may_manage_seats(user: User, organisation: Organisation) -> bool:
    """Owners decide who else belongs to their organisation; administrators help."""
    return user.is_active and (user.is_superuser or user.owns(organisation))


def _require_another_owner(seat: Seat) -> None:
    others = Seat.objects.filter(
        organisation=seat.organisation, role=Seat.Role.OWNER, user__is_active=True
    ).exclude(pk=seat.pk)
    if not others.exists():
        raise LastOwner


# --- Invitations ------------------------------------------------------------------------------------


def token_hash(token: str) -> str:
    """What is stored of an invitation's secret."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite(organisation: Organisation, *, email: str, role: str, language: str, by: User) -> Invitation:
    """Invite an address to a seat and mail it the link; an earlier invitation of it is replaced.

    Raises AlreadySeated if its account has a seat, TooOften above the daily limit.
    """
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    if not may_manage_seats(by, organisation):
        raise NotAllowed
    if organisation.seats.filter(user__folded_email=fold_address(email)).exists():
        raise AlreadySeated
    limits.require("invite", organisation.pk, settings.INVITATIONS_A_DAY, 24 * 3600)
    organisation.invitations.pending().filter(email__iexact=email).update(revoked_at=timezone.now())
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        organisation=organisation,
        email=email,
        role=role,
        token_hash=token_hash(token),
        invited_by=by,
        expires_at=timezone.now() + timedelta(days=settings.INVITATION_DAYS),
    )
    message = emails.render(
        "members/mail/invitation", email, language, invitation=invitation, token=token
    )
    transaction.on_commit(message.send, robust=True)
    return invitation


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: User) -> None:
    """Make an invitation unusable."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if not may_manage_seats(by, invitation.organisation):
        raise NotAllowed
    if invitation.accepted_at or invitation.revoked_at:
        raise WrongState
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])


def find_invitation(token: str) -> Invitation:
    """The pending invitation this secret opens; raises InvitationUnusable."""
    found = (
        Invitation.objects.pending()
        .select_related("organisation", "invited_by")
        .filter(token_hash=token_hash(token), organisation__status="published")
        .first()
    )
    if found is None or not may_manage_seats(found.invited_by, found.organisation):
        raise InvitationUnusable
    return found


@transaction.atomic
def accept_invitation(token: str, *, by: User) -> Seat:
    """Take the seat that an invitation offers; it must have been sent to a confirmed address of `by`."""
    invitation = find_invitation(token)
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if invitation.accepted_at or invitation.revoked_at:
        raise InvitationUnusable
    if not by.is_active or not by.has_confirmed(invitation.email):
        raise InvitationUnusable
    seat, _created = Seat.objects.get_or_create(
        user=by, organisation=invitation.organisation, defaults={"role": invitation.role}
    )
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    return seat
