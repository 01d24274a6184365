"""Lists of what an organisation publishes; history, restoring and withdrawing of each object."""

import pytest
from django.utils import timezone

from events.models import Event
from portal.lifecycle import kinds, review
from portal.models import HistoryEntry, Submission
from tests import factories
from tests.members.workspace import EVENT, address, get, hold

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def event(alice, dana, organisation):
    """An event that was published, then changed twice."""
    first = hold("event", EVENT, by=alice, organisation=organisation, sent=True)
    event = review.publish(first, by=dana).target
    for place in ("Institut de Botanique", "Hôtel de Ville"):
        event.refresh_from_db()
        edit = hold("event", {"place": place}, by=alice, target=event, sent=True)
        review.publish(edit, by=dana)
    event.refresh_from_db()
    return event


def text(answer):
    assert answer.status_code == 200
    return answer.content.decode()


# --- Addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "french", "english"),
    [
        ("event", "/fr/espace/laboratoire/evenements/", "/en/workspace/laboratoire/events/"),
        ("project", "/fr/espace/laboratoire/projets/", "/en/workspace/laboratoire/projects/"),
    ],
)
def test_addresses_say_the_kind_in_their_language(kind, french, english):
    assert address("content-list", "laboratoire", kind, language="fr") == french
    assert address("content-list", "laboratoire", kind, language="en") == english


@pytest.mark.parametrize("word", ["events", "pirates", "fiches", "1"])
def test_word_that_stands_for_no_kind_is_a_404(word, signed_in, organisation):
    assert signed_in.get(f"/fr/espace/{organisation.slug}/{word}/").status_code == 404


# --- Lists ----------------------------------------------------------------------------------------


def test_list_shows_what_is_published_and_what_is_on_its_way(
    signed_in, alice, dana, organisation, elsewhere, event
):
    withdrawn = factories.EventFactory(organisation=organisation, title_en="Gone", withdrawn=True)
    factories.EventFactory(organisation=elsewhere, title_en="Somebody else’s")
    hold("event", {"place": "Ailleurs"}, by=alice, target=event, sent=True)
    hold("event", {"title_en": "A draft"}, by=alice, organisation=organisation)
    refused = hold(
        "event", EVENT | {"title_en": "No"}, by=alice, organisation=organisation, sent=True
    )
    review.refuse(refused, by=dana, message="Non.")

    html = text(get(signed_in, "content-list", organisation.slug, "event", language="en"))

    for shown in (
        "Secret workshop",
        "Gone",
        "A draft",
        "Under review",
        "Withdrawn",
        "Not accepted",
    ):
        assert shown in html
    assert "Somebody else" not in html
    assert address("content-withdraw", organisation.slug, "event", event.pk, language="en") in html
    gone = address("content-withdraw", organisation.slug, "event", withdrawn.pk, language="en")
    assert gone not in html


def test_list_comes_in_pages_of_twenty(signed_in, organisation):
    factories.EventFactory.create_batch(21, organisation=organisation)

    first = text(get(signed_in, "content-list", organisation.slug, "event"))
    second = text(signed_in.get(address("content-list", organisation.slug, "event") + "?page=2"))
    odd = signed_in.get(address("content-list", organisation.slug, "event") + "?page=x")

    assert first.count('<li class="row row-plain">') == 20
    assert second.count('<li class="row row-plain">') == 1
    assert odd.status_code == 200


@pytest.mark.parametrize("count", [1, 3, 20])
def test_list_costs_the_same_whatever_is_in_it(
    count, signed_in, alice, organisation, django_assert_num_queries
):
    for _n in range(count):
        live = factories.EventFactory(organisation=organisation)
        hold("event", {"place": "Ici"}, by=alice, target=live)
        hold("event", {"title_en": "A draft"}, by=alice, organisation=organisation)
    url = address("content-list", organisation.slug, "event")
    signed_in.get(url)

    with django_assert_num_queries(8):
        signed_in.get(url)


# --- Who ------------------------------------------------------------------------------------------

WHO = {"alice": 200, "bob": 200, "charlie": 404, "newton": 404, "dana": 404, "fay": 404, None: 302}


@pytest.mark.parametrize(
    "name", ["content-edit", "content-history", "content-withdraw", "content-restore"]
)
@pytest.mark.parametrize("who", WHO)
def test_pages_of_an_object_are_its_organisation_s(who, name, client, request, organisation, event):
    entry = [HistoryEntry.objects.exclude(diff={}).last().pk] if name == "content-restore" else []
    if who:
        client.force_login(request.getfixturevalue(who))

    assert get(client, name, organisation.slug, "event", event.pk, *entry).status_code == WHO[who]


@pytest.mark.threat("T2", "addresses")
@pytest.mark.parametrize("name", ["content-edit", "content-history", "content-withdraw"])
def test_object_of_another_organisation_is_not_reached_through_one_s_own(
    name, signed_in, organisation, elsewhere
):
    theirs = factories.EventFactory(organisation=elsewhere)
    nobodys = factories.EventFactory(organisation=None)

    for other in (theirs, nobodys):
        url = address(name, organisation.slug, "event", other.pk)
        assert signed_in.get(url).status_code == 404
        assert signed_in.post(url).status_code in (404, 405)
    url = address(name, organisation.slug, "organisation", elsewhere.pk)
    assert signed_in.get(url).status_code == 404


@pytest.mark.threat("T2", "nested ids")
def test_step_of_another_object_cannot_be_restored(signed_in, organisation, event):
    other = factories.EventFactory(organisation=organisation)
    entry = HistoryEntry.objects.exclude(diff={}).first()

    url = address("content-restore", organisation.slug, "event", other.pk, entry.pk)

    assert signed_in.get(url).status_code == 404
    assert signed_in.post(url).status_code == 404


# --- History --------------------------------------------------------------------------------------


def test_history_tells_every_step_word_by_word(signed_in, organisation, event):
    html = text(
        get(signed_in, "content-history", organisation.slug, "event", event.pk, language="en")
    )

    assert html.count("<details>") == 3
    assert "Institut de Botanique" in html
    assert "Dana" in html
    assert "Before" in html and "After" in html


def test_history_offers_every_version_but_the_present_one(signed_in, organisation, event):
    entries = list(review.history(event).exclude(diff={}))

    html = text(get(signed_in, "content-history", organisation.slug, "event", event.pk))

    offered = [
        entry.pk
        for entry in entries
        if address("content-restore", organisation.slug, "event", event.pk, entry.pk) in html
    ]
    assert offered == [entry.pk for entry in entries[1:]]


@pytest.mark.parametrize("steps", [1, 3])
def test_history_costs_the_same_whatever_happened(
    steps, signed_in, alice, dana, organisation, django_assert_num_queries
):
    live = factories.EventFactory(organisation=organisation)
    for number in range(steps):
        live.refresh_from_db()
        review.publish(
            hold("event", {"place": str(number)}, by=alice, target=live, sent=True), by=dana
        )
    url = address("content-history", organisation.slug, "event", live.pk)
    signed_in.get(url)

    with django_assert_num_queries(10):
        signed_in.get(url)


# --- Restoring ------------------------------------------------------------------------------------


def step(event, number):
    """The step that changed the content, counted from the first."""
    return list(review.history(event).exclude(diff={}).order_by("pk"))[number]


def test_former_version_comes_back_as_a_draft(signed_in, organisation, event):
    url = address("content-restore", organisation.slug, "event", event.pk, step(event, 1).pk)

    seen = text(signed_in.get(url))
    before = Submission.objects.count()
    answer = signed_in.post(url)

    draft = Submission.objects.open().get()
    assert "Institut" in seen
    assert before == 3
    assert answer.url == address("submission-edit", draft.pk)
    assert draft.values == {"place": "Institut de Botanique"}
    assert Event.objects.get().place == "Hôtel de Ville"


@pytest.mark.parametrize(
    ("language", "before", "after"),
    [
        ("fr", "Tout ne peut pas être rétabli", "Tout n’a pas pu être rétabli."),
        ("en", "Not everything can be brought back", "Not everything could be brought back."),
    ],
)
def test_draft_with_a_former_version_says_what_it_lacks(
    language, before, after, signed_in, fay, organisation, event
):
    commune = factories.CommuneFactory()
    content = kinds.of(event).content
    for values in ({"commune": commune.pk, "price": "5"}, {"commune": None, "price": None}):
        with review.direct_edit(event, by=fay):
            content.write(event, values)
    commune.delete()
    url = address(
        "content-restore",
        organisation.slug,
        "event",
        event.pk,
        step(event, -2).pk,
        language=language,
    )

    seen = text(signed_in.get(url))
    done = text(signed_in.post(url, follow=True))

    assert before in seen and "Commune – " in seen
    assert after in done and "Commune – " in done
    assert Submission.objects.open().get().values == {"price": "5"}


def test_edit_under_review_is_not_replaced_by_a_former_version(
    signed_in, alice, organisation, event
):
    sent = hold("event", {"price": "5"}, by=alice, target=event, sent=True)
    url = address("content-restore", organisation.slug, "event", event.pk, step(event, 0).pk)

    seen = text(signed_in.get(url))
    answer = signed_in.post(url)

    sent.refresh_from_db()
    assert 'type="submit"' not in seen and "Restore as a draft" not in seen
    assert answer.status_code == 409
    assert sent.values == {"price": "5"}


def test_draft_that_would_be_replaced_is_announced(signed_in, alice, organisation, event):
    hold("event", {"price": "5"}, by=alice, target=event)
    url = address(
        "content-restore", organisation.slug, "event", event.pk, step(event, 0).pk, language="en"
    )

    assert "restoring replaces what it says" in text(signed_in.get(url))


# --- Withdrawing ----------------------------------------------------------------------------------


def withdraw(client, organisation, event, **data):
    url = address("content-withdraw", organisation.slug, "event", event.pk, language="en")
    return client.post(url, {"version": event.version} | data)


def test_withdrawing_says_its_consequence_and_does_nothing_yet(signed_in, organisation, event):
    html = text(
        get(signed_in, "content-withdraw", organisation.slug, "event", event.pk, language="en")
    )

    assert "Withdraw “Secret workshop”?" in html
    assert "Nothing is deleted" in html
    assert Event.objects.published().exists()


def test_withdrawing_needs_a_reason(signed_in, organisation, event):
    answer = withdraw(signed_in, organisation, event, message="  ")

    assert answer.status_code == 200
    assert 'id="id_message_error"' in answer.content.decode()
    assert Event.objects.published().exists()


@pytest.mark.threat("T17", "gone at once")
def test_withdrawn_object_answers_410_and_can_be_proposed_again(client, alice, organisation, event):
    client.force_login(alice)
    public = event.get_absolute_url()

    answer = withdraw(client, organisation, event, message="Annulé.")

    event.refresh_from_db()
    assert answer.url == address("content-list", organisation.slug, "event", language="en")
    assert event.status == "withdrawn"
    assert client.get(public, follow=True).status_code == 410
    assert review.history(event).first().message == "Annulé."
    again = text(get(client, "content-withdraw", organisation.slug, "event", event.pk))
    assert address("content-edit", organisation.slug, "event", event.pk) in again


def test_object_that_moved_since_is_not_withdrawn(signed_in, fay, organisation, event):
    version = event.version
    with review.direct_edit(event, by=fay):
        event.place = "Ailleurs"
        event.save()

    answer = withdraw(signed_in, organisation, event, version=version, message="Annulé.")

    assert answer.status_code == 409
    assert "Annulé." in answer.content.decode()
    assert Event.objects.published().exists()


@pytest.mark.parametrize("version", ["x", "9" * 40, "-1", "\x00"])
def test_nonsense_in_place_of_a_version_withdraws_nothing(version, signed_in, organisation, event):
    answer = withdraw(signed_in, organisation, event, version=version, message="Annulé.")

    assert answer.status_code in (200, 409)
    assert Event.objects.published().exists()


def test_profile_is_withdrawn_to_its_workspace(signed_in, organisation):
    url = address("content-withdraw", organisation.slug, "organisation", organisation.pk)

    answer = signed_in.post(url, {"version": organisation.version, "message": "Fermeture."})

    organisation.refresh_from_db()
    assert answer.url == address("organisation-workspace", organisation.slug)
    assert organisation.status == "withdrawn"
    assert signed_in.get(answer.url).status_code == 200


@pytest.mark.parametrize(
    ("language", "said", "after"),
    [
        ("fr", "Ces pages ne nomment personne d’autre", "qui n’aurait plus nommé personne"),
        ("en", "These pages name nobody else", "that would have named nobody"),
    ],
)
@pytest.mark.parametrize("ticked", [True, False])
def test_profile_is_withdrawn_with_what_would_name_nobody(
    ticked, language, said, after, signed_in, organisation
):
    alone = factories.EventFactory(organisation=organisation)
    url = address(
        "content-withdraw", organisation.slug, "organisation", organisation.pk, language=language
    )

    shown = text(signed_in.get(url))
    form = {"version": organisation.version, "message": "Fin."} | (
        {"along": "on"} if ticked else {}
    )
    done = text(signed_in.post(url, form, follow=True))

    assert said in shown
    assert f'href="{alone.address_in(language)}"' in shown
    assert "checked" in shown.split('name="along"')[1].split(">")[0]
    assert (after in done) == ticked
    assert Event.objects.published().exists() != ticked


def test_what_names_others_too_is_not_asked_about(signed_in, organisation, elsewhere, event):
    shared = factories.EventFactory(organisation=organisation)
    shared.organisers.create(organisation=elsewhere, agreed_at=timezone.now())

    pages = [
        text(get(signed_in, "content-withdraw", organisation.slug, code, target.pk))
        for code, target in (("organisation", organisation), ("event", shared))
    ]

    assert ["along" in page for page in pages] == [False, False]
