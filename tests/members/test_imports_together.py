"""Two workers at one import at once, on PostgreSQL: they share its lines, and write none twice."""

import pytest

from members.imports import steps
from members.models import Import, Organisation
from portal.models import HistoryEntry
from tests import factories
from tests.faults import imports as faults
from tests.members.imports import checked, outcomes, table
from tests.together import TOGETHER, together

pytestmark = TOGETHER

LINES = 12


@pytest.fixture(autouse=True)
def _kept(settings):
    """Nobody works at an import but whom the test sends."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


@pytest.mark.threat("T20", "two at once")
def test_two_workers_write_each_line_once(fay):
    known = [factories.OrganisationFactory(name=f"Arche {n}", kind="place") for n in range(LINES)]
    imported = checked(
        fay,
        *([each.name, "", "", "Des ponts."] for each in known),
        *([f"Ponts {n}", "École", "", ""] for n in range(LINES)),
    )
    steps.confirm(imported, by=fay)

    results = together(*[lambda: _work(imported)] * 3)

    _work(imported)
    imported.refresh_from_db()
    assert not [result for result in results if isinstance(result, Exception)], results
    assert imported.state == Import.State.DONE
    assert outcomes(imported) == ["updated"] * LINES + ["added"] * LINES
    assert Organisation.objects.count() == 2 * LINES
    assert HistoryEntry.objects.count() == 2 * LINES


def test_two_workers_check_each_line_once(fay):
    arches = factories.OrganisationFactory(name="Arches", siren="732829320")
    lines = [["Arches", "", "", "Un."], ["", "", "732829320", "Deux."]]
    lines += [[f"Ponts {n}", "École", "", ""] for n in range(LINES)]
    imported = steps.begin("t.csv", table(*lines), by=fay)

    results = together(*[lambda: _work(imported)] * 3)

    _work(imported)
    assert not [result for result in results if isinstance(result, Exception)], results
    assert sorted(outcomes(imported)[:2]) == ["changed", "error"]
    assert outcomes(imported)[2:] == ["new"] * LINES
    assert imported.lines.get(organisation=arches).outcome == "changed"


def test_two_people_confirm_at_once(fay):
    imported = checked(fay, ["Ponts", "École", "", ""])

    together(*[lambda: steps.confirm(imported, by=fay)] * 2)

    _work(imported)
    assert HistoryEntry.objects.count() == 1


def _work(imported):
    while steps.work(imported.pk):
        pass


@pytest.mark.threat("T20", "half import")
def test_killed_workers_lose_nothing_and_write_nothing_twice(fay):
    outcomes, killed = faults.import_while_killing(lines=40, kills=4, by=fay)

    assert (outcomes, killed) == ({"added": 20, "updated": 20}, 4)
    assert HistoryEntry.objects.count() == 40
