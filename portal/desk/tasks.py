"""The page on which administrators see what waits, runs or has failed, and have it run again."""

import logging
import uuid
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from portal.background.models import BackgroundTask, State
from portal.desk import dates
from portal.desk.site import ReadOnlyDesk
from portal.display import capitalised

logger = logging.getLogger(__name__)

LABELS = {
    State.FAILED: pgettext_lazy("task", "failed"),
    State.READY: pgettext_lazy("task", "waiting"),
    State.RUNNING: pgettext_lazy("task", "running"),
}


class StateFilter(admin.SimpleListFilter):
    """What waits, runs, or has failed."""

    title = _("state")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(state.value, capitalised(label)) for state, label in LABELS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(status=self.value()) if self.value() else queryset


class TaskDesk(ReadOnlyDesk):
    """What is to be done in the background. Of a mail it says to whom, and nothing that it says."""

    list_display = ("what", "addresses", "state", "since", "tries", "next_try", "last_error")
    list_filter = (StateFilter,)
    sortable_by = ("since",)
    ordering = ("status", "enqueued_at")  # what failed first
    actions = ("run_again",)
    fields = (
        "what",
        "addresses",
        "state",
        "since",
        "last_try",
        "tries",
        "next_try",
        "last_error",
    )
    readonly_fields = fields

    def is_key(self, text: str) -> bool:
        try:
            return bool(uuid.UUID(text))
        except ValueError:
            return False

    def has_run_permission(self, request: HttpRequest) -> bool:
        """Whether this person may have a task run again: an administrator."""
        return request.user.has_perm("portal.change_backgroundtask")

    @admin.display(description=_("task"))
    def what(self, obj: BackgroundTask) -> str:
        return obj.what

    @admin.display(description=pgettext_lazy("mail", "to"))
    def addresses(self, obj: BackgroundTask) -> str:
        return obj.addresses or "–"

    @admin.display(description=_("state"))
    def state(self, obj: BackgroundTask) -> Any:
        return LABELS.get(State(obj.status), obj.status)

    @admin.display(description=pgettext_lazy("task", "since"), ordering="enqueued_at")
    def since(self, obj: BackgroundTask) -> str:
        return dates.said(obj.enqueued_at)

    @admin.display(description=_("last try"))
    def last_try(self, obj: BackgroundTask) -> str:
        return dates.said(obj.started_at)

    @admin.display(description=_("tries"))
    def tries(self, obj: BackgroundTask) -> int:
        return obj.tries

    @admin.display(description=_("next try"))
    def next_try(self, obj: BackgroundTask) -> str:
        return dates.said(obj.next_try)

    @admin.display(description=_("last error"))
    def last_error(self, obj: BackgroundTask) -> str:
        return obj.last_error or "–"

    @admin.action(description=_("Run again"), permissions=["run"])
    def run_again(self, request: HttpRequest, queryset: QuerySet[BackgroundTask]) -> None:
        """Have each of the chosen tasks tried at once; of those that run or are done, say so."""
        chosen = list(queryset)
        again = [task for task in chosen if task.run_again()]
        for task in again:
            logger.info("Task %s is run again by account %s", task.pk, request.user.pk)
        if again:
            text = ngettext(
                "%(n)d task is tried again.", "%(n)d tasks are tried again.", len(again)
            )
            messages.success(request, text % {"n": len(again)})
        if late := len(chosen) - len(again):
            text = ngettext(
                "%(n)d task is running or done: it was left alone.",
                "%(n)d tasks are running or done: they were left alone.",
                late,
            )
            messages.warning(request, text % {"n": late})
