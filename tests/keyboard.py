"""Somebody at a page who has only a keyboard: whatever has the focus must show it, on the screen."""

from typing import Any

from playwright.sync_api import Page, expect

# More steps than any page of a path has.
FAR = 300
# What has the focus, how it shows that, and whether one sees it: on the screen, with nothing over it.
FOCUSED = """() => {
    const found = document.activeElement, style = getComputedStyle(found);
    const box = found.getBoundingClientRect();
    const around = style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth);
    // A bubble of the map has its ring drawn around the circle.
    const circle = found.querySelector("circle");
    const drawn = circle && found.closest(".map") ? parseFloat(getComputedStyle(circle).strokeWidth) : 0;
    const inside = (from, to, end) => Math.min(Math.max((from + to) / 2, 1), end - 1);
    // A link that goes on in the next line has a box for each line.
    const over = [box, ...found.getClientRects()].map(({ left, right, top, bottom }) =>
        document.elementFromPoint(inside(left, right, innerWidth), inside(top, bottom, innerHeight)));
    const own = each => each && (found.contains(each) || each.contains(found) || each.closest("label"));
    return {
        id: found.id, tag: found.tagName, name: found.name ?? "", value: found.value ?? "",
        href: found.href ?? "", text: found.textContent.trim(),
        ring: Math.max(around, drawn),
        seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight && over.some(own),
    };
}"""


class Keyboard:
    """Tab and Shift+Tab move, Enter and the space bar act, letters are typed; nothing is clicked."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def focused(self) -> dict[str, Any]:
        return self.page.evaluate(FOCUSED)

    def to(self, key: str = "Tab", **wanted: object) -> dict[str, Any]:
        """Press Tab until what has the focus is as wanted; each step on the way must be visible."""
        for _step in range(FAR):
            self.page.keyboard.press(key)
            found = self.focused()
            if found["tag"] != "BODY":
                assert found["ring"] >= 2, found
                assert found["seen"], found
            if all(found[key] == value for key, value in wanted.items()):
                return found
        raise AssertionError(f"no way to {wanted}")

    def is_on(self, selector: str) -> None:
        """The focus is there, or gets there: a page gives it away with its first frame."""
        expect(self.page.locator(selector)).to_be_focused()

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)

    def go(self, key: str = "Enter") -> None:
        """Press Enter and wait for the page that follows."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
