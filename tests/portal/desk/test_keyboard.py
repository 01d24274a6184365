"""Moderating by keyboard alone in a real browser: from signing in to the next submission.

Nothing is clicked: Tab and Shift+Tab move, Enter and the space bar act, letters are typed. Whatever has
the focus must show it.
"""

import pytest
from django.urls import reverse
from django.utils import translation

from events.models import Event
from portal.lifecycle import kinds, review
from portal.models import Submission
from tests.keyboard import Keyboard

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def waiting(alice, organisation):
    """Two submissions of Alice's, the oldest first: an edit of something live, and an event."""
    kind = kinds.named("organisation")
    live = kind.content.read(organisation)
    edit = review.save(
        kind,
        live | {"summary_fr": "Un résumé neuf.", "summary_en": "A new summary."},
        by=alice,
        target=organisation,
    )
    event = kinds.named("event")
    values = event.content.blank | {"title_fr": "Atelier", "kind": "workshop", "period_fr": "2030"}
    new = review.save(event, values, by=alice, organisation=organisation)
    return [review.submit(each, by=alice) for each in (edit, new)]


@pytest.fixture
def keyboard(chromium, live_server, dana):
    """Dana at the sign-in page."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    with translation.override("fr"):
        page.goto(live_server.url + reverse("account_login"))
    yield Keyboard(page)
    context.close()


def sign_in(keyboard):
    keyboard.to(name="login")
    keyboard.type("dana@example.org")
    keyboard.to(name="password")
    keyboard.type("a-long-enough-password")
    keyboard.go()


def test_moderating_by_keyboard_alone(keyboard, waiting, organisation):
    edit, new = waiting
    sign_in(keyboard)

    # The member area says that something waits, and leads to the queue; the oldest is the first link.
    keyboard.to(tag="A", text="2 demandes attendent une décision")
    keyboard.go()
    keyboard.to(tag="A", text=str(organisation))
    keyboard.go()
    assert keyboard.page.locator("h1").inner_text() == str(organisation)

    # One field is unticked, the rest is published after a confirmation.
    keyboard.to(name="fields_chosen", value="summary_en")
    keyboard.press("Space")
    keyboard.to(name="message")
    keyboard.type("Merci.")
    keyboard.to(name="decision", value="publish")
    keyboard.go()
    keyboard.to(name="decision", value="publish")
    keyboard.go()
    organisation.refresh_from_db()
    assert organisation.summary_fr == "Un résumé neuf."
    assert organisation.summary_en != "A new summary."

    # What is left of it comes first; refused with a reason, it makes room for the next.
    keyboard.to(name="message")
    keyboard.type("Traduction à revoir.")
    keyboard.to(name="decision", value="refuse")
    keyboard.go()
    keyboard.to(name="decision", value="refuse")
    keyboard.go()
    assert keyboard.page.locator("h1").inner_text() == "Atelier"
    assert f"/{new.pk}/" in keyboard.page.url
    edit.refresh_from_db()
    assert edit.status == "refused"

    # The last one; then the queue, which says that it is empty.
    keyboard.to(name="decision", value="publish")
    keyboard.go()
    keyboard.to(name="decision", value="publish")
    keyboard.go()
    assert Event.objects.get().title_fr == "Atelier"
    assert "Rien d’autre ne vous attend." in keyboard.page.locator("body").inner_text()
    assert not Submission.objects.in_review().exists()


def test_error_takes_the_focus_and_leads_to_the_field(keyboard, waiting):
    sign_in(keyboard)
    keyboard.page.goto(
        keyboard.page.url.partition("/fr/")[0]
        + f"/fr/admin/portal/submission/{waiting[0].pk}/change/"
    )

    keyboard.to(name="decision", value="refuse")
    keyboard.go()

    keyboard.is_on("#errors")
    keyboard.to(tag="A", href=f"{keyboard.page.url}#id_message")
    keyboard.press("Enter")
    keyboard.to(name="message")
