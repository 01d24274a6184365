"""HTML put together in Python, where a page has dozens of the same piece."""

from html import escape
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString


def markup(template: str, *parts: Any) -> SafeString:
    """What Django's `format_html` gives, in a quarter of the time: texts are the rule here, and each is
    not asked first whether it is lazy."""
    return SafeString(template.format(*map(_escaped, parts)))


def _escaped(part: Any) -> str:
    if isinstance(part, SafeString):
        return part
    if isinstance(part, int):
        return str(part)
    return escape(part) if isinstance(part, str) else conditional_escape(part)
