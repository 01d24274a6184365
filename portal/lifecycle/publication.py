"""Which images are public: those of what is published, and no others.

The private store keeps every image and the public one has copies (`portal/storage.py`). A copy is
made, or removed, after the commit and under the lock of whatever shows the image: of two people who
publish and withdraw at once the last one looks last. What a crash left undone is found by `stray`.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction

from portal import storage
from portal.lifecycle import kinds
from portal.models import Status


def settle_on_commit(images: Iterable[str]) -> None:
    """Bring the public copies of these images in line with what is live, after the commit."""
    for image in {image for image in images if image}:
        # Ignored by mypy: bound now, not later.
        transaction.on_commit(lambda image=image: settle(image), robust=True)  # type: ignore[misc]


def settle(image: str) -> None:
    """Make an image public if something published shows it, else remove its public copy.

    Locks the objects that show it, in the order of the kinds, until the copy is made or gone.
    """
    with transaction.atomic():
        if _is_live(image):
            storage.show(image)
        else:
            storage.hide(image)


def _is_live(image: str) -> bool:
    rows = [
        row
        for kind in kinds.every()
        for name in kind.content.images
        for row in kind.model._default_manager.select_for_update(of=("self",)).filter(
            **{name: image}
        )
    ]
    return any(row.is_published for row in rows)


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
    """The images whose public copy is missing or ought not to be there."""
    yield from sorted(live() ^ set(storage.shown()))
