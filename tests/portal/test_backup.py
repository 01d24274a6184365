"""Backups: what is destroyed comes back row by row and file by file, and nothing half is used."""

import json
import shutil
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connection

from members.models import Organisation
from portal import backup, content_version
from portal.lifecycle import kinds, review
from tests import factories

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


@pytest.fixture(autouse=True)
def _own_stores(settings, tmp_path):
    """Stores that nothing else writes to."""
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "public"},
        },
        "held": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "private", "base_url": None},
        },
    }


@pytest.fixture
def filled(alice, dana, organisation, tomorrow):
    """Something published, something that waits, and images in both stores."""
    event = factories.EventFactory(organisation=organisation, starts_at=tomorrow)
    factories.ProjectFactory(organisation=organisation, themes=[factories.ThemeFactory()])
    kind = kinds.named("event")
    written = kind.content.read(event) | {"summary_fr": "Récrit – « été » 🎉"}
    review.submit(review.save(kind, written, by=alice, target=event), by=alice)
    storages["held"].save("logos/a.png", ContentFile(b"\x00private\xff" * 1000))
    storages["default"].save("cards/event/1/fr.png", ContentFile(b"public"))
    storages["default"].save("logos/é à.png", ContentFile(b""))
    return event


def everything():
    """All rows of all tables and all files of both stores, as they are."""
    rows = {}
    for table in set(backup.tables()) - {"portal_contentchange"}:
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')
            rows[table] = sorted(map(repr, cursor.fetchall()))
    files = {}
    for store in backup.STORES:
        for name in backup._names(storages[store], ""):
            with storages[store].open(name) as file:
                files[store, name] = file.read()
    return rows, files


def destroy():
    """Lose all rows and all files."""
    call_command("flush", interactive=False, verbosity=0)
    for store in backup.STORES:
        for name in list(backup._names(storages[store], "")):
            storages[store].delete(name)


def test_what_was_destroyed_comes_back_row_by_row_and_file_by_file(filled, tmp_path, capsys):
    before = everything()
    call_command("backup", tmp_path / "backups")
    made = Path(capsys.readouterr().out.strip())
    destroy()
    storages["default"].save("later.png", ContentFile(b"after the backup"))
    factories.OrganisationFactory(name="Après la sauvegarde")
    before_version = content_version.current()

    call_command("restore", made, "--replace")

    assert everything() == before
    content_version.forget()
    assert content_version.current() != before_version
    # New rows get numbers that no row has.
    assert factories.OrganisationFactory().pk > max(
        int(line.split(",")[0].strip("(")) for line in before[0]["members_organisation"]
    )


def test_nobody_is_signed_in_again_by_a_backup(filled, tmp_path, client, fay):
    client.force_login(fay)
    made = backup.write(tmp_path / "backups")

    backup.read(made, replace=True)

    assert client.get("/fr/espace/").status_code == 302


def test_a_backup_says_what_is_in_it_and_holds_no_key(filled, tmp_path, settings):
    made = backup.write(tmp_path / "backups")

    contents = json.loads((made / backup.LIST).read_text())
    assert contents["rows"]["events_event"] == 1
    assert contents["migrations"]["portal"]
    assert set(contents["files"]) == {
        backup.DATABASES[connection.vendor],
        "held.tar",
        "media.tar",
    }
    assert "SECRET_KEY" in contents["kept_elsewhere"]
    for file in made.iterdir():
        assert settings.SECRET_KEY.encode() not in file.read_bytes()
    assert made.stat().st_mode & 0o077 == 0


def test_a_database_that_holds_something_is_not_written_over_by_mistake(filled, tmp_path):
    made = backup.write(tmp_path / "backups")
    Organisation.objects.update(name="Depuis")

    with pytest.raises(CommandError, match="not empty"):
        call_command("restore", made)

    assert Organisation.objects.get().name == "Depuis"


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda made: (made / "held.tar").write_bytes(b"x"), "held.tar is not what it was"),
        (lambda made: (made / "media.tar").unlink(), "media.tar is missing"),
        (lambda made: (made / backup.LIST).write_text("{"), "is no backup"),
        (lambda made: shutil.rmtree(made), "is no backup"),
    ],
    ids=["changed", "missing", "no list", "nothing"],
)
def test_a_backup_that_was_harmed_changes_nothing(filled, tmp_path, harm, message):
    made = backup.write(tmp_path / "backups")
    before = everything()
    harm(made)

    with pytest.raises(CommandError, match=message):
        call_command("restore", made, "--replace")

    assert everything() == before


def test_no_half_backup_is_left_where_there_is_no_room(filled, tmp_path, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_pack", full)

    with pytest.raises(CommandError, match="Nothing was written"):
        call_command("backup", tmp_path / "backups")

    assert list((tmp_path / "backups").iterdir()) == []
