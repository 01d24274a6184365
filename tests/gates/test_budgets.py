"""No public page costs more than it may: bytes, requests, elements, EcoIndex, nobody else asked."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.gates.budget import MEASURED, cost, ecoindex, limits, newcomer
from tests.gates.inventory import LANGUAGES, Look

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def window(chromium) -> Iterator[Page]:
    with newcomer(chromium) as window:
        yield window


def test_nothing_is_kept_of_a_page_that_was_opened_before(site, window):
    first, second = (cost(window, site, MEASURED[0], "fr") for _time in range(2))

    assert second.requests == first.requests > 1
    assert second.bytes["fonts"] == pytest.approx(first.bytes["fonts"], rel=0.01)


@pytest.mark.parametrize(
    ("look", "of", "least"),
    [
        ("members:organisation-detail, full", "logo", 5_000),
        ("events:project-detail, full", "image", 40_000),
    ],
)
def test_what_is_measured_shows_images_that_weigh_as_much_as_any(site, window, look, of, least):
    """Noise, which cannot be made light: on pages without an image the budget of images says nothing."""
    [measured] = [each for each in MEASURED if str(each) == look]

    found = cost(window, site, measured, "fr")

    sources = window.locator("main img").evaluate_all("images => images.map(i => i.currentSrc)")
    assert [f"/{of}.webp" in source for source in sources] == [True]
    assert least < found.bytes["images"] <= limits(measured).images


@pytest.mark.parametrize("look", MEASURED, ids=str)
def test_page_keeps_to_its_budget(site, window, look: Look):
    costs = {language: cost(window, site, look, language) for language in LANGUAGES}

    over = {language: each.over(limits(look)) for language, each in costs.items()}

    assert {language: found for language, found in over.items() if found} == {}
    assert [each.foreign for each in costs.values() if each.foreign] == []


@pytest.mark.parametrize(
    ("counted", "expected"),
    [((0, 0, 0), 100), ((366, 8, 150), 80.5), ((354, 12, 150), 80.5), ((10**6, 10**4, 10**6), 0)],
)
def test_ecoindex_is_reckoned_as_its_makers_do(counted, expected):
    assert round(ecoindex(*counted), 1) == expected
