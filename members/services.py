"""The verbs of members: seats, invitations, and what follows when a profile is published."""

import hashlib
import math
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models import Invitation, Organisation, Seat, User
from portal import emails
from portal.lifecycle.errors import NotAllowed, ReviewError, WrongState
from portal.limits import TooOften
from portal.models import HistoryEntry, Status, Submission


class LastOwner(ReviewError):
    """An organisation would be left without an owner."""

    message = _("An organisation keeps at least one owner: name another one first.")


class InvitationUnusable(ReviewError):
    """The invitation was used, withdrawn, has expired, or is for another address."""

    message = _(
        "It has expired, was used or withdrawn, or was sent to another address. "
        "Ask the organisation for a new one."
    )


class AlreadySeated(ReviewError):
    """The person invited has a seat already."""

    message = _("This person already belongs to this organisation.")


class TooManyInvitations(TooOften):
    """An organisation has sent as many invitations as it may in a day."""

    message = _(
        "Your organisation has sent all the invitations it may send in a day (%(most)s). "
        "Nothing was sent: try again tomorrow."
    )

    def __str__(self) -> str:
        return str(self.message) % {"most": settings.INVITATIONS_A_DAY}


# --- Profiles ---------------------------------------------------------------------------------------


def organisation_published(organisation: Organisation, submission: Submission, by: Any) -> None:
    """Give whoever proposed a new organisation its first seat; date the profile’s last check.

    An account that was closed meanwhile gets none: it could do nothing with it, and nobody would see.
    """
    author = submission.author
    if submission.organisation_id is None and author is not None:
        if author.is_active:
            Seat.objects.get_or_create(
                user=author, organisation=organisation, defaults={"role": Seat.Role.OWNER}
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
    HistoryEntry.objects.create(target=organisation, action=HistoryEntry.Action.VERIFIED, actor=by)


# --- Seats ------------------------------------------------------------------------------------------


@transaction.atomic
def change_role(seat: Seat, *, role: str, by: User) -> Seat:
    """Make an editor an owner or the reverse. Raises LastOwner if none would be left.

    Who is no longer an owner invites nobody: the invitations they sent there die.
    """
    seat = _locked_seat(seat, by)
    if seat.is_owner and role != Seat.Role.OWNER:
        _require_another_owner(seat)
        _revoke(seat.organisation.invitations.filter(invited_by=seat.user))
    seat.role = Seat.Role(role)
    seat.save(update_fields=["role"])
    return seat


@transaction.atomic
def remove_seat(seat: Seat, *, by: User) -> None:
    """Take a person's seat away, or leave one's own. Invitations they sent or got there die with it.

    Their drafts stay with the organisation.
    """
    seat = _locked_seat(seat, by, may_be_own=True)
    if seat.is_owner:
        _require_another_owner(seat)
    addresses = [seat.user.email, *seat.user.emailaddress_set.values_list("email", flat=True)]
    _revoke(seat.organisation.invitations.filter(Q(invited_by=seat.user) | Q(email__in=addresses)))
    seat.delete()


def _locked(organisation_id: int) -> Organisation:
    """An organisation, locked: what is decided about its people is decided one after the other."""
    return Organisation.objects.select_for_update().get(pk=organisation_id)


def _locked_seat(seat: Seat, by: User, may_be_own: bool = False) -> Seat:
    """The seat as it is now, its organisation locked, so that two owners cannot leave at once."""
    _locked(seat.organisation_id)
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
def invite(
    organisation: Organisation, *, email: str, role: str, language: str, by: User
) -> Invitation:
    """Invite an address to a seat and mail it the link; an earlier invitation of it is replaced.

    The mail is in the language of the account the address belongs to, else in `language`. Raises
    AlreadySeated if that account has a seat, TooManyInvitations above the daily limit.
    """
    organisation = _locked(organisation.pk)
    if not may_manage_seats(by, organisation):
        raise NotAllowed
    if not organisation.is_published:
        raise WrongState
    email = email.strip().lower()
    account = User.objects.reached_at(email)
    if account is not None and account.edits(organisation):
        raise AlreadySeated
    _require_invitations_left(organisation)
    _revoke(organisation.invitations.filter(email=email))
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        organisation=organisation,
        email=email,
        role=Seat.Role(role),
        token_hash=token_hash(token),
        invited_by=by,
        expires_at=timezone.now() + timedelta(days=settings.INVITATION_DAYS),
    )
    message = emails.render(
        "members/mail/invitation",
        email,
        account.language if account else language,
        invitation=invitation,
        token=token,
    )
    emails.send_with_commit(message)
    return invitation


def _require_invitations_left(organisation: Organisation) -> None:
    """Raise TooManyInvitations if as many were sent in the last 24 hours as may be."""
    most = settings.INVITATIONS_A_DAY
    day_ago = timezone.now() - timedelta(days=1)
    sent = organisation.invitations.filter(created_at__gt=day_ago).order_by("-created_at")
    if latest := list(sent.values_list("created_at", flat=True)[:most])[most - 1 :]:
        raise TooManyInvitations(math.ceil((latest[0] - day_ago).total_seconds()))


def _revoke(invitations: QuerySet[Invitation]) -> None:
    """Make those of some invitations unusable that nobody has used."""
    invitations.filter(accepted_at=None, revoked_at=None).update(revoked_at=timezone.now())


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: User) -> None:
    """Make an invitation unusable."""
    organisation = _locked(invitation.organisation_id)
    if not may_manage_seats(by, organisation):
        raise NotAllowed
    unused = organisation.invitations.filter(pk=invitation.pk, accepted_at=None, revoked_at=None)
    if not unused.exists():
        raise WrongState
    _revoke(unused)


@transaction.atomic
def resend_invitation(invitation: Invitation, *, language: str, by: User) -> Invitation:
    """Send an invitation that nobody has used anew: a new link and a new date, the old link dies."""
    organisation = _locked(invitation.organisation_id)
    current = organisation.invitations.get(pk=invitation.pk)
    if current.accepted_at or current.revoked_at:
        raise WrongState
    return invite(organisation, email=current.email, role=current.role, language=language, by=by)


def find_invitation(token: str) -> Invitation:
    """The pending invitation this secret opens; raises InvitationUnusable.

    It dies with its organisation's page, and when who sent it may no longer invite.
    """
    found = (
        Invitation.objects.pending()
        .select_related("organisation", "invited_by")
        .filter(token_hash=token_hash(token), organisation__status=Status.PUBLISHED)
        .first()
    )
    if found is None or not may_manage_seats(found.invited_by, found.organisation):
        raise InvitationUnusable
    return found


@transaction.atomic
def accept_invitation(token: str, *, by: User) -> Seat:
    """Take the seat that an invitation offers; it must have been sent to a confirmed address of `by`.

    Who has a seat there keeps it with its role.
    """
    _locked(find_invitation(token).organisation_id)
    invitation = find_invitation(token)  # as it is now that nobody else can use or revoke it
    if not by.is_active or not by.has_confirmed(invitation.email):
        raise InvitationUnusable
    seat, _created = Seat.objects.get_or_create(
        user=by, organisation=invitation.organisation, defaults={"role": invitation.role}
    )
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    return seat
