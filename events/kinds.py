"""Events and projects as kinds of object that go through review."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from events.forms import EventForm, ProjectForm
from events.models import Event, Project
from events.views.events import event_page
from events.views.projects import funding_address, project_page
from portal.lifecycle import kinds
from portal.lifecycle.content import Content, Rows

EVENT = Content(
    Event,
    fields=(
        "title",
        "summary",
        "description",
        "kind",
        "outcome",
        "starts_at",
        "ends_at",
        "all_day",
        "timezone",
        "period",
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
        "image_alt",
    ),
    many=("themes", "projects"),
    images=("image",),
    rows=(Rows("organisers", ("organisation",), key="organisation"),),
)

PROJECT = Content(
    Project,
    fields=("title", "summary", "description", "stage", "starts_on", "ends_on", "image_alt"),
    many=("themes",),
    images=("image",),
    rows=(
        Rows("partners", ("organisation", "role"), key="organisation"),
        Rows("funding", ("organisation", "funder", "amount", "programme", "year", "source")),
        Rows("figures", ("value", "label", "date", "source")),
        Rows("links", ("label", "url")),
    ),
)


def register() -> None:
    """Make events and projects known to workspace, moderation, preview and history."""
    kinds.register(
        kinds.Kind(
            code="event",
            word=pgettext_lazy("url", "events"),
            new=_("New event"),
            content=EVENT,
            form=EventForm,
            page=event_page,
        )
    )
    kinds.register(
        kinds.Kind(
            code="project",
            word=pgettext_lazy("url", "projects"),
            new=_("New project"),
            content=PROJECT,
            form=ProjectForm,
            page=project_page,
            further=(kinds.Further(Project.objects.funded, funding_address),),
        )
    )
