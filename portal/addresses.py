"""Where the address of a published object leads: to its page, to where that moved, or to a farewell.

A view is

    def organisation_detail(request: HttpRequest, slug: str) -> HttpResponse:
        rows = Organisation.objects.select_related("commune")
        return answer(request, rows, slug, organisation_page, nearest=NEAREST)

and `organisation_page` renders an object that may as well be a preview.
"""

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from django.contrib.contenttypes.models import ContentType
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse

from portal.models import FormerSlug, Published


class Nearest(NamedTuple):
    """The list to go to from where nothing is left."""

    name: str
    label: Any


def answer(
    request: HttpRequest,
    queryset: QuerySet,
    slug: str,
    page: Callable[[HttpRequest, Any], HttpResponse],
    *,
    nearest: Nearest,
    address: Callable[[Any], str] = lambda obj: obj.get_absolute_url(),
) -> HttpResponse:
    """What `page` makes of the object that `slug` leads to.

    An address it had before, or has in the other language, answers 301; that of something withdrawn
    410, with its name and the date and nothing else; any other 404. One query finds a published object.
    """
    obj = _found(queryset, slug)
    if not obj.is_published:
        farewell = {
            "object": obj,
            "list_url": reverse(nearest.name),
            "list_label": nearest.label,
            "noindex": True,
        }
        return render(request, "410.html", farewell, status=410)
    if address(obj) != request.path:
        return HttpResponsePermanentRedirect(address(obj))
    return page(request, obj)


def _found(queryset: Any, slug: str) -> Published:
    """The object that has this slug in some language, or else the one that had it."""
    columns = queryset.model.slug_sources
    same = reduce(or_, (Q(**{column: slug}) for column in columns))
    obj = queryset.published().filter(same).first() or queryset.withdrawn().filter(same).first()
    return obj or _former(queryset, slug)


def _former(queryset: Any, slug: str) -> Published:
    kind = ContentType.objects.get_for_model(queryset.model)
    former = FormerSlug.objects.filter(target_type=kind, slug=slug).first()
    obj = queryset.filter(pk=former.target_id).first() if former else None
    if obj is None:
        raise Http404
    return obj
