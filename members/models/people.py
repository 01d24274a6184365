"""People in public roles, and the distinctions that people and organisations received."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from members.models.taxonomies import SOURCE
from members.querysets import PersonQuerySet
from portal import i18n
from portal.fields import PartialDateField
from portal.nested import ShowingQuerySet, Shown

# What pages say of a distinction.
DISTINCTION = ("title", "date", "level", "awarded_by", "reason", "all_sources")


class Person(models.Model):
    """Somebody who is publicly known for their role; no contact details."""

    name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=200, blank=True)
    organisation = models.ForeignKey(
        "members.Organisation",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=_("organisation"),
    )
    sources = models.ManyToManyField("members.Source", blank=True, verbose_name=_("sources"))

    all_sources = Shown("sources", columns=SOURCE)
    own_distinctions = Shown("distinctions", columns=DISTINCTION)

    objects: ClassVar = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name", "pk"]
        indexes = [models.Index(fields=["name", "id"], name="members_person_named")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_published(self) -> bool:
        """Whether a visitor may read of this person: as long as their organisation is public."""
        return self.organisation is None or self.organisation.is_published

    def search_texts(self, language: str) -> tuple[str, str]:
        """What this person is found by, in a language."""
        return self.name, i18n.text(self, "role", language).value


class Distinction(models.Model):
    """A prize, label or grant given to an organisation or to a person."""

    title = models.CharField(_("title"), max_length=150)
    date = PartialDateField(_("date"), blank=True)
    level = models.CharField(_("level"), max_length=80, blank=True)
    awarded_by = models.CharField(_("awarded by"), max_length=150, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    organisation = models.ForeignKey(
        "members.Organisation",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="distinctions",
        verbose_name=_("organisation"),
    )
    person = models.ForeignKey(
        Person,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="distinctions",
        verbose_name=_("person"),
    )
    sources = models.ManyToManyField("members.Source", blank=True, verbose_name=_("sources"))

    all_sources = Shown("sources", columns=SOURCE)

    objects: ClassVar = ShowingQuerySet.as_manager()

    class Meta:
        verbose_name = _("distinction")
        verbose_name_plural = _("distinctions")
        ordering = ["-date", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(organisation=None, person__isnull=False)
                | Q(organisation__isnull=False, person=None),
                name="members_distinction_to_one",
                violation_error_message=_("Name an organisation or a person, one of the two."),
            ),
        ]

    def __str__(self) -> str:
        return i18n.text(self, "title").value
