"""Pages kept for visitors: made once, never for somebody else, gone when content changes."""

import datetime
import gzip
import io
import json
import re
import threading
from functools import partial

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from django.utils import timezone

from events.models import Event
from members.models import Organisation, Theme
from portal import content_version, keeping, kept_pages, matches, search
from portal.keeping import store
from portal.lifecycle import kinds, review
from portal.search_models import SearchDocument
from tests import factories
from tests.together import together

pytestmark = pytest.mark.django_db

# What follows from a change follows once it is committed.
COMMITTED = pytest.mark.django_db(transaction=True)

LIST, PROFILE = "/fr/annuaire/", "/fr/annuaire/laboratoire-des-arches/"
API = "/api/v1/organisations/"
CALENDAR = "/fr/agenda/calendrier.ics"


@pytest.fixture(autouse=True)
def _kept(settings, monkeypatch):
    settings.KEEP_PAGES = True
    store.rests_until = 0
    # However slow the machine: a test says itself when half a second has passed.
    monkeypatch.setattr(content_version, "BELIEVED", 3600)


@pytest.fixture
def visit():
    """What a visitor who was never here gets, and how many queries it took."""

    def get(address, **more):
        content_version.current()
        with CaptureQueriesContext(
            connection,
        ) as asked:
            response = Client().get(address, **more)
        return response, len(asked)

    return get


def text(response):
    body = response.content
    return (gzip.decompress(body) if response.get("Content-Encoding") else body).decode()


@pytest.mark.parametrize(
    "address",
    [
        "/fr/",
        LIST,
        f"{LIST}?kind=laboratory",
        PROFILE,
        "/en/directory/",
        "/fr/projets/",
        "/fr/agenda/",
        "/fr/agenda/2026/11/",
        "/fr/ecosysteme/",
        "/fr/chiffres-cles/",
        "/fr/plan-du-site/",
        API,
        f"{API}?kind=laboratory",
        "/api/v1/themes/",
        CALENDAR,
        f"{CALENDAR}?kind=forum",
        f"{CALENDAR}?kind=forum&view=past",
        "/fr/agenda/flux.atom",
        f"{PROFILE}calendrier.ics",
        f"{PROFILE}flux.atom",
    ],
)
def test_a_page_is_made_once(visit, organisation, address):
    first, made = visit(address)

    again, asked = visit(address)

    assert (first.status_code, again.status_code) == (200, 200)
    assert made > 0
    assert asked == 0
    assert again.content == first.content
    assert again["ETag"] == first["ETag"]
    assert again["Cache-Control"] == "public, max-age=0, s-maxage=1, must-revalidate"
    assert set(again["Vary"].split(", ")) >= {"Cookie", "Accept-Encoding"}
    assert not again.cookies
    assert again["X-Request-Id"] != first["X-Request-Id"]


def test_every_header_of_the_page_is_kept(visit, organisation):
    first, _made = visit(PROFILE)
    again, _asked = visit(PROFILE)

    own = {"X-Request-Id", "X-Accel-Expires"}
    assert {k: v for k, v in again.items() if k not in own} == {
        k: v for k, v in first.items() if k not in own
    }
    assert "Content-Security-Policy" in again
    assert again["Content-Language"] == "fr"


# --- What is gone at once ---------------------------------------------------------------------------


@COMMITTED
@pytest.mark.threat("T17", "gone at once")
def test_what_is_published_is_shown_to_the_next_visitor(visit, alice, dana, organisation):
    kind = kinds.named("organisation")
    for address in (PROFILE, LIST, API):
        visit(address)
    values = kind.content.read(organisation) | {"summary_fr": "Résumé publié à l’instant."}
    sent = review.submit(review.save(kind, values, by=alice, target=organisation), by=alice)
    assert visit(PROFILE)[1] == 0  # what waits changes nothing

    review.publish(sent, by=dana)

    for address in (PROFILE, LIST, API):
        assert "Résumé publié à l’instant." in text(visit(address)[0])


@COMMITTED
@pytest.mark.threat("T17", "gone at once")
def test_what_is_withdrawn_is_gone_from_every_page(visit, dana, organisation):
    addresses = ("/fr/", LIST, PROFILE, "/fr/plan-du-site/", API)
    for address in addresses:
        visit(address)

    review.withdraw(organisation, by=dana, message="Fermé.")

    assert visit(PROFILE)[0].status_code == 410
    for address in (LIST, "/fr/plan-du-site/", API):
        assert "Laboratoire des arches" not in text(visit(address)[0])


@COMMITTED
def test_what_another_process_wrote_is_shown_as_soon_as_this_one_looks(visit, organisation):
    visit(PROFILE)
    # Written elsewhere, and the store was not told: it was down, or the process was killed.
    before, known = caches["pages"].get(content_version.KEY), content_version._known.version
    Organisation.objects.update(summary_fr="Écrit ailleurs.")
    caches["pages"].set(content_version.KEY, before, None)
    content_version._known.version = known
    assert "Écrit ailleurs." not in text(visit(PROFILE)[0])

    content_version.forget()  # half a second later

    assert "Écrit ailleurs." in text(visit(PROFILE)[0])


# --- For whom it is ---------------------------------------------------------------------------------


@pytest.mark.threat("T6", "kept pages")
@pytest.mark.threat("T17", "private pages")
def test_what_is_shown_to_some_is_kept_for_nobody(client, visit, dana, organisation):
    organisation.contacts.create(
        name="Ligne interne", email="interne@example.org", visibility="staff"
    )
    client.force_login(dana)

    theirs = client.get(PROFILE)

    assert "interne@example.org" in text(theirs)
    assert theirs["Cache-Control"] == "private, no-cache"
    assert "Cookie" in theirs["Vary"]
    assert "ETag" not in theirs
    assert "interne@example.org" not in text(visit(PROFILE)[0])
    # And what visitors are given is not given to who is signed in.
    assert "interne@example.org" in text(client.get(PROFILE))


@pytest.mark.threat("T17", "forms")
@pytest.mark.parametrize(
    "address", ["/fr/connexion/", "/fr/inscription/", "/fr/espace/", "/fr/admin/", "/demo/mail/"]
)
def test_what_is_no_page_for_all_is_not_kept(visit, address):
    visit(address)

    again, _asked = visit(address)

    assert "s-maxage" not in again.get("Cache-Control", "")
    assert not again.has_header("ETag")


def test_only_views_for_all_are_marked():
    def marked(patterns, spaces=""):
        for each in patterns:
            if hasattr(each, "url_patterns"):
                space = f"{spaces}{each.namespace}:" if each.namespace else spaces
                yield from marked(each.url_patterns, space)
            elif getattr(each.callback, "is_kept", False):
                yield f"{spaces}{each.name}"

    assert set(marked(get_resolver().url_patterns)) == {
        "home",
        "search",
        "sitemap-page",
        *(
            f"page-{code}"
            for code in (
                "association",
                "join",
                "contact",
                "accessibility",
                "legal",
                "privacy",
                "terms",
            )
        ),
        "members:organisation-list",
        "members:organisation-detail",
        "events:event-list",
        "events:event-month",
        "events:event-detail",
        "events:project-list",
        "events:project-detail",
        "events:project-funding",
        "events:ecosystem",
        "events:event-calendar",
        "events:event-feed",
        "events:organisation-calendar",
        "events:organisation-feed",
        "events:key-figures",
        *(
            f"api:{name}-{part}"
            for name in ("organisation", "person", "theme", "project", "event")
            for part in ("list", "detail")
        ),
    }


@pytest.mark.threat("T17", "languages")
def test_languages_are_kept_apart(visit, organisation):
    french, english = visit("/fr/annuaire/")[0], visit("/en/directory/")[0]

    assert '<html lang="fr">' in text(french)
    assert '<html lang="en">' in text(english)
    for address, language in (("/fr/annuaire/", "en"), ("/en/directory/", "fr")):
        again, asked = visit(address, headers={"accept-language": language})
        assert asked == 0
        assert f'<html lang="{address[1:3]}">' in text(again)


# --- What is not kept -------------------------------------------------------------------------------


def entries():
    """How many pages are kept; counts that pages show are none."""
    kept = [caches["pages"].get(key.split(":", 2)[-1]) for key in list(caches["pages"]._cache)]
    return sum(isinstance(each, tuple) and isinstance(each[1], kept_pages.Entry) for each in kept)


@pytest.mark.threat("T17", "unknown keys")
@pytest.mark.parametrize(
    "address",
    [
        f"{LIST}?inconnu=1",
        f"{LIST}?kind=nothing",
        f"{LIST}?q=arches",
        f"{PROFILE}?x=1",
        "/fr/?x=1",
        "/fr/chiffres-cles/?x=1",
        f"{API}?inconnu=1",
        f"{API}?q=arches",
        f"{LIST}?page={'0' * 600}1",
        f"{CALENDAR}?from=2026-03-04",
        f"{CALENDAR}?kind=forum&kind=forum",
        f"{API}?sort=name&sort=name",
    ],
)
def test_a_query_that_is_not_understood_takes_no_room(visit, organisation, address):
    visit(address)

    assert entries() == 0


@pytest.mark.threat("T17", "errors")
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/fr/annuaire/personne/", 404),
        (f"{LIST}?page=99", 404),
        (f"{API}?kind=nothing", 400),
        ("/", 302),
        (f"{LIST}?kind=", 302),
        (f"{LIST}?q=%00", 400),
    ],
)
def test_no_refusal_is_kept(visit, organisation, address, status):
    first, _made = visit(address)

    again, _asked = visit(address)

    assert (first.status_code, again.status_code) == (status, status)
    assert entries() == 0


def test_a_fault_is_not_kept(visit, organisation, monkeypatch):
    monkeypatch.setattr("members.views.organisations.map_of", lambda *args: 1 / 0)
    broken = Client(raise_request_exception=False).get(LIST)
    monkeypatch.undo()

    mended, _made = visit(LIST)

    assert (broken.status_code, mended.status_code) == (500, 200)


@pytest.mark.parametrize(
    ("path", "kind"), [(LIST, "laboratory"), (API, "laboratory"), (CALENDAR, "forum")]
)
def test_the_same_filters_in_another_order_are_the_same_page(visit, organisation, path, kind):
    for code in ("eau", "sante"):
        organisation.themes.add(factories.ThemeFactory(code=code))
    visit(f"{path}?theme=eau&theme=sante&kind={kind}")

    for query in (f"kind={kind}&theme=sante&theme=eau", f"theme=sante&theme=eau&kind={kind}"):
        _again, asked = visit(f"{path}?{query}")
        assert asked == 0

    assert entries() == 1


def test_of_two_orders_the_last_counts_whatever_was_kept(visit, organisation):
    factories.OrganisationFactory(name="Zénith")
    queries = "sort=recent&sort=name", "sort=name&sort=recent"

    found = [json.loads(text(visit(f"{API}?{query}")[0]))["results"] for query in queries]

    in_order = ["Laboratoire des arches", "Zénith"]
    assert [[row["name"] for row in rows] for rows in found] == [in_order, in_order[::-1]]
    assert entries() == 0


@pytest.mark.threat("T17", "unknown keys")
def test_what_is_very_large_is_given_and_not_kept(visit, organisation, monkeypatch):
    first, made = visit(CALENDAR)
    caches["pages"].clear()
    monkeypatch.setattr(kept_pages, "LARGEST", 100)

    large = [visit(CALENDAR) for _time in range(2)]

    assert [asked for _answer, asked in large] == [made, made]
    # Whoever had it while it was small has it still.
    marks = {answer["ETag"].removeprefix("W/") for answer in (first, *(a for a, _n in large))}
    assert len(marks) == 1
    assert entries() == 0


# --- What others send -------------------------------------------------------------------------------


@pytest.mark.threat("T17", "headers")
@pytest.mark.parametrize(
    "headers",
    [
        {"x-forwarded-host": "evil.example"},
        {"x-forwarded-proto": "http"},
        {"x-original-url": "/fr/admin/"},
        {"accept-language": "en"},
        {"accept": "application/json"},
        {"hx-request": "true", "hx-target": "section#results", "hx-current-url": "/x"},
        {"cookie": "csrftoken=abc; other=1"},
        {"referer": "https://evil.example/"},
        {"user-agent": "<script>"},
    ],
    ids=lambda headers: next(iter(headers)),
)
@pytest.mark.parametrize("address", [LIST, PROFILE, CALENDAR])
def test_no_header_of_one_visitor_reaches_another(visit, organisation, address, headers):
    plain, _made = visit(address)
    caches["pages"].clear()

    visit(address, headers=headers)

    after, _asked = visit(address)
    assert text(after) == text(plain)
    assert {k for k, _v in after.items()} == {k for k, _v in plain.items()}


@pytest.mark.threat("T17", "headers")
def test_a_host_that_is_not_ours_is_refused_also_where_a_page_is_kept(visit, organisation):
    visit(LIST)

    refused, _asked = visit(LIST, headers={"host": "evil.example"})

    assert refused.status_code == 400


# --- How it is asked for ----------------------------------------------------------------------------


@COMMITTED
def test_who_has_the_page_is_told_that_it_still_holds(visit, organisation):
    etag = visit(PROFILE)[0]["ETag"]

    same, asked = visit(PROFILE, headers={"if-none-match": etag})
    Organisation.objects.update(summary_fr="Récrit.")
    changed, _made = visit(PROFILE, headers={"if-none-match": etag})

    assert (same.status_code, same.content, same["ETag"], asked) == (304, b"", etag, 0)
    assert changed.status_code == 200
    assert "Récrit." in text(changed)


@COMMITTED
def test_a_calendar_is_sent_again_when_what_it_says_has_changed(visit, dana, organisation):
    event = factories.EventFactory(organisation=organisation, title_fr="Rencontre des arches")
    for model in (Event, Organisation):
        model.objects.update(updated_at=timezone.now() - datetime.timedelta(days=1))
    event.organisers.update(agreed_at=timezone.now() - datetime.timedelta(days=1))
    first, _made = visit(CALENDAR)
    # What has both was asked for by both, and by a proxy for whoever has either.
    marks = [
        {"if-none-match": first["ETag"]},
        {"if-modified-since": first["Last-Modified"]},
        {"if-none-match": first["ETag"], "if-modified-since": first["Last-Modified"]},
    ]

    factories.OrganisationFactory()
    same = [visit(CALENDAR, headers=had) for had in marks]
    review.withdraw(event, by=dana, message="Retiré.")
    changed = [visit(CALENDAR, headers=had)[0] for had in marks]

    assert [answer.status_code for answer, _made in same] == [304] * 3
    assert same[0][1] > 0  # made again, and found to be what it was
    assert {answer["Last-Modified"] for answer, _made in same} == {first["Last-Modified"]}
    assert [answer.status_code for answer in changed] == [200] * 3
    assert "Rencontre des arches" in text(first)
    assert "Rencontre des arches" not in text(changed[0])


def test_a_calendar_that_is_not_kept_is_asked_again_by_its_own_marks(visit, organisation):
    address = f"{CALENDAR}?from=2026-03-04"
    first, _made = visit(address)

    same, _made = visit(address, headers={"if-none-match": first["ETag"]})

    assert (first.status_code, first["Cache-Control"]) == (200, "no-cache")
    assert (same.status_code, same.content) == (304, b"")


def test_a_calendar_says_one_address_however_it_is_asked_for(visit, organisation):
    address = f"{CALENDAR}?kind=forum&view=past"
    first, _made = visit(f"{CALENDAR}?view=past&kind=forum")

    again, asked = visit(address)

    assert asked == 0
    said = text(again).replace("\r\n ", "")
    assert f"SOURCE;VALUE=URI:http://testserver{address}\r\n" in said
    assert again.content == first.content


def test_who_reads_no_gzip_gets_the_same_page(visit, organisation):
    plain, _made = visit(PROFILE)
    packed, _asked = visit(PROFILE, headers={"accept-encoding": "br, gzip"})

    assert not plain.has_header("Content-Encoding")
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert len(packed.content) * 3 < len(plain.content)
    assert int(packed["Content-Length"]) == len(packed.content)


def test_head_is_answered_from_what_is_kept(visit, organisation):
    visit(PROFILE)

    with CaptureQueriesContext(connection) as asked:
        response = Client().head(PROFILE)

    assert (response.status_code, len(asked)) == (200, 0)


# --- Many at once, and without the store ------------------------------------------------------------


def test_a_hundred_visitors_at_once_have_it_made_once():
    made, began = [], threading.Event()

    def answer(request):
        made.append(request)
        began.wait(0.2)  # so that the others come while it is being made
        kept_pages.mark(request, "is_kept")
        request.session = type("Session", (), {"is_empty": lambda self: True})()
        return HttpResponse("Une page")

    keep = kept_pages.KeepPages(answer)
    asking = RequestFactory().get
    answers = together(*(partial(keep, asking(LIST)) for _ in range(100)))

    assert len(made) == 1
    assert {each.content for each in answers} == {b"Une page"}


def test_who_waits_for_a_page_that_fails_makes_it_anew():
    made = []

    def answer(request):
        made.append(request)
        if len(made) == 1:
            threading.Event().wait(0.2)
            raise ValueError
        return HttpResponse("Une page")

    keep = kept_pages.KeepPages(answer)
    first, second = together(
        lambda: keep(RequestFactory().get(LIST)), lambda: keep(RequestFactory().get(LIST))
    )

    assert {type(first), type(second)} == {ValueError, HttpResponse}


@pytest.fixture
def no_store(settings):
    """A store that nobody answers for: nothing listens on this port."""
    settings.CACHES = settings.CACHES | {
        "pages": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }


@COMMITTED
def test_without_the_store_every_page_is_made_and_shows_what_is_live(
    visit, dana, organisation, no_store
):
    first, made = visit(PROFILE)
    again, asked = visit(PROFILE)
    review.withdraw(organisation, by=dana, message="Fermé.")

    assert (first.status_code, again.status_code) == (200, 200)
    assert made == asked > 0
    assert visit(PROFILE)[0].status_code == 410


def test_while_one_writes_templates_nothing_is_kept(visit, organisation, settings):
    settings.KEEP_PAGES = False
    visit(PROFILE)

    _again, asked = visit(PROFILE)

    assert asked > 0
    assert entries() == 0


# --- Counts that many pages show --------------------------------------------------------------------


@pytest.fixture
def many(tomorrow):
    """A few organisations, projects and events, or many."""

    def make(number):
        theme = factories.ThemeFactory(code="sante")
        for _ in range(number):
            organisation = factories.OrganisationFactory(themes=[theme])
            factories.EventFactory(organisation=organisation, starts_at=tomorrow, themes=[theme])
            factories.ProjectFactory(organisation=organisation, themes=[theme])

    return make


@pytest.mark.parametrize("number", [21, 60])
@pytest.mark.parametrize("path", ["/fr/annuaire/", "/fr/agenda/", "/fr/projets/"])
def test_counts_are_made_once_for_all_pages_of_a_list(visit, many, number, path):
    with factories.indexed_at_once():
        many(number)
    visit(f"{path}?theme=sante")

    second, asked = visit(f"{path}?theme=sante&page=2")

    assert second.status_code == 200
    assert asked <= 2  # the rows, and what the list shows besides them


@pytest.mark.parametrize(
    ("typed", "other"), [("q=organisation", "q=rien"), ("from=2026-01-01", "from=2026-01-02")]
)
def test_what_is_typed_and_finds_little_has_no_counts_of_its_own_kept(visit, many, typed, other):
    many(1)
    visit(f"/fr/agenda/?{typed}")
    before = {key for key in caches["pages"]._cache if ":made" not in key}

    visit(f"/fr/agenda/?{other}")

    kept = [
        caches["pages"].get(key.split(":", 2)[-1]) for key in caches["pages"]._cache.keys() - before
    ]
    assert all(each == content_version.current() or each[1] == "no page" for each in kept)


@pytest.fixture
def much(many, monkeypatch):
    """So many rows that what words find is worth keeping, and another organisation."""
    monkeypatch.setattr(keeping, "WORTH", 10)
    monkeypatch.setattr(keeping, "minute", keeping.Minute())
    with factories.indexed_at_once():
        many(21)
        factories.OrganisationFactory(name="Seule", kind="startup")


def heading(page):
    """How many a list says that there are."""
    found = re.search(r'id="results-title">[^<]*?(\d+)', text(page))
    return int(found[1]) if found else 0


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("/fr/annuaire/", "q=organisation"),
        ("/fr/annuaire/", "q=organisation&kind=company"),
        ("/fr/agenda/", "from=2026-01-01"),
    ],
)
def test_what_is_much_is_counted_once_whatever_was_typed(visit, much, path, typed):
    first, made = visit(f"{path}?{typed}")

    second, asked = visit(f"{path}?{typed}&page=2")

    assert heading(first) == heading(second) == 21
    assert asked < made
    assert asked <= 2  # the rows, and what the list shows besides them


def test_what_was_counted_of_one_question_is_not_told_of_another(visit, much, tomorrow):
    day = timezone.localdate(tomorrow)
    later, earlier = (day + datetime.timedelta(days=days) for days in (2, -2))
    questions = {
        "/fr/annuaire/?q=organisation": 21,
        "/fr/annuaire/?q=resume": 22,
        "/fr/annuaire/?q=resume&kind=company": 21,
        "/fr/annuaire/?q=resume&kind=startup": 1,
        f"/fr/agenda/?from={day}": 21,
        f"/fr/agenda/?from={later}": 0,
        f"/fr/agenda/?to={day}": 21,
        f"/fr/agenda/?to={earlier}": 0,
    }

    asked = [{path: heading(visit(path)[0]) for path in questions} for _time in range(2)]

    assert asked == [questions, questions]


def hits(page):
    return [hit["object"] for hit in page.context["hits"]]


@COMMITTED
def test_what_many_answer_is_found_once_until_content_changes(visit, much, dana, organisation):
    frequent, rare = "/fr/rechercher/?q=organisation", "/fr/rechercher/?q=arches"
    found, made = visit(frequent)
    again, asked = visit(frequent)
    _few, made_of_few = visit(rare)
    _again, asked_of_few = visit(rare)
    withdrawn = next(each for each in hits(found) if isinstance(each, Organisation))

    review.withdraw(Organisation.objects.get(pk=withdrawn.pk), by=dana, message="Fermé.")
    changed, _made = visit(frequent)

    assert asked == made - 1
    assert asked_of_few == made_of_few
    assert hits(again) == hits(found)
    assert again.context["total"] == found.context["total"] == 63
    assert changed.context["total"] < 63
    assert withdrawn not in hits(changed)


def test_what_one_search_found_is_not_told_to_another(visit, much):
    questions = [
        *("q=organisation", "q=organisation&page=2", "q=rencontre", "q=projet", "q=resume"),
        *("q=organisation&kind=event", "q=organisation&kind=event&page=2", "q=seule"),
        "q=organisation&kind=project",
    ]
    addresses = [
        f"{path}?{each}" for each in questions for path in ("/fr/rechercher/", "/en/search/")
    ]

    def told(address):
        page, _made = visit(address)
        return page.context["total"], hits(page)

    anew = []
    for address in addresses:
        caches["pages"].clear()
        anew.append(told(address))
    first = [told(address) for address in addresses]

    assert first == anew
    assert [told(address) for address in addresses] == anew
    french = [str(answer) for answer in anew[::2]]
    assert len(set(french)) == len(questions)


def searches_kept():
    """What is kept of searches."""
    keys = [key.split(":", 2)[-1] for key in caches["pages"]._cache]
    values = [caches["pages"].get(key) for key in keys if key != content_version.KEY]
    return [value[1] for value in values if isinstance(value[1], matches.Found)]


def test_of_a_search_is_kept_what_its_page_shows_and_of_no_page_nothing(visit, much):
    second, _made = visit("/fr/rechercher/?q=organisation&kind=event&page=2")
    beyond, _made = visit("/fr/rechercher/?q=organisation&kind=event&page=3")

    [found] = searches_kept()
    # There are others of other kinds, which took as long to count.
    nobody, _made = visit("/fr/rechercher/?q=organisation&kind=person")
    assert (nobody.status_code, len(searches_kept())) == (200, 2)
    assert (second.status_code, beyond.status_code) == (200, 404)
    assert [hit.key for hit in found.hits] == [event.pk for event in hits(second)]
    assert len(found.hits) == 1


def test_what_is_typed_takes_no_more_room_than_it_may(visit, much, monkeypatch):
    monkeypatch.setattr(keeping, "MOST_TYPED", 2)
    visit("/fr/rechercher/?q=projet")
    held = set(keeping.near.held)
    monkeypatch.setattr(keeping, "MOST_NEAR", len(held))

    for word in ("organisation", "rencontre", "resume"):
        visit(f"/fr/rechercher/?q={word}")

    assert len(searches_kept()) == 2
    # What all pages need is not pushed out of what a process holds.
    assert set(keeping.near.held) == held


@COMMITTED
@pytest.mark.parametrize("options", [{}, {"older": True}])
def test_writing_search_again_shows_at_once(visit, much, options):
    frequent = "/fr/rechercher/?q=organisation"
    events = SearchDocument.objects.filter(kind=search.kind_of(Event))
    events.update(words=["autre"], analyser=0)
    before, _made = visit(frequent)

    call_command("reindex", stdout=io.StringIO(), **options)
    after, _made = visit(frequent)

    assert (before.context["total"], after.context["total"]) == (42, 63)


def test_a_list_of_the_api_is_counted_once_for_all_its_pages(visit, many):
    many(21)
    first, made = visit(f"{API}?kind=company")

    second, asked = visit(f"{API}?kind=company&page_size=10")

    # Nor are themes and communes looked up once more.
    assert (made, asked) == (3, 1)
    assert second.json()["count"] == first.json()["count"] == 21


def recalled(makes=lambda: "made"):
    """What is recalled under a name, and whether it had to be made for that."""
    made = []

    def make():
        made.append(makes())
        return made[-1]

    return keeping.recall({"a count": make})["a count"], bool(made)


@COMMITTED
def test_what_a_process_recalls_it_holds_until_content_changes(settings, organisation):
    settings.KEEP_PAGES = True
    assert recalled(lambda: "first") == ("first", True)
    key = next(iter(keeping.near.held))
    caches["pages"].delete(keeping.RELEASE + key)

    assert recalled(lambda: "second") == ("first", False)
    Organisation.objects.update(summary_fr="Autre")
    content_version.forget()
    assert recalled(lambda: "third") == ("third", True)


@COMMITTED
def test_themes_and_communes_are_looked_up_once_and_renamed_everywhere(visit):
    theme = factories.ThemeFactory(code="sante", name_fr="Santé")
    commune = factories.CommuneFactory(code="lattes", name="Lattes")
    for _number in range(2):
        factories.OrganisationFactory(themes=[theme], commune=commune)

    def told(page):
        response, queries = visit(f"{API}?page_size=1&page={page}")
        (row,) = json.loads(text(response))["results"]
        return row["themes"][0]["name"]["fr"], row["commune"]["name"], queries

    assert told(1) == ("Santé", "Lattes", 3)
    assert told(2) == ("Santé", "Lattes", 1)
    Theme.objects.update(name_fr="Soin")
    commune.name = "Palavas"
    commune.save()
    assert told(2)[:2] == ("Soin", "Palavas")


def test_what_another_process_made_is_recalled(settings, organisation):
    settings.KEEP_PAGES = True
    recalled(lambda: "first")
    keeping.near.held = {}

    assert recalled(lambda: "second") == ("first", False)


def test_a_process_does_not_hold_ever_more(settings, organisation, monkeypatch):
    settings.KEEP_PAGES = True
    monkeypatch.setattr(keeping, "MOST_NEAR", 3)

    for number in range(10):
        keeping.recall({number: lambda: "made"})

    assert len(keeping.near.held) <= 3


# --- What a review found ----------------------------------------------------------------------------


@COMMITTED
def test_a_database_that_went_back_shows_what_it_holds(visit, organisation):
    for summary in ("Un", "Deux", "Trois"):
        Organisation.objects.update(summary_fr=summary)
    visit(PROFILE)

    # As after the restore of an older backup, while this process goes on.
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM portal_contentchange")
        cursor.execute("UPDATE members_organisation SET summary_fr = 'De la sauvegarde'")
    content_version.forget()

    assert "De la sauvegarde" in text(visit(PROFILE)[0])


def test_nothing_kept_is_shown_while_the_marks_cannot_be_read(visit, organisation, monkeypatch):
    visit(PROFILE)
    monkeypatch.setattr(content_version, "current", lambda: "")

    _again, asked = visit(PROFILE)

    assert asked > 0


def test_whoever_waits_when_content_changes_has_it_made_once_again():
    made = []

    def answer(request):
        made.append(request)
        if len(made) == 1:
            threading.Event().wait(0.3)
            caches["pages"].set(content_version.KEY, "another", None)
        kept_pages.mark(request, "is_kept")
        request.session = type("Session", (), {"is_empty": lambda self: True})()
        return HttpResponse("Une page")

    keep = kept_pages.KeepPages(answer)
    together(*(partial(keep, RequestFactory().get(LIST)) for _ in range(30)))

    assert len(made) <= 3


@pytest.mark.threat("T17", "unknown keys")
@pytest.mark.parametrize(
    "query",
    [
        "from=2026-01-01",
        "kind=meetup&kind=meetup",
        "page=01",
        "page=1",
        "&&kind=meetup",
        "kind=meetup&page=999&page=1",
    ],
)
def test_other_ways_to_write_a_page_take_no_room(visit, organisation, query):
    factories.EventFactory(organisation=organisation, kind="meetup")

    visit(f"/fr/agenda/?{query}")

    assert entries() <= ("kind" in query and query.startswith("&&"))


@pytest.mark.threat("T17", "headers")
def test_the_last_of_two_pages_counts_whatever_was_kept(visit, organisation):
    visit(f"{LIST}?page=99&page=01")

    other, _asked = visit(f"{LIST}?page=01&page=99")

    assert other.status_code == 404


def test_every_spelling_of_our_host_is_one_page(visit, organisation):
    for host in ("testserver", "testserver:80", "TestServer"):
        visit(PROFILE, headers={"host": host})

    assert entries() == 1


@pytest.mark.parametrize(
    ("accepted", "takes"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("gzip;q=1.0", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("br, identity", False),
        ("", False),
    ],
)
def test_gzip_is_for_who_takes_it(accepted, takes):
    assert kept_pages.takes_gzip(accepted) is takes


def test_what_another_release_kept_is_not_read(visit, organisation, monkeypatch):
    visit(PROFILE)
    monkeypatch.setattr("portal.keeping.RELEASE", "another:")

    _again, asked = visit(PROFILE)

    assert asked > 0


def test_no_other_page_is_kept(visit, organisation, monkeypatch):
    monkeypatch.setattr(store, "begin", lambda key: 1 / 0)

    for address in ("/healthz", "/fr/connexion/", "/fr/rechercher/?q=arches", f"{LIST}?q=arches"):
        assert visit(address)[0].status_code == 200
    assert visit("/healthz")[1] == 0
