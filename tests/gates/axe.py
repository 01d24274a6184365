"""What axe-core finds on a page: in both languages, each of them light and dark, wide and narrow."""

from typing import Any

from playwright.sync_api import Page

from tests.gates.site import AXE

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
# The languages share templates and style, so that each is asked at the width which the other is not; in
# French words are longer, and all rules are asked where there is the least room.
EVERY: dict[str, list[tuple[Any, str]]] = {
    "fr": [(NARROW, "light"), (WIDE, "dark")],
    "en": [(WIDE, "light"), (NARROW, "dark")],
}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
# axe-core leaves this one out unless it is asked for by name.
MORE = {"target-size": {"enabled": True}}
# What a change of colours may change. The other rules have been asked in light.
OF_COLOURS = ["color-contrast", "link-in-text-block"]
WHAT: dict[str, Any] = {
    "light": {"runOnly": {"type": "tag", "values": TAGS}, "rules": MORE},
    "dark": {"runOnly": {"type": "rule", "values": OF_COLOURS}},
}
# A button that changes its colour takes a moment: what is asked about is what it becomes.
ASK = """async options => {
    document.getAnimations().forEach(each => each.finish());
    const found = await axe.run(document, {...options, resultTypes: ["violations"], preload: false});
    return found.violations.flatMap(each => each.nodes.map(node =>
        `${each.id}: ${node.target.join(" ")} – ${node.failureSummary.split("\\n").at(-1).trim()}`));
}"""


def violations(window: Page, language: str) -> list[str]:
    """What axe-core finds on the page that is open, each with where and at which size."""
    window.add_script_tag(url=f"/static/{AXE.name}")
    found = []
    for size, scheme in EVERY[language]:
        window.set_viewport_size(size)
        window.emulate_media(color_scheme=scheme)
        for violation in window.evaluate(ASK, WHAT[scheme]):
            found.append(f"{language} {scheme} {size['width']}: {violation}")
    return found
