"""What is offered for a misspelled word: the same on both databases, from public titles only."""

import io

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from events.models import Event
from members.models import Organisation
from portal import search, spelling
from portal.search_models import SpellingKey
from tests.factories import EventFactory, OrganisationFactory, ThemeFactory

pytestmark = pytest.mark.django_db


def known() -> set[str]:
    return set(SpellingKey.objects.values_list("word", flat=True))


@pytest.fixture
def titles(db):
    for name in ("Université de Montpellier", "Pl@ntNet", "Odyss'IA", "Saint-Jean-de-Védas"):
        OrganisationFactory(name=name, summary_fr="Le vocabulaire des résumés.", summary_en="")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("montpelier", "Montpellier"),  # a letter left out
        ("monttpellier", "Montpellier"),  # one too many
        ("montpallier", "Montpellier"),  # another one
        ("motnpellier", "Montpellier"),  # two exchanged
        ("MONTPELIER", "Montpellier"),
        ("universite montpelier", "universite Montpellier"),
        ("l’univrsité, montpelier !", "l’Université, Montpellier !"),
        ("plantnett", "Pl@ntNet"),
        ("odisia", ""),  # too far
        ("odysia", "Odyss'IA"),
        ("vedass", "Védas"),
        ("montpellier", ""),  # known
        ("resume", ""),  # of a text, and no title
        ("mon", ""),  # too short to tell
        ("zzzz", ""),
        ("?!", ""),
        ("", ""),
    ],
)
def test_offers_what_is_spelled_nearly_the_same(titles, query, expected):
    offered = spelling.corrections(query)

    assert next(iter(offered), "") == expected


def test_offer_finds_something(titles):
    querysets = [Organisation.objects.published(), Event.objects.published()]

    assert search.suggestion("univrsité montpelier", querysets) == "Université Montpellier"
    # Both words are known, and no title or text has them together.
    assert search.suggestion("plantnett montpelier", querysets) == ""


def test_offer_costs_a_few_queries_however_long_the_text(titles, django_assert_max_num_queries):
    querysets = [Organisation.objects.published(), Event.objects.published()]
    text = " ".join(["univrsite", "montpelier", "plantnett", "vedass"] * 5)[:200]

    with django_assert_max_num_queries(1):
        assert len(spelling.corrections(text)) <= spelling.MOST_OFFERED
    with django_assert_max_num_queries(1 + spelling.MOST_OFFERED):
        search.suggestion(text, querysets)


def test_words_are_known_while_a_public_title_has_them():
    first = OrganisationFactory(name="Aqueduc ancien")
    second = EventFactory(title_fr="Aqueduc", title_en="", organisation=first)
    assert {"aqueduc", "ancien"} <= known()

    first.name = "Viaduc"
    search.index(first)
    assert {"aqueduc", "viaduc"} <= known() and "ancien" not in known()
    search.remove(second)
    assert "viaduc" in known() and "aqueduc" not in known()
    Organisation.objects.filter(pk=first.pk).update(
        status="withdrawn", withdrawn_at=first.published_at
    )
    first.refresh_from_db()
    search.index(first)
    assert known() == set()


def test_words_of_one_title_are_learnt_once(django_assert_num_queries):
    OrganisationFactory(name="Aqueduc des Arceaux")
    before = SpellingKey.objects.count()

    OrganisationFactory(name="Les Arceaux et l’aqueduc")

    assert SpellingKey.objects.count() == before
    assert SpellingKey.objects.get(key="aqueduc").written == "Aqueduc"


def test_reindex_learns_what_is_public_and_nothing_else():
    ThemeFactory(code="x", name_fr="Hydraulique", name_en="Hydraulics")
    OrganisationFactory(name="Aqueduc")
    spelling.learn({"ancien": "Ancien"})
    SpellingKey.objects.filter(word="aqueduc").delete()

    call_command("reindex", stdout=io.StringIO())

    assert known() == {"aqueduc", "hydraulique", "hydraulics"}


@given(one=st.text("abcé", max_size=8), other=st.text("abcé", max_size=8))
def test_differences_are_counted_alike_from_both_sides(one, other):
    count = spelling.differences(one, other)

    assert count == spelling.differences(other, one)
    assert (count == 0) == (one == other)
    assert abs(len(one) - len(other)) <= count <= max(len(one), len(other))
    # Whatever is one letter away shares a key.
    if count == 1:
        assert spelling.keys(one) & spelling.keys(other)


@pytest.mark.parametrize("text", ["\x00", "\ud800", "🌿" * 40, "a-" * 90, "ﷺ" * 20, "é" * 200])
def test_any_text_is_answered(titles, text):
    assert spelling.corrections(text.encode(errors="ignore").decode()) == []
