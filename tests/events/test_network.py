"""The ecosystem: who works with whom, drawn, listed and to take away."""

import csv
import io
import itertools
import json
import re
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.utils import timezone

from events import ecosystem, figures
from events.network import Network, ties
from members.models import College, Membership, Organisation
from portal.drawing.storeys import MOST_ARCADES, MOST_POINTS
from portal.lifecycle import agreements, review
from tests import factories
from tests.events.networks import event, organisations, project
from tests.events.pages import address, body, chips, elements, links, notices, rows

pytestmark = pytest.mark.django_db

GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"
FILES = ("ecosystem-table", "ecosystem-data", "ecosystem-graph")
# Facets and counts, the page of the list, the network, the colours of projects, and what the directory
# has besides.
QUERIES, FILTERED_QUERIES, FILE_QUERIES = 11, 14, 6
MOST_ELEMENTS = 350


@pytest.fixture
def shared():
    """A university, a hospital and a startup that share a project and an event; others that do not."""
    make = factories.OrganisationFactory
    university = make(name="Université", short_name="UM", kind="university", founding=True)
    hospital = make(name="Hôpital", kind="hospital")
    startup = make(name="Startup", kind="startup")
    health = factories.ThemeFactory(code="sante", name_en="Health")
    climate = factories.ThemeFactory(code="climat", name_en="Climate")
    make(name="Alone")
    return {
        "care": project("Care", university, hospital, themes=[health]),
        "ice": project("Ice", university, startup, hospital, themes=[climate]),
        "fair": event("Fair", hospital, university, themes=[health]),
        "lonely": project("Lonely", startup, themes=[health]),
        "university": university,
        "hospital": hospital,
        "startup": startup,
    }


def network(**filters):
    chosen = Organisation.objects.published().filter(**filters)
    return Network(ties(organisations=chosen)).read()


def pairs(found):
    return [
        (edge.source.name, edge.target.name, [str(each.of) for each in edge.shared])
        for edge in found.edges
    ]


def words(html):
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def drawing(response, name="wide"):
    """What a drawing links to: the address and the name of each link."""
    text = body(response)
    if "storeys-wide" not in text:
        return []
    svg = re.search(rf'<svg class="storeys storeys-{name}".*?</svg>', text, re.S)[0]
    return re.findall(r'<a [^>]*href="([^"]*)"[^>]*><title>(.*?)</title>', svg)


def table(response):
    """The table under the drawing, row by row."""
    found = re.search(r"<tbody>(.*?)</tbody>", body(response), re.S)[1]
    return [
        [words(cell) for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.S)]
        for row in found.split("</tr>")
        if row.strip()
    ]


def partners(response):
    """The list: each organisation with what is said of its partners."""
    found = re.findall(r'<h4 class="row-title">(.*?)</h4>\s*<p>(.*?)</p>', body(response), re.S)
    return {words(name): words(said).replace(" ,", ",") for name, said in found}


# --- The network ----------------------------------------------------------------------------------


def test_organisations_are_tied_by_what_they_share(shared):
    assert pairs(network()) == [
        ("Hôpital", "Startup", ["Ice"]),
        ("Hôpital", "Université", ["Ice", "Care", "Fair"]),
        ("Startup", "Université", ["Ice"]),
    ]


def test_the_chosen_bring_in_those_they_work_with_and_nobody_else(shared):
    other = project("Other", *organisations(2))

    found = network(kind="startup")

    assert [str(each.of) for each in found.shared] == ["Ice"]
    assert [str(each) for each in found.organisations.values()] == [
        "Hôpital",
        "Startup",
        "Université",
    ]
    assert other not in [each.of for each in found.shared]


def test_partners_are_those_with_whom_most_is_shared_first(shared):
    found = network()

    assert [
        (str(each.organisation), each.projects, each.events)
        for each in found.partners(shared["university"])
    ] == [("Hôpital", 2, 1), ("Startup", 1, 0)]


def test_only_who_agreed_and_is_public_is_tied(shared, dana, fay, hospital_row):
    secret = factories.OrganisationFactory(name="zqsecretzq")
    asked = shared["care"].partners.create(organisation=secret, asked_at=timezone.now())
    assert "zqsecretzq" not in str(pairs(network()))

    agreements.record(asked, source="Un article", by=fay)
    assert ("Hôpital", "zqsecretzq", ["Care"]) in pairs(network())

    review.withdraw(secret, by=dana, message="Partie")
    assert "zqsecretzq" not in str(pairs(network()))

    hospital_row.declined_at, hospital_row.agreed_at = timezone.now(), None
    hospital_row.save()
    assert pairs(network())[1][2] == ["Ice", "Fair"]


@pytest.fixture
def hospital_row(shared):
    return shared["care"].partners.get(organisation=shared["hospital"])


def test_what_is_withdrawn_or_cancelled_ties_nobody(shared, dana):
    review.withdraw(shared["ice"], by=dana, message="Fini")
    shared["fair"].outcome = "cancelled"
    shared["fair"].save()

    assert pairs(network()) == [("Hôpital", "Université", ["Care"])]


def test_founding_members_are_those_of_today(shared):
    former = factories.OrganisationFactory(name="Former")
    college = College.objects.get(code="founding")
    Membership.objects.create(
        organisation=former, college=college, since="2024-01-01", until="2024-12-31"
    )
    other = College.objects.create(code="other", name_fr="Autre", name_en="Other")
    Membership.objects.create(organisation=shared["startup"], college=other, since="2024-01-01")
    project("Old", former, shared["startup"])

    assert {
        str(each): (each.is_member, each.is_founder) for each in network().organisations.values()
    } == {
        "Former": (False, False),
        "Hôpital": (False, False),
        "Startup": (True, False),
        "Université": (True, True),
    }


# --- The page -------------------------------------------------------------------------------------


def test_page_draws_and_says_who_works_with_whom(client, shared):
    response = client.get(address("ecosystem"))

    assert response.status_code == 200
    for name in ("narrow", "medium", "wide"):
        assert drawing(response, name) == [
            ("/en/projects/ice/", "Ice: 3 partners"),
            ("/en/projects/care/", "Care: 2 partners"),
            ("/en/events/fair/", "Fair: event with 2 organisers"),
            ("/en/directory/startup/", "Startup (Startup)"),
            ("/en/directory/hopital/", "Hôpital (Healthcare institution)"),
            ("/en/directory/universite/", "UM, Université (University, founding member)"),
        ]
    assert table(response) == [
        ["Ice", "Startup, Hôpital, Université (founding member)"],
        ["Care", "Hôpital, Université (founding member)"],
        ["Fair (event)", "Hôpital, Université (founding member)"],
    ]
    assert partners(response) == {
        "Hôpital": "Université (2 projects, 1 event), Startup (1 project)",
        "Startup": "Hôpital (1 project), Université (1 project)",
        "Université": "Hôpital (2 projects, 1 event), Startup (1 project)",
    }
    text = body(response)
    assert text.count('class="point filled"') == 3
    assert text.count('class="dashed"') == 3
    assert "3 organisations work with others" in text
    assert 'href="/en/directory/">1 more organisation in the directory</a>' in text


@pytest.mark.parametrize(
    ("query", "listed", "drawn"),
    [
        ("theme=sante", ["Hôpital", "Université"], ["Care", "Fair"]),
        ("theme=climat", ["Hôpital", "Startup", "Université"], ["Ice"]),
        (
            "theme=sante&theme=climat",
            ["Hôpital", "Startup", "Université"],
            ["Ice", "Care", "Fair"],
        ),
        ("kind=startup", ["Startup"], ["Ice"]),
        ("kind=public", ["Hôpital"], ["Ice", "Care", "Fair"]),
        ("kind=university&kind=startup", ["Startup", "Université"], ["Ice", "Care", "Fair"]),
        ("theme=sante&kind=hospital", ["Hôpital"], ["Care", "Fair"]),
        ("theme=sante&kind=startup", [], []),
    ],
)
def test_filters_choose_organisations_and_what_they_share(client, shared, query, listed, drawn):
    response = client.get(f"{address('ecosystem')}?{query}")

    assert rows(response) == listed
    names = [name.split(":")[0] for _url, name in drawing(response)]
    assert [name for name in names if "(" not in name] == drawn


def test_boxes_count_organisations_under_the_other_filters(client, shared):
    def boxes(query):
        found = re.findall(
            r'value="([\w-]+)"( checked)?>.*?\((\d+)\)</label>',
            body(client.get(f"{address('ecosystem')}{query}")),
        )
        return {code: (int(count), bool(checked)) for code, checked, count in found}

    assert boxes("") == {
        "climat": (3, False),
        "sante": (2, False),
        "startup": (1, False),
        "research-training": (1, False),
        "public": (1, False),
    }
    assert boxes("?theme=sante") == {
        "climat": (3, False),
        "sante": (2, True),
        "startup": (0, False),
        "research-training": (1, False),
        "public": (1, False),
    }


def test_filters_are_said_and_can_be_let_go(client, shared):
    response = client.get(f"{address('ecosystem')}?theme=sante&kind=startup")

    assert chips(response) == ["Theme: Health", "Kind: Startup"]
    assert "No project or event is shared under these filters." in body(response)
    assert 'href="/en/ecosystem/?kind=startup">Without “Theme: Health”</a>' in body(response)


@pytest.mark.parametrize("query", ["theme=nothing", "kind=circus", "city=lattes", "q=ice"])
def test_page_leaves_out_what_it_does_not_understand_and_says_so(client, shared, query):
    response = client.get(f"{address('ecosystem')}?{query}")

    assert rows(response) == ["Hôpital", "Startup", "Université"]
    assert "Part of this address was left out" in notices(response)[0]


def test_page_has_one_plain_address(client, shared):
    response = client.get(f"{address('ecosystem')}?theme=&kind=startup&utm_source=x&page=1")

    assert (response.status_code, response["Location"]) == (302, "/en/ecosystem/?kind=startup")


def test_page_says_its_address_in_both_languages(client, shared):
    response = client.get(f"{address('ecosystem', language='fr')}?theme=sante")

    assert links(response, "canonical") == ["http://testserver/fr/ecosysteme/?theme=sante"]
    assert links(response, "alternate") == [
        "fr http://testserver/fr/ecosysteme/?theme=sante",
        "en http://testserver/en/ecosystem/?theme=sante",
        "x-default http://testserver/fr/ecosysteme/?theme=sante",
    ]
    title = "Écosystème\u00a0: 2\u00a0organisations travaillent avec d’autres"
    assert f"<title>{title} – IA Montpellier Méditerranée</title>" in body(response)


def test_page_without_anything_to_draw_says_so(client):
    factories.ProjectFactory()

    response = client.get(address("ecosystem"))

    assert "No project or event is shared by several organisations yet." in body(response)
    assert "<figure" not in body(response)


def test_text_in_the_other_language_is_marked(client, shared):
    shared["ice"].title_en = ""
    shared["ice"].title_fr = "Glace"
    shared["ice"].save()

    text = body(client.get(address("ecosystem")))

    assert text.count('lang="fr"><title>Glace: 3 partners</title>') == 3
    assert '<span lang="fr">Glace</span>' in text


def test_names_are_text_and_never_markup(client):
    first, second = organisations(2)
    second.name = "<b>Bold</b>"
    second.save()
    project("<script>x</script>", first, second)

    text = body(client.get(address("ecosystem")))

    assert "<b>Bold" not in text
    assert "<script>x" not in text


# --- What has no room -----------------------------------------------------------------------------


def test_forty_points_are_drawn_and_the_rest_is_reachable(client):
    everybody = organisations(MOST_POINTS + 2)
    project("Large", *everybody[:30])
    project("Small", *everybody[30:MOST_POINTS])
    left_out = project("Last", *everybody[-2:])

    response = client.get(address("ecosystem"))

    found = drawing(response)
    assert len(found) == MOST_POINTS + 2
    assert [name for _url, name in found[:2]] == ["Large: 30 partners", "Small: 10 partners"]
    assert left_out.get_absolute_url() not in [url for url, _name in found]
    text = body(response)
    assert "Organisations drawn: 40." in text
    assert '<a href="/en/directory/">2 more organisations in the directory</a>' in text
    assert '<a href="/en/projects/">1 more project</a>' in text
    assert "42 organisations work with others" in text


def test_what_would_bring_in_one_organisation_too_many_is_left_out(client):
    everybody = organisations(MOST_POINTS + 1)
    project("Too large", *everybody)
    project("Fits", *everybody[:2])

    response = client.get(address("ecosystem"))

    assert next(name for _url, name in drawing(response)) == "Fits: 2 partners"
    assert "1 more project" in body(response)


def test_page_stands_where_nothing_can_be_drawn(client):
    project("Too large", *organisations(MOST_POINTS + 1))

    response = client.get(address("ecosystem"))

    assert drawing(response) == []
    assert "<table" not in body(response)
    assert len(partners(response)) == 10


def test_ten_storeys_are_drawn_those_of_most_organisations(client):
    everybody = organisations(3)
    for number in range(MOST_ARCADES):
        project(f"Pair {number}", *everybody[:2])
    project("Three", *everybody)
    event("Fair", *everybody[:2])

    response = client.get(address("ecosystem"), {"kind": "company"})

    names = [name.split(":")[0] for _url, name in drawing(response)]
    # Of equals the latest: the first pair and the event have no room.
    assert names[:MOST_ARCADES] == ["Three", *(f"Pair {number}" for number in range(9, 0, -1))]
    assert "1 more project" in body(response)
    assert "1 more event" in body(response)


def test_list_has_pages_of_ten_and_names_five_partners(client):
    project("Large", *organisations(12))

    first, second = (client.get(address("ecosystem"), {"page": number}) for number in (1, 2))

    assert [len(rows(page)) for page in (client.get(address("ecosystem")), second)] == [10, 2]
    assert first.status_code == 302
    assert partners(second)["Organisation 011"] == (
        ", ".join(f"Organisation {place:03} (1 project)" for place in range(5)) + " and 6 more"
    )
    assert client.get(address("ecosystem"), {"page": 3}).status_code == 404


def analysed():
    """Let the database know what it has, as PostgreSQL does by itself some time after: knowing
    nothing of new tables, it plans badly."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@pytest.fixture
def crowd():
    """More of everything than a page has room for."""
    everybody = organisations(60)
    for place, kind in enumerate(["company", "startup", "university", "hospital", "network"] * 12):
        Organisation.objects.filter(pk=everybody[place].pk).update(kind=kind)
    themes = [factories.ThemeFactory() for _place in range(14)]
    for place in range(20):
        project(f"Project {place}", *everybody[place : place + 20], themes=themes)
        event(f"Event {place}", *everybody[place : place + 20], themes=themes)
    analysed()
    return themes


def test_page_stays_light_whatever_it_lists(client, crowd):
    for query in ("", f"?theme={crowd[0].code}&theme={crowd[1].code}&kind=hospital&page=1"):
        assert elements(client.get(address("ecosystem") + query, follow=True)) <= MOST_ELEMENTS


def test_a_project_is_drawn_in_the_colour_it_has_everywhere(shared):
    figure = ecosystem.Figure(network())

    everywhere = {
        str(each): each.colour for each in figures.coloured([shared["care"], shared["ice"]])
    }
    drawn = {each.name: each.colour for each in figure.arcades if not each.is_dashed}

    assert drawn == everywhere
    assert len(set(drawn.values())) == 2


@pytest.mark.parametrize("number", [1, 3, 100])
def test_network_costs_the_same_however_large(client, django_assert_num_queries, number):
    everybody = organisations(number + 1)
    theme = factories.ThemeFactory(code="sante")
    for pair in itertools.pairwise(everybody):
        project("Shared", *pair, themes=[theme])
        event("Together", *pair, themes=[theme])
    analysed()

    for name, query, queries in (
        ("ecosystem", "", QUERIES),
        ("ecosystem", "?theme=sante&kind=company", FILTERED_QUERIES),
        *((name, "", FILE_QUERIES) for name in FILES),
    ):
        with django_assert_num_queries(queries):
            response = client.get(address(name) + query)

        assert response.status_code == 200


# --- Files ----------------------------------------------------------------------------------------


def read_table(response, delimiter=","):
    text = body(response)
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter))


def test_pairs_can_be_taken_away_as_a_table(client, shared):
    response = client.get(address("ecosystem-table"))

    assert response["Content-Disposition"] == 'attachment; filename="network.csv"'
    head, *lines = read_table(response)
    assert head == [
        "Organisation",
        "Its code",
        "Works with",
        "Its code",
        "Projects they share",
        "Events they share",
        "Titles of the projects",
        "Titles of the events",
    ]
    assert lines == [
        ["Hôpital", "hopital", "Startup", "startup", "1", "0", "Ice", ""],
        ["Hôpital", "hopital", "Université", "universite", "2", "1", "Ice | Care", "Fair"],
        ["Startup", "startup", "Université", "universite", "1", "0", "Ice", ""],
    ]


def test_table_speaks_french_and_runs_no_formula(client):
    project("=1+1", factories.OrganisationFactory(name="+SUM(A1)"), *organisations(1))

    response = client.get(address("ecosystem-table", language="fr"))

    assert 'filename="reseau.csv"' in response["Content-Disposition"]
    assert read_table(response, ";")[1] == [
        *("'+SUM(A1)", "suma1", "Organisation 000", "organisation-000"),
        *("1", "0", "'=1+1", ""),
    ]


def test_network_can_be_taken_away_as_json(client, shared):
    response = client.get(address("ecosystem-data"))

    assert response["Content-Type"] == "application/json"
    found = response.json()
    assert found["description"].keys() == found.keys() - {"description"}
    assert found["date"] == timezone.localdate().isoformat()
    assert found["licence"]["name"].startswith("Licence Ouverte 2.0")
    assert found["nodes"][2] == {
        "id": "universite",
        "name": "Université",
        "kind": "university",
        "member": True,
        "founding_member": True,
        "url": {
            "fr": "http://testserver/fr/annuaire/universite/",
            "en": "http://testserver/en/directory/universite/",
        },
    }
    care, fair = (
        f"{key}-{shared[name].pk}" for key, name in (("project", "care"), ("event", "fair"))
    )
    assert found["shared"][1] == {
        "id": care,
        "type": "project",
        "title": {"fr": "Care", "en": "Care"},
        "url": {
            "fr": "http://testserver/fr/projets/care/",
            "en": "http://testserver/en/projects/care/",
        },
        "organisations": ["hopital", "universite"],
    }
    assert [each["type"] for each in found["shared"]] == ["project", "project", "event"]
    assert found["edges"][1] == {
        "source": "hopital",
        "target": "universite",
        "projects": [f"project-{shared['ice'].pk}", care],
        "events": [fair],
        "weight": 3,
    }
    assert (len(found["edges"]), found["edges_left_out"]) == (3, 0)


def read_graph(response):
    """Attributes, nodes and edges of a GraphML file."""
    root = ElementTree.fromstring(response.content)
    keys = {key.get("id"): key.get("attr.name") for key in root.findall(f"{GRAPHML}key")}
    graph = root.find(f"{GRAPHML}graph")

    def said(element):
        return {keys[each.get("key")]: each.text for each in element.findall(f"{GRAPHML}data")}

    nodes = {each.get("id"): said(each) for each in graph.findall(f"{GRAPHML}node")}
    edges = {
        (each.get("source"), each.get("target")): said(each)
        for each in graph.findall(f"{GRAPHML}edge")
    }
    return nodes, edges


def test_network_can_be_taken_away_as_graphml(client, shared):
    response = client.get(address("ecosystem-graph"))

    assert response["Content-Type"] == "application/graphml+xml"
    nodes, edges = read_graph(response)
    assert list(nodes) == ["hopital", "startup", "universite"]
    assert nodes["universite"] == {
        "label": "Université",
        "kind": "university",
        "member": "true",
        "founding_member": "true",
        "url": "http://testserver/en/directory/universite/",
    }
    assert edges["hopital", "universite"] == {
        "weight": "3",
        "projects": "2",
        "events": "1",
        "titles": "Ice | Care | Fair",
    }
    assert len(edges) == 3


def test_graphml_can_be_read_whatever_people_typed(client):
    project("a\x0bb\x1f<&\ud800>".replace("\ud800", "\ufffe"), *organisations(2))

    _nodes, edges = read_graph(client.get(address("ecosystem-graph")))

    assert [edge["titles"] for edge in edges.values()] == ["ab<&>"]


@pytest.mark.parametrize("name", FILES)
def test_files_know_the_filters_of_the_page(client, shared, name):
    text = body(client.get(address(name), {"theme": "climat", "kind": "startup"}))

    assert "Ice" in text or name == "ecosystem-graph"
    assert not {"Care", "Fair", "Lonely"} & set(re.findall(r"\w+", text))


def test_page_links_to_the_files_with_its_filters(client, shared):
    text = body(client.get(f"{address('ecosystem')}?theme=sante"))

    for name, label in zip(FILES, ("CSV", "JSON", "GraphML"), strict=True):
        assert f'<a href="{address(name)}?theme=sante">{label}</a>' in text


@pytest.mark.parametrize("name", FILES)
def test_files_are_open_and_name_their_licence(client, shared, name):
    response = client.get(address(name))

    assert response["Link"] == (
        '<https://www.etalab.gouv.fr/licence-ouverte-open-licence/>; rel="license"'
    )
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("query", ["theme=nothing", "kind=circus", "page=2", "q=ice"])
def test_files_refuse_what_does_not_exist(client, shared, name, query):
    response = client.get(f"{address(name)}?{query}")

    assert response.status_code == 400
    assert query.split("=")[0] in body(response).lower()


def test_files_hold_the_pairs_that_share_most_and_say_what_they_leave_out(
    client, shared, monkeypatch
):
    monkeypatch.setattr(ecosystem, "MOST_EDGES", 2)

    found = client.get(address("ecosystem-data")).json()

    assert [(each["source"], each["target"]) for each in found["edges"]] == [
        ("hopital", "startup"),
        ("hopital", "universite"),
    ]
    assert found["edges_left_out"] == 1
    assert len(read_table(client.get(address("ecosystem-table")))) == 3


# --- Nothing unreviewed leaks ---------------------------------------------------------------------


def test_no_secret_is_on_the_page_or_in_a_file(client, shared, dana):
    asked, gone = (factories.OrganisationFactory(name=f"zqsecretzq {n}") for n in range(2))
    shared["ice"].partners.create(organisation=asked, asked_at=timezone.now())
    for row in (shared["care"].partners, shared["fair"].organisers):
        row.create(organisation=gone, agreed_at=timezone.now())
    project("zqsecretzq", shared["university"], shared["hospital"], withdrawn=True)
    event("zqsecretzq", shared["university"], shared["hospital"], withdrawn=True)
    review.withdraw(gone, by=dana, message="zqsecretzq")
    theme = factories.ThemeFactory(code="zqsecretzq", name_fr="zqsecretzq", name_en="zqsecretzq")
    project("Hidden theme", shared["startup"], themes=[theme])
    before = {"Hôpital", "Startup", "Université"}

    for language in ("fr", "en"):
        for name in ("ecosystem", *FILES):
            text = body(client.get(address(name, language=language)))
            assert "zqsecretzq" not in text, (name, language)

    found = json.loads(client.get(address("ecosystem-data")).content)
    assert {node["name"] for node in found["nodes"]} == before
    assert len(found["edges"]) == 3
    assert "1 more organisation" not in body(client.get(f"{address('ecosystem')}?kind=startup"))
