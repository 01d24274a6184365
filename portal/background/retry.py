"""How often, and after how long, what failed is tried again."""

from datetime import timedelta

# A mail server that is down is back within a day, or somebody has to look.
DELAYS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=25),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=15),
)


class GiveUp(Exception):
    """Raised by a task for a fault that no other try would mend."""


def delay_after(tries: int) -> timedelta | None:
    """How long to wait after that many tries; None when there is to be no other."""
    return DELAYS[tries - 1] if tries <= len(DELAYS) else None
