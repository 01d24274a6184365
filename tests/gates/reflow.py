"""Whether a page has to be scrolled sideways: on the narrowest screen, on a wide one, and with its text
at 200 % (WCAG 1.4.4 and 1.4.10)."""

from typing import Any

from playwright.sync_api import Page

NARROWEST, USUAL, WIDEST = (
    {"width": 320, "height": 640},
    {"width": 1280, "height": 900},
    {"width": 2560, "height": 1300},
)
SIZES: list[tuple[Any, int]] = [(NARROWEST, 100), (WIDEST, 100), (USUAL, 200)]
# Larger type and nothing else. A browser that is asked for larger type also tells the style sheet so,
# and then the page is laid out as on a screen half as wide: this is the harder of the two.
ENLARGE = """percent => {
    const root = document.documentElement;
    root.style.fontSize = "";
    if (percent !== 100)
        root.style.fontSize = `${parseFloat(getComputedStyle(root).fontSize) * percent / 100}px`;
}"""
# What sticks out furthest inside is named, since that is where one has to look.
BEYOND = """() => {
    const page = document.scrollingElement;
    if (page.scrollWidth <= page.clientWidth) return [];
    const out = [...document.body.querySelectorAll("*")]
        .filter(each => each.getBoundingClientRect().right > page.clientWidth + 0.5)
        .filter((each, _place, all) => !all.some(other => other !== each && each.contains(other)))
        .slice(0, 3).map(each => each.outerHTML.slice(0, 120));
    return [`${page.scrollWidth} px wide: ${out.join(" and ")}`];
}"""


def faults(window: Page, language: str) -> list[str]:
    """Where the page that is open is wider than its window, each with at which size; its text is left
    as large as it was."""
    found = []
    for size, percent in SIZES:
        window.set_viewport_size(size)
        window.evaluate(ENLARGE, percent)
        for fault in window.evaluate(BEYOND):
            found.append(f"{language} {size['width']} at {percent} %: {fault}")
    window.evaluate(ENLARGE, 100)
    return found
