"""The admin as the moderators' desk."""

from django.contrib.admin import AdminSite


class PortalAdminSite(AdminSite):
    """The Django admin in the portal's colours."""
