"""Who is let into the workspace, and what they find there: strangers get a 404, never a hint."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_cache_control

from members.models import Organisation, User
from portal.lifecycle import kinds, permissions
from portal.lifecycle.errors import NotAllowed
from portal.lifecycle.kinds import Kind
from portal.models import HistoryEntry, Published, Status, Submission
from portal.writing import typed

View = Callable[..., HttpResponse]


class MemberRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: User


def signed_in(view: View) -> View:
    """For those who are signed in; others are sent to sign in first.

    What is no longer allowed by the time it is tried answers as to a stranger. A form that was sent
    then, or after its session had ended, shows what was typed, so that it can be copied. Pages are
    private.
    """

    @wraps(view)
    def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            try:
                response = view(request, *args, **kwargs)
            except (NotAllowed, Http404) as error:
                if not typed.texts(request.POST):
                    raise Http404 from error
                response = _with_typed(request, "members/workspace/lost_access.html", 404)
        elif request.method == "POST":
            response = _with_typed(request, "members/workspace/signed_out.html", 403)
        else:
            return redirect_to_login(request.get_full_path())
        patch_cache_control(response, private=True, no_cache=True)
        return response

    return guarded


def _with_typed(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """A page that says why a form could not be taken, with what was typed into it."""
    return render(request, template, {"typed": typed.texts(request.POST)}, status=status)


def organisation_of(user: User, slug: str) -> Organisation:
    """An organisation the user has a seat in, published or withdrawn."""
    return get_object_or_404(Organisation, slug=slug, pk__in=user.organisation_ids())


def content_of(user: User, slug: str, kind: str, pk: int) -> tuple[Kind, Organisation, Published]:
    """An object that an organisation of the user's writes, with that organisation and its kind."""
    organisation = organisation_of(user, slug)
    found = kinds.named(kind)
    target = get_object_or_404(found.model, pk=pk)
    if target.keeper != organisation:
        raise Http404
    return found, organisation, target


def written_kind(code: str) -> Kind:
    """A kind of which an organisation writes several: not its own profile."""
    kind = kinds.named(code)
    if kind.model is Organisation:
        raise Http404
    return kind


def submission_of(user: User, pk: int) -> Submission:
    """A submission the user may write."""
    submissions = Submission.objects.writable_by(user)
    return get_object_or_404(submissions.select_related("kind", "organisation", "author"), pk=pk)


def readable_submission(user: User, pk: int) -> Submission:
    """A submission the user may read: their own, or for a moderator one that was sent."""
    submission = get_object_or_404(
        Submission.objects.select_related("kind", "organisation", "author"), pk=pk
    )
    # What was taken back is a draft again, and its author's own business.
    sent = submission.submitted_at is not None and submission.status != Status.DRAFT
    if permissions.can_continue(user, submission) or (sent and permissions.is_moderator(user)):
        return submission
    raise Http404


def entry_of(target: Published, pk: int) -> HistoryEntry:
    """One step in the life of an object."""
    content_type = kinds.of(target).content_type
    return get_object_or_404(HistoryEntry, pk=pk, target_type=content_type, target_id=target.pk)
