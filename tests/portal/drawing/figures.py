"""Figures to draw: organisations and projects under names of every length, in both languages."""

from hypothesis import strategies as st

from portal import display
from portal.drawing.arcade import MOST_POINTS, Arcade, Figure, Point
from portal.drawing.lying import COLUMN, MEDIUM, WIDE
from portal.drawing.standing import NARROW

LAYOUTS = {layout.name: layout for layout in (NARROW, MEDIUM, WIDE, COLUMN)}
MOST_PROJECTS = 8

# The longest that names come in, and the shortest. Organisations are called the same everywhere.
ORGANISATIONS = [
    "CHU de Montpellier",
    "Montpellier Méditerranée Métropole",
    "Région Occitanie / Pyrénées-Méditerranée",
    "Laboratoire d’informatique, de robotique et de microélectronique de Montpellier",
    "Institut national de recherche pour l’agriculture, l’alimentation et l’environnement",
    "Saint-Jean-de-Védas-Villeneuve-lès-Maguelone-Agglomération",
    "Œuvres",
    "État",
    "IA",
]
SHORT_NAMES = ["", "", "UM", "INRAE", "Œ", "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWW"]
PROJECTS = {
    "fr": [
        "Pl@ntNet",
        "Calcul pour l’IA, plan État-Région 2021-2027",
        "Comprendre et agir sur le vivant à l’échelle du territoire méditerranéen",
        "Anticonstitutionnellement",
        "À",
    ],
    "en": [
        "Pl@ntNet",
        "Computing for AI, State-Region plan 2021–2027",
        "Understanding life and acting on it throughout the Mediterranean territory",
        "Counterrevolutionaries’ incomprehensibilities",
        "I",
    ],
}
# Anything that an editor can type: also letters that the font has not.
WORDS = st.text("ilWMÉœ0-’@漢🌿", min_size=1, max_size=30)
TYPED = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)


def point(key: int, name: str = "", short_name: str = "", *, is_founder: bool = False) -> Point:
    return Point(
        key, name or f"Organisation {key}", short_name, "Startup", f"/en/{key}/", is_founder
    )


def arcade(number: int, partners: list[int], name: str = "") -> Arcade:
    colour = display.ARCH_COLOURS[number % len(display.ARCH_COLOURS)]
    return Arcade(name or f"Project {number}", f"/en/projects/{number}/", colour, partners)


@st.composite
def figures(draw: st.DrawFn, language: str) -> Figure:
    """From 2 to 40 organisations in up to 8 projects; each organisation is in one at least."""
    number = draw(st.integers(2, MOST_POINTS))
    points = [
        point(
            key,
            draw(st.sampled_from(ORGANISATIONS) | TYPED),
            draw(st.sampled_from(SHORT_NAMES)),
            is_founder=draw(st.booleans()),
        )
        for key in range(number)
    ]
    keys = st.lists(st.integers(0, number - 1), min_size=2, max_size=number, unique=True)
    partners = draw(st.lists(keys, min_size=1, max_size=MOST_PROJECTS))
    left = [key for key in range(number) if not any(key in each for each in partners)]
    partners[-1] += left
    names = st.sampled_from(PROJECTS[language]) | TYPED
    return Figure(points, [arcade(n, each, draw(names)) for n, each in enumerate(partners)])
