"""One submission: where it stands, what was sent, what happens next, and what its authors may do."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_POST, require_safe

from members.views import access, trails
from members.views.access import MemberRequest, signed_in
from portal.lifecycle import agreements, diff, kinds, outcome, permissions, review, waiting
from portal.lifecycle.errors import Incomplete, NothingToSubmit, ReviewError, Stale
from portal.models import HistoryEntry, Status, Submission
from portal.writing import preview
from portal.writing.marks import new_key, read_key


class SubmitForm(forms.Form):
    """A word to the moderators, and the versions on screen."""

    token = forms.CharField(required=False, widget=forms.HiddenInput)
    message = forms.CharField(
        required=False,
        max_length=2000,
        label=gettext_lazy("Message to the moderators"),
        help_text=gettext_lazy(
            "If there is something they should know. It is sent with the submission."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


# --- The page ---------------------------------------------------------------------------------------


@signed_in
@require_safe
def submission_detail(request: MemberRequest, pk: int) -> HttpResponse:
    """The page of one submission, for those who write it."""
    return _page(request, access.submission_of(request.user, pk))


def _page(
    request: MemberRequest, submission: Submission, refusal: ReviewError | None = None
) -> HttpResponse:
    """The page as things stand; after a step that could not be taken, with why and status 409."""
    kind, target = kinds.of(submission), submission.target
    rows = diff.of_submission(submission, image_url(submission))
    entries = list(submission.history.select_related("actor"))
    context = {
        "submission": submission,
        "kind": kind,
        "organisation": submission.organisation,
        "target": target,
        "is_new": submission.is_new,
        "filled": _written(rows),
        "rows": rows,
        # What was compared with what is not online any more, or was not then.
        "before": "" if submission.is_open else pgettext("version", "Before"),
        "conflicts": [row for row in rows if row["state"] == "conflict"],
        "entries": entries,
        "parts": outcome.parts(
            submission, entries, rows, lambda step: preview.images_of_step(step, target)
        ),
        "withdrawal": review.withdrawal(target),
        "answer": _answer(submission, entries),
        "ahead": _ahead(submission),
        "usual_days": waiting.usual_days() if submission.status == Status.IN_REVIEW else None,
        "named": _to_be_asked(submission),
        "token": review.token(submission, target),
        "key": new_key(),
        "notice": {"level": "warn", "text": refusal} if refusal else None,
        "trail": trails.of_kind(kind, submission.organisation, (_title(submission), "")),
        "title": _title(submission),
        "noindex": True,
    }
    status = 409 if refusal else 200
    return render(request, "members/workspace/submission_detail.html", context, status=status)


def _written(rows: list[diff.Row]) -> list[diff.Row]:
    """The rows of a new object that somebody filled in."""
    return [row for row in rows if row["proposed"] and row["state"] == "changed"]


def _title(submission: Submission) -> str:
    return _("Submission no. %(number)s: %(title)s") % {
        "number": submission.pk,
        "title": submission.title,
    }


def _answer(submission: Submission, entries: list[HistoryEntry]) -> HistoryEntry | None:
    """What the moderators said last, while it is still the last word."""
    said: tuple[HistoryEntry.Action, ...] = (
        HistoryEntry.Action.CORRECTION,
        HistoryEntry.Action.REFUSED,
        HistoryEntry.Action.PUBLISHED,
    )
    if submission.status == Status.IN_REVIEW:
        said = (HistoryEntry.Action.PUBLISHED,)  # a part of it was published, the rest waits
    last = next((entry for entry in entries if entry.action in said), None)
    return last if last and last.message else None


def _ahead(submission: Submission) -> int:
    """How many submissions wait for longer than this one."""
    if submission.status != Status.IN_REVIEW:
        return 0
    return Submission.objects.in_review().filter(submitted_at__lt=submission.submitted_at).count()


def _to_be_asked(submission: Submission) -> list[Any]:
    """The organisations that will be asked for their agreement once this is published."""
    if not submission.is_open:
        return []
    named = agreements.named_in(submission, submission.values)
    return [each.organisation for each in named if each.will_be_asked]


# --- Images and preview -----------------------------------------------------------------------------


def image_url(submission: Submission) -> diff.ImageURL:
    """Where those who may read a submission see the image of a column, live or proposed."""

    def url(column: str, side: str) -> str:
        target = submission.target if submission.is_open else None
        before = getattr(target, column).name if target else submission.base.get(column)
        name = submission.values.get(column, before) if side == "proposed" else before
        return reverse("members:submission-image", args=[submission.pk, name]) if name else ""

    return url


@signed_in
@require_safe
def submission_image(request: MemberRequest, pk: int, name: str) -> HttpResponse:
    """An image that a submission holds, replaces or once showed: never one of something else."""
    submission = access.readable_submission(request.user, pk)
    if name not in _images(submission):
        raise Http404
    return preview.held_image(name)


def _images(submission: Submission) -> set[str]:
    columns, target = kinds.of(submission).content.images, submission.target
    found = {getattr(target, column).name for column in columns} if target else set()
    for values in (submission.values, submission.base):
        found |= {values.get(column) for column in columns}
    for step in submission.history.values_list("diff", flat=True):
        found |= {name for column in columns for name in step.get(column, ())}
    return {name for name in found if name}


@signed_in
@require_safe
def submission_preview(request: MemberRequest, pk: int) -> HttpResponse:
    """The public page as it would be, in the language of the address."""
    submission = access.readable_submission(request.user, pk)
    if submission.status == Status.PUBLISHED:
        return redirect(submission)
    request.preview_of = submission  # type: ignore[attr-defined]  # for templates
    try:
        return preview.preview(
            request, submission, lambda name: image_url(submission)(name, "proposed")
        )
    except Incomplete as error:
        return _incomplete(request, submission, error)


def _incomplete(request: MemberRequest, submission: Submission, error: Incomplete) -> HttpResponse:
    """What is to be mended before there can be a page, all of it, each as a link to its field."""
    kind = kinds.of(submission)
    form = kind.form(
        kind.content,
        review.proposed(submission),
        user=request.user,
        organisation=submission.organisation,
        target=submission.target,
        submission=submission,
    )
    missing = [
        (
            form.anchor(name),
            message if name == "__all__" else f"{kind.content.label(name)} – {message}",
        )
        for name, texts in error.errors.items()
        for message in texts
    ]
    context = {
        "submission": submission,
        "missing": missing,
        "may_edit": permissions.can_continue(request.user, submission) and submission.is_writable,
        "trail": trails.of_kind(kind, submission.organisation, (_title(submission), "")),
        "noindex": True,
    }
    response = render(request, "members/workspace/preview_incomplete.html", context)
    return preview.private(response)


# --- What its authors may do ------------------------------------------------------------------------


@signed_in
def submission_submit(request: MemberRequest, pk: int) -> HttpResponse:
    """Send a draft to the moderators with a message, once what it changes has been looked at.

    Of one that could not be published, what is to be mended first.
    """
    submission = access.submission_of(request.user, pk)
    if request.method != "POST":
        if not submission.is_writable:
            return redirect(submission)
        try:
            review.check(submission)
        except Incomplete as error:
            return _incomplete(request, submission, error)
        return _submit_page(request, submission, SubmitForm())
    form = SubmitForm(request.POST)
    if not form.is_valid():
        return _submit_page(request, submission, form)
    try:
        review.submit(
            submission,
            by=request.user,
            message=form.cleaned_data["message"],
            expected=form.cleaned_data["token"],
        )
    except Incomplete as error:
        return _incomplete(request, submission, error)
    except ReviewError as error:
        if isinstance(error, NothingToSubmit):
            form.add_error(None, str(error))
            return _submit_page(request, submission, form)
        return _page(request, access.submission_of(request.user, pk), error)
    return redirect("members:submission-detail", pk)


def _submit_page(request: MemberRequest, submission: Submission, form: SubmitForm) -> HttpResponse:
    kind = kinds.of(submission)
    rows = diff.of_submission(submission, image_url(submission))
    context = {
        "submission": submission,
        "form": form,
        "token": review.token(submission, submission.target),
        "trusted": permissions.may_skip_review(submission.organisation, kind, submission.target),
        "is_new": submission.is_new,
        "rows": rows,
        "filled": _written(rows),
        "trail": trails.of_kind(
            kind,
            submission.organisation,
            (_title(submission), submission.get_absolute_url()),
            (_("Send for review"), ""),
        ),
        "noindex": True,
    }
    return render(request, "members/workspace/submission_submit.html", context)


@signed_in
@require_POST
def submission_take_back(request: MemberRequest, pk: int) -> HttpResponse:
    """Return a submission that waits to the drafts, to go on writing it."""
    submission = access.submission_of(request.user, pk)
    try:
        review.take_back(submission, by=request.user, expected=request.POST.get("token"))
    except ReviewError as error:
        return _refused(request, pk, error)
    messages.success(
        request, _("Your submission is a draft again. Nobody reads it until you send it.")
    )
    return redirect("members:submission-edit", pk)


@signed_in
def submission_discard(request: MemberRequest, pk: int) -> HttpResponse:
    """Abandon a draft, once the consequence was read."""
    submission = access.submission_of(request.user, pk)
    if request.method != "POST":
        if not submission.is_writable:
            return redirect(submission)
        context = {
            "submission": submission,
            "token": review.token(submission, submission.target),
            "trail": trails.of_kind(
                kinds.of(submission),
                submission.organisation,
                (_title(submission), submission.get_absolute_url()),
                (_("Abandon"), ""),
            ),
            "noindex": True,
        }
        return render(request, "members/workspace/submission_discard.html", context)
    try:
        review.discard(submission, by=request.user, expected=request.POST.get("token"))
    except ReviewError as error:
        return _refused(request, pk, error)
    messages.success(
        request, _("Your draft is abandoned. Its text stays here if you need it again.")
    )
    return redirect("members:submission-detail", pk)


@signed_in
@require_POST
def submission_reuse(request: MemberRequest, pk: int) -> HttpResponse:
    """Begin a new draft with the text of one that was refused or abandoned; a second click, none."""
    submission = access.submission_of(request.user, pk)
    kind, target = kinds.of(submission), submission.target
    key = read_key(request.POST.get("key", ""))
    begun = Submission.objects.writable_by(request.user).begun_with(key)
    if again := begun.first():
        return redirect("members:submission-edit", again.pk)
    if submission.status not in (Status.REFUSED, Status.WITHDRAWN):
        return redirect(submission)
    if target is not None and (held := review.open_submission(target)):
        messages.warning(request, _("Another edit is under way: finish or abandon it first."))
        return redirect(held)
    known = kind.content.fitting(submission.values)
    live = kind.content.read(target) if target else kind.content.blank
    try:
        draft = review.save(
            kind,
            live | known,
            by=request.user,
            organisation=submission.organisation,
            target=target,
            form_key=key,
        )
    except Stale as error:
        again = begun.first()
        return (
            redirect("members:submission-edit", again.pk) if again else _refused(request, pk, error)
        )
    messages.success(request, _("Here is a new draft with the same text."))
    return redirect("members:submission-edit", draft.pk)


def _refused(request: MemberRequest, pk: int, error: ReviewError) -> HttpResponse:
    """The page as things stand now, with why the step was not taken. NotAllowed is a stranger's 404."""
    return _page(request, access.submission_of(request.user, pk), error)
