"""The public page of something that waits, shown to those who may see it before it is public."""

import copy
from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.html import escape

from portal import storage
from portal.lifecycle import diff, kinds, review
from portal.models import HistoryEntry, Published, Submission


def preview(
    request: HttpRequest, submission: Submission, image_url: Callable[[str], str]
) -> HttpResponse:
    """The page as a visitor would get it once all of `submission` is published.

    The caller has checked who asks. `image_url` says where the image of a column can be seen by them:
    its public address does not answer yet. Raises Incomplete if there could be no such page.
    """
    kind = kinds.of(submission)
    asked = copy.copy(request)
    asked.user = AnonymousUser()
    asked.is_preview = True  # type: ignore[attr-defined]  # for templates
    asked.method = "GET"
    response = review.as_published(submission, lambda obj: kind.page(asked, obj))
    content = review.proposed(submission)
    for name in kind.content.images:
        if content[name]:
            public = escape(default_storage.url(content[name])).encode()
            response.content = response.content.replace(public, escape(image_url(name)).encode())
    return private(response)


def held_image(name: Any) -> HttpResponse:
    """An image of the private store; the caller has checked who asks. 404 if there is none."""
    if not name or not storage.held_storage().exists(name):
        raise Http404
    # Everything in this store was drawn anew as WebP (portal/images.py).
    return private(FileResponse(storage.held_storage().open(name), content_type="image/webp"))


def image_address(name: str, submission: Submission | None, target: Published | None) -> str:
    """Where those who write an object see an image of it: in public if it is live, else as held."""
    if not name:
        return ""
    if target is not None and name in _public_images(target):
        return default_storage.url(name)
    return reverse("members:submission-image", args=[submission.pk, name]) if submission else ""


def _public_images(target: Published) -> set[str]:
    if not target.is_published:
        return set()
    return {getattr(target, name).name for name in kinds.of(target).content.images}


def images_of_step(entry: HistoryEntry, target: Published | None) -> diff.ImageURL:
    """Where those who write an object see the images of one step: through what brought them."""

    def url(column: str, side: str) -> str:
        return image_address(entry.diff[column][side == "proposed"], entry.submission, target)

    return url


def private(response: Any) -> Any:
    """An answer that no cache keeps and no search engine lists."""
    add_never_cache_headers(response)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
