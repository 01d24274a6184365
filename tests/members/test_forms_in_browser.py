"""Forms in a real browser: counts follow what is typed, and nobody leaves it behind unasked."""

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def form(chromium, client, live_server, alice, organisation):
    """Opens the profile of Alice's organisation as its editor sees it."""
    client.force_login(alice)
    contexts = []

    def enter(language, *, scripts=True):
        context = chromium.new_context(java_script_enabled=scripts)
        contexts.append(context)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )
        with translation.override(language):
            path = reverse("members:organisation-edit", args=[organisation.slug])
        page = context.new_page()
        page.goto(live_server.url + path)
        return page

    yield enter
    for context in contexts:
        context.close()


def test_count_follows_what_is_typed(form):
    page = form("fr")
    count, said = page.locator("#id_summary_fr_limit"), page.locator("[data-counted]")

    page.fill("#id_summary_fr", "é")
    assert count.inner_text() == "1 caractère sur 300"
    page.fill("#id_summary_fr", "deux\nlignes 🌿")
    assert count.inner_text() == "13 caractères sur 300"  # the end of a line is one
    assert said.text_content() == ""

    page.fill("#id_summary_fr", "x" * 301)
    assert count.inner_text() == "301 caractères sur 300"
    assert said.text_content() == "301 caractères sur 300"
    assert page.locator("#id_summary_fr").input_value() == "x" * 301

    page.fill("#id_description_fr", "x" * 1100)
    assert page.locator("#id_description_fr_limit").inner_text() == (
        "1\u00a0100 caractères sur 10\u00a0000"
    )


@pytest.mark.parametrize("scripts", [True, False], ids=["in the browser", "on the server"])
def test_count_is_one_on_both_sides(form, scripts):
    page = form("en", scripts=scripts)
    page.fill("#id_summary_fr", "deux\nlignes 🌿, et plus")

    page.fill("#id_siren", "wrong")
    page.click("button[value=submit]")
    page.wait_for_selector("#id_siren_error")
    page.wait_for_load_state()  # by then the script has counted

    assert page.locator("#id_summary_fr_limit").inner_text() == "22 of 300 characters"


def test_without_scripts_the_limit_is_said(form):
    page = form("en", scripts=False)

    assert page.locator("#id_summary_en_limit").inner_text().endswith("of 300 characters")
    described = page.locator("#id_summary_en").get_attribute("aria-describedby").split()
    assert "id_summary_en_limit" in described


def test_who_leaves_what_they_typed_is_asked(form):
    page = form("fr")
    page.locator("#id_summary_fr").press_sequentially("Un texte")
    page.once("dialog", lambda dialog: dialog.dismiss())

    with page.expect_event("dialog") as asked:
        page.locator("a[hreflang=en]:visible").first.click()

    assert asked.value.type == "beforeunload"
    assert page.input_value("#id_summary_fr").startswith("Un texte")


def test_who_sent_what_they_typed_is_not_asked(form):
    page = form("fr")
    page.on("dialog", lambda dialog: pytest.fail(dialog.type))
    page.locator("#id_summary_fr").press_sequentially("Un texte")
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    page.wait_for_url("**/espace/demandes/**")

    page.locator("a[hreflang=en]:visible").first.click()

    page.wait_for_url("**/en/**")
