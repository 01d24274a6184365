"""Accounts, the seats they have in organisations, and invitations to one."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.querysets import InvitationQuerySet, UserManager, fold_address


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with an e-mail address.

    `is_staff` makes a moderator, `is_superuser` an administrator; there are no groups to edit
    (`members/backends.py` has what a moderator may do).
    """

    class ReviewMail(models.TextChoices):
        """When a moderator hears of what waits."""

        AT_ONCE = "at_once", _("At once")
        DAILY = "daily", _("Once a day")
        NEVER = "never", _("Never")

    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    # What makes two addresses the same account; follows `email` at each save.
    folded_email = models.CharField(max_length=254, unique=True, editable=False)
    full_name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(
        _("language"),
        max_length=2,
        choices=settings.LANGUAGES,
        default="fr",
        help_text=_("The language of the mails this person gets."),
    )
    review_mail = models.CharField(
        _("mail about what waits for review"),
        max_length=8,
        choices=ReviewMail,
        default=ReviewMail.AT_ONCE,
        help_text=_("For moderators."),
    )
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Untick this rather than delete the account: it can no longer sign in."),
    )
    is_staff = models.BooleanField(
        _("moderator"), default=False, help_text=_("May decide on what editors submit.")
    )
    date_joined = models.DateTimeField(_("joined on"), default=timezone.now, editable=False)

    objects: ClassVar = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    emailaddress_set: (
        Any  # the addresses that allauth keeps: confirmed or not, one of them the main one
    )

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["email"]

    def __str__(self) -> str:
        return self.full_name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the address in lower case, as allauth looks for it, and its folded form beside it."""
        self.email = self.email.strip().lower()
        self.folded_email = fold_address(self.email)
        fields = kwargs.get("update_fields")
        if fields is not None and "email" in fields:
            kwargs["update_fields"] = {*fields, "folded_email"}
        super().save(*args, **kwargs)

    def clean(self) -> None:
        self.folded_email = fold_address(self.email)

    def get_short_name(self) -> str:
        return str(self)

    def organisation_ids(self) -> models.QuerySet:
        """The keys of the organisations this person has a seat in, as a query."""
        return self.seats.values("organisation_id")

    def edits(self, organisation: Any) -> bool:
        """Whether this person has a seat in `organisation`: asks the database each time."""
        return organisation is not None and self.seats.filter(organisation=organisation).exists()

    def owns(self, organisation: Any) -> bool:
        """Whether this person decides who else has a seat in `organisation`."""
        return self.seats.filter(organisation=organisation, role=Seat.Role.OWNER).exists()

    def has_confirmed(self, email: str) -> bool:
        """Whether this person showed that they read the mail of this very address, capitals apart."""
        return self.emailaddress_set.filter(verified=True, email=email.strip().lower()).exists()

    def is_member(self) -> bool:
        """Whether this person has a seat in an organisation that is a member today."""
        from members.models.organisations import Organisation

        return Organisation.objects.members().filter(pk__in=self.organisation_ids()).exists()


class Seat(models.Model):
    """A person's role in an organisation."""

    class Role(models.TextChoices):
        """What the person may do there."""

        OWNER = "owner", _("Owner")
        EDITOR = "editor", _("Editor")

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="seats", verbose_name=_("account")
    )
    organisation = models.ForeignKey(
        "members.Organisation",
        on_delete=models.CASCADE,
        related_name="seats",
        verbose_name=_("organisation"),
    )
    role = models.CharField(_("role"), max_length=6, choices=Role, default=Role.EDITOR)
    since = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        ordering = ["organisation", "role", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"],
                name="members_seat_once",
                violation_error_message=_("This person already belongs to this organisation."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.organisation}"

    @property
    def is_owner(self) -> bool:
        return self.role == self.Role.OWNER


class Invitation(models.Model):
    """An invitation to take a seat, bound to an address and good once, until it expires."""

    organisation = models.ForeignKey(
        "members.Organisation", on_delete=models.CASCADE, related_name="invitations"
    )
    email = models.EmailField(_("e-mail address"), max_length=254)
    role = models.CharField(_("role"), max_length=6, choices=Seat.Role, default=Seat.Role.EDITOR)
    # The link holds the secret; what is stored only recognises it.
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        User,
        on_delete=models.CASCADE,
        related_name="invitations_sent",
        verbose_name=_("invited by"),
    )
    created_at = models.DateTimeField(_("sent on"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires on"))
    accepted_at = models.DateTimeField(_("accepted on"), null=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked on"), null=True, editable=False)

    objects: ClassVar = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(revoked_at=None),
                name="members_invitation_accepted_or_revoked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} – {self.organisation}"

    @property
    def masked_email(self) -> str:
        """The address, told to whoever knows it and to nobody else: a link may have been passed on."""
        name, _at, domain = self.email.rpartition("@")
        return f"{name[:1]}…@{domain}"
