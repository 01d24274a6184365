"""The texts of the site, such as the legal notice, as a table: staff keep them in the admin."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import i18n


class Page(models.Model):
    """A text of the site kept by staff, such as the legal notice, found by its code."""

    class Code(models.TextChoices):
        """The pages that the site links to."""

        ASSOCIATION = "association", _("The association")
        JOIN = "join", _("Join")
        CONTACT = "contact", _("Contact")
        ACCESSIBILITY = "accessibility", _("Accessibility")
        LEGAL = "legal-notice", _("Legal notice")
        PRIVACY = "privacy", _("Personal data")
        TERMS = "terms", _("Terms of use")

    code = models.CharField(_("page"), max_length=20, choices=Code, unique=True)
    title = models.CharField(_("title"), max_length=150)
    body = models.TextField(
        _("text"), help_text=_("Markdown: paragraphs, lists, links and headings from ## down.")
    )
    updated_at = models.DateTimeField(_("last change"), auto_now=True)

    class Meta:
        verbose_name = _("page of the site")
        verbose_name_plural = _("pages of the site")
        ordering = ["code"]

    def __str__(self) -> str:
        return i18n.text(self, "title").value

    def get_absolute_url(self) -> str:
        return reverse(f"page-{self.code.removesuffix('-notice')}")
