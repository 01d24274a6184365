"""Rows fetched within the query of what they belong to are what asking for them gives."""

import datetime

import pytest
from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils import timezone

from events.models import Event, Project
from members.models import Organisation, Person, Theme
from portal import i18n
from portal.nested import Sheet, Shown, stored_fields
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.database]

MODELS = [Organisation, Person, Event, Project]
SHOWN = [
    (model, name)
    for model in MODELS
    for name in sorted(dir(model))
    if isinstance(getattr(model, name), Shown)
]
SHEETS = [
    (model, name)
    for model in MODELS
    for name in sorted(dir(model))
    if isinstance(getattr(model, name), Sheet)
]


@pytest.fixture
def whole():
    """An object of each model with several of all that can be shown of it, some of it hidden."""
    themes = [factories.ThemeFactory(code="b"), factories.ThemeFactory(code="a")]
    commune = factories.CommuneFactory(name="L’Haÿ")
    organisation, other, founder = (
        factories.OrganisationFactory(name="Un “nom” \\ à échapper", short_name="ÉA"),
        factories.OrganisationFactory(name="Autre"),
        factories.OrganisationFactory(name="Ville", founding=True),
    )
    now = timezone.now()
    sources = [
        factories.SourceFactory(title_fr="Journal « du soir »", title_en="", date="2024-05"),
        factories.SourceFactory(title_fr="", title_en="Paper", date="2025"),
    ]
    organisation.themes.set(themes)
    organisation.sources.set(sources)
    other.parents.create(organisation=organisation, agreed_at=now)
    founder.parents.create(organisation=organisation)
    organisation.parents.create(organisation=founder, agreed_at=now)
    college = founder.memberships.get().college
    since = datetime.date(2020, 1, 1)
    organisation.memberships.create(college=college, since=since, until=since)
    organisation.memberships.create(college=college, since=since)
    for visibility in ("public", "members", "staff"):
        organisation.contacts.create(name=visibility, email="a@example.org", visibility=visibility)
    for topic in ("data", "funding"):
        organisation.exchanges.create(direction="need", topic=topic, text_fr="L’un\nl’autre")
    organisation.links.create(label="Page", url="https://example.org/")
    person = organisation.people.create(name="Ada", role_fr="Présidente", role_en="")
    person.sources.set(sources)
    for owner in (organisation, person):
        prize = owner.distinctions.create(title_fr="Prix", date="2025-01", reason_en="Work")
        prize.sources.set(sources)

    event = factories.EventFactory(
        organisation=organisation, commune=commune, starts_at=now, themes=themes, price="12.50"
    )
    event.sources.set(sources)
    factories.EventFactory(organisation=organisation, starts_at=now - datetime.timedelta(days=9))
    undated = factories.EventFactory(starts_at=None, period_fr="à l’automne", all_day=False)
    project = factories.ProjectFactory(organisation=organisation, themes=themes)
    project.sources.set(sources)
    for each in (event, undated):
        each.organisers.create(organisation=other, agreed_at=now)
        each.projects.add(project)
    for partner in (other, founder):
        project.partners.create(organisation=partner, agreed_at=now, role="data")
    project.partners.create(organisation=factories.OrganisationFactory(), asked_at=now)
    for funder in ({"funder": "Région"}, {"organisation": other}):
        project.funding.create(amount=10**12, year=2025, source_fr="Article", **funder)
    project.figures.create(value_fr="1 000", label_fr="Heures", date="2025", source_fr="Article")
    project.links.create(label="Site", url="https://example.org/")
    return {Organisation: organisation, Person: person, Event: event, Project: project}


def told(shown, rows):
    """What is shown of rows: their keys and columns, and those of what they point to."""

    def columns(row, names):
        wanted = [column for name in names for column in i18n.columns(type(row), name)]
        found = {name: getattr(row, name) for name in ("pk", *wanted)}
        return {
            name: told(getattr(type(row), name), value) if isinstance(value, list) else value
            for name, value in found.items()
            if not isinstance(value, list) or hasattr(type(row), name)
        }

    found = []
    for row in rows:
        said = columns(row, shown.columns)
        for name, names in shown.further.items():
            other = getattr(row, name)
            said[name] = columns(other, names) if other else None
        found.append(said)
    return found


def called(rows):
    """What is shown of what an object has of a taxonomy, one row or several."""
    if isinstance(rows, list):
        return [called(row) for row in rows]
    if rows is None:
        return None
    names = [getattr(rows, f"name_{language}", rows.name) for language in i18n.LANGUAGES]
    return rows.pk, rows.code, str(rows), names


@pytest.mark.parametrize(("model", "name"), SHOWN, ids=[f"{m.__name__}-{n}" for m, n in SHOWN])
def test_rows_are_those_that_are_asked_for(whole, django_assert_num_queries, model, name):
    shown = getattr(model, name)
    asked = told(shown, getattr(whole[model], name))

    with django_assert_num_queries(1):
        (found,) = model.objects.filter(pk=whole[model].pk).showing(name)
        brought = told(shown, getattr(found, name))

    assert brought == asked
    assert asked


@pytest.mark.parametrize(("model", "name"), SHEETS, ids=[f"{m.__name__}-{n}" for m, n in SHEETS])
def test_a_sheet_says_what_objects_say(whole, django_assert_num_queries, model, name):
    sheet, obj = getattr(model, name), model.objects.get(pk=whole[model].pk)
    lists = [each for each in sheet.columns if isinstance(getattr(model, each, None), Shown)]
    fields = [each.attname for each in stored_fields(model, sheet.columns)]
    asked = (
        {each: getattr(obj, each) for each in fields},
        {each: told(getattr(model, each), getattr(obj, each)) for each in lists},
        {each: getattr(obj, each) for each in sheet.further},
        {each: called(getattr(obj, each)) for each in sheet.kept},
    )

    # What is kept elsewhere is not kept here.
    with django_assert_num_queries(2 if sheet.kept else 1):
        (found,) = model.objects.filter(pk=obj.pk).reading(name)
        brought = (
            {each: getattr(found, each) for each in fields},
            {each: told(getattr(model, each), getattr(found, each)) for each in lists},
            {each: getattr(found, each) for each in sheet.further},
            {each: called(getattr(found, each)) for each in sheet.kept},
        )

    assert brought == asked
    assert found == obj
    assert not found._state.adding


def test_a_sheet_reads_in_the_order_and_as_many_as_are_asked_for():
    pks = [factories.EventFactory().pk for _number in range(4)]
    rows = Event.objects.order_by("-pk").reading("in_api")

    assert [event.pk for event in rows[1:3]] == [pks[2], pks[1]]
    assert rows.first().pk == pks[3]
    assert rows.get(pk=pks[0]).pk == pks[0]
    assert list(rows.filter(pk__in=[])) == []
    assert not rows.filter(pk=0).exists()
    assert rows.count() == 4


def test_what_a_sheet_does_not_say_is_read_when_it_is_asked_for(django_assert_num_queries):
    pk = factories.EventFactory(description_fr="Longue").pk

    with django_assert_num_queries(3):  # the event, the themes, its description
        (event,) = Event.objects.filter(pk=pk).reading("in_api")
        assert event.description_fr == "Longue"


def test_what_is_read_of_one_is_planned_once():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite keeps no plans")
    pks = [factories.EventFactory().pk for _number in range(2)]
    known = "SELECT COUNT(*) FROM pg_prepared_statements"

    def prepared() -> int:
        with connection.cursor() as cursor:
            cursor.execute(known)
            return int(cursor.fetchone()[0])

    before = prepared()
    found = [Event.objects.reading("whole").get(pk=pk).pk for pk in pks]
    once = prepared()
    list(Event.objects.reading("in_api"))

    assert found == pks
    assert once - before <= 1 <= once
    assert prepared() == once


def test_nothing_is_an_empty_list():
    organisation = factories.OrganisationFactory()
    names = [name for model, name in SHOWN if model is Organisation]

    (brought,) = Organisation.objects.filter(pk=organisation.pk).showing(*names)

    assert [getattr(brought, name) for name in names] == [[] for _name in names]


def test_what_is_read_does_not_hide_what_is_written_later():
    project = factories.ProjectFactory()
    assert project.all_links == []

    project.links.create(label="Site", url="https://example.org/")

    assert [link.label for link in project.all_links] == ["Site"]


def test_a_table_may_stand_in_both_queries():
    one, other = factories.OrganisationFactory(), factories.OrganisationFactory(name="Whole")
    one.parents.create(organisation=other, agreed_at=timezone.now())
    rows = Organisation.objects.filter(parents__organisation__name="Whole", themes=None)

    (found,) = rows.showing("agreed_parents").order_by("parents__organisation__name")

    assert [row.organisation.name for row in found.agreed_parents] == ["Whole"]


def test_rows_are_no_part_of_a_query_within_a_query():
    rows = Organisation.objects.showing("agreed_parents").filter(pk=OuterRef("pk"))
    outer = Organisation.objects.annotate(parents_of=rows.values("agreed_parents"))

    with pytest.raises(ValueError, match="no part of a query within a query"):
        list(outer)
    # What does not give them may have them.
    assert list(Organisation.objects.filter(Exists(rows))) == []
    assert (
        Theme.objects.filter(organisations__in=Organisation.objects.showing("all_themes")).count()
        == 0
    )
