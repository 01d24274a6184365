"""Addresses of pages that many rows have: worked out once for each route and language.

`reverse` costs more than all else that is said of a row. Only for a route with one part that varies, a
number or a slug, both of which stand in an address as they are.
"""

from functools import lru_cache
from typing import Any

from django.urls import reverse
from django.utils.translation import override

from portal import i18n

# What every such part may be.
ANY = "0"


def path(name: str, part: Any, language: str = "") -> str:
    """The path of a route in a language, by default the active one; raises NoReverseMatch."""
    before, after = _around(name, language or i18n.current())
    return f"{before}{part}{after}"


@lru_cache(maxsize=512)
def _around(name: str, language: str) -> tuple[str, str]:
    """What stands before the part that varies and after it."""
    with override(language):
        before, _part, after = reverse(name, args=[ANY]).rpartition(ANY)
    return before, after
