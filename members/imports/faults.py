"""What is wrong with a file or a line of it, in the words of whoever reads it."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import override

from portal import i18n
from portal.display import number
from portal.lifecycle.content import Content
from portal.lifecycle.errors import Incomplete, ReviewError

Result = TypeVar("Result")


class Fault(ReviewError):
    """Something that cannot be taken as it stands; its text says what to do about it."""

    def __init__(self, text: Any, **words: Any) -> None:
        super().__init__()
        self.text, self.words = text, words

    def __str__(self) -> str:
        words = {n: number(w) if isinstance(w, int) else w for n, w in self.words.items()}
        return str(self.text) % words if words else str(self.text)


class Faults(ReviewError):
    """Several at once, as sentences of the active language."""

    def __init__(self, said: list[str]) -> None:
        super().__init__()
        self.said = said


def in_both(
    attempt: Callable[[], Result], content: Content
) -> tuple[Result | None, dict[str, Any]]:
    """What `attempt` returns; or nothing, and by language why it was refused.

    What is refused is rolled back, and tried again in the other language to hear it say so.
    """
    said = {}
    for language in i18n.LANGUAGES:
        with override(language):
            try:
                with transaction.atomic():
                    return attempt(), {}
            except Faults as error:
                said[language] = error.said
            except Incomplete as error:
                said[language] = by_column(error.errors, content)
            except ValidationError as error:
                said[language] = by_column(error.message_dict, content)
            except ReviewError as error:
                said[language] = [str(error)]
    return None, said


def by_column(errors: dict[str, list[str]], content: Content) -> list[str]:
    """Each thing that is wrong with an object as a sentence that names its column."""
    return [
        text if name == "__all__" else f"{content.label(name)} – {text}"
        for name, texts in errors.items()
        for text in texts
    ]
