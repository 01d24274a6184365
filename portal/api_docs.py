"""The API's description, for machines (OpenAPI) and for people (one page, no script)."""

from functools import cache
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView

from portal import i18n
from portal.api import LICENCE, absolute


class Schema(SpectacularAPIView):
    """The OpenAPI document, always in English."""

    throttle_classes: list = []
    schema = None
    custom_settings = {"LICENSE": LICENCE}

    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        with translation.override("en"):
            response = super().get(request, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        return response


@cache
def schema() -> dict[str, Any]:
    """The description, generated once for each process."""
    with translation.override("en"):
        return SchemaGenerator().get_schema(request=None, public=True)


class ApiDocs(TemplateView):
    """What can be asked and what is answered, from the same description that machines read."""

    template_name = "portal/api_docs.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        alternates = {}
        for language in i18n.LANGUAGES:
            with translation.override(language):
                alternates[language] = reverse("api-guide")
        return super().get_context_data(
            operations=operations(schema()),
            licence=LICENCE,
            root=absolute(reverse("api:api-root")),
            schema_url=absolute(reverse("api:schema")),
            trail=[(_("API and open data"), "")],
            canonical=reverse("api-guide"),
            alternates=alternates,
            **kwargs,
        )


def operations(description: dict[str, Any]) -> list[dict[str, Any]]:
    """One entry for each address: its parameters and the fields of its answer."""
    found = []
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            content = operation["responses"]["200"].get("content", {}).get("application/json", {})
            if not content or path.endswith(("/schema/", "/v1/")):
                continue
            found.append(
                {
                    "method": method.upper(),
                    "path": path,
                    "id": operation["operationId"],
                    "summary": operation.get("summary", ""),
                    "text": operation.get("description", ""),
                    "parameters": [_parameter(p) for p in operation.get("parameters", [])],
                    "fields": list(_fields(description, content["schema"])),
                    "is_list": operation["operationId"].endswith("_list"),
                }
            )
    return found


def _parameter(parameter: dict[str, Any]) -> dict[str, Any]:
    kind = parameter["schema"]
    items = kind.get("items", kind)
    return {
        "name": parameter["name"],
        "required": parameter.get("required", False),
        "type": items.get("format") or items.get("type", ""),
        "values": [value for value in items.get("enum", []) if value not in ("", None)],
        "repeated": kind.get("type") == "array",
        "text": parameter.get("description", "").split("\n\n")[0].split("\n*")[0],
    }


def _fields(description: dict[str, Any], given: dict[str, Any]) -> Any:
    """The fields of one object of the answer: of a row, when the answer is a page of rows."""
    kind = _resolved(description, given)
    rows = kind.get("properties", {}).get("results")
    if rows:
        kind = _resolved(description, rows["items"])
    for name, field in kind.get("properties", {}).items():
        resolved = _resolved(description, field)
        inner = _resolved(description, resolved["items"]) if "items" in resolved else resolved
        yield {
            "name": name,
            "type": resolved.get("format") or resolved.get("type", "object"),
            "nullable": bool(field.get("nullable")),
            "values": [value for value in resolved.get("enum", []) if value],
            "keys": list(inner.get("properties", {})),
            "text": field.get("description", "").split("\n")[0] if "$ref" not in field else "",
        }


def _resolved(description: dict[str, Any], kind: dict[str, Any]) -> dict[str, Any]:
    for way in ("allOf", "oneOf"):
        if way in kind:
            return _resolved(description, kind[way][0])
    if "$ref" not in kind:
        return kind
    return description["components"]["schemas"][kind["$ref"].rsplit("/", 1)[1]]
