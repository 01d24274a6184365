"""What an organisation publishes: its lists, the history of each object, restoring, withdrawing."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from members.models import Organisation
from members.views import access, trails
from members.views.access import MemberRequest, signed_in
from portal.lifecycle import agreements, diff, notices, past, restoring, review
from portal.lifecycle.errors import MessageRequired, ReviewError
from portal.lifecycle.kinds import Kind
from portal.models import OPEN, Published, Submission
from portal.writing.preview import images_of_step

A_PAGE = 20


# --- Lists ------------------------------------------------------------------------------------------


@signed_in
@require_safe
def content_list(request: MemberRequest, slug: str, kind: str) -> HttpResponse:
    """What an organisation published of one kind, and what it asks to publish."""
    organisation = access.organisation_of(request.user, slug)
    found = access.written_kind(kind)
    model: Any = found.model
    rows = model.objects.filter(organisation=organisation).order_by("-published_at", "-pk")
    live = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    held = held_edits(found, live)
    creations = Submission.objects.filter(
        kind=found.content_type, organisation=organisation, target_id=None
    ).select_related("kind", "organisation", "author")
    context = {
        "organisation": organisation,
        "kind": found,
        "open": list(creations.open().order_by("-updated_at", "-pk")[:100]),
        "closed": list(creations.exclude(status__in=OPEN).order_by("-updated_at", "-pk")[:A_PAGE]),
        "page_obj": live,
        "rows": [(each, held.get(each.pk)) for each in live],
        "trail": trails.of_organisation(organisation, found.plural),
        "noindex": True,
    }
    return render(request, "members/workspace/content_list.html", context)


def held_edits(kind: Kind, objects: Iterable[Published]) -> dict[int, Submission]:
    """The edits held beside these objects, by the key of the object: one query."""
    keys = [each.pk for each in objects]
    held = Submission.objects.open().filter(kind=kind.content_type, target_id__in=keys)
    return {
        each.target_id: each for each in held.select_related("kind", "author") if each.target_id
    }


# --- History ----------------------------------------------------------------------------------------


@signed_in
@require_safe
def content_history(request: MemberRequest, slug: str, kind: str, pk: int) -> HttpResponse:
    """Every step in the life of an object, with what each changed, word by word."""
    found, organisation, target = access.content_of(request.user, slug, kind, pk)
    history = review.history(target)
    steps = Paginator(history.select_related("submission"), A_PAGE).get_page(
        request.GET.get("page")
    )
    newest = next((entry for entry in history.exclude(diff={})[:1]), None)
    returns = past.returns(target)
    for entry in steps.object_list:
        entry.said, entry.came_back = past.message(entry), entry.pk in returns
        entry.rows = diff.of_steps(found.content, entry.diff, images_of_step(entry, target))
        # What came after it can be undone; after the last change there is nothing to undo.
        entry.can_be_restored = bool(entry.diff) and entry != newest
    context = {
        "organisation": organisation,
        "kind": found,
        "target": target,
        "named": list(agreements.rows_of(target)),
        "page_obj": steps,
        "trail": trails.of_object(found, organisation, target, _("History")),
        "noindex": True,
    }
    return render(request, "members/workspace/content_history.html", context)


@signed_in
def content_restore(
    request: MemberRequest, slug: str, kind: str, pk: int, entry: int
) -> HttpResponse:
    """Bring back what an object was after one step: as a draft, once it was looked at."""
    found, organisation, target = access.content_of(request.user, slug, kind, pk)
    step = access.entry_of(target, entry)
    refusal: ReviewError | None = None
    if request.method == "POST":
        try:
            done = review.restore(target, step, by=request.user, expected=request.POST.get("token"))
        except ReviewError as error:
            refusal = error
        else:
            if done.lost:
                messages.warning(request, restoring.told(done.lost))
            if done.draft is None:
                messages.success(request, _("The former version is live again."))
                return redirect("members:content-history", slug, kind, pk)
            messages.success(
                request, _("Here is a draft with the former version. Nothing is sent yet.")
            )
            return redirect("members:submission-edit", done.draft.pk)
    held = review.open_submission(target)
    live = found.content.read(target)
    former, lost = review.restorable(target, step, by=request.user)
    changed = {name: [live[name], former[name]] for name in former if live[name] != former[name]}
    context = {
        "organisation": organisation,
        "kind": found,
        "target": target,
        "step": step,
        "rows": diff.of_steps(found.content, changed, lambda column, side: ""),
        "lost": lost,
        "held": held,
        "token": review.token(held, target),
        "refusal": refusal,
        "trail": trails.of_object(found, organisation, target, _("Restore")),
        "noindex": True,
    }
    status = 409 if refusal else 200
    return render(request, "members/workspace/content_restore.html", context, status=status)


# --- Withdrawing ------------------------------------------------------------------------------------


class WithdrawForm(forms.Form):
    """Why something is taken off the public pages, and the version on screen."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    message = forms.CharField(
        required=False,
        max_length=1000,
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy(
            "Your colleagues read it in the history, and the moderators too. Visitors do not."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    along = forms.BooleanField(
        label=gettext_lazy("Withdraw the pages named above with it"), required=False, initial=True
    )


@signed_in
def content_withdraw(request: MemberRequest, slug: str, kind: str, pk: int) -> HttpResponse:
    """Take an object off every public page, once the consequence was read and a reason given."""
    found, organisation, target = access.content_of(request.user, slug, kind, pk)
    if request.method != "POST":
        form = WithdrawForm(initial={"version": target.version})
        return _withdraw_page(request, found, organisation, target, form)
    form = WithdrawForm(request.POST)
    if not form.is_valid():
        return _withdraw_page(request, found, organisation, target, form)
    try:
        with_it = review.withdraw(
            target,
            by=request.user,
            message=form.cleaned_data["message"],
            expected_version=form.cleaned_data["version"],
            along=form.cleaned_data["along"],
        )
    except MessageRequired:
        form.add_error("message", _("Say why: your colleagues must know."))
        return _withdraw_page(request, found, organisation, target, form)
    except ReviewError as error:
        target.refresh_from_db()
        again = WithdrawForm(initial=form.cleaned_data | {"version": target.version})
        return _withdraw_page(request, found, organisation, target, again, refusal=error)
    messages.success(request, _("It is withdrawn: visitors no longer see it."))
    if with_it:
        messages.success(request, notices.went_along(len(with_it)))
    if found.code == "organisation":
        return redirect("members:organisation-workspace", slug)
    return redirect("members:content-list", slug, kind)


def _withdraw_page(
    request: HttpRequest,
    kind: Kind,
    organisation: Organisation,
    target: Published,
    form: WithdrawForm,
    refusal: ReviewError | None = None,
) -> HttpResponse:
    context = {
        "organisation": organisation,
        "kind": kind,
        "target": target,
        "form": form,
        "held": review.open_submission(target),
        "left": review.left_alone(target),
        "refusal": refusal,
        "trail": trails.of_object(kind, organisation, target, pgettext("action", "Withdraw")),
        "noindex": True,
    }
    status = 409 if refusal else 200
    return render(request, "members/workspace/content_withdraw.html", context, status=status)
