"""The projects, the page of one, and its funding."""

import re

import pytest
from django.utils import timezone

from tests import factories
from tests.events.pages import address, body, chips, data, facts, links, rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def hospital():
    return factories.OrganisationFactory(name="Hôpital", kind="hospital")


@pytest.fixture
def project(organisation, hospital):
    """A project of which everything is known."""
    project = factories.ProjectFactory(
        organisation=organisation,
        title_fr="IA locale",
        title_en="Local AI",
        description_en="What it **does**.",
        description_fr="Ce qu’il fait.",
        starts_on="2021",
        ends_on="2027-06",
        themes=[factories.ThemeFactory(code="calcul", name_en="Computing")],
    )
    project.partners.create(
        organisation=hospital, role="data", agreed_at=timezone.now(), position=0
    )
    for funder, amount in (("Région", 900_000), ("Métropole", 704_000), ("État", 956_000)):
        project.funding.create(
            funder=funder,
            amount=amount,
            programme_fr="Plan État-Région",
            programme_en="State-Region plan",
            year=2023,
            source_en="Article of May 2023",
        )
    project.figures.create(
        value_en="1 billion", label_en="Images", date="2025-02", source_en="Article of 2025"
    )
    project.links.create(label="Source code", url="https://code.example.org/")
    project.sources.add(factories.SourceFactory(title_en="An article"))
    return project


# --- The list -------------------------------------------------------------------------------------


@pytest.fixture
def projects(hospital):
    health = factories.ThemeFactory(code="sante", name_en="Health")
    make = factories.ProjectFactory
    make(title_fr="Écoute", title_en="Écoute", themes=[health], organisation=hospital)
    make(title_fr="drone", title_en="drone", stage="bid", themes=[health])
    make(title_fr="Zéphyr", title_en="", stage="completed")
    make(title_en="Withdrawn", withdrawn=True, themes=[health], organisation=hospital)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Zéphyr", "drone", "Écoute"]),
        ("sort=title", ["drone", "Écoute", "Zéphyr"]),
        ("theme=sante", ["drone", "Écoute"]),
        ("theme=sante&sort=title", ["drone", "Écoute"]),
        ("stage=bid", ["drone"]),
        ("stage=bid&stage=completed", ["Zéphyr", "drone"]),
        ("partner=hopital", ["Écoute"]),
        ("partner=hopital&stage=bid", []),
        ("q=ecoute", ["Écoute"]),
        ("q=HEALTH&sort=title", ["drone", "Écoute"]),
        ("q=nothing", []),
    ],
)
def test_projects_are_filtered_and_ordered(client, projects, query, expected):
    response = client.get(address("project-list") + (f"?{query}" if query else ""))

    assert response.status_code == 200
    assert rows(response) == expected


def test_projects_say_what_they_list(client, projects):
    response = client.get(address("project-list"), {"partner": "hopital"})

    assert "<title>Projects: 1 project – IA Montpellier Méditerranée</title>" in body(response)
    assert chips(response) == ["Partner: Hôpital"]


@pytest.mark.parametrize("query", ["partner=nobody", "stage=done", "sort=price", "city=lattes"])
def test_projects_leave_out_what_they_do_not_understand(client, projects, query):
    response = client.get(f"{address('project-list')}?{query}")

    assert rows(response) == ["Zéphyr", "drone", "Écoute"]
    assert "Part of this address was left out" in body(response)


def test_project_row_draws_an_arch_between_each_two_partners(client, project):
    response = client.get(address("project-list"))

    assert body(response).count('class="arches') == 1
    assert "2 partners · Running" in body(response)


@pytest.mark.parametrize("number", [1, 3, 100])
@pytest.mark.parametrize(
    ("query", "queries"),
    [("", 3), ("?theme=sante&partner=hopital&stage=running&q=projet", 5), ("?sort=title", 3)],
)
def test_projects_cost_the_same_however_long(
    client, django_assert_num_queries, hospital, number, query, queries
):
    theme = factories.ThemeFactory(code="sante")
    for _count in range(number):
        project = factories.ProjectFactory(organisation=hospital, themes=[theme])
        project.partners.create(
            organisation=factories.OrganisationFactory(), agreed_at=timezone.now()
        )

    with django_assert_num_queries(queries):
        response = client.get(address("project-list") + query)

    assert len(rows(response)) == min(number, 20)


# --- One project ----------------------------------------------------------------------------------


def test_project_page_says_who_when_and_for_how_much(client, project):
    event = factories.EventFactory(title_en="A workshop")
    event.projects.add(project)

    response = client.get("/en/projects/local-ai/")

    assert response.status_code == 200
    assert facts(response) == {
        "Lead": "Laboratoire des arches",
        "Dates": "2021 – June 2027",
        "Funding": "€2,560,000",
        "Themes": "Computing",
        "Elsewhere on the web": "Source code",
    }
    text = body(response)
    assert "<h1>Local AI</h1>" in text
    assert "What it <strong>does</strong>." in text
    lead, partner = text.split('<ul class="names">')[1].split("</ul>")[0].split("<li>")[1:]
    assert "/en/directory/laboratoire-des-arches/" in lead
    assert '<span class="meta">Lead</span>' in lead
    assert "/en/directory/hopital/" in partner
    assert '<span class="meta">Data</span>' in partner
    assert "<b>1 billion</b>" in text
    assert "February 2025, Article of 2025" in text
    assert rows(response) == ["A workshop"]
    assert "An article" in text


def test_project_page_has_its_funding_as_a_table_with_the_sum(client, project):
    text = body(client.get("/en/projects/local-ai/"))

    assert "Funding: €2,560,000" in text
    assert (
        '<th scope="row"><span class="key ciste">1</span> Région</th>'
        '<td data-label="Amount" class="amount">€900,000</td>'
        '<td data-label="Share" class="amount">35.2%</td>'
        '<td data-label="Year">2023</td>'
        '<td data-label="Programme">State-Region plan</td>'
        '<td data-label="Source">Article of May 2023</td>'
    ) in text
    assert 'href="/en/projects/local-ai/funding/"' in text
    assert 'href="/en/projects/local-ai/funding.csv"' in text


def test_funder_of_the_directory_is_linked_as_long_as_it_is_published(client, project, hospital):
    project.funding.create(organisation=hospital, amount=10, source_en="Decision", position=9)
    project.partners.filter(organisation=hospital).delete()
    urls = ["/en/projects/local-ai/", "/en/projects/local-ai/funding/"]

    linked = [body(client.get(url)) for url in urls]
    told = data(client.get(urls[0]), "ResearchProject")["funding"][-1]["funder"]
    hospital.status, hospital.withdrawn_at = "withdrawn", timezone.now()
    hospital.save()
    plain = [body(client.get(url)) for url in urls]
    then_told = data(client.get(urls[0]), "ResearchProject")["funding"][-1]["funder"]

    for text in linked:
        assert '</span> <a href="/en/directory/hopital/">Hôpital</a></th>' in text
    assert told == {
        "@type": "Organization",
        "name": "Hôpital",
        "url": "http://testserver/en/directory/hopital/",
    }
    # What it gave stays a fact, and the total with it.
    for text in plain:
        assert "</span> Hôpital</th>" in text
        assert "/en/directory/hopital/" not in text
        assert "€2,560,010" in text
    assert then_told == {"@type": "Organization", "name": "Hôpital"}


def test_sources_of_amounts_and_figures_are_marked_with_their_language(client):
    project = factories.ProjectFactory(title_fr="Projet", title_en="Project")
    project.funding.create(funder="Région", amount=1, source_fr="Délibération")
    project.funding.create(funder="État", amount=1, source_fr="Décret", source_en="Decree")
    project.figures.create(
        value_en="1 billion", label_fr="Images", date="2025", source_fr="Rapport"
    )

    english = body(client.get("/en/projects/project/"))
    french = body(client.get(address("project-detail", "projet", language="fr")))

    assert '<td data-label="Source"><span lang="fr">Délibération</span></td>' in english
    assert '<td data-label="Source">Decree</td>' in english
    assert '<p><span lang="fr">Images</span></p>' in english
    assert '2025, <span lang="fr">Rapport</span></p>' in english
    assert '<td data-label="Source">Délibération</td>' in french
    assert '<td data-label="Source">Décret</td>' in french
    assert '<b><span lang="en">1 billion</span></b>' in french
    assert "2025, Rapport</p>" in french


def test_project_page_tells_machines_the_same(client, project):
    told = data(client.get("/en/projects/local-ai/"), "ResearchProject")

    assert told["@id"] == "http://testserver/en/projects/local-ai/"
    assert told["name"] == "Local AI"
    assert told["foundingDate"] == "2021"
    assert told["dissolutionDate"] == "2027-06"
    assert [(role["roleName"], role["member"]["name"]) for role in told["member"]] == [
        ("Lead", "Laboratoire des arches"),
        ("Data", "Hôpital"),
    ]
    assert told["funding"][0] == {
        "@type": "MonetaryGrant",
        "amount": {"@type": "MonetaryAmount", "value": 900_000, "currency": "EUR"},
        "funder": {"@type": "Organization", "name": "Région"},
        "name": "State-Region plan",
    }
    assert len(told["funding"]) == 3


def test_project_page_of_which_little_is_known_leaves_the_rest_out(client):
    factories.ProjectFactory(organisation=None, title_en="Bare", summary_en="", summary_fr="")

    response = client.get("/en/projects/bare/")

    assert facts(response) == {}
    for heading in ("Partners", "Funding", "Figures", "Events", "Sources", "About this project"):
        assert f"<h2>{heading}" not in body(response)
    told = data(response, "ResearchProject")
    assert {"member", "funding", "foundingDate"}.isdisjoint(told)


@pytest.mark.parametrize("number", [1, 3])
def test_project_page_costs_the_same_whatever_it_names(client, django_assert_num_queries, number):
    project = factories.ProjectFactory()
    for count in range(number):
        project.partners.create(
            organisation=factories.OrganisationFactory(), agreed_at=timezone.now()
        )
        project.funding.create(funder="Région", amount=count + 1, source_fr="Article")
        project.funding.create(
            organisation=factories.OrganisationFactory(), amount=count + 1, source_fr="Article"
        )
        project.figures.create(value_fr="1", label_fr="Un", date="2025", source_fr="Article")
        project.links.create(label="Site", url="https://example.org/")
        project.themes.add(factories.ThemeFactory())
        project.sources.add(factories.SourceFactory())
        factories.EventFactory().projects.add(project)

    with django_assert_num_queries(2):  # the project, the colours
        client.get(address("project-detail", project.slug_en))


def test_project_pages_show_hostile_text_as_text(client):
    hostile = "<script>alert(1)</script></title></script><!-- \" ' {{ 7 }} &lt;"
    texts = {f"{name}_en": hostile for name in ("title", "summary", "description")}
    project = factories.ProjectFactory(
        organisation=factories.OrganisationFactory(name=hostile, slug="hostile"), **texts
    )
    project.funding.create(funder=hostile, amount=1, programme_en=hostile, source_fr=hostile)
    project.figures.create(value_en=hostile[:60], label_en=hostile, date="2025", source_fr=hostile)
    project.links.create(label=hostile[:80], url="https://example.org/?a=%22%3E")

    for url in (
        address("project-detail", project.slug_en),
        address("project-funding", project.slug_en),
        address("project-list"),
    ):
        text = body(client.get(url))

        assert "<script>alert" not in text
        assert text.count("</title>") == 1
        assert text.count("</script>") == text.count("<script ")
        assert "<!--" not in text


# --- Its funding ----------------------------------------------------------------------------------


def test_funding_has_a_page_of_its_own(client, project):
    response = client.get("/en/projects/local-ai/funding/")

    assert response.status_code == 200
    text = body(response)
    assert "<title>Local AI: funding – IA Montpellier Méditerranée</title>" in text
    assert (
        '€2,560,000 in all, for the project <a href="/en/projects/local-ai/">Local AI</a>' in text
    )
    french = address("project-funding", "ia-locale", language="fr")
    assert links(response, "canonical") == ["http://testserver/en/projects/local-ai/funding/"]
    assert links(response, "alternate")[0] == f"fr http://testserver{french}"
    assert len(data(response, "ResearchProject")["funding"]) == 3


@pytest.mark.parametrize("name", ["project-funding", "project-funding-table"])
def test_funding_moves_and_goes_with_its_project(client, project, name):
    moved = client.get(address(name, "ia-locale"))
    project.funding.all().delete()
    unknown = client.get(address(name, "local-ai"))
    project.status, project.withdrawn_at = "withdrawn", timezone.now()
    project.save()
    gone = client.get(address(name, "local-ai"))

    assert (moved.status_code, moved.url) == (301, address(name, "local-ai"))
    assert unknown.status_code == 404
    assert gone.status_code == 410


def test_funding_file_speaks_the_readers_language(client, hospital):
    project = factories.ProjectFactory(title_fr="Projet", title_en="Project")
    project.funding.create(
        organisation=hospital, amount=1, source_fr="Délibération", source_en="Decision"
    )
    project.funding.create(funder="État", amount=2, source_fr="Décret")

    english = body(client.get(address("project-funding-table", "project")))
    french = body(client.get(address("project-funding-table", "projet", language="fr")))

    assert english.split("\r\n")[1:3] == [
        "Hôpital,1,33.3,,,,Délibération,Decision",
        "État,2,66.7,,,,Décret,",
    ]
    assert french.split("\r\n")[1:3] == [
        "Hôpital;1;33,3;;;;Délibération;Decision",
        "État;2;66,7;;;;Décret;",
    ]


@pytest.mark.threat("T21", "file names")
@pytest.mark.parametrize("title", ['a"\r\nSet-Cookie: a=b', "../../etc/passwd", "\u2028;x=y", "🦩"])
def test_the_name_of_a_file_is_made_of_letters(client, title):
    project = factories.ProjectFactory(title_fr=title)
    project.funding.create(funder="Région", amount=10, source_fr="Article")

    response = client.get(address("project-funding-table", project.slug_fr, language="fr"))

    name = re.fullmatch(r'attachment; filename="([^"]+)"', response["Content-Disposition"])[1]
    assert re.fullmatch(r"[a-z0-9-]+\.csv", name)


def test_funding_is_a_file_for_spreadsheets(client, project):
    project.funding.create(funder='=HYPERLINK("x")', amount=1, source_fr="@author")

    response = client.get("/en/projects/local-ai/funding.csv")

    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="local-ai-funding.csv"'
    assert body(response).removeprefix("\ufeff").split("\r\n") == [
        "Funder,Amount (€),Share (%),Year,Programme (French),Programme (English),"
        "Source (French),Source (English)",
        "Région,900000,35.2,2023,Plan État-Région,State-Region plan,,Article of May 2023",
        "Métropole,704000,27.5,2023,Plan État-Région,State-Region plan,,Article of May 2023",
        "État,956000,37.3,2023,Plan État-Région,State-Region plan,,Article of May 2023",
        '"\'=HYPERLINK(""x"")",1,0.0,,,,\'@author,',
        "",
    ]


def test_funding_file_speaks_the_language_of_its_address(client, project):
    response = client.get(address("project-funding-table", "ia-locale", language="fr"))

    assert response.headers["Content-Disposition"] == (
        'attachment; filename="ia-locale-financement.csv"'
    )
    assert body(response).removeprefix("\ufeff").split("\r\n")[:2] == [
        "Financeur;Montant (€);Part (%);Année;Programme (français);Programme (anglais);"
        "Source (français);Source (anglais)",
        "Région;900000;35,2;2023;Plan État-Région;State-Region plan;;Article of May 2023",
    ]


def test_funding_is_drawn_as_a_bar(client, project):
    text = body(client.get("/en/projects/local-ai/funding/"))

    bar = text.split('<svg class="bar"')[1].split("</svg>\n</svg>")[0]
    assert 'role="img" aria-label="The share of each funder;' in bar
    parts = re.findall(r'<svg class="(\w+)" x="([\d.]+)%" width="([\d.]+)%"', bar)
    assert parts == [
        ("ciste", "0.0000", "35.1562"),
        ("garrigue", "35.1562", "27.5000"),
        ("etang", "62.6562", "37.3438"),
    ]
    assert re.findall(r'<text class="wide" x=".5em" y="([\d.]+em)">([^<]+)</text>', bar) == [
        ("1.6em", "1 Région"),
        ("3em", "€900,000"),
        ("1.6em", "2 Métropole"),
        ("3em", "€704,000"),
        ("1.6em", "3 État"),
        ("3em", "€956,000"),
    ]
