"""Migrations on a filled database: nothing that was public, held or noted is lost."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from members.models import Affiliation
from portal.models import HistoryEntry, Submission

pytestmark = pytest.mark.database

BEFORE = [("members", "0002_organisation_sort_name"), ("portal", "0003_site_texts")]


@pytest.fixture
def before(transactional_db):
    """The tables as they were, and back to today's at the end whatever happened."""
    MigrationExecutor(connection).migrate(BEFORE)
    yield MigrationExecutor(connection).loader.project_state(BEFORE).apps
    migrate_forwards()


def migrate_forwards():
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_parents_become_rows_that_are_agreed(before):
    kind = before.get_model("contenttypes", "ContentType").objects.get(
        app_label="members", model="organisation"
    )
    organisations = before.get_model("members", "Organisation").objects
    university = organisations.create(name="Université", slug="universite", kind="university")
    laboratory = organisations.create(
        name="Labo", slug="labo", kind="laboratory", parent=university
    )
    before.get_model("portal", "Submission").objects.create(
        kind=kind,
        target_id=laboratory.pk,
        values={"parent": None, "name": "Labo 2"},
        base={"parent": university.pk, "name": "Labo"},
    )
    before.get_model("portal", "HistoryEntry").objects.create(
        target_type=kind, target_id=laboratory.pk, diff={"parent": [None, university.pk]}
    )

    migrate_forwards()

    row = Affiliation.objects.get()
    assert (row.part_id, row.organisation_id) == (laboratory.pk, university.pk)
    assert list(Affiliation.objects.agreed()) == [row]
    held = Submission.objects.get()
    assert held.values == {"parents": [], "name": "Labo 2"}
    assert held.base == {"parents": [{"organisation": university.pk}], "name": "Labo"}
    assert HistoryEntry.objects.get().diff == {"parents": [[], [{"organisation": university.pk}]]}
