"""Addresses of events and projects."""

from django.urls import include, path, register_converter
from django.urls.converters import IntConverter
from django.utils.translation import pgettext_lazy

from events.views import events as event_views
from events.views import projects as project_views


class YearConverter(IntConverter):
    """The years that the agenda knows; `RESERVED_SLUGS` keeps them free."""

    regex = "20[0-9]{2}"


class MonthConverter(IntConverter):
    """A month in two digits."""

    regex = "0[1-9]|1[0-2]"

    def to_url(self, value: int | str) -> str:
        return f"{int(value):02}"


register_converter(YearConverter, "year")
register_converter(MonthConverter, "month")

app_name = "events"

# /agenda/, /events/
agenda: list = [
    path("", event_views.event_list, name="event-list"),
    path("<year:year>/<month:month>/", event_views.event_month, name="event-month"),
    path("<slug:slug>/", event_views.event_detail, name="event-detail"),
]

# /projets/, /projects/
project: list = [
    path("", project_views.project_detail, name="project-detail"),
    path(pgettext_lazy("url", "funding/"), project_views.project_funding, name="project-funding"),
    path(
        pgettext_lazy("url", "funding.csv"),
        project_views.project_funding_table,
        name="project-funding-table",
    ),
]
projects: list = [
    path("", project_views.project_list, name="project-list"),
    path("<slug:slug>/", include(project)),
]

urlpatterns = [
    path(pgettext_lazy("url", "events/"), include(agenda)),
    path(pgettext_lazy("url", "projects/"), include(projects)),
]
