"""Addresses of events and projects."""

app_name = "events"

# /agenda/, /events/
agenda: list = []

# /projets/, /projects/
projects: list = []

urlpatterns = [*agenda, *projects]
