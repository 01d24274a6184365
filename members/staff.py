"""The verbs of the staff on accounts and on what everybody chooses from."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest

from members.account_forms import ResetPasswordForm
from members.models import Seat, Theme, User
from portal import search
from portal.lifecycle import kinds


@transaction.atomic
def address_changed(user: User) -> None:
    """Make the address that staff gave to an account its only one, to be confirmed by its owner.

    Links that were mailed to the address before open nothing any more.
    """
    user.emailaddress_set.all().delete()
    user.emailaddress_set.create(email=user.email, primary=True, verified=False)


def send_reset_link(user: User, request: HttpRequest) -> None:
    """Mail an account, in its language, the link to choose a new password."""
    form = ResetPasswordForm({"email": user.email})
    if form.is_valid():
        form.save(request)


def is_last_owner(seat: Seat) -> bool:
    """Whether an organisation would be left without an owner who can sign in."""
    if not seat.is_owner:
        return False
    owners = Seat.objects.filter(
        organisation=seat.organisation_id, role=Seat.Role.OWNER, user__is_active=True
    )
    return not owners.exclude(pk=seat.pk).exists()


def seats_left_empty_by(user: User) -> list[Seat]:
    """The seats of a closed account whose organisations have no other owner who can sign in."""
    if user.is_active:
        return []
    return [seat for seat in user.seats.select_related("organisation") if is_last_owner(seat)]


@transaction.atomic
def theme_renamed(theme: Theme) -> None:
    """Let everything published under a theme be found by its new names."""
    for kind in kinds.every():
        if "themes" in kind.content.many:
            rows: Any = kind.model._default_manager
            found = rows.published().filter(themes=theme).order_by("pk")
            search.index_all(found.select_for_update(of=("self",)))
