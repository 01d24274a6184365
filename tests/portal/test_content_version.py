"""The version of the content: what raises it, what does not, and who knows of it when."""

import pytest
from django.core.cache import caches
from django.db import transaction
from django.utils import timezone

from members.models import Organisation, Person, Seat, Theme, User
from portal import content_version
from portal.content_version import ContentChange
from portal.lifecycle import kinds, review
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _slow_machine(monkeypatch):
    """However slow the machine: a test says itself when half a second has passed."""
    monkeypatch.setattr(content_version, "BELIEVED", 3600)


def number():
    return ContentChange.objects.count()


@pytest.fixture
def raises():
    """Whether doing something raises the number."""

    def ask(do):
        before = number()
        do()
        return number() - before

    return ask


@pytest.mark.parametrize(
    "change",
    [
        lambda organisation: Person.objects.create(name="Ada", organisation=organisation),
        lambda organisation: Organisation.objects.filter(pk=organisation.pk).update(name="Autre"),
        lambda organisation: organisation.themes.add(Theme.objects.get()),
        lambda organisation: Theme.objects.all().delete(),
        lambda organisation: Theme.objects.bulk_create([Theme(code="autre", name_fr="Autre")]),
        lambda organisation: Organisation.objects.bulk_update([organisation], ["name"]),
    ],
    ids=["saved", "updated", "related", "deleted", "created at once", "updated at once"],
)
def test_whatever_is_written_of_what_visitors_see_counts(raises, organisation, change):
    factories.ThemeFactory()

    assert raises(lambda: change(organisation)) >= 1


def test_what_no_page_of_a_visitor_shows_counts_not(raises, alice, organisation):
    kind = kinds.named("organisation")

    def write():
        User.objects.filter(pk=alice.pk).update(full_name="Alice")
        Seat.objects.update(role="owner")
        values = kind.content.read(organisation) | {"summary_fr": "Brouillon."}
        review.submit(review.save(kind, values, by=alice, target=organisation), by=alice)

    assert raises(write) == 0


@pytest.mark.parametrize("address", ["/fr/annuaire/", "/fr/rechercher/?q=sante"])
def test_reading_counts_not(raises, client, organisation, address):
    assert raises(lambda: client.get(address)) == 0


def test_a_transaction_counts_once_and_when_it_is_committed(raises, organisation):
    def write():
        with transaction.atomic():
            for name in ("Une", "Deux", "Trois"):
                Organisation.objects.filter(pk=organisation.pk).update(name=name)

    assert raises(write) == 1


def test_what_is_rolled_back_counts_not(raises, organisation):
    def write():
        with transaction.atomic():
            Organisation.objects.update(name="Jamais")
            transaction.set_rollback(True)

    assert raises(write) == 0


def test_what_is_written_after_a_part_was_rolled_back_counts(raises, organisation):
    def write():
        with transaction.atomic():
            with transaction.atomic():
                Organisation.objects.update(name="Jamais")
                transaction.set_rollback(True)
            Organisation.objects.update(name="Vraiment")

    assert raises(write) == 1


def test_this_process_knows_at_once_and_so_does_who_asks_the_store(organisation):
    Organisation.objects.update(name="Autre")

    assert content_version.current() == caches["pages"].get(content_version.KEY)
    assert content_version.current().startswith(f"{number()}.")


def test_another_process_knows_soon(organisation, django_assert_num_queries):
    before = content_version.current()
    ContentChange.objects.create()  # as another process does

    at_once = content_version.current()
    content_version.forget()  # half a second later
    with django_assert_num_queries(1):
        known = [content_version.current() for _ in range(3)]

    assert at_once == before
    assert len({*known, before}) == 2


def test_a_mark_is_as_durable_as_what_it_is_about(raises, organisation, monkeypatch):
    def killed():
        raise OSError("killed right after the commit")

    monkeypatch.setattr(content_version, "tell", killed)

    assert raises(lambda: Organisation.objects.update(name="Autre")) == 1


def test_marks_that_commit_out_of_order_are_all_seen(organisation):
    later = ContentChange.objects.create()
    seen = content_version.current()
    content_version.forget()

    ContentChange.objects.create(pk=later.pk + 1_000_000)
    last = content_version.current()
    content_version.forget()
    # One with a lower number, written before and committed after.
    ContentChange.objects.create(pk=later.pk + 1, at=later.at)

    assert len({seen, last, content_version.current()}) == 3


@pytest.mark.parametrize(
    ("sql", "changes"),
    [
        ("UPDATE members_organisation SET name = name", True),
        ("\n  /* why */ UPDATE members_organisation SET name = name", True),
        ("WITH a AS (SELECT 1) UPDATE members_organisation SET name = name", True),
        ("TRUNCATE members_organisation", True),
        ("UPDATE django_session SET expire_date = expire_date", False),
        ("SELECT * FROM members_organisation", False),
        ("WITH a AS (SELECT 1) SELECT * FROM a", False),
        ("  select 1", False),
    ],
)
def test_what_cannot_be_told_from_a_change_is_one(sql, changes):
    assert content_version._changes_something(sql) is changes


def test_old_marks_are_forgotten():
    recent = ContentChange.objects.create()
    old = ContentChange.objects.create(at=timezone.now() - 1.5 * content_version.KEPT)

    def left():
        content_version.forget_old()
        return set(ContentChange.objects.values_list("pk", flat=True)) & {recent.pk, old.pk}

    assert left() == {recent.pk, old.pk}  # not one by one: each time all pages are made anew
    ContentChange.objects.create(at=timezone.now() - 3 * content_version.KEPT)
    assert left() == {recent.pk}


def test_people_count_as_what_they_are_shown_with(raises, organisation):
    person = Person.objects.create(name="Ada", organisation=organisation)

    assert raises(lambda: Person.objects.filter(pk=person.pk).update(name="Autre")) == 1
