"""What the page of an organisation tells of its projects and partners."""

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from events import related
from events.models import Project
from portal.lifecycle import agreements, review
from tests import factories
from tests.events.pages import body

pytestmark = pytest.mark.django_db


def bridge(title: str, *partners) -> Project:
    """A published project in which these organisations agreed to be named."""
    project = factories.ProjectFactory(organisation=None, title_fr=title, title_en=title)
    for partner in partners:
        project.partners.create(organisation=partner, agreed_at=timezone.now())
    return project


def profile(client, organisation, language="en") -> str:
    with override(language):
        return body(client.get(reverse("members:organisation-detail", args=[organisation.slug])))


def told(organisation) -> list[tuple[str, list[str], bool]]:
    return [
        (each.name, [str(project) for project in each.common], each.is_founder)
        for each in related.partners(organisation)
    ]


def test_partners_are_told_with_what_they_do_together(organisation):
    one = factories.OrganisationFactory(name="Beta")
    other = factories.OrganisationFactory(name="Alpha")
    founder = factories.OrganisationFactory(name="Gamma", founding=True)
    bridge("First", organisation, one, founder)
    bridge("Second", organisation, one, other)
    bridge("Of others", one, other)

    assert told(organisation) == [
        ("Beta", ["Second", "First"], False),
        ("Alpha", ["Second"], False),
        ("Gamma", ["First"], True),
    ]


def test_partners_are_told_only_where_both_agreed(organisation, dana, fay):
    secret = "zqsecretzq"
    project = bridge("Bridge", organisation)
    for word in ("asked", "declined", "gone"):
        named = factories.OrganisationFactory(name=f"{secret} {word}")
        row = project.partners.create(organisation=named, asked_at=timezone.now())
        if word == "declined":
            row.declined_at = timezone.now()
            row.save()
        if word == "gone":
            agreements.record(row, source="An article", by=fay)
            review.withdraw(named, by=dana, message="Gone.")
    waiting = bridge(f"{secret} waits", factories.OrganisationFactory())
    waiting.partners.create(organisation=organisation, asked_at=timezone.now())
    review.withdraw(
        bridge(f"{secret} gone", organisation, factories.OrganisationFactory()),
        by=dana,
        message="Gone.",
    )

    assert told(organisation) == []
    assert [str(each) for each in related.projects(organisation)] == ["Bridge"]


def test_profile_draws_and_lists_its_partners(client, organisation):
    founder = factories.OrganisationFactory(name="Ville des arches", founding=True)
    bridge("Bridge", organisation, founder)

    text = profile(client, organisation)

    assert text.count('<svg class="arcade arcade-column') == text.count('class="arcade ') == 1
    assert '<title id="arcade-column">With whom</title>' in text
    assert 'Ville des arches</a><span class="meta">Bridge · founding member</span></li>' in text


def test_profile_without_partners_has_neither_figure_nor_section(client, organisation):
    bridge("Alone", organisation)

    text = profile(client, organisation)

    assert "arcade" not in text
    assert "With whom" not in text


def test_spark_has_the_colour_of_the_figure_on_every_page(client, organisation):
    partners = factories.OrganisationFactory.create_batch(3)
    bridge("Small", organisation, partners[0])
    project = bridge("Large", organisation, *partners)
    spark = '<svg class="arches ciste" width="74" height="20"'

    with override("en"):
        pages = [reverse("home"), reverse("events:project-list"), project.get_absolute_url()]
        pages += [organisation.get_absolute_url(), f"{reverse('search')}?q=Large"]
    for page in pages:
        assert body(client.get(page)).count(spark) == 1, page
    assert 'class="crown ciste"' in body(client.get(pages[0]))
    assert "4 partners" in body(client.get(project.get_absolute_url()))
