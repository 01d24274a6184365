"""A portal in production under load, for faults: visitors read, editors write, moderators decide.

What somebody was told is saved or published is looked for afterwards in the database: nothing of it may
be lost.
"""

import http.client
import io
import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings

from tests import browser
from tests.benchmarks.servers import redis
from tests.faults.mail import database_url
from tests.faults.release import NEXT, Releases
from tests.served import Portal, served

ORGANISATION = "universite-montpellier"
PROJECT = "plantnet"
PAGES = (
    "/fr/",
    "/fr/annuaire/",
    "/en/directory/?theme=sante",
    f"/fr/annuaire/{ORGANISATION}/",
    "/fr/projets/",
    f"/en/projects/{PROJECT}/",
    "/fr/agenda/",
    "/en/search/?q=health",
    "/fr/rechercher/?q=donn%C3%A9es",
    "/api/v1/organisations/",
    "/api/v1/events/?theme=sante",
)
FORM = f"/fr/espace/{ORGANISATION}/evenements/nouveau/"
QUEUE = "/fr/admin/portal/submission/"
WAITS = re.compile(rf"{QUEUE}(\d+)/change/")
# One of so many new events is sent for review, the others stay drafts.
SENT = 3
EVENT = {"kind": "workshop", "period_fr": "en mai"}
# How long somebody waits for an answer, in seconds.
PATIENCE = 30


@dataclass(frozen=True)
class Answer:
    """What somebody was answered: status 0 if nothing came, or not all of it."""

    who: str
    path: str
    status: int
    began: float
    seconds: float

    @property
    def is_good(self) -> bool:
        return self.status in (200, 302)


@dataclass
class Load:
    """Who asks, in threads, each for the next page as soon as the one before has come."""

    portal: Portal
    releases: Releases
    # Of those who have signed in, by who they are.
    cookies: dict[str, str]
    # What drafts are called by.
    name: str
    pause: float = 0.0
    answers: list[Answer] = field(default_factory=list)
    saved: list[str] = field(default_factory=list)
    # Keys of what was published.
    published: list[str] = field(default_factory=list)
    # Static files that a page asked for, and that were not there.
    lacking: list[str] = field(default_factory=list)
    # How many pages came of each version, or of a mixture of two.
    versions: Counter[str] = field(default_factory=Counter)
    is_over: threading.Event = field(default_factory=threading.Event)

    def ask(self, who: str, method: str, path: str, body: str = "", **headers: str) -> str:
        """Ask as a proxy does, by a connection of its own; the page, "" if it did not come."""
        return self.answered(who, method, path, body, **headers)[1]

    def answered(
        self, who: str, method: str, path: str, body: str = "", **headers: str
    ) -> tuple[int, str]:
        """The same with the status, 0 if nothing came."""
        began, status, page = time.monotonic(), 0, ""
        sent = {"Host": "localhost", "X-Forwarded-Proto": "https", "X-Forwarded-For": _somebody()}
        connection = http.client.HTTPConnection("127.0.0.1", self.portal.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body or None, sent | headers)
            answer = connection.getresponse()
            page = answer.read().decode()
            status = answer.status
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        self.answers.append(Answer(who, path, status, began, time.monotonic() - began))
        return status, page if status else ""

    def read(self, number: int) -> None:
        """A visitor, who begins at one page and goes through all of them."""
        while not self.is_over.is_set():
            page = self.ask("visitor", "GET", PAGES[number % len(PAGES)])
            if version := version_of(page):
                self.versions[version] += 1
            self.lacking += self.releases.lacking(page)
            number += 1
            self.is_over.wait(self.pause)

    def write(self, number: int) -> None:
        """An editor, who begins one event after the other and sends some of them."""
        written = 0
        while not self.is_over.is_set():
            written += 1
            typed = {"title_fr": f"{self.name} {number}.{written}", "action": "save"}
            if not written % SENT:
                typed |= EVENT | {"action": "submit"}
            if self._sent("editor", FORM, "form", FORM, typed):
                self.saved.append(typed["title_fr"])
            self.is_over.wait(self.pause)

    def decide(self, number: int) -> None:
        """A moderator, who publishes what waits, one after the other; what cannot be stays there."""
        while not self.is_over.is_set():
            number += 1
            page = self.ask("moderator", "GET", QUEUE, Cookie=self.cookies["moderator"])
            if waiting := WAITS.findall(page):
                key = waiting[number % len(waiting)]
                shown, answer = f"{QUEUE}{key}/change/", f"{QUEUE}{key}/decide/"
                pressed = {"decision": "publish", "confirmed": "1"}
                if self._sent("moderator", shown, "decide", answer, pressed):
                    self.published.append(key)
            self.is_over.wait(self.pause)

    def _sent(self, who: str, page: str, form: str, to: str, typed: dict[str, str]) -> bool:
        """Open a page and send a form on it; whether it was taken."""
        shown = self.ask(who, "GET", page, Cookie=self.cookies[who])
        if f'id="{form}"' not in shown:
            return False
        values = browser.fields(shown, form) | typed
        answer = self.answered(
            f"{who} sends",
            "POST",
            to,
            urlencode(values, doseq=True),
            **{"Content-Type": "application/x-www-form-urlencoded"},
            Referer=f"https://localhost{page}",
            Cookie=self.cookies[who],
        )
        return answer[0] == 302

    @contextmanager
    def going_on(self, visitors: int, editors: int, moderators: int) -> Iterator[None]:
        """So many of each, while the block runs."""
        each = ((self.read, visitors), (self.write, editors), (self.decide, moderators))
        crowd = [
            threading.Thread(target=does, args=[number], daemon=True)
            for does, count in each
            for number in range(count)
        ]
        for somebody in crowd:
            somebody.start()
        try:
            yield
        finally:
            self.is_over.set()
            for somebody in crowd:
                somebody.join()

    def wait_until_ready(self) -> None:
        """Return once the portal says that it is."""
        wait_until(lambda: self.ask("nobody", "GET", "/readyz").startswith("database: ok"))
        self.answers.clear()

    def wait_for_writes(self, editors: int) -> None:
        """Return once all go about it."""
        wait_until(lambda: len(self.saved) > editors)

    def lost(self) -> list[str]:
        """What somebody was told is saved or published, and is not."""
        from portal.models import Status, Submission

        there = set(Submission.objects.values_list("values__title_fr", flat=True))
        public = Submission.objects.filter(status=Status.PUBLISHED)
        published = set(map(str, public.values_list("pk", flat=True)))
        return [title for title in self.saved if title not in there] + [
            f"submission {key}" for key in self.published if key not in published
        ]

    def bad(self) -> Counter[int]:
        """How many answers were not what was asked for, by status."""
        return Counter(answer.status for answer in self.answers if not answer.is_good)


def version_of(page: str) -> str:
    """Which version made a page: "first", "next" or "both"; "" for what is no page."""
    if "</head>" not in page:
        return ""
    if 'name="version"' not in page:
        return "first"
    return "next" if NEXT in page else "both"


def _somebody() -> str:
    """An address nobody else has: what is counted here is not how often one may ask."""
    return f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}"


@dataclass(frozen=True)
class Ground:
    """A running portal and what it stands on: `store` is the process of its Redis."""

    portal: Portal
    releases: Releases
    environment: dict[str, str]
    store: int


@contextmanager
def portal_in_production(folder: Path) -> Iterator[Ground]:
    """The portal on the database of this process, as its unit starts it, with a Redis of its own."""
    with ExitStack() as stack:
        address, store = stack.enter_context(redis(folder))
        environment = {
            "DEBUG": "false",
            "SECRET_KEY": settings.SECRET_KEY,
            "ALLOWED_HOSTS": "localhost",
            "BASE_URL": "https://localhost",
            "DATABASE_URL": database_url(),
            "DATA_DIR": str(folder),
            "EMAIL_URL": "smtp://127.0.0.1:1/",
            "DEFAULT_FROM_EMAIL": "portal@example.org",
            "BEHIND_PROXY": "true",
            "TRUSTED_PROXIES": "1",
            "REDIS_URL": address,
            "TASKS": "database",
        }
        releases = Releases(folder)
        releases.install(releases.make("first"), environment)
        log = stack.enter_context((folder / "web.log").open("w"))
        options = releases.options()
        portal = stack.enter_context(served(environment, *options, log=log, folder=releases.served))
        yield Ground(portal, releases, environment, store)


def filled(*, with_demo: bool = True) -> dict[str, str]:
    """Put the demo into the database, or little; gives the cookies of an editor and of a moderator."""
    from django.core.management import call_command

    from events.demo import loader
    from members.models import Organisation
    from tests import factories
    from tests.world import session

    call_command("migrate", verbosity=0)
    if with_demo:
        loader.load(lambda said: None)
        call_command("delete_demo_accounts", no_input=True, stdout=io.StringIO())
    else:
        loader.load_territory()
        by = factories.OrganisationFactory(slug=ORGANISATION)
        factories.ProjectFactory(title_fr="PlantNet", title_en="PlantNet", organisation=by)
        factories.EventFactory(organisation=by)
    organisation = Organisation.objects.get(slug=ORGANISATION)
    people = {
        "editor": factories.UserFactory(email="editor@example.org", member=organisation),
        "moderator": factories.UserFactory(email="moderator@example.org", moderator=True),
    }
    return {who: _cookie(session(person)) for who, person in people.items()}


def _cookie(values: dict[str, str]) -> str:
    values |= {"csrftoken": secrets.token_hex(16)}
    return "; ".join(f"{name}={value}" for name, value in values.items())


def wait_until(fact: Callable[[], bool], seconds: float = 60) -> float:
    """Wait for something to be so; how long that took. Raises TimeoutError."""
    began = time.monotonic()
    while not fact():
        if time.monotonic() - began > seconds:
            raise TimeoutError(fact.__doc__ or fact.__name__)
        threading.Event().wait(0.02)
    return time.monotonic() - began
