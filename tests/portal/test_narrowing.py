"""Lists narrowed by words and by more: the same rows with marks in the index of words and without."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.filters import AgendaFilter, EventFilter
from events.models import Event
from members.filters import OrganisationFilter
from members.models import Organisation
from portal import counting, narrowing, search
from portal.lifecycle import review
from portal.search_models import SearchDocument
from tests.factories import CommuneFactory, EventFactory, OrganisationFactory, ThemeFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = datetime.datetime(2026, 11, 26, 12, tzinfo=datetime.UTC)


def titles(filters) -> list[str]:
    return sorted(map(str, filters.qs))


def forget_marks() -> None:
    """Leave the rows of search as an older analysis wrote them."""
    for row in SearchDocument.objects.all():
        row.words = [word for word in row.words.split() if "·" not in word or word == row.kind]
        row.analyser = narrowing.MARKED_SINCE - 1
        row.save()


# --- Marks ----------------------------------------------------------------------------------------


def test_an_event_is_marked_by_what_lists_are_narrowed_by():
    theme, commune = ThemeFactory(), CommuneFactory()

    event = EventFactory(kind="round-table", commune=commune, themes=[theme], starts_at=NOW)

    assert set(narrowing.marks_of(event)) == {
        "kind·round·table",
        f"commune·{commune.pk}",
        f"themes·{theme.pk}",
    }
    row = SearchDocument.objects.get(kind="events·event", object_id=event.pk)
    assert set(narrowing.marks_of(event)) <= set(row.words.split())


def test_what_has_no_value_has_no_mark():
    organisation = OrganisationFactory(kind="startup", commune=None, themes=[])

    assert list(narrowing.marks_of(organisation)) == ["kind·startup"]


def test_no_text_has_a_mark():
    ThemeFactory(code="sante")
    OrganisationFactory(name="kind·startup", kind="company")

    assert titles(OrganisationFilter({"q": "kind·startup"}, Organisation.objects.published())) == [
        "kind·startup"
    ]
    assert "kind·startup" not in SearchDocument.objects.get().words.split()


# --- Lists ----------------------------------------------------------------------------------------


@pytest.fixture
def agenda():
    """Events that have a word, a theme, a kind or a date in common, and none of the others."""
    health, law = ThemeFactory(code="health"), ThemeFactory(code="law")
    soon, over = timezone.now() + datetime.timedelta(days=3), timezone.now()
    over -= datetime.timedelta(days=500)
    EventFactory(
        title_fr="Atelier A", title_en="", kind="workshop", themes=[health], starts_at=soon
    )
    EventFactory(
        title_fr="Atelier B", title_en="", kind="forum", themes=[health, law], starts_at=soon
    )
    EventFactory(title_fr="Atelier C", title_en="", kind="workshop", themes=[law], starts_at=soon)
    EventFactory(title_fr="Cours D", title_en="", kind="workshop", themes=[health], starts_at=soon)
    EventFactory(
        title_fr="Atelier E", title_en="", kind="workshop", themes=[health], starts_at=over
    )
    EventFactory(
        title_fr="Atelier F",
        title_en="",
        kind="workshop",
        themes=[health],
        starts_at=None,
        period_fr="en mai",
    )


ASKED = [
    ({"q": "atelier"}, "ABCEF"),
    ({"q": "atelier", "theme": ["health"]}, "ABEF"),
    ({"q": "atelier", "theme": ["health", "law"], "kind": ["workshop"]}, "ACEF"),
    ({"q": "atelier", "theme": ["law"], "kind": ["forum"]}, "B"),
    ({"q": "atelier", "kind": ["webinar"]}, ""),
    ({"q": "atelier", "theme": ["health"], "price": ["free"]}, ""),
]


@pytest.mark.parametrize(("query", "letters"), ASKED)
@pytest.mark.parametrize("are_marked", [True, False])
@pytest.mark.parametrize("most", [10_000, 1])
def test_words_and_boxes_find_the_same_with_marks_and_without(
    agenda, query, letters, are_marked, most, monkeypatch
):
    if not are_marked:
        forget_marks()
    monkeypatch.setattr(counting, "MOST", most)
    monkeypatch.setattr(search, "ENOUGH", most + 1)
    events = Event.objects.published()

    everything = EventFilter(query, events)
    coming = AgendaFilter(query, events.upcoming())

    assert "".join(title[-1] for title in titles(coming)) == letters.replace("E", "")
    assert coming.count() == min(len(letters.replace("E", "")), most + 1)
    assert everything.count() == min(len(letters), most + 1)
    # Not only as many as are counted.
    assert sorted(str(each)[-1] for each in everything.narrowed()) == list(letters)
    if most > len(letters):
        assert "".join(title[-1] for title in titles(everything)) == letters


def test_the_index_is_asked_for_what_narrows_the_list(agenda):
    with CaptureQueriesContext(connection) as queries:
        list(EventFilter({"q": "atelier", "kind": ["workshop"]}, Event.objects.published()).qs)

    asked = any("kind·workshop" in each["sql"] for each in queries.captured_queries)
    assert asked is (connection.vendor == "postgresql")


def test_one_row_without_marks_is_found_like_all_others(agenda):
    row = SearchDocument.objects.filter(kind="events·event").first()
    row.words = [word for word in row.words.split() if "·" not in word or word == row.kind]
    row.analyser = narrowing.MARKED_SINCE - 1
    row.save()
    found = Event.objects.get(pk=row.object_id)

    filters = EventFilter({"q": "atelier", "kind": [found.kind]}, Event.objects.published())

    assert str(found) in titles(filters)


def test_what_changes_is_found_by_what_it_has_become(fay):
    before, after = ThemeFactory(code="before"), ThemeFactory(code="after")
    organisation = OrganisationFactory(name="Calcul", kind="startup", themes=[before])

    with review.direct_edit(organisation, by=fay):
        organisation.kind = "company"
        organisation.save()
        organisation.themes.set([after])

    public = Organisation.objects.published()
    asked = [
        {"theme": ["before"]},
        {"theme": ["after"]},
        {"kind": ["startup"]},
        {"kind": ["company"]},
    ]
    found = [titles(OrganisationFilter({"q": "calcul"} | each, public)) for each in asked]
    assert found == [[], ["Calcul"], [], ["Calcul"]]
