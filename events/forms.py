"""The forms in which events and projects are written."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from events.models import (
    Event,
    EventOrganiser,
    FundingLine,
    Project,
    ProjectFigure,
    ProjectLink,
    ProjectPartner,
)
from members.fields import OrganisationField
from portal.content import Values
from portal.editing import ContentForm, RowForm

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class OrganiserForm(RowForm):
    """An organisation that organises an event with others."""

    organisation = OrganisationField(required=False, label=_("Organisation"))

    class Meta:
        model = EventOrganiser
        fields = ("organisation",)


class EventForm(ContentForm):
    """An event. Dates and times are those of its own time zone."""

    start_date = forms.DateField(required=False, label=_("First day"), widget=DATE)
    start_time = forms.TimeField(required=False, label=_("Starts at"), widget=TIME)
    end_date = forms.DateField(
        required=False,
        label=_("Last day"),
        widget=DATE,
        help_text=_("Leave empty if it is the same day."),
    )
    end_time = forms.TimeField(required=False, label=_("Ends at"), widget=TIME)

    class Meta:
        model = Event
        fields = (
            "title_fr",
            "title_en",
            "summary_fr",
            "summary_en",
            "description_fr",
            "description_en",
            "kind",
            "outcome",
            "all_day",
            "timezone",
            "period_fr",
            "period_en",
            "place",
            "address",
            "commune",
            "online_url",
            "languages",
            "audience",
            "price",
            "registration_url",
            "attendance",
            "attendance_qualifier",
            "image_alt_fr",
            "image_alt_en",
            "themes",
            "projects",
        )
        widgets = {
            "themes": forms.CheckboxSelectMultiple,
            "timezone": forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off"}),
        }

    sections = (
        (_("What it is"), ("title", "kind", "summary", "description", "themes")),
        (
            _("When"),
            ("start_date", "start_time", "end_date", "end_time", "all_day", "timezone", "period", "outcome"),
        ),
        (_("Where"), ("place", "address", "commune", "online_url")),
        (_("Organised by"), ("organisers",)),
        (_("For whom"), ("audience", "languages", "price", "registration_url", "projects")),
        (_("Image"), ("image", "image_alt")),
        (_("Participants"), ("attendance", "attendance_qualifier")),
    )
    row_forms = {"organisers": OrganiserForm}
    stand_ins = {"starts_at": "start_date", "ends_at": "end_date"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["projects"].queryset = Project.objects.published()
        self.fields["timezone"].empty_value = Event._meta.get_field("timezone").default

    def initial_from(self, proposed: Values) -> dict[str, Any]:
        initial = super().initial_from(proposed)
        zone = ZoneInfo(proposed["timezone"]) if proposed["timezone"] in available_timezones() else None
        for part, column in (("start", "starts_at"), ("end", "ends_at")):
            if proposed[column]:
                moment = datetime.datetime.fromisoformat(proposed[column]).astimezone(zone)
                initial[f"{part}_date"] = moment.date()
                if not proposed["all_day"]:
                    initial[f"{part}_time"] = moment.time()
        return initial

    def completeness(self) -> tuple[str, ...]:
        return (
            "title_fr",
            "title_en",
            "summary_fr",
            "summary_en",
            "description_fr",
            "description_en",
            "starts_at",
            "themes",
            "price",
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("timezone") and cleaned["timezone"] not in available_timezones():
            return cleaned  # the field's own validator has said so
        zone = ZoneInfo(cleaned.get("timezone") or "Europe/Paris")
        first, last = cleaned.get("start_date"), cleaned.get("end_date")
        if cleaned.get("start_time") and not first:
            self.add_error("start_date", _("Give the day as well as the time."))
        if not last and cleaned.get("end_time"):
            last = first
        if first and not cleaned.get("start_time") and not cleaned.get("all_day"):
            self.add_error("start_time", _("Give the time, or tick “all day”."))
        cleaned["starts_at"] = self._moment(first, cleaned.get("start_time"), zone)
        cleaned["ends_at"] = self._moment(last, cleaned.get("end_time"), zone)
        return cleaned

    def _moment(
        self, day: datetime.date | None, time: datetime.time | None, zone: ZoneInfo
    ) -> datetime.datetime | None:
        if day is None:
            return None
        if self.cleaned_data.get("all_day") or time is None:
            time = datetime.time.min
        try:
            return datetime.datetime.combine(day, time, zone).astimezone(datetime.UTC)
        except OverflowError:
            self.add_error("start_date", _("This date is too far away."))
            return None

    def _post_clean(self) -> None:
        super()._post_clean()
        self.instance.starts_at = self.cleaned_data.get("starts_at")
        self.instance.ends_at = self.cleaned_data.get("ends_at")


class PartnerForm(RowForm):
    """An organisation that takes part in a project."""

    organisation = OrganisationField(required=False, label=_("Organisation"))

    class Meta:
        model = ProjectPartner
        fields = ("organisation", "role")


class FundingForm(RowForm):
    """An amount and who states it."""

    class Meta:
        model = FundingLine
        fields = ("funder", "amount", "programme_fr", "programme_en", "year", "source")


class FigureForm(RowForm):
    """A number with its date and source."""

    class Meta:
        model = ProjectFigure
        fields = ("value_fr", "value_en", "label_fr", "label_en", "date", "source")


class ProjectLinkForm(RowForm):
    """A page about the project elsewhere."""

    class Meta:
        model = ProjectLink
        fields = ("label", "url")


class ProjectForm(ContentForm):
    """A project with its partners, funding and figures."""

    class Meta:
        model = Project
        fields = (
            "title_fr",
            "title_en",
            "summary_fr",
            "summary_en",
            "description_fr",
            "description_en",
            "stage",
            "starts_on",
            "ends_on",
            "image_alt_fr",
            "image_alt_en",
            "themes",
        )
        widgets = {"themes": forms.CheckboxSelectMultiple}

    sections = (
        (_("What it is"), ("title", "summary", "description", "themes")),
        (_("When"), ("stage", "starts_on", "ends_on")),
        (_("With whom"), ("partners",)),
        (_("Funding"), ("funding",)),
        (_("Figures and links"), ("figures", "links")),
        (_("Image"), ("image", "image_alt")),
    )
    row_forms = {
        "partners": PartnerForm,
        "funding": FundingForm,
        "figures": FigureForm,
        "links": ProjectLinkForm,
    }

    def completeness(self) -> tuple[str, ...]:
        return (
            "title_fr",
            "title_en",
            "summary_fr",
            "summary_en",
            "description_fr",
            "description_en",
            "starts_on",
            "themes",
            "partners",
        )
