"""What the page of an organisation tells of its projects and partners."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from events import related
from events.models import Event, Project
from portal.lifecycle import review
from tests import factories
from tests.events.pages import body
from tests.events.partners import crowd, plant, together

pytestmark = pytest.mark.django_db


def profile(client, organisation, language="en") -> str:
    with override(language):
        return body(client.get(reverse("members:organisation-detail", args=[organisation.slug])))


def told(organisation) -> list[tuple[str, list[str], bool]]:
    return [
        (each.name, [str(project) for project in each.common], each.is_founder)
        for each in related.partners(organisation, related.projects(organisation))
    ]


def test_partners_are_told_with_what_they_do_together(organisation):
    one = factories.OrganisationFactory(name="Beta")
    other = factories.OrganisationFactory(name="Alpha")
    founder = factories.OrganisationFactory(name="Gamma", founding=True)
    together("First", organisation, one, founder)
    together("Second", organisation, one, other)
    together("Of others", one, other)

    assert told(organisation) == [
        ("Beta", ["Second", "First"], False),
        ("Alpha", ["Second"], False),
        ("Gamma", ["First"], True),
    ]


def test_partners_are_told_only_where_both_agreed(organisation, dana, fay):
    secret = "zqsecretzq"
    project = together("Bridge", organisation)
    plant(project, secret, moderator=dana, administrator=fay)
    waiting = together(f"{secret} waits", factories.OrganisationFactory())
    waiting.partners.create(organisation=organisation, asked_at=timezone.now())
    review.withdraw(
        together(f"{secret} gone", organisation, factories.OrganisationFactory()),
        by=dana,
        message="Gone.",
    )

    assert told(organisation) == []
    assert [str(each) for each in related.projects(organisation)] == ["Bridge"]


def test_nothing_is_told_of_what_an_organisation_does_that_is_not_public(organisation, dana):
    project = together("First", organisation, factories.OrganisationFactory())
    assert [each.pk for each in related.projects(organisation)] == [project.pk]

    review.withdraw(organisation, by=dana, message="Closed")
    organisation = type(organisation).objects.get(pk=organisation.pk)

    assert [section.rows for section in related.sections(organisation)] == [[], [], [], []]


def test_profile_draws_and_lists_its_partners(client, organisation):
    founder = factories.OrganisationFactory(name="Ville des arches", founding=True)
    together("Bridge", organisation, founder)

    text = profile(client, organisation)

    assert text.count('<svg class="arcade arcade-column') == text.count('class="arcade ') == 1
    assert '<title id="arcade-column">With whom</title>' in text
    assert 'Ville des arches</a><span class="meta">Bridge · founding member</span></li>' in text


def test_profile_without_partners_has_neither_figure_nor_section(client, organisation):
    together("Alone", organisation)

    text = profile(client, organisation)

    assert "arcade" not in text
    assert "With whom" not in text


def test_profile_of_very_much_tells_of_the_latest_projects_and_the_next_events(
    client, monkeypatch, organisation
):
    monkeypatch.setattr(related, "MOST_PROJECTS", 2)
    monkeypatch.setattr(related, "MOST_EVENTS", 2)
    partners = crowd(3)
    for number, partner in enumerate(partners):
        together(f"Project {number}", organisation, partner)
        day = timezone.now() + datetime.timedelta(days=number + 1)
        factories.EventFactory(organisation=organisation, starts_at=day)

    whole = client.get(organisation.address_in("en")).context["sections"]

    soonest = list(Event.objects.upcoming()[:2])
    assert [(str(each.title), each.rows) for each in whole] == [
        ("The latest 2 projects", list(Project.objects.order_by("-published_at")[:2])),
        ("The next 2 events", soonest),
        ("With whom, in the latest 2 projects", partners[1:]),
    ]


def test_profile_of_as_much_as_it_tells_of_says_nothing_of_more(client, monkeypatch, organisation):
    monkeypatch.setattr(related, "MOST_PROJECTS", 1)
    monkeypatch.setattr(related, "MOST_EVENTS", 1)
    together("Bridge", organisation, factories.OrganisationFactory())
    factories.EventFactory(organisation=organisation)

    whole = client.get(organisation.address_in("en")).context["sections"]

    assert [each.title for each in whole] == ["Projects", "Upcoming events", "With whom"]


def test_spark_has_the_colour_of_the_figure_on_every_page(client, organisation):
    partners = crowd(3)
    together("Small", organisation, partners[0])
    project = together("Large", organisation, *partners)
    spark = '<svg class="arches ciste" width="74" height="20"'

    with override("en"):
        pages = [reverse("home"), reverse("events:project-list"), project.get_absolute_url()]
        pages += [organisation.get_absolute_url(), f"{reverse('search')}?q=Large"]
    for page in pages:
        assert body(client.get(page)).count(spark) == 1, page
    assert 'class="crown ciste"' in body(client.get(pages[0]))
    assert "4 partners" in body(client.get(project.get_absolute_url()))
