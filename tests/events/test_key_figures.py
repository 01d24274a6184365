"""Key figures: what is counted, how it is drawn and said, and what never counts."""

import csv
import datetime
import html
import io
import re

import pytest
from django.utils import timezone
from django.utils.translation import override

from events import key_figures
from events.key_figures import BY_CODE, PARTS, Row
from members.models import College, Membership
from portal import display
from portal.lifecycle import kinds, review
from tests import factories
from tests.events.pages import address, body, data, elements, links, notices

pytestmark = pytest.mark.django_db

# At most one for each figure and each kind of page; nothing else is asked for.
QUERIES = {"": 3, "projects": 3, "events": 5}
MOST_ELEMENTS = 350
EMPTY = "No data yet: the figure shows as soon as something that it counts is published."


def counted(code):
    """The rows of a figure, in French."""
    with override("fr"):
        return BY_CODE[code].rows()


def rows(code):
    return [(row.name, row.number) for row in counted(code)]


def tables(response):
    """What the tables of a page say, by their caption."""
    found = {}
    for caption, lines in re.findall(
        r"<caption>(.*?)</caption>.*?<tbody>(.*?)</tbody>", body(response), re.S
    ):
        found[caption] = re.findall(
            r'<tr><th scope="row">(.*?)</th><td class="amount">(.*?)</td></tr>', lines
        )
    return found


def drawings(response):
    """What the drawings of a page say, by their title."""
    found = {}
    for title, bars in re.findall(
        r'<svg class="chart.*?<title [^>]*>(.*?)</title>(.*?)</svg>', body(response), re.S
    ):
        found[title] = [
            (" ".join(re.findall(r"<tspan [^>]*>(.*?)</tspan>", name)), value)
            for name, value in re.findall(
                r'<text>(.*?)</text>.*?<text class="value"[^>]*>(.*?)</text>', bars, re.S
            )
        ]
    return found


def page(client, part="", language="en"):
    return client.get(address("key-figures", language=language), {"view": part} if part else {})


@pytest.fixture
def colleges():
    return [
        College.objects.create(code=code, name_fr=name, name_en=name)
        for code, name in (("research", "Research college"), ("companies", "Companies college"))
    ]


def join(organisation, college, since="2025-01-01", until=None):
    return Membership.objects.create(
        organisation=organisation, college=college, since=since, until=until
    )


# --- Organisations and members --------------------------------------------------------------------


def test_organisations_count_by_kind_and_members_by_kind_and_college(colleges):
    research, companies = colleges
    make = factories.OrganisationFactory
    for kind in ("startup", "startup", "laboratory"):
        join(make(kind=kind), companies if kind == "startup" else research)
    for kind in ("startup", "hospital"):
        make(kind=kind)

    assert rows("actors-by-kind") == [
        ("Startup", 3),
        ("Établissement de santé", 1),
        ("Laboratoire", 1),
    ]
    assert rows("members-by-kind") == [("Startup", 2), ("Laboratoire", 1)]
    assert rows("members-by-college") == [("Companies college", 2), ("Research college", 1)]


def test_only_members_of_today_that_are_public_count(colleges):
    college, other = colleges
    make = factories.OrganisationFactory
    today = timezone.localdate()
    day = datetime.timedelta(days=1)
    join(make(kind="school"), college, until=today)
    join(make(kind="startup"), college, until=today - day)
    join(make(kind="hospital"), college, since=today + day)
    join(make(kind="network", withdrawn=True), other)
    twice = make(kind="school")
    join(twice, college, until=today)
    join(twice, college, since=today)

    assert rows("members-by-kind") == [("École", 2)]
    assert rows("members-by-college") == [("Research college", 2)]


# --- Projects and funding -------------------------------------------------------------------------


def fund(project, funder, amount, year=2023, source="Article"):
    project.funding.create(
        funder=funder, amount=amount, year=year, source_fr=source, source_en=source
    )


def test_projects_count_under_each_of_their_themes():
    health, climate = (factories.ThemeFactory(code=code, name_fr=code) for code in ("a", "b"))
    factories.ThemeFactory(code="unused")
    factories.ProjectFactory(themes=[health, climate])
    factories.ProjectFactory(themes=[climate])
    factories.ProjectFactory(themes=[climate, health], withdrawn=True)
    factories.EventFactory(themes=[health])
    factories.OrganisationFactory(themes=[health])

    assert rows("projects-by-theme") == [("b", 2), ("a", 1)]


def test_funding_is_summed_by_funder_and_by_year_with_its_sources():
    first, second = factories.ProjectFactory.create_batch(2)
    fund(first, "Région", 900_000, source="Convention")
    fund(first, "État", 100_000, year=2024, source="Article")
    fund(second, "Région", 50_000, year=None, source="Article")
    fund(second, "Région", 25_000, year=2024, source="Article")
    fund(factories.ProjectFactory(withdrawn=True), "zqsecretzq", 7_000_000)

    assert counted("funding-by-funder") == [
        Row("Région", 975_000, sources=("Convention", "Article")),
        Row("État", 100_000, sources=("Article",)),
    ]
    assert counted("funding-by-year") == [
        Row("2024", 125_000, sources=("Article",)),
        Row("2023", 900_000, sources=("Convention",)),
        Row("Année non précisée", 50_000, sources=("Article",)),
    ]


# --- Events and texts -----------------------------------------------------------------------------


@pytest.fixture
def in_march(monkeypatch):
    """It is the fifth of March 2026."""
    monkeypatch.setattr(key_figures.timezone, "localdate", lambda *args: datetime.date(2026, 3, 5))


def starting(moment, **fields):
    return factories.EventFactory(starts_at=f"{moment}+00:00", **fields)


def test_events_count_in_the_month_in_which_they_begin_where_they_are(in_march):
    starting("2025-03-01T09:00:00")
    starting("2026-03-05T09:00:00")
    # Midnight of April in Paris, and still March in London.
    starting("2026-03-31T22:30:00", timezone="Europe/Paris")
    starting("2026-03-31T22:30:00", timezone="Europe/London")
    starting("2027-02-28T22:00:00")
    for left_out in ("2025-02-28T22:00:00", "2027-03-01T09:00:00"):
        starting(left_out)
    starting("2026-03-05T09:00:00", outcome="cancelled")
    starting("2026-03-05T09:00:00", withdrawn=True)
    starting("2026-03-05T09:00:00", period_fr="Au printemps", period_en="")
    factories.EventFactory(starts_at=None, period_en="Some day", period_fr="")

    months = counted("events-by-month")

    assert len(months) == 24
    assert [(row.name, row.number) for row in months if row.number] == [
        ("mars 2025", 1),
        ("mars 2026", 2),
        ("avril 2026", 1),
        ("février 2027", 1),
    ]
    # Months to come are drawn as outlines.
    assert next(row.name for row in months if row.is_open) == "avril 2026"
    assert sum(row.is_open for row in months) == 11


def test_languages_spoken_count_under_each():
    for languages in (["fr"], ["fr", "en"], ["lsf"], []):
        factories.EventFactory(languages=languages)
    factories.EventFactory(languages=["oc"], outcome="cancelled")
    factories.EventFactory(languages=["es"], withdrawn=True)

    assert rows("languages-spoken") == [
        ("Français", 2),
        ("Anglais", 1),
        ("Langue des signes française", 1),
        ("Non précisée", 1),
    ]


def test_texts_count_in_the_languages_that_all_of_them_are_in():
    make = factories.OrganisationFactory
    for fields in (
        {},
        {"description_fr": "Texte"},
        {"summary_en": None},
        {"summary_fr": ""},
        # Each lacks something: as its page says, it is in English only.
        {"summary_fr": "", "description_fr": "Texte"},
        {"summary_fr": "", "summary_en": ""},
        {"summary_fr": "", "withdrawn": True},
    ):
        make(**fields)
    everybody = {each.single_language for each in make._meta.model.objects.published()}
    factories.ProjectFactory(organisation=None)
    factories.EventFactory(organisation=None, title_en=None)

    assert everybody == {"", "fr", "en"}
    assert rows("texts-by-language") == [
        ("Organisations\u00a0: dans les deux langues", 1),
        ("Organisations\u00a0: en français seulement", 2),
        ("Organisations\u00a0: en anglais seulement", 2),
        ("Projets\u00a0: dans les deux langues", 1),
        ("Projets\u00a0: en français seulement", 0),
        ("Projets\u00a0: en anglais seulement", 0),
        ("Événements\u00a0: dans les deux langues", 0),
        ("Événements\u00a0: en français seulement", 1),
        ("Événements\u00a0: en anglais seulement", 0),
    ]


# --- The page -------------------------------------------------------------------------------------


@pytest.fixture
def something(organisation, colleges):
    """One row at least of every figure."""
    join(organisation, colleges[0])
    project = factories.ProjectFactory(
        organisation=organisation, themes=[factories.ThemeFactory(code="a", name_en="Health")]
    )
    fund(project, "Region", 900_000, source="The agreement")
    factories.EventFactory(organisation=organisation, languages=["fr"], starts_at=timezone.now())
    return project


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("part", PARTS)
def test_each_figure_is_drawn_and_has_its_table_rule_date_and_source(
    client, something, part, language
):
    response = page(client, part, language)

    assert response.status_code == 200
    assert drawings(response) == tables(response)
    with override(language):
        assert list(drawings(response)) == [str(each.title) for each in PARTS[part][1]]
        text = html.unescape(body(response))
        for figure in PARTS[part][1]:
            assert f"<p>{figure.rule}</p>" in text
            table = address("key-figures-table", language=language)
            assert f'href="{table}?figure={figure.code}"' in text
        assert text.count(display.long_date(timezone.localdate())) == 3
    assert all(tables(response).values())


def test_page_says_numbers_in_words_and_who_states_them(client, something):
    fund(something, "Region", 1, source="An article")
    fund(something, "State", 2, source="An article")

    response = page(client, "projects")

    assert tables(response)["Funding by funder"] == [
        ("Region", "€900,001"),
        ("State", "€2"),
    ]
    assert body(response).count("Sources, as stated: The agreement; An article.") == 2
    assert body(response).count("Source: the pages of this portal.") == 1


def test_page_has_parts_with_addresses_of_their_own(client, something):
    response = page(client, "events", "fr")

    text = body(response)
    switch = re.search(r'<nav class="switch".*?</nav>', text, re.S)[0]
    assert re.findall(r'href="(.*?)"', switch) == [
        "/fr/chiffres-cles/",
        "/fr/chiffres-cles/?view=projects",
        "/fr/chiffres-cles/?view=events",
    ]
    assert '<a href="/fr/chiffres-cles/?view=events" aria-current="page">' in text
    assert "<title>Chiffres clés\u00a0: Événements et langues – IA Montpellier" in text
    assert links(response, "canonical") == ["http://testserver/fr/chiffres-cles/?view=events"]
    assert links(response, "alternate")[1] == "en http://testserver/en/key-figures/?view=events"


def test_page_names_a_part_that_does_not_exist(client):
    response = page(client, "circus")

    assert "“circus” is not one of the choices." in notices(response)[0]
    assert "Organisations by kind" in body(response)
    assert links(response, "canonical") == []


@pytest.mark.parametrize("part", PARTS)
def test_figure_without_data_says_so_and_keeps_its_rule(client, part):
    response = page(client, part)

    text = html.unescape(body(response))
    assert (text.count(EMPTY), '<svg class="chart' in text) == (3, False)
    with override("en"):
        for figure in PARTS[part][1]:
            assert f"<h3>{figure.title}</h3>" in text
            assert f"<p>{figure.rule}</p>" in text


def test_page_tells_machines_what_data_it_holds(client, something):
    found = data(page(client, "projects"), "Dataset")

    table = f"http://testserver{address('key-figures-table')}"
    assert found["name"] == "Key figures – Projects and funding"
    assert found["license"] == "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"
    assert found["dateModified"] == timezone.localdate().isoformat()
    assert found["description"].startswith("Projects by theme: Every published project counts")
    assert found["distribution"][1] == {
        "@type": "DataDownload",
        "name": "Funding by funder",
        "encodingFormat": "text/csv",
        "contentUrl": f"{table}?figure=funding-by-funder",
    }


@pytest.fixture
def plenty(colleges):
    """More of everything than there is room for."""
    kinds = [code for code, _label in factories.OrganisationFactory._meta.model.Kind.choices]
    for kind in kinds:
        join(factories.OrganisationFactory(kind=kind), colleges[0])
    themes = [factories.ThemeFactory() for _each in range(20)]
    project = factories.ProjectFactory(themes=themes)
    for number in range(20):
        fund(project, f"Funder {number}", 1000 + number, 2000 + number, source=f"Source {number}")
    factories.EventFactory(languages=["fr", "en", "es", "oc", "lsf"])


def test_page_stays_light_and_leaves_the_rest_to_the_table(client, plenty):
    for part in PARTS:
        assert elements(page(client, part)) <= MOST_ELEMENTS, part

    response = page(client, "projects")
    found = tables(response)
    assert [len(lines) for lines in found.values()] == [15, 15, 15]
    assert found["Funding by funder (and 5 more rows in the table to download)"][0] == (
        "Funder 19",
        "€1,019",
    )
    assert "Source 14" not in body(response)
    assert (
        len(read_table(client.get(f"{address('key-figures-table')}?figure=funding-by-funder")))
        == 21
    )


@pytest.mark.parametrize("number", [1, 60])
def test_figures_cost_the_same_whatever_they_count(client, django_assert_num_queries, number):
    college = College.objects.create(code="c", name_fr="C", name_en="C")
    for _each in range(number):
        organisation = factories.OrganisationFactory()
        join(organisation, college)
        fund(factories.ProjectFactory(themes=[factories.ThemeFactory()]), f"Funder {_each}", 10)
        factories.EventFactory(organisation=organisation, languages=["fr"])

    for part, queries in QUERIES.items():
        with django_assert_num_queries(queries):
            page(client, part)
    with django_assert_num_queries(sum(QUERIES.values())):
        body(client.get(address("key-figures-table")))


# --- The table ------------------------------------------------------------------------------------


def read_table(response, delimiter=","):
    return list(csv.reader(io.StringIO(body(response).removeprefix("\ufeff")), delimiter=delimiter))


def test_figure_can_be_taken_away(client, something):
    fund(something, "=1+1", 5)

    response = client.get(f"{address('key-figures-table')}?figure=funding-by-funder")

    today = timezone.localdate().isoformat()
    assert response["Content-Disposition"] == (
        'attachment; filename="key-figures-funding-by-funder.csv"'
    )
    assert response["Link"].endswith('; rel="license"')
    assert read_table(response) == [
        ["Figure", "What", "What is counted", "Number", "Date", "Source"],
        ["Funding by funder", "Region", "Amount (€)", "900000", today, "The agreement"],
        ["Funding by funder", "'=1+1", "Amount (€)", "5", today, "Article"],
    ]


def test_all_figures_can_be_taken_away_at_once(client, something):
    response = client.get(address("key-figures-table", language="fr"))

    head, *lines = read_table(response, ";")
    assert head == ["Chiffre", "Quoi", "Ce qui est compté", "Nombre", "Date", "Source"]
    with override("fr"):
        titles = [str(figure.title) for figure in BY_CODE.values()]
    assert list(dict.fromkeys(line[0] for line in lines)) == titles
    assert lines[0][1:4] == ["Laboratoire", "Organisations", "1"]


def test_table_of_a_figure_that_does_not_exist_is_refused(client):
    response = client.get(f"{address('key-figures-table')}?figure=circus")

    assert (response.status_code, body(response)) == (400, "“circus” is not one of the choices.\n")


# --- Nothing unreviewed leaks ---------------------------------------------------------------------


def test_no_secret_is_counted_or_named(client, something, colleges, alice, dana):
    before = {part: tables(page(client, part)) for part in PARTS}
    hidden = factories.ThemeFactory(code="zqsecretzq", name_fr="zqsecretzq", name_en="zqsecretzq")
    secret = College.objects.create(code="z", name_fr="zqsecretzq", name_en="zqsecretzq")
    gone = factories.OrganisationFactory(kind="foundation", withdrawn=True)
    join(gone, secret)
    join(factories.OrganisationFactory(kind="foundation", withdrawn=True), colleges[1])
    project = factories.ProjectFactory(organisation=gone, themes=[hidden], withdrawn=True)
    fund(project, "zqsecretzq", 7, 1999, source="zqsecretzq")
    factories.EventFactory(
        organisation=gone, languages=["oc"], starts_at=timezone.now(), withdrawn=True
    )
    # An edit of what is public that waits for a decision, and one that is not even sent.
    kind = kinds.of(something)
    line = {"funder": "zqsecretzq", "organisation": None, "amount": 9, "year": 1999}
    line |= {"source_fr": "zqsecretzq", "source_en": ""}
    held = kind.content.read(something) | {
        "themes": [hidden.pk],
        "funding": [line | {"programme_fr": "", "programme_en": ""}],
    }
    review.submit(review.save(kind, held, by=alice, target=something), by=alice)
    new = kinds.named("event")
    values = new.content.blank | {
        "title_fr": "zqsecretzq",
        "kind": "workshop",
        "starts_at": timezone.now().isoformat(),
        "languages": ["lsf"],
    }
    review.save(new, values, by=alice, organisation=something.organisation)

    assert {part: tables(page(client, part)) for part in PARTS} == before
    for language in ("fr", "en"):
        for part in PARTS:
            assert "zqsecretzq" not in body(page(client, part, language))
        table = client.get(address("key-figures-table", language=language))
        assert "zqsecretzq" not in body(table)
