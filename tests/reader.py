"""Somebody at a list in a real browser, with script, in French."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.urls import reverse
from django.utils import translation
from playwright.sync_api import Browser, Locator, Page, expect

SITE = "IA Montpellier Méditerranée"


@dataclass
class Reader:
    """Somebody who looks at a list."""

    page: Page
    base: str

    def open(self, query: str = "", name: str = "members:organisation-list") -> None:
        with translation.override("fr"):
            self.page.goto(f"{self.base}{reverse(name)}{query}")

    @property
    def results(self) -> Locator:
        return self.page.locator("#results")

    @property
    def heading(self) -> Locator:
        return self.page.locator("#results-title")

    def box(self, value: str) -> Locator:
        return self.page.locator(f"input[type=checkbox][value={value}]")

    def asks(self, act: Callable[[], object]) -> None:
        """Do something and wait for the answer to be shown."""
        # Told by an attribute: the policy of the pages lets nobody evaluate a text again and again.
        self.page.evaluate(
            """() => {
              const { dataset } = document.documentElement;
              delete dataset.shown;
              document.addEventListener("list:shown", () => (dataset.shown = ""), { once: true });
            }"""
        )
        act()
        expect(self.page.locator("html")).to_have_attribute("data-shown", "")

    def tick(self, value: str) -> None:
        self.asks(self.box(value).click)

    def type(self, text: str) -> None:
        self.page.locator("#q").focus()
        self.asks(lambda: self.page.keyboard.type(text))

    def follow(self, selector: str) -> None:
        self.asks(self.page.locator(selector).first.click)

    def sees(
        self, query: str, count: int, *, title: str = "", ticked: tuple[str, ...] = ()
    ) -> None:
        """The list as its address, count, title, boxes and the typed text say it."""
        found = f"{count} organisation{'s' if count > 1 else ''}"
        expect(self.page).to_have_title(f"Annuaire : {title or found} – {SITE}")
        expect(self.heading).to_have_text(found)
        expect(self.page).to_have_url(re.compile(re.escape(f"/fr/annuaire/{query}") + "$"))
        boxes = "boxes => boxes.map(box => box.value).sort()"
        chosen = self.page.eval_on_selector_all("input[type=checkbox]:checked", boxes)
        assert chosen == sorted(ticked)
        typed = re.search(r"[?&]q=([^&]*)", query)
        expect(self.page.locator("#q")).to_have_value(typed[1] if typed else "")

    @property
    def entries(self) -> int:
        """How many steps the browser remembers."""
        return self.page.evaluate("history.length")

    @property
    def focused(self) -> str:
        return self.page.evaluate("document.activeElement.id || document.activeElement.value || ''")


@contextmanager
def reading(chromium: Browser, base: str) -> Iterator[Reader]:
    """A reader whose browser has nothing to complain about in the end."""
    context = chromium.new_context(locale="fr")
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)) if is_fault(error) else None)
    page.on("console", lambda line: complaints.append(line.text) if is_complaint(line) else None)
    yield Reader(page, base)
    context.close()
    assert complaints == []


def is_complaint(line) -> bool:
    """Whether the console says that something is wrong besides the answers that tests spoil."""
    expected = ("Failed to load resource", "htmx:error")
    return line.type in ("error", "warning") and not any(word in line.text for word in expected)


def is_fault(error) -> bool:
    """Whether a script failed; leaving a page while it appears ends its transition, no more."""
    return "ViewTransition" not in str(error)
