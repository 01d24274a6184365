"""What the pages of an event and of a project have in common."""

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse

from events.models.base import Titled
from portal import i18n, renditions
from portal.addresses import Nearest
from portal.markdown import plain


class Picture(NamedTuple):
    """The image of an object, with the space to keep for it while it loads.

    `language` is that of the text, if it is not the reader's; `copies` are those to choose from.
    """

    url: str
    alt: str
    language: str
    width: int | None
    height: int | None
    copies: list[renditions.Rendition]


def picture_of(obj: Titled) -> Picture | None:
    """The image of `obj`, if it has one; the file says its size, if it is there."""
    if not obj.image:
        return None
    alt = i18n.text(obj, "image_alt")
    said = (alt.value, alt.language if alt.is_fallback else "")
    copies = renditions.shown(obj.image.name, renditions.NARROW, renditions.WIDE)
    url = copies[-1].url if copies else obj.image.url
    try:
        return Picture(url, *said, obj.image.width, obj.image.height, copies)
    except OSError:
        return Picture(url, *said, None, None, copies)


def page_context(request: HttpRequest, obj: Titled, nearest: Nearest) -> dict[str, Any]:
    """What `base.html` needs to know of the page of `obj`, and its picture."""
    title = i18n.text(obj, "title").value
    context = {
        "summary": i18n.text(obj, "summary").value or plain(i18n.text(obj, "description").value),
        "picture": picture_of(obj),
        "pictured": obj,
        "single_language": obj.single_language,
        "trail": [(nearest.label, reverse(nearest.name)), (title, "")],
    }
    if getattr(request, "is_preview", False):
        # It has no address yet that another language or a search engine could be sent to.
        return context | {"noindex": True}
    return context | {"alternates": {code: obj.address_in(code) for code in i18n.LANGUAGES}}
