"""The kinds of object that go through review, and what the ground needs to know of each.

An app registers its kinds when it is loaded (`members/kinds.py`, `events/kinds.py`). Workspace,
moderation, preview and history then work for them without knowing which they are.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from portal.display import capitalised
from portal.lifecycle.content import Content
from portal.models import Published


def nothing_more(obj: Any, submission: Any, by: Any) -> None:
    """For kinds whose publication has no consequence of their own."""


class Further(NamedTuple):
    """A page that some objects have besides their own: those that are public, and where it is."""

    objects: Callable[[], QuerySet]
    address: Callable[[Any], str]


@dataclass(frozen=True)
class Kind:
    """One kind of object.

    `page` renders the public page of an object, saved or about to be. `form` builds the form that
    writes it. `published` is called in the transaction that publishes, with the object, the
    submission and whoever decided; it may ask for agreements, give seats, queue mail.
    """

    code: str
    content: Content
    form: type[Any]
    page: Callable[[HttpRequest, Any], HttpResponse]
    published: Callable[[Any, Any, Any], None] = nothing_more
    may_have_no_organisation: bool = False
    # What stands for it in the addresses of the workspace, in the active language.
    word: Any = ""
    # What a person reads where a new one is begun.
    new: Any = ""
    # The pages that search engines may find besides that of each object.
    further: tuple[Further, ...] = ()

    @property
    def model(self) -> type[Published]:
        return self.content.model

    @property
    def content_type(self) -> ContentType:
        return ContentType.objects.get_for_model(self.model)

    @property
    def label(self) -> str:
        """What a person calls one of these, in the active language."""
        return capitalised(self.model._meta.verbose_name)

    @property
    def plural(self) -> str:
        """What a person calls several, in the active language."""
        return capitalised(self.model._meta.verbose_name_plural)


_kinds: dict[type[Published], Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known; called once for each, when its app is loaded."""
    _kinds[kind.model] = kind


def every() -> Iterator[Kind]:
    """All kinds, in the order their apps were loaded."""
    return iter(_kinds.values())


def of(obj: Any) -> Kind:
    """The kind of an object, of a model or of a submission."""
    if isinstance(obj, type):
        return _kinds[obj]
    if isinstance(obj, Published):
        return _kinds[type(obj)]
    return _kinds[obj.kind.model_class()]


def named(code: str) -> Kind:
    """The kind with this code; raises KeyError if there is none."""
    return {kind.code: kind for kind in every()}[code]


class Word:
    """Turns the word for a kind in an address of the active language into its code, and back."""

    regex = "[a-z-]+"

    def to_python(self, value: str) -> str:
        """The code; ValueError, so that the address is another's, if the word stands for no kind."""
        for kind in every():
            if kind.word and str(kind.word) == value:
                return kind.code
        raise ValueError(value)

    def to_url(self, value: str) -> str:
        return str(named(value).word)
