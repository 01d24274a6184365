"""Bringing an earlier version back when something of it is no longer there."""

import pytest
from django.utils.translation import override

from portal import storage
from portal.lifecycle import kinds, review
from tests import factories
from tests.images import noise, webp

pytestmark = pytest.mark.django_db


def write(target, by, **values):
    with review.direct_edit(target, by=by):
        kinds.of(target).content.write(target, values)


def delete(obj):
    """As by somebody with a database at hand: the admin lets nobody delete what is used."""
    type(obj)._base_manager.filter(pk=obj.pk).delete()


def first(target):
    return review.history(target).last()


@pytest.fixture
def theme():
    return factories.ThemeFactory(code="kept")


@pytest.fixture
def project(organisation, elsewhere, theme, fay):
    """A project that named themes and partners once, and says nothing of them any more."""
    project = factories.ProjectFactory(organisation=organisation)
    gone = factories.ThemeFactory(code="gone")
    partners = [{"organisation": each.pk, "role": "data"} for each in (elsewhere, organisation)]
    write(project, fay, themes=[theme.pk, gone.pk], partners=partners, summary_fr="Avant.")
    write(project, fay, themes=[], partners=[], summary_fr="Après.")
    return project


@pytest.mark.threat("T9", "what is gone")
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "Thèmes – 1 choix a été supprimé depuis."),
        ("en", "Themes – 1 choice has been deleted since."),
    ],
)
def test_a_deleted_theme_stays_behind_and_the_rest_comes_back(
    language, said, project, theme, fay, elsewhere
):
    delete(factories.ThemeFactory(code="gone"))

    with override(language):
        done = review.restore(project, first(project), by=fay)

    project.refresh_from_db()
    assert done == (None, [said])
    assert project.summary_fr == "Avant."
    assert list(project.themes.all()) == [theme]
    assert project.partners.count() == 2


@pytest.mark.parametrize(
    ("language", "withdrawn", "said"),
    [
        ("fr", True, "Partenaires – «\u00a0Ailleurs\u00a0» n’est plus dans l’annuaire public."),
        ("en", True, "Partners – “Ailleurs” is no longer public."),
        ("fr", False, "Partenaires – Ce qui y était nommé a été supprimé depuis."),
        ("en", False, "Partners – What it named has been deleted since."),
    ],
)
def test_a_partner_that_is_gone_stays_behind(
    language, withdrawn, said, project, organisation, elsewhere, fay, dana
):
    if withdrawn:
        review.withdraw(elsewhere, by=dana, message="Fermée.")
    else:
        delete(elsewhere)

    with override(language):
        done = review.restore(project, first(project), by=fay)

    assert done.lost == [said]
    assert [row.organisation for row in project.partners.all()] == [organisation]
    assert project.themes.count() == 2


def test_a_partner_that_is_named_today_stays_whatever_became_of_it(project, elsewhere, fay, dana):
    write(project, fay, partners=[{"organisation": elsewhere.pk, "role": "research"}])
    review.withdraw(elsewhere, by=dana, message="Fermée.")

    done = review.restore(project, first(project), by=fay)

    assert done.lost == []
    assert {row.role for row in project.partners.all()} == {"data"}


def test_a_funder_that_is_no_longer_public_stays_behind(project, elsewhere, fay, dana):
    line = {"amount": 1000, "source_fr": "Une décision."}
    lines = [line | {"organisation": elsewhere.pk, "funder": ""}, line | {"funder": "La Région"}]
    write(project, fay, funding=lines)
    entry = review.history(project).first()
    write(project, fay, funding=[])
    review.withdraw(elsewhere, by=dana, message="Fermée.")

    done = review.restore(project, entry, by=fay)

    assert done.lost == [
        "Lignes de financement – «\u00a0Ailleurs\u00a0» n’est plus dans l’annuaire public."
    ]
    assert [row.funder for row in project.funding.all()] == ["La Région"]


def test_a_deleted_commune_leaves_that_of_today(organisation, fay):
    event = factories.EventFactory(organisation=organisation)
    gone, today = factories.CommuneFactory.create_batch(2)
    write(event, fay, commune=gone.pk, place="Halle")
    write(event, fay, commune=today.pk, place="Gare")
    delete(gone)

    done = review.restore(event, first(event), by=fay)

    event.refresh_from_db()
    assert done.lost == ["Commune – Ce qui y était nommé a été supprimé depuis."]
    assert (event.place, event.commune) == ("Halle", today)


def test_an_image_that_is_no_longer_there_stays_behind(organisation, fay):
    image = storage.hold("images/logo.webp", webp(noise((60, 40))))
    write(organisation, fay, logo=image, logo_alt_fr="Un logo", summary_fr="Avant.")
    write(organisation, fay, logo="", summary_fr="Après.")
    storage.held_storage().delete(image)

    done = review.restore(organisation, first(organisation), by=fay)

    organisation.refresh_from_db()
    assert done.lost == ["Logo – Cette image n’est plus là."]
    assert (organisation.summary_fr, organisation.logo.name) == ("Avant.", "")


def test_a_number_that_somebody_took_since_stays_behind(organisation, elsewhere, fay):
    write(organisation, fay, siren="130021397", summary_fr="Avant.")
    write(organisation, fay, siren="", summary_fr="Après.")
    write(elsewhere, fay, siren="130021397")

    done = review.restore(organisation, first(organisation), by=fay)

    organisation.refresh_from_db()
    assert [line.split(" – ")[0] for line in done.lost] == ["SIREN"]
    assert (organisation.siren, organisation.summary_fr) == ("", "Avant.")


def test_values_of_another_age_stay_behind(project, fay):
    entry = first(project)
    write(project, fay, stage="completed")
    step = review.history(project).first()
    link = {"label": "Site", "url": "https://a.example/"}
    step.diff = {"stage": [["running"], "completed"], "links": [[link | {"colour": "red"}], []]}
    step.save()

    done = review.restore(project, entry, by=fay)

    project.refresh_from_db()
    assert len(done.lost) == 2
    assert (project.stage, project.summary_fr) == ("completed", "Avant.")
    assert [row.label for row in project.links.all()] == ["Site"]


def test_a_draft_holds_nothing_that_is_gone(project, elsewhere, organisation, alice, dana):
    delete(factories.ThemeFactory(code="gone"))
    review.withdraw(elsewhere, by=dana, message="Fermée.")

    draft, lost = review.restore(project, first(project), by=alice)

    assert len(lost) == 2
    assert review.submit(draft, by=alice).status == "in_review"
    assert [row["organisation"] for row in draft.values["partners"]] == [organisation.pk]


def test_looking_at_what_would_come_back_changes_nothing(project, fay):
    delete(factories.ThemeFactory(code="gone"))
    version = project.version

    former, lost = review.restorable(project, first(project), by=fay)

    project.refresh_from_db()
    assert (former["summary_fr"], len(lost)) == ("Avant.", 1)
    assert (project.summary_fr, project.version) == ("Après.", version)
    assert not project.partners.exists()
