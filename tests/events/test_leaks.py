"""What waits, was refused, withdrawn or not agreed to is nowhere on the pages of events and projects.

Each place that could leak holds a word of its own. The words are then looked for on every page of this
part of the site, and searched for in its lists.
"""

import io
import itertools

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from portal import search, storage
from portal.lifecycle import agreements, kinds, review
from tests import factories
from tests.events.pages import address, body, rows

pytestmark = pytest.mark.django_db

SECRETS = (
    "zqdraftzq",
    "zqwaitingzq",
    "zqcorrectzq",
    "zqrefusedzq",
    "zqheldzq",
    "zqheldrowzq",
    "zqheldimagezq",
    "zqwithdrawneventzq",
    "zqwithdrawnprojectzq",
    "zqaskedzq",
    "zqdeclinedzq",
    "zqgoneorgzq",
)
TEXTS = ("title_fr", "title_en", "summary_fr", "summary_en", "description_fr", "description_en")


def written(word: str) -> dict[str, str]:
    """A word in every text."""
    return dict.fromkeys(TEXTS, f"Texte {word}")


def held_image() -> str:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "WEBP")
    return storage.hold("7/zqheldimagezq.webp", out.getvalue())


@pytest.fixture
def event(organisation):
    return factories.EventFactory(
        organisation=organisation, title_fr="Seen event", title_en="Seen event"
    )


@pytest.fixture
def project(organisation):
    project = factories.ProjectFactory(
        organisation=organisation, title_fr="Seen project", title_en="Seen project"
    )
    project.funding.create(funder="Région", amount=5, source="Article")
    return project


@pytest.fixture
def creations(alice, dana, organisation, elsewhere, tomorrow):
    """A new event and a new project in each state before publication."""
    image = held_image()
    for code, word in itertools.product(("event", "project"), SECRETS[:4]):
        kind = kinds.named(code)
        rows_of = {
            "event": {
                "kind": "workshop",
                "starts_at": tomorrow.isoformat(),
                "place": word,
                "organisers": [{"organisation": organisation.pk}],
            },
            "project": {
                "stage": "idea",
                "partners": [{"organisation": organisation.pk, "role": "lead"}],
            },
        }[code]
        values = kind.content.blank | written(word) | rows_of
        values |= {"image": image, "image_alt_fr": word, "image_alt_en": word}
        draft = review.save(kind, values, by=alice, organisation=organisation)
        if word != "zqdraftzq":
            review.submit(draft, by=alice, message=word)
        if word == "zqcorrectzq":
            review.ask_correction(draft, by=dana, message=word)
        if word == "zqrefusedzq":
            review.refuse(draft, by=dana, message=word)


@pytest.fixture
def held_edits(alice, event, project):
    """Edits of what is public: one that waits, and one that is not even sent."""
    for obj, values in (
        (event, {"place": "zqheldzq", "registration_url": "https://zqheldzq.example/"}),
        (
            project,
            {
                "funding": [
                    {
                        "organisation": None,
                        "funder": "zqheldrowzq",
                        "amount": 7_000_000,
                        "programme_fr": "zqheldrowzq",
                        "programme_en": "zqheldrowzq",
                        "year": 2024,
                        "source_fr": "zqheldrowzq",
                        "source_en": "zqheldrowzq",
                    }
                ],
                "links": [{"label": "zqheldrowzq", "url": "https://zqheldrowzq.example/"}],
            },
        ),
    ):
        kind = kinds.of(obj)
        image = {"image": held_image(), "image_alt_fr": "zqheldzq", "image_alt_en": "zqheldzq"}
        held = kind.content.read(obj) | written("zqheldzq") | values | image
        submission = review.save(kind, held, by=alice, target=obj)
        if obj == project:
            review.submit(submission, by=alice)


@pytest.fixture
def gone(dana, event, project):
    """What was public and no longer is, tied to what still is."""
    gone_event = factories.EventFactory(**written("zqwithdrawneventzq"))
    gone_event.projects.add(project)
    gone_project = factories.ProjectFactory(**written("zqwithdrawnprojectzq"))
    event.projects.add(gone_project)
    for obj in (gone_event, gone_project):
        review.withdraw(obj, by=dana, message="zqwithdrawneventzq")


@pytest.fixture
def not_agreed(dana, fay, event, project):
    """Organisations that were asked, said no, or were withdrawn after they agreed."""
    for word in ("zqaskedzq", "zqdeclinedzq", "zqgoneorgzq"):
        named = factories.OrganisationFactory(name=f"Nom {word}")
        for obj in (event.organisers, project.partners):
            row = obj.create(organisation=named, asked_at=timezone.now())
            if word == "zqdeclinedzq":
                row.declined_at = timezone.now()
                row.save()
            if word == "zqgoneorgzq":
                agreements.record(row, source="Un article", by=fay)
        if word == "zqgoneorgzq":
            review.withdraw(named, by=dana, message="Partie")


@pytest.fixture
def planted(creations, held_edits, gone, not_agreed):
    """All of it together."""


def everything(client, event, project, query="") -> dict[str, str]:
    """Every page of this part of the site, by its address."""
    found = {}
    month, organisation = timezone.localtime(event.starts_at), event.organisation
    for language in ("fr", "en"):
        own_slug, project_slug = event.slug_for(language), project.slug_for(language)
        for name, *args in (
            ("event-list",),
            ("event-calendar",),
            ("event-feed",),
            ("event-table",),
            ("event-month", month.year, month.month),
            ("event-month-table", month.year, month.month),
            ("event-detail", own_slug),
            ("event-file", own_slug),
            ("organisation-calendar", organisation.slug),
            ("organisation-feed", organisation.slug),
            ("project-list",),
            ("project-table",),
            ("project-detail", project_slug),
            ("project-funding", project_slug),
            ("project-funding-table", project_slug),
        ):
            url = address(name, *args, language=language)
            found[url] = body(client.get(url))
        for name in ("event-list", "event-table", "event-calendar", "event-feed"):
            past = address(name, language=language)
            found[f"{past}?view=past"] = body(client.get(past, {"view": "past"}))
    return found


def test_public_pages_have_no_secret(client, planted, event, project):
    pages = everything(client, event, project)

    leaks = [(url, word) for url, text in pages.items() for word in SECRETS if word in text]
    assert leaks == []
    # None of them is empty; those of what is over and of amounts name neither.
    others = ("view=past", "funding.csv", "financement.csv")
    assert all("Seen" in pages[url] or url.endswith(others) for url in pages)


def test_lists_do_not_count_what_is_not_public(client, planted):
    agenda = client.get(address("event-list"))
    projects = client.get(address("project-list"))

    assert "1 upcoming event" in body(agenda)
    assert "Workshop" not in body(agenda)  # the kind of what waits is no facet
    assert "1 project" in body(projects)
    assert "In preparation" not in body(projects)
    # Neither arches nor a number for partners who have not agreed.
    assert "arches" not in body(projects).split('<ol class="rows">')[1]
    assert "partners ·" not in body(projects)


def test_search_in_lists_finds_no_secret(client, planted):
    for word in SECRETS:
        for name, view in (
            ("event-list", {}),
            ("event-list", {"view": "past"}),
            ("project-list", {}),
        ):
            assert rows(client.get(address(name), {"q": word} | view)) == [], word


@pytest.mark.parametrize("slug", ["nom-zqaskedzq", "nom-zqdeclinedzq", "nom-zqgoneorgzq"])
def test_partners_who_did_not_agree_are_no_filter(client, planted, slug):
    response = client.get(address("project-list"), {"partner": slug})

    # Who is public may be asked for, whatever they answered; who is withdrawn is nobody.
    gone = slug == "nom-zqgoneorgzq"
    assert rows(response) == (["Seen project"] if gone else [])
    assert ("is not one of the choices" in body(response)) is gone


def test_held_image_is_not_served(client, planted):
    assert not default_storage.exists("7/zqheldimagezq.webp")
    assert client.get("/media/7/zqheldimagezq.webp").status_code == 404


def test_what_is_not_published_has_no_page(client, creations):
    for name, language in itertools.product(("event", "project"), ("fr", "en")):
        for word in SECRETS[:4]:
            url = address(f"{name}-detail", f"texte-{word}", language=language)
            assert client.get(url).status_code == 404


@pytest.mark.threat("T6", "pages")
def test_pages_of_what_is_gone_say_its_name_and_the_date_only(client, gone, event, project):
    for name, word in (("event", "zqwithdrawneventzq"), ("project", "zqwithdrawnprojectzq")):
        response = client.get(address(f"{name}-detail", f"texte-{word}"))

        assert response.status_code == 410
        main = body(response).split("<main")[1].split("</main>")[0]
        assert main.count(word) == main.count(f"<h1>Texte {word}</h1>") == 1


def test_withdrawn_organisation_is_found_again_once_it_is_back(client, fay, not_agreed, project):
    named = project.partners.get(organisation__name="Nom zqgoneorgzq").organisation

    review.republish(named, by=fay)

    assert rows(client.get(address("project-list"), {"q": "zqgoneorgzq"})) == ["Seen project"]
    assert search.matching(type(project).objects.published(), "zqaskedzq").count() == 0
