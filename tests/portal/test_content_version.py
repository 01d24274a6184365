"""The version of the content: what raises it, what does not, and who knows of it when."""

import pytest
from django.core.cache import caches
from django.db import transaction

from members.models import Organisation, Person, Seat, Theme, User
from portal import content_version
from portal.content_version import ContentVersion
from portal.lifecycle import kinds, review
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)


def number():
    return ContentVersion.objects.values_list("number", flat=True).filter(pk=1).first() or 0


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


def test_reading_counts_not(raises, client, organisation):
    assert raises(lambda: client.get("/fr/annuaire/")) == 0


def test_a_transaction_counts_once_and_when_it_is_committed(raises, organisation):
    def write():
        with transaction.atomic():
            before = number()
            for name in ("Une", "Deux", "Trois"):
                Organisation.objects.filter(pk=organisation.pk).update(name=name)
            assert number() == before

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

    assert content_version.current() == number() == caches["pages"].get(content_version.KEY)


def test_another_process_knows_soon(organisation, django_assert_num_queries):
    content_version.current()
    ContentVersion.objects.update_or_create(pk=1, defaults={"number": 4_000})

    content_version.forget()  # half a second later

    with django_assert_num_queries(1):
        known = [content_version.current() for _ in range(3)]
    assert known == [4_000] * 3


def test_people_count_as_what_they_are_shown_with(raises, organisation):
    person = Person.objects.create(name="Ada", organisation=organisation)

    assert raises(lambda: Person.objects.filter(pk=person.pk).update(name="Autre")) == 1
