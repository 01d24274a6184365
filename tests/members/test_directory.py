"""The directory and the page of an organisation, as a visitor reads them."""

import datetime
import json
import re

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone, translation

from events.models import EventOrganiser, ProjectPartner
from members.models import (
    Affiliation,
    College,
    Contact,
    Distinction,
    Exchange,
    Membership,
    Organisation,
    OrganisationLink,
    Person,
)
from portal import search
from portal.models import FormerSlug
from tests import factories

pytestmark = pytest.mark.django_db

# What one page of the directory asks the database, however many rows there are.
DIRECTORY_QUERIES = 4
PROFILE_QUERIES = 2


@pytest.fixture(autouse=True)
def _in_english():
    """Whatever language another test left."""
    with translation.override("en"):
        yield


def address(name: str, *args: object, language: str = "en") -> str:
    with translation.override(language):
        return reverse(f"members:{name}", args=args)


def directory(client, **query):
    return client.get(address("organisation-list"), query)


def names(response) -> list[str]:
    return [row.name for row in response.context["page_obj"]]


def facet(response, name: str) -> dict[str, int]:
    found = {group.name: group for group in response.context["facets"]}[name]
    return {option.value: option.count for option in found.options}


def linked_data(response) -> dict:
    script = re.search(
        r'<script type="application/ld\+json">(.*?)</script>', response.content.decode(), re.DOTALL
    )
    return {item["@type"]: item for item in json.loads(script[1])["@graph"]}


def hreflangs(response) -> dict[str, str]:
    pattern = r'<link rel="alternate" hreflang="([\w-]+)" href="([^"]+)">'
    return dict(re.findall(pattern, response.content.decode()))


def canonical(response) -> str | None:
    found = re.search(r'<link rel="canonical" href="([^"]+)">', response.content.decode())
    return found[1] if found else None


def is_noindex(response) -> bool:
    return '<meta name="robots" content="noindex' in response.content.decode()


@pytest.fixture
def health(db):
    return factories.ThemeFactory(code="sante", name_fr="Santé", name_en="Health")


@pytest.fixture
def robots(db):
    return factories.ThemeFactory(code="robotique", name_fr="Robotique", name_en="Robotics")


@pytest.fixture
def territory(health, robots):
    """Four organisations that differ in everything one may filter by."""
    lattes = factories.CommuneFactory(code="lattes", name="Lattes")
    hospital = factories.OrganisationFactory(
        name="Hôpital des arches", kind="hospital", themes=[health], founding=True
    )
    laboratory = factories.OrganisationFactory(
        name="Écoute", kind="laboratory", themes=[health, robots]
    )
    company = factories.OrganisationFactory(name="zèbre", kind="company", commune=lattes)
    startup = factories.OrganisationFactory(name="Arc", kind="startup", themes=[robots])
    for organisation, direction, topic in (
        (laboratory, "need", "data"),
        (laboratory, "need", "partners"),
        (hospital, "offer", "data"),
        (company, "need", "data"),
    ):
        Exchange.objects.create(
            organisation=organisation, direction=direction, topic=topic, text_fr="…"
        )
    return {"hospital": hospital, "laboratory": laboratory, "company": company, "startup": startup}


# --- The directory: what it lists -----------------------------------------------------------------


def test_directory_is_in_alphabetical_order_whatever_accents_and_capitals(client, territory):
    response = directory(client)

    assert names(response) == ["Arc", "Écoute", "Hôpital des arches", "zèbre"]


def test_directory_lists_published_organisations_only(client, territory):
    factories.OrganisationFactory(name="Partie", withdrawn=True, kind="university")

    response = directory(client)

    assert response.context["listing"].total == 4
    assert b"Partie" not in response.content
    assert sum(facet(response, "kind").values()) == 4


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"theme": "sante"}, ["laboratory", "hospital"]),
        ({"theme": ["sante", "robotique"]}, ["startup", "laboratory", "hospital"]),
        ({"kind": "hospital"}, ["hospital"]),
        ({"kind": "public"}, ["hospital"]),
        ({"kind": ["research-training", "startup"]}, ["startup", "laboratory"]),
        ({"city": "lattes"}, ["company"]),
        ({"membership": "member"}, ["hospital"]),
        ({"membership": "founding"}, ["hospital"]),
        ({"membership": "not-member"}, ["startup", "laboratory", "company"]),
        ({"membership": ["founding", "not-member"], "theme": "sante"}, ["laboratory", "hospital"]),
        ({"need": "data"}, ["laboratory", "company"]),
        ({"offer": "data"}, ["hospital"]),
        ({"need": "partners", "theme": "robotique"}, ["laboratory"]),
        ({"q": "hopital"}, ["hospital"]),
        ({"q": "robots"}, ["startup", "laboratory"]),
        ({"q": "hopital", "theme": "robotique"}, []),
    ],
)
def test_directory_narrows(client, territory, query, expected):
    for organisation in territory.values():
        search.index(organisation)

    response = directory(client, **query)

    assert sorted(names(response)) == sorted(territory[who].name for who in expected)


def test_directory_counts_a_former_member_as_no_member(client, territory):
    Membership.objects.update(until=timezone.localdate() - datetime.timedelta(days=1))

    response = directory(client, membership="not-member")

    assert len(names(response)) == 4


def test_directory_puts_what_changed_last_first_when_asked(client, territory):
    territory["company"].save()

    response = directory(client, sort="recent")

    assert names(response)[0] == "zèbre"


def test_directory_puts_the_best_answer_first_unless_another_order_is_asked_for(client, territory):
    factories.OrganisationFactory(name="Agence", summary_fr="Travaille avec zèbre")

    assert names(directory(client, q="zebre")) == ["zèbre", "Agence"]
    assert names(directory(client, q="zebre", sort="name")) == ["Agence", "zèbre"]


def test_rows_count_what_a_visitor_may_see(client, territory):
    hospital = territory["hospital"]
    project = factories.ProjectFactory(organisation=hospital)
    ProjectPartner.objects.create(project=project, organisation=territory["startup"])
    factories.ProjectFactory(organisation=hospital, withdrawn=True)
    factories.EventFactory(organisation=hospital)

    rows = {row.name: row for row in directory(client).context["page_obj"]}

    assert (rows["Hôpital des arches"].project_count, rows["Hôpital des arches"].event_count) == (
        1,
        1,
    )
    assert (rows["Arc"].project_count, rows["Arc"].event_count) == (0, 0)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "Établissement de santé · 1\u00a0projet, 1\u00a0200\u00a0événements"),
        ("en", "Healthcare institution · 1 project, 1,200 events"),
    ],
)
def test_row_writes_counts_as_each_language_does(language, words):
    hospital = factories.OrganisationFactory.build(kind="hospital")
    hospital.project_count, hospital.event_count = 1, 1_200

    with translation.override(language):
        assert hospital.what_and_where == words


# --- The directory: facets ------------------------------------------------------------------------


def test_facets_count_what_the_other_filters_leave(client, territory):
    response = directory(client, theme="sante", kind="laboratory")

    assert facet(response, "theme") == {"sante": 1, "robotique": 1}
    assert facet(response, "kind") == {
        "startup": 0,
        "company": 0,
        "research-training": 1,
        "public": 1,
        "laboratory": 1,
    }
    assert facet(response, "city") == {"lattes": 0}
    assert facet(response, "membership") == {"member": 0, "founding": 0, "not-member": 1}
    assert facet(response, "need") == {"partners": 1, "data": 1}
    assert facet(response, "offer") == {"data": 0}


def test_facets_count_each_organisation_once(client, territory):
    Exchange.objects.create(
        organisation=territory["company"], direction="need", topic="data", text_fr="Encore"
    )

    response = directory(client)

    assert facet(response, "need")["data"] == 2


def test_theme_facet_offers_the_most_frequent_and_the_chosen_one(client, territory):
    themes = [factories.ThemeFactory(code=f"t{n:02}") for n in range(20)]
    for _twice in range(2):
        factories.OrganisationFactory(themes=themes[:15])
    factories.OrganisationFactory(themes=themes[15:])

    response = directory(client, theme="t19")

    offered = facet(response, "theme")
    assert len(offered) == 11
    assert offered["t19"] == 1


# --- The directory: what it does not understand ---------------------------------------------------


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ({"colour": "red"}, "colour"),
        ({"theme": "astrology"}, "astrology"),
        ({"kind": ["hospital", "circus"]}, "circus"),
        ({"sort": "owner__email"}, "owner__email"),
        ({"page": "two"}, "two"),
        ({"owner__email__startswith": "a"}, "owner__email__startswith"),
        ({"q": "a" * 201}, "200 characters"),
        ({"view": "globe"}, "view"),
    ],
)
def test_directory_leaves_out_what_it_does_not_understand_and_says_so(
    client, territory, query, named
):
    response = directory(client, **query)

    assert response.status_code == 200
    assert [named in problem.message for problem in response.context["problems"]] == [True]
    assert named in response.content.decode()
    assert is_noindex(response)
    expected = (
        ["Hôpital des arches"] if "kind" in query else sorted(o.name for o in territory.values())
    )
    assert sorted(names(response)) == sorted(expected)


def test_directory_never_prints_markup_of_the_query(client, territory):
    response = directory(client, **{"<script>alert(1)</script>": "x", "theme": "<b>bold</b>"})

    assert b"<script>alert" not in response.content
    assert b"<b>bold" not in response.content


def test_directory_refuses_a_nul(client, territory):
    assert client.get(address("organisation-list") + "?q=a%00b").status_code == 400


@pytest.mark.parametrize(
    ("query", "plain"),
    [
        ("?theme=&q=&kind=", ""),
        ("?theme=sante&q=%20%20&page=1", "?theme=sante"),
        ("?sort=name&theme=sante", "?theme=sante"),
        ("?utm_source=x&fbclid=1&theme=sante", "?theme=sante"),
    ],
)
def test_directory_drops_what_says_nothing_in_one_redirect(client, territory, query, plain):
    url = address("organisation-list")

    response = client.get(url + query)

    assert (response.status_code, response["Location"]) == (302, url + plain)
    assert client.get(response["Location"]).status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_directory_and_profiles_are_only_read(client, organisation, method):
    for url in (address("organisation-list"), organisation.get_absolute_url()):
        assert getattr(client, method)(url).status_code == 405


# --- The directory: pages, empty list, head -------------------------------------------------------


def test_directory_shows_twenty_rows_a_page(client, db):
    factories.OrganisationFactory.create_batch(41)

    first, last = directory(client), directory(client, page=3)

    assert (len(names(first)), len(names(last))) == (20, 1)
    assert first.context["head_title"] == "Directory: 41 organisations"
    assert last.context["head_title"] == "Directory: 41 organisations (page 3 of 3)"
    assert canonical(last) == "http://testserver" + address("organisation-list")
    assert directory(client, page=4).status_code == 404
    assert directory(client, page=10**12).status_code == 200  # no number of a page: left out


def test_empty_directory_says_what_to_loosen(client, territory):
    response = directory(client, theme="robotique", kind="company", q="zèbre")

    links = {link["label"]: link["url"] for link in response.context["loosened"]}
    url = address("organisation-list")
    assert links == {
        "Without the words “zèbre”": f"{url}?theme=robotique&kind=company",
        "Without “Theme: Robotics”": f"{url}?q=z%C3%A8bre&kind=company",
        "Without “Kind: Company”": f"{url}?q=z%C3%A8bre&theme=robotique",
    }
    for link in links.values():
        assert link.replace("&", "&amp;") in response.content.decode()


def test_directory_without_organisations_is_a_page(client, db):
    response = directory(client)

    assert response.status_code == 200
    assert names(response) == []


def test_directory_names_its_twin_and_its_one_address(client, territory):
    plain = "http://testserver" + address("organisation-list")
    french = "http://testserver" + address("organisation-list", language="fr")

    one = directory(client, theme="sante", sort="recent")
    two = directory(client, theme="sante", kind="hospital")

    assert canonical(one) == plain + "?theme=sante"
    assert hreflangs(one) == {
        "fr": french + "?theme=sante",
        "en": plain + "?theme=sante",
        "x-default": french + "?theme=sante",
    }
    assert not is_noindex(one)
    assert is_noindex(two)
    assert hreflangs(two) == {}


def test_language_switch_keeps_the_filters(client, territory):
    response = directory(client, theme="sante", q="hopital")

    french = address("organisation-list", language="fr") + "?theme=sante&amp;q=hopital"
    assert f'href="{french}" lang="fr" hreflang="fr"' in response.content.decode()


def test_directory_describes_its_rows_to_machines(client, territory):
    data = linked_data(directory(client, theme="robotique"))

    items = data["CollectionPage"]["mainEntity"]["itemListElement"]
    assert [(item["position"], item["name"]) for item in items] == [(1, "Arc"), (2, "Écoute")]
    assert items[0]["url"] == "http://testserver" + territory["startup"].get_absolute_url()


@pytest.mark.parametrize("rows", [1, 3, 100])
def test_directory_costs_the_same_whatever_it_lists(
    client, health, robots, django_assert_num_queries, rows
):
    commune = factories.CommuneFactory()
    for organisation in factories.OrganisationFactory.create_batch(
        rows, commune=commune, themes=[health, robots], founding=True
    ):
        Exchange.objects.create(
            organisation=organisation, direction="need", topic="data", text_fr="…"
        )
        factories.ProjectFactory(organisation=organisation)

    with django_assert_num_queries(DIRECTORY_QUERIES):
        assert len(names(directory(client))) == min(rows, 20)


def test_directory_costs_no_more_with_boxes_ticked(
    client, territory, health, django_assert_num_queries
):
    commune = factories.CommuneFactory()
    factories.OrganisationFactory(commune=commune, themes=[health], founding=True)

    with django_assert_num_queries(DIRECTORY_QUERIES):
        found = directory(client, theme=health.code, city=commune.code, membership="founding")

    assert len(names(found)) == 1


def test_directory_costs_at_most_five_queries_with_every_filter(
    client, territory, django_assert_max_num_queries
):
    query = {
        "q": "ecoute",
        "theme": ["sante", "nothing"],
        "kind": "laboratory",
        "city": "lattes",
        "membership": "founding",
        "need": "data",
        "offer": "data",
        "sort": "recent",
        "unknown": "x",
    }

    with django_assert_max_num_queries(5):
        directory(client, **query)


# --- The profile ----------------------------------------------------------------------------------


@pytest.fixture
def profile(organisation, health):
    """An organisation about which everything is known."""
    parent = factories.OrganisationFactory(name="Université des arches", kind="university")
    Affiliation.objects.create(part=organisation, organisation=parent, agreed_at=timezone.now())
    Organisation.objects.filter(pk=organisation.pk).update(
        official_name="Laboratoire des arches et des ponts",
        former_name="Ponts",
        summary_fr="Étudie les arches.",
        summary_en="Studies arches.",
        description_fr="Un texte **long**.",
        description_en="A **long** text.",
        address="1 rue des Arceaux",
        postcode="34000",
        commune=factories.CommuneFactory(code="montpellier", name="Montpellier"),
        website="https://www.arches.example/",
        siren="732829320",
        ror="02feahw73",
        verified_on=timezone.localdate(),
    )
    organisation.refresh_from_db()
    organisation.themes.set([health])
    source = factories.SourceFactory(code="source", title_fr="Article des arches")
    organisation.sources.set([source])
    college = College.objects.create(code="research", name_fr="Recherche", name_en="Research")
    Membership.objects.create(organisation=organisation, college=college, since="2025-09-25")
    Exchange.objects.create(
        organisation=organisation, direction="offer", topic="data", text_en="Plans of arches"
    )
    Exchange.objects.create(
        organisation=organisation, direction="need", topic="funding", text_fr="Des pierres"
    )
    OrganisationLink.objects.create(
        organisation=organisation, label="Code", url="https://code.example/arches"
    )
    person = Person.objects.create(
        name="Ada Arche", role_fr="Directrice", organisation=organisation
    )
    for given in ({"organisation": organisation}, {"person": person}):
        prize = Distinction.objects.create(title_fr="Prix du pont", date="2024-04", **given)
        prize.sources.set([source])
    return organisation


def contact(organisation, visibility):
    return Contact.objects.create(
        organisation=organisation,
        name=f"{visibility} person",
        email=f"{visibility}@arches.example",
        phone="+33 4 00 00 00 00",
        visibility=visibility,
    )


def test_profile_says_all_that_is_known(client, profile):
    contact(profile, "public")
    project = factories.ProjectFactory(organisation=profile, title_en="A bridge")
    partner = factories.OrganisationFactory(name="Carrière")
    ProjectPartner.objects.create(project=project, organisation=partner, agreed_at=timezone.now())
    factories.EventFactory(organisation=profile, title_en="Bridge day")

    text = client.get(profile.get_absolute_url()).content.decode()

    for words in (
        "<h1>Laboratoire des arches</h1>",
        "Laboratoire des arches et des ponts",
        "formerly Ponts",
        "Studies arches.",
        "<strong>long</strong>",
        "Plans of arches",
        '<span lang="fr">Des pierres</span>',
        'href="https://www.arches.example/"',
        ">arches.example<",
        "1 rue des Arceaux, 34000 Montpellier",
        "Université des arches",
        "College: Research, since 25 September 2025",
        "https://annuaire-entreprises.data.gouv.fr/entreprise/732829320",
        "https://ror.org/02feahw73",
        "https://code.example/arches",
        "Ada Arche",
        "Prix du pont",
        "Received by Ada Arche.",
        "April 2024",
        "Article des arches",
        "mailto:public@arches.example",
        "tel:+33400000000",
        "A bridge",
        "2 partners",
        "Carrière",
        "Bridge day",
        "Checked by the organisation on",
        address("organisation-list") + "?theme=sante",
        reverse("page-contact"),
    ):
        assert words in text, words


def test_profile_of_no_member_says_so(client, elsewhere):
    text = client.get(elsewhere.get_absolute_url()).content.decode()

    assert "Not a member of the association" in text
    assert "not yet checked by the organisation" in text


def test_profile_says_when_it_was_checked_long_ago(client, elsewhere):
    elsewhere.verified_on = timezone.localdate() - datetime.timedelta(days=600)
    elsewhere.save()

    assert (
        b"Not checked by the organisation since" in client.get(elsewhere.get_absolute_url()).content
    )


def test_profile_prints_no_section_without_content(client, elsewhere):
    Organisation.objects.filter(pk=elsewhere.pk).update(summary_fr="", summary_en="")

    text = client.get(elsewhere.get_absolute_url()).content.decode()

    main = text[text.index("<main") : text.index("</main>")]
    assert re.findall(r"<h2[^>]*>([^<]*)</h2>", main) == ["In brief"]


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        (None, {"public"}),
        ("newton", {"public"}),
        ("charlie", {"public"}),
        ("member", {"public", "members"}),
        ("alice", {"public", "members", "staff"}),
        ("dana", {"public", "members", "staff"}),
    ],
)
def test_contacts_are_shown_to_those_they_are_for(client, organisation, request, who, seen):
    for visibility in ("public", "members", "staff"):
        contact(organisation, visibility)
    if who == "member":
        client.force_login(
            factories.UserFactory(member=factories.OrganisationFactory(founding=True))
        )
    elif who:
        client.force_login(request.getfixturevalue(who))

    response = client.get(organisation.get_absolute_url())

    text = response.content.decode()
    assert {v for v in ("public", "members", "staff") if f"{v}@arches.example" in text} == seen
    # What is for some is never in what machines collect.
    points = linked_data(response)["ResearchOrganization"]["contactPoint"]
    assert [point["email"] for point in points] == ["public@arches.example"]


def test_profile_describes_the_organisation_to_machines(client, profile):
    part = factories.OrganisationFactory(name="Atelier", part_of=profile)
    university = profile.parents.get().organisation
    base = "http://testserver"

    data = linked_data(client.get(profile.get_absolute_url()))["ResearchOrganization"]

    assert data == {
        "@type": "ResearchOrganization",
        "@id": base + profile.get_absolute_url(),
        "url": "https://www.arches.example/",
        "mainEntityOfPage": base + profile.get_absolute_url(),
        "name": "Laboratoire des arches",
        "legalName": "Laboratoire des arches et des ponts",
        "alternateName": ["LDA", "Ponts"],
        "description": "Studies arches.",
        "address": {
            "@type": "PostalAddress",
            "streetAddress": "1 rue des Arceaux",
            "postalCode": "34000",
            "addressLocality": "Montpellier",
            "addressCountry": "FR",
        },
        "identifier": [
            {"@type": "PropertyValue", "propertyID": "SIREN", "value": "732829320"},
            {"@type": "PropertyValue", "propertyID": "ROR", "value": "02feahw73"},
        ],
        "sameAs": ["https://ror.org/02feahw73", "https://code.example/arches"],
        "knowsAbout": ["Health"],
        "memberOf": {"@type": "NGO", "name": "IA Montpellier Méditerranée", "url": f"{base}/en/"},
        "parentOrganization": [
            {
                "@type": "Organization",
                "@id": base + university.get_absolute_url(),
                "name": "Université des arches",
                "url": base + university.get_absolute_url(),
            }
        ],
        "subOrganization": [
            {
                "@type": "Organization",
                "@id": base + part.get_absolute_url(),
                "name": "Atelier",
                "url": base + part.get_absolute_url(),
            }
        ],
        "inLanguage": "en",
    }


def test_profile_in_one_language_names_its_original(client, elsewhere):
    Organisation.objects.filter(pk=elsewhere.pk).update(summary_en="", description_fr="Un texte.")
    french = address("organisation-detail", elsewhere.slug, language="fr")
    english = address("organisation-detail", elsewhere.slug)

    original, fallback = client.get(french), client.get(english)

    assert canonical(original) == canonical(fallback) == f"http://testserver{french}"
    assert hreflangs(original) == hreflangs(fallback) == {}
    assert '<span lang="fr">Un résumé en français.</span>' in fallback.content.decode()
    assert "Only available in French" in fallback.content.decode()
    assert b"Only available" not in original.content


def test_profile_in_both_languages_names_its_twin(client, elsewhere):
    english = address("organisation-detail", elsewhere.slug)
    french = address("organisation-detail", elsewhere.slug, language="fr")

    response = client.get(english)

    assert canonical(response) == f"http://testserver{english}"
    assert hreflangs(response) == {
        "fr": f"http://testserver{french}",
        "en": f"http://testserver{english}",
        "x-default": f"http://testserver{french}",
    }


def test_profile_moves_with_its_address(client, organisation):
    FormerSlug.objects.create(
        target_type=ContentType.objects.get_for_model(Organisation),
        target_id=organisation.pk,
        slug="old-address",
    )

    response = client.get(address("organisation-detail", "old-address"))

    assert response.status_code == 301
    assert response["Location"] == address("organisation-detail", organisation.slug)


def test_withdrawn_profile_is_gone_but_for_name_and_date(client, db):
    gone = factories.OrganisationFactory(
        name="Partie",
        withdrawn=True,
        summary_en="zqsecretzq",
        website="https://zqsecretzq.example/",
    )

    response = client.get(address("organisation-detail", gone.slug))

    assert response.status_code == 410
    assert b"Partie" in response.content
    assert b"zqsecretzq" not in response.content
    assert is_noindex(response)


def test_unknown_profile_is_not_found_and_the_directory_is_named(client, db):
    response = client.get(address("organisation-detail", "nobody"))

    assert response.status_code == 404
    assert address("organisation-list") in response.content.decode()


def test_profile_tells_its_editors_what_is_missing(client, organisation, alice, charlie):
    edit = address("organisation-edit", organisation.slug)
    url = address("organisation-detail", organisation.slug)

    client.force_login(alice)
    own = client.get(url).content.decode()
    client.force_login(charlie)
    others = client.get(url).content.decode()

    assert f'<a href="{edit}">' in own
    assert f'<a href="{edit}#id_website">' in own
    assert edit not in others


def test_distinctions_of_an_organisation_and_of_its_people_are_one_list(profile):
    Distinction.objects.all().delete()
    elsewhere = Person.objects.create(
        name="Elsewhere", organisation=factories.OrganisationFactory()
    )
    person = profile.people.get()
    for title, date, given in (
        ("A", "2024", {"organisation": profile}),
        ("B", "2024-04", {"person": person}),
        ("C", "", {"organisation": profile}),
        ("D", "2024-04", {"organisation": profile}),
        ("E", "2025", {"person": elsewhere}),
    ):
        Distinction.objects.create(title_fr=title, date=date, **given)

    found = Organisation.objects.get(pk=profile.pk).all_distinctions

    assert [(row.title_fr, row.person) for row in found] == [
        ("B", person),
        ("D", None),
        ("A", None),
        ("C", None),
    ]


@pytest.mark.parametrize("rows", [1, 3])
def test_profile_costs_the_same_whatever_it_shows(client, profile, django_assert_num_queries, rows):
    source = profile.sources.get()
    for _each in range(rows):
        contact(profile, "public")
        person = Person.objects.create(name="Someone", organisation=profile)
        Distinction.objects.create(title_fr="Prix", person=person).sources.set([source])
        factories.OrganisationFactory(part_of=profile)
        factories.OrganisationFactory(part_of=None).affiliations.create(
            part=profile, agreed_at=timezone.now()
        )
        project = factories.ProjectFactory(organisation=profile)
        ProjectPartner.objects.create(
            project=project,
            organisation=factories.OrganisationFactory(),
            agreed_at=timezone.now(),
        )
        factories.EventFactory(organisation=profile)
        factories.EventFactory(organisation=profile, starts_at="2020-01-01T10:00:00Z")

    with django_assert_num_queries(PROFILE_QUERIES):
        client.get(profile.get_absolute_url())


# --- Nothing unreviewed ---------------------------------------------------------------------------


def test_nothing_unagreed_or_unpublished_shows(client, organisation, elsewhere):
    secret = "zqsecretzq"
    hidden = factories.OrganisationFactory(name=f"Gone {secret}", withdrawn=True)
    organisation.parents.create(organisation=hidden, agreed_at=timezone.now())
    # It says it is part of somebody who has not answered, and somebody says so of it.
    asked = factories.OrganisationFactory(name=f"Whole {secret}")
    organisation.parents.create(organisation=asked, asked_at=timezone.now())
    factories.OrganisationFactory(name=f"Part {secret}").parents.create(organisation=organisation)
    factories.OrganisationFactory(name=f"Gone part {secret}", part_of=organisation, withdrawn=True)
    contact(organisation, "members").delete()
    Contact.objects.create(organisation=organisation, name=secret, visibility="staff")
    # It is named in a project and an event of others and has not answered.
    unanswered = factories.ProjectFactory(organisation=elsewhere, title_en=f"Project {secret}")
    ProjectPartner.objects.create(project=unanswered, organisation=organisation)
    event = factories.EventFactory(organisation=elsewhere, title_en=f"Event {secret}")
    EventOrganiser.objects.create(event=event, organisation=organisation)
    declined = factories.EventFactory(organisation=elsewhere, title_en=f"Declined {secret}")
    EventOrganiser.objects.create(
        event=declined, organisation=organisation, declined_at=timezone.now()
    )
    # In its own project somebody has not answered, and somebody who did is no longer public.
    own = factories.ProjectFactory(organisation=organisation, title_en="Own")
    ProjectPartner.objects.create(
        project=own, organisation=factories.OrganisationFactory(name=f"Waiting {secret}")
    )
    ProjectPartner.objects.create(project=own, organisation=hidden, agreed_at=timezone.now())
    factories.ProjectFactory(organisation=organisation, title_en=f"Ended {secret}", withdrawn=True)

    response = client.get(address("organisation-detail", organisation.slug))

    assert response.status_code == 200
    assert secret not in response.content.decode()
    (projects,) = response.context["sections"]
    assert [(row.title_en, row.partner_count) for row in projects.rows] == [("Own", 1)]


HOSTILE = '<script>alert(1)</script><img src="https://spy.example/p.png" onerror="x"></script>'


def test_hostile_texts_are_shown_as_text(client, organisation):
    Organisation.objects.filter(pk=organisation.pk).update(
        name=HOSTILE[:150],
        summary_fr=HOSTILE,
        summary_en=HOSTILE,
        description_en=f"{HOSTILE}\n\n[a](javascript:alert(1)) ![b](https://spy.example/b.png)",
        official_name="‮ evil \u202e name",
    )
    Exchange.objects.create(
        organisation=organisation, direction="need", topic="data", text_en=HOSTILE
    )
    Person.objects.create(name=HOSTILE[:120], organisation=organisation)

    for url in (address("organisation-list"), address("organisation-detail", organisation.slug)):
        text = client.get(url).content.decode()
        assert "<script>alert" not in text
        assert "<img" not in text
        assert 'href="javascript' not in text
        assert text.count("</script>") == text.count("<script")
