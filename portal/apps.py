"""The portal's own application, and the admin site that carries its colours."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.core.signals import request_started
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """The ground: life cycle, bilingual text, search, site texts."""

    name = "portal"
    verbose_name = _("Moderation and site")

    def ready(self) -> None:
        """Load the checks and the words of the site for what Django refuses; watch what is written."""
        from portal import checks, content_version, overload, wording  # noqa: F401 - checks register themselves

        wording.use()
        connection_created.connect(content_version.watch)
        request_started.connect(overload.leave_what_is_broken)


class PortalAdminConfig(AdminConfig):
    """The Django admin, as the moderators' desk."""

    default_site = "portal.desk.site.PortalAdminSite"
