"""What a person sends again: the very same content, said anew within a day.

Who sends a form, goes back in the browser and sends it again may have a new form, with a new key. What
they say then is known by what it says: nobody means to begin the same event twice.
"""

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from portal import storage
from portal.lifecycle.content import Content, Values
from portal.lifecycle.kinds import Kind
from portal.models import OPEN, HistoryEntry, Published, Status, Submission

# So long what was published is remembered; what waits or is written on is known as long as it does.
REMEMBERED = timedelta(days=1)


def begun(kind: Kind, values: Values, *, by: Any, organisation: Any) -> Submission | None:
    """What `by` has begun with the same content for an organisation, and is open or was published.

    What was withdrawn after that is among it: trust does not bring it back.
    """
    lately = Q(status=Status.PUBLISHED, decided_at__gt=timezone.now() - REMEMBERED)
    mine = Submission.objects.filter(
        Q(status__in=OPEN, target_id=None) | lately,
        kind=kind.content_type,
        author=by,
        organisation=organisation,
    )
    content = kind.content
    return next(
        (each for each in mine if each.is_new and _says(content, values, each.values)), None
    )


def added(kind: Kind, values: Values, *, by: Any) -> Published | None:
    """The object that `by`, of the staff, has added with the same content."""
    steps = HistoryEntry.objects.filter(
        target_type=kind.content_type,
        action=HistoryEntry.Action.PUBLISHED,
        actor=by,
        form_key__isnull=False,
        at__gt=timezone.now() - REMEMBERED,
    )
    for step in steps:
        first = {name: after for name, (_blank, after) in step.diff.items()}
        if step.target and _says(kind.content, values, first):
            return step.target
    return None


def _says(content: Content, values: Values, first: Values) -> bool:
    """Whether `values` are what was sent `first`. A browser that goes back brings no file with it."""
    first = content.blank | first
    differing = [name for name in content.names if values[name] != first[name]]
    return all(
        name in content.images and (not values[name] or storage.is_same(values[name], first[name]))
        for name in differing
    )
