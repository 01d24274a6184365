"""What a page costs whoever opens it first, and what it may cost."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, Request

from tests.gates.inventory import LANGUAGES, PUBLIC, Look
from tests.gates.site import Site

KINDS = ("html", "css", "js", "fonts", "images")
# As the browser calls them.
TYPES = {
    "document": "html",
    "stylesheet": "css",
    "script": "js",
    "font": "fonts",
    "image": "images",
    "other": "images",  # the sprite of icons, and the icon of the tab
}
ELEMENTS = """() => document.querySelectorAll("*").length
    - document.querySelectorAll("svg *").length"""
LISTS = {
    *("members:organisation-list", "events:project-list", "events:event-list"),
    *("events:event-month", "events:ecosystem", "search"),
}
# The guide is documentation, as long as what it documents: each field of each list, with its type.
# It keeps every other budget.
LONG = {"api-guide"}

# Every public page as a visitor finds it. A portal nobody has written in costs less than any of these,
# and so does a list that found nothing.
MEASURED = [
    look
    for look in PUBLIC
    if look.is_public and not look.new and not look.state.endswith("nothing found")
]


def languages(look: Look) -> tuple[str, ...]:
    """In the table a page is in both languages, a state more of it in French, which takes more room."""
    return LANGUAGES if look.state in ("", "full") else LANGUAGES[:1]


@dataclass(frozen=True)
class Limits:
    """Bytes by kind, requests, HTML elements outside drawings, and the EcoIndex to be above."""

    html: int = 12_000
    css: int = 10_000
    js: int = 16_000
    fonts: int = 76_000
    images: int = 80_000
    requests: int = 8
    elements: int = 350
    ecoindex: float = 80


def limits(look: Look) -> Limits:
    """Of one page; DESIGN-UX.md, section 10, says why."""
    if look.name in LISTS:
        return Limits(images=40_000, requests=12)
    if look.name in LONG:
        return Limits(elements=2_000, ecoindex=0)
    return Limits()


@dataclass(frozen=True)
class Cost:
    """What one page cost: bytes as they came, without headers, by kind; `size` with them."""

    bytes: Counter
    size: int
    requests: int
    elements: int
    foreign: tuple[str, ...]

    @property
    def ecoindex(self) -> float:
        return ecoindex(self.elements, self.requests, self.size / 1000)

    def over(self, limits: Limits) -> dict[str, tuple[float, float]]:
        """What is beyond its limit: what was measured, and the limit."""
        measured = {kind: self.bytes[kind] for kind in KINDS}
        measured |= {"requests": self.requests, "elements": self.elements}
        beyond = {
            name: (value, getattr(limits, name))
            for name, value in measured.items()
            if value > getattr(limits, name)
        }
        if self.ecoindex <= limits.ecoindex:
            beyond["ecoindex"] = (round(self.ecoindex, 1), limits.ecoindex)
        return beyond


@contextmanager
def newcomer(chromium: Browser) -> Iterator[Page]:
    """A window that keeps nothing of a page for the next one: each is opened as if it were the first."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    window = context.new_page()
    browser = context.new_cdp_session(window)
    browser.send("Network.enable")
    browser.send("Network.setCacheDisabled", {"cacheDisabled": True})
    yield window
    context.close()


def cost(window: Page, site: Site, look: Look, language: str) -> Cost:
    """Open a page in the window of a newcomer, and count."""
    started: list[Request] = []
    requests: list[Request] = []
    failed: list[Request] = []
    heard = {
        "request": lambda request: started.append(request),
        "requestfinished": lambda request: requests.append(request),
        "requestfailed": lambda request: failed.append(request),
    }
    for event, hear in heard.items():
        window.on(event, hear)
    # The last thing a browser asks for is the icon of its tab.
    with window.expect_request_finished(lambda request: "favicon" in request.url):
        window.goto(site.address(look, language))
    while len(requests) + len(failed) < len(started):
        window.wait_for_event("requestfinished")
    elements = window.evaluate(ELEMENTS)
    for event, hear in heard.items():
        window.remove_listener(event, hear)
    found: Counter = Counter()
    size = 0
    for request in requests:
        sizes = request.sizes()
        found[TYPES.get(request.resource_type, request.resource_type)] += sizes["responseBodySize"]
        size += sizes["responseBodySize"] + sizes["responseHeadersSize"]
    foreign = {request.url for request in requests if not request.url.startswith(site.base)}
    assert not failed, [request.url for request in failed]
    return Cost(found, size, len(requests), elements, tuple(sorted(foreign)))


# --- EcoIndex -------------------------------------------------------------------------------------

# The quantiles of the pages of the HTTP Archive by which EcoIndex places a page: elements, requests
# and kilobytes.
ELEMENTS_AT = [0, 47, 75, 159, 233, 298, 358, 417, 476, 537, 603, 674, 753, 843, 949, 1076, 1237]
ELEMENTS_AT += [1459, 1801, 2479, 594601]
REQUESTS_AT = [0, 2, 15, 25, 34, 42, 49, 56, 63, 70, 78, 86, 95, 105, 117, 130, 147, 170, 205, 281]
REQUESTS_AT += [3920]
SIZE_AT = [0, 1.37, 144.7, 319.53, 479.46, 631.97, 783.38, 937.91, 1098.62, 1265.47, 1448.32]
SIZE_AT += [1648.27, 1876.08, 2142.06, 2465.37, 2866.31, 3401.59, 4155.73, 5400.08, 8037.54]
SIZE_AT += [223212.26]


def ecoindex(elements: int, requests: int, kilobytes: float) -> float:
    """The EcoIndex of a page, 0 to 100; A is above 80.

    As the Collectif Conception Numérique Responsable defines it (https://www.ecoindex.fr/comment-ca-marche/,
    reference code in its repository `ecoindex_reference`): 100 - 5 (3 elements + 2 requests + size) / 6,
    each as its place between the quantiles.
    """
    dom = _place(elements, ELEMENTS_AT)
    sent = _place(requests, REQUESTS_AT)
    size = _place(kilobytes, SIZE_AT)
    return 100 - 5 * (3 * dom + 2 * sent + size) / 6


def _place(value: float, quantiles: list[float]) -> float:
    above = bisect_right(quantiles, value)
    if above == len(quantiles):
        return len(quantiles) - 1
    low, high = quantiles[above - 1], quantiles[above]
    return above - 1 + (value - low) / (high - low)
