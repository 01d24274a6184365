"""What the stores of images keep is whole, on a disk that is full as well."""

import os
import subprocess
import time

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from portal import storage
from portal.models import Submission
from portal.storage import WholeFiles
from tests import browser
from tests.images import noise, webp
from tests.members.workspace import address, fill
from tests.together import together


@pytest.fixture
def full(tmp_path, settings):
    """The private store on a disk on which nothing has room but its folders."""
    disk = tmp_path / "full"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(disk)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("a disk of a few bytes can only be mounted by root")
    (disk / "filler").write_bytes(b"x" * 8 * 1024)
    settings.STORAGES = settings.STORAGES | {
        "held": {"BACKEND": "portal.storage.WholeFiles", "OPTIONS": {"location": str(disk)}}
    }
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_nothing_is_left_of_what_does_not_fit(full):
    with pytest.raises(OSError, match="No space left"):
        storage.hold("1/image.webp", b"x" * 100_000)

    assert [path for path in full.rglob("*") if path.is_file()] == [full / "filler"]


@pytest.mark.django_db
def test_what_a_killed_process_left_is_swept_away_once_nobody_writes_it(tmp_path, settings):
    places = {"held": tmp_path / "held", "default": tmp_path / "media"}
    settings.STORAGES = settings.STORAGES | {
        name: {"BACKEND": "portal.storage.WholeFiles", "OPTIONS": {"location": str(place)}}
        for name, place in places.items()
    }
    files = [place / "1" / name for place in places.values() for name in ("a.1f.part", "b.2f.part")]
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"half")
    name = storage.hold("1/whole.webp", b"whole")
    a_day_ago = time.time() - 25 * 3600
    for old in (files[0], files[2], places["held"] / name):
        os.utime(old, (a_day_ago, a_day_ago))

    call_command("settle_images")

    left = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {files[1], files[3], places["held"] / name}


@pytest.mark.django_db
def test_an_image_that_does_not_fit_is_told_and_the_text_kept(full, client, alice, organisation):
    client.force_login(alice)
    profile = address("organisation-edit", organisation.slug)
    picture = SimpleUploadedFile("noise.webp", webp(noise((200, 200))), content_type="image/webp")

    answer = fill(client, profile, logo=picture, summary_fr="Gardé")

    html = answer.content.decode()
    assert answer.status_code == 200
    assert "Cette image ne peut pas être conservée pour le moment." in html
    assert browser.fields(html, "form")["summary_fr"] == ["Gardé"]
    assert not Submission.objects.filter(values__has_key="logo").exists()
    assert [path for path in full.rglob("*") if path.is_file()] == [full / "filler"]


def test_two_who_save_one_name_at_once_have_a_file_each(tmp_path):
    store = WholeFiles(location=tmp_path)

    names = together(
        lambda: store.save("one.txt", ContentFile(b"one")),
        lambda: store.save("one.txt", ContentFile(b"two")),
    )

    assert {(tmp_path / name).read_bytes() for name in names} == {b"one", b"two"}
    assert len(list(tmp_path.iterdir())) == 2


def test_a_file_that_goes_while_a_folder_is_measured_counts_nothing(tmp_path):
    store = WholeFiles(location=tmp_path)
    store.save("7/there.webp", ContentFile(b"12345"))
    # Listed, and not to be found: as what somebody else is just writing or publishing.
    (tmp_path / "7" / "going.webp.part").symlink_to("gone")

    assert store.used("7") == 5
