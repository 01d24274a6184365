"""The limits of the stack: the least that Django does for a page, a list and an answer of an API."""

from typing import Any

import orjson
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from rest_framework.generics import ListAPIView
from rest_framework.pagination import PageNumberPagination
from rest_framework.serializers import ModelSerializer

from events.models import Event
from portal.models import Status

ROWS = 24
FIELDS = [
    *("id", "title_fr", "title_en", "slug_fr", "slug_en", "summary_fr", "summary_en"),
    *("kind", "starts_at", "ends_at", "place", "price"),
]
CONSTANT = (
    b"<!doctype html><title>Thirty kilobytes</title>" + b"<p>The same each time.</p>" * 1152
)[:30_000]


def rows() -> QuerySet:
    """Published events, the latest first: an order that has an index."""
    return Event.objects.filter(status=Status.PUBLISHED).order_by("-starts_at", "pk")


def constant(request: HttpRequest) -> HttpResponse:
    """(a) The same 30 kB, whoever asks."""
    return HttpResponse(CONSTANT)


def plain_list(request: HttpRequest) -> HttpResponse:
    """(b) One query of 24 rows with its count, and a plain template: no filter, no translation."""
    pages = Paginator(rows().select_related("commune"), ROWS)
    page = pages.get_page(request.GET.get("page"))
    return render(request, "limits/list.html", {"page": page})


class Rows(ModelSerializer):
    """Twelve columns as they are."""

    class Meta:
        model = Event
        fields = FIELDS


class Pages(PageNumberPagination):
    """Numbered pages, with their count."""

    page_size = ROWS


class PlainApi(ListAPIView):
    """(c) A list of Django REST framework: 24 rows of 12 fields with their count."""

    queryset = rows()
    serializer_class = Rows
    pagination_class = Pages


def values(request: HttpRequest) -> HttpResponse:
    """(c') The same without objects: columns of the database, written by orjson."""
    number = int(request.GET.get("page", 1))
    found = rows()
    answer: dict[str, Any] = {
        "count": found.count(),
        "results": list(found.values(*FIELDS)[(number - 1) * ROWS : number * ROWS]),
    }
    return HttpResponse(orjson.dumps(answer, default=str), content_type="application/json")
