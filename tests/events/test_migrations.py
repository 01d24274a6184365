"""What migrations do to a database that holds something."""

import datetime

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from events.models import Event, FundingLine, Project, ProjectFigure
from events.querysets import NEVER, over_at
from portal.lifecycle import kinds, review
from portal.models import HistoryEntry, Submission
from tests import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]

OLD = "0002_initial"


@pytest.fixture
def migrate():
    """Moves the tables of events to one of their migrations; they end where they began."""

    def to(name: str):
        executor = MigrationExecutor(connection)
        executor.migrate([("events", name)])
        return executor.loader.project_state([("events", name)]).apps

    (newest,) = [
        name for app, name in MigrationExecutor(connection).loader.graph.leaf_nodes("events")
    ]
    to.newest = newest
    yield to
    # All of them: what other apps have may hang on those of this one.
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def line(funder="", organisation=None, **columns):
    """A funding line as values have it."""
    return {
        "organisation": organisation,
        "funder": funder,
        "amount": 5,
        "programme_fr": "Plan",
        "programme_en": "Plan",
        "year": 2023,
        "source_fr": "",
        "source_en": "",
    } | columns


def figure(**columns):
    """A figure as values have it."""
    return {
        "value_fr": "1",
        "value_en": "1",
        "label_fr": "Images",
        "label_en": "Images",
        "date": "2025",
        "source_fr": "",
        "source_en": "",
    } | columns


@pytest.fixture
def filled(alice, fay, organisation):
    """A project whose rows have a history, with an edit of them that waits."""
    project = factories.ProjectFactory(organisation=organisation)
    kind = kinds.of(project)
    steps = [
        {"funding": [line("Région", source_fr="Ancien article")]},
        {
            "funding": [line("Région", source_fr="Article"), line("État", source_fr="Décret")],
            "figures": [figure(source_fr="Rapport")],
        },
    ]
    for values in steps:
        project.refresh_from_db()
        with review.direct_edit(project, by=fay):
            kind.content.write(project, values)
    project.refresh_from_db()
    held = kind.content.read(project) | {
        "summary_fr": "Autre résumé.",
        "funding": [*steps[1]["funding"], line("Métropole", source_fr="Délibération")],
    }
    submission = review.save(kind, held, by=alice, target=project)
    return project, review.submit(submission, by=alice)


def everything():
    """What the three places hold."""
    return {
        "lines": list(FundingLine.objects.order_by("pk").values()),
        "figures": list(ProjectFigure.objects.order_by("pk").values()),
        "held": list(Submission.objects.order_by("pk").values("values", "base")),
        "history": list(HistoryEntry.objects.order_by("pk").values_list("diff", flat=True)),
    }


def test_sources_move_to_french_wherever_they_are_kept(migrate, filled):
    before = everything()

    old = migrate(OLD)
    rows = list(old.get_model("events", "FundingLine").objects.values("funder", "source"))
    held = Submission.objects.get()
    steps = HistoryEntry.objects.exclude(diff={}).order_by("pk")
    old_diffs = [step.diff for step in steps]
    migrate(migrate.newest)

    plain = {"amount": 5, "programme_fr": "Plan", "programme_en": "Plan", "year": 2023}
    region = {"funder": "Région", **plain, "source": "Article"}
    state = {"funder": "État", **plain, "source": "Décret"}
    assert rows == [
        {"funder": "Région", "source": "Article"},
        {"funder": "État", "source": "Décret"},
    ]
    assert held.base == {"summary_fr": "Un résumé en français.", "funding": [region, state]}
    assert held.values == {
        "summary_fr": "Autre résumé.",
        "funding": [region, state, {"funder": "Métropole", **plain, "source": "Délibération"}],
    }
    first = region | {"source": "Ancien article"}
    assert [diff["funding"] for diff in old_diffs] == [
        [[], [first]],
        [[first], [region, state]],
    ]
    numbers = figure(source="Rapport")
    del numbers["source_fr"], numbers["source_en"]
    assert old_diffs[1]["figures"] == [[], [numbers]]
    # And all of it is back, column for column.
    assert everything() == before


def test_what_waited_is_published_and_what_was_is_restored(migrate, filled, dana, fay):
    project, submission = filled
    first = HistoryEntry.objects.filter(diff__has_key="funding").earliest("pk")
    migrate(OLD)
    migrate(migrate.newest)
    submission.refresh_from_db()

    assert review.conflicts(submission) == []
    review.publish(submission, by=dana)
    published = [str(row) for row in project.funding.all()]
    project.refresh_from_db()
    review.restore(project, first, by=fay)

    assert published == ["Région – 5 €", "État – 5 €", "Métropole – 5 €"]
    restored = kinds.of(project).content.read(Project.objects.get())
    assert restored["funding"] == [line("Région", source_fr="Ancien article")]
    assert restored["figures"] == []


def test_going_back_keeps_names_of_funders_and_english_sources(migrate, fay):
    funder = factories.OrganisationFactory(name="Hôpital")
    project = factories.ProjectFactory()
    with review.direct_edit(project, by=fay):
        kinds.of(project).content.write(
            project, {"funding": [line(organisation=funder.pk, source_en="Decision")]}
        )

    old = migrate(OLD)

    (row,) = old.get_model("events", "FundingLine").objects.values("funder", "source")
    assert row == {"funder": "Hôpital", "source": "Decision"}
    (step,) = HistoryEntry.objects.exclude(diff={})
    (kept,) = step.diff["funding"][1]
    assert (kept["funder"], kept["source"]) == ("Hôpital", "Decision")
    assert timezone.now() > step.at


def test_rows_that_were_half_written_open_in_the_form(migrate, alice, organisation):
    kind = kinds.named("project")
    draft = review.save(kind, {"title_fr": "Projet"}, by=alice, organisation=organisation)
    migrate(OLD)
    rows = {"funding": [{"funder": "Région"}, {"source": "Article"}], "figures": [{}]}
    Submission.objects.filter(pk=draft.pk).update(values=draft.values | rows)

    migrate(migrate.newest)

    draft.refresh_from_db()
    assert draft.values == {
        "title_fr": "Projet",
        "funding": [
            {"funder": "Région", "organisation": None},
            {"source_fr": "Article", "source_en": "", "organisation": None},
        ],
        "figures": [{}],
    }
    form = kind.form(
        kind.content,
        review.proposed(draft),
        user=alice,
        organisation=organisation,
        submission=draft,
    )
    assert [row["funder"].value() for row in form.rows["funding"].forms] == ["Région", None, None]


def test_events_of_before_know_when_they_are_over(migrate):
    start = datetime.datetime(2026, 3, 4, 9, 30, tzinfo=datetime.UTC)
    end = start + datetime.timedelta(hours=2, microseconds=1)
    far = datetime.datetime(9999, 12, 31, tzinfo=datetime.UTC)
    dates = [(start, None), (start, end), (None, None), (far, None), (start, far)]
    for all_day in (True, False):
        for starts_at, ends_at in dates:
            factories.EventFactory(
                starts_at=starts_at, ends_at=ends_at, all_day=all_day, period_fr="Un jour"
            )
    migrate("0006_outcome_name")

    migrate(migrate.newest)

    kept = Event.objects.values_list("starts_at", "ends_at", "all_day", "over_at")
    assert [row[3] for row in kept] == [over_at(*row[:3]) for row in kept]
    assert Event.objects.filter(over_at=NEVER).count() == 6
