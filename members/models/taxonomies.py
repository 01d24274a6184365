"""What staff keep for everybody to choose from: themes, communes, and the sources of what is stated."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.querysets import CommuneQuerySet, ThemeQuerySet
from portal import i18n
from portal.fields import PartialDateField, WebAddressField

LATITUDE = [MinValueValidator(-90), MaxValueValidator(90)]
LONGITUDE = [MinValueValidator(-180), MaxValueValidator(180)]


class Theme(models.Model):
    """A subject that organisations, events and projects share."""

    class Triptych(models.TextChoices):
        """The university's own three words, which some themes belong to."""

        FEED = "nourrir", _("Feed")
        CARE = "soigner", _("Care")
        PROTECT = "proteger", _("Protect")

    code = models.SlugField(
        _("code"), unique=True, help_text=_("Stands in addresses and in the API: never change it.")
    )
    name = models.CharField(_("name"), max_length=80)
    triptych = models.CharField(_("triptych"), max_length=8, choices=Triptych, blank=True)

    objects: ClassVar = ThemeQuerySet.as_manager()

    class Meta:
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ["code"]

    def __str__(self) -> str:
        return i18n.text(self, "name").value

    # Themes are public from the moment staff write them.
    is_published = True

    def search_texts(self, language: str) -> tuple[str, str]:
        """What this theme is found by, in a language."""
        return i18n.text(self, "name", language).value, ""


class Commune(models.Model):
    """A municipality, with an approximate point for a drawn map."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    latitude = models.FloatField(_("latitude"), validators=LATITUDE)
    longitude = models.FloatField(_("longitude"), validators=LONGITUDE)

    objects: ClassVar = CommuneQuerySet.as_manager()

    class Meta:
        verbose_name = _("commune")
        verbose_name_plural = _("communes")
        # The code is the name without accents and capitals, which databases put in an order of theirs.
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


# What pages say of a source.
SOURCE = ("code", "title", "publisher", "date", "url")


class Source(models.Model):
    """Where a statement comes from, such as a press article."""

    code = models.SlugField(_("code"), unique=True)
    title = models.CharField(_("title"), max_length=200)
    publisher = models.CharField(_("publisher"), max_length=120, blank=True)
    date = PartialDateField(_("date"), blank=True)
    url = WebAddressField(_("address"), blank=True)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["-date", "code"]

    def __str__(self) -> str:
        return i18n.text(self, "title").value
