"""Where images lie. The held store keeps every one; the public store has copies of the live ones.

The web server reaches the public store only. An image therefore becomes public when the object that
shows it does, and stops being so with it, whatever its address was.
"""

from collections.abc import Iterator

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage, storages


def held_storage() -> Storage:
    """The private store."""
    return storages["held"]


def hold(name: str, data: bytes) -> str:
    """Keep an image privately; returns the name it is known by in both stores."""
    return held_storage().save(name, ContentFile(data))


def is_same(name: str, other: str) -> bool:
    """Whether two names are of the same picture in the private store, to the last byte."""
    store = held_storage()
    if not (name and other and store.exists(name) and store.exists(other)):
        return False
    if store.size(name) != store.size(other):
        return False
    with store.open(name) as one, store.open(other) as two:
        return one.read() == two.read()


def show(name: str) -> None:
    """Copy an image to the public store, unless it is there."""
    if not default_storage.exists(name):
        with held_storage().open(name) as file:
            default_storage.save(name, file)


def hide(name: str) -> None:
    """Remove an image from the public store, if it is there."""
    default_storage.delete(name)


def shown() -> Iterator[str]:
    """The names of all images in the public store, which has a folder for each organisation."""
    try:
        folders, _files = default_storage.listdir("")
    except FileNotFoundError:
        return
    for folder in folders:
        yield from (f"{folder}/{file}" for file in default_storage.listdir(folder)[1])
