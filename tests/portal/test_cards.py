"""The pictures for social networks: one for each language of what is public, none of anything else."""

import io
import re

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from PIL import Image

from events.models import Event
from portal import cards
from portal.lifecycle import kinds, review
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def stored():
    """The names of the pictures of an object, in order."""

    def names(obj):
        folder = f"cards/{obj._meta.model_name}/{obj.pk}"
        return sorted(f"{folder}/{name}" for name in default_storage.listdir(folder)[1])

    return names


@pytest.fixture
def event(fay, organisation, django_capture_on_commit_callbacks):
    """An event as staff publish it."""
    event = Event(organisation=organisation)
    values = {
        "title_fr": "Atelier des arches",
        "title_en": "Arches workshop",
        "kind": "workshop",
        "starts_at": "2027-03-04T13:00:00+00:00",
        "place": "Les Arceaux",
    }
    with django_capture_on_commit_callbacks(execute=True), review.direct_edit(event, by=fay):
        kinds.of(event).content.write(event, values)
    return event


def wanted(obj):
    return sorted(cards.name_of(obj, language) for language in ("fr", "en"))


def test_what_is_published_has_a_picture_in_each_language(client, event, stored):
    page = client.get(f"/fr/agenda/{event.slug_fr}/").content.decode()

    assert stored(event) == wanted(event)
    with default_storage.open(cards.name_of(event, "fr")) as file:
        assert Image.open(file).size == (1200, 630)
    image = re.search(r'property="og:image" content="([^"]+)"', page)[1]
    assert image == f"http://testserver/media/{cards.name_of(event, 'fr')}"
    assert 'property="og:image:alt" content="Atelier des arches"' in page


def test_card_says_what_when_and_where_in_its_language(event):
    event.refresh_from_db()

    assert event.card("fr") == ("Atelier des arches", "Atelier · 4 mars 2027 · Les Arceaux")
    assert event.card("en") == ("Arches workshop", "Workshop · 4 March 2027 · Les Arceaux")


def test_picture_follows_the_title_and_the_older_one_is_gone(
    fay, event, stored, django_capture_on_commit_callbacks
):
    before = stored(event)
    event = Event.objects.get(pk=event.pk)

    with django_capture_on_commit_callbacks(execute=True), review.direct_edit(event, by=fay):
        kinds.of(event).content.write(event, {"title_fr": "Atelier des ponts"})

    event.refresh_from_db()
    assert stored(event) == wanted(event)
    assert stored(event) != before


def test_picture_goes_when_the_object_is_withdrawn(
    fay, event, stored, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        review.withdraw(Event.objects.get(pk=event.pk), by=fay, message="Fini.")

    assert stored(event) == []


def test_what_is_lacking_is_drawn_by_a_command(event, stored, capsys):
    for name in stored(event):
        default_storage.delete(name)

    call_command("draw_cards")

    assert stored(event) == wanted(event)
    assert "events.Event: 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    "title",
    [
        "",
        "A",
        "mot " * 60,
        "Anticonstitutionnellement" * 8,
        "مرحبا بالعالم",
        "🦩" * 40,
        "a\x00b\nc",
    ],
)
def test_any_title_can_be_drawn(title):
    drawn = cards.draw(cards.Card(title, title), arches=40)

    assert Image.open(io.BytesIO(drawn)).format == "PNG"
    assert len(drawn) < 60_000


def test_project_has_an_arch_between_each_two_partners():
    project = factories.ProjectFactory()
    before = project.card_arches
    for _each in range(3):
        partner = factories.OrganisationFactory()
        project.partners.create(organisation=partner, agreed_at=project.published_at)
    project.partners.create(organisation=factories.OrganisationFactory())  # not agreed yet

    assert (before, project.card_arches) == (1, 3)
    assert project.card("en") == (project.title_en, "Project · Running")
