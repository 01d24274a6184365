"""Smaller copies of public images, so light that a page with one of them keeps to its budget.

A copy has the name of its image, in a folder of its size: 7/arches.webp has 7/800/arches.webp.
Nothing else needs to know which there are. An image has a copy of each size, whatever shows it.
"""

import io
from collections.abc import Iterator
from posixpath import join, split
from typing import Any, NamedTuple

from django.core.files.images import get_image_dimensions
from django.core.files.storage import default_storage
from PIL import Image


class Box(NamedTuple):
    """How many pixels a copy may have, and how many bytes."""

    width: int
    height: int
    most_bytes: int


# A logo on its tile (84 by 96 pixels, twice as many on a fine screen), and a picture in a text as narrow
# screens and as wide ones show it. A page shows one of them, and has 80 kB for all its images.
TILE, NARROW, WIDE = "tile", "480", "800"
SIZES = {
    TILE: Box(168, 192, 12_000),
    NARROW: Box(480, 960, 30_000),
    WIDE: Box(800, 1600, 64_000),
}
# Tried in turn until a copy is light enough. Most photographs are at one of the first two.
QUALITIES = (80, 65, 50, 35, 20, 10)


class Rendition(NamedTuple):
    """A copy in the public store."""

    url: str
    width: int
    height: int


def name_of(image: str, size: str) -> str:
    """The name that the copy of an image has in a size."""
    folder, file = split(image)
    return join(folder, size, file)


def names_of(image: str) -> list[str]:
    """The names that all copies of an image have."""
    return [name_of(image, size) for size in SIZES]


def are_there(image: str) -> bool:
    """Whether an image has all its copies in the public store."""
    return all(default_storage.exists(name) for name in names_of(image))


def shown(image: str | None, *sizes: str) -> list[Rendition]:
    """The copies that the public store has in these sizes, narrowest first, no two of one width.

    None for what is not public, or not yet: whoever asks shows the image itself then.
    """
    if not image:
        return []
    found = {copy.width: copy for size in sizes for copy in _shown(name_of(image, size))}
    return [found[width] for width in sorted(found)]


def _shown(name: str) -> Iterator[Rendition]:
    """A copy, if it is there. A name is one picture's for ever, so it is looked at once.

    What was seen is believed although it may have gone since: with it went what shows it.
    """
    if name not in _seen:
        try:
            with default_storage.open(name) as file:
                width, height = get_image_dimensions(file)
        except OSError:
            return
        if not (width and height):
            return
        if len(_seen) >= MOST_SEEN:
            _seen.clear()
        _seen[name] = Rendition(default_storage.url(name), width, height)
    yield _seen[name]


_seen: dict[str, Rendition] = {}
MOST_SEEN = 10_000


# --- Drawing ----------------------------------------------------------------------------------------


def draw(file: Any) -> dict[str, bytes]:
    """The copies of an image of ours, by size, none larger than the image. OSError if it is none."""
    with Image.open(file, formats=("WEBP",)) as image:
        image.load()
        return {size: _drawn(image, box) for size, box in SIZES.items()}


def _drawn(image: Image.Image, box: Box) -> bytes:
    """The best copy that weighs no more than it may."""
    copy = image.copy()
    copy.thumbnail((box.width, box.height))
    while True:
        for quality in QUALITIES:
            data = _webp(copy, quality)
            if len(data) <= box.most_bytes:
                return data
        # Nothing but noise, and much of it: fewer pixels then, whatever they look like.
        copy.thumbnail((max(copy.width * 3 // 4, 1), max(copy.height * 3 // 4, 1)))


def _webp(image: Image.Image, quality: int) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=quality, alpha_quality=quality, method=4)
    return out.getvalue()
