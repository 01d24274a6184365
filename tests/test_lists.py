"""Lists that follow what is typed and ticked, in a real browser.

A territory of 25 organisations: each third one does health, each fifth is a startup, the first two
are called Arc and Arche. Everything is asked in French.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests import factories
from tests.reader import SITE, Reader, reading

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def territory(db) -> None:
    health = factories.ThemeFactory(code="sante", name_fr="Santé", name_en="Health")
    robots = factories.ThemeFactory(code="robotique", name_fr="Robotique", name_en="Robotics")
    lattes = factories.CommuneFactory(code="lattes", name="Lattes", latitude=43.57, longitude=3.905)
    for number in range(25):
        factories.OrganisationFactory(
            name={0: "Arc", 1: "Arche"}.get(number, f"Organisation {number:02}"),
            kind="startup" if number % 5 == 0 else "company",
            themes=[health if number % 3 == 0 else robots],
            commune=lattes if number < 2 else None,
        )


@pytest.fixture
def reader(chromium: Browser, live_server, territory) -> Iterator[Reader]:
    with reading(chromium, live_server.url) as reader:
        reader.open()
        yield reader


class Held:
    """Answers to requests that match are held back until a test lets them go."""

    def __init__(self, page: Page, pattern: str) -> None:
        self.routes: list[Route] = []
        self.page = page
        page.route(re.compile(pattern), lambda route: self.routes.append(route))

    def wait(self) -> None:
        """Until the page has asked."""
        for _turn in range(10_000):
            if self.routes:
                return
            self.page.evaluate("0")  # lets the browser speak
        raise AssertionError("nothing was asked")

    def release(self) -> None:
        for route in self.routes:
            route.continue_()
        self.routes.clear()
        self.page.unroute_all()


# --- One list, one address ------------------------------------------------------------------------


def test_address_history_and_reload_give_the_same_list(reader):
    steps = [
        ("", 25, {}),
        ("?theme=sante", 9, {"ticked": ("sante",)}),
        ("?theme=sante&kind=startup", 2, {"ticked": ("sante", "startup")}),
        ("?q=arc&theme=sante&kind=startup", 1, {"ticked": ("sante", "startup")}),
    ]
    reader.sees(*steps[0][:2])
    reader.tick("sante")
    reader.sees(*steps[1][:2], **steps[1][2])
    reader.tick("startup")
    reader.sees(*steps[2][:2], **steps[2][2])
    reader.type("arc")
    reader.sees(*steps[3][:2], **steps[3][2])

    # Typing replaced the step before it.
    steps.pop(2)
    for query, count, more in reversed(steps[:-1]):
        reader.page.go_back()
        reader.sees(query, count, **more)
    for query, count, more in steps[1:]:
        reader.page.go_forward()
        reader.sees(query, count, **more)

    query, count, more = steps[-1]
    reader.page.reload()
    reader.sees(query, count, **more)
    reader.open(query)
    reader.sees(query, count, **more)


def test_pages_are_steps_and_lead_to_the_heading(reader):
    before = reader.entries

    reader.follow(".pagination [rel=next]")

    reader.sees("?page=2", 25, title="25 organisations (page 2 sur 2)")
    assert (reader.focused, reader.entries) == ("results-title", before + 1)
    expect(reader.page.locator(".pagination [aria-current]")).to_have_text("2")
    reader.page.go_back()
    reader.sees("", 25)


def test_typing_is_no_step_and_ticking_is_one(reader):
    before = reader.entries

    reader.type("ar")
    reader.type("c")
    assert reader.entries == before
    reader.tick("sante")
    assert reader.entries == before + 1
    reader.sees("?q=arc&theme=sante", 1, ticked=("sante",))
    reader.tick("sante")
    assert reader.entries == before + 2
    reader.sees("?q=arc", 2)


def test_list_is_the_same_without_script(reader, chromium):
    plain = chromium.new_context(java_script_enabled=False).new_page()
    plain.goto(reader.page.url)
    plain.fill("#q", "arc")
    plain.check("[value=sante]")
    plain.click("text=Appliquer")
    reader.tick("sante")
    reader.type("arc")

    assert plain.title() == reader.page.title()
    assert plain.inner_text("#results") == reader.page.inner_text("#results")
    address = plain.url
    plain.context.close()
    assert reader.page.url == address


# --- What stands around the list ------------------------------------------------------------------


def test_counts_chips_links_and_head_follow(reader):
    page = reader.page

    reader.tick("sante")

    def label(value: str) -> str:
        return reader.box(value).locator("xpath=..").inner_text().strip()

    assert (label("sante"), label("startup")) == ("Santé (9)", "Startup (2)")
    assert page.locator("details.filters summary").inner_text() == "Filtrer (1)"
    expect(page.locator(".chip")).to_have_text(["Retirer le filtre Thème : Santé"])
    assert "theme=sante" in page.locator("#results .meta a").first.get_attribute("href")
    for link in page.locator("a[hreflang=en]").all():
        assert link.get_attribute("href") == "/en/directory/?theme=sante"
    head = page.locator("head")
    canonical = head.locator("link[rel=canonical]").get_attribute("href")
    assert canonical.endswith("/fr/annuaire/?theme=sante")
    assert head.locator("link[hreflang=en]").get_attribute("href").endswith("?theme=sante")
    reader.tick("startup")
    assert head.locator("meta[name=robots]").get_attribute("content") == "noindex, follow"
    assert head.locator("link[rel=canonical]").count() == 0


def test_chip_unticks_its_box_and_clearing_keeps_the_text(reader):
    reader.type("organisation")
    reader.tick("sante")
    reader.tick("startup")

    reader.follow(".chip")
    reader.sees("?q=organisation&kind=startup", 4, ticked=("startup",))
    # What had the focus is gone: it goes to the heading.
    assert reader.focused == "results-title"
    reader.follow("text=Tout effacer")

    reader.sees("?q=organisation", 23)


def test_an_order_is_kept_by_what_is_ticked_next(reader):
    reader.follow("text=par date de modification")
    reader.tick("sante")

    reader.sees("?sort=recent&theme=sante", 9, ticked=("sante",))


def test_a_box_that_is_offered_no_more_keeps_the_focus(reader):
    for number in range(12):
        theme = factories.ThemeFactory(code=f"t{number:02}", name_fr=f"T{number:02}")
        factories.OrganisationFactory.create_batch(2, themes=[theme])
    rare = factories.ThemeFactory(code="rare", name_fr="Rare")
    factories.OrganisationFactory(themes=[rare])
    reader.open("?theme=rare")

    reader.box("rare").focus()
    reader.tick("rare")

    assert reader.focused == "rare"
    expect(reader.box("rare")).not_to_be_checked()
    reader.page.locator("#q").focus()
    reader.tick("t01")
    expect(reader.box("rare")).to_have_count(0)


def test_map_filters_the_list_and_keeps_the_focus(reader):
    reader.page.set_viewport_size({"width": 1400, "height": 900})

    bubble = reader.page.get_by_role("link", name="Lattes : 2 organisations")
    bubble.focus()
    reader.asks(lambda: reader.page.keyboard.press("Enter"))

    reader.sees("?city=lattes", 2, ticked=("lattes",))
    assert reader.focused == "map-lattes"
    assert bubble.get_attribute("aria-current") == "true"


# --- Focus, and what is said ----------------------------------------------------------------------


def test_focus_stays_while_one_filters(reader):
    reader.type("org")
    assert reader.focused == "q"
    reader.page.keyboard.type("a")  # goes on where the cursor was
    expect(reader.page.locator("#q")).to_have_value("orga")
    reader.tick("sante")
    assert reader.focused == "sante"
    reader.page.keyboard.press("Tab")
    assert reader.focused == "startup"


def test_outcome_is_said_once_nothing_moves(reader):
    polite, alarm = reader.page.locator("#live"), reader.page.locator("[data-nothing]")
    said = reader.page.evaluate_handle(
        """() => {
          const said = [];
          for (const region of document.querySelectorAll("#live, [data-nothing]"))
            new MutationObserver(() => region.textContent && said.push(region.textContent))
              .observe(region, {childList: true});
          return said;
        }"""
    )
    assert (polite.get_attribute("role"), alarm.get_attribute("role")) == ("status", "alert")
    assert polite.inner_text() == alarm.inner_text() == ""

    reader.tick("sante")
    expect(polite).to_have_text("9 organisations")
    reader.type("zzzz")
    expect(alarm).to_have_text("Aucun résultat")
    expect(polite).to_have_text("")
    # Two answers in a row: only the last one is said.
    reader.follow("text=Sans les mots")
    reader.tick("startup")
    expect(polite).to_have_text("2 organisations")

    assert said.json_value() == ["9 organisations", "Aucun résultat", "2 organisations"]


def test_hint_is_tied_to_the_field_where_it_is_true(reader, chromium):
    field = reader.page.locator("#q")
    hint = reader.page.locator(f"#{field.get_attribute('aria-describedby')}")
    assert hint.inner_text() == "La liste se met à jour pendant la saisie."
    reader.tick("sante")
    reader.page.go_back()
    expect(field).to_have_attribute("aria-describedby", "q_hint")

    plain = chromium.new_context(java_script_enabled=False).new_page()
    plain.goto(reader.page.url)
    expect(plain.locator("#q_hint")).to_be_hidden()
    plain.context.close()


# --- Slow, late and lost answers ------------------------------------------------------------------


def test_results_are_busy_while_an_answer_is_late(reader):
    held = Held(reader.page, r"theme=sante")

    reader.box("sante").click()

    expect(reader.results).to_have_attribute("aria-busy", "true")
    expect(reader.results).to_have_css("opacity", "0.6")
    held.release()
    reader.sees("?theme=sante", 9, ticked=("sante",))
    assert reader.results.get_attribute("aria-busy") is None


def test_late_answer_is_dropped(reader):
    held = Held(reader.page, r"\?theme=sante$")
    reader.box("sante").click()
    held.wait()

    reader.tick("startup")
    held.release()
    reader.type("arc")

    reader.sees("?q=arc&theme=sante&kind=startup", 1, ticked=("sante", "startup"))


def test_answer_after_going_back_is_dropped(reader):
    reader.tick("sante")
    held = Held(reader.page, r"kind=startup")
    reader.box("startup").click()
    held.wait()

    reader.asks(reader.page.go_back)
    reader.sees("", 25)
    held.release()
    reader.asks(reader.page.go_forward)

    reader.sees("?theme=sante", 9, ticked=("sante",))


def test_text_typed_before_a_link_was_followed_does_not_come_back(reader):
    reader.tick("sante")
    reader.page.locator("#q").focus()

    reader.page.keyboard.type("arc")
    reader.follow(".chip")

    reader.sees("", 25)
    # Longer than a typed text waits: nothing more is asked.
    with pytest.raises(Exception, match="Timeout"):
        reader.page.wait_for_event("request", timeout=800)


@pytest.mark.parametrize("how", ["lost", "error", "gone", "elsewhere"])
def test_list_stays_and_says_so_when_no_list_comes(reader, how):
    rows = reader.page.locator(".row-title").all_inner_texts()
    page = "<!doctype html><title>Autre</title><h1>Autre</h1>"
    answers = {
        "lost": lambda route: route.abort("internetdisconnected"),
        "error": lambda route: route.fulfill(status=500, content_type="text/html", body=page),
        "gone": lambda route: route.fulfill(status=404, content_type="text/html", body=page),
        "elsewhere": lambda route: route.fulfill(status=200, content_type="text/html", body=page),
    }
    reader.page.route(re.compile("theme=sante"), answers[how])

    reader.box("sante").click()

    notice = reader.page.locator("#results > [data-failed]")
    expect(notice).to_have_text("La liste n’a pas pu être mise à jour. Réessayer")
    expect(reader.page.locator("#live")).to_have_text(re.compile("La liste n’a pas pu être"))
    assert reader.page.locator(".row-title").all_inner_texts() == rows
    assert reader.page.title() == f"Annuaire\u00a0: 25 organisations – {SITE}"
    assert reader.page.url.endswith("/fr/annuaire/")
    assert reader.page.locator("[data-nothing]").inner_text() == ""
    reader.page.unroute_all()
    notice.get_by_text("Réessayer").click()
    reader.sees("?theme=sante", 9, ticked=("sante",))


def test_back_without_a_network_says_so(reader):
    reader.tick("sante")
    reader.page.route(re.compile("/annuaire/"), lambda route: route.abort("internetdisconnected"))

    reader.page.evaluate("history.back()")

    expect(reader.page.locator("#results > [data-failed]")).to_be_visible()
    reader.page.unroute_all()
    reader.page.locator("[data-failed] a").click()
    reader.sees("", 25)


# --- Links are still links ------------------------------------------------------------------------


def test_link_opens_beside_when_asked_to(reader):
    reader.tick("sante")

    with reader.page.context.expect_page() as opened:
        reader.page.locator(".pagination a, .chip").first.click(modifiers=["Control"])

    opened.value.wait_for_load_state()
    assert opened.value.url.endswith("/fr/annuaire/")
    reader.sees("?theme=sante", 9, ticked=("sante",))


@pytest.mark.parametrize(
    ("name", "what"),
    [("events:project-list", "project"), ("events:event-list", "event"), ("search", "project")],
)
def test_the_other_lists_follow_too(reader, name, what):
    make = factories.ProjectFactory if what == "project" else factories.EventFactory
    for word in ("Aqueduc", "Belvédère"):
        make(title_fr=word, title_en=word)
    reader.open(name=name)

    reader.type("aqueduc")

    expect(reader.page.locator(".row-title")).to_have_text(["Aqueduc"])
    assert "q=aqueduc" in reader.page.url
    title = reader.page.title()
    reader.page.reload()
    assert reader.page.title() == title
    expect(reader.page.locator(".row-title")).to_have_text(["Aqueduc"])


# --- Weight ---------------------------------------------------------------------------------------


def test_scripts_of_a_list_stay_within_their_budget():
    folder = Path("portal/static/portal/js")
    sizes = {
        name: len(brotli.compress((folder / name).read_bytes()))
        for name in ("htmx.min.js", "lists.js", "around.js")
    }

    assert sizes["htmx.min.js"] <= 12_288
    assert sum(sizes.values()) <= 16_384
