"""Who: accounts, organisations and their people."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MembersConfig(AppConfig):
    """The lower of the two apps: knows nothing of events and projects."""

    name = "members"
    verbose_name = _("Members")

    def ready(self) -> None:
        """Make organisations known to the life cycle."""
        from members import kinds

        kinds.register()
