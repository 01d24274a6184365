"""Events and projects as kinds of object that go through review."""

from typing import Any

from events import views
from events.forms import EventForm, ProjectForm
from events.models import Event, Project
from portal import kinds
from portal.content import Content, Rows

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
        Rows("funding", ("funder", "amount", "programme", "year", "source")),
        Rows("figures", ("value", "label", "date", "source")),
        Rows("links", ("label", "url")),
    ),
)


def register() -> None:
    """Make events and projects known to workspace, moderation, preview and history."""
    for code, content, form, page in (
        ("event", EVENT, EventForm, views.event_page),
        ("project", PROJECT, ProjectForm, views.project_page),
    ):
        kinds.register(
            kinds.Kind(code=code, content=content, form=form, page=page, published=_published)
        )


def _published(obj: Any, submission: Any, by: Any) -> None:
    """Nothing follows but what follows for every kind."""
