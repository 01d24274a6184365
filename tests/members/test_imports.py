"""Organisations from a table: what a line is about, what it would change, and what is written."""

import datetime

import pytest
from django.utils import timezone, translation

from members.imports import steps
from members.models import Import, ImportLine, Organisation
from members.tables import organisation_columns
from portal import cards, spreadsheets
from portal.lifecycle import kinds, review
from portal.lifecycle.errors import WrongState
from portal.models import FormerSlug, HistoryEntry, SearchDocument
from tests import factories
from tests.members.imports import checked, done, finish, only, outcomes, said

pytestmark = [pytest.mark.django_db, pytest.mark.database]

SIREN, OTHER_SIREN = "732829320", "552100554"


@pytest.fixture
def arches(db):
    return factories.OrganisationFactory(
        name="Laboratoire des arches",
        kind="laboratory",
        siren=SIREN,
        summary_fr="Des arches.",
        summary_en="Arches.",
    )


def exported(language):
    """The file of the directory."""
    rows = Organisation.objects.published().in_full().order_by("pk").iterator(chunk_size=50)
    with translation.override(language):
        return b"".join(spreadsheets.table("d.csv", organisation_columns(), rows))


# --- There and back --------------------------------------------------------------------------------


@pytest.mark.threat("T20", "round trip")
@pytest.mark.parametrize("language", ["fr", "en"])
def test_file_of_the_directory_sent_back_changes_nothing(language, fay):
    health, data = factories.ThemeFactory(), factories.ThemeFactory()
    factories.OrganisationFactory(
        name="=SOMME(A1)",
        kind="place",
        themes=[health, data],
        commune=factories.CommuneFactory(name="L’Haÿ-les-Roses"),
        address="'+33 rue",
        latitude=43.6112,
        longitude=-3.5,
        website="https://example.org/?a=1;b",
        siren=SIREN,
        summary_fr="a;=1+1, '=2\r\n- b",
        summary_en="'=déjà",
    )
    factories.OrganisationFactory(name="Homonyme", kind="company")
    factories.OrganisationFactory(name="Homonyme", kind="company")

    imported = finish(steps.begin("d.csv", exported(language), by=fay))

    assert (outcomes(imported), said(imported)) == (["same"] * 3, [])
    assert imported.unknown == []


def test_file_of_the_directory_changed_and_sent_back(fay, arches):
    file = exported("fr").decode().replace("Des arches.", "Des ponts.").encode()

    imported = finish(steps.begin("d.csv", file, by=fay))
    steps.confirm(imported, by=fay)
    finish(imported)

    arches.refresh_from_db()
    assert (arches.summary_fr, arches.summary_en) == ("Des ponts.", "Arches.")
    (entry,) = review.history(arches)
    assert (entry.action, entry.actor, entry.diff) == (
        HistoryEntry.Action.EDITED,
        fay,
        {"summary_fr": ["Des arches.", "Des ponts."]},
    )
    assert entry.message == "Import de «\u00a0d.csv\u00a0», ligne 2"
    assert arches.outdated == ["summary_en"]


def test_columns_that_are_not_taken_are_named(fay, arches):
    titles = ["Nom", "Adhésion", "Fait partie de", "Chiffre d’affaires"]

    imported = checked(fay, [arches.name, "Fondateurs", "Ailleurs", "12"], titles=titles)

    assert imported.ignored == ["Adhésion", "Fait partie de"]
    assert imported.unknown == ["Chiffre d’affaires"]
    assert outcomes(imported) == ["same"]


# --- Which organisation ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("titles", "cells"),
    [
        (["SIREN", "Nom"], ["732 829 320", "Un autre nom"]),
        (["SIREN", "Nom"], ["73282932000074", "Un autre nom"]),
        (["Page en français", "Nom"], ["https://testserver/fr/annuaire/{slug}/", "Un autre nom"]),
        (["Page en anglais", "Nom"], ["{slug}", "Un autre nom"]),
        (["Page en anglais", "Nom"], ["https://testserver/en/directory/ancienne/", "Un autre nom"]),
        (["Nom", "Sigle"], ["LABORATOIRE DES ARCHES", "LDA"]),
    ],
)
def test_line_is_about_the_organisation_that_it_names(titles, cells, fay, arches):
    kind = kinds.of(arches).content_type
    FormerSlug.objects.create(target_type=kind, target_id=arches.pk, slug="ancienne")

    imported = checked(fay, [cell.format(slug=arches.slug) for cell in cells], titles=titles)

    assert (only(imported).outcome, only(imported).organisation) == ("changed", arches)


def test_line_about_nobody_adds_an_organisation(fay, arches):
    imported = done(fay, ["École des ponts", "École", OTHER_SIREN, "Des ponts."])

    new = Organisation.objects.get(slug="ecole-des-ponts")
    assert (outcomes(imported), only(imported).organisation) == (["added"], new)
    assert (new.kind, new.siren, new.summary_fr) == ("school", OTHER_SIREN, "Des ponts.")
    assert new.is_published
    (entry,) = review.history(new)
    assert (entry.action, entry.actor) == (HistoryEntry.Action.PUBLISHED, fay)


@pytest.mark.parametrize(
    ("titles", "cells", "reason"),
    [
        (
            ["SIREN", "Page en français"],
            [SIREN, "elsewhere"],
            "This line names several organisations at once: “Laboratoire des arches” and “Ailleurs”.",
        ),
        (
            ["Nom", "SIREN"],
            ["Ailleurs", OTHER_SIREN],
            "“Ailleurs” of the directory has another SIREN: give the address of its page, or a name "
            "that tells the two apart.",
        ),
        (
            ["Nom", "Page en français"],
            ["Laboratoire des arches", "nulle-part"],
            "No organisation has this page: empty the cell, or take this line out.",
        ),
        (
            ["Page en anglais", "Page en français"],
            ["{slug}", "elsewhere"],
            "The two pages of this line are those of different organisations.",
        ),
        (
            ["Nom"],
            ["Homonyme"],
            "Several organisations are called “Homonyme”: give the address of its page, or its SIREN.",
        ),
        (
            ["SIREN"],
            ["542065479"],
            "“Partie” was withdrawn: put it back online first, or take this line out.",
        ),
    ],
)
def test_line_that_could_be_several_is_an_error(titles, cells, reason, fay, arches):
    factories.OrganisationFactory(name="Ailleurs", slug="elsewhere", siren="542107651")
    factories.OrganisationFactory(name="Homonyme")
    factories.OrganisationFactory(name="Homonyme")
    factories.OrganisationFactory(name="Partie", siren="542065479", withdrawn=True)

    imported = checked(fay, [cell.format(slug=arches.slug) for cell in cells], titles=titles)

    assert (outcomes(imported), said(imported)) == (["error"], [reason])


def test_page_tells_two_of_one_name_apart(fay):
    one = factories.OrganisationFactory(name="Homonyme", kind="company")
    other = factories.OrganisationFactory(name="Homonyme", kind="company")

    titles = ["Nom", "Page en français", "Sigle"]
    imported = done(fay, *([each.name, each.slug, "H"] for each in (one, other)), titles=titles)

    assert outcomes(imported) == ["updated"] * 2


@pytest.mark.threat("T20", "twice")
@pytest.mark.parametrize(
    "second",
    [
        ["Autre", "", "732 829 320", "x"],  # the same number
        ["LABORATOIRE DES ARCHES", "", "", "x"],  # the same organisation by its name
    ],
)
def test_second_line_about_an_organisation_is_an_error(second, fay, arches):
    imported = checked(fay, ["", "", SIREN, "Des ponts."], second)

    assert outcomes(imported) == ["changed", "error"]
    reason = "Line 2 is about the same organisation: make one line of the two."
    assert said(imported) == [reason]


@pytest.mark.threat("T20", "twice")
def test_second_new_line_of_one_name_is_an_error(fay):
    imported = checked(fay, ["Ponts", "École", "", ""], ["PONTS", "Startup", OTHER_SIREN, ""])

    assert outcomes(imported) == ["new", "error"]


# --- What a line would change ----------------------------------------------------------------------


def test_empty_cell_leaves_what_is_there(fay, arches):
    imported = checked(fay, ["Laboratoire des arches", "", "  ", ""])

    assert (outcomes(imported), only(imported).changes) == (["same"], {})


def test_cells_are_read_as_the_form_reads_them(fay, arches):
    commune, theme = factories.CommuneFactory(name="Sète"), factories.ThemeFactory()
    titles = ["Name", "Website", "City", "Themes", "Latitude", "Longitude", "Type", "Commune"]
    cells = [arches.name, "example.org", "?", f"{theme.name_fr} |", "43,5", "3.9", "ecole", "SETE"]

    imported = checked(fay, cells, titles=titles)

    assert only(imported).changes == {
        "website": ["", "https://example.org"],
        "commune": [None, commune.pk],
        "themes": [[], [theme.pk]],
        "latitude": [None, 43.5],
        "longitude": [None, 3.9],
        "kind": ["laboratory", "school"],
    }


def test_everything_that_is_wrong_is_said_in_both_languages(fay, arches):
    titles = ["Nom", "Type", "SIREN", "Commune", "Thèmes", "Latitude", "Résumé (français)"]
    cells = ["Neuve", "Truc", "123", "Ys", "Rien", "north", "x" * 301]

    imported = checked(fay, cells, titles=titles)

    french, english = said(imported, "fr"), said(imported, "en")
    assert [text.partition(" – ")[0] for text in english] == [
        "Kind",
        "Summary (FR)",
        "Commune",
        "Latitude",
        "SIREN",
        "Themes",
    ]
    assert len(french) == len(english)
    assert "Type – «\u00a0Truc\u00a0» ne fait pas partie des choix" in french[0]
    assert outcomes(imported) == ["error"]
    assert not Organisation.objects.filter(name="Neuve").exists()


def test_rules_of_the_whole_organisation_hold(fay, arches):
    factories.OrganisationFactory(name="Ailleurs", siren=OTHER_SIREN)
    titles = ["Nom", "Page en français", "SIREN", "Latitude"]

    taken = checked(fay, ["", arches.slug, "542107651", "43.6"], titles=titles)

    assert said(taken) == ["Give both latitude and longitude, or neither."]


def test_line_of_the_example_is_not_imported(fay):
    imported = checked(fay, ["Exemple : Laboratoire des arches", "Laboratoire", "", ""])

    assert said(imported) == ["This is the line of the example: take it out."]


def test_held_edit_is_told_and_meets_a_conflict(fay, alice, organisation):
    kind = kinds.of(organisation)
    values = kind.content.read(organisation) | {"summary_fr": "Par Alice."}
    held = review.submit(review.save(kind, values, by=alice, target=organisation), by=alice)

    imported = done(fay, [organisation.name, "", "", "Par l’import."])

    assert only(imported).is_held
    held.refresh_from_db()
    assert review.conflicts(held) == ["summary_fr"]


# --- Written, or not -------------------------------------------------------------------------------


def test_nothing_is_public_before_somebody_confirms(fay):
    imported = checked(fay, ["Ponts", "École", "", "Des ponts."])

    assert imported.state == Import.State.CHECKED
    assert not Organisation.objects.exists()
    assert not HistoryEntry.objects.exists()


def test_what_changed_since_the_check_is_not_overwritten(fay, arches):
    imported = checked(fay, [arches.name, "", "", "Des ponts."], ["Neuve", "École", "", ""])
    arches.summary_fr, arches.version = "Entre-temps.", arches.version + 1
    arches.save()
    factories.OrganisationFactory(name="Neuve")

    steps.confirm(imported, by=fay)
    finish(imported)

    arches.refresh_from_db()
    assert arches.summary_fr == "Entre-temps."
    assert (imported.state, outcomes(imported)) == (Import.State.DONE, ["left", "left"])
    assert said(imported)[0].startswith("The organisation has changed since this line was checked")
    assert Organisation.objects.filter(name="Neuve").count() == 1


def test_what_became_impossible_since_the_check_is_told(fay, arches):
    commune = factories.CommuneFactory(name="Sète")
    titles = ["Nom", "Type", "Commune"]
    imported = checked(fay, ["Neuve", "École", "Sète"], ["Autre", "École", ""], titles=titles)
    commune.delete()

    steps.confirm(imported, by=fay)
    finish(imported)

    assert outcomes(imported) == ["left", "added"]
    assert said(imported) == ["Commune – This choice no longer exists."]


def test_who_may_no_longer_write_writes_nothing(fay, arches):
    imported = checked(fay, [arches.name, "", "", "Des ponts."])
    fay.is_superuser = False
    fay.save()

    steps.confirm(imported, by=fay)
    finish(imported)

    assert (outcomes(imported), said(imported)) == (["left"], ["You may not do this."])


def test_a_fault_of_ours_stops_one_line(fay, arches, monkeypatch, caplog):
    imported = checked(fay, [arches.name, "", "", "Des ponts."], ["Neuve", "École", "", ""])
    written = steps._write

    def broken(line):
        if line.number == 2:
            written(line)
            raise RuntimeError("broken")
        return written(line)

    monkeypatch.setattr(steps, "_write", broken)
    steps.confirm(imported, by=fay)
    finish(imported)

    arches.refresh_from_db()
    assert (outcomes(imported), arches.summary_fr) == (["left", "added"], "Des arches.")
    assert "broken" in caplog.text


def test_abandoned_import_writes_nothing(fay):
    imported = checked(fay, ["Ponts", "École", "", ""])

    steps.abandon(imported)

    with pytest.raises(WrongState):
        steps.confirm(imported, by=fay)
    assert (finish(imported).state, Organisation.objects.count()) == (Import.State.ABANDONED, 0)


def test_import_that_is_being_written_cannot_be_abandoned(fay):
    imported = checked(fay, ["Ponts", "École", "", ""])
    steps.confirm(imported, by=fay)

    with pytest.raises(WrongState):
        steps.abandon(imported)


def test_import_is_confirmed_once_checked(fay):
    imported = steps.begin("t.csv", b"Nom;Type\nPonts;Startup\n", by=fay)

    with pytest.raises(WrongState):
        steps.confirm(imported, by=fay)


def test_what_is_written_is_found_and_drawn(fay, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        imported = done(fay, ["Ponts", "École", "", "Des ponts."])

    new = only(imported).organisation
    assert SearchDocument.objects.filter(object_id=new.pk).exists()
    assert list(cards.lacking(Organisation)) == [new.pk]
    steps.draw.func(number=imported.pk, after=0, name="")
    assert list(cards.lacking(Organisation)) == []


# --- Going on --------------------------------------------------------------------------------------


class Died(BaseException):
    """As if the process had been killed."""


@pytest.mark.threat("T20", "half import")
@pytest.mark.parametrize("place", ["_check", "_apply"])
def test_import_goes_on_where_a_process_died(place, fay, monkeypatch):
    lines = [[f"Ponts {number}", "École", "", ""] for number in range(6)]
    do, count = getattr(steps, place), 0

    def dying(line, words):
        nonlocal count
        count += 1
        do(line, words)
        if count % 2 == 0:
            raise Died  # after the writing, before the commit

    monkeypatch.setattr(steps, place, dying)
    imported = steps.begin("t.csv", b"Nom;Type\n" + _lines(lines), by=fay)
    deaths = 0
    while True:
        try:
            finish(imported)
        except Died:
            deaths += 1
            continue
        if imported.state == Import.State.DONE:
            break
        steps.confirm(imported, by=fay)

    assert deaths >= 5
    assert outcomes(imported) == ["added"] * 6
    assert Organisation.objects.count() == 6
    assert HistoryEntry.objects.count() == 6


def _lines(lines):
    return "".join(f"{line[0]};{line[1]}\n" for line in lines).encode()


def test_one_turn_does_one_line_at_least_and_says_whether_there_is_more(fay):
    imported = steps.begin("t.csv", b"Nom;Type\nPonts;Startup\nArches;Startup\n", by=fay)

    more = [steps.work(imported.pk, seconds=0) for _turn in range(3)]

    imported.refresh_from_db()
    assert (more, imported.state) == ([True, True, False], Import.State.CHECKED)


@pytest.mark.parametrize("count", [2, 6])
def test_line_costs_the_same_whatever_the_number(count, fay, django_assert_num_queries):
    lines = [[f"Ponts {number}", "École", "", "Des ponts."] for number in range(count)]
    imported = checked(fay, *lines)
    steps.work(imported.pk)  # what is read once is read
    steps.confirm(imported, by=fay)
    one = QUERIES_A_LINE

    with django_assert_num_queries(one * count + QUERIES_TO_END):
        finish(imported)


# To write a new organisation with its search texts and history; then to find that nothing is left.
QUERIES_A_LINE, QUERIES_TO_END = 53, 10


def test_old_imports_are_forgotten(fay):
    old, new = checked(fay, ["Ponts", "École", "", ""]), checked(fay, ["Arches", "École", "", ""])
    Import.objects.filter(pk=old.pk).update(made_at=timezone.now() - datetime.timedelta(days=31))

    assert steps.forget() == 1

    assert list(Import.objects.all()) == [new]
    assert ImportLine.objects.count() == 1
