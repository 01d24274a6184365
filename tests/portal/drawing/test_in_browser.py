"""The server's reckoning against a real browser: the width of each letter, the place of each label."""

import itertools
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from playwright.sync_api import Page

from events.models import ProjectPartner
from portal.drawing.arcade import FOUNDER, NAME, TITLE
from portal.drawing.text import BOLD, REGULAR, Type, advances
from tests import factories
from tests.portal.drawing.figures import ORGANISATIONS, PROJECTS
from tests.portal.drawing.shapes import Shape, leaves, overlap

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# The narrowest and the widest screen of each drawing.
SCREENS = {"narrow": (320, 767), "medium": (768, 1023), "wide": (1024, 2560)}

TITLES = {"fr": "Qui travaille avec qui", "en": "Who works with whom"}

WIDTHS = """async ([weight, letters]) => {
    const font = `${weight} 1000px "Atkinson Hyperlegible Next"`;
    await document.fonts.load(font);
    const context = document.createElement("canvas").getContext("2d");
    context.font = font;
    context.fontKerning = "none";
    return letters.map(letter => context.measureText(letter).width);
}"""

# Every label of the one drawing that is shown: what it says, how it is set, and its corners in the
# units of the drawing.
LABELS = """async () => {
    await document.fonts.ready;
    const [svg, ...others] = [...document.querySelectorAll(".arcade")].filter(
        each => each.checkVisibility()
    );
    const labels = [...svg.querySelectorAll("text")].map(text => {
        const box = text.getBBox();
        const turned = text.transform.baseVal.consolidate()?.matrix ?? svg.createSVGMatrix();
        const corner = (x, y) => {
            const point = new DOMPoint(x, y).matrixTransform(turned);
            return [point.x, point.y];
        };
        return {
            text: text.textContent,
            lines: text.children.length + 1,
            style: text.parentNode.getAttribute("class"),
            width: box.width,
            corners: [
                corner(box.x, box.y),
                corner(box.x + box.width, box.y),
                corner(box.x + box.width, box.y + box.height),
                corner(box.x, box.y + box.height),
            ],
        };
    });
    const {width, height} = svg.viewBox.baseVal;
    return {name: svg.classList[1], others: others.length, width, height, labels};
}"""


@pytest.fixture
def tab(chromium, live_server, settings):
    settings.DEBUG = True
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def home(tab: Page, base: str, language: str) -> None:
    with override(language):
        tab.goto(base + reverse("home"))


@pytest.fixture
def crowd():
    """Two projects of many partners and one of two, under the longest names there are."""
    organisations = [
        factories.OrganisationFactory(name=name, slug=f"o-{number}", founding=number % 3 == 0)
        for number, name in enumerate(ORGANISATIONS * 3)
    ]
    for number, partners in enumerate((organisations[:16], organisations[12:], organisations[:2])):
        project = factories.ProjectFactory(
            title_fr=PROJECTS["fr"][number],
            title_en=PROJECTS["en"][number],
            organisation=None,
        )
        for partner in partners:
            ProjectPartner.objects.create(
                project=project, organisation=partner, agreed_at=timezone.now()
            )


@pytest.mark.parametrize("weight", [REGULAR, BOLD])
def testadvances_are_those_of_the_font(tab, live_server, weight):
    known = advances()[weight]
    home(tab, live_server.url, "fr")

    widths = tab.evaluate(WIDTHS, [weight, list(known)])

    assert dict(zip(known, widths, strict=True)) == pytest.approx(known, abs=1)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_labels_are_where_the_server_reckoned(tab, live_server, crowd, language):
    for name, screens in SCREENS.items():
        for screen in screens:
            tab.set_viewport_size({"width": screen, "height": 800})
            home(tab, live_server.url, language)

            drawn: dict[str, Any] = tab.evaluate(LABELS)
            labels = [Shape(each["text"], each["corners"]) for each in drawn["labels"]]

            assert (drawn["name"], drawn["others"]) == (f"arcade-{name}", 0)
            assert tab.get_by_role("group", name=TITLES[language], exact=True).count() == 1
            assert len(labels) == 27 + 3
            assert [
                label.text for label in labels if leaves(label, drawn["width"], drawn["height"])
            ] == []
            assert [
                (one.text, other.text)
                for one, other in itertools.combinations(labels, 2)
                if overlap(one, other)
            ] == []
            for each in drawn["labels"]:
                if each["lines"] == 1:
                    face: Type = {"point": NAME, "point founder": FOUNDER}.get(each["style"], TITLE)
                    assert each["width"] == pytest.approx(face.width(each["text"]), rel=0.02)
