"""The pages on which administrators import organisations, step by step, and the command beside them."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.imports import reading, steps
from members.models import Import, Organisation
from portal import content_version
from portal.background.worker import Worker
from portal.models import BackgroundTask, ContentChange, HistoryEntry
from tests import factories
from tests.gates.outline import Outline
from tests.members.imports import checked, done, finish, outcomes, table

pytestmark = pytest.mark.django_db

BACKEND = "members.backends.AddressBackend"
BEGIN = "/fr/admin/members/organisation/import/"


@pytest.fixture
def desk(client, fay):
    """Fay's browser."""
    client.force_login(fay, backend=BACKEND)
    return client


@pytest.fixture
def kept(settings, tmp_path):
    """Tasks are rows, and nobody takes them."""
    settings.DATA_DIR = tmp_path
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def page(imported, query=""):
    return f"{BEGIN}{imported.pk}/{query}"


def send(desk, data, name="organisations.csv"):
    return desk.post(BEGIN, {"file": SimpleUploadedFile(name, data, "text/csv")})


def text(answer):
    return answer.content.decode()


# --- The steps -------------------------------------------------------------------------------------


def test_list_of_organisations_leads_to_an_import(desk):
    assert f'href="{BEGIN}"' in text(desk.get("/fr/admin/members/organisation/"))


def test_import_from_the_file_to_the_report(desk, fay, django_capture_on_commit_callbacks):
    arches = factories.OrganisationFactory(name="Arches", kind="place", summary_fr="Des arches.")
    file = table(
        ["Arches", "", "", "Des ponts."], ["Ponts", "École", "", ""], ["Faux", "Rien", "", ""]
    )

    with django_capture_on_commit_callbacks(execute=True):
        answer = send(desk, file)

    (imported,) = Import.objects.all()
    assert (answer.url, imported.state) == (page(imported), Import.State.CHECKED)
    shown = text(desk.get(page(imported)))
    assert "1 organisation s’ajoute à l’annuaire" in shown
    assert "1 fiche change aussitôt" in shown
    assert "1 ligne en erreur est laissée de côté" in shown
    assert Organisation.objects.count() == 1

    with django_capture_on_commit_callbacks(execute=True):
        answer = desk.post(f"{page(imported)}confirm/")

    assert answer.url == page(imported)
    assert outcomes(imported) == ["updated", "added", "error"]
    arches.refresh_from_db()
    assert arches.summary_fr == "Des ponts."
    assert "Écrire cela" not in text(desk.get(page(imported)))
    report = b"".join(desk.get(f"{page(imported)}report.csv")).decode().removeprefix("\ufeff")
    assert list(csv.reader(io.StringIO(report, newline=""), delimiter=";")) == [
        ["Ligne", "Organisation", "Résultat", "Remarques", "Champs", "Page"],
        ["2", "Arches", "Modifiée", "", "Résumé (FR)", "http://testserver/fr/annuaire/arches/"],
        ["3", "Ponts", "Ajoutée", "", "Nom, Type", "http://testserver/fr/annuaire/ponts/"],
        [
            "4",
            "Faux",
            "Erreur",
            "Type – «\u00a0Rien\u00a0» ne fait pas partie des choix du portail\u00a0: "
            "vérifiez comment cela s’écrit.",
            "",
            "",
        ],
    ]


def test_import_is_abandoned(desk, fay):
    imported = checked(fay, ["Ponts", "École", "", ""])

    answer = desk.post(f"{page(imported)}abandon/", follow=True)

    assert answer.redirect_chain == [(BEGIN, 302)]
    assert "est abandonné" in text(answer)
    desk.post(f"{page(imported)}confirm/")
    assert not Organisation.objects.exists()


def test_two_clicks_write_once(desk, fay):
    imported = checked(fay, ["Ponts", "École", "", ""])

    for _click in range(2):
        desk.post(f"{page(imported)}confirm/")
    finish(imported)
    desk.post(f"{page(imported)}confirm/")
    finish(imported)

    assert HistoryEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, "Choisissez le fichier à importer."),
        (b"", "Ce fichier est vide"),
        (b"PK\x03\x04", "Ce n’est pas un fichier texte."),
        (b"A;B\n1;2\n", "aucun titre qui permette de reconnaître une organisation"),
    ],
)
def test_file_that_cannot_be_read_is_refused_on_the_page(data, reason, desk):
    answer = desk.post(BEGIN) if data is None else send(desk, data)

    assert answer.status_code == 200
    assert text(answer).count(reason) == 2  # beside the field, and above
    assert Outline(text(answer)).title.startswith("Erreur")
    assert not Import.objects.exists()


@pytest.mark.threat("T20", "size")
def test_file_that_is_too_large_is_refused(desk):
    answer = send(desk, b"Nom\n" + b"x" * reading.MOST_BYTES)

    assert "Le fichier dépasse 8\u00a0Mo" in text(answer)


def test_lines_are_narrowed_by_outcome_and_paged(desk, fay, monkeypatch):
    monkeypatch.setattr("members.import_pages.LINES_A_PAGE", 2)
    imported = checked(fay, *([f"Ponts {n}", "École", "", ""] for n in range(5)), ["X", "", "", ""])

    second = desk.get(page(imported, "?outcome=new&page=2"))
    wrong = desk.get(page(imported, "?outcome=error"))
    strange = desk.get(page(imported, "?outcome=x&page=99"))

    assert [row["line"].number for row in second.context["rows"]] == [4, 5]
    assert [row["line"].number for row in wrong.context["rows"]] == [7]
    assert [row["line"].number for row in strange.context["rows"]] == [6, 7]


@pytest.mark.parametrize("count", [1, 6])
def test_page_costs_the_same_whatever_the_number_of_lines(count, desk, fay):
    communes = factories.CommuneFactory.create_batch(count)
    themes = factories.ThemeFactory.create_batch(count)
    lines = [
        [f"Ponts {commune.pk}", "École", commune.name, theme.code]
        for commune, theme in zip(communes, themes, strict=True)
    ]
    imported = done(fay, *lines, titles=["Nom", "Type", "Commune", "Thèmes"])
    desk.get(page(imported))

    with CaptureQueriesContext(
        connection,
    ) as queries:
        desk.get(page(imported))

    assert len(queries) == 9


# --- In the background -----------------------------------------------------------------------------


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_worker_does_it_turn_by_turn(kept, desk, fay, monkeypatch):
    monkeypatch.setattr(steps, "TURN", 0)
    monkeypatch.setattr(steps.work, "__kwdefaults__", {"seconds": 0})
    send(desk, table(["Ponts", "École", "", ""], ["Arches", "École", "", ""]))
    (imported,) = Import.objects.all()
    shown = text(desk.get(page(imported)))
    assert "Lignes vérifiées\u00a0: <strong>0</strong> sur 2" in shown
    assert "go-on" not in shown

    Worker(until_empty=True).run()
    desk.post(f"{page(imported)}confirm/")
    Worker(until_empty=True).run()

    imported.refresh_from_db()
    assert (imported.state, outcomes(imported)) == (Import.State.DONE, ["added"] * 2)
    assert not BackgroundTask.objects.exists()


def test_without_a_worker_the_page_asks_for_the_next_turn(
    desk, fay, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(steps.work, "__kwdefaults__", {"seconds": 0})
    with django_capture_on_commit_callbacks(execute=True):
        send(desk, table(["Ponts", "École", "", ""], ["Arches", "École", "", ""]))
    (imported,) = Import.objects.all()
    assert f'action="{page(imported)}go-on/"' in text(desk.get(page(imported)))
    assert sorted(outcomes(imported)) == ["new", "waiting"]

    for _turn in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            answer = desk.post(f"{page(imported)}go-on/")

    assert answer.url == page(imported)
    imported.refresh_from_db()
    assert imported.state == Import.State.CHECKED


def test_with_a_worker_nobody_else_is_asked(kept, desk, fay):
    imported = steps.begin("t.csv", table(["Ponts", "École", "", ""]), by=fay)

    desk.post(f"{page(imported)}go-on/")

    assert BackgroundTask.objects.count() == 1


def test_import_leaves_the_pages_of_visitors_alone_until_it_writes(fay):
    content_version.forget()
    before = ContentChange.objects.count()

    imported = checked(fay, ["Ponts", "École", "", ""])

    assert ContentChange.objects.count() == before
    steps.confirm(imported, by=fay)
    finish(imported)
    assert ContentChange.objects.count() > before


# --- What stands in cells --------------------------------------------------------------------------


@pytest.mark.threat("T20", "markup")
def test_markup_in_a_file_stays_text(desk, fay):
    evil = "<script>alert(1)</script>"
    imported = checked(
        fay, [evil, "École", "", evil], titles=["Nom", "Type", evil, "Résumé (français)"]
    )
    Import.objects.update(file_name=f"{evil}.csv")

    shown = text(desk.get(page(imported)))

    assert evil not in shown
    assert shown.count("&lt;script&gt;") >= 3
    assert evil not in text(desk.get(BEGIN))


@pytest.mark.threat("T20", "turned text")
def test_marks_that_turn_text_are_taken_out(fay):
    imported = done(fay, ["Ponts\u202e", "École", "", "a\u2066b"])

    new = imported.lines.get().organisation
    assert (new.name, new.summary_fr) == ("Ponts", "ab")


@pytest.mark.threat("T20", "formulas")
def test_report_holds_no_formula(desk, fay):
    imported = checked(fay, ["=1+1", "=cmd", "", ""])

    report = b"".join(desk.get(f"{page(imported)}report.csv")).decode()

    assert "'=1+1" in report
    assert "\n=" not in report and ";=" not in report


@pytest.mark.threat("T20", "file name")
@pytest.mark.parametrize("name", ["../../etc/passwd.csv", "a\r\nb.csv", "x" * 150 + ".csv"])
def test_file_name_is_only_a_name(name, desk):
    send(desk, table(["Ponts", "École", "", ""]), name)

    (imported,) = Import.objects.all()
    assert "/" not in imported.file_name and "\n" not in imported.file_name
    assert desk.get(page(imported)).status_code == 200
    head = desk.get(f"{page(imported)}report.csv")["Content-Disposition"]
    assert head == f'attachment; filename="import-{imported.pk}.csv"'


@pytest.mark.threat("T20", "columns of ours")
@pytest.mark.parametrize(
    "title", ["id", "pk", "slug", "status", "version", "verified_on", "logo", "sources", "outdated"]
)
def test_columns_of_the_portal_cannot_be_written(title, fay):
    arches = factories.OrganisationFactory(name="Arches", kind="place")
    before = Organisation.objects.values().get()

    imported = done(fay, [arches.name, "1"], titles=["Nom", title])

    assert (imported.unknown, outcomes(imported)) == ([title], ["same"])
    assert Organisation.objects.values().get() == before


# --- The command -----------------------------------------------------------------------------------


def run(*arguments):
    out = io.StringIO()
    call_command("import_organisations", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue().splitlines()


def test_command_checks_then_writes(fay, tmp_path):
    file = tmp_path / "table.csv"
    file.write_bytes(table(["Ponts", "École", "", ""], ["Faux", "", "", ""]))

    shown = run(str(file), "--by", fay.email, "--language", "en")

    (imported,) = Import.objects.all()
    last = f"{imported.pk} – Waits for your decision – Error: 1, New: 1"
    assert shown == ["2 · New · Ponts", "3 · Error · Faux · Kind – Fill in this field.", last]
    assert not Organisation.objects.exists()

    written = run(str(imported.pk), "--by", fay.email, "--apply", "--language", "en")

    assert written[-1] == f"{imported.pk} – Done – Error: 1, Added: 1"
    assert Organisation.objects.get().name == "Ponts"


@pytest.mark.parametrize("who", ["dana@example.org", "nobody@example.org"])
def test_command_is_for_administrators(who, dana, tmp_path):
    with pytest.raises(CommandError, match="administrator"):
        run("x.csv", "--by", who)


@pytest.mark.parametrize("file", ["nothing.csv", "12"])
def test_command_says_what_it_cannot_find(file, fay):
    with pytest.raises(CommandError):
        run(file, "--by", fay.email)
