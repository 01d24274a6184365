"""The page of a submission: what it says in each state, its preview and images, and its actions."""

import re

import pytest
from django.test import Client

from events.models import Event
from members.models import Trust
from portal import storage
from portal.lifecycle import review
from portal.models import HistoryEntry, Submission
from tests import browser, factories
from tests.members.workspace import EVENT, address, fetch, fill, get, hold, photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def draft(alice, organisation):
    return hold("event", EVENT, by=alice, organisation=organisation)


@pytest.fixture
def waiting(alice, organisation):
    """An edit of the live profile that waits for a moderator."""
    values = {"summary_fr": "Un nouveau résumé."}
    return hold("organisation", values, by=alice, target=organisation, sent=True)


def page(client, submission, language="en"):
    answer = get(client, "submission-detail", submission.pk, language=language)
    assert answer.status_code == 200
    return answer.content.decode()


def post(client, name, submission, **data):
    token = review.token(submission, submission.target)
    return client.post(address(name, submission.pk), {"token": token} | data)


def actions(html):
    """What can be done on a page, by the last word of its addresses."""
    names = ("edit", "submit", "preview", "take-back", "abandon", "reuse")
    return {name for name in names if f"/{name}/" in html.split('class="actions"', 1)[1]}


# --- What it says ---------------------------------------------------------------------------------


def test_draft_is_only_its_organisation_s(signed_in, draft):
    html = page(signed_in, draft)

    assert f"Submission no.\u00a0{draft.pk}: Secret workshop" in html
    assert "only the editors of Laboratoire des arches see it" in html
    assert actions(html) == {"edit", "submit", "preview", "abandon"}


def test_waiting_edit_says_what_happens_next_beside_the_live_version(signed_in, waiting):
    html = page(signed_in, waiting)

    assert "Submissions are read in the order in which they arrive. Yours is the next one." in html
    assert "stays online meanwhile" in html
    assert "<del>" in html and "<ins>" in html
    assert actions(html) == {"preview", "take-back"}


def test_waiting_edit_says_how_many_are_before_it(signed_in, charlie, elsewhere, waiting):
    other = hold(
        "organisation", {"website": "https://a.example/"}, by=charlie, target=elsewhere, sent=True
    )
    Submission.objects.filter(pk=other.pk).update(submitted_at=waiting.created_at)

    assert "1 submission is waiting before yours." in page(signed_in, waiting)


def test_correction_asked_for_is_read_with_its_message(signed_in, dana, waiting):
    review.ask_correction(waiting, by=dana, message="Une phrase suffit.")

    html = page(signed_in, waiting)

    assert "Une phrase suffit." in html
    assert actions(html) == {"edit", "submit", "preview", "abandon"}


def test_refusal_is_read_with_its_message_and_the_text_can_be_used_again(signed_in, dana, waiting):
    review.refuse(waiting, by=dana, message="Pas ici.")

    html = page(signed_in, waiting)

    assert "Pas ici." in html
    assert (
        "Un nouveau résumé." in html.replace("<ins>", "").replace("</ins>", "") or "nouveau" in html
    )
    assert actions(html) == {"preview", "reuse"}


def test_published_request_leads_to_the_public_page(signed_in, dana, draft, alice):
    review.publish(review.submit(draft, by=alice), by=dana)

    html = page(signed_in, draft)

    assert Event.objects.get().get_absolute_url().replace("/fr/", "/en/", 1)[:4] in html
    assert "Published on" in html
    assert actions(html) == set()


def test_correction_that_was_made_is_not_what_the_moderators_say_of_what_is_published(
    signed_in, alice, dana, waiting
):
    review.ask_correction(waiting, by=dana, message="Une phrase suffit.")
    review.publish(review.submit(waiting, by=alice), by=dana)

    html = page(signed_in, waiting)

    assert "Message from the moderators" not in html
    # It stands where it was said.
    assert "Une phrase suffit." in html.split("What happened", 1)[1]


def test_request_published_in_part_says_what_the_moderators_said(
    signed_in, alice, dana, organisation
):
    values = {"summary_fr": "Un.", "website": "https://a.example/"}
    sent = hold("organisation", values, by=alice, target=organisation, sent=True)
    review.publish(sent, by=dana, fields=["website"], message="Le résumé demande réflexion.")

    html = page(signed_in, sent)

    assert "Under review" in html
    assert "Le résumé demande réflexion." in html


@pytest.fixture
def in_parts(alice, dana, organisation):
    """An edit of which the website is published, and the summary is not."""
    values = {"summary_fr": "Un.", "website": "https://a.example/"}
    sent = hold("organisation", values, by=alice, target=organisation, sent=True)
    return review.publish(sent, by=dana, fields=["website"])


def fates(html):
    """What the page says became of each group of fields: the heading, then the fields."""
    part = html.split("What was sent", 1)[0].split("What you wrote", 1)[0]
    pairs = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", part)
    return [(re.sub(r" on .*", "", heading), fields) for heading, fields in pairs]


def test_request_published_in_part_says_what_became_of_each_field(signed_in, in_parts):
    html = page(signed_in, in_parts)

    assert "Part of it is published. A moderator still has to decide on the rest" in html
    assert fates(html) == [("Published", "Website"), ("Still under review", "Summary (FR)")]
    # Both are shown: what was published of it, and what waits.
    sent = html.split("What was sent", 1)[1]
    assert "https://a.example/" in re.sub(r"<.*?>", "", sent).replace("added: ", "")
    assert "Un." in sent


def test_rest_that_is_to_correct_is_told_from_what_is_published(signed_in, dana, in_parts):
    review.ask_correction(in_parts, by=dana, message="Plus long.")

    html = page(signed_in, in_parts)

    assert "Part of it is published. For the rest, the moderators ask for a change." in html
    assert fates(html) == [("Published", "Website"), ("To correct", "Summary (FR)")]


def test_rest_that_is_refused_is_told_from_what_is_published(signed_in, dana, in_parts):
    review.refuse(in_parts, by=dana, message="Non.")

    html = page(signed_in, in_parts)

    assert "Part of it is published. The moderators did not accept the rest." in html
    assert fates(html) == [("Published", "Website"), ("Not accepted", "Summary (FR)")]


def test_rest_that_was_taken_back_and_given_up_is_told_from_what_is_published(
    signed_in, alice, in_parts
):
    taken_back = review.take_back(in_parts, by=alice)
    as_draft = fates(page(signed_in, taken_back))
    review.discard(taken_back, by=alice)

    html = page(signed_in, in_parts)

    assert as_draft == [("Published", "Website"), ("In the draft, not sent", "Summary (FR)")]
    assert "Part of it is published. The rest was abandoned" in html
    assert fates(html) == [("Published", "Website"), ("Abandoned", "Summary (FR)")]


def test_request_published_in_two_steps_shows_both(signed_in, dana, in_parts):
    review.publish(in_parts, by=dana)

    html = page(signed_in, in_parts)

    assert "All of it is published, in several steps." in html
    assert fates(html) == [("Published", "Website"), ("Published", "Summary (FR)")]
    assert "https://a.example/" in html


def test_request_published_at_once_has_no_parts(signed_in, alice, dana, draft):
    review.publish(review.submit(draft, by=alice), by=dana)

    assert fates(page(signed_in, draft)) == []


def test_published_edit_is_compared_with_what_was_before(signed_in, dana, waiting):
    review.publish(waiting, by=dana)

    html = page(signed_in, waiting)

    assert '<th scope="col">Before</th>' in html
    assert '<th scope="col">Live</th>' not in html


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_was_withdrawn_since_is_no_longer_called_published(
    language, signed_in, alice, dana, draft
):
    review.publish(review.submit(draft, by=alice), by=dana)
    review.withdraw(Event.objects.get(), by=dana, message="Reporté à l’an prochain.")

    html = page(signed_in, draft, language)

    said = {"fr": "la page a été retirée depuis, le", "en": "has been withdrawn since, on"}
    badge = {"fr": "Retiré", "en": "Withdrawn"}
    assert said[language] in html
    assert f'<span class="badge badge-withdrawn">{badge[language]}</span>' in html
    assert "badge-published" not in html
    assert "Reporté à l’an prochain." in html
    edit = address("content-edit", "laboratoire-des-arches", "event", 1, language=language)
    assert edit.replace("/1/", f"/{Event.objects.get().pk}/") in html


def test_what_came_back_online_is_published_again(signed_in, alice, dana, fay, draft):
    review.publish(review.submit(draft, by=alice), by=dana)
    event = Event.objects.get()
    review.withdraw(event, by=dana, message="Par erreur.")
    review.republish(event, by=fay)

    html = page(signed_in, draft)

    assert "badge-published" in html
    assert "Par erreur." not in html


def test_draft_over_what_is_withdrawn_says_why_nothing_is_online(
    signed_in, alice, dana, organisation
):
    review.withdraw(organisation, by=dana, message="Fermé pour l’été.")
    draft = hold("organisation", {"summary_fr": "De retour."}, by=alice, target=organisation)

    html = page(signed_in, draft)

    assert "Nothing is online at the moment: it was withdrawn on" in html
    assert "Fermé pour l’été." in html


def test_lists_tell_what_was_withdrawn_or_given_up_from_what_is_published(
    signed_in, alice, dana, organisation, draft
):
    given_up = hold("event", EVENT, by=alice, organisation=organisation)
    review.discard(given_up, by=alice)
    review.publish(review.submit(draft, by=alice), by=dana)
    review.withdraw(Event.objects.get(), by=dana, message="Reporté.")

    first = get(signed_in, "workspace", language="en").content.decode()
    events = get(signed_in, "content-list", organisation.slug, "event", language="en")

    decided = first.split("Decided lately", 1)[1]
    closed = events.content.decode().split("Closed submissions", 1)[1]
    assert "badge-withdrawn" in decided and "badge-published" not in decided
    assert "Abandoned</span>" in closed and "abandoned on" in closed


def test_conflict_is_announced(signed_in, fay, organisation, waiting):
    with review.direct_edit(organisation, by=fay):
        organisation.summary_fr = "Du secrétariat."
        organisation.save()

    assert "Some of these fields have changed online since." in page(signed_in, waiting)


def test_organisations_that_will_be_asked_are_named(signed_in, alice, organisation, elsewhere):
    partners = [
        {"organisation": organisation.pk, "role": "lead"},
        {"organisation": elsewhere.pk, "role": "data"},
    ]
    draft = hold(
        "project", {"title_en": "P", "partners": partners}, by=alice, organisation=organisation
    )

    html = page(signed_in, draft)

    assert "whether they agree to be named: Ailleurs." in html


# --- Who reads it ---------------------------------------------------------------------------------

READERS = {
    "alice": 200,
    "bob": 200,
    "charlie": 404,
    "newton": 404,
    "dana": 404,
    "fay": 404,
    None: 302,
}


@pytest.mark.parametrize(
    "name", ["submission-detail", "submission-edit", "submission-submit", "submission-discard"]
)
@pytest.mark.parametrize("who", READERS)
def test_pages_of_a_draft_are_its_organisation_s(who, name, client, request, draft):
    if who:
        client.force_login(request.getfixturevalue(who))

    assert get(client, name, draft.pk).status_code == READERS[who]


@pytest.mark.threat("T2", "addresses")
@pytest.mark.parametrize(
    "name",
    [
        "submission-submit",
        "submission-take-back",
        "submission-discard",
        "submission-reuse",
        "submission-edit",
    ],
)
@pytest.mark.parametrize("who", ["charlie", "newton", "dana", "fay", None])
def test_strangers_change_nothing(who, name, client, request, draft, waiting):
    if who:
        client.force_login(request.getfixturevalue(who))
    before = list(Submission.objects.values("pk", "status", "version").order_by("pk"))

    for submission in (draft, waiting):
        answer = post(client, name, submission)
        assert answer.status_code == (404 if who else 403)

    assert list(Submission.objects.values("pk", "status", "version").order_by("pk")) == before


@pytest.mark.parametrize("pk", ["0", "999999", "9" * 30])
def test_request_that_does_not_exist_is_a_404(pk, signed_in):
    for part in ("", "modifier/", "apercu/", "image/x.webp"):
        assert signed_in.get(f"/fr/espace/demandes/{pk}/{part}").status_code == 404


# --- Preview --------------------------------------------------------------------------------------

PREVIEWERS = {"alice": 200, "bob": 200, "charlie": 404, "newton": 404, None: 302}


@pytest.mark.threat("T7", "permission")
@pytest.mark.parametrize("who", PREVIEWERS)
def test_preview_is_for_its_writers(who, client, request, draft):
    if who:
        client.force_login(request.getfixturevalue(who))

    assert get(client, "submission-preview", draft.pk).status_code == PREVIEWERS[who]


@pytest.mark.threat("T7", "permission")
@pytest.mark.parametrize("who", ["dana", "erin", "fay"])
def test_moderators_preview_what_was_sent_and_no_draft(who, client, request, draft, waiting):
    client.force_login(request.getfixturevalue(who))

    assert get(client, "submission-preview", waiting.pk).status_code == 200
    assert get(client, "submission-preview", draft.pk).status_code == 404


def test_preview_is_the_page_as_it_would_be_and_nothing_stays(signed_in, draft):
    french = get(signed_in, "submission-preview", draft.pk, language="fr").content.decode()
    english = get(signed_in, "submission-preview", draft.pk, language="en").content.decode()

    assert "Atelier secret</h1>" in french
    assert "Secret workshop</h1>" in english
    assert not Event.objects.exists()
    assert not HistoryEntry.objects.exclude(action="started").exists()


@pytest.mark.threat("T7", "kept nowhere")
def test_preview_says_that_it_is_one_and_is_kept_nowhere(signed_in, draft):
    answer = get(signed_in, "submission-preview", draft.pk, language="en")

    html = answer.content.decode()
    assert "Preview: this page is not public" in html
    assert address("submission-detail", draft.pk, language="en") in html
    assert 'name="robots" content="noindex' in html
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in answer["Cache-Control"]
    assert "private" in answer["Cache-Control"]


@pytest.mark.threat("T7", "no link that opens it")
def test_the_address_of_a_preview_opens_nothing_by_itself(client, alice, draft):
    client.force_login(alice)
    assert get(client, "submission-preview", draft.pk).status_code == 200
    assert get(Client(), "submission-preview", draft.pk).status_code == 302

    alice.seats.all().delete()
    left = get(client, "submission-preview", draft.pk).status_code
    alice.is_active = False
    alice.save()
    closed = get(client, "submission-preview", draft.pk).status_code

    assert (left, closed) == (404, 302)


@pytest.mark.threat("T7", "policy")
def test_preview_has_the_policy_of_every_page(signed_in, draft):
    preview = get(signed_in, "submission-preview", draft.pk)

    policy = preview["Content-Security-Policy"]
    assert policy == Client().get("/fr/")["Content-Security-Policy"]
    assert "unsafe-inline" not in policy


def test_preview_leads_to_its_twin_in_the_other_language(signed_in, draft):
    html = get(signed_in, "submission-preview", draft.pk, language="fr").content.decode()

    assert address("submission-preview", draft.pk, language="en") in html


@pytest.mark.threat("T19", "name and type")
@pytest.mark.threat("T6", "images")
def test_preview_shows_images_that_only_its_readers_can_fetch(
    client, alice, charlie, dana, organisation
):
    client.force_login(alice)
    url = address("content-create", organisation.slug, "event")
    changes = {
        "title_fr": "Titre",
        "kind": "workshop",
        "start_date": "2027-01-01",
        "start_time": "10:00",
    }
    fill(client, url, "submit", image=photo(), image_alt_fr="Une photo", **changes)
    submission = Submission.objects.get()
    image = address("submission-image", submission.pk, submission.values["image"])

    html = get(client, "submission-preview", submission.pk).content.decode()

    assert image in html
    assert f"/media/{submission.values['image']}" not in html
    shown = fetch(client, image)
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/webp")
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in shown["Cache-Control"]
    for who, status in ((charlie, 404), (dana, 200), (None, 302)):
        other = Client()
        if who:
            other.force_login(who)
        assert fetch(other, image).status_code == status


def test_incomplete_draft_says_what_is_missing_with_links(signed_in, alice, organisation):
    draft = hold("event", {"title_en": "Half"}, by=alice, organisation=organisation)

    answer = get(signed_in, "submission-preview", draft.pk, language="en")

    html = answer.content.decode()
    edit = address("submission-edit", draft.pk, language="en")
    assert answer.status_code == 200
    assert f'href="{edit}#id_kind"' in html
    assert f'href="{edit}#id_start_date"' in html
    assert "no-store" in answer["Cache-Control"]


def test_preview_of_what_was_published_leads_to_its_page(signed_in, alice, dana, draft):
    review.publish(review.submit(draft, by=alice), by=dana)

    answer = get(signed_in, "submission-preview", draft.pk)

    assert (answer.status_code, answer.url) == (302, address("submission-detail", draft.pk))


@pytest.mark.threat("T7", "sanitised")
def test_hostile_markup_is_harmless_in_a_preview(signed_in, alice, organisation):
    text = "<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)>"
    values = EVENT | {"title_en": "<b>T</b>", "summary_en": text, "description_en": text}
    draft = hold("event", values, by=alice, organisation=organisation)

    html = get(signed_in, "submission-preview", draft.pk, language="en").content.decode()

    for unsafe in ("<script>alert", "<b>T</b>", 'href="javascript', "<img src=x"):
        assert unsafe not in html


# --- Images ---------------------------------------------------------------------------------------


@pytest.mark.threat("T2", "images")
def test_image_of_another_submission_cannot_be_fetched_through_one_s_own(
    client, alice, charlie, elsewhere, organisation, draft
):
    client.force_login(charlie)
    fill(client, address("organisation-edit", elsewhere.slug), logo=photo())
    theirs = Submission.objects.get(organisation=elsewhere).values["logo"]
    client.force_login(alice)

    assert storage.held_storage().exists(theirs)
    assert fetch(client, address("submission-image", draft.pk, theirs)).status_code == 404


@pytest.mark.parametrize("name", ["../settings.py", "..%2f..%2fetc/passwd", "x.webp", "1/", "%00"])
def test_image_that_is_none_of_its_own_is_a_404(name, signed_in, draft):
    assert signed_in.get(f"/fr/espace/demandes/{draft.pk}/image/{name}").status_code in (400, 404)


# --- Steps ----------------------------------------------------------------------------------------


def test_draft_is_sent_with_a_message_after_a_look_at_it(signed_in, draft):
    seen = get(signed_in, "submission-submit", draft.pk, language="en")

    answer = post(signed_in, "submission-submit", draft, message="Voici.")

    assert "Secret workshop" in seen.content.decode()
    assert answer.url == address("submission-detail", draft.pk)
    assert draft.history.get(action="submitted").message == "Voici."


def test_incomplete_draft_is_not_sent(signed_in, alice, organisation):
    draft = hold("event", {"title_en": "Half"}, by=alice, organisation=organisation)

    answer = post(signed_in, "submission-submit", draft)

    draft.refresh_from_db()
    assert draft.status == "draft"
    assert "#id_kind" in answer.content.decode()


def test_edit_that_changes_nothing_is_not_sent(signed_in, alice, organisation):
    draft = hold("organisation", {}, by=alice, target=organisation)

    answer = post(signed_in, "submission-submit", draft)

    draft.refresh_from_db()
    assert (answer.status_code, draft.status) == (200, "draft")


@pytest.mark.threat("T8", "changed since")
def test_draft_that_moved_since_is_not_sent(signed_in, bob, draft):
    stale = review.token(draft, None)
    hold_again = draft.values | {"place": "Ailleurs"}
    review.save(review.kinds.of(draft), hold_again, by=bob, submission=draft)

    answer = signed_in.post(address("submission-submit", draft.pk), {"token": stale})

    draft.refresh_from_db()
    assert (answer.status_code, draft.status) == (409, "draft")


def test_trusted_organisation_is_told_that_sending_publishes(signed_in, organisation, draft):
    Trust.objects.create(organisation=organisation, kind="event")

    seen = get(signed_in, "submission-submit", draft.pk, language="en")
    post(signed_in, "submission-submit", draft)

    assert "what it sends is published at once" in seen.content.decode()
    assert Event.objects.published().exists()


def test_waiting_request_is_taken_back(signed_in, waiting):
    answer = post(signed_in, "submission-take-back", waiting)

    waiting.refresh_from_db()
    assert answer.url == address("submission-edit", waiting.pk)
    assert waiting.status == "draft"


def test_request_decided_meanwhile_is_not_taken_back(signed_in, dana, waiting):
    token = review.token(waiting, waiting.target)
    review.ask_correction(waiting, by=dana, message="Plus court.")

    answer = signed_in.post(address("submission-take-back", waiting.pk), {"token": token})

    waiting.refresh_from_db()
    assert (answer.status_code, waiting.status) == (409, "to_correct")
    assert "Plus court." in answer.content.decode()


def test_draft_is_abandoned_after_a_word_of_warning(signed_in, draft):
    seen = get(signed_in, "submission-discard", draft.pk, language="en")

    answer = post(signed_in, "submission-discard", draft)

    draft.refresh_from_db()
    assert "Abandon “Secret workshop”?" in seen.content.decode()
    assert answer.url == address("submission-detail", draft.pk)
    assert draft.status == "withdrawn"
    assert "Abandoned" in page(signed_in, draft)


@pytest.mark.parametrize("name", ["submission-edit", "submission-submit", "submission-discard"])
def test_pages_of_a_draft_lead_to_where_it_stands_once_it_was_sent(name, signed_in, waiting):
    answer = get(signed_in, name, waiting.pk)

    assert (answer.status_code, answer.url) == (302, address("submission-detail", waiting.pk))


@pytest.mark.parametrize("name", ["submission-take-back", "submission-reuse"])
def test_steps_are_not_taken_by_looking(name, signed_in, waiting):
    answer = get(signed_in, name, waiting.pk)

    waiting.refresh_from_db()
    assert (answer.status_code, waiting.status) == (405, "in_review")


def test_refused_text_begins_a_new_draft(signed_in, alice, dana, draft):
    review.refuse(review.submit(draft, by=alice), by=dana, message="Non.")

    answer = post(signed_in, "submission-reuse", draft)

    new = Submission.objects.open().get()
    assert answer.url == address("submission-edit", new.pk)
    assert new.pk != draft.pk
    assert new.values == draft.values


def test_refused_text_used_again_twice_by_a_second_click_begins_one_draft(
    signed_in, alice, dana, draft
):
    review.refuse(review.submit(draft, by=alice), by=dana, message="Non.")
    form = browser.fields(page(signed_in, draft))

    answers = [
        signed_in.post(address("submission-reuse", draft.pk), form).url for _click in range(2)
    ]

    new = Submission.objects.open().get()
    assert answers == [address("submission-edit", new.pk)] * 2


def test_refused_edit_begins_a_new_one_over_what_is_live_now(
    signed_in, alice, dana, fay, organisation, waiting
):
    review.refuse(waiting, by=dana, message="Non.")
    with review.direct_edit(organisation, by=fay):
        organisation.website = "https://nouveau.example/"
        organisation.save()

    post(signed_in, "submission-reuse", waiting)

    new = Submission.objects.open().get()
    assert new.values == {"summary_fr": "Un nouveau résumé."}
    assert review.conflicts(new) == []


def test_refused_text_does_not_replace_another_edit(signed_in, alice, dana, organisation, waiting):
    review.refuse(waiting, by=dana, message="Non.")
    other = hold("organisation", {"website": "https://a.example/"}, by=alice, target=organisation)

    answer = post(signed_in, "submission-reuse", waiting)

    other.refresh_from_db()
    assert answer.url == address("submission-detail", other.pk)
    assert other.values == {"website": "https://a.example/"}


def test_request_that_is_not_closed_cannot_be_used_again(signed_in, waiting, draft):
    for submission in (waiting, draft):
        post(signed_in, "submission-reuse", submission)

    assert Submission.objects.count() == 2


# --- Cost -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("partners", [1, 3])
def test_page_costs_the_same_whatever_was_written(
    partners, signed_in, alice, organisation, django_assert_max_num_queries
):
    rows = [
        {"organisation": factories.OrganisationFactory().pk, "role": "partner"}
        for _n in range(partners)
    ]
    draft = hold(
        "project", {"title_en": "P", "partners": rows}, by=alice, organisation=organisation
    )
    page(signed_in, draft)

    with django_assert_max_num_queries(12 + partners):
        page(signed_in, draft)


def test_form_of_a_page_names_its_version(signed_in, waiting):
    html = page(signed_in, waiting)

    assert browser.fields(html)["token"] == [review.token(waiting, waiting.target)]
