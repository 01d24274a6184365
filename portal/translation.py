"""Which texts of the ground exist in French and in English."""

from modeltranslation.translator import TranslationOptions, register

from portal.models import Page


@register(Page)
class PageTranslation(TranslationOptions):
    """Both texts are required: these pages speak for the association."""

    fields = ("title", "body")
    required_languages = ("fr", "en")
