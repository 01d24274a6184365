"""Named questions to the database about who is who."""

from typing import Any, Self

from django.contrib.auth.models import BaseUserManager
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from portal.models import PublishedQuerySet, Status


def fold_address(email: str) -> str:
    """An e-mail address as accounts are told apart by: compatibility forms and case folded.

    Two addresses that a mail system could take for one another give one account (Unicode TR 36).
    """
    import unicodedata

    return unicodedata.normalize("NFKC", email.strip()).casefold()


class UserQuerySet(models.QuerySet):
    """Questions asked of accounts."""

    def moderators(self) -> Self:
        """Staff who decide on submissions."""
        return self.filter(is_active=True, is_staff=True)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Creates accounts that sign in with an address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Any:
        """A new account; raises IntegrityError if its address, folded, has one already."""
        user = self.model(email=email.strip(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Any:
        """A new administrator."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> Any:
        return self.get(folded_email=fold_address(username or ""))


class OrganisationQuerySet(PublishedQuerySet):
    """Questions asked of organisations."""

    def members(self) -> Self:
        """Those that are members of the association today."""
        return self.filter(Exists(memberships_today(OuterRef("pk"))))

    def not_members(self) -> Self:
        """Actors of the territory that are not members today."""
        return self.exclude(Exists(memberships_today(OuterRef("pk"))))


def memberships_today(organisation: Any) -> models.QuerySet:
    """The memberships of an organisation (or of an outer query's) that run today."""
    from members.models import Membership

    return Membership.objects.current().filter(organisation=organisation)


class MembershipQuerySet(models.QuerySet):
    """Questions asked of memberships."""

    def current(self) -> Self:
        """Those that run today."""
        today = timezone.localdate()
        return self.filter(Q(until=None) | Q(until__gte=today), since__lte=today)


class PersonQuerySet(models.QuerySet):
    """Questions asked of people."""

    def published(self) -> Self:
        """Those a visitor may read of: their organisation, if they have one, is public."""
        return self.filter(Q(organisation=None) | Q(organisation__status=Status.PUBLISHED))


class ContactQuerySet(models.QuerySet):
    """Questions asked of the contacts of an organisation."""

    def visible_to(self, user: Any) -> Self:
        """Those that `user`, signed in or not, may read."""
        allowed = ["public"]
        if user.is_authenticated and user.is_active:
            if user.is_member():
                allowed.append("members")
            if user.is_staff:
                allowed += ["members", "staff"]
        visible = Q(visibility__in=allowed)
        if user.is_authenticated:
            visible |= Q(organisation__in=user.organisation_ids())
        return self.filter(visible)


class InvitationQuerySet(models.QuerySet):
    """Questions asked of invitations."""

    def pending(self) -> Self:
        """Those that can still be accepted."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())
