"""The texts of the site's own pages: better ones never take the place of what staff wrote."""

import re
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from portal.models import Page

FIRST_TEXTS = import_module("portal.migrations.0003_site_texts")
FIRST = FIRST_TEXTS.TEXTS
BETTER = import_module("portal.migrations.0008_site_texts")
TESTED = import_module("portal.migrations.0013_accessibility_text")


@pytest.mark.django_db
def test_better_texts_leave_alone_what_staff_wrote():
    _title_fr, _title_en, french, english = FIRST["contact"]
    Page.objects.filter(code="contact").update(body_fr="Nos coordonnées.", body_en=english)
    Page.objects.filter(code="join").update(
        body=FIRST["join"][2], body_fr=FIRST["join"][2], body_en="Ours."
    )

    BETTER.write(apps, None)

    contact, join = (Page.objects.get(code=code) for code in ("contact", "join"))
    assert (contact.body_fr, contact.body_en) == ("Nos coordonnées.", english)
    assert (join.body_fr, join.body_en) == (BETTER.TEXTS["join"]["fr"], "Ours.")
    assert french != BETTER.TEXTS["contact"]["fr"]


OLD = [("portal", "0011_agreement_taken_back")]


def tables():
    """The tables as migrations see them: French is kept there under two names."""
    return MigrationExecutor(connection).loader.project_state(OLD).apps


def bodies():
    rows = (
        tables()
        .get_model("portal", "Page")
        .objects.order_by("code")
        .values_list("code", "body_fr", "body")
    )
    assert [french for _code, french, plain in rows if french != plain] == []
    return {code: french for code, french, _plain in rows}


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_spaces_are_mended_where_staff_wrote_nothing():
    MigrationExecutor(connection).migrate(OLD)
    pages = tables().get_model("portal", "Page").objects
    pages.all().delete()  # whatever the tests before left
    FIRST_TEXTS.write(tables(), None)
    BETTER.write(tables(), None)
    pages.filter(code="privacy").update(body_fr="Tout : ceci.", body="Tout : ceci.")
    before = bodies()

    MigrationExecutor(connection).migrate([("portal", "0012_french_spaces")])
    mended = bodies()
    MigrationExecutor(connection).migrate(OLD)
    taken_back = bodies()
    MigrationExecutor(connection).migrate([("portal", "0012_french_spaces")])
    again = bodies()
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())

    assert {code for code in before if mended[code] != before[code]} == {
        "association",
        "contact",
        "join",
    }
    assert [text.replace("\u00a0", " ") for text in mended.values()] == [
        text.replace("\u00a0", " ") for text in before.values()
    ]
    assert mended["join"].startswith(
        "Vous travaillez avec l’IA autour de Montpellier\u00a0? Ouvrez"
    )
    assert [code for code in mended if re.search(r"\S [:;?!»]", mended[code])] == ["privacy"]
    assert (taken_back, again) == (before, mended)


@pytest.mark.django_db
def test_the_accessibility_statement_says_what_is_tested_now_where_nobody_wrote_another():
    before = BETTER.TEXTS["accessibility"]
    page = Page.objects.get(code="accessibility")
    for language, (line, lines) in TESTED.LINES.items():
        assert getattr(page, f"body_{language}") == before[language].replace(line, lines)
        assert line not in getattr(page, f"body_{language}")
    Page.objects.filter(pk=page.pk).update(body_fr="Notre texte.", body_en=before["en"])

    TESTED.write(apps, None)

    after = Page.objects.get(pk=page.pk)
    assert (after.body_fr, after.body_en) == ("Notre texte.", page.body_en)
