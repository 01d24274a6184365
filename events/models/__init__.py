"""What they do: events and projects."""

from events.models.events import Event, EventOrganiser
from events.models.projects import (
    FundingLine,
    Project,
    ProjectFigure,
    ProjectLink,
    ProjectPartner,
)

__all__ = [
    "Event",
    "EventOrganiser",
    "FundingLine",
    "Project",
    "ProjectFigure",
    "ProjectLink",
    "ProjectPartner",
]
