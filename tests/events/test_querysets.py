"""Named questions about events and projects."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from events.models import Event, Project
from tests import factories

pytestmark = pytest.mark.django_db

PARIS = ZoneInfo("Europe/Paris")


def moment(month, day, hour=0):
    return datetime.datetime(2027, month, day, hour, tzinfo=PARIS)


def titles(rows):
    return [row.title_fr for row in rows]


@pytest.fixture
def agenda():
    """Events around noon on 10 March 2027."""
    make = factories.EventFactory
    make(title_fr="Hier", starts_at=moment(3, 9, 10), ends_at=moment(3, 9, 12))
    make(title_fr="Ce matin", starts_at=moment(3, 10, 9), ends_at=moment(3, 10, 11))
    make(title_fr="En ce moment", starts_at=moment(3, 1, 9), ends_at=moment(3, 31, 18))
    make(title_fr="Toute la journée", starts_at=moment(3, 10), all_day=True)
    make(title_fr="Demain", starts_at=moment(3, 11, 9))
    make(title_fr="Un jour", starts_at=None, period_fr="automne 2027")
    make(title_fr="Retiré", starts_at=moment(3, 12, 9), withdrawn=True)
    return moment(3, 10, 12)


def test_upcoming_has_what_is_not_over_the_next_first(agenda):
    found = Event.objects.published().upcoming(agenda)

    assert titles(found) == ["En ce moment", "Toute la journée", "Demain", "Un jour"]


@pytest.mark.parametrize(
    ("rows", "first"),
    [
        (lambda rows, now: rows.upcoming(now), moment(3, 1, 9)),
        (lambda rows, now: rows.published().upcoming(now).filter(title_fr="Un jour"), None),
        # Of either status.
        (lambda rows, now: rows.filter(starts_at__gt=now), moment(3, 11, 9)),
        (lambda rows, now: rows.none(), None),
    ],
)
def test_first_start_is_the_least_whatever_their_status(
    agenda, rows, first, django_assert_max_num_queries
):
    with django_assert_max_num_queries(1):
        assert rows(Event.objects, agenda).first_start() == first


def test_past_has_the_rest_the_latest_first(agenda):
    assert titles(Event.objects.published().past(agenda)) == ["Ce matin", "Hier"]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ((3, 9), (3, 9), ["En ce moment", "Hier"]),
        ((3, 10), (3, 10), ["En ce moment", "Toute la journée", "Ce matin"]),
        ((3, 11), None, ["En ce moment", "Demain"]),
        (None, (3, 1), ["En ce moment"]),
        ((4, 1), None, []),
    ],
)
def test_between_has_what_takes_place_on_these_days(agenda, first, last, expected):
    days = [datetime.date(2027, *day) if day else None for day in (first, last)]

    found = Event.objects.published().between(*days).order_by("starts_at")

    assert titles(found) == expected


def test_between_counts_the_last_day_of_several_and_not_the_midnight_after():
    factories.EventFactory(
        title_fr="Trois jours", starts_at=moment(3, 1), ends_at=moment(3, 3), all_day=True
    )
    factories.EventFactory(
        title_fr="Soirée", starts_at=moment(3, 2, 20), ends_at=moment(3, 3), all_day=False
    )

    third = Event.objects.between(datetime.date(2027, 3, 3), datetime.date(2027, 3, 3))

    assert titles(third) == ["Trois jours"]


@pytest.mark.parametrize("day", [datetime.date.min, datetime.date.max])
def test_between_takes_days_that_no_clock_can_say(day):
    event = factories.EventFactory()

    found = [*Event.objects.between(day, None), *Event.objects.between(None, day)]

    assert found == [event]


def test_days_begin_at_midnight_on_the_day_clocks_change():
    # Clocks go forward in France on 28 March 2027, so that day has 23 hours.
    factories.EventFactory(title_fr="Lundi", starts_at=moment(3, 29), all_day=True)

    sunday = datetime.date(2027, 3, 28)

    assert not Event.objects.between(sunday, sunday).exists()


def test_organisers_come_with_a_list_as_far_as_they_agreed(
    django_assert_num_queries, organisation, elsewhere
):
    withdrawn = factories.OrganisationFactory(name="Partie", withdrawn=True)
    for _number in range(3):
        event = factories.EventFactory(organisation=organisation)
        event.organisers.create(organisation=elsewhere)
        event.organisers.create(organisation=withdrawn, agreed_at=timezone.now())

    with django_assert_num_queries(1):
        rows = [
            [row.organisation.name for row in event.agreed_organisers]
            for event in Event.objects.with_organisers()
        ]

    assert rows == [["Laboratoire des arches"]] * 3


def test_partner_count_has_those_who_agreed_and_are_public(organisation, elsewhere):
    project = factories.ProjectFactory(organisation=organisation)
    withdrawn = factories.OrganisationFactory(withdrawn=True)
    project.partners.create(organisation=elsewhere)
    project.partners.create(organisation=withdrawn, agreed_at=timezone.now())
    project.partners.create(organisation=factories.OrganisationFactory(), agreed_at=timezone.now())
    alone = factories.ProjectFactory(organisation=None)

    counts = Project.objects.with_partner_count().values_list("pk", "partner_count")

    assert dict(counts) == {project.pk: 2, alone.pk: 0}
