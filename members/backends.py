"""What staff may do. There are no groups: a moderator is `is_staff`, an administrator `is_superuser`."""

from typing import Any

from django.contrib.auth.backends import BaseBackend

MODERATOR = frozenset(
    {
        "portal.view_submission",
        "portal.decide_submission",
    }
)


class StaffBackend(BaseBackend):
    """Gives moderators their fixed permissions. It signs nobody in."""

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """The permissions of a moderator; an administrator has all of them anyway."""
        if obj is None and user_obj.is_active and user_obj.is_staff:
            return set(MODERATOR)
        return set()
