"""The forms in which events and projects are written."""

import datetime
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
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
from members.forms import NamedRowForm
from portal import time_zones
from portal.fields import missing_half
from portal.lifecycle.content import Values
from portal.writing.editing import MARKDOWN_HELP, Choices, ContentForm, NamedChoices
from portal.writing.rows import SENTENCE, RowForm

DATE = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
# What a date may be: a year typed by mistake is beyond these, and no calendar program reads others.
FIRST_YEAR, LAST_YEAR = 1900, 2200
# What the time zone field offers while one types; any other zone may be typed.
TIME_ZONES = ("Europe/Paris", "Europe/London", "Africa/Casablanca", "America/Montreal", "UTC")

# What to write, where a field alone does not say it.
EVENT_SUMMARY = _(
    "One sentence: what one learns or does there, and for whom. It stands in lists and search results."
)
PROJECT_SUMMARY = _(
    "One sentence: the problem, and what the project does about it. It stands in lists and search "
    "results."
)
IMAGE_ALT = _("What somebody who cannot see it should hear: who or what, where, doing what.")

# Whom a form names, and whether it is asked.
ORGANISERS_ASKED = _(
    "Each organisation you name is asked, and appears on the page once it has agreed."
)
PARTNERS_ASKED = _("Each partner is asked, and appears on the page once it has agreed.")
FUNDERS_STATED = _(
    "The total is worked out from these lines. A funder is not asked: the source answers for the amount."
)
NOT_A_FUNDER = _(
    "The directory has no organisation called “%(name)s”. Check the name, or write it as another "
    "funder."
)


class OrganiserForm(NamedRowForm):
    """An organisation that organises an event with others."""

    class Meta:
        model = EventOrganiser
        fields = ("organisation",)


class EventForm(ContentForm):
    """An event. Dates and times are those of its own time zone."""

    start_date = forms.DateField(label=_("First day"), widget=DATE)
    start_time = forms.TimeField(label=_("Starts at"), widget=TIME)
    end_date = forms.DateField(
        label=_("Last day"), widget=DATE, help_text=_("Leave empty if it is the same day.")
    )
    end_time = forms.TimeField(label=_("Ends at"), widget=TIME)

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
        field_classes = {"themes": NamedChoices, "projects": Choices}
        widgets = {
            "summary_fr": SENTENCE,
            "summary_en": SENTENCE,
            "timezone": forms.TextInput(attrs={"list": "time-zones", "autocomplete": "off"}),
        }
        help_texts = {
            "title_fr": _("What it is called, without its date and place."),
            "summary_fr": EVENT_SUMMARY,
            "description_fr": MARKDOWN_HELP,
            "place": _("The building or the room."),
            "address": _("Number and street, as on an envelope."),
            "online_url": _("Everybody sees it: a link that must stay private goes by mail."),
            "registration_url": _("The page on which one registers."),
            "attendance": _("Afterwards: how many came."),
            "image_alt_fr": IMAGE_ALT,
        }

    sections = (
        (_("What it is"), ("title", "kind", "summary", "description", "themes")),
        (
            _("When"),
            (
                "start_date",
                "start_time",
                "end_date",
                "end_time",
                "all_day",
                "timezone",
                "period",
                "outcome",
            ),
        ),
        (_("Where"), ("place", "address", "commune", "online_url")),
        (_("Organised by"), ("organisers",)),
        (_("For whom"), ("audience", "languages", "price", "registration_url", "projects")),
        (_("Image"), ("image", "image_alt")),
        (_("Participants"), ("attendance", "attendance_qualifier")),
    )
    row_forms = {"organisers": OrganiserForm}
    row_help = {"organisers": ORGANISERS_ASKED}
    elements = (
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
    stand_ins: dict[str, str] = {"starts_at": "start_date", "ends_at": "end_date"}
    datalists = {"time-zones": TIME_ZONES}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["projects"].queryset = self._projects()
        fields["timezone"].empty_value = Event._meta.get_field("timezone").default

    @classmethod
    def suggested(cls, organisation: Any) -> Values:
        return {"organisers": [{"organisation": organisation.pk}]} if organisation else {}

    def initial_from(self, proposed: Values) -> dict[str, Any]:
        initial = super().initial_from(proposed)
        zone = time_zones.named(proposed["timezone"])
        for part, column in (("start", "starts_at"), ("end", "ends_at")):
            if half := missing_half(proposed[column]):
                said = "date" if half == "time" else "time"
                initial[f"{part}_{said}"] = proposed[column]
            elif proposed[column]:
                moment = datetime.datetime.fromisoformat(proposed[column]).astimezone(zone)
                initial[f"{part}_date"] = moment.date()
                if not proposed["all_day"]:
                    initial[f"{part}_time"] = moment.time()
        return initial

    def _now(self, column: str) -> Any:
        """As it stands; of a moment that is shown with one half, nothing."""
        now = super()._now(column)
        return None if not self.is_bound and missing_half(now) else now

    def _projects(self) -> Any:
        """The projects to tie it to: those its organisation takes part in, and those it has."""
        theirs = Q(organisation=self.organisation) | Q(
            partners__organisation=self.organisation, partners__agreed_at__isnull=False
        )
        if self.organisation is None:
            theirs = Q(pk=None)
        chosen = Q(pk__in=self.proposed["projects"])
        return Project.objects.published().filter(theirs | chosen).distinct()

    # --- Dates --------------------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        default = Event._meta.get_field("timezone").default
        zone = time_zones.named(cleaned.get("timezone") or default)
        if zone is None:
            self.add_error("timezone", _("This is not a known time zone, such as Europe/Paris."))
            zone = ZoneInfo(default)  # the rest is looked at all the same
        first, last = cleaned.get("start_date"), cleaned.get("end_date")
        if cleaned.get("end_time"):
            last = last or first
        elif last == first and not cleaned.get("all_day"):
            last = None  # the same day and no hour: nothing is said of the end
        cleaned["starts_at"] = self._moment("start", first, zone)
        cleaned["ends_at"] = self._moment("end", last, zone)
        self.halves = dict(self._halves(first, last))
        return cleaned

    def _halves(
        self, first: datetime.date | None, last: datetime.date | None
    ) -> Iterator[tuple[str, str]]:
        """The moments, by column, of which only the day is said, or only the time: a draft keeps that.

        What is said of one when it is sent stands beside the half that is missing.
        """
        start, end = self.cleaned_data.get("start_time"), self.cleaned_data.get("end_time")
        timed = start or "start_time" in self.errors or self.cleaned_data.get("all_day")
        if first and not timed:
            self.stand_ins = self.stand_ins | {"starts_at": "start_time"}
            yield "starts_at", first.isoformat()
        if start and not first:
            yield "starts_at", f"{start:%H:%M}"
        if end and not last:
            yield "ends_at", f"{end:%H:%M}"

    def _moment(
        self, part: str, day: datetime.date | None, zone: ZoneInfo
    ) -> datetime.datetime | None:
        """The moment that a day and a time mean in a zone; says so beside the field if there is none."""
        if day is None:
            return None
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            self.add_error(f"{part}_date", _("Check the year: this date is too far away."))
            return None
        whole = self.cleaned_data.get("all_day")
        typed = None if whole else self.cleaned_data.get(f"{part}_time")
        unsaid = datetime.time(23, 59) if part == "end" and not whole else datetime.time.min
        local = datetime.datetime.combine(day, typed or unsaid)
        moment = local.replace(tzinfo=zone).astimezone(datetime.UTC)
        if typed and moment.astimezone(zone).replace(tzinfo=None) != local:
            self.add_error(f"{part}_time", _("Clocks skip this hour on that day: choose another."))
        return moment

    def _post_clean(self) -> None:
        super()._post_clean()
        self.instance.starts_at = self.cleaned_data.get("starts_at")
        self.instance.ends_at = self.cleaned_data.get("ends_at")

    def values(self) -> Values:
        values = super().values() | self.halves
        for column in ("starts_at", "ends_at"):
            # The inputs know minutes: a live date with seconds is not changed by being shown.
            if (values[column] or "")[:16] == (self.proposed[column] or "")[:16]:
                values[column] = self.proposed[column]
        return values


class PartnerForm(NamedRowForm):
    """An organisation that takes part in a project."""

    class Meta:
        model = ProjectPartner
        fields = ("organisation", "role")


class FundingForm(NamedRowForm):
    """An amount, who gives it and who states it."""

    organisation = OrganisationField(
        required=False,
        label=_("Funder"),
        help_text=FundingLine._meta.get_field("organisation").help_text,
        error_messages={"unknown": NOT_A_FUNDER},
    )

    class Meta:
        model = FundingLine
        fields = (
            "organisation",
            "funder",
            "amount",
            "programme_fr",
            "programme_en",
            "year",
            "source_fr",
            "source_en",
        )


class FigureForm(RowForm):
    """A number with its date and source."""

    class Meta:
        model = ProjectFigure
        fields = ("value_fr", "value_en", "label_fr", "label_en", "date", "source_fr", "source_en")


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
        field_classes = {"themes": NamedChoices}
        widgets = {"summary_fr": SENTENCE, "summary_en": SENTENCE}
        help_texts = {
            "summary_fr": PROJECT_SUMMARY,
            "description_fr": MARKDOWN_HELP,
            "image_alt_fr": IMAGE_ALT,
        }

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
    row_help = {
        "partners": PARTNERS_ASKED,
        "funding": FUNDERS_STATED,
    }
    elements = (
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

    @classmethod
    def suggested(cls, organisation: Any) -> Values:
        if organisation is None:
            return {}
        return {
            "partners": [{"organisation": organisation.pk, "role": ProjectPartner.Role.LEAD.value}]
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        leads = [
            form
            for form in self.rows["partners"].filled()
            if form.cleaned_data.get("role") == ProjectPartner.Role.LEAD
        ]
        for form in leads[1:]:
            text = _("A project has one lead: choose another role for this partner.")
            form.add_error("role", ValidationError(text))
        return cleaned
