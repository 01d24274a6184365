"""The picture on the page of an event and of a project: which copy, and in whose words."""

import pytest
from django.utils import timezone

from portal import renditions
from tests import factories
from tests.events.pages import address, body
from tests.images import noise, public_image, webp

pytestmark = pytest.mark.django_db
MAKERS = {"event": factories.EventFactory, "project": factories.ProjectFactory}


def main_of(client, kind, obj):
    """What stands between header and footer of the English page of an object."""
    return body(client.get(address(f"{kind}-detail", obj.slug_en))).split("<main")[1]


@pytest.mark.parametrize("kind", MAKERS)
def test_browser_chooses_a_copy_of_the_image(kind, client):
    name = public_image("7/photo.webp", webp(noise((1600, 1200))))
    obj = MAKERS[kind](image=name, image_alt_en="Two arches")

    text = main_of(client, kind, obj)

    narrow, wide = (f"/media/{renditions.name_of(name, size)}" for size in ("480", "800"))
    [copy, widest] = renditions.shown(name, "480", "800")
    assert f'<img src="{wide}" srcset="{narrow} {copy.width}w, {wide} {widest.width}w" ' in text
    assert 'alt="Two arches" width="1600" height="1200"' in text
    assert f"/media/{name}" not in text


def test_small_image_leaves_nothing_to_choose(client):
    name = public_image("7/small.webp", webp(noise((300, 200))))
    event = factories.EventFactory(image=name, image_alt_en="Two arches")

    text = main_of(client, "event", event)

    copy = renditions.name_of(name, "800")
    assert f'<img src="/media/{copy}" alt="Two arches" width="300" height="200">' in text


@pytest.mark.parametrize("kind", MAKERS)
def test_words_in_the_other_language_say_so(kind, client):
    obj = MAKERS[kind](image="images/1.webp", image_alt_fr="Deux arches")

    assert 'alt="Deux arches" lang="fr">' in main_of(client, kind, obj)


def test_partners_stand_beside_their_initials(client):
    project = factories.ProjectFactory()
    partner = factories.OrganisationFactory(name="Carrière", logo="logos/1.webp", logo_alt_fr="x")
    project.partners.create(organisation=partner, agreed_at=timezone.now())

    text = main_of(client, "project", project)

    assert ">CA</span>" in text
    assert "logos/1.webp" not in text
