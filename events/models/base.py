"""What an event and a project have in common: a bilingual title, texts, themes, an image, a keeper."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from members.models.taxonomies import SOURCE
from portal import i18n
from portal.models import Published
from portal.nested import Shown

SHARED_FIELDS = ("title", "summary", "description")


class Titled(Published):
    """Something that an organisation publishes under a title, in one language or both."""

    organisation = models.ForeignKey(
        "members.Organisation",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="own_%(class)ss",
        verbose_name=_("published by"),
        help_text=_("Its editors write it. Without an organisation only staff do."),
    )
    title = models.CharField(_("title"), max_length=150, blank=True)
    slug = models.SlugField(_("address"), max_length=120, unique=True, null=True, blank=True)
    summary = models.CharField(
        _("summary"),
        max_length=300,
        blank=True,
        help_text=_("One sentence. It stands in lists and search results."),
    )
    description = models.TextField(
        _("description"),
        blank=True,
        validators=[MaxLengthValidator(10_000)],
        help_text=_("Markdown: paragraphs, lists, links and headings from ## down."),
    )
    themes = models.ManyToManyField(
        "members.Theme", blank=True, related_name="%(class)ss", verbose_name=_("themes")
    )
    image = models.ImageField(_("image"), upload_to="images", blank=True, max_length=200)
    image_alt = models.CharField(
        _("description of the image"),
        max_length=150,
        blank=True,
        help_text=_("What somebody who cannot see it should hear."),
    )
    sources = models.ManyToManyField(
        "members.Source", blank=True, related_name="+", verbose_name=_("sources")
    )

    all_sources = Shown("sources", columns=SOURCE)
    all_themes = Shown("themes", columns=["code", "name"])

    slug_sources = {"slug_fr": "title_fr", "slug_en": "title_en"}

    class Meta(Published.Meta):
        abstract = True
        constraints = [
            *Published.Meta.constraints,
            models.CheckConstraint(
                condition=i18n.is_said("title"),
                name="%(app_label)s_%(class)s_titled",
                violation_error_message=_("Give a title in French or in English."),
            ),
        ]

    def __str__(self) -> str:
        return i18n.text(self, "title").value

    def clean(self) -> None:
        errors: dict[str, Any] = {}
        if not (i18n.text(self, "title").value.strip()):
            errors["title_fr"] = _("Give a title in French or in English.")
        if self.image:
            errors |= self.undescribed()
        errors |= self.further_errors()
        if errors:
            raise ValidationError(errors)

    def undescribed(self) -> dict[str, Any]:
        if i18n.text(self, "image_alt").value:
            return {}
        return {"image_alt_fr": _("Describe the image for those who cannot see it.")}

    def further_errors(self) -> dict[str, Any]:
        """What is wrong with this kind in particular, by column."""
        return {}

    def slug_for(self, language: str) -> str:
        own = getattr(self, f"slug_{language}")
        return own or getattr(self, f"slug_{i18n.other(language)}") or ""

    @property
    def single_language(self) -> str:
        """The language its texts are in, where the other one lacks some of them, else ""."""
        missing = i18n.missing_language(self, SHARED_FIELDS)
        return i18n.other(missing) if missing else ""

    def texts_for_search(self, language: str) -> list[str]:
        """The texts and themes a search looks into; two queries where nothing was prefetched."""
        names = ("summary", "description")
        texts = [i18n.text(self, name, language).value for name in names]
        return texts + [i18n.text(theme, "name", language).value for theme in self.themes.all()]
