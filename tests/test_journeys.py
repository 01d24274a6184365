"""The main job in a real browser, on the demo, in French and in English, without script.

Each person has a browser of their own; what one does, the others see.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext
from playwright.sync_api import Page

from events.models import Event, Project
from members.models import Organisation, User
from portal import display
from portal.models import Submission

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("demo"),
]


class Person:
    """Somebody at a browser, reading in one language."""

    def __init__(self, page: Page, base: str, language: str) -> None:
        self.page, self.base, self.language = page, base, language

    def address(self, name: str, **arguments: object) -> str:
        with translation.override(self.language):
            return self.base + reverse(name, kwargs=arguments)

    def open(self, name: str, **arguments: object) -> str:
        """Go to a page by the name of its address; returns what it says."""
        self.status = self.page.goto(self.address(name, **arguments)).status
        return self.text

    @property
    def text(self) -> str:
        return self.page.locator("main, #content").first.inner_text()

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.fill(f"[name={name}]", value)

    def press(self, value: str) -> None:
        """Press the button of that value, and wait for the page that follows."""
        with self.page.expect_navigation():
            self.page.locator(f"button[value={value}]:not([tabindex='-1'])").first.click()

    def confirm(self) -> None:
        """Press the main button of a confirmation page, and wait for the page that follows."""
        with self.page.expect_navigation():
            self.page.locator("button.button-main").first.click()

    def judge(
        self, number: int, decision: str, message: str = "", fields: tuple[str, ...] = ()
    ) -> None:
        """Decide on a submission: tick what is to be published, write, press, confirm."""
        self.open("admin:portal_submission_change", pk=number)
        for box in self.page.locator("[name=fields_chosen]").all():
            if fields:
                box.set_checked(box.get_attribute("value") in fields)
        if message:
            self.fill(message=message)
        self.press(decision)
        if self.page.locator("button[value=back]").count():
            self.confirm()


@pytest.fixture
def person(chromium, live_server, settings, language) -> Iterator[Callable[[str], Person]]:
    """Opens a browser for somebody; with an account's name they have signed in."""
    contexts = []

    def enter(account: str = "", *, scripts: bool = False) -> Person:
        cache.clear()
        context = chromium.new_context(java_script_enabled=scripts, locale=language)
        contexts.append(context)
        if account:
            # How one signs in is a path of its own (test_paths.py).
            client = Client()
            client.force_login(User.objects.get(email=f"{account}@demo.example"))
            name = settings.SESSION_COOKIE_NAME
            cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
            context.add_cookies([cookie])
        return Person(context.new_page(), live_server.url, language)

    yield enter
    for context in contexts:
        context.close()


both = pytest.mark.parametrize("language", ["fr", "en"])


def api(person: Person, path: str) -> dict:
    """What the API answers to the same visitor."""
    return person.page.request.get(f"{person.base}/api/v1/{path}").json()


@both
def test_an_edit_is_published_field_by_field(person, language):
    slug = "universite-montpellier"
    visitor, editor, moderator = person(), person("editor"), person("moderator")
    before = visitor.open("members:organisation-detail", slug=slug)
    was = api(visitor, f"organisations/{slug}/")["summary"]

    editor.open("members:organisation-edit", slug=slug)
    editor.fill(summary_fr="Une université zélée.", summary_en="A zealous university.")
    editor.press("submit")
    number = Submission.objects.get(target_id=Organisation.objects.get(slug=slug).pk).pk
    assert f"{number}" in editor.page.url

    # What is live stays live while it waits.
    assert visitor.open("members:organisation-detail", slug=slug) == before
    assert api(visitor, f"organisations/{slug}/")["summary"] == was

    moderator.open("admin:portal_submission_change", pk=number)
    assert "zélée" in moderator.text and "zealous" in moderator.text
    moderator.judge(number, "publish", fields=(f"summary_{language}",))
    moderator.judge(number, "correct", message="Dites-en davantage, s’il vous plaît.")

    shown, kept = ("zélée", "zealous") if language == "fr" else ("zealous", "zélée")
    page = visitor.open("members:organisation-detail", slug=slug)
    assert shown in page and kept not in page
    summary = api(visitor, f"organisations/{slug}/")["summary"]
    other = "en" if language == "fr" else "fr"
    assert shown in summary[language] and summary[other] == was[other]
    assert api(visitor, f"organisations/?q={shown}")["count"] == 1
    assert api(visitor, f"organisations/?q={kept}")["count"] == 0

    editor.open("members:submission-detail", pk=number)
    assert "Dites-en davantage" in editor.text


@both
def test_a_new_event_and_a_new_project_from_draft_to_published(person, language):
    organisation = Organisation.objects.get(slug="universite-montpellier")
    visitor, editor, moderator = person(), person("editor"), person("moderator")
    soon = timezone.localdate() + timedelta(days=20)

    for code, list_name, model, more in (
        (
            "event",
            "events:event-list",
            Event,
            {"start_date": soon.isoformat(), "start_time": "14:00"},
        ),
        ("project", "events:project-list", Project, {}),
    ):
        title = f"Essai {code} {language}"
        editor.open("members:content-create", slug=organisation.slug, kind=code)
        editor.fill(title_fr=title, title_en=title, summary_fr="Un essai.", **more)
        choice = ("kind", "workshop") if code == "event" else ("stage", "running")
        editor.page.select_option(f"[name={choice[0]}]", choice[1])
        editor.press("save")
        draft = Submission.objects.filter(status="draft", values__title_fr=title).get()
        assert not model.objects.filter(title_fr=title).exists()

        editor.open("members:submission-preview", pk=draft.pk)
        assert title in editor.text
        editor.open("members:submission-submit", pk=draft.pk)
        editor.confirm()
        assert title not in visitor.open(list_name)

        moderator.judge(draft.pk, "publish")
        assert title in visitor.open(list_name)
        assert api(visitor, f"{code}s/?q={title}")["count"] == 1


@both
def test_a_refusal_comes_with_its_reason(person, language):
    startup, moderator, visitor = person("startup"), person("moderator"), person()
    startup.open("members:content-create", slug="numalis", kind="project")
    startup.fill(title_fr="Offre du mois", title_en="Offer of the month")
    startup.page.select_option("[name=stage]", "running")
    startup.press("submit")
    held = Submission.objects.get(values__title_fr="Offre du mois")

    moderator.judge(held.pk, "refuse", message="Ceci est une publicité.")

    startup.open("members:submission-detail", pk=held.pk)
    assert "Ceci est une publicité." in startup.text
    assert "Offre du mois" not in visitor.open("events:project-list")
    assert not Project.objects.filter(title_fr="Offre du mois").exists()


@both
def test_a_conflict_is_shown_and_nothing_is_lost(person, language):
    organisation = Organisation.objects.get(slug="numalis")
    held = Submission.objects.get(target_id=organisation.pk, status="in_review")
    moderator, visitor = person("moderator"), person()
    live, proposed = organisation.summary_fr, held.values["summary_fr"]

    moderator.open("admin:portal_submission_change", pk=held.pk)
    assert moderator.page.locator("[name=fields_chosen]:checked").count() == 0
    for text in (live, proposed, held.base["summary_fr"]):
        assert text.split()[-1].strip(".") in moderator.text
    moderator.judge(held.pk, "publish", fields=("summary_fr",))

    organisation.refresh_from_db()
    assert organisation.summary_fr == proposed
    with translation.override("fr"):
        french = Person(visitor.page, visitor.base, "fr")
        assert proposed[:40] in french.open("members:organisation-detail", slug="numalis")


@both
def test_what_is_withdrawn_is_gone(person, language):
    owner, visitor = person("owner"), person()
    project = Project.objects.get(slug_fr="docsimulator")
    address = visitor.address("events:project-detail", slug=project.slug_for(language))
    assert visitor.page.goto(address).status == 200

    owner.open(
        "members:content-withdraw", slug="universite-montpellier", kind="project", pk=project.pk
    )
    owner.fill(message="Le projet est fini.")
    owner.confirm()

    assert visitor.page.goto(address).status == 410
    assert "DocSimulator" in visitor.page.locator("h1").inner_text()
    assert "DocSimulator" not in visitor.open("events:project-list")
    assert visitor.page.request.get(f"{visitor.base}/api/v1/projects/{project.pk}/").status == 404


# Pages of each make, and who looks at them.
LOOKED_AT = {
    "": (
        "home",
        "search",
        "page-legal",
        "sitemap-page",
        "members:organisation-list",
        "members:organisation-detail",
        "events:event-list",
        "events:event-detail",
        "events:project-list",
        "events:project-detail",
        "events:ecosystem",
        "events:key-figures",
        "api-guide",
        "account_login",
        "account_signup",
    ),
    "owner": ("members:workspace", "members:organisation-edit", "members:seat-list"),
    "moderator": ("admin:index", "admin:portal_submission_changelist"),
}


@both
def test_the_yearly_question_is_answered_by_one_button(person, language, mailoutbox):
    slug, year = "universite-montpellier", timedelta(days=400)
    long_ago = timezone.now() - year
    Organisation.objects.filter(slug=slug).update(updated_at=long_ago, verified_on=long_ago.date())
    Submission.objects.filter(organisation__slug=slug).delete()
    User.objects.update(language=language)
    visitor, owner = person(), person("owner")
    before = visitor.open("members:organisation-detail", slug=slug)

    mailoutbox.clear()
    call_command("ask_to_check_profiles")
    (mail,) = mailoutbox
    (link,) = re.findall(r"http\S+/(?:fiche|profile)/\S+", mail.body)
    owner.page.goto(link)
    assert "Philippe Augé" in owner.text
    owner.confirm()

    with translation.override(language):
        checked = gettext("Checked by the organisation on %(date)s.") % {
            "date": display.long_date(timezone.localdate())
        }
    after = visitor.open("members:organisation-detail", slug=slug)
    assert mail.to == ["owner@demo.example"]
    assert checked in owner.text
    assert (checked in before, checked in after) == (False, True)


@both
def test_a_day_of_the_month_leads_to_what_takes_place(person, language):
    event = Event.objects.published().upcoming().first()
    day = timezone.localtime(event.starts_at)
    visitor = person()
    visitor.open("events:event-month", year=day.year, month=day.month)
    number = visitor.page.locator(f".month td:has-text('{day.day}') a").first

    number.focus()
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")

    assert visitor.page.url.endswith(f"#event-{event.pk}")
    assert str(event.title_fr if language == "fr" else event.title_en) in (
        visitor.page.locator(".row:target").inner_text()
    )


@pytest.mark.threat("T26", "browser")
@both
def test_no_page_asks_anybody_else_for_anything(person, language, live_server):
    university = Organisation.objects.get(slug="universite-montpellier")
    slugs = {
        "members:organisation-detail": university.slug,
        "members:organisation-edit": university.slug,
        "members:seat-list": university.slug,
        "events:event-detail": Event.objects.published().exclude(image="").first()
        or Event.objects.published().first(),
        "events:project-detail": Project.objects.published().first(),
    }
    asked, refused = set(), []

    for account, names in LOOKED_AT.items():
        somebody = person(account, scripts=True)
        somebody.page.on("request", lambda request: asked.add(request.url))
        somebody.page.on("console", lambda said: refused.append(said.text))
        for name in names:
            found = slugs.get(name)
            slug = found if isinstance(found, str) or not found else found.slug_for(language)
            somebody.open(name, **({"slug": slug} if slug else {}))
            assert somebody.status == 200, name

    assert any("/static/" in url for url in asked)
    assert {url for url in asked if not url.startswith((live_server.url, "data:"))} == set()
    # Nor did anything try: the policy would have refused it, and the browser said so.
    assert [text for text in refused if "Content Security Policy" in text] == []
