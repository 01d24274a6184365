"""What every answer of the API has in common: strictness, pages, bilingual text, addresses."""

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import mixins, serializers, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle

from portal import i18n
from portal.filters import RELEVANCE, DayFilter, Facet, SortFilter

LICENCE = {
    "name": "Licence Ouverte 2.0 / Open Licence 2.0",
    "url": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
}


class AnonymousThrottle(AnonRateThrottle):
    """So many requests a minute for each network address."""

    scope = "anonymous"


class SearchThrottle(AnonRateThrottle):
    """Fewer where a text is searched, which costs more."""

    scope = "search"

    def allow_request(self, request: Request, view: Any) -> bool:
        return not request.query_params.get("q") or super().allow_request(request, view)


class Pages(PageNumberPagination):
    """Numbered pages of 20 rows, up to 100 on request; what is beyond or malformed is a 400 or 404."""

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100

    def get_page_size(self, request: Request) -> int:
        asked = request.query_params.get(self.page_size_query_param)
        if asked is None:
            return self.page_size
        if not (
            asked.isascii()
            and asked.isdigit()
            and len(asked) <= 3
            and 1 <= int(asked) <= self.max_page_size
        ):
            raise ValidationError({"page_size": _("Give a number from 1 to 100.")})
        return int(asked)


class StrictFilters(BaseFilterBackend):
    """The page's own filters; a parameter or value that means nothing is a 400 that names it."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        filters = view.filterset_class(request.query_params, queryset)
        problems: dict[str, list[str]] = {}
        for problem in filters.problems({"page", "page_size"}):
            problems.setdefault(problem.key, []).append(problem.message)
        if problems:
            raise ValidationError(problems)
        return filters.qs

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The filters as OpenAPI describes parameters."""
        filters = view.filterset_class({}, view.filterset_class._meta.model._default_manager.none())
        return [
            {
                "name": name,
                "in": "query",
                "required": False,
                "description": self._described(found),
                "schema": self._schema(found),
            }
            for name, found in filters.filters.items()
        ]

    def _described(self, found: Any) -> str:
        if isinstance(found, SortFilter):
            return "; ".join(f"{code}: {order.label}" for code, order in found.orders.items())
        return str(found.label)

    def _schema(self, found: Any) -> dict[str, Any]:
        if isinstance(found, SortFilter):
            return {"type": "string", "enum": [*found.orders, RELEVANCE]}
        if isinstance(found, DayFilter):
            return {"type": "string", "format": "date"}
        if not isinstance(found, Facet):
            return {"type": "string"}
        items: dict[str, Any] = {"type": "string"}
        if found.has_fixed_codes:
            items["enum"] = list(found.known)
        return {"type": "array", "items": items}


class PublicViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Read-only answers about published rows, open to any page of the web.

    `queryset` starts at `published()`; `detail_serializer_class` says more than the list does.
    """

    pagination_class = Pages
    filter_backends = [StrictFilters]
    throttle_classes = [AnonymousThrottle, SearchThrottle]
    detail_serializer_class: type[serializers.BaseSerializer] | None = None

    def get_serializer_class(self) -> type[serializers.BaseSerializer]:
        if self.action == "retrieve" and self.detail_serializer_class:
            return self.detail_serializer_class
        return super().get_serializer_class()

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        if self.action != "retrieve":
            return super().filter_queryset(queryset)
        if self.request.query_params:
            message = _("There is no parameter of this name here.")
            raise ValidationError({name: [message] for name in self.request.query_params})
        return queryset

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        response["Link"] = f'<{LICENCE["url"]}>; rel="license"'
        return response


@extend_schema_field(
    {
        "type": "object",
        "properties": {language: {"type": "string"} for language in i18n.LANGUAGES},
        "required": list(i18n.LANGUAGES),
        "description": "Empty where the text does not exist in this language.",
    }
)
class BilingualField(serializers.Field):
    """A text in both languages: `{"fr": …, "en": …}`, empty where there is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(source="*", read_only=True, **kwargs)

    def to_representation(self, value: Any) -> dict[str, str]:
        return i18n.both(value, str(self.field_name))


@extend_schema_field(
    {
        "type": "object",
        "properties": {lang: {"type": "string", "format": "uri"} for lang in i18n.LANGUAGES},
        "required": list(i18n.LANGUAGES),
    }
)
class PagesField(serializers.Field):
    """The addresses of the public page, one for each language."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(source="*", read_only=True, **kwargs)

    def to_representation(self, value: Any) -> dict[str, str]:
        return page_addresses(value)


@extend_schema_field(
    {
        "type": "object",
        "nullable": True,
        "properties": {
            "url": {"type": "string", "format": "uri"},
            "alt": {"type": "object", "additionalProperties": {"type": "string"}},
        },
        "required": ["url", "alt"],
    }
)
class ImageField(serializers.Field):
    """An image and what it shows, or null."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(source="*", read_only=True, **kwargs)

    def to_representation(self, value: Any) -> dict[str, Any] | None:
        name = str(self.field_name)
        image = getattr(value, name)
        if not image:
            return None
        return {"url": absolute(image.url), "alt": i18n.both(value, f"{name}_alt")}


def absolute(path: str) -> str:
    """A path of the site as an address, from the configured base and never from a Host header."""
    return path if path.startswith("http") else settings.BASE_URL + path


def page_addresses(obj: Any) -> dict[str, str]:
    """The public page of `obj` in each language."""
    addresses = {}
    for language in i18n.LANGUAGES:
        with translation.override(language):
            addresses[language] = absolute(obj.get_absolute_url())
    return addresses


def resource(name: str, key: Any) -> str:
    """The address of one object in the API."""
    return absolute(reverse(f"api:{name}-detail", args=[key]))
