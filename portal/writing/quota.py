"""How much room the images of one organisation may take in the private store.

Former versions can be restored, so the images they show stay. What nothing refers to any more, such
as a picture sent with a form that was never saved, is thrown away when the room runs out.
"""

import logging
import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from portal import storage
from portal.lifecycle import kinds
from portal.lifecycle.errors import ReviewError
from portal.models import HistoryEntry, Submission

logger = logging.getLogger(__name__)

# An image may be kept this long by a form that is still open.
IN_USE_FOR = timedelta(days=1)


class QuotaReached(ReviewError):
    """The organisation has no room left for another image."""

    def __str__(self) -> str:
        return _(
            "The images of this organisation fill the %(limit)s MB they may take. Your text is kept; "
            "write to the association’s team about the image."
        ) % {"limit": settings.IMAGE_QUOTA_BYTES // (1024 * 1024)}


class NotStored(ReviewError):
    """The private store takes nothing: its disk is full, or away."""

    def __str__(self) -> str:
        return _(
            "This image cannot be stored at the moment. Your text is kept: save it without the image, "
            "and send the image again later."
        )


def folder(organisation: Any, user: Any) -> str:
    """Where the images of an organisation lie; of one to come, those of whoever proposes it."""
    if organisation is not None:
        return str(organisation.pk)
    return f"new-{salted_hmac('portal.quota', str(user.pk)).hexdigest()[:16]}"


def require_room(name: str, more: int) -> None:
    """Raise QuotaReached unless `more` bytes fit into a folder, once it was tidied if need be."""
    if used(name) + more > settings.IMAGE_QUOTA_BYTES:
        tidy(name)
        if used(name) + more > settings.IMAGE_QUOTA_BYTES:
            raise QuotaReached


def store(name: str, data: bytes) -> str:
    """Keep an image privately; returns its name. Raises QuotaReached for the folder, or NotStored."""
    try:
        require_room(name, len(data))
        return storage.hold(f"{name}/{uuid.uuid4().hex}.webp", data)
    except OSError as error:
        logger.exception("An image cannot be stored")
        raise NotStored from error


def used(name: str) -> int:
    """How many bytes a folder holds."""
    return storage.held_storage().used(name)


def tidy(name: str) -> None:
    """Delete the images of a folder that nothing refers to any more."""
    store = storage.held_storage()
    before = timezone.now() - IN_USE_FOR
    in_use = _in_use(name)
    for image in _images(name):
        if image not in in_use and store.get_modified_time(image) < before:
            store.delete(image)


def _images(name: str) -> list[str]:
    try:
        _folders, files = storage.held_storage().listdir(name)
    except FileNotFoundError:
        return []
    return [f"{name}/{file}" for file in files]


def _in_use(name: str) -> set[str]:
    """The images of a folder that a live object, a submission or the history shows."""
    found: set[str] = set()
    for text in _texts_with(f'"{name}/'):
        found.update(re.findall(rf'"({re.escape(name)}/[^"]+)"', text))
    for kind in kinds.every():
        for field in kind.content.images:
            rows = kind.model._default_manager.filter(**{f"{field}__startswith": f"{name}/"})
            found.update(rows.values_list(field, flat=True))
    return found


def _texts_with(part: str) -> Iterator[str]:
    """The stored JSON texts that have `part` in them."""
    for model, columns in ((Submission, ("values", "base")), (HistoryEntry, ("diff",))):
        for column in columns:
            rows: Any = model._default_manager.annotate(written=Cast(column, TextField()))
            yield from (
                rows.filter(written__contains=part).values_list("written", flat=True).iterator()
            )
