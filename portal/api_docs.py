"""The API's description, for machines (OpenAPI) and for people (one page, no script)."""

import re
from functools import cache
from typing import Any, NamedTuple

from django.urls import resolve, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView

from portal import i18n
from portal.api import absolute, refuse_parameters
from portal.display import capitalised
from portal.downloads import LICENCE

# How drf-spectacular lists the codes of a field below what it says of the field.
CODE = re.compile(r"^\* `(.+?)` - (.+)$", re.MULTILINE)

Description = dict[str, Any]


class Schema(SpectacularAPIView):
    """The OpenAPI document, always in English."""

    throttle_classes: list = []
    schema = None
    custom_settings = {"LICENSE": LICENCE}

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        refuse_parameters(request, but={"format"})
        with translation.override("en"):
            response = super().get(request, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        return response


@cache
def schema(language: str) -> Description:
    """The description in a language, generated once for each process."""
    with translation.override(language):
        return SchemaGenerator().get_schema(request=None, public=True)


# --- The guide ------------------------------------------------------------------------------------


class Part(NamedTuple):
    """A parameter, or a field of an answer."""

    name: str
    type: str
    text: str
    # The codes it may be, with what each means, or the names inside it, which need no words.
    values: tuple[tuple[str, str], ...]


class Operation(NamedTuple):
    """One address that can be asked: `example` is one that answers, "" if there is nothing yet."""

    title: str
    path: str
    example: str
    fields: list[Part]


class Resource(NamedTuple):
    """A list and one of its objects, with what only the latter says."""

    title: str
    about: str
    parameters: list[Part]
    rows: Operation
    one: Operation


class ApiDocs(TemplateView):
    """What can be asked and what is answered, from the same description that machines read."""

    template_name = "portal/api_docs.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        alternates = {}
        for language in i18n.LANGUAGES:
            with translation.override(language):
                alternates[language] = reverse("api-guide")
        shared, own = _told_once(resources(schema(i18n.current())))
        return super().get_context_data(
            shared=shared,
            resources=own,
            licence=LICENCE,
            root=absolute(reverse("api:api-root")),
            schema_url=absolute(reverse("api:schema")),
            trail=[(_("API and open data"), "")],
            canonical=reverse("api-guide"),
            structured_data={
                "@type": "TechArticle",
                "name": _("API and open data"),
                "url": absolute(reverse("api-guide")),
                "license": LICENCE["url"],
            },
            alternates=alternates,
            **kwargs,
        )


def resources(description: Description) -> list[Resource]:
    """What the guide has a section for; one query each, for an example that answers."""
    paths = description["paths"]
    found = []
    for path, methods in paths.items():
        # Ignored by mypy: DRF sets it on views.
        view: Any = resolve(path).func.cls if "{" not in path else None  # type: ignore[attr-defined]
        if not hasattr(view, "shown"):
            continue
        listing = methods["get"]
        (one_path,) = (other for other in paths if other.startswith(f"{path}{{"))
        one = paths[one_path]["get"]
        rows = _fields(description, listing)
        model = view.filterset_class._meta.model
        found.append(
            Resource(
                title=capitalised(model._meta.verbose_name_plural),
                about=listing["description"],
                parameters=[_parameter(each) for each in listing["parameters"]],
                rows=Operation(
                    listing["summary"], path, absolute(f"{path}?{listing['x-example']}"), rows
                ),
                one=Operation(
                    one["summary"],
                    one_path,
                    _example(view, one_path),
                    [field for field in _fields(description, one) if field not in rows],
                ),
            )
        )
    return found


def _told_once(everything: list[Resource]) -> tuple[list[Part], list[Resource]]:
    """The parameters that every list has, and each list with those of its own."""
    first, *others = everything
    shared = [p for p in first.parameters if all(p in other.parameters for other in others)]
    return shared, [
        each._replace(parameters=[p for p in each.parameters if p not in shared])
        for each in everything
    ]


def _example(view: Any, path: str) -> str:
    """The address of an object there is."""
    rows = view(action="list").get_queryset().order_by("pk")
    key = rows.values_list(view.lookup_field, flat=True).first()
    return absolute(re.sub(r"{\w+}", str(key), path)) if key is not None else ""


# --- From OpenAPI to rows of a table --------------------------------------------------------------


def _parameter(parameter: Description) -> Part:
    kind = parameter["schema"]
    several = kind.get("type") == "array"
    item = kind["items"] if several else kind
    text = parameter.get("description", "")
    return Part(
        name=parameter["name"],
        type=_type(item) + ("[]" if several else ""),
        text=_words(text),
        values=_codes(item, text),
    )


def _fields(description: Description, operation: Description) -> list[Part]:
    """The fields of one object of the answer: of a row, when the answer is a page of rows."""
    answer = operation["responses"]["200"]["content"]["application/json"]["schema"]
    kind = _resolved(description, answer)
    if rows := kind["properties"].get("results"):
        kind = _resolved(description, rows["items"])
    return [_field(description, name, field) for name, field in kind["properties"].items()]


def _field(description: Description, name: str, field: Description) -> Part:
    kind = _resolved(description, field)
    several = kind.get("type") == "array"
    item = _resolved(description, kind["items"]) if several else kind
    inside = tuple((key, "") for key in item.get("properties", {}))
    return Part(
        name=name,
        type=_type(item) + ("[]" if several else "") + (", null" if field.get("nullable") else ""),
        text=_words(field["description"]),
        values=inside or _codes(item, field["description"]),
    )


def _type(kind: Description) -> str:
    return kind.get("format") or kind.get("type", "object")


def _words(text: str) -> str:
    """What is said of a part, without its codes."""
    return text.split("\n\n")[0]


def _codes(kind: Description, text: str) -> tuple[tuple[str, str], ...]:
    """The codes that a part may be, each with its meaning."""
    meanings = dict(CODE.findall(text))
    return tuple((code, meanings.get(code, "")) for code in kind.get("enum", []) if code)


def _resolved(description: Description, kind: Description) -> Description:
    for way in ("allOf", "oneOf"):
        if way in kind:
            return _resolved(description, kind[way][0])
    if "$ref" not in kind:
        return kind
    return description["components"]["schemas"][kind["$ref"].rsplit("/", 1)[1]]
