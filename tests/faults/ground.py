"""A portal in production under load, for faults: visitors read, editors write, and both are counted.

What an editor was told is saved is looked for afterwards in the database: nothing of it may be lost.
"""

import http.client
import io
import os
import secrets
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from tests import browser
from tests.benchmarks.servers import redis
from tests.served import Portal, served

ROOT = Path(__file__).resolve().parents[2]
ORGANISATION = "universite-montpellier"
PAGES = (
    "/fr/",
    "/fr/annuaire/",
    "/en/directory/?theme=sante",
    f"/fr/annuaire/{ORGANISATION}/",
    "/fr/projets/",
    "/en/projects/plantnet/",
    "/fr/agenda/",
    "/en/search/?q=health",
    "/fr/rechercher/?q=donn%C3%A9es",
    "/api/v1/organisations/",
    "/api/v1/events/?theme=sante",
)
FORM = f"/fr/espace/{ORGANISATION}/evenements/nouveau/"
# How long somebody waits for an answer, in seconds.
PATIENCE = 30


@dataclass(frozen=True)
class Answer:
    """What somebody was answered: status 0 if nothing came, or not all of it."""

    who: str
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
    cookie: str
    pause: float = 0.0
    answers: list[Answer] = field(default_factory=list)
    saved: list[str] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def ask(self, who: str, method: str, path: str, body: str = "", **headers: str) -> str:
        """Ask as a proxy does, by a connection of its own; the page, "" if it did not come."""
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
        self.answers.append(Answer(who, status, began, time.monotonic() - began))
        return page if status else ""

    def read(self, number: int) -> None:
        """A visitor, who begins at one page and goes through all of them."""
        while not self.is_over.is_set():
            self.ask("visitor", "GET", PAGES[number % len(PAGES)])
            number += 1
            self.is_over.wait(self.pause)

    def write(self, number: int) -> None:
        """An editor, who begins one draft after the other."""
        written = 0
        while not self.is_over.is_set():
            written += 1
            title = f"Brouillon {number}.{written}"
            if form := self.ask("editor", "GET", FORM, Cookie=self.cookie):
                self._save(form, title)
            self.is_over.wait(self.pause)

    def _save(self, form: str, title: str) -> None:
        if 'id="form"' not in form:
            return
        values = browser.fields(form, "form") | {"title_fr": title, "action": "save"}
        self.ask(
            "writer",
            "POST",
            FORM,
            urlencode(values, doseq=True),
            **{"Content-Type": "application/x-www-form-urlencoded"},
            Referer=f"https://localhost{FORM}",
            Cookie=self.cookie,
        )
        if self.answers[-1].status == 302:
            self.saved.append(title)

    @contextmanager
    def going_on(self, visitors: int, editors: int) -> Iterator[None]:
        """So many of each, while the block runs."""
        crowd = [threading.Thread(target=self.read, args=[n], daemon=True) for n in range(visitors)]
        crowd += [
            threading.Thread(target=self.write, args=[n], daemon=True) for n in range(editors)
        ]
        for somebody in crowd:
            somebody.start()
        try:
            yield
        finally:
            self.is_over.set()
            for somebody in crowd:
                somebody.join()

    def lost(self) -> list[str]:
        """What somebody was told is saved, and is not there."""
        from portal.models import Submission

        there = set(Submission.objects.values_list("values__title_fr", flat=True))
        return [title for title in self.saved if title not in there]

    def bad(self) -> Counter[int]:
        """How many answers were not what was asked for, by status."""
        return Counter(answer.status for answer in self.answers if not answer.is_good)


def _somebody() -> str:
    """An address nobody else has: what is counted here is not how often one may ask."""
    return f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}"


@contextmanager
def portal_in_production(folder: Path, *options: str) -> Iterator[tuple[Portal, int]]:
    """The portal on DATABASE_URL with a Redis of its own, filled with the demo; and that Redis."""
    with ExitStack() as stack:
        address, store = stack.enter_context(redis())
        environment = {
            "DEBUG": "false",
            "SECRET_KEY": os.environ["SECRET_KEY"],
            "ALLOWED_HOSTS": "localhost",
            "BASE_URL": "https://localhost",
            "DATABASE_URL": os.environ["DATABASE_URL"],
            "DATA_DIR": str(folder),
            "STATIC_ROOT": str(folder / "static"),
            "EMAIL_URL": "smtp://127.0.0.1:1/",
            "DEFAULT_FROM_EMAIL": "portal@example.org",
            "BEHIND_PROXY": "true",
            "TRUSTED_PROXIES": "1",
            "REDIS_URL": address,
            "TASKS": "database",
        }
        subprocess.run(
            [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"],
            cwd=ROOT,
            env=os.environ | environment,
            check=True,
        )
        log = stack.enter_context((folder / "web.log").open("w"))
        portal = stack.enter_context(served(environment, *options, log=log))
        yield portal, store


def filled() -> str:
    """Put the demo into the database, and give the cookie of an editor who has signed in."""
    from django.core.management import call_command

    from events.demo import loader
    from members.models import Organisation
    from tests import factories
    from tests.world import session

    call_command("migrate", verbosity=0)
    loader.load(lambda said: None)
    call_command("delete_demo_accounts", no_input=True, stdout=io.StringIO())
    organisation = Organisation.objects.get(slug=ORGANISATION)
    editor = factories.UserFactory(email="editor@example.org", member=organisation)
    cookies = session(editor) | {"csrftoken": secrets.token_hex(16)}
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def wait_until(fact: Callable[[], bool], seconds: float = 60) -> float:
    """Wait for something to be so; how long that took. Raises TimeoutError."""
    began = time.monotonic()
    while not fact():
        if time.monotonic() - began > seconds:
            raise TimeoutError(fact.__doc__ or fact.__name__)
        threading.Event().wait(0.02)
    return time.monotonic() - began
