"""Each page speaks one language: no text of the interface in the other, on any page, for any role."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from portal import storage
from portal.lifecycle import kinds, review
from tests.images import noise, webp
from tests.test_access import ACCESS
from tests.world import World, session

pytestmark = [pytest.mark.django_db, pytest.mark.once]

CATALOGUE = Path(settings.LOCALE_PATHS[0]) / "fr" / "LC_MESSAGES" / "django.po"
# Words of the tests' own rows that happen to be words of the interface too, and a label of Django's
# own that is one word and a colon in both languages.
ROWS = {"Ailleurs", "Prix", "Atelier", "Source:"}
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Texts(HTMLParser):
    """The texts of a page that are in its own language: those in a `lang` of their own are left out."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[bool] = []
        self.found: set[str] = set()

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        for name in ("title", "aria-label", "placeholder", "alt"):
            if named.get(name) and not any(self.stack):
                self.found.add(named[name].strip())
        if tag not in VOID:
            inner = tag in ("script", "style", "code", "textarea")
            self.stack.append(inner or (tag != "html" and "lang" in named))

    def handle_endtag(self, tag):
        if self.stack and tag not in VOID:
            self.stack.pop()

    def handle_data(self, data):
        if data.strip() and not any(self.stack):
            self.found.add(" ".join(data.split()))


def pairs():
    """English and French of each text of the interface that is a word or more."""
    with CATALOGUE.open(encoding="utf-8") as file:
        for message in read_po(file, locale="fr"):
            if message.id and isinstance(message.id, str) and message.context != "url":
                yield message.id, str(message.string)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_page_speaks_the_other_language(language, alice, bob, charlie, dana, fay, elsewhere):
    texts = set(pairs())
    english, french = {e for e, _f in texts}, {f for _e, f in texts}
    foreign = (english - french if language == "fr" else french - english) - ROWS
    world = World(alice, bob, charlie, dana, elsewhere)
    sessions = {str(somebody): session(somebody) for somebody in (None, bob, fay)}
    found = {}

    for name in ACCESS:
        for who, cookie in sessions.items():
            cache.clear()
            client = Client()
            client.cookies.load(cookie)
            arguments = world.arguments(name)
            with translation.override(language):
                try:
                    address = reverse(name, kwargs=arguments)
                except Exception:
                    address = reverse(name, args=[arguments["pk"]])
            with transaction.atomic():
                response = client.get(address, headers={"accept-language": language})
                if response.streaming:
                    b"".join(response)  # read to its end, a file closes
                transaction.set_rollback(True)
            if response.status_code in (200, 404) and "html" in response["Content-Type"]:
                page = Texts()
                page.feed(response.content.decode())
                if slipped := page.found & foreign:
                    found[address, who] = slipped

    assert found == {}


@pytest.mark.parametrize("address", ["members:submission-detail", "admin:portal_submission_change"])
def test_comparison_says_in_which_language_its_parts_are(
    client, alice, dana, fay, organisation, address
):
    kind = kinds.named("organisation")
    values = kind.content.read(organisation) | {
        "logo": storage.hold("1/logo.webp", webp(noise((30, 30)))),
        "logo_alt_fr": "Une arche",
        "logo_alt_en": "An arch",
        "summary_en": "Ours.",
    }
    held = review.submit(review.save(kind, values, by=alice, target=organisation), by=alice)
    with review.direct_edit(organisation, by=fay):
        organisation.summary_en = "Theirs."
        organisation.save()
    client.force_login(alice if address.startswith("members") else dana)

    text = client.get(reverse(address, args=[held.pk])).content.decode()

    assert '<span lang="fr">Une arche</span> / <span lang="en">An arch</span>' in text
    # What the page says in a cell that is in English.
    begun = {"members": ("span", "Au début"), "admin": ("strong", "Quand cette modification")}
    tag, said = begun[address.partition(":")[0]]
    assert f'<{tag} lang="fr">{said}' in text
