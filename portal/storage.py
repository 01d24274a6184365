"""Where images lie. The held store keeps every one; the public store has copies of the live ones.

The web server reaches the public store only. An image therefore becomes public when the object that
shows it does, and stops being so with it, whatever its address was. In the public store it has smaller
copies beside it (`portal/renditions.py`), which come before it and go before it: where it lies they lie.
"""

import os
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage, storages

from portal import renditions

# What the name of a file ends in while it is written.
PART = ".part"


class WholeFiles(FileSystemStorage):
    """Files that are there whole or not at all, whatever happens while they are written.

    Django writes a file under its name: a disk that is full, or a process that dies, would leave half
    of it there, and nobody would write the other half.
    """

    def _save(self, name: str, content: Any) -> str:
        beside = f"{name}.{secrets.token_hex(8)}{PART}"
        try:
            # Ignored by mypy: not in the stubs.
            super()._save(beside, content)  # type: ignore[misc]
            while True:
                try:
                    os.link(self.path(beside), self.path(name))
                except FileExistsError:
                    name = self.get_available_name(name)
                else:
                    return name
        finally:
            Path(self.path(beside)).unlink(missing_ok=True)

    def forget_halves(self) -> list[str]:
        """Remove what processes left that were killed while they wrote; returns the names.

        What is a day old is not being written any more.
        """
        before = time.time() - 24 * 3600
        root = Path(self.location)
        found = []
        for half in root.rglob(f"*{PART}"):
            # Another process may have been quicker.
            with suppress(FileNotFoundError):
                if half.stat().st_mtime < before:
                    half.unlink()
                    found.append(str(half.relative_to(root)))
        return found

    def used(self, folder: str) -> int:
        """How many bytes a folder holds."""
        try:
            _folders, files = self.listdir(folder)
        except FileNotFoundError:
            return 0
        return sum(self._size_or_none(f"{folder}/{file}") for file in files)

    def _size_or_none(self, name: str) -> int:
        """The size of a file; of one that went meanwhile, as those do that are being written, 0."""
        try:
            return self.size(name)
        except FileNotFoundError:
            return 0


def held_storage() -> Any:
    """The private store: `WholeFiles`, or what answers the same (`portal/buckets.py`)."""
    return storages["held"]


def forget_halves() -> list[str]:
    """Remove what was left of half-written images in either store; returns their names."""
    found: list[str] = []
    for store in (storages["held"], storages["default"]):
        if isinstance(store, WholeFiles):
            found += store.forget_halves()
    return found


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


def show(name: str, smaller: Mapping[str, bytes]) -> None:
    """Copy an image to the public store with its smaller copies, by size, unless they are there."""
    for size, data in smaller.items():
        if not default_storage.exists(copy := renditions.name_of(name, size)):
            default_storage.save(copy, ContentFile(data))
    if not default_storage.exists(name):
        with held_storage().open(name) as file:
            default_storage.save(name, file)


def hide(name: str) -> None:
    """Remove an image and its smaller copies from the public store, if they are there."""
    for each in (*renditions.names_of(name), name):
        default_storage.delete(each)


def shown() -> set[str]:
    """The names of all images of which the public store has something.

    It has a folder for each organisation, with one in it for each size of the smaller copies.
    """
    return {
        f"{folder}/{file}"
        for folder in _listed("")[0]
        for place in ("", *renditions.SIZES)
        for file in _listed(f"{folder}/{place}")[1]
        if not file.endswith(PART)
    }


def _listed(folder: str) -> tuple[list[str], list[str]]:
    """The folders and the files in a folder of the public store."""
    try:
        return default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []
