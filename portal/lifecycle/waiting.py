"""How long those who send something usually wait."""

import math
from datetime import timedelta
from statistics import median

from django.utils import timezone

from portal.models import HistoryEntry, Status, Submission

DAY = 24 * 3600  # in seconds
# What is looked at: so many decisions of the last months; fewer tell nothing.
LOOKED_BACK, FEWEST, MOST = timedelta(days=180), 5, 100


def usual_days() -> int | None:
    """In how many days half of the latest requests were decided, at least one; one query.

    None while there are too few to tell. What an organisation publishes without review does not count.
    """
    decided = Submission.objects.filter(
        status__in=[Status.PUBLISHED, Status.REFUSED],
        decided_at__gte=timezone.now() - LOOKED_BACK,
        submitted_at__isnull=False,
    ).exclude(history__action=HistoryEntry.Action.TRUSTED)
    moments = decided.order_by("-decided_at").values_list("submitted_at", "decided_at")[:MOST]
    waits = [(decision - sent).total_seconds() for sent, decision in moments if sent and decision]
    return max(1, math.ceil(median(waits) / DAY)) if len(waits) >= FEWEST else None
