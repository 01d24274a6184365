"""Addresses of events and projects, of the ecosystem and of key figures."""

from django.urls import include, path, register_converter
from django.urls.converters import IntConverter
from django.utils.translation import pgettext_lazy

from events.views import events as event_views
from events.views import key_figures as figure_views
from events.views import network as network_views
from events.views import projects as project_views
from events.views import subscriptions


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

# The names of files stand where a slug could: no slug has a point.
CALENDAR = pgettext_lazy("url", "calendar.ics")
FEED = pgettext_lazy("url", "feed.atom")
EVENT_TABLE = pgettext_lazy("url", "events.csv")

# /agenda/2027/03/, /events/2027/03/
month: list = [
    path("", event_views.event_month, name="event-month"),
    path(EVENT_TABLE, event_views.event_month_table, name="event-month-table"),
]
# /agenda/{slug}/, /events/{slug}/
event: list = [
    path("", event_views.event_detail, name="event-detail"),
    path(pgettext_lazy("url", "event.ics"), subscriptions.event_file, name="event-file"),
]
# /agenda/, /events/
agenda: list = [
    path("", event_views.event_list, name="event-list"),
    path(CALENDAR, subscriptions.agenda_calendar, name="event-calendar"),
    path(FEED, subscriptions.agenda_feed, name="event-feed"),
    path(EVENT_TABLE, event_views.event_table, name="event-table"),
    path("<year:year>/<month:month>/", include(month)),
    path("<slug:slug>/", include(event)),
]

# /projets/{slug}/, /projects/{slug}/
project: list = [
    path("", project_views.project_detail, name="project-detail"),
    path(pgettext_lazy("url", "funding/"), project_views.project_funding, name="project-funding"),
    path(
        pgettext_lazy("url", "funding.csv"),
        project_views.project_funding_table,
        name="project-funding-table",
    ),
]
# /projets/, /projects/
projects: list = [
    path("", project_views.project_list, name="project-list"),
    path(pgettext_lazy("url", "projects.csv"), project_views.project_table, name="project-table"),
    path("<slug:slug>/", include(project)),
]

# /annuaire/{slug}/, /directory/{slug}/: beside the page, which is not ours
organisation: list = [
    path(CALENDAR, subscriptions.organisation_calendar, name="organisation-calendar"),
    path(FEED, subscriptions.organisation_feed, name="organisation-feed"),
]

# /ecosysteme/, /ecosystem/
ecosystem: list = [
    path("", network_views.ecosystem_page, name="ecosystem"),
    path(
        pgettext_lazy("url", "network.csv"), network_views.ecosystem_table, name="ecosystem-table"
    ),
    path(pgettext_lazy("url", "network.json"), network_views.ecosystem_data, name="ecosystem-data"),
    path(
        pgettext_lazy("url", "network.graphml"),
        network_views.ecosystem_graph,
        name="ecosystem-graph",
    ),
]

# /chiffres-cles/, /key-figures/
figures: list = [
    path("", figure_views.key_figures, name="key-figures"),
    path(
        pgettext_lazy("url", "data.csv"), figure_views.key_figures_table, name="key-figures-table"
    ),
]

urlpatterns = [
    path(pgettext_lazy("url", "events/"), include(agenda)),
    path(pgettext_lazy("url", "projects/"), include(projects)),
    path(
        pgettext_lazy("url", "directory/"),
        include([path("<slug:slug>/", include(organisation))]),
    ),
    path(pgettext_lazy("url", "ecosystem/"), include(ecosystem)),
    path(pgettext_lazy("url", "key-figures/"), include(figures)),
]
