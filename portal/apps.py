"""The portal's own application, and the admin site that carries its colours."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    """The ground: life cycle, bilingual text, search, site texts."""

    name = "portal"
    verbose_name = _("Moderation and site")

    def ready(self) -> None:
        """Load the system checks, and the words of the site for what Django refuses."""
        from portal import checks, wording  # noqa: F401 - checks are registered by being imported

        wording.use()


class PortalAdminConfig(AdminConfig):
    """The Django admin, as the moderators' desk."""

    default_site = "portal.desk.site.PortalAdminSite"
