"""What they do: events and projects."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    """The upper of the two apps: knows members."""

    name = "events"
    verbose_name = _("Events and projects")

    def ready(self) -> None:
        """Make events and projects known to the life cycle, and to the pages of organisations."""
        from events import kinds, related

        kinds.register()
        related.register()
