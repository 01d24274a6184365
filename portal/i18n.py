"""Bilingual text: which columns make a pair, and how a reader of one language is served.

A text that differs between languages has a column for each (`summary_fr`, `summary_en`), declared in
an app's `translation.py`. Whoever reads asks `text(obj, "summary")` and learns which language came.
"""

from typing import Any, NamedTuple

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from modeltranslation.manager import get_translatable_fields_for_model

LANGUAGES = ("fr", "en")


class BilingualText(NamedTuple):
    """A text as its reader gets it: `is_fallback` when the language asked for has none."""

    value: str
    language: str
    is_fallback: bool


def other(language: str) -> str:
    """The other of our two languages."""
    return "en" if language == "fr" else "fr"


def current() -> str:
    """The active language, one of `LANGUAGES` whatever variant the request asked for."""
    code = (get_language() or "fr")[:2]
    return code if code in LANGUAGES else "fr"


def is_translated(model: type[models.Model], name: str) -> bool:
    """Whether `name` is a bilingual field of `model`, named without its language."""
    return name in (get_translatable_fields_for_model(model) or ())


def columns(model: type[models.Model], name: str) -> tuple[str, ...]:
    """The columns that hold `name`: one for each language, or `name` itself."""
    if is_translated(model, name):
        return tuple(f"{name}_{language}" for language in LANGUAGES)
    return (name,)


def split(model: type[models.Model], column: str) -> tuple[str, str]:
    """The field and the language of a column: ("summary", "fr"), or ("city", "") if not bilingual."""
    name, _, language = column.rpartition("_")
    if language in LANGUAGES and is_translated(model, name):
        return name, language
    return column, ""


def twin(model: type[models.Model], column: str) -> str:
    """The same text in the other language (`summary_en` for `summary_fr`), or "" if there is none."""
    name, language = split(model, column)
    return f"{name}_{other(language)}" if language else ""


def without_echoes(model: type[models.Model], errors: dict[str, Any]) -> dict[str, Any]:
    """Errors by column, without those that a bilingual field repeats of one of its languages."""
    return {
        name: messages
        for name, messages in errors.items()
        if not (is_translated(model, name) and errors.keys() & set(columns(model, name)))
    }


def text(obj: models.Model, name: str, language: str = "") -> BilingualText:
    """The text `name` of `obj` in a language, by default the active one, else in the other."""
    wanted = language or current()
    for tried in (wanted, other(wanted)):
        value = getattr(obj, f"{name}_{tried}") or ""
        if value:
            return BilingualText(value, tried, tried != wanted)
    return BilingualText("", wanted, False)


def only_language(obj: models.Model, name: str) -> str:
    """The language in which a text is shown for want of the reader's, "" if it is the reader's."""
    found = text(obj, name)
    return found.language if found.is_fallback else ""


def both(obj: models.Model, name: str) -> dict[str, str]:
    """The text in both languages, empty where there is none: the shape the API gives."""
    return {language: getattr(obj, f"{name}_{language}") or "" for language in LANGUAGES}


def is_said(name: str) -> Q:
    """True of the rows that say `name` in French or in English: for constraints."""
    columns = (f"{name}_{language}" for language in LANGUAGES)
    french, english = (~Q(**{c: ""}) & Q(**{f"{c}__isnull": False}) for c in columns)
    return french | english


def missing_language(obj: models.Model, names: tuple[str, ...]) -> str:
    """The language in which some of these texts lack what the other one says, or "" if neither."""
    for language in LANGUAGES:
        for name in names:
            texts = both(obj, name)
            if texts[other(language)] and not texts[language]:
                return language
    return ""
