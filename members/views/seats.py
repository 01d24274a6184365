"""Who belongs to an organisation: the people, their roles, invitations sent and invitations opened."""

from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from members import services
from members.account_forms import InvitationForm, RoleForm
from members.models import Invitation, Organisation, Seat
from members.views import trails
from members.views.access import MemberRequest, View
from portal import i18n
from portal.lifecycle.errors import NotAllowed, ReviewError
from portal.limits import TooOften


def seats_page(view: View) -> View:
    """For who is signed in; what the services refuse is said on the list of people."""

    @never_cache
    @login_required
    @wraps(view)
    def inner(request: MemberRequest, slug: str, **kwargs: Any) -> HttpResponse:
        organisation = _organisation(request, slug)
        try:
            return view(request, organisation, **kwargs)
        except NotAllowed:
            raise PermissionDenied from None
        except ReviewError as refusal:
            messages.error(request, str(refusal))
            return _list(request, organisation, status=409)

    return inner


def owners_only(view: View) -> View:
    """For owners: an editor of the organisation gets a 403, a stranger never came this far."""

    @wraps(view)
    def inner(request: MemberRequest, organisation: Organisation, **kwargs: Any) -> HttpResponse:
        if not services.may_manage_seats(request.user, organisation):
            raise PermissionDenied
        return view(request, organisation, **kwargs)

    return inner


def _organisation(request: MemberRequest, slug: str) -> Organisation:
    """An organisation the person belongs to (administrators: any); to others it does not exist."""
    mine = Organisation.objects.all()
    if not request.user.is_superuser:
        mine = mine.filter(pk__in=request.user.organisation_ids())
    return get_object_or_404(mine, slug=slug)


def _page(
    request: MemberRequest,
    template: str,
    organisation: Organisation,
    *,
    label: str = "",
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """A page about the people of an organisation; `label` ends the way to it, if it is not the list."""
    # An administrator from elsewhere has no workspace there.
    belongs = not request.user.is_superuser or request.user.edits(organisation)
    trail = trails.of_organisation(organisation if belongs else None, "")[:-1]
    team = reverse("members:seat-list", args=[organisation.slug])
    trail += [(_("Team"), team), (label, "")] if label else [(_("Team"), "")]
    context |= {
        "organisation": organisation,
        "belongs": belongs,
        "trail": trail,
        "section": "workspace",
        "noindex": True,
    }
    return render(request, template, context, status=status)


def _list(request: MemberRequest, organisation: Organisation, status: int = 200) -> HttpResponse:
    manages = services.may_manage_seats(request.user, organisation)
    invitations = organisation.invitations.pending().select_related("invited_by")
    return _page(
        request,
        "members/accounts/seat_list.html",
        organisation,
        status=status,
        seats=organisation.seats.select_related("user").order_by("-role", "user__full_name", "pk"),
        manages=manages,
        invitations=invitations if manages else [],
    )


# --- People -----------------------------------------------------------------------------------------


@require_safe
@seats_page
def seat_list(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """The people of an organisation and, for owners, the invitations that wait."""
    return _list(request, organisation)


@seats_page
@owners_only
def seat_role(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Choose what a person may do."""
    seat = get_object_or_404(organisation.seats.select_related("user"), pk=pk)
    form = RoleForm(request.POST or None, initial={"role": seat.role})
    if request.method == "POST" and form.is_valid():
        services.change_role(seat, role=form.cleaned_data["role"], by=request.user)
        messages.success(request, _("The role of %(name)s is changed.") % {"name": seat.user})
        return _to_people(request, organisation, seat)
    return _page(
        request,
        "members/accounts/seat_form.html",
        organisation,
        label=_("Change role"),
        seat=seat,
        form=form,
    )


@seats_page
def seat_remove(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Say what follows when a person leaves or is removed, and do it once confirmed."""
    seat = get_object_or_404(organisation.seats.select_related("user"), pk=pk)
    own = seat.user_id == request.user.pk
    if not own and not services.may_manage_seats(request.user, organisation):
        raise PermissionDenied
    if request.method == "POST":
        services.remove_seat(seat, by=request.user)
        done = _("You have left %(organisation)s.") if own else _("%(name)s is removed.")
        messages.success(request, done % {"organisation": organisation, "name": seat.user})
        return _to_people(request, organisation, seat if own else None)
    label = _("Leave") if own else _("Remove")
    return _page(
        request,
        "members/accounts/seat_confirm_delete.html",
        organisation,
        label=label,
        seat=seat,
        own=own,
    )


def _to_people(
    request: MemberRequest, organisation: Organisation, seat: Seat | None
) -> HttpResponse:
    """Back to the list, or to the workspace for who can no longer open it."""
    gone = seat is not None and seat.user_id == request.user.pk
    if gone and not request.user.is_superuser and not request.user.edits(organisation):
        return redirect("members:workspace")
    return redirect("members:seat-list", organisation.slug)


# --- Invitations ------------------------------------------------------------------------------------


@seats_page
@owners_only
def invitation_create(request: MemberRequest, organisation: Organisation) -> HttpResponse:
    """Invite an address."""
    form = InvitationForm(request.POST or None)
    status, wait = 200, 0
    if request.method == "POST" and form.is_valid():
        try:
            invitation = services.invite(
                organisation, **form.cleaned_data, language=i18n.current(), by=request.user
            )
        except TooOften as refusal:
            form.add_error(None, str(refusal))
            status, wait = 429, refusal.seconds
        except services.AlreadySeated as refusal:
            form.add_error("email", str(refusal))
        else:
            return _sent(request, invitation)
    answer = _page(
        request,
        "members/accounts/invitation_form.html",
        organisation,
        label=_("Invite"),
        form=form,
        status=status,
        days=settings.INVITATION_DAYS,
    )
    if wait:
        answer["Retry-After"] = str(wait)
    return answer


@require_POST
@seats_page
@owners_only
def invitation_resend(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Send an invitation anew."""
    invitation = get_object_or_404(organisation.invitations, pk=pk)
    try:
        invitation = services.resend_invitation(
            invitation, language=i18n.current(), by=request.user
        )
    except TooOften as refusal:
        messages.error(request, str(refusal))
        answer = _list(request, organisation, status=429)
        answer["Retry-After"] = str(refusal.seconds)
        return answer
    return _sent(request, invitation)


@require_POST
@seats_page
@owners_only
def invitation_revoke(request: MemberRequest, organisation: Organisation, pk: int) -> HttpResponse:
    """Make an invitation unusable."""
    invitation = get_object_or_404(organisation.invitations, pk=pk)
    services.revoke_invitation(invitation, by=request.user)
    said = _("The invitation of %(address)s is withdrawn: its link no longer works.")
    messages.success(request, said % {"address": invitation.email})
    return redirect("members:seat-list", organisation.slug)


def _sent(request: MemberRequest, invitation: Invitation) -> HttpResponse:
    said = _("An invitation is on its way to %(address)s.") % {"address": invitation.email}
    messages.success(request, said)
    return redirect("members:seat-list", invitation.organisation.slug)


@never_cache
def invitation_accept(request: Any, token: str) -> HttpResponse:
    """Who invites whom to what; pressing the button takes the seat.

    Who is signed out signs in or up and comes back; who uses another address reads what to do. The
    address that was invited is shown in full to who has confirmed it.
    """
    answer = _invitation_answer(request, token)
    # The address of this page is a secret: nobody keeps it or passes it on.
    answer["Referrer-Policy"] = "same-origin"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def _invitation_answer(request: Any, token: str) -> HttpResponse:
    try:
        invitation = services.find_invitation(token)
        if request.method == "POST":
            if not request.user.is_authenticated:
                return redirect_to_login(request.path)
            seat = services.accept_invitation(token, by=request.user)
            said = _("You now belong to %(organisation)s.") % {"organisation": seat.organisation}
            messages.success(request, said)
            return redirect("members:organisation-workspace", seat.organisation.slug)
    except services.InvitationUnusable as refusal:
        context = {"refusal": str(refusal), "noindex": True}
        return render(request, "members/accounts/invitation_unusable.html", context, status=404)
    signed_in = request.user.is_authenticated
    is_theirs = signed_in and request.user.has_confirmed(invitation.email)
    # A mail is passed on with its link: addresses are for who was invited.
    inviter = invitation.invited_by
    context = {
        "invitation": invitation,
        "address": invitation.email if is_theirs else invitation.masked_email,
        "inviter": inviter if is_theirs else inviter.full_name,
        "organisation": invitation.organisation,
        "is_owner": invitation.role == Seat.Role.OWNER,
        "is_theirs": is_theirs,
        "is_seated": signed_in and request.user.edits(invitation.organisation),
        "noindex": True,
    }
    return render(request, "members/accounts/invitation_accept.html", context)
