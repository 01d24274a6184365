"""The demo states what its five articles state: who is a member, who works with whom, when.

The tables below are what the articles say. Texts are not compared; `test_french.py` reads them.
"""

import re

import pytest

from events.demo import loader
from events.models import Event, Project
from members.models import Membership, Organisation

KINDS = {
    "local-authority": "ville-montpellier metropole-montpellier region-occitanie departement-herault",
    "state": "etat rectorat",
    "university": "universite-montpellier",
    "hospital": "chu-montpellier icm",
    "network": "french-tech-mediterranee digital-113 bic-montpellier la-melee",
    "programme": "medvallee",
    "place": "cite-economie halles-ia",
    "infrastructure": "cines isdm erios",
    "research-organisation": "inria inserm cirad ird inrae cnrs",
    "foundation": "agropolis",
    "laboratory": "lirmm ircm idesp phymedexp premedical",
    "school": "faculte-medecine esnbyum",
    "company": (
        "numalis septeo namirial pradeo bfore vogo intrasense predict-services sweep"
        " quantum-surgical dedalus dell ibm atos grid-solutions slb"
    ),
    "startup": "bondzai emvista clicnwork ai-stroke breedge odyssia in-astra seqone",
}
PARENTS = {
    "isdm": "universite-montpellier",
    "erios": "chu-montpellier",
    "lirmm": "universite-montpellier",
    "idesp": "universite-montpellier",
    "premedical": "inria",
    "faculte-medecine": "universite-montpellier",
    "esnbyum": "universite-montpellier",
}
FOUNDERS = (
    "ville-montpellier metropole-montpellier region-occitanie universite-montpellier"
    " chu-montpellier french-tech-mediterranee digital-113"
)
# All others are in Montpellier; where these are nobody says.
ELSEWHERE = {"septeo": "lattes", "predict-services": "castelnau-le-lez"}
UNPLACED = (
    "etat french-tech-mediterranee digital-113 la-melee medvallee inserm cnrs bondzai emvista"
    " clicnwork ai-stroke breedge namirial odyssia in-astra dedalus dell ibm atos grid-solutions slb"
)
# Who leads, who takes part beside them, since when.
PROJECTS = {
    "plantnet": (
        "",
        "inria cirad ird inrae cnrs agropolis universite-montpellier",
        "2011",
    ),
    "docsimulator": ("universite-montpellier", "chu-montpellier", ""),
    "alliance-sante-ia": (
        "chu-montpellier",
        "metropole-montpellier medvallee cines universite-montpellier inria inserm numalis",
        "",
    ),
    "via-um": (
        "universite-montpellier",
        "metropole-montpellier region-occitanie chu-montpellier icm cines departement-herault",
        "",
    ),
    "erios-1": ("chu-montpellier", "dedalus universite-montpellier erios isdm", "2022"),
    "ia-locale": (
        "metropole-montpellier",
        "ville-montpellier universite-montpellier region-occitanie etat",
        "",
    ),
    "comprendre-agir-vivant": ("universite-montpellier", "", ""),
    "tirrex": ("lirmm", "", ""),
}
# In euros, voted in 2023 under the plan of State and region.
FUNDING = {
    "region-occitanie": 900_000,
    "metropole-montpellier": 704_000,
    "etat": 606_000,
    "universite-montpellier": 350_000,
}
FIGURES = {
    "plantnet": ["1 billion", "2 million", "25 million", "200+"],
    "via-um": ["1,100+"],
}
# The kind, the start, the end, the period in words, who organises, how many came.
EVENTS = {
    "launch": ("assembly", "2025-02-17", "", "", "ville-montpellier metropole-montpellier", 250),
    "health-day": ("conference", "2025-09-25", "", "", "universite-montpellier", None),
    "cluster-hearing": ("hearing", "2024-01-08T10:00", "", "", "universite-montpellier", None),
    "alliance-jury": ("hearing", "2025-02-19", "", "", "chu-montpellier", None),
    "forum": (
        "forum",
        "2024-01-01",
        "2025-12-31",
        "Planned for 2024–2025",
        "metropole-montpellier",
        None,
    ),
    "round-tables": ("round-table", "2024-01-04", "", "Date not given by the sources", "", None),
    "convention-citoyenne": (
        "consultation",
        "2023-11-01",
        "2024-04-30",
        "November 2023 to April 2024",
        "ville-montpellier metropole-montpellier",
        None,
    ),
}
PEOPLE = {
    "Michaël Delafosse": "metropole-montpellier",
    "Manu Reynaud": "ville-montpellier",
    "Philippe Augé": "universite-montpellier",
    "Anne Ferrer": "chu-montpellier",
    "Joseph Salmon": "inria",
    "Julie Josse": "premedical",
    "Stéphanie Nougaret": "ircm",
    "Kevin Yauy": "chu-montpellier",
    "Zubeyir Salis": "phymedexp",
    "Yann LeCun": "",
}
# To whom, when, at what level, from whom.
DISTINCTIONS = {
    "Label Territoire Innovant": ("metropole-montpellier", "2024-04", "", ""),
    "Label Territoire Numérique Libre": ("metropole-montpellier", "", "Excellent 4", ""),
    "Prix Inria – Académie des sciences des jeunes chercheurs et jeunes chercheuses": (
        "Julie Josse",
        "2024",
        "",
        "Inria, Académie des sciences",
    ),
    "Mapping des startups françaises de l’IA": (
        "clicnwork",
        "2025",
        "",
        "France Digitale, Sopra Steria Ventures",
    ),
    "Concours de pitch IA du Tour de France de l’IA": ("breedge", "", "", "Medef, Numeum"),
    "ERC Starting Grant": ("Stéphanie Nougaret", "", "", "ERC"),
    "NextGen Leaders en Santé": ("Kevin Yauy", "", "", ""),
}
SOURCES = {
    "launch-2025": "2025-02",
    "appeal-2024": "2024-01-04",
    "health-day-2025-fr": "2025-09-25",
    "health-day-2025-en": "2025-09-25",
    "convention-2023": "2023-05-26",
}


def by_id(name):
    return {row["id"]: row for row in loader.read(name)}


# --- The files ------------------------------------------------------------------------------------


def test_organisations_are_those_of_the_articles():
    rows = by_id("organisations")
    kinds = {code: kind for kind, codes in KINDS.items() for code in codes.split()}

    assert len(rows) == 57
    assert {code: row["kind"] for code, row in rows.items()} == kinds
    assert {code: row["parents"] for code, row in rows.items()} == {
        code: [PARENTS[code]] if code in PARENTS else [] for code in kinds
    }
    assert {code for code, row in rows.items() if row["founding"]} == set(FOUNDERS.split())
    assert {code: row["commune"] for code, row in rows.items()} == {
        code: ELSEWHERE.get(code, "" if code in UNPLACED.split() else "montpellier")
        for code in kinds
    }


def test_projects_have_the_partners_of_the_articles():
    rows = by_id("projects")

    told = {
        code: (
            row["organisation"],
            " ".join(each["organisation"] for each in row["partners"] if each["role"] == "partner"),
            row["starts_on"],
        )
        for code, row in rows.items()
    }
    leads = {
        code: [each["organisation"] for each in row["partners"] if each["role"] == "lead"]
        for code, row in rows.items()
    }

    def in_any_order(stated):
        return {
            code: (lead, set(others.split()), on) for code, (lead, others, on) in stated.items()
        }

    assert in_any_order(told) == in_any_order(PROJECTS)
    assert leads == {
        code: [lead] if lead else [] for code, (lead, _others, _on) in PROJECTS.items()
    }
    assert {each["role"] for row in rows.values() for each in row["partners"]} == {
        "lead",
        "partner",
    }


def test_funding_and_figures_are_those_of_the_articles():
    rows = by_id("projects")

    lines = {code: row["funding"] for code, row in rows.items() if row["funding"]}
    figures = {
        code: [figure["value_en"] for figure in row["figures"]]
        for code, row in rows.items()
        if row["figures"]
    }

    assert list(lines) == ["ia-locale"]
    assert {line["funder"]: line["amount"] for line in lines["ia-locale"]} == FUNDING
    assert sum(FUNDING.values()) == 2_560_000
    assert {(line["year"], line["source"]) for line in lines["ia-locale"]} == {
        (2023, "convention-2023")
    }
    assert figures == FIGURES


def test_events_take_place_when_the_articles_say():
    told = {
        code: (
            row["kind"],
            row["starts_at"],
            row["ends_at"],
            row["period_en"],
            " ".join(row["organisers"]),
            row["attendance"],
        )
        for code, row in by_id("events").items()
    }

    assert told == EVENTS


def test_people_and_distinctions_are_those_of_the_articles():
    people = {row["name"]: row["organisation"] for row in loader.read("people")}
    distinctions = {
        row["title_fr"]: (
            row["organisation"] or row["person"],
            row["date"],
            row["level"],
            row["awarded_by"],
        )
        for row in loader.read("distinctions")
    }

    assert people == PEOPLE
    assert distinctions == DISTINCTIONS


def test_whatever_is_stated_cites_an_article():
    sources = {row["code"]: row["date"] for row in loader.read("sources")}
    names = ("organisations", "projects", "events", "distinctions")
    cited = [row["sources"] for name in names for row in loader.read(name)]

    assert sources == SOURCES
    assert all(cited)
    assert {code for codes in cited for code in codes} == set(SOURCES)


def test_what_is_invented_says_so():
    texts = []

    def collect(value, key=""):
        if isinstance(value, dict):
            for name, inner in value.items():
                if name != "staff_change":  # it states facts, and is what the public reads
                    collect(inner, name)
        elif isinstance(value, list):
            for inner in value:
                collect(inner, key)
        elif re.match(r"(title|summary|description|text)_(fr|en)$", key) and value:
            texts.append(value)

    collect(loader.read("examples"))

    assert len(texts) > 50
    assert [text for text in texts if not re.search(r"\b(exemple|example)\b", text.lower())] == []


# --- The database -----------------------------------------------------------------------------------


@pytest.mark.once
def test_the_portal_shows_what_the_files_state(transactional_db, place_demo):
    place_demo()

    shown = Organisation.objects.published()
    projects = Project.objects.published().filter(title_fr="IA locale en open source")
    amounts = {line.organisation.slug: line.amount for line in projects.get().funding.all()}
    past = Event.objects.published().exclude(title_fr__startswith="Exemple")

    assert {organisation.slug: organisation.kind for organisation in shown} == {
        code: kind for kind, codes in KINDS.items() for code in codes.split()
    }
    members = Membership.objects.values_list("organisation__slug", "college__code")
    assert set(members) == {(code, "founding") for code in FOUNDERS.split()}
    assert amounts == FUNDING
    assert Project.objects.published().exclude(title_fr__startswith="Exemple").count() == 8
    assert past.count() == len(EVENTS)
