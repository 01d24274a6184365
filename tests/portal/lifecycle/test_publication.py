"""Images are public while what shows them is, whoever else publishes or withdraws meanwhile."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection

from members.models import Organisation
from portal import images, renditions, storage
from portal.lifecycle import kinds, publication, review
from tests.members.workspace import photo
from tests.together import together

pytestmark = pytest.mark.django_db


def hold_logo(organisation):
    return storage.hold(f"{organisation.pk}/logo.webp", images.reencode(photo()))


def edit(organisation, by, **values):
    """Change a live organisation as staff do."""
    target = Organisation.objects.get(pk=organisation.pk)
    with review.direct_edit(target, by=by):
        kinds.of(target).content.write(target, values)


def test_image_replaced_is_no_longer_public(fay, organisation, django_capture_on_commit_callbacks):
    first, second = hold_logo(organisation), hold_logo(organisation)

    with django_capture_on_commit_callbacks(execute=True):
        edit(organisation, fay, logo=first, logo_alt_fr="Un logo")
    shown = set(storage.shown())
    with django_capture_on_commit_callbacks(execute=True):
        edit(organisation, fay, logo=second)

    assert shown == {first}
    assert set(storage.shown()) == {second}


def test_image_that_another_live_object_shows_stays_public(
    fay, organisation, elsewhere, django_capture_on_commit_callbacks
):
    logo = hold_logo(organisation)
    with django_capture_on_commit_callbacks(execute=True):
        edit(organisation, fay, logo=logo, logo_alt_fr="Un logo")
        edit(elsewhere, fay, logo=logo, logo_alt_fr="Un logo")

    with django_capture_on_commit_callbacks(execute=True):
        review.withdraw(Organisation.objects.get(pk=elsewhere.pk), by=fay, message="Fini.")

    assert set(storage.shown()) == {logo}


def test_what_a_crash_left_undone_is_settled(fay, organisation, elsewhere, capsys):
    # Nothing that was to follow these commits took place.
    missing, left = hold_logo(organisation), hold_logo(elsewhere)
    edit(organisation, fay, logo=missing, logo_alt_fr="Un logo")
    storage.show(left, {renditions.TILE: b"a copy"})
    stray = list(publication.stray())

    call_command("settle_images")

    assert stray == sorted([missing, left])
    assert capsys.readouterr().out.split() == sorted([missing, left])
    assert set(storage.shown()) == {missing}
    assert public_files(elsewhere) == set()
    assert list(publication.stray()) == []


def public_files(organisation):
    """Everything that lies in the public folder of an organisation."""
    folder = Path(settings.MEDIA_ROOT) / str(organisation.pk)
    return {str(file.relative_to(folder.parent)) for file in folder.rglob("*") if file.is_file()}


def test_image_has_its_smaller_copies_while_it_is_public(
    fay, organisation, django_capture_on_commit_callbacks
):
    first, second = hold_logo(organisation), hold_logo(organisation)
    with django_capture_on_commit_callbacks(execute=True):
        edit(organisation, fay, logo=first, logo_alt_fr="Un logo")
    shown = public_files(organisation)

    with django_capture_on_commit_callbacks(execute=True):
        edit(organisation, fay, logo=second)

    assert shown == {first, *renditions.names_of(first)}
    assert public_files(organisation) == {second, *renditions.names_of(second)}


@pytest.mark.threat("T6", "images")
def test_smaller_copies_are_withdrawn_with_their_image(
    fay, organisation, django_capture_on_commit_callbacks
):
    logo = hold_logo(organisation)
    with django_capture_on_commit_callbacks(execute=True):
        edit(organisation, fay, logo=logo, logo_alt_fr="Un logo")
    shown = public_files(organisation)

    with django_capture_on_commit_callbacks(execute=True):
        review.withdraw(Organisation.objects.get(pk=organisation.pk), by=fay, message="Fini.")

    assert len(shown) == 1 + len(renditions.SIZES)
    assert public_files(organisation) == set()


def test_copy_left_without_its_image_is_removed(organisation):
    default_storage.save(f"{organisation.pk}/tile/logo.webp", ContentFile(b"a copy"))

    call_command("settle_images")

    assert public_files(organisation) == set()


def test_image_published_before_there_were_copies_gets_them(
    fay, organisation, django_capture_on_commit_callbacks
):
    logo = hold_logo(organisation)
    with django_capture_on_commit_callbacks(execute=True):
        edit(organisation, fay, logo=logo, logo_alt_fr="Un logo")
    for name in renditions.names_of(logo):
        default_storage.delete(name)

    call_command("settle_images")

    assert public_files(organisation) == {logo, *renditions.names_of(logo)}


def test_image_of_which_no_copy_can_be_made_is_public_all_the_same(
    fay, organisation, caplog, django_capture_on_commit_callbacks
):
    logo = storage.hold(f"{organisation.pk}/logo.webp", b"broken")

    with django_capture_on_commit_callbacks(execute=True):
        edit(organisation, fay, logo=logo, logo_alt_fr="Un logo")

    assert public_files(organisation) == {logo}
    assert f"No smaller copies could be made of {logo}" in caplog.text


@pytest.fixture(autouse=True)
def _empty_store():
    for name in list(storage.shown()):
        storage.hide(name)


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer at a time, so two never meet"
)
@pytest.mark.parametrize("_round", range(5))
def test_publishing_meets_withdrawing(_round, fay, organisation):
    logo = hold_logo(organisation)
    edit(organisation, fay, logo=logo, logo_alt_fr="Un logo")
    target = Organisation.objects.get(pk=organisation.pk)
    review.withdraw(target, by=fay, message="Un instant.")

    together(
        lambda: review.republish(target, by=fay),
        lambda: review.withdraw(target, by=fay, message="Fini."),
    )

    target.refresh_from_db()
    assert set(storage.shown()) == ({logo} if target.is_published else set())
