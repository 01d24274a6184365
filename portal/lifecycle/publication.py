"""Which images are public: those of what is published, and no others.

The private store keeps every image and the public one has copies (`portal/storage.py`). They are
made, or removed, after the commit and under the lock of whatever shows the image: of two people who
publish and withdraw at once the last one looks last. What a crash left undone is found by `stray`.
"""

import logging
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction

from portal import renditions, storage
from portal.lifecycle import kinds
from portal.models import Status

logger = logging.getLogger(__name__)


def settle_on_commit(images: Iterable[str]) -> None:
    """Bring the public copies of these images in line with what is live, after the commit."""
    for image in {image for image in images if image}:
        # Ignored by mypy: bound now, not later.
        transaction.on_commit(lambda image=image: settle(image), robust=True)  # type: ignore[misc]


def settle(image: str) -> None:
    """Make an image public if something published shows it, else remove its public copies.

    Smaller copies are drawn first. Then the objects that show it are locked, in the order of the kinds,
    until everything is made or gone.
    """
    smaller = _drawn(image) if _is_live(image) else {}
    with transaction.atomic():
        if _is_live(image, lock=True):
            storage.show(image, smaller)
        else:
            storage.hide(image)


def _drawn(image: str) -> dict[str, bytes]:
    """The smaller copies of an image, unless it has them. Without them pages show it as it is."""
    if renditions.are_there(image):
        return {}
    try:
        with storage.held_storage().open(image) as file:
            return renditions.draw(file)
    except OSError:
        logger.exception("No smaller copies could be made of %s", image)
        return {}


def _is_live(image: str, *, lock: bool = False) -> bool:
    found: list[Any] = []
    for kind in kinds.every():
        for name in kind.content.images:
            rows = kind.model._default_manager.filter(**{name: image})
            found += rows.select_for_update(of=("self",)) if lock else rows
    return any(row.is_published for row in found)


def live() -> set[str]:
    """The images that ought to be public: one query for each image field."""
    return {
        image
        for kind in kinds.every()
        for name in kind.content.images
        for image in _names(kind.model, name)
    }


def _names(model: Any, field: str) -> Any:
    rows = model._default_manager.filter(status=Status.PUBLISHED).exclude(**{field: ""})
    return rows.values_list(field, flat=True).iterator()


def stray() -> Iterator[str]:
    """The images of which a public copy is missing or ought not to be there."""
    wanted, shown = live(), storage.shown()
    lacking = {image for image in wanted if not renditions.are_there(image)}
    yield from sorted((wanted ^ shown) | lacking)
