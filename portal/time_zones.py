"""The time zones of the IANA database, by their names."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones


def named(name: str) -> ZoneInfo | None:
    """The zone that is called so (“Europe/Paris”), None if there is no such zone."""
    return ZoneInfo(name) if name in _names() else None


@cache
def _names() -> frozenset[str]:
    """All names, read once: they are the files of a folder, and reading it takes milliseconds."""
    return frozenset(available_timezones())
