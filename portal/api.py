"""What every answer of the API has in common: strictness, pages, bilingual text, addresses.

Each part says what it is in the reader's language: the guide is read in both (`portal/api_docs.py`).
"""

from collections.abc import Callable, Collection
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.core.paginator import InvalidPage
from django.db import DataError
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle
from rest_framework.utils.urls import remove_query_param, replace_query_param

from portal import counting, i18n, keyset, limits
from portal.display import capitalised
from portal.downloads import open_data
from portal.facets import Facet
from portal.filters import RELEVANCE, DayFilter, ListFilterSet, SearchFilter, SortFilter
from portal.kept_pages import kept, understood
from portal.listing import is_page, typed_query
from portal.paths import path
from portal.representation import Represented, writer
from portal.words import LONGEST_QUERY

# What says which part of a list is asked for.
PAGE = {"page", "page_size"}


class AnonymousThrottle(AnonRateThrottle):
    """So many requests a minute for each network address, counted as everything else that is limited."""

    scope = "anonymous"
    num_requests: int
    duration: int

    def get_ident(self, request: Request) -> str:
        return limits.client_address(request)

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count it; Django REST framework would read when each of the last ones came, and write that."""
        who = self.get_ident(request)
        try:
            limits.require(f"api-{self.scope}", who, self.num_requests, self.duration)
        except limits.TooOften as refused:
            self.seconds = refused.seconds
            return False
        return True

    def wait(self) -> float:
        return self.seconds


class SearchThrottle(AnonymousThrottle):
    """Fewer where a text is searched, which costs more."""

    scope = "search"

    def allow_request(self, request: Request, view: Any) -> bool:
        return not request.query_params.get("q") or super().allow_request(request, view)


class Pages(PageNumberPagination):
    """Numbered pages of 20 rows, up to 100 on request; what is beyond or malformed is a 400 or 404.

    Rows have numbered pages as far as they are counted. `next` leads on from there by the place of the
    last row (`after`), to the end of the list; each page costs the same, wherever it is.
    """

    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100
    page_query_description: Any = _(
        "The number of the page, from 1, as far as row 10,000. Follow “next” to go beyond."
    )
    page_size_query_description: Any = _(
        "How many rows a page has, from 1 to 100; 20 unless you say."
    )
    after_query_param = "after"
    after_query_description: Any = _(
        "The place to go on from, as “next” gives it after row 10,000; instead of “page”."
    )

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> Any:
        """The rows asked for; how many there are is counted once (`portal/keeping.py`).

        Of these nothing is held but what the answer says around them.
        """
        self.asked, self.rows, self.total = request, queryset, view.list_filters.count()
        self.may_go_on = not view.list_filters.ranks
        self.next = self.previous = None
        place = request.query_params.get(self.after_query_param)
        if place is not None:
            return self._after(place, view.shown)
        pages = keyset.Pages(queryset, view.shown, self.get_page_size(request), self.total)
        number = self.get_page_number(request, pages)
        try:
            page = pages.page(number)
        except InvalidPage as error:
            message = self.invalid_page_message.format(page_number=number, message=str(error))
            raise NotFound(message) from error
        found = list(page)
        if page.has_next():
            self.next = self._link(number + 1)
        elif self.total > counting.MOST and self.may_go_on:
            self.next = self._link_after(found)
        if page.has_previous():
            self.previous = self._link(number - 1)
        return found

    def _after(self, place: str, shown: Callable[[QuerySet], QuerySet]) -> list[Any]:
        """The rows after a place: one query, or two where those come that lack what orders them."""
        if self.page_query_param in self.asked.query_params:
            raise ValidationError({"after": _("Give either “page” or “after”.")})
        if not self.may_go_on:
            raise ValidationError({"after": _("What answers words has numbered pages only.")})
        size = self.get_page_size(self.asked)
        found: list[Any] = []
        try:
            for rows in keyset.after(self.rows, place):
                if len(found) <= size:
                    found += shown(rows)[: size + 1 - len(found)]
        except (keyset.NoPlace, DataError, OverflowError) as error:
            message = _("This is no place of this list: follow “next” from its first page.")
            raise ValidationError({"after": message}) from error
        if len(found) > size:
            self.next = self._link_after(found[:size])
        return found[:size]

    def _link(self, number: int) -> str:
        """The address of another page of the list."""
        address = self.asked.get_full_path()
        if number == 1:
            return absolute(remove_query_param(address, self.page_query_param))
        return absolute(replace_query_param(address, self.page_query_param, number))

    def _link_after(self, found: list[Any]) -> str:
        """The address of what comes after some rows: one query."""
        place = keyset.place(self.rows, found[-1].pk)
        address = remove_query_param(self.asked.get_full_path(), self.page_query_param)
        return absolute(replace_query_param(address, self.after_query_param, place))

    def get_paginated_response(self, data: Any) -> Response:
        return Response(
            {
                "count": min(self.total, counting.MOST),
                "count_is_exact": self.total <= counting.MOST,
                "next": self.next,
                "previous": self.previous,
                "results": data,
            }
        )

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        found = super().get_paginated_response_schema(schema)
        exact = {
            "type": "boolean",
            "description": gettext("If not, there are more rows than the count says."),
        }
        properties = {"count": found["properties"].pop("count"), "count_is_exact": exact}
        found["properties"] = properties | found["properties"]
        found["required"] = ["count", "count_is_exact", "results"]
        return found

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        place = {
            "name": self.after_query_param,
            "in": "query",
            "required": False,
            "description": str(self.after_query_description),
            "schema": {"type": "string"},
        }
        return [*super().get_schema_operation_parameters(view), place]

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

    def get_page_number(self, request: Request, paginator: Any) -> Any:
        """The page asked for; a 400 for what is no number of a page, or beyond those there are."""
        asked = request.query_params.get(self.page_query_param, "1")
        if not is_page(asked):
            raise ValidationError({self.page_query_param: _("Give a number, from 1.")})
        if self.total > counting.MOST and int(asked) > paginator.num_pages:
            message = _(
                "Pages have numbers as far as %(last)s. Follow “next” from there, or use filters."
            )
            raise ValidationError({self.page_query_param: message % {"last": paginator.num_pages}})
        return int(asked)


class OneFormat(DefaultContentNegotiation):
    """There is one format: a parameter `format` is one that nobody knows, as any other."""

    def filter_renderers(self, renderers: Any, format: str) -> Any:
        """All of them: what is asked for so is refused by the filters."""
        return renderers


class StrictFilters(BaseFilterBackend):
    """The page's own filters; a parameter or value that means nothing is a 400 that names it."""

    def filter_queryset(self, request: Request, queryset: QuerySet, view: Any) -> QuerySet:
        scope = f"API {view.basename}"
        view.list_filters = filters = view.filterset_class(request.query_params, queryset, scope)
        problems: dict[str, list[str]] = {}
        for problem in filters.problems({*PAGE, "after"}):
            problems.setdefault(problem.key, []).append(problem.message)
        if problems:
            raise ValidationError(problems)
        pairs = typed_query(request._request)
        numbers = {name: value for name, value in pairs if name in PAGE}
        # Places in a list have no end.
        if "after" in request.query_params:
            return filters.qs
        is_plain = not any(number.startswith("0") for number in numbers.values())
        if is_plain and filters.is_written(pairs, numbers.items()):
            understood(request._request)
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
        """What a filter is, and what its codes mean."""
        if isinstance(found, SearchFilter):
            most = {"most": LONGEST_QUERY}
            return (
                gettext("Words to look for, in either language: at most %(most)s characters.")
                % most
            )
        text = str(found.extra.get("help_text") or found.label)
        codes = (f"* `{code}` - {label}" for code, label in self._codes(found).items())
        return "\n".join([text, "", *codes]).rstrip()

    def _codes(self, found: Any) -> dict[str, str]:
        """The codes that stand in the program, with what each means."""
        if isinstance(found, SortFilter):
            orders = {code: str(order.label) for code, order in found.orders.items()}
            return orders | {
                RELEVANCE: gettext("the best answers first, where words are looked for")
            }
        return found.known if isinstance(found, Facet) and found.has_fixed_codes else {}

    def _schema(self, found: Any) -> dict[str, Any]:
        kind: dict[str, Any] = {"type": "string"}
        if codes := list(self._codes(found)):
            kind["enum"] = codes
        if isinstance(found, DayFilter):
            kind["format"] = "date"
        return {"type": "array", "items": kind} if isinstance(found, Facet) else kind


def described(*, many: Any, one: Any, about: Any, example: str = "") -> Callable:
    """Say of a viewset what it is about, and what its list and one of its objects are called.

    `example` is a query that shows what can be asked of the list.
    """
    return extend_schema_view(
        list=extend_schema(summary=many, description=about, extensions={"x-example": example}),
        retrieve=extend_schema(summary=one, description=about),
    )


class PublicViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    """Read-only answers about published rows, open to any page of the web.

    `shown` fetches what a list says of each, `whole` what is said of one by itself, which may be more
    (`detail_serializer_class`).
    """

    filterset_class: type[ListFilterSet]
    pagination_class = Pages
    filter_backends = [StrictFilters]
    content_negotiation_class = OneFormat
    throttle_classes = [AnonymousThrottle, SearchThrottle]
    detail_serializer_class: type[serializers.BaseSerializer] | None = None

    @classmethod
    def as_view(cls, *args: Any, **kwargs: Any) -> Any:
        """The view, whose answers are the same for all who ask for them."""
        return kept(super().as_view(*args, **kwargs))

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """The answer, of which the view keeps nothing."""
        answer = super().dispatch(request, *args, **kwargs)
        # A view leads to itself: with it all rows would be left to the garbage collector.
        del self.response
        return answer

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of rows, each written as its serializer says."""
        rows: Any = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        kind: Any = self.get_serializer_class()
        return self.get_paginated_response(list(map(writer(kind), rows)))

    def get_queryset(self) -> QuerySet:
        """The rows that everybody may read; of one of them all that is said."""
        rows = super().get_queryset()
        return self.whole(rows) if self.action == "retrieve" else rows

    def shown(self, rows: Any) -> QuerySet:
        """The rows of a list with what it shows of each."""
        found: QuerySet = rows
        return found

    def whole(self, rows: Any) -> QuerySet:
        """The same with what the answer about one of them says."""
        return self.shown(rows)

    def get_serializer_class(self) -> type[serializers.BaseSerializer]:
        if self.action == "retrieve" and self.detail_serializer_class:
            return self.detail_serializer_class
        return super().get_serializer_class()

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        if self.action != "retrieve":
            return super().filter_queryset(queryset)
        refuse_parameters(self.request)
        return queryset

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        response = super().finalize_response(request, response, *args, **kwargs)
        return open_data(response)


def refuse_parameters(request: Request, *, but: Collection[str] = ()) -> None:
    """Raise ValidationError if the query of an address that is no list has any parameter but these."""
    message = _("There is no parameter of this name here.")
    if unknown := {name: [message] for name in request.query_params if name not in but}:
        raise ValidationError(unknown)


class DescribedSerializer(Represented, serializers.ModelSerializer):
    """Says of each field at least what its model calls it."""

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        for name, field in fields.items():
            field.help_text = field.help_text or self._called(name)
        return fields

    def _called(self, name: str) -> str:
        model: Any = self.Meta.model
        try:
            found = model._meta.get_field(name)
        except FieldDoesNotExist:
            return ""
        if found.auto_created and not found.concrete:
            return capitalised(found.related_model._meta.verbose_name_plural)
        return capitalised(found.verbose_name)


@extend_schema_field(
    {
        "type": "object",
        "properties": {language: {"type": "string"} for language in i18n.LANGUAGES},
        "required": list(i18n.LANGUAGES),
        "description": _("Empty where the text does not exist in this language."),
    }
)
class BilingualField(serializers.Field):
    """A text in both languages: `{"fr": …, "en": …}`, empty where there is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(source="*", read_only=True, **kwargs)

    @property
    def write(self) -> Callable[[Any], dict[str, str]]:
        """What `to_representation` does, with what is the same for all objects worked out."""
        get = attrgetter(*(f"{self.field_name}_{language}" for language in i18n.LANGUAGES))

        def write(obj: Any) -> dict[str, str]:
            return {lang: text or "" for lang, text in zip(i18n.LANGUAGES, get(obj), strict=True)}

        return write

    def to_representation(self, value: Any) -> dict[str, str]:
        return self.write(value)


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
        kwargs.setdefault("help_text", _("Its page on this site, in each language."))
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
        kwargs.setdefault("help_text", _("Its address and what it shows; null if there is none."))
        super().__init__(source="*", read_only=True, **kwargs)

    def to_representation(self, value: Any) -> dict[str, Any] | None:
        name = str(self.field_name)
        # Asked for by its name, a file comes with what leads back to the object, even if there is none.
        if not value.__dict__[name]:
            return None
        image = getattr(value, name)
        return {"url": absolute(image.url), "alt": i18n.both(value, f"{name}_alt")}


@extend_schema_field({"type": "string", "format": "uri"})
class ResourceField(serializers.Field):
    """The address in the API of what is shown, or of what it points to (`source`)."""

    def __init__(self, name: str, key: str = "pk", **kwargs: Any) -> None:
        kwargs.setdefault("source", "*")
        kwargs.setdefault("help_text", _("Its address in the API."))
        super().__init__(read_only=True, **kwargs)
        self.name, self.key = name, key

    def to_representation(self, value: Any) -> str:
        return resource(self.name, getattr(value, self.key))


def absolute(path: str) -> str:
    """A path of the site as an address, from the configured base and never from a Host header."""
    return path if path.startswith("http") else settings.BASE_URL + path


def page_addresses(obj: Any) -> dict[str, str]:
    """The public page of `obj` in each language."""
    return {language: absolute(obj.address_in(language)) for language in i18n.LANGUAGES}


def resource(name: str, key: Any) -> str:
    """The address of one object in the API."""
    # It is the same in either language.
    return absolute(path(f"api:{name}-detail", key, i18n.LANGUAGES[0]))
