"""The public pages of events and projects."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from events.models import Event, Project


def event_page(request: HttpRequest, event: Event) -> HttpResponse:
    """One event, published or as it would be."""
    return render(request, "events/event_detail.html", {"event": event})


def project_page(request: HttpRequest, project: Project) -> HttpResponse:
    """One project, published or as it would be."""
    return render(request, "events/project_detail.html", {"project": project})
