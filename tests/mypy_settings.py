"""The settings that mypy reads the models with.

django-modeltranslation replaces each manager, while Django starts, by a class made on the spot. A type
checker can know nothing of it and would take every row that a query returns for `Any`. Here the
managers stay what the models say.
"""

from django.apps import AppConfig

from portal.settings import *  # noqa: F403 - a settings module inherits by star


class PlainManagers(AppConfig):
    """Stands before modeltranslation and takes its means of replacing managers away."""

    name = "tests"

    def ready(self) -> None:
        from modeltranslation import translator

        translator.add_manager = lambda model: None


INSTALLED_APPS = ["tests.mypy_settings.PlainManagers", *INSTALLED_APPS]  # noqa: F405
