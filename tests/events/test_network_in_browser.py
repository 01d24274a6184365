"""The drawn network in a real browser: no label meets another or is cut, at any number of points."""

import itertools

import pytest
from playwright.sync_api import expect

from members.models import Organisation
from tests import factories
from tests.events.networks import event, organisations, project
from tests.events.pages import address

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# What people are called, in turns: short, long, of one word, of wide letters, of another script.
NAMES = (
    "CHU",
    "Région Occitanie / Pyrénées-Méditerranée",
    "Extraordinairementlongueorganisation",
    "WWWW MMMM @@@@ %%%%",
    "Institut « Œuvre & cœur »",
    "人工智能研究所",
    "i",
)
SCREENS = {320: "narrow", 390: "narrow", 768: "medium", 1024: "wide", 1280: "wide", 2560: "wide"}

# Each label that is shown: what it says and its box on the screen, made smaller by what rounding may do;
# then the box of the drawing.
LABELS = """() => {
    const svg = [...document.querySelectorAll(".storeys")].find(each => each.checkVisibility());
    const box = element => {
        const {left, right, top, bottom} = element.getBoundingClientRect();
        return [left + 0.5, right - 0.5, top + 0.5, bottom - 0.5];
    };
    const labels = [...svg.querySelectorAll("text")].map(each => [each.textContent, ...box(each)]);
    const name = svg.classList[1].replace("storeys-", "");
    return [name, labels, box(svg), document.documentElement.scrollWidth];
}"""


def crowd(number):
    """So many organisations with such names, ten projects and events of them; all are drawn."""
    everybody = [
        factories.OrganisationFactory(name=f"{NAMES[place % len(NAMES)]} {place or ''}".strip())
        for place in range(number)
    ]
    project("Un projet avec un nom assez long pour ne pas tenir sur une ligne", *everybody)
    for place in range(8):
        some = everybody[place % (number - 1) :: place + 1]
        project(NAMES[place % len(NAMES)], *(some if len(some) > 1 else everybody[-2:]))
    event("Une rencontre organisée ensemble", everybody[0], everybody[-1])


@pytest.mark.parametrize("number", [2, 7, 8, 12, 25, 40])
def test_no_label_meets_another_or_is_cut(chromium, live_server, number):
    crowd(number)
    page = chromium.new_page()

    for language in ("fr", "en"):
        page.goto(live_server.url + address("ecosystem", language=language))
        for screen, name in SCREENS.items():
            page.set_viewport_size({"width": screen, "height": 900})
            page.evaluate("document.fonts.ready")
            drawn, labels, (left, right, top, bottom), across = page.evaluate(LABELS)

            assert (drawn, len(labels), across) == (name, number + 10, screen)
            met = [
                (one[0], other[0])
                for one, other in itertools.combinations(labels, 2)
                if one[1] < other[2]
                and other[1] < one[2]
                and one[3] < other[4]
                and other[3] < one[4]
            ]
            assert met == [], (screen, language)
            cut = [
                text
                for text, x, x_end, y, y_end in labels
                if x < left or x_end > right or y < top or y_end > bottom
            ]
            assert cut == [], (screen, language)
    page.close()


def test_every_point_and_project_can_be_reached_by_keyboard(chromium, live_server):
    crowd(3)
    page = chromium.new_page()
    page.goto(live_server.url + address("ecosystem"))

    page.locator(".storeys-medium a").first.evaluate("each => each.focus()")
    page.locator("#results-title").evaluate("each => each.focus()")
    reached = []
    for _step in range(13):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.querySelector('title')?.textContent"))

    assert len(set(reached)) == 13
    assert [each.split(" (")[0] for each in reached[10:]] == [
        str(each) for each in Organisation.objects.order_by("pk")
    ]
    page.keyboard.press("Enter")
    page.wait_for_url("**/directory/**")
    page.close()


def test_drawing_follows_the_filters(chromium, live_server):
    theme = factories.ThemeFactory(code="sante", name_fr="Santé", name_en="Health")
    everybody = organisations(4)
    project("Bridge", *everybody[:2], themes=[theme])
    project("Tower", *everybody)
    page = chromium.new_page()
    page.goto(live_server.url + address("ecosystem"))
    points = page.locator(".storeys-wide text")
    box = page.locator("input[value=sante]")
    before = points.all_inner_texts()

    box.check()

    expect(page.locator("#results-title")).to_have_text("2 organisations work with others")
    assert page.url == live_server.url + address("ecosystem") + "?theme=sante"
    expect(page.locator(".chip")).to_have_count(1)
    expect(box).to_be_focused()
    filtered = points.all_inner_texts()
    assert len(filtered) < len(before)

    page.go_back()

    expect(page.locator(".chip")).to_have_count(0)
    expect(box).not_to_be_checked()
    assert points.all_inner_texts() == before
    page.close()
