"""Nothing unreviewed leaks: words that could leak are planted everywhere, then looked for everywhere.

A visitor follows every link of the site in both languages, reads every list and object of the API, and
searches for each planted word. None of them may come back.
"""

import io
import json
import re
from urllib.parse import urljoin, urlsplit

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.urls import resolve, reverse
from django.utils.translation import override
from PIL import Image

from members import services
from members.models import Contact
from portal import sitemaps, storage
from portal.api_urls import router
from portal.lifecycle import kinds, review
from portal.models import Submission
from portal.search_models import SpellingKey
from tests import factories
from tests.test_access import ACCESS

pytestmark = pytest.mark.django_db

# One word for each place something could leak from; none is a word of any interface text.
SECRETS = {
    "draft": "zqdraftzq",
    "review": "zqreviewzq",
    "correct": "zqcorrectzq",
    "refused": "zqrefusedzq",
    "held": "zqheldzq",
    "held row": "zqheldrowzq",
    "withdrawn": "zqwithdrawnzq",
    "withdrawn organisation": "zqgoneorgzq",
    "contact": "zqcontactzq",
    "message": "zqmessagezq",
    "answer": "zqanswerzq",
    "account": "zqaccountzq",
    "invitation": "zqinvitationzq",
    "author": "zqauthorzq",
}
NOWHERE = "zqnothinglikeitzq"
# What may be linked and is not to be followed: it asks to sign in, or leaves the site.
NOT_FOLLOWED = re.compile(
    r"/(espace|workspace|connexion|sign-in|compte|account|admin)/|^mailto:|^tel:"
)


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "WEBP")
    return out.getvalue()


@pytest.fixture
def planted(alice, bob, dana, fay, organisation, elsewhere, tomorrow):
    """A portal with something public of each kind, and every secret in its place."""
    author = factories.UserFactory(
        email=f"{SECRETS['account']}@example.org", full_name=SECRETS["author"], member=organisation
    )
    theme = factories.ThemeFactory(code="sante")
    event = factories.EventFactory(organisation=organisation, themes=[theme])
    project = factories.ProjectFactory(organisation=organisation, themes=[theme])
    event_kind, project_kind, profile_kind = map(kinds.named, ("event", "project", "organisation"))

    def new_event(word, image=""):
        values = event_kind.content.blank | {
            "title_fr": f"Titre {word}",
            "title_en": f"Title {word}",
            "summary_fr": word,
            "description_en": word,
            "kind": "workshop",
            "starts_at": tomorrow.isoformat(),
            "themes": [theme.pk],
            "image": image,
            "image_alt_fr": word if image else "",
            "organisers": [{"organisation": organisation.pk}],
        }
        return review.save(event_kind, values, by=author, organisation=organisation)

    held_image = storage.hold("1/held.webp", picture())
    draft = new_event(SECRETS["draft"], held_image)
    review.submit(new_event(SECRETS["review"], held_image), by=author, message=SECRETS["message"])
    for word, verb in (("correct", review.ask_correction), ("refused", review.refuse)):
        waiting = review.submit(new_event(SECRETS[word]), by=author)
        verb(waiting, by=dana, message=SECRETS["answer"])

    live = project_kind.content.read(project)
    held = live | {
        "title_en": SECRETS["held"],
        "summary_fr": SECRETS["held"],
        "funding": [{"organisation": None, "funder": SECRETS["held row"], "amount": 5,
                     "programme_fr": "", "programme_en": "", "year": None,
                     "source_fr": SECRETS["held row"], "source_en": SECRETS["held row"]}],
    }  # fmt: skip
    review.submit(review.save(project_kind, held, by=author, target=project), by=author)
    profile = profile_kind.content.read(organisation) | {
        "description_fr": SECRETS["held"],
        "logo": storage.hold("1/logo.webp", picture()),
        "exchanges": [
            {"direction": "need", "topic": "data", "text_fr": SECRETS["held row"], "text_en": ""}
        ],
    }
    review.save(profile_kind, profile, by=author, target=organisation)

    shown = storage.hold("1/shown.webp", picture())
    gone = factories.EventFactory(
        organisation=organisation, summary_fr=SECRETS["withdrawn"], image=shown
    )
    factories_project = factories.ProjectFactory(
        organisation=organisation, summary_en=SECRETS["withdrawn"], themes=[theme]
    )
    gone_organisation = factories.OrganisationFactory(
        name="Partie", summary_fr=SECRETS["withdrawn organisation"], part_of=organisation
    )
    project.partners.create(organisation=gone_organisation, agreed_at=tomorrow)
    project.funding.create(organisation=gone_organisation, amount=5, source_fr="Article")
    event.projects.add(factories_project)
    for target in (gone, factories_project, gone_organisation):
        review.withdraw(target, by=dana, message=SECRETS["message"])

    # A second one that agreed, so that there is a figure of who works with whom.
    seen = factories.OrganisationFactory(name="Associée")
    project.partners.create(organisation=seen, agreed_at=tomorrow)
    project.partners.create(organisation=elsewhere)
    event.organisers.create(organisation=elsewhere)
    for visibility in ("members", "staff"):
        Contact.objects.create(
            organisation=organisation, name=SECRETS["contact"], visibility=visibility
        )
    services.invite(
        organisation,
        email=f"{SECRETS['invitation']}@example.org",
        role="editor",
        language="fr",
        by=bob,
    )
    return {
        "project": project,
        "event": event,
        "draft": draft,
        "held_image": held_image,
        "shown": shown,
    }


def crawl(client, start):
    """Every address of ours that a visitor can come to from `start`, with what it answers."""
    answers, waiting = {}, list(start)
    while waiting:
        address = waiting.pop()
        if address in answers:
            continue
        response = client.get(address)
        body = b"".join(response) if response.streaming else response.content
        answers[address] = (response, body.decode("utf-8", "replace"))
        if 300 <= response.status_code < 400:
            waiting.append(urljoin(address, response["Location"]))
        for link in re.findall(r'(?:href|src|action)="([^"#]+)', answers[address][1]):
            target = urlsplit(urljoin(address, link.replace("&amp;", "&")))
            path = target.path + (f"?{target.query}" if target.query else "")
            # One filter or order at a time: their combinations have no end and show nothing else.
            local = target.netloc in ("", "testserver") and "&" not in target.query
            if local and not NOT_FOLLOWED.search(path) and not path.startswith("/static/"):
                waiting.append(path)
    return answers


# What no link of a public page leads to, and a visitor may ask for.
UNLINKED = {
    "account_email_verification_sent": {},
    "account_inactive": {},
    "account_login": {},
    "account_request_login_code": {},
    "account_reset_password": {},
    "account_reset_password_done": {},
    "account_reset_password_from_key": {"uidb36": "1", "key": "made-up"},
    "account_reset_password_from_key_done": {},
    "account_signup": {},
    "api:docs": {},
    "healthz": {},
    "readyz": {},
    "robots": {},
    "security-txt": {},
    "sitemap": {},
}


def addresses_to_begin_with():
    for language in ("fr", "en"):
        with override(language):
            yield from (reverse(name, kwargs=given) for name, given in UNLINKED.items())
    # A map as short as this one is not in parts, but its parts are there.
    yield from (reverse("sitemap-part", args=part) for part in sitemaps.parts())
    yield from ("/", "/fr/", "/en/")


def name_of(page):
    """The name of an address, which is known in its own language only."""
    with override("en" if page.startswith("/en/") else "fr"):
        return resolve(page).view_name


@pytest.mark.threat("T6", "pages", "history", "calendars and feeds", "site map")
def test_no_secret_is_found_on_any_public_page(client, planted):
    answers = crawl(client, addresses_to_begin_with())

    found = {
        (place, address)
        for place, word in SECRETS.items()
        for address, (_response, body) in answers.items()
        if word in body.lower()
    }
    assert found == set()
    # The crawl has been somewhere: every kind, in both languages.
    pages = [urlsplit(address).path for address in answers]
    for path in (
        "/fr/annuaire/",
        "/en/directory/",
        "/fr/agenda/",
        "/en/events/",
        "/fr/projets/",
        "/en/projects/",
    ):
        assert sum(page.startswith(path) for page in pages) > 1, path
    assert {response.status_code for response, _body in answers.values()} <= {200, 301, 302}
    # What can be taken away is reached by links like any page.
    for end in ("annuaire.csv", "directory.csv", "agenda.csv", "events.csv", "projets.csv"):
        assert any(page.endswith(f"/{end}") for page in pages), end
    for end in ("calendrier.ics", "calendar.ics", "flux.atom", "feed.atom", "event.ics"):
        assert any(page.endswith(f"/{end}") for page in pages), end
    # Nothing that a visitor may ask for was left out; what the API tells is asked below.
    public = {name for name, (got, _sent) in ACCESS.items() if got.split()[0] == "200"}
    asked = {name_of(page) for page in pages}
    assert {name for name in public - asked if not name.startswith("api:")} == set()


LISTS = {
    "fr": ["annuaire", "agenda", "projets", "rechercher"],
    "en": ["directory", "events", "projects", "search"],
}


@pytest.mark.threat("T6", "search")
@pytest.mark.parametrize("language", LISTS)
def test_no_secret_is_found_by_searching_for_it(client, planted, language):
    for name in LISTS[language]:
        empty = client.get(f"/{language}/{name}/", {"q": NOWHERE}).content.decode()
        for word in SECRETS.values():
            cache.clear()  # this asks more often than a visitor may
            found = client.get(f"/{language}/{name}/", {"q": word}).content.decode()

            # Besides the word itself, typed by the visitor, the answer is that of a word nobody wrote.
            assert found.replace(word, "·") == empty.replace(NOWHERE, "·"), (name, word)


@pytest.mark.parametrize("language", LISTS)
def test_no_secret_is_offered_for_a_misspelled_one(client, planted, language):
    """Nor is one marked: what is held has words like those of what is public."""
    name = LISTS[language][-1]
    for word in SECRETS.values():
        for typed in (word[:-1], word + "s", word.replace("q", "g", 1), f"{word[:-1]} titre"):
            cache.clear()  # this asks more often than a visitor may
            found = client.get(f"/{language}/{name}/", {"q": typed})

            assert found.context["meant"] == ""
            assert word not in found.content.decode().replace(typed, "·"), (word, typed)
    assert not SpellingKey.objects.filter(word__in=SECRETS.values()).exists()


def api_answers(client):
    """Every list of the API, in each order and by each filter it has, and what it leads to."""

    def told(path):
        cache.clear()  # this asks more often than a visitor may
        answer = client.get(path)
        assert answer.status_code == 200, path
        return answer.json()

    for prefix, viewset, _basename in router.registry:
        address = f"/api/v1/{prefix}/"
        first = told(address)
        yield address, first
        filters = viewset.filterset_class({}, viewset.filterset_class._meta.model.objects.none())
        for name, found in filters.filters.items():
            codes = getattr(found, "orders", None) or getattr(found, "known", {})
            for code in codes:
                yield f"{address}?{name}={code}", told(f"{address}?{name}={code}")
        for row in first["results"]:
            path = urlsplit(row["url"]).path
            yield path, told(path)
        for word in SECRETS.values():
            assert told(f"{address}?q={word}")["count"] == 0, (address, word)


@pytest.mark.threat("T6", "facets")
@pytest.mark.parametrize("language", LISTS)
def test_no_facet_tells_a_secret(client, planted, language):
    """Each box that a list offers, alone, on its page and in what can be taken away from there."""
    asked, counted = set(), 0
    other = {"fr": ["ecosysteme", "chiffres-cles"], "en": ["ecosystem", "key-figures"]}
    for name in LISTS[language] + other[language]:
        for view in ("", "?view=past", "?view=map"):
            cache.clear()  # this asks more often than a visitor may
            page = client.get(f"/{language}/{name}/{view}").content.decode()
            boxes = re.findall(r'<input [^>]*name="(\w+)"[^>]* value="([^"]+)"', page)
            for choice, given in re.findall(r'(?s)<select [^>]*name="(\w+)"(.*?)</select>', page):
                boxes += [(choice, code) for code in re.findall(r'value="([^"]+)"', given)]
            for key, code in boxes:
                asked.add(f"/{language}/{name}/?{key}={code}")
                asked |= {
                    f"{link}?{key}={code}"
                    for link in re.findall(
                        r'href="(/[^"?#]+\.(?:csv|ics|atom|json|graphml))"', page
                    )
                }

    for address in sorted(asked):
        cache.clear()
        answer = client.get(address)
        body = b"".join(answer) if answer.streaming else answer.content
        told = body.decode().lower()
        assert [word for word in SECRETS.values() if word in told] == [], address
        counted += answer.status_code == 200
    assert counted > 20


@pytest.mark.threat("T6", "API")
def test_no_secret_is_found_in_the_api(client, planted):
    answers = {address: json.dumps(body) for address, body in api_answers(client)}

    found = {
        (place, address)
        for place, word in SECRETS.items()
        for address, body in answers.items()
        if word in body.lower()
    }
    assert found == set()
    assert len(answers) > 12


@pytest.mark.threat("T6", "mails")
def test_mails_tell_secrets_to_those_who_may_read_them_only(
    request, charlie, newton, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        request.getfixturevalue("planted")

    told = {
        reader
        for sent in mail.outbox
        for reader in sent.recipients()
        if any(word in f"{sent.subject} {sent.body}" for word in SECRETS.values())
    }
    own = {f"{SECRETS[name]}@example.org" for name in ("account", "invitation")}
    assert told > own
    assert told <= own | {f"{name}@example.org" for name in ("alice", "bob", "dana", "fay")}


@pytest.mark.threat("T6", "agreements")
def test_who_has_not_agreed_is_not_named(client, planted, elsewhere):
    planted[
        "project"
    ].funding.all().delete()  # a funder is a stated fact: it is named without asking

    for address in (
        planted["project"].get_absolute_url(),
        planted["event"].get_absolute_url(),
        f"/api/v1/projects/{planted['project'].pk}/",
        f"/api/v1/events/{planted['event'].pk}/",
    ):
        body = client.get(address).content.decode()
        assert elsewhere.name not in body, address
        assert "Partie" not in body, address


@pytest.mark.threat("T6", "counts")
def test_counts_and_facets_know_published_rows_only(client, planted):
    events = client.get("/api/v1/events/").json()
    projects = client.get("/api/v1/projects/").json()
    themes = client.get("/api/v1/themes/").json()

    assert (events["count"], projects["count"]) == (1, 1)
    assert [(t["code"], t["events"], t["projects"]) for t in themes["results"]] == [("sante", 1, 1)]


@pytest.mark.threat("T6", "images")
def test_images_that_are_not_public_have_no_address(
    client, planted, django_capture_on_commit_callbacks
):
    for name in (planted["held_image"], planted["shown"]):
        assert not default_storage.exists(name)
        assert client.get(f"/media/{name}").status_code == 404
        assert client.get(f"/media/../held/{name}").status_code == 404


@pytest.mark.threat("T6", "history", "differences")
@pytest.mark.threat("T7", "permission")
def test_nothing_of_a_submission_is_at_a_guessable_address(client, planted):
    for submission in Submission.objects.all():
        for language, word in (("fr", "demandes"), ("en", "submissions")):
            space = "espace" if language == "fr" else "workspace"
            for end in ("", "apercu/", "preview/"):
                response = client.get(f"/{language}/{space}/{word}/{submission.pk}/{end}")
                assert response.status_code in (302, 404)
                assert not any(w in response.content.decode() for w in SECRETS.values())
