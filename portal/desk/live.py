"""What staff do with something that is or was public, besides editing it.

Its history with what each step changed, bringing back an earlier version, taking it off the public
pages and back, recording an agreement given elsewhere. Every page shows the consequence first; only
the POST from that page does anything.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite, ModelAdmin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import display
from portal.desk.site import failures
from portal.lifecycle import (
    agreements,
    diff,
    errors,
    kinds,
    notices,
    past,
    permissions,
    restoring,
    review,
)
from portal.models import HistoryEntry, Published
from portal.rows import AgreedRow
from portal.writing import preview

Action = HistoryEntry.Action
# The steps after which there was a public version to come back to.
VERSIONS = (Action.PUBLISHED, Action.TRUSTED, Action.EDITED, Action.RESTORED)
ENTRIES_A_PAGE = 20


class ReasonForm(forms.Form):
    """Why something is taken off the public pages."""

    message = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("The editors of the organisation get it by mail."),
    )
    along = forms.BooleanField(
        label=gettext_lazy("Withdraw the pages named above with it"), required=False, initial=True
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class NoteForm(forms.Form):
    """A word for the history."""

    message = forms.CharField(
        label=gettext_lazy("Note for the history"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class TokenForm(forms.Form):
    """What was on screen, as `review.token` says it."""

    token = forms.CharField(max_length=40, widget=forms.HiddenInput)


class SourceForm(forms.Form):
    """Where an organisation agreed."""

    source = forms.CharField(
        label=gettext_lazy("Source of the agreement"),
        max_length=300,
        help_text=gettext_lazy("Such as “Letter of 3 March 2026” or “Minutes of the assembly”."),
    )


def withdraw_page(
    request: HttpRequest, site: AdminSite, target: Published, *, back: str
) -> HttpResponse:
    """Ask for the reason, then take `target` off the public pages. `back` is where to go afterwards."""
    if not permissions.can_withdraw(request.user, target):
        raise PermissionDenied
    form = ReasonForm(_sent(request), initial={"version": target.version})
    left = review.left_alone(target)
    if not left:
        del form.fields["along"]
    error = None
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        try:
            with_it = review.withdraw(
                target,
                by=request.user,
                message=sent["message"],
                expected_version=sent["version"],
                along=sent.get("along", False),
            )
        except errors.ReviewError as refused:
            error = refused
            target.refresh_from_db()
            form = _renewed(form, target)
        else:
            text = _("“%(title)s” is no longer public. Its address says so.")
            messages.success(request, text % {"title": display.nested(target)})
            if with_it:
                messages.success(request, notices.went_along(len(with_it)))
            return redirect(back)
    context = _about(request, site, target)
    context |= {"form": form, "error": error, "back": back, "left": left}
    return TemplateResponse(request, "admin/live/withdraw.html", context, status=_status(error))


def _sent(request: HttpRequest) -> Any:
    """What was sent, or nothing if this is no answer to a form."""
    return request.POST if request.method == "POST" else None


def _renewed(form: Any, target: Published) -> Any:
    """The same form with what was typed, carrying the version that is live now."""
    form.data = form.data.copy()
    form.data["version"] = str(target.version)
    return form


def _status(error: errors.ReviewError | None) -> int:
    return 409 if isinstance(error, errors.Stale | errors.WrongState) else 200


def _about(request: HttpRequest, site: AdminSite, target: Published) -> dict[str, Any]:
    return {
        **site.each_context(request),
        "opts": target._meta,
        "target": target,
        "title": str(target),
        "public_url": target.get_absolute_url() if target.is_published else "",
    }


def entry_image_url(entry: HistoryEntry) -> diff.ImageURL:
    """Where the images of a step can be seen."""
    model = entry.target_type.model_class()
    # Ignored by mypy: our kinds have pages and models.
    view = f"admin:{model._meta.app_label}_{model._meta.model_name}_image"  # type: ignore[union-attr]

    def url(name: str, side: str) -> str:
        return reverse(view, args=[entry.target_id, entry.pk, side, name])

    return url


class LiveViews(ModelAdmin):
    """The pages of a published object besides its form."""

    def live_urls(self) -> list[URLPattern]:
        """Addresses under that of the object."""

        def address(route: str, view: Any, name: str) -> URLPattern:
            named = f"{self.opts.app_label}_{self.opts.model_name}_{name}"
            return path(f"<int:pk>/{route}", self.admin_site.admin_view(view), name=named)

        return [
            address("history/", self.past_view, "history"),
            address("history/<int:entry>/restore/", self.restore_view, "restore"),
            address("history/<int:entry>/<slug:side>/<slug:name>/", self.image_view, "image"),
            address("withdraw/", self.withdraw_view, "withdraw"),
            address("republish/", self.republish_view, "republish"),
            address("agreement/<slug:name>/<int:row>/", self.agreement_view, "agreement"),
        ]

    def _found(self, request: HttpRequest, pk: int) -> Any:
        """The object, for whoever may change it directly."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def _address(self, name: str, *args: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=args)

    # --- History -----------------------------------------------------------------------------------

    def past_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Every step in the life of an object, with what it changed."""
        target = self._found(request, pk)
        content = kinds.of(target).content
        page = Paginator(review.history(target), ENTRIES_A_PAGE).get_page(request.GET.get("page"))
        newest = review.history(target).filter(action__in=VERSIONS).first()
        returns = past.returns(target)
        steps = [
            {
                "entry": entry,
                "message": past.message(entry),
                "came_back": entry.pk in returns,
                "rows": diff.of_steps(content, entry.diff, entry_image_url(entry)),
                "can_come_back": entry.action in VERSIONS and entry != newest,
                "is_live": entry == newest and target.is_published,
            }
            for entry in page
        ]
        context = _about(request, self.admin_site, target) | {"steps": steps, "page_obj": page}
        return TemplateResponse(request, "admin/live/history.html", context)

    def image_view(
        self, request: HttpRequest, pk: int, entry: int, side: str, name: str
    ) -> HttpResponse:
        """An image that a step of the history put in place of another, or as it would come back."""
        target = self._found(request, pk)
        step = get_object_or_404(review.history(target), pk=entry)
        content = kinds.of(target).content
        if name not in content.images or side not in ("live", "proposed", "now", "then"):
            raise Http404
        if side == "now":
            return preview.held_image(getattr(target, name).name)
        if side == "then":
            return preview.held_image(review.content_after(target, step)[name])
        before, after = step.diff.get(name, ("", ""))
        return preview.held_image(before if side == "live" else after)

    def restore_view(self, request: HttpRequest, pk: int, entry: int) -> HttpResponse:
        """Show what coming back to an earlier version would change, then do it."""
        target = self._found(request, pk)
        step = get_object_or_404(review.history(target), pk=entry, action__in=VERSIONS)
        shown = {"token": review.token(None, target)}
        form, error = TokenForm(_sent(request), initial=shown), None
        if request.method == "POST":
            try:
                if not form.is_valid():
                    raise errors.Stale
                token = form.cleaned_data["token"]
                done = review.restore(target, step, by=request.user, expected=token)
            except errors.ReviewError as refused:
                error = refused
                form = TokenForm(initial=shown)
            else:
                messages.success(request, _("The earlier version is online again."))
                if done.lost:
                    messages.warning(request, restoring.told(done.lost))
                return redirect(self._address("history", pk))
        content = kinds.of(target).content

        def image_url(name: str, side: str) -> str:
            sides = {"live": "now", "proposed": "then"}
            return self._address("image", target.pk, step.pk, sides[side], name)

        then, lost = review.restorable(target, step, by=request.user)
        rows = diff.between(content, content.read(target), then, image_url)
        for row in rows:
            row["state"] = "unchanged" if row["state"] == "outdated" else row["state"]
        context = _about(request, self.admin_site, target) | {
            "form": form,
            "error": error,
            "failures": failures(content, error),
            "step": step,
            "rows": rows,
            "lost": lost,
            "changes": any(row["state"] == "changed" for row in rows),
        }
        return TemplateResponse(request, "admin/live/restore.html", context, status=_status(error))

    # --- Off the public pages, and back ------------------------------------------------------------

    def withdraw_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take an object off the public pages."""
        target = self._found(request, pk)
        return withdraw_page(request, self.admin_site, target, back=self._address("change", pk))

    def republish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put a withdrawn object back as it was."""
        target = self._found(request, pk)
        form = NoteForm(_sent(request))
        error: errors.ReviewError | None = None
        if request.method == "POST" and form.is_valid():
            try:
                target = review.republish(
                    target, by=request.user, message=form.cleaned_data["message"]
                )
            except errors.ReviewError as refused:
                error = refused
            else:
                text = _("“%(title)s” is public again.")
                messages.success(request, text % {"title": display.nested(target)})
                return redirect(self._address("change", pk))
        context = _about(request, self.admin_site, target) | {"form": form, "error": error}
        return TemplateResponse(
            request, "admin/live/republish.html", context, status=_status(error)
        )

    # --- Agreements --------------------------------------------------------------------------------

    def agreement_view(self, request: HttpRequest, pk: int, name: str, row: int) -> HttpResponse:
        """Note that an organisation named by an object agreed to it elsewhere, and where."""
        target = self._found(request, pk)
        content = kinds.of(target).content
        if name not in content.rows or not issubclass(content.row_model(name), AgreedRow):
            raise Http404
        named = get_object_or_404(getattr(target, name).select_related("organisation"), pk=row)
        form = SourceForm(_sent(request))
        if request.method == "POST" and form.is_valid():
            try:
                agreements.record(named, source=form.cleaned_data["source"], by=request.user)
            except errors.Stale as refused:
                messages.error(request, str(refused))
                return redirect(self._address("change", pk))
            text = _("The agreement of %(organisation)s is recorded: the public page names it.")
            messages.success(request, text % {"organisation": named.organisation})
            return redirect(self._address("change", pk))
        context = _about(request, self.admin_site, target) | {"form": form, "row": named}
        return TemplateResponse(request, "admin/live/agreement.html", context)
