"""Who signs in, and what staff may do.

There are no groups: a moderator is `is_staff`, an administrator `is_superuser`.
"""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import BaseBackend

MODERATOR = frozenset(
    {
        "portal.view_submission",
        "portal.decide_submission",
    }
)


class AddressBackend(AuthenticationBackend):
    """Signs people in by e-mail address and password; whoever is not active stays out.

    It gives no permission, so that a row in a table of groups or permissions cannot either.
    """

    def _authenticate_by_email(self, email: str, password: str) -> Any:
        account = get_user_model()._default_manager.reached_at(email)
        return self._check_password(account, password)

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """None: `StaffBackend` has them all."""
        return set()

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """None: there are no groups."""
        return set()


class StaffBackend(BaseBackend):
    """Gives moderators their fixed permissions. It signs nobody in."""

    def get_user_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """The permissions of a moderator; an administrator has all of them anyway."""
        if obj is None and user_obj.is_active and user_obj.is_staff:
            return set(MODERATOR)
        return set()
