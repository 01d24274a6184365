"""Which texts of members exist in French and in English."""

from modeltranslation.translator import TranslationOptions, register

from members.models import (
    College,
    Distinction,
    Exchange,
    Organisation,
    Person,
    Source,
    Theme,
)


@register(Organisation)
class OrganisationTranslation(TranslationOptions):
    """Names of organisations are not translated."""

    fields = ("summary", "description", "logo_alt")


@register(Exchange)
class ExchangeTranslation(TranslationOptions):
    """Written side by side."""

    fields = ("text",)
    required_languages = ()


@register(Person)
class PersonTranslation(TranslationOptions):
    """A role is said in both languages."""

    fields = ("role",)


@register(Distinction)
class DistinctionTranslation(TranslationOptions):
    """Official titles may stay untranslated: the other language then shows them."""

    fields = ("title", "reason")


@register(Theme)
class ThemeTranslation(TranslationOptions):
    """Both names are required: they stand in filters."""

    fields = ("name",)
    required_languages = ("fr", "en")


@register(College)
class CollegeTranslation(TranslationOptions):
    """Both names are required: they stand in filters."""

    fields = ("name",)
    required_languages = ("fr", "en")


@register(Source)
class SourceTranslation(TranslationOptions):
    """A title stays in its own language where nobody translated it."""

    fields = ("title",)
