"""An import in a real browser: with script its page follows it, without script a button does."""

import pytest
from django.conf import settings

from members.imports import steps
from members.models import Import, Organisation
from tests.members.imports import outcomes, table

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BEGIN = "/fr/admin/members/organisation/import/"


@pytest.fixture(autouse=True)
def _one_line_a_turn(monkeypatch):
    monkeypatch.setattr(steps.work, "__kwdefaults__", {"seconds": 0})


@pytest.fixture
def desk(chromium, client, live_server, fay):
    """Opens the page on which an import begins, as Fay sees it."""
    client.force_login(fay, backend="members.backends.AddressBackend")
    contexts = []

    def enter(*, scripts):
        context = chromium.new_context(java_script_enabled=scripts)
        contexts.append(context)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )
        page = context.new_page()
        page.goto(live_server.url + BEGIN)
        page.set_input_files(
            "[name=file]",
            {
                "name": "ponts.csv",
                "mimeType": "text/csv",
                "buffer": table(*([f"Ponts {n}", "École", "", ""] for n in range(3))),
            },
        )
        return page

    yield enter
    for context in contexts:
        context.close()


def test_page_follows_an_import_to_its_end(desk):
    page = desk(scripts=True)

    page.get_by_text("Vérifier ce fichier").press("Enter")
    page.wait_for_selector("#lines")
    page.get_by_text("Écrire cela dans l’annuaire").press("Enter")
    page.wait_for_selector(".tag:has-text('Terminé')")

    assert outcomes(Import.objects.get()) == ["added"] * 3
    assert Organisation.objects.count() == 3


def test_without_script_a_button_does_the_next_lines(desk):
    page = desk(scripts=False)

    page.get_by_text("Vérifier ce fichier").press("Enter")
    shown = []
    while page.locator("[data-progress-said]").count():
        shown.append(page.locator("[data-progress-said]").inner_text())
        with page.expect_navigation():
            page.get_by_text("Traiter les lignes suivantes").press("Enter")

    assert shown == [f"Lignes vérifiées\u00a0: {n} sur 3" for n in (1, 2, 3)]
    assert page.locator("#lines").count() == 1
