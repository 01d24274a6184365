"""Moderation: the queue, the page on which a submission is judged, and the decisions.

The page only shows. Each decision is a POST that carries the token of what was on screen; publishing
and refusing ask once more, with the consequence in words. What the life cycle refuses is said on the
same page, and what was typed stays there.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal import display, head, i18n
from portal.desk import queue
from portal.desk.live import withdraw_page
from portal.desk.site import ReadOnlyDesk, failures, is_key
from portal.lifecycle import agreements, diff, errors, kinds, outcome, permissions, review
from portal.models import HistoryEntry, Status, Submission
from portal.writing import preview

PUBLISH, CORRECT, REFUSE, BACK = "publish", "correct", "refuse", "back"
# What each refusal of the life cycle answers; any other is a form to complete.
HTTP_STATUS = {
    errors.OwnOrganisation: 403,
    errors.Stale: 409,
    errors.WrongState: 409,
}


class NothingTicked(errors.ReviewError):
    """A publication of some fields that names none."""

    message = gettext_lazy("Tick at least one field to publish.")


# The part of the page where a refusal is to be mended.
ERROR_TARGETS = {errors.MessageRequired: "id_message", NothingTicked: "fields"}


class DecisionForm(forms.Form):
    """What a moderator decides, of what was on their screen."""

    decision = forms.ChoiceField(
        choices=[(code, code) for code in (PUBLISH, CORRECT, REFUSE, BACK)]
    )
    message = forms.CharField(required=False, max_length=5000)
    fields_chosen = forms.MultipleChoiceField(required=False)
    token = forms.CharField(required=False, max_length=40)
    confirmed = forms.BooleanField(required=False)

    def __init__(self, submission: Submission, data: Any) -> None:
        super().__init__(data)
        # A field that is no longer part of it is told by the token.
        known = set(submission.values) | set(data.getlist("fields_chosen"))
        # Ignored by mypy: a choice field.
        self.fields["fields_chosen"].choices = [(name, name) for name in known]  # type: ignore[attr-defined]


class SubmissionDesk(queue.QueueColumns, ReadOnlyDesk):
    """The queue, and the page of each submission."""

    list_display = (
        "object_title",
        "kind_label",
        "organisation_name",
        "nature",
        "languages",
        "since",
        "assigned",
    )
    list_filter = (queue.StatusFilter, queue.AssignedFilter, queue.KindFilter)
    list_select_related = ("kind", "organisation", "author", "assigned_to")
    search_fields = ("organisation__name",)  # `queue.search` says where
    search_help_text = gettext_lazy("A title, an organisation or an author.")
    ordering = ("submitted_at", "pk")
    sortable_by = ("organisation_name", "since", "assigned")
    actions = ("assign_to_me", "release")
    change_list_template = "admin/portal/submission/change_list.html"

    # --- The queue ---------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """What was sent to the moderators: drafts are their authors' own business."""
        sent: Any = super().get_queryset(request).exclude(status=Status.DRAFT)
        return sent.exclude(submitted_at=None).with_progress().prefetch_related("target")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        return queue.search(queryset, search_term), False

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """The columns; of other lists than what waits, also what became of each."""
        columns = tuple(self.list_display)
        return (*columns[:4], "state", *columns[4:]) if request.GET.get("status") else columns

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whether this person decides at all: asked for the actions on several rows."""
        return permissions.is_moderator(request.user)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        decided = request.GET.get("status", Status.IN_REVIEW) != Status.IN_REVIEW
        title = {"title": _("Submissions") if decided else _("What waits for a decision")}
        return super().changelist_view(request, title | (extra_context or {}))

    def assign_to_me(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Take each of the chosen submissions."""
        self._assign_each(request, queryset, request.user)

    def release(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Give each of the chosen submissions back to all."""
        self._assign_each(request, queryset, None)

    # Ignored by mypy: the admin reads these.
    assign_to_me.short_description = gettext_lazy("Assign to me")  # type: ignore[attr-defined]
    assign_to_me.allowed_permissions = ("decide",)  # type: ignore[attr-defined]  # the admin reads these
    # Ignored by mypy: the admin reads these.
    release.short_description = gettext_lazy("Release")  # type: ignore[attr-defined]
    release.allowed_permissions = ("decide",)  # type: ignore[attr-defined]  # the admin reads these

    def _assign_each(self, request: HttpRequest, queryset: QuerySet, to: Any) -> None:
        done = 0
        for submission in queryset:
            try:
                review.assign(submission, to=to, by=request.user)
                done += 1
            except errors.ReviewError as error:
                messages.error(request, f"{submission.title} – {error}")
        if done:
            text = ngettext(
                "%(n)d submission changed hands.", "%(n)d submissions changed hands.", done
            )
            messages.success(request, text % {"n": done})

    # --- Addresses ---------------------------------------------------------------------------------

    def get_urls(self) -> list[URLPattern]:
        """The queue, and of each submission the page, its preview and images, and what is posted."""

        def address(route: str, view: Callable[..., Any], name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(view), name=f"portal_submission_{name}")

        return [
            address("", self.changelist_view, "changelist"),
            address("<int:pk>/change/", self.judge_view, "change"),
            address("<int:pk>/decide/", self.decide_view, "decide"),
            address("<int:pk>/assign/", self.assign_view, "assign"),
            address("<int:pk>/preview/", self.preview_view, "preview"),
            address("<int:pk>/withdraw/", self.withdraw_view, "withdraw"),
            address("<int:pk>/image/<slug:side>/<slug:name>/", self.image_view, "image"),
        ]

    def _shown(self, request: HttpRequest, pk: int) -> Submission:
        """The submission, for whoever may see it; 404 for a draft as for what is not there."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = self.get_queryset(request).select_related(*self.list_select_related)
        return get_object_or_404(rows, pk=pk)

    # --- The page of a submission ------------------------------------------------------------------

    def _readable(self, request: HttpRequest, pk: int) -> Submission:
        """The submission, for whoever may read its content; 404 while its author rewrites it."""
        submission = self._shown(request, pk)
        if review.is_being_rewritten(submission):
            raise Http404
        return submission

    def judge_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show a submission; nothing is changed here. A mail may lead to one that was taken back."""
        back = Submission.objects.filter(Q(status=Status.DRAFT) | Q(submitted_at=None), pk=pk)
        sent = back.filter(history__action=HistoryEntry.Action.SUBMITTED)
        if self.has_view_permission(request) and sent.exists():
            messages.info(request, _("This submission was taken back: it waits for no decision."))
            return redirect("admin:portal_submission_changelist")
        return self._page(request, self._shown(request, pk))

    def _page(
        self,
        request: HttpRequest,
        submission: Submission,
        form: DecisionForm | None = None,
        error: errors.ReviewError | None = None,
    ) -> HttpResponse:
        """The page, with what was typed into `form` and what the life cycle said of it."""
        rewritten = review.is_being_rewritten(submission)
        rows = [] if rewritten else diff.of_submission(submission, self._image_url(submission))
        history = list(submission.history.select_related("actor"))
        may_decide = self._may_decide(request, submission)
        fresh = form is None or type(error) in HTTP_STATUS
        # Ignored by mypy: not fresh: there is a form.
        ticked = None if fresh else set(form.cleaned_data.get("fields_chosen", []))  # type: ignore[union-attr]
        if may_decide and not submission.is_creation:
            for row in rows:
                if row["name"] in submission.values:
                    on = row["state"] != "conflict" if ticked is None else row["name"] in ticked
                    row["input"] = {"name": "fields_chosen", "value": row["name"], "checked": on}
        context = {
            **self._context(request, submission),
            "rows": rows,
            "is_being_rewritten": rewritten,
            "may_decide": may_decide,
            "is_own": not permissions.can_judge(request.user, submission),
            "token": review.token(submission, submission.target),
            "typed": form.cleaned_data.get("message", "") if form else "",
            "error": error,
            "error_target": ERROR_TARGETS.get(type(error), "") if error else "",
            "failures": failures(kinds.of(submission).content, error),
            "author_message": author_message(submission),
            "history": history,
            "parts": outcome.parts(submission, history, rows),
            "withdrawal": review.withdrawal(submission.target),
            "named": [] if rewritten else named(submission),
            "colleagues": self._colleagues(request, submission) if may_decide else [],
        }
        status = HTTP_STATUS.get(type(error), 200) if error else 200
        return TemplateResponse(
            request, "admin/portal/submission/judge.html", context, status=status
        )

    def _context(self, request: HttpRequest, submission: Submission) -> dict[str, Any]:
        kind = kinds.of(submission)
        target = submission.target
        return {
            **self.admin_site.each_context(request),
            "title": submission.title,
            "opts": self.opts,
            "submission": submission,
            "kind": kind,
            "nature": queue.nature(submission),
            "languages": diff.languages(submission),
            "waiting_since": queue.waiting_since(submission),
            "other_language_preview": head.translated(
                reverse("admin:portal_submission_preview", args=[submission.pk]),
                i18n.other(i18n.current()),
            ),
            "is_new": submission.is_new,
            "target": target,
            "public_url": target.get_absolute_url() if target and target.is_published else "",
        }

    def _may_decide(self, request: HttpRequest, submission: Submission) -> bool:
        return submission.status == Status.IN_REVIEW and permissions.can_judge(
            request.user, submission
        )

    def _colleagues(self, request: HttpRequest, submission: Submission) -> QuerySet:
        """The other moderators who may decide on it."""
        return permissions.judges(submission).exclude(pk=request.user.pk)

    def _image_url(self, submission: Submission) -> Callable[[str, str], str]:
        def url(name: str, side: str) -> str:
            return reverse("admin:portal_submission_image", args=[submission.pk, side, name])

        return url

    # --- Decisions ---------------------------------------------------------------------------------

    def decide_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Publish, ask for a correction or refuse; anything but a POST only leads back to the page."""
        submission = self._shown(request, pk)
        if request.method != "POST":
            return redirect("admin:portal_submission_change", pk)
        form = DecisionForm(submission, request.POST)
        if not form.is_valid() or form.cleaned_data["decision"] == BACK:
            return self._page(request, submission, form)
        decision, confirmed = form.cleaned_data["decision"], form.cleaned_data["confirmed"]
        try:
            self._require(request, submission, form)
            if decision != CORRECT and not confirmed:
                return self._confirm(request, submission, form)
            done = self._decide(request, submission, form)
        except errors.ReviewError as error:
            if type(error) is errors.NotAllowed:
                raise PermissionDenied from error
            return self._page(request, self._shown(request, pk), form, error)
        return self._next(request, done, decision)

    def _require(self, request: HttpRequest, submission: Submission, form: DecisionForm) -> None:
        """Refuse, before anything is asked or done, what the life cycle would refuse."""
        sent = form.cleaned_data
        review.require_judge(submission, request.user)
        if sent["token"] != review.token(submission, submission.target):
            raise errors.Stale
        if sent["decision"] == PUBLISH:
            if submission.values and not submission.is_creation and not sent["fields_chosen"]:
                raise NothingTicked
        elif not sent["message"].strip():
            raise errors.MessageRequired

    def _decide(
        self, request: HttpRequest, submission: Submission, form: DecisionForm
    ) -> Submission:
        sent = form.cleaned_data
        given = {"by": request.user, "message": sent["message"], "expected": sent["token"]}
        if sent["decision"] == CORRECT:
            return review.ask_correction(submission, **given)
        if sent["decision"] == REFUSE:
            return review.refuse(submission, **given)
        some = None if submission.is_creation or not submission.values else sent["fields_chosen"]
        return review.publish(submission, fields=some, **given)

    def _confirm(
        self, request: HttpRequest, submission: Submission, form: DecisionForm
    ) -> HttpResponse:
        """Ask once more, with the consequence in words and everything that was typed."""
        content, chosen = kinds.of(submission).content, form.cleaned_data["fields_chosen"]
        held_up = review.conflicts(submission)
        names = [name for name in content.names if name in submission.values]
        context = {
            **self._context(request, submission),
            "sent": form.cleaned_data,
            "publishes": form.cleaned_data["decision"] == PUBLISH,
            "going": [content.label(name) for name in names if name in chosen],
            "staying": [content.label(name) for name in names if name not in chosen],
            "overwritten": [content.label(n) for n in names if n in chosen and n in held_up],
            "asked": [row for row in named(submission) if row.will_be_asked],
        }
        return TemplateResponse(request, "admin/portal/submission/confirm.html", context)

    def _next(self, request: HttpRequest, done: Submission, decision: str) -> HttpResponse:
        """Say what was done, and lead to what waits next; what is half done comes first."""
        if done.status == Status.IN_REVIEW:
            rest = ngettext(
                "What you ticked is online. %(n)d field still waits for a decision.",
                "What you ticked is online. %(n)d fields still wait for a decision.",
                len(done.values),
            )
            messages.success(request, rest % {"n": len(done.values)})
            return redirect("admin:portal_submission_change", done.pk)
        texts = {
            PUBLISH: _("“%(title)s” is online."),
            CORRECT: _("“%(title)s” was given back to its author, with your message."),
            REFUSE: _("“%(title)s” was not accepted. Its author has your message."),
        }
        messages.success(request, texts[decision] % {"title": display.nested(done.title)})
        following = next_for(request.user, done)
        if following is None:
            messages.info(request, _("Nothing else waits for you."))
            return redirect("admin:portal_submission_changelist")
        messages.info(request, _("Here is the next submission."))
        return redirect("admin:portal_submission_change", following.pk)

    # --- What else is done with a submission -------------------------------------------------------

    def assign_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Give a submission to oneself, to a colleague, or back to all."""
        submission = self._shown(request, pk)
        if request.method != "POST":
            return redirect("admin:portal_submission_change", pk)
        asked = request.POST.get("to", "")
        to = request.user if asked == "me" else None
        if asked not in ("me", ""):
            to = (
                permissions.judges(submission)
                .filter(pk=int(asked) if is_key(asked) else None)
                .first()
            )
            if to is None:
                raise Http404
        try:
            submission = review.assign(submission, to=to, by=request.user)
        except errors.ReviewError as error:
            if type(error) is errors.NotAllowed:
                raise PermissionDenied from error
            return self._page(request, self._shown(request, pk), error=error)
        given = _("This submission is now assigned to %(name)s.") % {"name": to}
        messages.success(request, given if to else _("This submission is free for all again."))
        return redirect("admin:portal_submission_change", pk)

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The public page as it would be, in the language of the address."""
        submission = self._readable(request, pk)
        if not submission.is_open:
            raise Http404
        image = self._image_url(submission)
        # Ignored by mypy: for templates.
        request.preview_back = reverse("admin:portal_submission_change", args=[pk])  # type: ignore[attr-defined]
        try:
            return preview.preview(request, submission, lambda name: image(name, "proposed"))
        except errors.Incomplete as error:
            return self._page(request, submission, error=error)

    def image_view(self, request: HttpRequest, pk: int, side: str, name: str) -> HttpResponse:
        """An image as it is live, or as it would be."""
        submission = self._readable(request, pk)
        content = kinds.of(submission).content
        if name not in content.images or side not in ("live", "proposed"):
            raise Http404
        target = submission.target
        live = (
            getattr(target, name).name
            if target and submission.is_open
            else submission.base.get(name)
        )
        held = submission.values.get(name, live) if side == "proposed" else live
        return preview.held_image(held)

    def withdraw_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take the object off the public pages, with a reason."""
        submission = self._shown(request, pk)
        if submission.target is None:
            raise Http404
        here = reverse("admin:portal_submission_change", args=[pk])
        return withdraw_page(request, self.admin_site, submission.target, back=here)


# --- Questions of the page -------------------------------------------------------------------------


def next_for(user: Any, done: Submission) -> Submission | None:
    """The submission to look at after `done`: nobody's or one's own, the oldest after it, else any."""
    free = Submission.objects.judgeable_by(user).filter(Q(assigned_to=None) | Q(assigned_to=user))
    later = Q(submitted_at__gt=done.submitted_at) | Q(
        submitted_at=done.submitted_at, pk__gt=done.pk
    )
    return free.filter(later).first() or free.first()


def author_message(submission: Submission) -> str:
    """What the author wrote to the moderators when sending it last."""
    sent = submission.history.filter(action=HistoryEntry.Action.SUBMITTED).first()
    return sent.message if sent else ""


def named(submission: Submission) -> list[agreements.Named]:
    """The organisations that a submission names, and whether each of them agreed to it."""
    values = review.proposed(submission) if submission.is_open else submission.values
    return agreements.named_in(submission, values)
