"""Named questions to the database about who is who."""

import unicodedata
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Self

from django.contrib.auth.models import BaseUserManager
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from portal import counting, related
from portal.models import PublishedQuerySet, Status, Submission
from portal.nested import ShowingQuerySet
from portal.rows import AgreedRowQuerySet

# The code of the college that founded the association.
FOUNDING = "founding"
# After so long a profile is to be looked at again.
CHECKED_FOR = timedelta(days=365)


def fold_address(email: str) -> str:
    """An e-mail address as accounts are told apart by: case and look-alike letters are one.

    Two addresses that some mail system or database could take for one another give one account
    (CVE-2019-19844): "ı" is capitalised like "i", "ﬁ" is spelled "fi" in another face.
    """
    folded = unicodedata.normalize("NFKC", email.strip()).upper().casefold()
    return unicodedata.normalize("NFKC", folded).replace("i\u0307", "i")


class UserQuerySet(models.QuerySet):
    """Questions asked of accounts."""

    def moderators(self) -> Self:
        """Staff who decide on submissions."""
        return self.filter(is_active=True, is_staff=True)

    def reached_at(self, email: str) -> Any:
        """The account an address belongs to, or None: who confirmed it, else who signed up with it."""
        folded = fold_address(email)
        spellings = {folded, email.strip().lower()}
        confirmed = self.filter(
            emailaddress__verified=True, emailaddress__email__in=spellings
        ).order_by("pk")
        return confirmed.first() or self.filter(folded_email=folded).first()

    def stored_address(self, email: str) -> str:
        """An address as the account that it belongs to spells it; in lower case if it has none."""
        typed, folded = email.strip().lower(), fold_address(email)
        account = self.reached_at(email)
        if account is None:
            return typed
        verified = account.emailaddress_set.filter(verified=True).values_list("email", flat=True)
        known = [*verified, account.email]
        same = (address for address in known if fold_address(address) == folded)
        return typed if typed in known else next(same, account.email)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]  # Django makes it
    """Creates accounts that sign in with an address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Any:
        """A new account; raises IntegrityError if its address, folded, has one already."""
        user = self.model(email=email.strip(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Any:
        """A new administrator. Whoever has the command line need not prove the address by mail."""
        user = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
        user.emailaddress_set.create(email=user.email, verified=True, primary=True)
        return user

    def get_by_natural_key(self, username: str | None) -> Any:
        return self.get(folded_email=fold_address(username or ""))


class OrganisationQuerySet(PublishedQuerySet):
    """Questions asked of organisations."""

    def members(self) -> Self:
        """Those that are members of the association today."""
        return self.filter(Exists(self._memberships_today()))

    def not_members(self) -> Self:
        """Actors of the territory that are not members today."""
        return self.exclude(Exists(self._memberships_today()))

    def of_college(self, code: str) -> Self:
        """Those that are members today, in this college."""
        return self.filter(Exists(self._memberships_today().filter(college__code=code)))

    def founders(self) -> Self:
        """Those that are members today as founders of the association."""
        return self.of_college(FOUNDING)

    def _memberships_today(self) -> Any:
        """The memberships that run today of each organisation of this query."""
        return self._memberships().today_of(OuterRef("pk"))

    def _memberships(self) -> Any:
        memberships: Any = self.model._meta.get_field("memberships").related_model
        return memberships.objects

    def exchanging(self, direction: str, topics: Iterable[str]) -> Self:
        """Those that offer, or look for, something on one of these topics; each once."""
        having = self.model._default_manager.filter(
            exchanges__direction=direction, exchanges__topic__in=topics
        )
        return self.filter(pk__in=having.order_by().values("pk"))

    def to_check(self) -> Self:
        """Public ones whose owners are to be asked whether the profile still holds.

        For a year nobody changed or checked it or was asked to, and no edit of it is under review.
        """
        before = timezone.localdate() - CHECKED_FOR
        relation: Any = self.model._meta.get_field("seats").related_model
        owners = relation.objects.filter(
            organisation=OuterRef("pk"), role="owner", user__is_active=True
        )
        sent = Submission.objects.filter(
            kind__app_label="members", kind__model="organisation", status=Status.IN_REVIEW
        )
        return (
            self.published()
            .filter(Q(verified_on=None) | Q(verified_on__lt=before), updated_at__date__lt=before)
            .filter(Q(check_asked_on=None) | Q(check_asked_on__lte=before))
            .filter(Exists(owners), ~Exists(sent.filter(target_id=OuterRef("pk"))))
        )

    def for_rows(self, *further: str) -> Self:
        """With what the row of a list says of each, and these columns: no query more."""
        return self.reading("in_rows", *related.counts(), *further)

    def in_full(self) -> Self:
        """With what API and tables say of each: no query more."""
        return self.select_related("commune").showing(
            "agreed_parents", "running_memberships", "all_exchanges", "all_themes"
        )

    def whole(self, *more: str) -> Self:
        """With all that is said of one, and these lists: no query more.

        Its page tells the distinctions of its people too (`all_distinctions`), the API its own alone.
        """
        return self.reading("whole", *more)


class AffiliationQuerySet(AgreedRowQuerySet):
    """Questions asked of what belongs to what."""

    def parts(self) -> Self:
        """Those whose part is public, where the whole agreed: what the page of the whole lists."""
        return (
            self.filter(agreed_at__isnull=False, part__status=Status.PUBLISHED)
            .select_related("part")
            .order_by("part__sort_name", "pk")
        )


class MembershipQuerySet(models.QuerySet):
    """Questions asked of memberships."""

    def current(self) -> Self:
        """Those that run today."""
        today = timezone.localdate()
        return self.filter(Q(until=None) | Q(until__gte=today), since__lte=today)

    def today_of(self, organisation: Any) -> Self:
        """Those of an organisation, or of the one that a query around this one is about."""
        return self.current().filter(organisation=organisation)

    def founding(self, organisation: Any) -> Self:
        """Those of them by which the association counts it among its founders."""
        return self.today_of(organisation).filter(college__code=FOUNDING)


class CommuneQuerySet(models.QuerySet):
    """Questions asked of communes."""

    def with_organisations(self) -> Self:
        """Those in which a published organisation is."""
        organisations: Any = self.model._meta.get_field("organisations").related_model
        public = organisations.objects.published().filter(commune=OuterRef("pk"))
        return self.filter(Exists(public.order_by()))


class ThemeQuerySet(models.QuerySet):
    """Questions asked of themes."""

    def published(self) -> Self:
        """Those a visitor may read: all of them."""
        return self.all()

    def most_used(self) -> Self:
        """Those that published organisations have, the most frequent first.

        Of very many organisations not all are looked at (`portal.counting.MOST`).
        """
        organisations: Any = self.model._meta.get_field("organisations").related_model
        some = organisations.objects.published().order_by().values("pk")[: counting.MOST]
        used = self.filter(organisations__in=some).annotate(used=Count("organisations"))
        return used.order_by("-used", "code")


class PersonQuerySet(ShowingQuerySet):
    """Questions asked of people."""

    def published(self) -> Self:
        """Those a visitor may read of: their organisation, if they have one, is public."""
        return self.filter(Q(organisation=None) | Q(organisation__status=Status.PUBLISHED))


class ContactQuerySet(models.QuerySet):
    """Questions asked of the contacts of an organisation."""

    def for_everybody(self) -> Self:
        """Those that everybody may read."""
        return self.filter(visibility="public")

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
