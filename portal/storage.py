"""Where images lie. The held store keeps every one; the public store has copies of the live ones.

The web server reaches the public store only. An image therefore becomes public when the object that
shows it does, and stops being so with it, whatever its address was.
"""

import logging

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage, storages
from django.db import transaction

logger = logging.getLogger(__name__)


def held_storage() -> Storage:
    """The private store."""
    return storages["held"]


def hold(name: str, data: bytes) -> str:
    """Keep an image privately; returns the name it is known by in both stores."""
    return held_storage().save(name, ContentFile(data))


def show_on_commit(name: str) -> None:
    """Copy an image to the public store once the current transaction is committed."""
    transaction.on_commit(lambda: _show(name), robust=True)


def hide_on_commit(name: str) -> None:
    """Remove an image from the public store once the current transaction is committed."""
    transaction.on_commit(lambda: default_storage.delete(name), robust=True)


def _show(name: str) -> None:
    if not default_storage.exists(name):
        with held_storage().open(name) as file:
            default_storage.save(name, file)
