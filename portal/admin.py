"""What the staff's desk shows of the ground: the queue, the history, what runs in the
background, and the texts of the site.
"""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from portal.desk.live import entry_image_url
from portal.desk.moderation import SubmissionDesk
from portal.desk.site import Desk, ReadOnlyDesk, is_key
from portal.desk.tasks import TaskDesk
from portal.lifecycle import diff, kinds, past
from portal.models import BackgroundTask, HistoryEntry, Page, Submission

admin.site.register(Submission, SubmissionDesk)
admin.site.register(BackgroundTask, TaskDesk)


@admin.register(Page)
class PageDesk(Desk):
    """The texts of the site, in both languages side by side."""

    list_display = ("__str__", "code", "updated_at")
    codes = ("code",)
    readonly_fields = ("updated_at",)
    fieldsets = (
        (
            None,
            {"fields": ("code", ("title_fr", "title_en"), ("body_fr", "body_en"), "updated_at")},
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """All those that the site links to are there from the beginning."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The site links to each of them."""
        return False


@admin.register(HistoryEntry)
class HistoryDesk(ReadOnlyDesk):
    """Every step of everything, as it was noted: nobody writes here."""

    list_display = ("at", "what", "kind_label", "about", "actor", "short_message")
    list_filter = ("action",)
    list_select_related = ("actor", "target_type", "submission")
    search_fields = ("message", "actor__full_name", "actor__email")
    sortable_by = ("at",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("target", "submission__target")

    @admin.display(description=_("action"), ordering="action")
    def what(self, obj: HistoryEntry) -> str:
        return obj.get_action_display()

    @admin.display(description=_("kind"))
    def kind_label(self, obj: HistoryEntry) -> str:
        return kinds.of(obj.target_type.model_class()).label

    @admin.display(description=_("object"))
    def about(self, obj: HistoryEntry) -> str:
        return str(obj.target or obj.submission or "–")

    @admin.display(description=_("message"))
    def short_message(self, obj: HistoryEntry) -> str:
        return past.message(obj)[:80]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show one step with what it changed."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        key = object_id if is_key(object_id) else None
        entry = get_object_or_404(self.get_queryset(request), pk=key)
        content = kinds.of(entry.target_type.model_class()).content
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": entry.get_action_display(),
            "entry": entry,
            "message": past.message(entry),
            "came_back": entry.target is not None and entry.pk in past.returns(entry.target),
            "about": self.about(entry),
            "rows": diff.of_steps(content, entry.diff, entry_image_url(entry)),
        }
        return TemplateResponse(request, "admin/portal/historyentry/detail.html", context)
