"""The drawn map: what a sketch must keep to, and what the page of the map says."""

import math
import re
import xml.etree.ElementTree as ET
from itertools import combinations

import pytest
from django.urls import reverse
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from events.demo.loader import read
from members import territory
from members.models import Commune, Organisation
from tests import factories

COMMUNES = read("communes")


def drawn(counts: dict[str, int]) -> territory.Figure:
    return territory.figure(
        [territory.Spot(**row) for row in COMMUNES],
        counts=counts,
        overall=counts,
        chosen=[],
        total=sum(counts.values()),
        is_whole=True,
    )


def name_box(bubble: territory.Bubble) -> territory.Box:
    """The room that a written name takes, worked out from where it is anchored."""
    wide = territory.LETTER * len(bubble.name)
    left = {"start": 0.0, "middle": wide / 2, "end": wide}[bubble.label.anchor]
    top = bubble.label.y - territory.LINE * 0.85
    return territory.Box(bubble.label.x - left, top, bubble.label.x - left + wide, top + 15)


@settings(max_examples=60, deadline=None)
@given(
    counts=st.dictionaries(
        st.sampled_from([row["code"] for row in COMMUNES]), st.integers(1, 3_000), min_size=1
    )
)
def test_bubbles_never_touch_and_names_cover_nothing(counts):
    figure = drawn(counts)

    assert {bubble.code for bubble in figure.bubbles} == set(counts)
    for one, other in combinations(figure.bubbles, 2):
        between = math.dist((one.x, one.y), (other.x, other.y))
        # Places and sizes are rounded to whole units.
        assert between >= one.radius + other.radius - 1
    named = [bubble for bubble in figure.bubbles if bubble.label]
    for one, other in combinations(named, 2):
        assert not name_box(one).meets(name_box(other)), (one, other)
    for bubble in figure.bubbles:
        assert bubble.radius >= territory.SMALLEST
        for other in named:
            assert not name_box(other)._replace(top=name_box(other).top + 2).covers(bubble)


@pytest.mark.parametrize("count", [1, 500])
def test_all_communes_fit_into_the_frame(count):
    figure = drawn({row["code"]: count for row in COMMUNES})

    assert len(figure.bubbles) == 31
    assert figure.outside == []
    for bubble in figure.bubbles:
        assert bubble.radius <= bubble.x <= territory.WIDTH - bubble.radius
        assert bubble.radius <= bubble.y <= territory.HEIGHT - bubble.radius


def test_a_commune_is_in_its_own_cell_and_in_no_other():
    figure = drawn({row["code"]: 1 for row in COMMUNES})
    cells = [
        [tuple(map(int, point.split())) for point in re.split("[ML]", cell)[1:]]
        for cell in figure.cells.split("Z")[:-1]
    ]

    for bubble in figure.bubbles:
        assert sum(holds(cell, (bubble.x, bubble.y)) for cell in cells) == 1


def holds(shape, point) -> bool:
    """Whether a convex shape has a point inside."""
    turns = [
        (x2 - x1) * (point[1] - y1) - (y2 - y1) * (point[0] - x1)
        for (x1, y1), (x2, y2) in zip(shape, shape[1:] + shape[:1], strict=True)
    ]
    return all(turn >= 0 for turn in turns) or all(turn <= 0 for turn in turns)


def test_places_stay_while_one_filters():
    communes = [territory.Spot(**row) for row in COMMUNES]
    overall = {"montpellier": 34, "lattes": 2, "castelnau-le-lez": 5}

    def places(counts):
        figure = territory.figure(
            communes, counts=counts, overall=overall, chosen=[], total=41, is_whole=True
        )
        return {bubble.code: (bubble.x, bubble.y) for bubble in figure.bubbles}

    assert places({"lattes": 1})["lattes"] == places(overall)["lattes"]


@pytest.mark.parametrize(
    ("count", "is_whole", "number", "words"),
    [
        (1_200, True, "1\u00a0200", "Lattes\u00a0: 1\u00a0200 organisations"),
        (1_200, False, "1\u00a0200", "Lattes\u00a0: 1\u00a0200 organisations"),
        (0, True, "0", "Lattes\u00a0: 0 organisation"),
        # A part was counted, and none of these was met: there may be some.
        (0, False, "", "Lattes"),
    ],
)
def test_map_says_how_many_there_are_of_each_commune(count, is_whole, number, words):
    communes = [
        territory.Spot("lattes", "Lattes", 43.57, 3.9),
        territory.Spot("nimes", "Nîmes", 43.84, 4.36),
    ]

    figure = territory.figure(
        communes,
        counts=dict.fromkeys(["lattes", "nimes"], count),
        overall={},
        chosen=["lattes", "nimes"],
        total=2 * count,
        is_whole=is_whole,
    )

    [bubble], [outside] = figure.bubbles, figure.outside
    assert (bubble.number, bubble.words) == (number, words)
    assert f">{number}</text>" in bubble.drawn
    assert outside.number == number
    assert figure.communes == (1 if number else 0)


def test_communes_at_the_same_point_are_moved_apart():
    communes = [
        territory.Spot(code=code, name=code, latitude=43.6, longitude=3.9) for code in "abcd"
    ]

    figure = territory.figure(
        communes, counts=dict.fromkeys("abcd", 1), overall={}, chosen=[], total=4, is_whole=True
    )

    assert len({(bubble.x, bubble.y) for bubble in figure.bubbles}) == 4


# --- The page -------------------------------------------------------------------------------------

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def territory_of_the_demo(db):
    communes = {row["code"]: Commune.objects.create(**row) for row in COMMUNES}
    far = factories.CommuneFactory(code="nimes", name="Nîmes", latitude=43.84, longitude=4.36)
    health = factories.ThemeFactory(code="sante")
    for commune, count in (("montpellier", 5), ("lattes", 2)):
        factories.OrganisationFactory.create_batch(
            count, commune=communes[commune], kind="startup" if commune == "lattes" else "company"
        )
    factories.OrganisationFactory(commune=far)
    factories.OrganisationFactory(themes=[health])
    factories.OrganisationFactory(commune=communes["pignan"], withdrawn=True)


def directory(client, **query):
    with translation.override("en"):
        return client.get(reverse("members:organisation-list"), query)


def links(response) -> dict[str, str]:
    """The bubbles of the map, by what they are called."""
    svg = re.search(r"<svg viewBox.*?</svg>", response.content.decode(), re.DOTALL)[0]
    root = ET.fromstring(svg.replace("<svg ", f'<svg xmlns="{SVG[1:-1]}" ', 1))
    return {a.find(f"{SVG}title").text: a.get("href") for a in root.iter(f"{SVG}a")}


def listed(response) -> list[str]:
    text = response.content.decode().split("The same as a list")[1].split("</ul>")[0]
    return [" ".join(re.sub("<.*?>", "", row).split()) for row in re.findall("<li>.*?</li>", text)]


def said(response) -> str:
    return " ".join(
        re.search(r"<figcaption.*?>(.*?)</figcaption>", response.content.decode(), re.S)[1].split()
    )


def test_map_has_a_link_for_each_commune_and_the_same_as_a_list(client, territory_of_the_demo):
    response = directory(client, view="map")

    address = response.request["PATH_INFO"]
    assert links(response) == {
        "Montpellier: 5 organisations": "?city=montpellier",
        "Lattes: 2 organisations": "?city=lattes",
    }
    assert listed(response) == ["Montpellier (5)", "Lattes (2)"]
    assert "7 organisations in 2 communes." in said(response)
    assert "1 organisation says no commune." in said(response)
    assert 'Outside the map: <a href="?city=nimes">Nîmes (1)</a>.' in said(response)
    assert "not official boundaries" in said(response)
    assert response.context["head_title"] == "Directory, map: 9 organisations"
    assert f'href="{address}"' in response.content.decode()
    assert "Organisation " not in "".join(links(response))


def test_map_counts_what_the_other_filters_leave(client, territory_of_the_demo):
    response = directory(client, view="map", kind="startup", city="montpellier", q="organisation")

    # The chosen commune is shown with what it has; the others with what they would have.
    query = "kind=startup&q=organisation"
    assert {name: sorted(href[1:].split("&")) for name, href in links(response).items()} == {
        "Lattes: 2 organisations": ["city=lattes", *query.split("&")],
        "Montpellier: 0 organisations": ["city=montpellier", *query.split("&")],
    }


def test_list_carries_the_map_and_leads_to_it(client, territory_of_the_demo):
    response = directory(client, kind="startup")

    assert links(response) == {"Lattes: 2 organisations": "?kind=startup&city=lattes"}
    views = [(view["label"], view["url"], view["current"]) for view in response.context["views"]]
    address = response.request["PATH_INFO"]
    assert views == [
        ("List", f"{address}?kind=startup", True),
        ("Map", f"{address}?kind=startup&view=map", False),
    ]


def test_map_has_no_pages(client, territory_of_the_demo):
    response = directory(client, view="map", page="2")

    assert response.status_code == 200
    assert ["page" in problem.message for problem in response.context["problems"]] == [True]
    assert "mainEntity" not in response.context["structured_data"]


def test_map_without_communes_is_a_page(client, db):
    factories.OrganisationFactory()

    response = directory(client, view="map")

    assert (response.status_code, links(response)) == (200, {})
    assert "1 organisation says no commune." in said(response)


@pytest.mark.parametrize("rows", [1, 3, 40])
def test_map_costs_the_same_whatever_it_shows(client, db, django_assert_num_queries, rows):
    for number, row in enumerate(COMMUNES[:rows]):
        factories.OrganisationFactory.create_batch(
            1 + number % 2, commune=Commune.objects.create(**row)
        )

    with django_assert_num_queries(3):
        directory(client, view="map")
    assert Organisation.objects.count() >= min(rows, 31)
