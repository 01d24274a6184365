"""The rows that the benchmark is measured with are rows of the portal."""

import pytest
from django.db import connection

from events.demo.loader import load_territory
from events.models import Event, EventOrganiser, FundingLine, Project, ProjectPartner
from members.models import Organisation, Person
from portal import search
from portal.search_models import SearchDocument, SpellingKey
from tests.benchmarks import rows, seed
from tests.benchmarks.table import Layout

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="the benchmark needs COPY"),
]


def silently(text):
    pass


@pytest.fixture
def seeded():
    load_territory()
    for kind, first, last in seed.chunks(seed.world_of(200)):
        rows.write(kind, seed.world_of(200), first, last)


def test_there_are_as_many_rows_as_asked_for_and_the_database_accepts_them(seeded):
    counts = {model: model.objects.count() for model in (Organisation, Event, Project)}

    connection.check_constraints()  # which else are asked when a transaction ends

    assert counts == {Organisation: 20, Event: 160, Project: 20}
    for model in (Person, EventOrganiser, ProjectPartner, FundingLine):
        assert model.objects.exists(), model


def test_search_finds_what_it_would_find_had_production_written_them(seeded):
    seed.verify(silently)
    seed.learn(silently)

    found = search.search("atelier", [Event.objects.published()], 20).objects
    assert found
    assert SpellingKey.objects.filter(word="atelier").exists()


def test_a_row_of_search_that_differs_is_told(seeded):
    event = Event.objects.published().first()
    Event.objects.filter(pk=event.pk).update(summary_fr="Extraordinaire")

    with pytest.raises(AssertionError, match="extraordinair"):
        seed.verify(silently)


def test_the_same_number_gives_the_same_row(seeded):
    first = list(Event.objects.order_by("pk").values())
    Event.objects.all().delete()
    SearchDocument.objects.filter(kind=search.kind_of(Event)).delete()

    rows.write("event", seed.world_of(200), 1, 160)

    assert list(Event.objects.order_by("pk").values()) == first


def test_a_column_that_the_model_does_not_have_is_refused():
    with pytest.raises(LookupError, match="Person has no nickname"):
        Layout(Person, ("name", "nickname"))


def test_a_column_without_a_default_must_be_given():
    with pytest.raises(LookupError, match=r"ProjectPartner\.project has no default"):
        Layout(ProjectPartner, ("organisation_id",))
