"""What is said of the steps in the life of an object, beside what each of them changed."""

import datetime
from itertools import pairwise

from django.utils import timezone
from django.utils.translation import gettext as _

from portal.display import date_time
from portal.lifecycle import review
from portal.models import HistoryEntry, Published

Action = HistoryEntry.Action


def message(entry: HistoryEntry) -> str:
    """What was noted with a step, in the active language: of one that restored, which version."""
    if entry.action != Action.RESTORED:
        return entry.message
    try:
        moment = datetime.datetime.fromisoformat(entry.message)
    except ValueError:
        date = entry.message  # as it was noted once: in the words of whoever did it
    else:
        date = date_time(timezone.localtime(moment))
    return _("The version of %(date)s.") % {"date": date}


def returns(target: Published) -> set[int]:
    """The steps, by their keys, that put `target` back on the public pages: one query."""
    moves = review.history(target).filter(action__in=(*HistoryEntry.PUBLISHING, Action.WITHDRAWN))
    steps = list(moves.order_by("pk").values_list("pk", "action"))
    return {
        pk
        for (_before, was), (pk, now) in pairwise(steps)
        if was == Action.WITHDRAWN and now != Action.WITHDRAWN
    }
