"""Which projects and partners figures draw, and in which colours."""

import datetime

import pytest
from django.utils import timezone
from django.utils.translation import override

from events import figures, related
from events.models import Project
from portal import display
from portal.drawing.arcade import MOST_POINTS
from portal.drawing.lying import COLUMN
from tests import factories
from tests.events.partners import crowd, plant, together

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


def drawn_of_home():
    return figures.across(figures.leading())


def drawn_of(organisation):
    return figures.beside(related.projects(organisation))


def names(drawn) -> dict[str, set[str]]:
    """The projects that are drawn, and who is in each."""
    return {row.name: {point.name for point in partners} for row, partners in drawn.figure.rows}


def colours(projects=None) -> dict[str, str]:
    found = figures.coloured(Project.objects.published() if projects is None else projects)
    return {str(each): each.colour for each in found}


# --- Which projects -------------------------------------------------------------------------------


def test_home_draws_the_projects_with_the_most_partners():
    together("Three", *crowd(3))
    together("Alone", *crowd(1))
    together("Nobody")
    together("Four, old", *crowd(4), published_at="2024-01-01T00:00:00Z")
    together("Four, new", *crowd(4))
    together("Two", *crowd(2))
    together("Withdrawn", *crowd(9), withdrawn=True)

    drawn = drawn_of_home()

    assert list(names(drawn)) == ["Four, new", "Four, old", "Three"]
    assert [each.name for each in drawn.drawings] == ["narrow", "medium", "wide"]
    assert (drawn.projects, drawn.points) == (3, 40)


def test_there_is_no_figure_before_two_partners_agreed():
    alone = together("Alone", *crowd(1))
    alone.partners.create(organisation=factories.OrganisationFactory(), asked_at=timezone.now())

    assert drawn_of_home() is None
    assert drawn_of(alone.partners.first().organisation) is None


def test_a_project_that_would_bring_too_many_points_is_left_out():
    together("Crowd", *crowd(MOST_POINTS + 1))
    together("Large", *crowd(MOST_POINTS - 2))
    together("Small", *crowd(2))

    drawn = drawn_of_home()

    assert list(names(drawn)) == ["Large", "Small"]
    assert len(drawn.figure.points) == MOST_POINTS


def test_profile_draws_the_projects_of_the_organisation(organisation, elsewhere):
    for number in range(7):
        together(f"Common {number}", organisation, *crowd(number))
    together("Of others", elsewhere, factories.OrganisationFactory())
    asked = together("Asked", elsewhere, factories.OrganisationFactory())
    asked.partners.create(organisation=organisation, asked_at=timezone.now())

    drawn = drawn_of(organisation)

    assert list(names(drawn)) == [f"Common {number}" for number in (6, 5, 4, 3, 2)]
    assert [each.name for each in drawn.drawings] == ["column"]
    assert (drawn.projects, drawn.points) == (5, COLUMN.most)


def test_only_who_is_public_and_agreed_is_drawn(organisation, elsewhere, dana, fay):
    made = together("Bridge", organisation, elsewhere)
    plant(made, "zqsecretzq", moderator=dana, administrator=fay)

    expected = {"Bridge": {"Laboratoire des arches", "Ailleurs"}}
    assert names(drawn_of_home()) == expected
    assert names(drawn_of(organisation)) == expected


def test_points_are_filled_while_the_organisation_is_a_founder(organisation):
    founder = factories.OrganisationFactory(name="Founder", founding=True)
    former = factories.OrganisationFactory(name="Former founder", founding=True)
    former.memberships.update(until=timezone.localdate() - datetime.timedelta(days=1))
    together("Bridge", organisation, founder, former)

    points = drawn_of_home().figure.points

    assert {point.name: point.is_founder for point in points} == {
        "Laboratoire des arches": False,
        "Founder": True,
        "Former founder": False,
    }
    assert {point.name: (point.shown, point.kind, point.url) for point in points}[
        "Laboratoire des arches"
    ] == ("LDA", "Laboratory", organisation.get_absolute_url())


def test_figure_says_the_day_of_the_last_change(organisation, elsewhere):
    made = together("Bridge", organisation, elsewhere)
    made.partners.update(agreed_at="2024-05-06T10:00:00Z")
    Project.objects.update(updated_at="2024-03-04T10:00:00Z")

    assert drawn_of_home().latest == datetime.date(2024, 5, 6)


def test_a_title_in_the_other_language_is_marked(organisation, elsewhere):
    made = together("Pont", organisation, elsewhere)
    Project.objects.filter(pk=made.pk).update(title_en="")

    (arcade,) = drawn_of_home().figure.arcades

    assert (arcade.name, arcade.language) == ("Pont", "fr")


@pytest.mark.parametrize("partners", [2, 13])
def test_figures_cost_the_same_whatever_they_draw(
    organisation, partners, django_assert_num_queries
):
    for number in range(partners // 2):
        together(
            f"Bridge {number}",
            organisation,
            *crowd(partners - 1),
        )

    with django_assert_num_queries(2):  # projects, colours
        drawn_of_home()
    with django_assert_num_queries(2):
        drawn_of(organisation)


# --- Colours --------------------------------------------------------------------------------------


def test_projects_that_share_a_partner_differ_as_far_as_colours_go(organisation):
    for number in range(6):
        together(f"P{number}", organisation, *crowd(9 - number))

    found = colours()

    assert [found[f"P{number}"] for number in range(5)] == list(display.ARCH_COLOURS)
    # The sixth has that of the smallest of its neighbours.
    assert found["P5"] == found["P4"]


def test_a_project_has_one_colour_wherever_it_is_drawn(organisation):
    made = [
        together(f"P{number}", organisation, factories.OrganisationFactory()) for number in range(4)
    ]

    whole = colours()

    assert len(set(whole.values())) == 4
    for each in made:
        assert colours([each]) == {str(each): whole[str(each)]}
    assert [(arcade.name, arcade.colour) for arcade in drawn_of(organisation).figure.arcades] == [
        (str(each), whole[str(each)]) for each in reversed(made)
    ]


def test_a_project_without_partners_has_a_colour_too():
    together("Nobody")

    assert colours() == {"Nobody": display.ARCH_COLOURS[0]}


def test_no_project_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert figures.coloured([]) == []
