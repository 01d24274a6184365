"""Events and projects by themselves: what their dates, places and texts say."""

import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import override

from events.models import Event, FundingLine, Project, ProjectFigure
from events.querysets import END_UNSAID, WHOLE_DAY
from tests import factories

pytestmark = pytest.mark.django_db

HOUR = datetime.timedelta(hours=1)


# --- When -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts", "ends", "all_day", "is_past"),
    [
        (HOUR, None, False, False),
        (-HOUR, HOUR, False, False),
        (-2 * HOUR, -HOUR, False, True),
        # Nobody said when it ends: it goes on for a while.
        (-HOUR, None, False, False),
        (-END_UNSAID - HOUR, None, False, True),
        # A whole day lasts a day from its midnight.
        (-23 * HOUR, None, True, False),
        (-25 * HOUR, None, True, True),
        (-5 * WHOLE_DAY, -23 * HOUR, True, False),
        (-5 * WHOLE_DAY, -25 * HOUR, True, True),
        # Without a date it is still to come.
        (None, None, False, False),
    ],
)
def test_event_is_past_as_the_agenda_counts(starts, ends, all_day, is_past):
    now = timezone.now()
    event = factories.EventFactory(
        starts_at=starts and now + starts,
        ends_at=ends and now + ends,
        all_day=all_day,
        period_en="" if starts else "autumn 2027",
    )

    assert event.is_past == is_past
    assert list(Event.objects.past()) == ([event] if is_past else [])
    assert list(Event.objects.upcoming()) == ([] if is_past else [event])


def test_saving_a_new_date_alone_says_when_it_is_over():
    event = factories.EventFactory(starts_at=timezone.now() - 2 * WHOLE_DAY)

    event.starts_at = timezone.now() + WHOLE_DAY
    event.save(update_fields=["starts_at"])

    event.refresh_from_db()
    assert event.over_at == event.starts_at + END_UNSAID
    assert list(Event.objects.upcoming()) == [event]


@pytest.mark.parametrize("all_day", [True, False])
def test_an_event_at_the_end_of_time_is_to_come(all_day):
    last = datetime.datetime(9999, 12, 31, tzinfo=datetime.UTC)

    event = factories.EventFactory(starts_at=last, ends_at=last, all_day=all_day)

    assert not event.is_past
    assert list(Event.objects.upcoming()) == [event]


def test_event_with_a_period_has_no_days_to_read():
    start = timezone.now()

    dated = factories.EventFactory(starts_at=start)
    sorted_only = factories.EventFactory(starts_at=start, period_fr="automne 2027")
    undated = factories.EventFactory(starts_at=None, period_en="autumn 2027")

    assert [dated.has_days, sorted_only.has_days, undated.has_days] == [True, False, False]


def test_event_says_its_dates_in_its_own_time_zone():
    start = datetime.datetime(2027, 3, 4, 14, tzinfo=ZoneInfo("America/New_York"))

    event = factories.EventFactory(starts_at=start, timezone="America/New_York")
    event.refresh_from_db()

    assert event.local_start.isoformat() == "2027-03-04T14:00:00-05:00"


def test_event_ends_after_it_starts():
    start = timezone.now()

    with pytest.raises(IntegrityError), transaction.atomic():
        factories.EventFactory(starts_at=start, ends_at=start - HOUR)


def test_event_without_date_nor_period_is_refused():
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.EventFactory(starts_at=None)
    with pytest.raises(ValidationError) as refused:
        Event(title_fr="Sans date", kind="meetup").full_clean()

    assert "starts_at" in refused.value.message_dict


# --- Where ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "commune", "where"),
    [
        ("", "", ""),
        ("Institut de Botanique", "", "Institut de Botanique"),
        ("", "Lattes", "Lattes"),
        ("Salle des fêtes", "Lattes", "Salle des fêtes, Lattes"),
        ("Hôtel de Ville de Lattes", "Lattes", "Hôtel de Ville de Lattes"),
    ],
)
def test_event_says_its_commune_once(place, commune, where):
    event = factories.EventFactory(
        place=place, commune=factories.CommuneFactory(name=commune) if commune else None
    )

    assert event.where == where


def test_event_row_names_agreed_organisers_and_each_place_once(organisation, elsewhere):
    event = factories.EventFactory(
        organisation=organisation,
        place=organisation.name,
        commune=factories.CommuneFactory(name="Lattes"),
        online_url="https://example.org/",
    )
    event.organisers.create(organisation=elsewhere)

    (row,) = Event.objects.with_organisers()

    with override("en"):
        assert row.who_and_where == "Laboratoire des arches, Lattes, online"


# --- In which language ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "language"),
    [
        ({"summary_fr": "Résumé", "summary_en": "Summary"}, ""),
        ({"summary_fr": "", "summary_en": ""}, ""),
        ({"summary_fr": "Résumé", "summary_en": ""}, "fr"),
        ({"summary_fr": "Résumé", "summary_en": "Summary", "description_en": "Text"}, "en"),
        ({"title_en": "", "summary_en": ""}, "fr"),
    ],
)
def test_object_is_in_one_language_when_the_other_lacks_a_text(texts, language):
    assert factories.EventFactory(**texts).single_language == language
    assert factories.ProjectFactory(**texts).single_language == language


def test_object_has_an_address_for_each_language():
    project = factories.ProjectFactory(title_fr="L’IA à l’hôpital", title_en="AI in hospital")
    only_french = factories.ProjectFactory(title_fr="L’été", title_en="")

    assert project.address_in("fr").endswith("/l-ia-a-l-hopital/")
    assert project.address_in("en").endswith("/ai-in-hospital/")
    assert only_french.address_in("en").endswith("/l-ete/")


# --- Projects -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "is_refused"),
    [
        ("2024", "2024-03", False),
        ("2024-06", "2024", False),
        ("2024-06", "2024-05", True),
        ("2024", "2023", True),
        ("", "2023", False),
    ],
)
def test_project_ends_after_it_starts_as_far_as_is_known(starts_on, ends_on, is_refused):
    project = Project(title_fr="Projet", stage="running", starts_on=starts_on, ends_on=ends_on)

    try:
        project.full_clean()
    except ValidationError as refused:
        assert list(refused.message_dict) == ["ends_on"]
        assert is_refused
    else:
        assert not is_refused


@pytest.mark.parametrize(
    ("columns", "wrong"),
    [
        ({"funder": "Région"}, []),
        ({"organisation": True}, []),
        ({}, ["organisation"]),
        ({"funder": " "}, ["organisation"]),
        ({"funder": "Région", "organisation": True}, ["organisation"]),
        ({"funder": "Région", "source_fr": "", "source_en": "A decision"}, []),
        ({"funder": "Région", "source_fr": " "}, ["source_fr"]),
        ({"source_fr": None}, ["organisation", "source_fr"]),
    ],
)
def test_funding_line_has_one_funder_and_a_source(columns, wrong):
    if "organisation" in columns:
        columns = columns | {"organisation": factories.OrganisationFactory()}
    line = FundingLine(
        project=factories.ProjectFactory(), amount=1, **{"source_fr": "Article"} | columns
    )

    try:
        line.full_clean()
    except ValidationError as refused:
        assert sorted(refused.message_dict) == wrong
    else:
        assert wrong == []
        line.save()


@pytest.mark.parametrize(
    ("model", "columns"),
    [
        (FundingLine, {"amount": 1, "source_fr": "Article"}),
        (FundingLine, {"amount": 1, "funder": "Région", "source_fr": "", "source_en": ""}),
        (FundingLine, {"amount": 1, "funder": "Région"}),
        (ProjectFigure, {"value_fr": "1", "label_fr": "Un", "date": "2025"}),
    ],
)
def test_database_refuses_what_nobody_gives_or_states(model, columns):
    project = factories.ProjectFactory()

    with pytest.raises(IntegrityError):
        model.objects.create(project=project, **columns)


def test_database_refuses_two_funders_on_one_line():
    project, organisation = factories.ProjectFactory(), factories.OrganisationFactory()

    with pytest.raises(IntegrityError):
        project.funding.create(
            organisation=organisation, funder="Région", amount=1, source_fr="Article"
        )


def test_organisation_that_funds_is_not_deleted():
    project, organisation = factories.ProjectFactory(), factories.OrganisationFactory()
    project.funding.create(organisation=organisation, amount=1, source_fr="Article")

    with pytest.raises(ProtectedError):
        organisation.delete()


def test_funding_total_is_the_sum_of_the_lines(django_assert_num_queries):
    project = factories.ProjectFactory()
    assert project.funding_total == 0
    for amount in (900_000, 704_000):
        project.funding.create(funder="Région", amount=amount, source_fr="Article")

    with django_assert_num_queries(1):
        assert project.funding_total == 1_604_000
    (fetched,) = Project.objects.in_full()
    with django_assert_num_queries(0):
        assert fetched.funding_total == 1_604_000


# --- Limits ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "column", "most", "told"),
    [
        (Event, "attendance", 1_000_000, "Check this number: a million people at most."),
        (FundingLine, "amount", 100_000_000_000, "Check this amount: 100 billion euros at most."),
        (FundingLine, "year", 2200, "Give 2200 or less."),
    ],
)
def test_number_that_cannot_be_meant_is_told_without_the_limits_of_a_database(
    model, column, most, told
):
    field = model._meta.get_field(column)

    field.run_validators(most)

    for number in (most + 1, 10**30):
        with override("en"), pytest.raises(ValidationError) as refused:
            field.run_validators(number)
        # Said while English is spoken: the text is made when it is read.
        with override("en"):
            assert refused.value.messages == [told]
