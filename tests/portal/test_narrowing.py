"""Lists narrowed by words and by more: the same rows with marks in the index of words and without."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.filters import AgendaFilter, EventFilter, PastAgendaFilter, UpcomingFilter
from events.models import Event
from events.querysets import NEVER
from members.filters import OrganisationFilter
from members.models import Organisation
from portal import counting, keyset, narrowing, search
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

    event = EventFactory(
        kind="round-table",
        commune=commune,
        themes=[theme],
        languages=["fr", "lsf"],
        online_url="https://example.org/live",
        price=0,
        starts_at=NOW,
        ends_at=NOW + datetime.timedelta(hours=13),
    )

    assert set(narrowing.marks_of(event)) == {
        "kind·round·table",
        f"commune·{commune.pk}",
        f"themes·{theme.pk}",
        "languages·fr",
        "languages·lsf",
        "is·online·true",
        "is·free·true",
        "over·at·2026·11·27",
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


def test_later_days_are_asked_for_by_how_they_begin():
    day = datetime.datetime(2019, 9, 28, 23, 59, tzinfo=datetime.UTC)
    days = [day + datetime.timedelta(days=n) for n in range(1200)]
    days += [NEVER, NOW.replace(year=1999), NOW.replace(year=2099), NOW.replace(year=2199)]

    def told(each):
        return narrowing.mark("over_at", each)

    for asked in days[::23]:
        later = narrowing.after_day("over_at", asked).parts
        of_day = narrowing.of_day("over_at", asked)
        assert (of_day.text, of_day.prefix) == (told(asked), False)
        assert all(word.prefix for word in later)
        found = [each for each in days if told(each).startswith(tuple(word.text for word in later))]
        assert found == [each for each in days if told(each) > told(asked)]
        assert found == [each for each in days if each.date() > asked.date()]
        assert narrowing.before_day("over_at", asked).parts == (*later, of_day)


def test_what_is_very_early_or_late_is_told_apart_no_further():
    early, late = NOW.replace(year=1987), NOW.replace(year=2150)

    assert narrowing.mark("over_at", early) == "over·at·2000·01·01"
    assert narrowing.mark("over_at", late) == narrowing.mark("over_at", NEVER)


# --- Lists ----------------------------------------------------------------------------------------


@pytest.fixture
def agenda():
    """Events that have a word, a theme, a kind or a date in common, and none of the others."""
    health, law = ThemeFactory(code="health"), ThemeFactory(code="law")
    soon, over = timezone.now() + datetime.timedelta(days=3), timezone.now()
    over -= datetime.timedelta(days=500)
    EventFactory(
        title_fr="Atelier A",
        title_en="",
        kind="workshop",
        themes=[health],
        starts_at=soon,
        price=0,
        languages=["en"],
    )
    EventFactory(
        title_fr="Atelier B", title_en="", kind="forum", themes=[health, law], starts_at=soon
    )
    EventFactory(
        title_fr="Atelier C",
        title_en="",
        kind="workshop",
        themes=[law],
        starts_at=soon,
        online_url="https://example.org/live",
        languages=["fr", "es"],
    )
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
    ({"q": "atelier", "theme": ["health"], "price": ["free"]}, "A"),
    ({"q": "atelier", "language": ["en", "fr"]}, "AC"),
    ({"q": "atelier", "online": ["yes"], "language": ["fr"]}, "C"),
    ({"q": "atelier", "from": str(timezone.localdate())}, "ABC"),
]


@pytest.mark.parametrize(("query", "letters"), ASKED)
@pytest.mark.parametrize("are_marked", [True, False])
@pytest.mark.parametrize("most", [10_000, 1])
@pytest.mark.parametrize("filters", [AgendaFilter, UpcomingFilter])
def test_words_and_boxes_find_the_same_with_marks_and_without(
    agenda, query, letters, filters, are_marked, most, monkeypatch
):
    if not are_marked:
        forget_marks()
    monkeypatch.setattr(counting, "MOST", most)
    monkeypatch.setattr(search, "ENOUGH", most + 1)
    events = Event.objects.published()

    everything = EventFilter(query, events)
    coming = filters(query, events.upcoming())

    assert "".join(title[-1] for title in titles(coming)) == letters.replace("E", "")
    assert coming.count() == min(len(letters.replace("E", "")), most + 1)
    assert everything.count() == min(len(letters), most + 1)
    # Not only as many as are counted.
    assert sorted(str(each)[-1] for each in everything.narrowed()) == list(letters)
    if most > len(letters):
        assert "".join(title[-1] for title in titles(everything)) == letters


def test_what_was_over_today_is_not_to_come():
    now = timezone.now()
    over, on = now - datetime.timedelta(seconds=1), now + datetime.timedelta(hours=1)
    for title, end in (("Atelier over", over), ("Atelier on", on)):
        EventFactory(title_fr=title, title_en="", starts_at=now.replace(year=2020), ends_at=end)
    public = Event.objects.published()
    coming = UpcomingFilter({"q": "atelier"}, public.upcoming())
    past = PastAgendaFilter({"q": "atelier"}, public.past())

    assert (titles(coming), coming.count()) == (["Atelier on"], 1)
    assert (titles(past), past.count()) == (["Atelier over"], 1)


@pytest.mark.parametrize("are_marked", [True, False])
@pytest.mark.parametrize("most", [10_000, 1])
def test_what_is_over_is_met_by_its_day(agenda, are_marked, most, monkeypatch):
    over = timezone.now() - datetime.timedelta(days=2)
    EventFactory(title_fr="Atelier G", title_en="", kind="forum", starts_at=over)
    if not are_marked:
        forget_marks()
    monkeypatch.setattr(counting, "MOST", most)
    monkeypatch.setattr(search, "ENOUGH", most + 1)
    past = Event.objects.published().past()

    every = PastAgendaFilter({"q": "atelier"}, past)
    some = PastAgendaFilter({"q": "atelier", "kind": ["forum"]}, past)

    assert ("".join(title[-1] for title in titles(every)), every.count()) == (
        "EG",
        min(2, most + 1),
    )
    assert ("".join(title[-1] for title in titles(some)), some.count()) == ("G", 1)


@pytest.mark.parametrize("most", [10_000, 1])
def test_what_is_to_come_is_met_by_its_day(agenda, most, monkeypatch):
    monkeypatch.setattr(counting, "MOST", most)
    monkeypatch.setattr(search, "ENOUGH", most + 1)

    with CaptureQueriesContext(connection) as queries:
        coming = UpcomingFilter({"q": "atelier"}, Event.objects.published().upcoming())
        assert (coming.count(), "".join(title[-1] for title in titles(coming))) == (
            min(4, most + 1),
            "ABCF",
        )

    asked = all("over·at·3" in each["sql"] for each in queries.captured_queries)
    assert asked is (connection.vendor == "postgresql")


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


def test_what_was_written_before_takes_no_place_of_what_is_over(monkeypatch):
    now = timezone.now()
    for days in (3, 4, 5, 6):
        EventFactory(title_fr="Atelier", starts_at=now + datetime.timedelta(days=days))
    forget_marks()
    for days in (-3, -4, -5):
        EventFactory(title_fr="Atelier", starts_at=now + datetime.timedelta(days=days))
    monkeypatch.setattr(search, "ENOUGH", 3)

    past = PastAgendaFilter({"q": "atelier"}, Event.objects.published().past())

    assert (past.count(), len(past.qs)) == (3, 3)


@pytest.mark.parametrize("asked", [{}, {"theme": ["health"]}, {"q": "atelier"}])
def test_the_next_of_very_many_are_met_in_their_order(asked, monkeypatch):
    theme, now = ThemeFactory(code="health"), timezone.now()
    for days, length in ((9, 1), (-300, 800), (3, 1), (-5, 1), (3, 1), (400, 1)):
        start = now + datetime.timedelta(days=days)
        end = start + datetime.timedelta(days=length)
        EventFactory(title_fr="Atelier", starts_at=start, ends_at=end, themes=[theme])
    EventFactory(title_fr="Atelier", starts_at=None, period_fr="en mai", themes=[theme])
    monkeypatch.setattr("events.filters.FEW_WALKED", 1)
    filters = UpcomingFilter(asked, Event.objects.published().upcoming())

    every = list(filters.qs)

    assert (len(every), every[-1].starts_at) == (6, None)
    # What has no date comes after them.
    assert list(filters.walked()) == every[:-1]


@pytest.mark.parametrize(("asked", "walks"), [({}, False), ({"q": "atelier"}, True)])
def test_what_has_lasted_for_years_is_not_walked_from_but_for_words(
    agenda, asked, walks, monkeypatch
):
    start = timezone.now() - datetime.timedelta(days=800)
    EventFactory(title_fr="Atelier", starts_at=start, ends_at=start + datetime.timedelta(days=9000))
    monkeypatch.setattr("events.filters.FEW_WALKED", 1)
    filters = UpcomingFilter(asked, Event.objects.published().upcoming())

    assert (filters.walked() is not None) is walks


@pytest.mark.parametrize("words", ["", "&q=atelier"])
def test_pages_of_what_is_walked_are_those_of_what_is_sorted(client, words, monkeypatch):
    now = timezone.now()
    for number in range(95):
        start = now + datetime.timedelta(hours=number * 37 % 95)
        EventFactory(title_fr=f"Atelier {number}", starts_at=start)
    for _each in range(3):
        EventFactory(title_fr="Atelier", starts_at=None, period_fr="en mai")

    def shown():
        pages = (client.get(f"/fr/agenda/?page={n}{words}", follow=True) for n in range(1, 6))
        return [[event.pk for event in page.context["page_obj"]] for page in pages]

    sorted_, walked = shown(), []
    monkeypatch.setattr("events.filters.FEW_WALKED", 1)
    for part in (1, 4):
        monkeypatch.setattr(keyset, "NEAR", part)
        walked.append(shown())

    assert [len(page) for page in sorted_] == [20, 20, 20, 20, 18]
    assert walked == [sorted_, sorted_]


def test_few_are_not_met_one_by_one(agenda):
    filters = UpcomingFilter({"q": "atelier"}, Event.objects.published().upcoming())

    assert filters.walked() is None


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
