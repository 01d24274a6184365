"""Going to a page as one who looks: with their session, and what they type and press."""

from playwright.sync_api import Page, Response

from tests.gates.inventory import Look
from tests.gates.site import Site


def visit(window: Page, site: Site, look: Look, language: str) -> Response:
    """The answer that holds the page in the state looked for; it is what `window` shows then."""
    window.context.clear_cookies()
    window.context.add_cookies(site.cookies(look))
    answer = window.goto(site.address(look, language))
    if look.press:
        for name, value in look.fill.items():
            window.locator(f"main [name={name}], #content [name={name}]").first.fill(value)
        with window.expect_navigation() as pressed:
            window.locator(f"{look.press}:not([tabindex='-1'])").first.click()
        answer = pressed.value
    assert answer is not None
    return answer
