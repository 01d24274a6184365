"""Values as a person reads them: what diffs, the history and the pages of a submission show."""

import pytest
from django.utils.translation import override

from portal.lifecycle import diff, kinds

pytestmark = pytest.mark.django_db

NBSP = "\u00a0"
MIDDAY = "2027-03-04T12:00:00+00:00"


def shown(code, name, raw, **version):
    """What a value is for a reader of French, and of English."""
    content, said = kinds.named(code).content, []
    for language in ("fr", "en"):
        with override(language):
            said.append(content.display(name, raw, version))
    return said


@pytest.mark.parametrize(
    ("code", "name", "raw", "french", "english"),
    [
        ("event", "price", "0", "Gratuit", "Free"),
        ("event", "price", "12.5", f"12,50{NBSP}€", "€12.50"),
        ("event", "price", "1200", f"1{NBSP}200{NBSP}€", "€1,200"),
        ("event", "attendance", 1500, f"1{NBSP}500", "1,500"),
        ("event", "all_day", False, "Non", "No"),
        ("event", "languages", ["fr", "en"], "Français, Anglais", "French, English"),
        ("organisation", "latitude", 43.6112, "43,6112", "43.6112"),
        ("organisation", "longitude", -3.0, "-3,0", "-3.0"),
        ("project", "starts_on", "2024", "2024", "2024"),
        ("project", "starts_on", "2024-04", "avril 2024", "April 2024"),
        ("project", "ends_on", "2025-02-17", "17 février 2025", "17 February 2025"),
        # What a draft may hold, and nobody has refused yet.
        ("project", "starts_on", "ce printemps", "ce printemps", "ce printemps"),
        ("project", "starts_on", "2024-13", "2024-13", "2024-13"),
        ("event", "price", None, "", ""),
    ],
)
def test_value_is_written_for_its_reader(code, name, raw, french, english):
    assert shown(code, name, raw) == [french, english]


def test_rows_are_written_for_their_reader():
    line = {
        "funder": "Région",
        "amount": 900_000,
        "programme_fr": "",
        "programme_en": "",
        "year": 2024,
        "source_fr": "Délibération",
        "source_en": "",
        "organisation": None,
    }

    assert shown("project", "funding", [line]) == [
        f"Région · 900{NBSP}000{NBSP}€ · 2024 · Délibération",
        "Région · €900,000 · 2024 · Délibération",
    ]


@pytest.mark.parametrize(
    ("version", "french", "english"),
    [
        ({}, f"4 mars 2027 à 13{NBSP}h", "4 March 2027 at 1pm"),
        ({"timezone": "Europe/Paris"}, f"4 mars 2027 à 13{NBSP}h", "4 March 2027 at 1pm"),
        (
            {"timezone": "America/Toronto"},
            f"4 mars 2027 à 7{NBSP}h (heure locale{NBSP}: Toronto)",
            "4 March 2027 at 7am (Toronto time)",
        ),
        ({"timezone": "Mars/Base"}, f"4 mars 2027 à 13{NBSP}h", "4 March 2027 at 1pm"),
        ({"all_day": True}, "4 mars 2027", "4 March 2027"),
    ],
)
def test_moment_is_said_in_the_zone_of_its_event(version, french, english):
    assert shown("event", "starts_at", MIDDAY, **version) == [french, english]


def test_diff_says_each_side_in_its_own_zone():
    content = kinds.named("event").content
    before = content.blank | {"starts_at": MIDDAY}
    after = before | {"timezone": "America/Toronto"}

    with override("en"):
        rows = {row["name"]: row for row in diff.between(content, before, after, lambda *of: "")}

    assert rows["starts_at"]["live"] == "4 March 2027 at 1pm"
    assert rows["starts_at"]["proposed"] == "4 March 2027 at 7am (Toronto time)"


@pytest.mark.parametrize(
    ("before", "after", "steps"),
    [
        (
            f"900{NBSP}000{NBSP}€ et 43,61",
            f"950{NBSP}000{NBSP}€ et 43,65",
            [
                ("change", f"900{NBSP}000", f"950{NBSP}000"),
                ("same", f"{NBSP}€ et ", f"{NBSP}€ et "),
                ("change", "43,61", "43,65"),
            ],
        ),
        ("€12.50", "€12.75", [("same", "€", "€"), ("change", "12.50", "12.75")]),
        ("43.6113", "43.63", [("change", "43.6113", "43.63")]),
    ],
)
def test_figure_changes_as_a_whole(before, after, steps):
    assert diff.words(before, after) == steps


@pytest.mark.parametrize(
    "text", ["", ".", "...", "a.b", ".a.b. c!", "Fin. Début\n\n- un.\n", "12.50. Et 3.14 ?", "?!.x"]
)
def test_sentences_make_the_text_again(text):
    assert "".join(diff.SENTENCE.findall(text)) == text
