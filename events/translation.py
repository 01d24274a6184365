"""Which texts of events and projects exist in French and in English."""

from modeltranslation.translator import TranslationOptions, register

from events.models import Event, FundingLine, Project, ProjectFigure


@register(Event)
class EventTranslation(TranslationOptions):
    """A title, and so an address, for each language."""

    fields = ("title", "slug", "summary", "description", "period", "image_alt")


@register(Project)
class ProjectTranslation(TranslationOptions):
    """A title, and so an address, for each language."""

    fields = ("title", "slug", "summary", "description", "image_alt")


@register(FundingLine)
class FundingLineTranslation(TranslationOptions):
    """Names of programmes, and of the articles or decisions that state an amount."""

    fields = ("programme", "source")


@register(ProjectFigure)
class ProjectFigureTranslation(TranslationOptions):
    """Numbers are written differently too: “1 milliard”, “1 billion”."""

    fields = ("value", "label", "source")
