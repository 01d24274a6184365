"""The style guide, for staff: tokens, every component in every state, and pages in states seldom met.

It renders the templates of the pages themselves on the examples of `portal/style/`: a component
that changes shows changed here.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from portal.style import figures, finding, forms, lists, pages, review
from portal.style.examples import Component, State
from portal.stylesheet import SOURCES

NAME = gettext_lazy("Style guide")
# The parts of the guide, by the word in their address.
PARTS: dict[str, tuple[Any, Callable[[], list[Component]]]] = {
    "lists": (gettext_lazy("Rows, tags and small parts"), lists.components),
    "finding": (gettext_lazy("Around and in lists"), finding.components),
    "figures": (gettext_lazy("Drawn figures"), figures.components),
    "forms": (gettext_lazy("Forms and notices"), forms.components),
    "review": (gettext_lazy("Review"), review.components),
}
TOKEN = re.compile(r"^\s+--([\w-]+): ([^;]+);", re.MULTILINE)
# Two examples on a page may not have the same names, nor may any take the focus as the page opens.
ID = re.compile(r' id="([^"]+)"')
REFERENCE = re.compile(r' (id|for|aria-labelledby|aria-describedby|href)="(#?)([^"]*)"')
LANDMARK = re.compile(r'(<nav [^>]*aria-label="[^"]*)"|role="search"')


class Shown(NamedTuple):
    """A state as the guide shows it: what renders it, and the result."""

    state: State
    html: SafeString

    @property
    def source(self) -> str:
        """The name of its template, if it is one alone."""
        return self.state.template if self.state.template.endswith(".html") else ""


class Token(NamedTuple):
    """A variable of the style sheet, in the light theme and, where it differs, in the dark one."""

    name: str
    light: str
    dark: str

    @property
    def is_colour(self) -> bool:
        return self.light.startswith("#")


def tokens() -> list[Token]:
    """What `tokens.css` says, in its order."""
    light, _media, dark = (
        (SOURCES / "tokens.css")
        .read_text(encoding="utf-8")
        .partition("@media (prefers-color-scheme: dark)")
    )
    darker = dict(TOKEN.findall(dark))
    first = dict(reversed(TOKEN.findall(light)))
    return [Token(name, first[name], darker.get(name, "")) for name in dict(TOKEN.findall(light))]


@require_safe
def style_guide(request: HttpRequest) -> HttpResponse:
    """The first page: what there is, the tokens, and the pages in states seldom met."""
    context = {
        "parts": [_described(code) for code in PARTS],
        "tokens": tokens(),
        "pages": [{"code": code, "title": page.title} for code, page in pages.PAGES.items()],
        "lists": [*pages.list_states(), *pages.object_states()],
        "trail": [(NAME, "")],
        "noindex": True,
    }
    return render(request, "portal/style_guide.html", context)


def _described(code: str) -> dict[str, Any]:
    title, components = PARTS[code]
    return {"code": code, "title": title, "components": components()}


@require_safe
def style_part(request: HttpRequest, part: str) -> HttpResponse:
    """One part: its components, each in every state; 404 for a part that does not exist."""
    if part not in PARTS:
        raise Http404
    described = _described(part)
    context = {
        "title": described["title"],
        "components": [
            {"of": component, "states": shown(request, component)}
            for component in described["components"]
        ],
        "trail": [(NAME, reverse("style-guide")), (described["title"], "")],
        "noindex": True,
    }
    return render(request, "portal/style_part.html", context)


def shown(request: HttpRequest, component: Component) -> list[Shown]:
    """The states of a component, rendered by what renders them on the pages."""
    found = []
    for number, state in enumerate(component.states, 1):
        if state.template.endswith(".html"):
            html: str = render_to_string(state.template, state.context, request)
        else:
            template = engines["django"].from_string(f"{{% load portal %}}{state.template}")
            html = template.render(state.context, request)
        found.append(Shown(state, apart(html, f"{component.code}-{number}")))
    return found


def apart(html: str, name: str) -> SafeString:
    """The HTML of an example beside others: its ids and the names of its landmarks are made its own."""
    own = set(ID.findall(html))

    def renamed(found: re.Match[str]) -> str:
        attribute, mark, value = found.groups()
        names = " ".join(f"{each}-{name}" if each in own else each for each in value.split())
        return f' {attribute}="{mark}{names}"'

    def told_apart(found: re.Match[str]) -> str:
        return f'{found[1]} ({name})"' if found[1] else f'role="search" aria-label="{name}"'

    text = LANDMARK.sub(told_apart, REFERENCE.sub(renamed, html))
    # Safe: rendered by templates, which escaped what they printed; only names were lengthened.
    return mark_safe(text.replace(" autofocus", ""))  # noqa: S308 - see above


@require_safe
def style_page(request: HttpRequest, code: str) -> HttpResponse:
    """A page in a state that is seldom met, as visitors and members see it; always answers 200."""
    page = pages.PAGES.get(code)
    if page is None:
        raise Http404
    return render(request, page.template, {"noindex": True} | page.context())
