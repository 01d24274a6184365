"""The staff's desk for events and projects."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from events.models import Event, Project
from members.fields import OrganisationField, organisation_names
from members.models import Organisation
from portal import display, i18n
from portal.desk.direct import PublishedDesk, StaffForm


class KeeperField(OrganisationField):
    """The organisation whose editors write an object; the one it has may stay, withdrawn or not."""

    current: Organisation | None = None

    def clean(self, value: Any) -> Organisation | None:
        if self.current is not None and value == self.prepare_value(self.current.pk):
            return self.current
        return super().clean(value)


class TitledStaffForm(StaffForm):
    """What staff keep of an event or a project besides its content."""

    def __init__(self, target: Any, data: Any = None) -> None:
        super().__init__(target, data)
        keeper = KeeperField(
            required=False,
            initial=target.organisation_id,
            label=_("Published by"),
            help_text=_("Its editors write it. Without an organisation only staff do."),
        )
        keeper.current = target.organisation
        self.fields = {"organisation": keeper, **self.fields}

    def columns(self) -> Iterable[str]:
        return ("organisation", *super().columns())


class TitledDesk(PublishedDesk):
    """What an event and a project have in common here."""

    staff_form = TitledStaffForm
    list_select_related = ("organisation",)
    search_fields = ("title_fr", "title_en", "organisation__name")
    suggestions = {"organisation-names": organisation_names}

    @admin.display(description=_("title"))
    def title_shown(self, obj: Any) -> str:
        """The title in the reader's language, else in the other."""
        return str(obj)


@admin.register(Event)
class EventDesk(TitledDesk):
    """The agenda, for administrators."""

    list_display = ("title_shown", "kind", "starts", "organisation", "outcome", "state")
    list_filter = ("status", "kind", "outcome")

    @admin.display(description=_("start"), ordering="starts_at")
    def starts(self, obj: Event) -> str:
        """When it starts, in its own time; the period in words, if that is what is read."""
        if not obj.has_days or obj.local_start is None:
            return i18n.text(obj, "period").value
        return display.moment(obj.local_start, obj.all_day)


@admin.register(Project)
class ProjectDesk(TitledDesk):
    """The projects, for administrators."""

    list_display = ("title_shown", "stage", "organisation", "state", "updated_at")
    list_filter = ("status", "stage")
