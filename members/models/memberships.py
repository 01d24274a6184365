"""What an organisation is to the association: a member, and trusted to publish without waiting."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.models.organisations import Organisation
from members.querysets import MembershipQuerySet
from portal import i18n


class College(models.Model):
    """A group of members in the association's statutes, such as its founding members."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        verbose_name = _("college")
        verbose_name_plural = _("colleges")
        ordering = ["code"]

    def __str__(self) -> str:
        return i18n.text(self, "name").value


class Membership(models.Model):
    """A time during which an organisation is a member of the association."""

    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.CASCADE,
        related_name="memberships",
        verbose_name=_("organisation"),
    )
    college = models.ForeignKey(
        College, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("college")
    )
    since = models.DateField(_("from"), default=timezone.localdate)
    until = models.DateField(_("to"), null=True, blank=True)

    objects: ClassVar = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["-since", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="members_membership_ends_after_start",
                violation_error_message=_("A membership cannot end before it begins."),
            ),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(until=None),
                name="members_membership_one_running",
                violation_error_message=_("This organisation already has a running membership."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} – {self.college}"


class Trust(models.Model):
    """An organisation whose submissions of one kind are published without waiting."""

    class Kind(models.TextChoices):
        """What it is trusted for."""

        PROFILE = "organisation", _("Profile")
        EVENT = "event", _("Events")
        PROJECT = "project", _("Projects")

    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.CASCADE,
        related_name="trusts",
        verbose_name=_("organisation"),
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    since = models.DateField(_("since"), default=timezone.localdate, editable=False)

    class Meta:
        verbose_name = _("trust")
        verbose_name_plural = _("trusts")
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind"], name="members_trust_once"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} – {self.get_kind_display()}"
