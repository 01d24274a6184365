"""Home, search, texts of the site, what machines look for, and what answers when something is wrong."""

import datetime
import gzip
import json
import re

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from events.models import ProjectFigure, ProjectPartner
from members.models import Organisation, Person
from portal import counting, matches, search
from portal.models import Page
from portal.words import LONGEST_QUERY
from tests import factories
from tests.events.partners import plant, together

pytestmark = pytest.mark.django_db

HOME_QUERIES = 8
# What answers and how many there are, then one for each kind that comes, for the colours of the
# projects.
SEARCH_QUERIES = 5


def address(name: str, *args: object, language: str = "en") -> str:
    with translation.override(language):
        return reverse(name, args=args)


def main(response) -> str:
    """What stands between header and footer."""
    text = response.content.decode()
    return text[text.index("<main") : text.index("</main>")]


def headings(response) -> list[str]:
    return re.findall(r"<h2[^>]*>([^<]*)</h2>", main(response))


def is_noindex(response) -> bool:
    return '<meta name="robots" content="noindex' in response.content.decode()


# --- The way in -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        (None, "fr"),
        ("fr", "fr"),
        ("en-US,en;q=0.9,fr;q=0.8", "en"),
        ("en;q=0.3,fr;q=0.8", "fr"),
        ("de", "fr"),
        ("de,en;q=0.5", "en"),
        ("*", "fr"),
        ("x" * 5000, "fr"),
    ],
)
def test_root_leads_to_the_readers_language(client, wanted, language):
    headers = {"accept-language": wanted} if wanted else {}

    response = client.get("/", headers=headers)

    assert (response.status_code, response["Location"]) == (302, f"/{language}/")
    assert "Accept-Language" in response["Vary"]


# --- Home -----------------------------------------------------------------------------------------


@pytest.fixture
def source():
    return factories.SourceFactory(code="article", title_fr="Un article", title_en="An article")


def past_event(source=None, **fields):
    event = factories.EventFactory(starts_at="2025-02-17T09:00:00Z", **fields)
    if source:
        event.sources.set([source])
    return event


def test_home_answers_who_with_whom_and_when(client, source):
    health = factories.ThemeFactory(code="sante", name_en="Health")
    founder = factories.OrganisationFactory(name="Ville des arches", founding=True, themes=[health])
    factories.EventFactory(title_en="Soon", organisation=founder)
    project = factories.ProjectFactory(title_en="A bridge", organisation=founder)
    partner = factories.OrganisationFactory(name="Carrière")
    ProjectPartner.objects.create(project=project, organisation=partner, agreed_at=timezone.now())
    ProjectFigure.objects.create(
        project=project, value_en="1 billion", label_en="Stones", date="2025-02", source="A book"
    )

    response = client.get(address("home"))

    text = main(response)
    assert headings(response) == [
        "Events",
        "Projects",
        "Founding members",
        "Key figures",
        "Do you work with AI in the region?",
    ]
    assert text.count("<h1") == 1
    for words in (
        f"{address('members:organisation-list')}?theme=sante",
        "Soon",
        "A bridge",
        "2 partners",
        '<svg class="arches ciste"',
        "Ville des arches",
        "1 billion",
        "Stones – A bridge",
        "February 2025",
        "A book",
        address("events:key-figures"),
        address("page-join"),
    ):
        assert words in text, words
    assert "Carrière" not in text[text.index("Founding members") :]


def test_home_shows_some_of_many_founders_and_leads_to_all(client):
    factories.OrganisationFactory.create_batch(25, founding=True)

    home = client.get(address("home"))
    everyone = f"{address('members:organisation-list')}?membership=founding"

    assert len(home.context["founders"]) == 24
    assert f'<a href="{everyone}">All founding members</a>' in main(home)
    assert "25 organisations" in main(client.get(everyone))


def test_home_shows_founders_by_their_initials_whatever_logo_they_have(client):
    """A logo each would be a request each: seven of them are more than the page may make."""
    for number in range(7):
        factories.OrganisationFactory(name=f"F{number}", founding=True, logo=f"{number}/x.webp")

    text = main(client.get(address("home")))

    assert re.findall(r'aria-hidden="true">(F\d)</span>', text) == [f"F{n}" for n in range(7)]
    assert "<img" not in text


def test_home_of_an_empty_portal_shows_no_empty_section(client):
    response = client.get(address("home"))

    assert response.status_code == 200
    assert headings(response) == ["Do you work with AI in the region?"]
    assert "No data yet" in main(response)
    assert "two-arches" in main(response)


@pytest.mark.parametrize(
    ("language", "title", "link", "row"),
    [
        (
            "fr",
            "Qui travaille avec qui",
            "Ville des arches (Collectivité territoriale, membre fondateur)",
            "Un pont: Ville des arches (membre fondateur), Carrière",
        ),
        (
            "en",
            "Who works with whom",
            "Ville des arches (Local authority, founding member)",
            "A bridge: Ville des arches (founding member), Carrière",
        ),
    ],
)
def test_home_draws_and_tells_who_works_with_whom(client, language, title, link, row):
    founder = factories.OrganisationFactory(
        name="Ville des arches", kind="local-authority", founding=True
    )
    project = factories.ProjectFactory(title_fr="Un pont", title_en="A bridge", organisation=None)
    for partner in (founder, factories.OrganisationFactory(name="Carrière", short_name="CAR")):
        project.partners.create(organisation=partner, agreed_at=timezone.now())

    text = main(client.get(address("home", language=language)))

    drawings = re.findall(r'<svg class="arcade arcade-(\w+)(.*?)</svg>', text, re.S)
    assert [name for name, _drawing in drawings] == ["narrow", "medium", "wide"]
    for name, drawing in drawings:
        assert f'role="group" aria-labelledby="arcade-{name}"' in drawing
        assert f'<title id="arcade-{name}">{title}</title>' in drawing
        assert drawing.count("<a ") == 3
        assert f"<title>{link}</title>" in drawing
        assert drawing.count('class="point founder"') == 1
    table = text[text.index("<table") : text.index("</table>")]
    head, cell = re.search(
        r"<tr><th scope=\"row\">(.*?)</th><td[^>]*>(.*?)</td></tr>", table
    ).groups()
    assert re.sub(r"<[^>]*>", "", f"{head}: {cell}") == row
    assert table.count("<a ") == 3


def test_home_fits_its_budget_with_the_largest_figure(client):
    organisations = [
        factories.OrganisationFactory(name=f"Laboratoire des arches et des aqueducs {number}")
        for number in range(40)
    ]
    for start in (0, 13, 26):
        together(f"Project {start}", *organisations[start : start + 14])

    page = client.get(address("home")).content

    outside = re.sub(r"<svg.*?</svg>", "", page.decode(), flags=re.S)
    assert page.decode().count("<circle") == 3 * 40
    assert len(re.findall(r"<[a-z]", outside)) <= 350
    assert len(gzip.compress(page, 6)) <= 12_000


def test_home_shows_no_figure_without_a_source(client, source):
    past_event(attendance=250, title_en="Without source")

    assert "Key figures" not in headings(client.get(address("home")))


def test_home_marks_the_language_of_a_figure_that_has_no_other(client):
    project = factories.ProjectFactory(title_fr="Pont", title_en="A bridge")
    project.figures.create(
        value_fr="1 milliard", label_fr="Pierres", date="2025", source_fr="Rapport annuel"
    )
    event = past_event(factories.SourceFactory(title_fr="Un article", title_en=""), attendance=2)
    event.title_fr, event.title_en = "Lancement", ""
    event.save()

    english = main(client.get(address("home")))
    french = main(client.get(address("home", language="fr")))

    for words in (
        '<b><span lang="fr">1 milliard</span></b>',
        '<span lang="fr">Pierres</span> – A bridge',
        '<span lang="fr">Rapport annuel</span></p>',
        'Participants – <span lang="fr">Lancement</span>',
        '<span lang="fr">Un article</span></p>',
    ):
        assert words in english
        assert (
            words.replace('<span lang="fr">', "").replace("</span>", "").replace("A bridge", "Pont")
            in french
        )


@pytest.mark.parametrize(
    ("qualifier", "words"),
    [("more-than", "<b>1,250+</b>"), ("about", "<b>about 1,250</b>"), ("exact", "<b>1,250</b>")],
)
def test_home_says_how_many_came(client, source, qualifier, words):
    past_event(source, attendance=1250, attendance_qualifier=qualifier, title_en="Launch")

    text = main(client.get(address("home")))

    assert words in text
    assert "Participants – Launch" in text
    assert "February 2025" in text
    assert "An article" in text


def test_home_shows_the_latest_figure_of_each(client, source):
    project = factories.ProjectFactory(title_en="Old")
    for date, value in (("2024-01-04", "1,100"), ("2023", "older")):
        ProjectFigure.objects.create(
            project=project, value_en=value, label_en="Names", date=date, source="Book"
        )
    past_event(source, attendance=250, title_en="Launch")

    values = [figure["value"] for figure in client.get(address("home")).context["figures"]]

    assert values == ["250", "1,100"]


def test_home_shows_nothing_that_is_not_public(client, source, organisation, elsewhere, dana, fay):
    secret = "zqsecretzq"
    plant(together("Bridge", organisation, elsewhere), secret, moderator=dana, administrator=fay)
    together(secret, organisation, elsewhere, withdrawn=True)
    past_event(source, attendance=250, title_en=secret, title_fr=secret, withdrawn=True)
    factories.EventFactory(title_en=secret, withdrawn=True)
    gone = factories.ProjectFactory(title_en=secret, withdrawn=True)
    ProjectFigure.objects.create(
        project=gone, value_en=secret, label_en=secret, date="2025", source=secret
    )
    theme = factories.ThemeFactory(code=secret, name_en=secret)
    factories.OrganisationFactory(name=secret, withdrawn=True, founding=True, themes=[theme])

    text = client.get(address("home")).content.decode()

    assert secret not in text
    assert "Bridge: 2 partners" in text


@pytest.mark.parametrize("rows", [1, 3, 10])
def test_home_costs_the_same_whatever_it_shows(client, source, django_assert_num_queries, rows):
    theme = factories.ThemeFactory()
    for _each in range(rows):
        founder = factories.OrganisationFactory(founding=True, themes=[theme])
        factories.EventFactory(organisation=founder)
        past_event(source, organisation=founder, attendance=10)
        project = factories.ProjectFactory(organisation=founder)
        ProjectPartner.objects.create(
            project=project,
            organisation=factories.OrganisationFactory(),
            agreed_at=timezone.now(),
        )
        ProjectFigure.objects.create(
            project=project, value_en="1", label_en="x", date="2025", source="y"
        )

    with django_assert_num_queries(HOME_QUERIES):
        client.get(address("home"))


def test_home_describes_site_and_association_to_machines(client):
    text = client.get(address("home")).content.decode()

    script = re.search(r'<script type="application/ld\+json">(.*?)</script>', text)
    graph = {item["@type"]: item for item in json.loads(script[1])["@graph"]}
    target = graph["WebSite"]["potentialAction"]["target"]["urlTemplate"]
    assert target == f"http://testserver{address('search')}?q={{search_term_string}}"
    assert graph["NGO"]["url"] == "http://testserver/en/"
    assert '<link rel="alternate" hreflang="x-default" href="http://testserver/">' in text


# --- Search ---------------------------------------------------------------------------------------


@pytest.fixture
def bridges(organisation):
    """One thing of each kind that "bridge" finds."""
    person = Person.objects.create(name="Bridget", role_en="Builder", organisation=organisation)
    search.index(person)
    return {
        "organisation": factories.OrganisationFactory(name="Bridge builders"),
        "project": factories.ProjectFactory(title_en="A bridge", organisation=organisation),
        "event": factories.EventFactory(title_en="Bridge day", organisation=organisation),
        "person": person,
    }


def looked_for(client, query, **more):
    return client.get(address("search"), {"q": query} | more, follow=True)


def hits(response) -> set[str]:
    return {hit["code"] for hit in response.context["hits"]}


def test_search_finds_every_kind_and_counts_each(client, bridges):
    response = looked_for(client, "bridg")

    assert hits(response) == set(bridges)
    assert [view["label"] for view in response.context["views"]] == [
        "Everything (4)",
        "Organisations (1)",
        "Projects (1)",
        "Events (1)",
        "People (1)",
    ]
    assert "4 results for “bridg”" in main(response)
    for obj in ("organisation", "project", "event"):
        assert bridges[obj].get_absolute_url() in main(response)
    assert "Bridget" in main(response)
    assert is_noindex(response)


def test_search_finds_somebody_without_an_organisation(client):
    search.index(Person.objects.create(name="Bridget", role_en="Builder"))

    text = main(looked_for(client, "bridget"))

    assert '<h3 class="row-title"><mark>Bridget</mark></h3>' in text
    assert '<p class="meta">Builder</p>' in text


@pytest.mark.parametrize("kind", ["organisation", "project", "event", "person"])
def test_search_shows_one_kind(client, bridges, kind):
    response = looked_for(client, "bridg", kind=kind)

    assert hits(response) == {kind}
    assert response.context["total"] == 4
    assert sum(view["current"] for view in response.context["views"]) == 1


def test_search_knows_accents_and_both_languages(client):
    factories.OrganisationFactory(name="Nom", summary_fr="Des données de santé", summary_en="Care")

    for query in ("sante", "SANTÉ", "donnee", "care"):
        assert hits(looked_for(client, query)) == {"organisation"}, query


def test_search_without_words_only_offers_the_field(client, bridges):
    for query in ("", "   "):
        response = looked_for(client, query)

        assert response.status_code == 200
        assert "hits" not in response.context
        assert 'name="q"' in main(response)


def test_search_drops_what_says_nothing_in_one_redirect(client):
    response = client.get(address("search") + "?q=bridge&kind=&page=1&utm_source=x")

    assert (response.status_code, response["Location"]) == (302, address("search") + "?q=bridge")


def test_search_marks_what_it_found_and_keeps_the_kind(client, bridges):
    text = main(looked_for(client, "bridges", kind="organisation"))

    assert "<mark>" in text.split('<ol class="rows">')[1]
    assert '<input type="hidden" name="kind" value="organisation">' in text
    assert f'href="{address("members:organisation-list")}?q=bridges"' in text


def test_search_never_prints_markup_of_what_it_marks(client):
    factories.OrganisationFactory(
        name="<b>Bridge</b>", summary_en="<script>alert(1)</script> bridge & <i>tunnel</i>"
    )

    text = main(looked_for(client, "bridge script"))

    assert "&lt;b&gt;<mark>Bridge</mark>&lt;/b&gt;" in text
    assert "&lt;<mark>script</mark>&gt;alert(1)" in text
    assert not re.search(r"<(b|i|script)>", text)


def test_search_offers_what_was_meant(client):
    factories.OrganisationFactory(name="Aqueduc des Arceaux")

    misspelled = looked_for(client, "aqeduc arcaux")
    meant = looked_for(client, "Aqueduc Arceaux")

    link = f'Did you mean <a href="{address("search")}?q=Aqueduc+Arceaux">Aqueduc Arceaux</a>?'
    assert link in main(misspelled)
    assert hits(meant) == {"organisation"}
    assert "Did you mean" not in main(meant)


def test_search_offers_nothing_that_finds_nothing(client, organisation):
    gone = factories.OrganisationFactory(name="zqsecretzq")
    # The words are still known, as they would be for a moment if forgetting them were late.
    Organisation.objects.filter(pk=gone.pk).update(status="withdrawn", withdrawn_at=timezone.now())

    response = looked_for(client, "zqsecretz")

    assert response.context["meant"] == ""
    assert "zqsecretzq" not in response.content.decode()


def test_search_that_finds_nothing_says_where_to_go(client, bridges):
    response = looked_for(client, "zzzz")

    assert response.status_code == 200
    assert "Nothing matches “zzzz”" in main(response)
    for name in ("members:organisation-list", "events:project-list", "events:event-list"):
        assert address(name) in main(response)


@pytest.mark.threat("T22", "length")
@pytest.mark.parametrize("query", ["a" * (LONGEST_QUERY + 1), "a\x07b"])
def test_search_refuses_what_nobody_types_and_keeps_it(client, query):
    response = looked_for(client, query)

    assert response.status_code == 400
    assert main(response).count('class="error"') == 1
    assert "There is a problem" in main(response)
    assert f'value="{query}"' in main(response)
    assert response.content.decode().split("<title>")[1].startswith("Error: Search")


def test_search_refuses_a_nul(client):
    assert client.get(address("search") + "?q=a%00").status_code == 400


def test_search_takes_the_longest_query(client):
    assert looked_for(client, "a" * LONGEST_QUERY).status_code == 200
    assert looked_for(client, " ".join(["mot"] * 50)).status_code == 200


@pytest.mark.threat("T22", "any text")
@pytest.mark.parametrize(
    "query",
    [
        "-",
        "a-b",
        '"',
        "'; DROP TABLE",
        "c++",
        "* OR *",
        "NEAR(a b)",
        "<b>",
        "é",
        "😀",
        "\u202e",
        "%",
        "a:b",
    ],
)
def test_search_answers_any_text(client, bridges, query):
    response = looked_for(client, query)

    assert response.status_code == 200
    assert "<b>" not in main(response)


def test_search_names_a_kind_that_does_not_exist(client, bridges):
    response = looked_for(client, "bridg", kind="circus")

    assert hits(response) == set(bridges)
    assert "“circus” is not one of the choices." in main(response)


@pytest.mark.parametrize("kind", ["", "organisation"])
def test_search_has_pages(client, kind):
    factories.OrganisationFactory.create_batch(25, summary_en="bridge")

    first, second = (looked_for(client, "bridge", kind=kind, page=n) for n in (1, 2))

    shown = [hit["object"].pk for page in (first, second) for hit in page.context["hits"]]
    assert (len(first.context["hits"]), len(set(shown))) == (20, 25)
    assert "(page 2 of 2)" in second.content.decode()
    for page in ("3", "0", "-1", "x", "9" * 400):
        assert looked_for(client, "bridge", kind=kind, page=page).status_code == 404


def test_search_counts_no_further_than_anybody_looks(client, monkeypatch):
    monkeypatch.setattr(counting, "MOST", 2)
    monkeypatch.setattr(matches, "MOST", 2)
    for name in ("Alpha", "Beta", "Gamma", "Bridge", "Delta"):
        factories.OrganisationFactory(name=name, summary_fr="Un bridge.", summary_en="A bridge.")

    french = client.get(address("search", language="fr"), {"q": "bridge"})
    english = looked_for(client, "bridge", kind="organisation")

    assert "Plus de 2 résultats pour « bridge »" in main(french).replace("\xa0", " ")
    assert "Organisations (more than 2)" in main(english)
    # The best title comes first, however late it is looked at.
    assert str(french.context["hits"][0]["object"]) == "Bridge"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "Seuls les 40 premiers résultats sont affichés ici."),
        ("en", "Only the first 40 results are listed here."),
    ],
)
def test_search_has_as_many_pages_as_it_ranks(client, monkeypatch, language, said):
    monkeypatch.setattr(counting, "MOST", 45)
    monkeypatch.setattr(matches, "MOST", 45)
    monkeypatch.setattr(matches, "MOST_RANKED", 40)
    for _each in range(50):
        factories.OrganisationFactory(name="Bridge")

    first, last, beyond = (
        client.get(
            address("search", language=language), {"q": "bridge", "kind": "organisation"} | page
        )
        for page in ({}, {"page": 2}, {"page": 3})
    )

    shown = {hit["object"].pk for page in (first, last) for hit in page.context["hits"]}
    assert len(shown) == 40
    assert [said in main(page) for page in (first, last)] == [False, True]
    assert beyond.status_code == 404


@pytest.mark.threat("T6", "search")
def test_search_finds_nothing_that_is_not_public(client, organisation):
    person = Person.objects.create(
        name="Person zqsecretzq", organisation=factories.OrganisationFactory()
    )
    search.index(person)
    gone = [
        factories.OrganisationFactory(name="zqsecretzq"),
        factories.EventFactory(title_en="zqsecretzq"),
        factories.ProjectFactory(title_en="zqsecretzq"),
        person.organisation,
    ]
    # The index still has them, as it would for a moment if writing it were late.
    for obj in gone:
        type(obj)._default_manager.filter(pk=obj.pk).update(
            status="withdrawn", withdrawn_at=timezone.now()
        )

    response = looked_for(client, "zqsecretzq")

    assert response.context["total"] == 0


@pytest.mark.parametrize("rows", [1, 3, 6])
def test_search_costs_the_same_whatever_it_finds(
    client, organisation, django_assert_num_queries, rows
):
    for _each in range(rows):
        factories.OrganisationFactory(name="Bridge")
        factories.ProjectFactory(title_en="Bridge", organisation=organisation)
        factories.EventFactory(title_en="Bridge", organisation=organisation)

    with django_assert_num_queries(SEARCH_QUERIES):
        looked_for(client, "bridge")


# --- Texts of the site ----------------------------------------------------------------------------

TEXTS = {
    "association": "page-association",
    "join": "page-join",
    "contact": "page-contact",
    "accessibility": "page-accessibility",
    "legal-notice": "page-legal",
    "privacy": "page-privacy",
    "terms": "page-terms",
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(("code", "name"), TEXTS.items())
def test_every_text_exists_from_the_first_day_in_both_languages(client, code, name, language):
    page = Page.objects.get(code=code)

    response = client.get(address(name, language=language))

    title, body = getattr(page, f"title_{language}"), getattr(page, f"body_{language}")
    assert response.status_code == 200
    assert f"<h1>{title}</h1>" in main(response)
    assert body.split()[0].strip("#") in main(response)
    assert page.get_absolute_url() == address(name, language=translation.get_language())
    links = re.findall(r"\]\((/[^)]*)\)", body)
    assert [client.get(link).status_code in (200, 302) for link in links] == [True] * len(links)


def test_text_in_one_language_says_so(client):
    Page.objects.filter(code="terms").update(title_en=None, body_en="")

    response = client.get(address("page-terms"))

    assert "Only available in French" in main(response)
    french = address("page-terms", language="fr")
    assert f'<link rel="canonical" href="http://testserver{french}">' in response.content.decode()


@pytest.mark.threat("T16", "texts")
def test_text_is_safe(client):
    Page.objects.filter(code="terms").update(body_en="<script>x</script>[a](javascript:x)")

    text = main(client.get(address("page-terms")))

    assert "<script" not in text
    assert "javascript:" not in re.sub(r">[^<]*<", "><", text)


def test_text_that_staff_deleted_is_not_found(client):
    Page.objects.filter(code="terms").delete()

    assert client.get(address("page-terms")).status_code == 404


def test_accessibility_has_the_address_that_the_law_asks_for(client):
    response = client.get("/accessibilite")

    assert response["Location"] == address("page-accessibility", language="fr")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_accessibility_statement_says_what_the_law_asks_for(client, language):
    text = main(client.get(address("page-accessibility", language=language)))

    status = {"fr": "<strong>non conforme</strong>", "en": "<strong>not compliant</strong>"}
    day = {"fr": "25 novembre 2026", "en": "25 November 2026"}
    assert status[language] in text
    assert day[language] in text
    assert f'href="{address("page-contact", language=language)}"' in text
    assert "https://formulaire.defenseurdesdroits.fr/" in text
    assert "axe-core" in text


@pytest.mark.parametrize("template", ["400.html", "403.html", "404.html", "500.html", "503.html"])
def test_every_footer_leads_to_the_accessibility_statement(rf, template):
    html = render_to_string(template, request=rf.get("/fr/"))

    assert "/accessib" in html.partition("<footer")[2]


def test_site_map_leads_everywhere(client):
    commune = factories.CommuneFactory(code="lattes")
    factories.OrganisationFactory(themes=[factories.ThemeFactory(code="sante")], commune=commune)

    links = set(re.findall(r'href="([^"]+)"', main(client.get(address("sitemap-page")))))

    directory = address("members:organisation-list")
    assert {f"{directory}?theme=sante", f"{directory}?city=lattes"} <= links
    answers = {link: client.get(link).status_code for link in links}
    assert {link for link, status in answers.items() if status not in (200, 302)} == set()


# --- What machines look for -----------------------------------------------------------------------


def test_robots_are_kept_out_of_what_is_not_for_them(client, settings):
    settings.BASE_URL = "https://portal.example"

    response = client.get("/robots.txt")

    lines = response.content.decode().splitlines()
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert lines[0] == "User-agent: *"
    assert f"Disallow: {address('members:workspace', language='fr')}" in lines
    assert f"Disallow: {address('admin:index')}" in lines
    assert lines[-1] == "Sitemap: https://portal.example/sitemap.xml"


def test_robots_are_kept_out_of_the_demo(client, settings):
    settings.DEMO = True

    assert client.get("/robots.txt").content == b"User-agent: *\nDisallow: /\n"


@pytest.mark.parametrize("contact", ["", "mailto:security@portal.example"])
def test_security_txt_says_whom_to_tell(client, settings, contact):
    settings.BASE_URL = "https://portal.example"
    settings.SECURITY_CONTACT = contact

    response = client.get("/.well-known/security.txt")

    fields = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    page = "https://portal.example" + address("page-contact", language="fr")
    assert fields["Contact"] == (contact or page)
    assert fields["Canonical"] == "https://portal.example/.well-known/security.txt"
    until = datetime.datetime.fromisoformat(fields["Expires"])
    assert timezone.now() < until < timezone.now() + datetime.timedelta(days=365)


def test_password_managers_find_the_page(client):
    response = client.get("/.well-known/change-password")

    assert response["Location"] == address("account_change_password", language="fr")


# --- When something goes wrong --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("members:organisation-list", "members:organisation-list"),
        ("events:project-list", "events:project-list"),
        ("events:event-list", "events:event-list"),
        ("home", "members:organisation-list"),
    ],
)
def test_unknown_address_names_the_nearest_list(client, name, first):
    response = client.get(address(name) + "no/such/page/")

    text = main(response)
    assert response.status_code == 404
    assert "Page not found" in text
    assert is_noindex(response)
    lists = text[text.index("<ul") :]
    assert re.search(r'href="([^"]+)"', lists)[1] == address(first)


def test_unknown_address_answers_in_the_language_of_its_path(client):
    for language in ("fr", "en"):
        response = client.get(f"/{language}/nowhere/", headers={"accept-language": "en"})
        assert f'<html lang="{language}">' in response.content.decode()


def test_demo_shows_the_sites_own_page_where_debug_lists_addresses(settings):
    settings.DEBUG = settings.DEMO = True

    for url in ("/en/nowhere/", address("members:organisation-detail", "nobody")):
        response = Client().get(url)

        assert response.status_code == 404
        assert b"Page not found" in response.content
        assert b"DEBUG" not in response.content


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("/api/v1/nothing/", {"fr": "Il n’y a rien ici.", "en": "There is nothing here."}),
        (
            "/api/v1/events/?q=%00",
            {"fr": "Cette demande ne peut pas être lue.", "en": "This request cannot be read."},
        ),
    ],
)
def test_api_says_errors_in_the_language_asked_for(client, url, said):
    for language in ("fr", "en", "fr"):
        answer = client.get(url, headers={"accept-language": language})
        assert [each["detail"] for each in answer.json()["errors"]] == [said[language]]


@pytest.mark.parametrize(
    ("url", "status"), [("/api/v1/nothing/", 404), ("/api/v1/events/?q=%00", 400)]
)
def test_api_answers_errors_in_json(client, url, status):
    response = client.get(url)

    assert response.status_code == status
    assert response["Content-Type"] == "application/json"
    assert set(response.json()) == {"type", "errors"}


@pytest.mark.threat("T30", "errors")
def test_fault_of_ours_needs_no_database_and_tells_nothing(client, monkeypatch):
    def fail(*args: object) -> None:
        raise RuntimeError("zqsecretzq")

    client.raise_request_exception = False
    monkeypatch.setattr("portal.views.figures", fail)

    response = client.get(address("home"))

    assert response.status_code == 500
    assert b"Something went wrong" in response.content
    assert b"zqsecretzq" not in response.content


PAGES = ["home", "search", "sitemap-page", "members:organisation-list", *TEXTS.values()]


@pytest.mark.threat("T13", "referrer")
@pytest.mark.parametrize("name", PAGES)
def test_pages_are_only_read_and_sent_with_care(client, name):
    url = address(name)

    response = client.get(url)

    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert not response.cookies
    assert client.post(url).status_code == 405
    # Nothing is fetched from anywhere else (T26).
    fetched = re.findall(
        r'<(?:img|script|link|iframe)[^>]*(?:src|href)="(https?://[^"]+)"',
        response.content.decode(),
    )
    assert [url for url in fetched if not url.startswith("http://testserver")] == []


@pytest.mark.threat("T15", "pages")
def test_links_do_not_follow_what_a_request_says_of_where_we_are(client):
    html = client.get("/fr/", SCRIPT_NAME="//evil.example").content.decode()

    assert "evil.example" not in html
    assert '<a class="wordmark" href="/fr/"' in html


@pytest.mark.threat("T15", "pages")
@pytest.mark.parametrize("name", PAGES)
def test_addresses_do_not_come_from_the_host_header(client, settings, name):
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    settings.BASE_URL = "https://portal.example"

    response = client.get(address(name), headers={"host": "other.example"})

    assert b"other.example" not in response.content


@pytest.mark.threat("T15", "hosts")
@pytest.mark.parametrize("path", ["/", "/fr/", "/fr/connexion/", "/api/v1/events/", "/robots.txt"])
@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "portal.example.evil.example",
        "evil.example:443",
        "portal.example@evil.example",
        "http://portal.example/",
        "portal.example/fr",
        "127.0.0.1",
        "",
    ],
)
def test_a_host_that_is_not_ours_is_refused(client, settings, host, path):
    settings.DEBUG, settings.SECURE_SSL_REDIRECT = False, True
    settings.ALLOWED_HOSTS = ["portal.example"]

    answers = [client.get(path, headers={"host": host}, secure=secure) for secure in (False, True)]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert client.get(path, headers={"host": "portal.example"}, secure=True).status_code < 400


@pytest.mark.threat("T30", "files")
@pytest.mark.parametrize(
    "path",
    [
        "/.git/config",
        "/.git/HEAD",
        "/.env",
        "/.data/portal.sqlite3",
        "/portal.sqlite3",
        "/media/",
        "/media/../held/1/x.webp",
        "/media/%2e%2e/portal.sqlite3",
        "/static/",
        "/static/portal/",
        "/static/../manage.py",
        "/static/%2e%2e/%2e%2e/pyproject.toml",
        "/static/portal/..%2f..%2fsettings.py",
        "/constraints.txt",
        "/portal/settings.py",
        "/server-status",
        "/demo/mail/",
    ],
)
def test_nothing_of_the_machine_is_served(client, path):
    assert client.get(path).status_code == 404


@pytest.mark.threat("T30", "headers", "errors")
@pytest.mark.parametrize(
    ("path", "status"),
    [("/fr/", 200), ("/fr/nowhere/", 404), ("/fr/rechercher/?q=%00", 400), ("/api/v1/x/", 404)],
)
def test_no_answer_tells_what_the_portal_runs_on(client, settings, path, status):
    response = client.get(path)

    told = "\n".join(f"{name}: {value}" for name, value in response.items())
    told += response.content.decode()
    assert response.status_code == status
    assert not {"Server", "X-Powered-By", "X-AspNet-Version"} & set(response.headers)
    for word in ("Django", "Python", "gunicorn", "Traceback", str(settings.BASE_DIR)):
        assert word.lower() not in told.lower(), word
