"""The paths that people take, by keyboard alone, on the demo: with script and without.

Each path is taken twice from the same start. It must lead past the same addresses, titles and contents;
whatever has the focus must show it, and with or without script it lands where DESIGN-UX.md says.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import expect

from events.demo import loader
from members.models import Organisation
from portal.models import Submission
from tests.keyboard import Keyboard

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("demo"),
]
# The second time is a minute later at most.
CLOCK = re.compile(r"\d+\sh\s\d\d|\d+(:\d\d)?[ap]m")


def in_both(names: str, *cases: tuple[str, ...]) -> pytest.MarkDecorator:
    """A path in French and in English, each with the words of its pages."""
    return pytest.mark.parametrize(names, cases)


def reverse_in(language: str, name: str, **arguments: object) -> str:
    with translation.override(language):
        return reverse(name, kwargs=arguments)


class Stop(NamedTuple):
    """What one has before oneself."""

    address: str
    title: str
    text: str


class Walker(Keyboard):
    """Somebody on a path, in one language, who remembers where they stopped."""

    def __init__(self, page, base: str, language: str, *, scripts: bool) -> None:
        super().__init__(page)
        self.base, self.language, self.scripts = base, language, scripts
        self.trail: list[Stop] = []

    def start(self, name: str, query: str = "", **arguments: object) -> None:
        self.page.goto(self.base + reverse_in(self.language, name, **arguments) + query)

    def stop(self, part: str = "main, #content") -> Stop:
        text = self.page.locator(part).first.inner_text()
        title = self.page.title()
        here = Stop(self.page.url.removeprefix(self.base), title, CLOCK.sub("…", text))
        self.trail.append(here)
        return here

    def follow(self, **wanted: object) -> None:
        """Go to a link or button, and where it leads."""
        self.to(**wanted)
        self.go()

    def settled(self, query: str) -> None:
        """Until the list has followed what was typed or ticked, which takes a script."""
        if self.scripts:
            expect(self.page).to_have_url(re.compile(re.escape(query) + "$"))
            expect(self.page.locator("#results")).not_to_have_attribute("aria-busy", "true")

    def turn(self, query: str) -> None:
        """Press Enter on the number of a page of a list, and wait for that page."""
        self.press("Enter")
        expect(self.page).to_have_url(re.compile(re.escape(query) + "$"))
        expect(self.page.locator("#results")).not_to_have_attribute("aria-busy", "true")

    def sign_in(self, account: str, password: str = loader.PASSWORD) -> None:
        self.to(name="login")
        self.press("ControlOrMeta+A")
        self.type(f"{account}@demo.example")
        self.to(name="password")
        self.type(password)
        self.go()


@pytest.fixture
def twice(chromium, live_server, place_demo) -> Iterator[Callable]:
    """Takes a path with script and without, each from the demo as it is; returns what both came past."""
    contexts = []

    def take(path: Callable[[Walker], None], language: str) -> list[Stop]:
        trails = []
        for scripts in (True, False):
            place_demo()
            cache.clear()
            context = chromium.new_context(
                java_script_enabled=scripts,
                locale=language,
                viewport={"width": 1280, "height": 800},
            )
            contexts.append(context)
            walker = Walker(context.new_page(), live_server.url, language, scripts=scripts)
            path(walker)
            trails.append(walker.trail)
        assert trails[0] == trails[1]
        return trails[0]

    yield take
    for context in contexts:
        context.close()


def focus_is_on_the_errors(walker: Walker) -> None:
    """After a form that failed; the title says so too."""
    walker.is_on("#errors")
    assert walker.page.title().startswith("Erreur" if walker.language == "fr" else "Error")


@in_both(
    "language, directory, apply, next_page",
    ("fr", "Annuaire", "Appliquer", "Suivante"),
    ("en", "Directory", "Apply", "Next"),
)
def test_finding_an_organisation(twice, language, directory, apply, next_page):
    def path(walker: Walker) -> None:
        walker.start("home")
        walker.to()
        assert walker.focused()["href"].endswith("#content")
        walker.follow(tag="A", text=directory)

        # A page of the list: focus goes to its heading, from where the next step is the list.
        walker.to(tag="A", text=next_page)
        walker.turn("?page=2")
        walker.stop("#results")
        if walker.scripts:
            walker.is_on("#results-title")

        walker.start("members:organisation-list")
        walker.to(name="q")
        walker.type("chu")
        walker.settled("?q=chu")
        walker.to(name="theme", value="sante")
        walker.press("Space")
        walker.settled("?q=chu&theme=sante")
        if walker.scripts:
            walker.is_on("[name=theme][value=sante]")
        else:
            walker.follow(tag="BUTTON", text=apply)
        walker.stop("#results")
        walker.follow(tag="A", text="CHU de Montpellier")
        walker.stop()

    page, found, profile = twice(path, language)

    assert page.address.endswith("?page=2")
    assert found.address.endswith("?q=chu&theme=sante")
    assert "CHU de Montpellier" in found.text
    assert profile.address.endswith("/chu-montpellier/")
    assert profile.title.startswith("CHU de Montpellier")


@in_both(
    "language, subscribe, opened, followed",
    (
        "fr",
        "S’abonner à ces événements (iCal, Atom)",
        "Ouvrir dans mon agenda",
        "Suivre les 100 derniers changements dans un flux Atom",
    ),
    (
        "en",
        "Subscribe to these events (iCal, Atom)",
        "Open in my calendar",
        "Follow the last 100 changes in an Atom feed",
    ),
)
def test_subscribing_to_the_agenda(twice, language, subscribe, opened, followed):
    offered = []

    def path(walker: Walker) -> None:
        walker.start("events:event-list", "?theme=sante")
        walker.to(tag="SUMMARY", text=subscribe)
        assert not walker.page.locator("#calendar-address").is_visible()
        walker.press("Enter")
        calendar = walker.to(tag="A", text=opened)["href"]
        address = walker.to(tag="INPUT", id="calendar-address")["value"]
        feed = walker.to(tag="A", text=followed)["href"]
        walker.stop("#results")
        assert calendar == address.replace("http://", "webcal://")
        for each in (address, feed):
            offered.append(walker.page.request.get(each).text())

    [stop] = twice(path, language)

    assert stop.address.endswith("?theme=sante")
    entries = {each.count("BEGIN:VEVENT") + each.count("<entry") for each in offered}
    assert len(offered) == 4 and len(entries) == 1 and entries != {0}


@in_both("language, area", ("en", "Member area"), ("fr", "Espace membre"))
def test_signing_in(twice, language, area):
    def path(walker: Walker) -> None:
        walker.start("home")
        walker.follow(tag="A", text=area)
        walker.stop()
        walker.sign_in("editor", "not-the-password")
        focus_is_on_the_errors(walker)
        walker.stop()
        walker.sign_in("editor")
        walker.stop()

    asked, refused, inside = twice(path, language)

    assert asked.address.partition("?")[0] == refused.address.partition("?")[0]
    assert inside.address in ("/fr/espace/", "/en/workspace/")
    assert "editor@demo.example" not in refused.title


@in_both(
    "language, edit, save, send",
    ("fr", "Modifier la fiche", "Enregistrer le brouillon", "Envoyer en relecture"),
    ("en", "Edit the profile", "Save the draft", "Send for review"),
)
def test_editing_and_submitting(twice, language, edit, save, send):
    def path(walker: Walker) -> None:
        walker.start("members:workspace")
        walker.sign_in("editor")
        walker.follow(tag="A", text="Université de Montpellier")
        walker.follow(tag="A", text=edit)
        walker.to(name="summary_fr")
        walker.press("ControlOrMeta+A")
        walker.type("Une université zélée.")
        walker.to(name="website")
        walker.type("x")
        walker.follow(tag="BUTTON", text=send)

        # What is wrong is said first, and leads to its field, where the text still is.
        focus_is_on_the_errors(walker)
        walker.stop(".error-summary")
        walker.to(tag="A")
        walker.press("Enter")
        walker.is_on("[name=website]")
        assert walker.focused()["value"] == "x"
        walker.press("ControlOrMeta+A")
        walker.press("Delete")
        assert walker.page.input_value("[name=summary_fr]") == "Une université zélée."
        walker.follow(tag="BUTTON", text=save)
        walker.is_on("#notice")
        walker.stop("#notice")
        assert walker.page.input_value("[name=summary_fr]") == "Une université zélée."

        walker.to(name="message")
        walker.type("Un résumé neuf.")
        walker.follow(tag="BUTTON", text=send)
        walker.stop()
        held = Submission.objects.get(pk=walker.page.url.rstrip("/").rpartition("/")[2])
        assert (held.status, held.values["summary_fr"]) == ("in_review", "Une université zélée.")
        assert held.target_id == Organisation.objects.get(slug="universite-montpellier").pk

    _errors, draft, sent = twice(path, language)

    assert sent.address == draft.address.removesuffix("modifier/").removesuffix("edit/")
    assert "Un résumé neuf." in sent.text


@in_both("language, abandon", ("en", "Abandon"), ("fr", "Abandonner"))
def test_abandoning_leads_to_the_notice(twice, language, abandon):
    def path(walker: Walker) -> None:
        draft = Submission.objects.get(author__email="editor@demo.example", status="draft")
        walker.start("members:submission-detail", pk=draft.pk)
        walker.sign_in("editor")
        walker.follow(tag="A", text=abandon)
        walker.stop()
        walker.follow(tag="BUTTON", text=abandon)
        walker.is_on("#notice")
        walker.stop()
        draft.refresh_from_db()
        assert draft.status == "withdrawn"

    asked, done = twice(path, language)

    assert asked.address.startswith(done.address)


@in_both(
    "language, waiting",
    ("en", "submissions wait for a moderator"),
    ("fr", "demandes attendent une décision"),
)
def test_moderating(twice, language, waiting):
    def path(walker: Walker) -> None:
        walker.start("members:workspace")
        walker.sign_in("moderator")
        number = Submission.objects.in_review().count()
        walker.follow(tag="A", text=f"{number} {waiting}")
        walker.stop()
        walker.follow(tag="A", text="CHU de Montpellier")
        walker.stop()

        # Without a reason nothing is refused.
        walker.follow(name="decision", value="refuse")
        walker.is_on("#errors")
        walker.stop()
        walker.to(name="message")
        walker.type("Dites-en davantage.")
        walker.follow(name="decision", value="correct")
        walker.stop()
        assert Submission.objects.in_review().count() == number - 1
        walker.to(name="message")
        walker.type("Ceci est une publicité.")
        walker.follow(name="decision", value="refuse")
        walker.stop()
        walker.follow(name="decision", value="refuse")
        walker.stop()
        assert Submission.objects.in_review().count() == number - 2

        # One field of what conflicts is chosen, and published.
        assert walker.page.locator("[name=fields_chosen]:checked").count() == 0
        field = walker.to(name="fields_chosen")["value"]
        walker.press("Space")
        walker.follow(name="decision", value="publish")
        walker.stop()
        walker.follow(name="decision", value="publish")
        walker.stop()
        organisation = Organisation.objects.get(slug="numalis")
        held = Submission.objects.get(target_id=organisation.pk)
        assert getattr(organisation, field) == held.values[field]

    queue, *_others = twice(path, language)

    assert "CHU de Montpellier" in queue.text
