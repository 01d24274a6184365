"""Rows that belong to an object: links, and those that name an organisation once it agreed."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from portal import display
from portal.fields import WebAddressField
from portal.models import Published, Status


class Row(models.Model):
    """A row that belongs to an object and is written with it, in the order its editor gave."""

    position = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]


class LinkRow(Row):
    """A page elsewhere that an object links to."""

    label = models.CharField(pgettext_lazy("link", "label"), max_length=80)
    url = WebAddressField(pgettext_lazy("link", "address"))

    class Meta(Row.Meta):
        abstract = True
        verbose_name = _("link")
        verbose_name_plural = _("links")

    def __str__(self) -> str:
        return self.label


class AgreedRowQuerySet(models.QuerySet):
    """Questions asked of rows that name somebody else."""

    def agreed(self) -> Self:
        """Those a visitor may see: the organisation is public and said yes."""
        public = self.accepted().filter(organisation__status=Status.PUBLISHED)
        return public.select_related("organisation")

    def accepted(self) -> Self:
        """Those whose organisation said yes; whether it is public is for the caller to know."""
        return self.filter(agreed_at__isnull=False)

    def asked(self) -> Self:
        """Those that wait for an answer."""
        return self.filter(agreed_at=None, declined_at=None)


class AgreedRow(Row):
    """A row that names an organisation, and is shown only once that organisation agreed.

    Staff may record an agreement made elsewhere; they then say where in `agreement_source`.
    """

    organisation = models.ForeignKey(
        settings.PORTAL_ORGANISATION_MODEL,
        on_delete=models.CASCADE,
        related_name="%(class)ss",
        verbose_name=_("organisation"),
    )
    asked_at = models.DateTimeField(_("asked on"), null=True, editable=False)
    agreed_at = models.DateTimeField(_("agreed on"), null=True, editable=False)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("agreed by"),
    )
    agreement_source = models.CharField(
        _("source of the agreement"), max_length=300, blank=True, editable=False
    )
    declined_at = models.DateTimeField(_("declined on"), null=True, editable=False)

    objects: ClassVar = AgreedRowQuerySet.as_manager()

    class Meta(Row.Meta):
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(agreed_at=None) | Q(declined_at=None),
                name="%(app_label)s_%(class)s_agreed_or_declined",
            ),
        ]

    # The foreign key that leads to the object this row belongs to, and the path to whoever writes it.
    parent: ClassVar[str]
    written_by: ClassVar[str]

    def get_absolute_url(self) -> str:
        """The page on which the organisation it names answers."""
        return reverse("members:agreement-answer", args=[self._meta.model_name, self.pk])

    @property
    def owner(self) -> Published:
        """The object this row belongs to."""
        return getattr(self, self.parent)

    @property
    def question(self) -> str:
        """What the organisation is asked, in the active language."""
        words = {"name": self.organisation, "title": display.nested(self.owner)}
        return gettext("Do you agree to %(name)s being named in “%(title)s”?") % words

    @property
    def statement(self) -> str:
        """What the row says of the organisation, as a sentence in the active language."""
        words = {"name": self.organisation, "title": display.nested(self.owner)}
        return gettext("“%(title)s” names %(name)s.") % words

    @property
    def terms(self) -> str:
        """As what the organisation is named, if that is said: a yes is to this and nothing else."""
        return getattr(self, "role", "")

    def forget_agreement(self) -> None:
        """What was agreed has changed: it must be asked again. Saves nothing."""
        self.asked_at = self.agreed_at = self.agreed_by = self.declined_at = None
        self.agreement_source = ""
