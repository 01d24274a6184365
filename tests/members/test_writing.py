"""The edit form: what is saved, what is sent, and what happens when two people write at once."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from events.models import Event, Project
from members.models import Organisation, Trust
from members.views import writing
from portal import limits, storage
from portal.lifecycle import kinds, review
from portal.models import HistoryEntry, Submission
from tests import browser, factories
from tests.members.workspace import (
    EVENT,
    address,
    fetch,
    fill,
    get,
    hold,
    photo,
    press,
    target_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client, alice):
    client.force_login(alice)
    return client


@pytest.fixture
def profile(organisation):
    return address("organisation-edit", organisation.slug)


def held():
    return Submission.objects.get()


# --- Saving ---------------------------------------------------------------------------------------


def test_opening_a_form_begins_nothing(signed_in, organisation, profile):
    signed_in.get(profile)
    get(signed_in, "content-create", organisation.slug, "event")

    assert not Submission.objects.exists()
    assert not HistoryEntry.objects.exists()


def test_saved_edit_is_held_and_the_live_profile_stays(signed_in, alice, organisation, profile):
    answer = fill(signed_in, profile, summary_fr="Nouveau résumé.")

    organisation.refresh_from_db()
    assert organisation.summary_fr == "Un résumé en français."
    assert answer.url == address("submission-edit", held().pk)
    assert (held().status, held().author, held().organisation) == ("draft", alice, organisation)
    assert held().values == {"summary_fr": "Nouveau résumé."}


def test_saved_draft_is_there_when_the_form_is_opened_again(signed_in, profile):
    fill(signed_in, profile, summary_fr="Nouveau résumé.")

    page = signed_in.get(profile, follow=True)

    assert page.redirect_chain == [(address("submission-edit", held().pk), 302)]
    assert browser.fields(page.content.decode(), "form")["summary_fr"] == ["Nouveau résumé."]


def test_saving_an_untouched_live_object_begins_nothing(signed_in, profile):
    answer = fill(signed_in, profile)

    assert answer.status_code == 200
    assert not Submission.objects.exists()


def test_new_event_exists_nowhere_before_it_is_published(signed_in, organisation):
    url = address("content-create", organisation.slug, "event")

    answer = fill(signed_in, url, title_fr="Atelier", kind="workshop")

    assert answer.url == address("submission-edit", held().pk)
    assert held().values["title_fr"] == "Atelier"
    assert not Event.objects.exists()


def test_incomplete_draft_is_kept(signed_in, organisation):
    fill(
        signed_in,
        address("content-create", organisation.slug, "project"),
        title_en="Half a project",
    )

    assert held().status == "draft"
    assert held().values["title_en"] == "Half a project"


def test_organisation_that_writes_is_offered_as_organiser_and_lead(signed_in, organisation):
    for kind, field in (("event", "organisers"), ("project", "partners")):
        page = get(signed_in, "content-create", organisation.slug, kind)

        data = browser.fields(page.content.decode(), "form")
        assert data[f"{field}-0-organisation"] == ["Laboratoire des arches"]


def test_withdrawn_object_can_be_proposed_again_as_it_was(signed_in, organisation):
    event = factories.EventFactory(organisation=organisation, withdrawn=True)

    answer = fill(
        signed_in, address("content-edit", organisation.slug, "event", event.pk), "submit"
    )

    assert answer.url == address("submission-detail", held().pk)
    assert held().status == "in_review"


# --- Sending --------------------------------------------------------------------------------------


def test_submitted_edit_waits_with_its_message(signed_in, organisation, profile):
    answer = fill(signed_in, profile, "submit", summary_fr="Nouveau.", message="Merci d’avance !")

    assert answer.url == address("submission-detail", held().pk)
    assert held().status == "in_review"
    assert held().history.get(action="submitted").message == "Merci d’avance !"


def test_incomplete_submission_is_saved_and_says_what_is_missing(signed_in, organisation):
    url = address("content-create", organisation.slug, "event")

    answer = fill(signed_in, url, "submit", title_fr="Atelier", message="Bientôt")

    html = answer.content.decode()
    assert answer.status_code == 200
    assert held().status == "draft"
    assert 'href="#id_kind"' in html
    assert 'href="#id_start_date"' in html
    assert browser.fields(html, "form")["message"] == ["Bientôt"]


def test_rows_typed_before_an_error_are_sent_with_what_mends_it(signed_in, organisation, elsewhere):
    page = signed_in.get(address("content-create", organisation.slug, "project"))
    rows = {
        "partners-TOTAL_FORMS": "2",
        "partners-1-organisation": "Ailleurs",
        "partners-1-role": "data",
        "funding-0-funder": "Europe",
        "funding-0-amount": "1000",
        "funding-0-source_fr": "Article",
        "links-0-label": "Site",
        "links-0-url": "https://example.org/",
    }
    refused = press(signed_in, page, "submit", stage="running", **rows)
    before = browser.fields(refused.content.decode(), "form")

    press(signed_in, refused, "submit", title_fr="Un titre")

    assert before["links-0-label"] == ["Site"]
    values = held().values
    assert [row["organisation"] for row in values["partners"]] == [organisation.pk, elsewhere.pk]
    assert [row["amount"] for row in values["funding"]] == [1000]
    assert values["links"] == [{"label": "Site", "url": "https://example.org/"}]


def wrong(answer):
    """Where the error summary of a page leads, and where it stands beside the fields."""
    html = answer.content.decode()
    summary = html.split('class="notice error-summary"', 1)[1].split("</ul>", 1)[0]
    beside = re.findall(r'class="error" id="([^"]*)_error"', html)
    return re.findall(r'href="#([^"]*)"', summary), beside


def test_everything_that_is_wrong_is_told_at_once(signed_in, organisation):
    url = address("content-create", organisation.slug, "event", language="en")

    answer = fill(
        signed_in,
        url,
        "submit",
        summary_fr="é" * 301,
        start_date="2027-02-30",
        end_date="2027-01-01",
        online_url="javascript:alert(1)",
        price="douze",
        themes="999999",
        **{"organisers-1-organisation": "Inconnue", "organisers-TOTAL_FORMS": "2"},
    )

    # In the order of the page: what is no value at all, and what is missing.
    said = [
        "id_title_fr",
        "id_kind",
        "id_summary_fr",
        "id_themes",
        "id_start_date",
        "id_online_url",
        "id_organisers-1-organisation",
        "id_price",
    ]
    summary, beside = wrong(answer)
    assert summary == said
    assert beside == said
    assert "Nothing is saved yet" in answer.content.decode()
    assert not Submission.objects.exists()


def test_what_is_not_sent_is_only_told_what_is_no_value(signed_in, organisation):
    url = address("content-create", organisation.slug, "event")

    answer = fill(signed_in, url, "save", price="douze")

    assert wrong(answer) == (["id_price"], ["id_price"])


def test_rows_are_told_with_everything_else(signed_in, organisation):
    url = address("content-create", organisation.slug, "project")
    lines = {
        "funding-TOTAL_FORMS": "2",
        "funding-0-funder": "Région",
        "funding-0-amount": "beaucoup",
        "funding-1-amount": "10",
        "figures-0-value_fr": "12",
        "partners-0-organisation": "Inconnue",
    }

    with_type_errors, _beside = wrong(fill(signed_in, url, "submit", **lines))
    lines |= {"funding-0-amount": "0", "partners-0-organisation": "Laboratoire des arches"}
    without, _beside = wrong(fill(signed_in, url, "submit", starts_on="2024-13", **lines))

    rows = ["id_funding-0-amount", "id_funding-0-source_fr", "id_funding-1-organisation"]
    rows += ["id_funding-1-source_fr"]
    figures = ["id_figures-0-label_fr", "id_figures-0-date", "id_figures-0-source_fr"]
    assert with_type_errors == [
        "id_title_fr",
        "id_stage",
        "id_partners-0-organisation",
        *rows,
        *figures,
    ]
    assert without == ["id_title_fr", "id_stage", "id_starts_on", *rows, *figures]


def test_lines_that_were_saved_and_not_sent_stay(signed_in, organisation):
    url = address("content-create", organisation.slug, "project")
    lines = {
        "funding-TOTAL_FORMS": "2",
        "funding-0-funder": "Région",
        "funding-0-amount": "10",
        "funding-1-funder": "Métropole",
    }
    late = fill(signed_in, url, "submit", title_fr="Titre", **lines)

    press(signed_in, late, title_fr="Autre titre")

    assert [line["funder"] for line in held().values["funding"]] == ["Région", "Métropole"]


def test_text_that_is_too_long_is_not_called_missing(signed_in, organisation):
    url = address("content-create", organisation.slug, "project")

    answer = fill(
        signed_in,
        url,
        "submit",
        title_en="x" * 151,
        stage="running",
        **{"links-0-label": "x" * 81, "links-0-url": "https://example.org/"},
    )

    assert wrong(answer)[0] == ["id_title_en", "id_links-0-label"]


def test_what_could_not_be_read_is_not_held_against_other_fields(signed_in, organisation):
    event = factories.EventFactory(organisation=organisation, place="Ici")
    url = address("content-edit", organisation.slug, "event", event.pk)

    answer = fill(signed_in, url, "submit", timezone="Mars/Base", end_date="2099-01-01")

    assert wrong(answer)[0] == ["id_timezone"]


def test_identifiers_are_told_with_what_is_no_value(signed_in, profile):
    answer = fill(signed_in, profile, "submit", name="", siren="123", latitude="nord")

    assert wrong(answer)[0] == ["id_name", "id_latitude", "id_siren"]


def test_draft_that_lacks_something_is_told_before_it_is_sent(signed_in, alice, organisation):
    values = {"funding": [{"funder": "Région"}], "starts_on": "2024-13"}
    draft = hold("project", values, by=alice, organisation=organisation)

    html = get(signed_in, "submission-submit", draft.pk, language="en").content.decode()

    edit = address("submission-edit", draft.pk, language="en")
    assert re.findall(rf'href="{edit}#([^"]*)"', html) == [
        "id_title_fr",
        "id_stage",
        "id_starts_on",
        "rows-funding",
        "rows-funding",
    ]


def test_form_shown_again_continues_the_draft_it_has_saved(signed_in, organisation):
    url = address("content-create", organisation.slug, "event")
    page = fill(signed_in, url, "submit", title_fr="Atelier")

    press(signed_in, page, "save", title_fr="Atelier corrigé")

    assert held().values["title_fr"] == "Atelier corrigé"


def test_trusted_organisation_publishes_at_once(signed_in, organisation, profile):
    Trust.objects.create(organisation=organisation, kind="organisation")

    answer = fill(signed_in, profile, "submit", summary_fr="Nouveau.")

    organisation.refresh_from_db()
    assert organisation.summary_fr == "Nouveau."
    assert answer.url == address("submission-detail", held().pk)


def test_message_typed_with_a_draft_is_kept_for_its_author_until_it_is_sent(
    signed_in, bob, organisation, profile
):
    page = fill(signed_in, profile, summary_fr="Nouveau.", message="À propos du titre")
    colleague = Client()
    colleague.force_login(bob)

    mine = browser.fields(signed_in.get(page.url).content.decode(), "form")
    theirs = browser.fields(colleague.get(page.url).content.decode(), "form")
    fill(signed_in, page.url, "submit")
    review.take_back(held(), by=bob)
    after = browser.fields(signed_in.get(page.url).content.decode(), "form")

    assert mine["message"] == ["À propos du titre"]
    assert theirs["message"] == [""]
    assert after["message"] == [""]


def test_correction_asked_for_stands_above_the_form(signed_in, alice, dana, organisation):
    sent = hold(
        "organisation", {"summary_fr": "Trop long."}, by=alice, target=organisation, sent=True
    )
    review.ask_correction(sent, by=dana, message="Une phrase suffit.")

    page = get(signed_in, "submission-edit", sent.pk)
    answer = press(signed_in, page, "submit", summary_fr="Court.")

    assert "Une phrase suffit." in page.content.decode()
    assert answer.status_code == 302
    assert held().status == "in_review"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_preview_saves_then_leads_to_the_page_in_that_language(language, signed_in, profile):
    answer = fill(signed_in, profile, f"preview-{language}", summary_fr="Nouveau.")

    assert answer.url == address("submission-preview", held().pk, language=language)
    assert held().values == {"summary_fr": "Nouveau."}


@pytest.mark.parametrize("action", ["preview-de", "publish", "", "delete"])
def test_unknown_button_only_saves(action, signed_in, profile):
    answer = fill(signed_in, profile, action, summary_fr="Nouveau.")

    assert answer.url == address("submission-edit", held().pk)
    assert held().status == "draft"


def test_one_more_line_saves_nothing_and_keeps_everything(signed_in, organisation):
    url = address("content-create", organisation.slug, "project")

    answer = fill(
        signed_in, url, more="funding", title_fr="Titre", **{"funding-0-funder": "Région"}
    )

    data = browser.fields(answer.content.decode(), "form")
    assert not Submission.objects.exists()
    assert answer.status_code == 200
    assert data["funding-TOTAL_FORMS"] == ["2"]
    assert (data["title_fr"], data["funding-0-funder"]) == (["Titre"], ["Région"])


# --- Something new, and nothing at all ------------------------------------------------------------


@pytest.mark.parametrize("action", ["save", "submit", "preview-fr"])
@pytest.mark.parametrize(
    ("kind", "field"), [("event", "id_title_fr"), ("project", "id_title_fr"), (None, "id_name")]
)
def test_empty_form_begins_nothing_and_says_where_to_begin(
    kind, field, action, signed_in, organisation
):
    url = (
        address("content-create", organisation.slug, kind)
        if kind
        else address("organisation-propose")
    )

    answer = fill(signed_in, url, action, message="Merci d’avance")

    assert answer.status_code == 200
    assert wrong(answer)[0][0] == field
    # Who sends it is told all it takes; who saves it, where to begin.
    assert (len(wrong(answer)[0]) > 1) == (action == "submit")
    assert browser.fields(answer.content.decode(), "form")["message"] == ["Merci d’avance"]
    assert not Submission.objects.exists()


def test_organisation_that_was_only_suggested_is_nothing_written(signed_in, organisation):
    url = address("content-create", organisation.slug, "project")

    fill(signed_in, url, "save", **{"partners-0-DELETE": "on"})

    assert not Submission.objects.exists()


@pytest.mark.parametrize("written", [{"place": "Ici"}, {"all_day": "on"}, {"kind": "forum"}])
def test_anything_written_is_kept_without_a_title(written, signed_in, organisation):
    fill(signed_in, address("content-create", organisation.slug, "event"), **written)

    assert held().title == "Sans titre"


@pytest.fixture
def new_event(organisation):
    return address("content-create", organisation.slug, "event")


def twice(client, url, actions=("save", "save"), changes=({}, {})):
    """Open a form once, send it twice; what the site answers the second time."""
    page = client.get(url)
    written = {"title_fr": "Atelier", "kind": "workshop", "period_fr": "au printemps"}
    for action, more in zip(actions, changes, strict=True):
        answer = press(client, page, action, **written | more)
    return answer


@pytest.mark.parametrize("action", ["save", "submit"])
def test_who_goes_back_and_sends_the_same_again_has_sent_it_once(signed_in, new_event, action):
    typed = {"title_fr": "Atelier", "kind": "workshop", "start_date": "2099-05-01", "all_day": "on"}
    first = fill(signed_in, new_event, action, **typed)

    second = fill(signed_in, new_event, action, **typed)

    (submission,) = Submission.objects.all()
    assert submission.status == ("draft" if action == "save" else "in_review")
    assert (first.status_code, first.url) == (second.status_code, second.url)


@pytest.mark.parametrize("changes", [({}, {}), ({"image": "photo"}, {"image": "photo"})])
@pytest.mark.parametrize("restored", [True, False])
def test_who_is_trusted_and_goes_back_publishes_once(
    restored, changes, signed_in, organisation, new_event
):
    Trust.objects.create(organisation=organisation, kind="event")
    typed = {
        "title_fr": "Atelier",
        "kind": "workshop",
        "period_fr": "en mai",
        "image_alt_fr": "Nous",
    }
    sent = [typed | {name: photo() for name in change} for change in changes]
    if not restored:
        # A browser brings back what was typed, and no file.
        sent[1].pop("image", None)

    first, second = (fill(signed_in, new_event, "submit", **each) for each in sent)

    event = Event.objects.get()
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.url == second.url == address("submission-detail", held().pk)
    assert [entry.action for entry in review.history(event)] == ["trusted", "submitted", "started"]
    assert bool(event.image) == bool(changes[0])


def test_who_is_trusted_and_goes_back_brings_nothing_back_that_was_withdrawn(
    signed_in, dana, organisation, new_event
):
    Trust.objects.create(organisation=organisation, kind="event")
    typed = {"title_fr": "Atelier", "kind": "workshop", "period_fr": "en mai"}
    first = fill(signed_in, new_event, "submit", **typed)
    review.withdraw(Event.objects.get(), by=dana, message="Hors sujet.")

    second = fill(signed_in, new_event, "submit", **typed)

    assert (second.status_code, second.url) == (302, first.url)
    assert not Event.objects.published().exists()


def test_who_goes_back_after_a_colleague_changed_it_is_shown_that(
    signed_in, fay, organisation, new_event
):
    Trust.objects.create(organisation=organisation, kind="event")
    typed = {"title_fr": "Atelier", "kind": "workshop", "period_fr": "en mai"}
    fill(signed_in, new_event, "submit", **typed)
    event = Event.objects.get()
    with review.direct_edit(event, by=fay):
        event.period_fr = "en juin"
        event.save()

    late = fill(signed_in, new_event, "submit", **typed)

    assert late.status_code == 409
    assert [other.theirs for other in late.context["form"].others.values()] == ["en juin"]
    assert Event.objects.get().period_fr == "en juin"


@pytest.mark.threat("T6", "handed over")
@pytest.mark.parametrize("way", ["another form", "the same form", "what was sent"])
def test_who_goes_back_reads_nothing_of_who_keeps_it_by_now(
    way, signed_in, charlie, fay, organisation, elsewhere, new_event
):
    Trust.objects.create(organisation=organisation, kind="event")
    typed = {"title_fr": "Atelier", "kind": "workshop", "period_fr": "en mai"}
    page = signed_in.get(new_event)
    sent = press(signed_in, page, "submit", **typed)
    event = Event.objects.get()
    with review.direct_edit(event, by=fay):
        event.organisation = elsewhere
        event.save()
    theirs = kinds.of(event).content.read(event) | {"period_fr": "en secret"}
    review.save(kinds.of(event), theirs, by=charlie, target=event)

    if way == "another form":
        late = fill(signed_in, new_event, "submit", **typed)
    elif way == "the same form":
        late = press(signed_in, page, "submit", **typed)
    else:
        edit = address("submission-edit", Submission.objects.get(status="published").pk)
        late = signed_in.post(edit, typed | {"action": "save"})

    html = late.content.decode()
    assert (sent.status_code, late.status_code) == (302, 404)
    assert "en mai" in html and "en secret" not in html


def test_the_same_said_again_another_day_is_another_one(signed_in, organisation, new_event):
    Trust.objects.create(organisation=organisation, kind="event")
    typed = {"title_fr": "Permanence", "kind": "workshop", "period_fr": "en mai"}
    fill(signed_in, new_event, "submit", **typed)
    Submission.objects.update(decided_at=timezone.now() - timedelta(days=2))

    fill(signed_in, new_event, "submit", **typed)

    assert Event.objects.count() == 2


def test_who_goes_back_and_writes_another_one_has_two(signed_in, new_event):
    for title in ("Atelier de mai", "Atelier de juin"):
        fill(signed_in, new_event, title_fr=title)

    assert Submission.objects.count() == 2


def test_form_sent_twice_begins_one_draft(signed_in, new_event):
    answer = twice(signed_in, new_event)

    assert answer.url == address("submission-edit", held().pk)
    assert (held().version, held().values["title_fr"]) == (1, "Atelier")
    assert held().history.count() == 1


def test_form_sent_twice_for_review_is_sent_once(signed_in, new_event):
    answer = twice(signed_in, new_event, ("submit", "submit"))

    assert answer.url == address("submission-detail", held().pk)
    assert held().status == "in_review"
    assert held().history.filter(action="submitted").count() == 1


def test_form_that_is_saved_and_then_sent_is_one_submission(signed_in, new_event):
    answer = twice(signed_in, new_event, ("save", "submit"))

    assert answer.url == address("submission-detail", held().pk)
    assert held().status == "in_review"


def test_form_that_is_sent_and_then_saved_leads_to_where_it_stands(signed_in, new_event):
    answer = twice(signed_in, new_event, ("submit", "save"))

    assert answer.url == address("submission-detail", held().pk)
    assert held().status == "in_review"


def test_form_of_a_trusted_organisation_sent_twice_publishes_once(
    signed_in, organisation, new_event
):
    Trust.objects.create(organisation=organisation, kind="event")

    answer = twice(signed_in, new_event, ("submit", "submit"))

    assert answer.url == address("submission-detail", held().pk)
    assert Event.objects.count() == 1


def test_second_sending_goes_on_with_what_the_first_began(signed_in, new_event):
    answer = twice(signed_in, new_event, changes=({}, {"place": "Institut de Botanique"}))

    assert answer.url == address("submission-edit", held().pk)
    assert (held().values["title_fr"], held().values["place"]) == (
        "Atelier",
        "Institut de Botanique",
    )


def test_older_sending_that_comes_late_takes_nothing_away(signed_in, new_event):
    twice(signed_in, new_event, changes=({"place": "Institut de Botanique"}, {}))

    assert held().values["place"] == "Institut de Botanique"


def test_two_sendings_that_differ_are_shown_beside_each_other(signed_in, new_event):
    late = twice(signed_in, new_event, changes=({}, {"title_fr": "Autre atelier"}))
    before = held().values["title_fr"]

    press(signed_in, late)

    assert (late.status_code, before) == (409, "Atelier")
    assert "Vous avez enregistré autre chose dans une autre fenêtre" in late.content.decode()
    assert held().values["title_fr"] == "Autre atelier"


def test_image_sent_twice_is_one_image(signed_in, new_event):
    pictures = ({"image": photo(), "image_alt_fr": "Une photo"} for _n in range(2))

    answer = twice(signed_in, new_event, changes=tuple(pictures))

    assert answer.status_code == 302
    assert held().version == 1


def test_mistake_on_the_second_sending_is_mended_in_the_same_draft(signed_in, new_event):
    refused = twice(signed_in, new_event, changes=({}, {"price": "douze"}))

    answer = press(signed_in, refused, price="12")

    assert refused.status_code == 200
    assert answer.status_code == 302
    assert (held().values["title_fr"], held().values["price"]) == ("Atelier", "12")


@pytest.mark.parametrize("said", ["", "Une photo"])
def test_image_that_is_refused_hides_no_other_mistake(said, signed_in, new_event):
    svg = SimpleUploadedFile("photo.svg", b"<svg/>", "image/svg+xml")

    answer = fill(signed_in, new_event, "submit", image=svg, image_alt_en=said, title_fr="Atelier")

    errors = answer.context["form"].errors
    assert {"image", "kind", "image_alt_fr"} - set(errors) == ({"image_alt_fr"} if said else set())


def test_form_of_what_was_given_up_meanwhile_begins_anew_only_when_sent_again(
    signed_in, alice, new_event
):
    page = signed_in.get(new_event)
    press(signed_in, page, title_fr="Atelier")
    first = held()
    review.discard(first, by=alice)

    late = press(signed_in, page, title_fr="Atelier")
    press(signed_in, late)

    assert late.status_code == 409
    assert [each.status for each in Submission.objects.order_by("pk")] == ["withdrawn", "draft"]


def test_form_opened_again_begins_another_draft(signed_in, new_event):
    fill(signed_in, new_event, title_fr="Un")
    fill(signed_in, new_event, title_fr="Deux")

    assert Submission.objects.count() == 2


@pytest.mark.parametrize("key", ["", "x", "0" * 32, "9" * 5000])
def test_key_that_is_none_of_ours_begins_a_draft_all_the_same(key, signed_in, new_event):
    answer = fill(signed_in, new_event, title_fr="Atelier", key=key)

    assert answer.url == address("submission-edit", held().pk)


def test_key_of_somebody_else_opens_nothing(client, charlie, alice, elsewhere, new_event):
    client.force_login(alice)
    mine = client.get(new_event)
    press(client, mine, title_fr="D’Alice")
    key = browser.fields(mine.content.decode(), "form")["key"]
    client.force_login(charlie)

    answer = fill(
        client, address("content-create", elsewhere.slug, "event"), title_fr="De Charlie", key=key
    )

    assert answer.status_code == 409
    assert "D’Alice" not in answer.content.decode()
    assert held().values["title_fr"] == "D’Alice"
    assert press(client, answer).status_code == 302


def test_edit_sent_twice_is_told_nothing_new(signed_in, profile):
    page = signed_in.get(profile)
    answers = [press(signed_in, page, summary_fr="Nouveau.") for _n in range(2)]
    edit = get(signed_in, "submission-edit", held().pk)
    sent = [press(signed_in, edit, "submit", website="https://a.example/") for _n in range(2)]

    assert [answer.url for answer in answers] == [address("submission-edit", held().pk)] * 2
    assert [answer.url for answer in sent] == [address("submission-detail", held().pk)] * 2
    assert held().history.filter(action="submitted").count() == 1


def test_form_is_sent_to_its_address_without_the_part_that_a_button_led_to(signed_in, organisation):
    """The summary of errors would otherwise be off the screen, and the last line on it."""
    url = address("content-create", organisation.slug, "project")

    page = fill(signed_in, url, more="partners", title_fr="Titre")

    html = page.content.decode()
    assert f'formaction="{url}#rows-partners"' in html
    assert target_of(page, html) == url


@pytest.mark.parametrize(
    ("half", "read"),
    [({"start_date": "2027-07-01"}, "1 July 2027"), ({"start_time": "14:00"}, "2pm")],
)
def test_draft_with_half_a_date_is_saved_read_and_not_sent(half, read, signed_in, organisation):
    page = address("content-create", organisation.slug, "event", language="en")

    saved = fill(signed_in, page, title_en="Workshop", kind="workshop", **half)

    form = signed_in.get(saved.url).content.decode()
    (name, value), *_none = half.items()
    assert browser.fields(form, "form")[name] == [value]
    assert read in get(signed_in, "submission-detail", held().pk, language="en").content.decode()
    assert get(signed_in, "submission-preview", held().pk, language="en").status_code == 200
    fill(signed_in, saved.url, "submit")
    assert held().status == "draft"


# --- What is not taken from a form ----------------------------------------------------------------


@pytest.mark.threat("T1", "extra names")
def test_names_that_are_no_field_are_not_stored(signed_in, alice, organisation, elsewhere, profile):
    fill(
        signed_in,
        profile,
        summary_fr="Nouveau.",
        status="published",
        slug="volé",
        pk=str(elsewhere.pk),
        organisation=str(elsewhere.pk),
        author="1",
        verified_on="2020-01-01",
        version="99",
        is_staff="on",
    )

    assert held().values == {"summary_fr": "Nouveau."}
    assert (held().organisation, held().target_id) == (organisation, organisation.pk)


@pytest.mark.threat("T1", "extra names")
def test_agreement_cannot_be_given_by_a_form(signed_in, dana, organisation, elsewhere):
    fill(
        signed_in,
        address("content-create", organisation.slug, "project"),
        "submit",
        title_fr="Titre",
        stage="running",
        **{
            "partners-TOTAL_FORMS": "2",
            "partners-1-organisation": "Ailleurs",
            "partners-1-role": "data",
            "partners-1-agreed_at": "2026-01-01",
            "partners-1-id": "1",
        },
    )

    review.publish(held(), by=dana)

    partners = Project.objects.get().partners
    assert [str(row.organisation) for row in partners.agreed()] == ["Laboratoire des arches"]
    assert partners.get(organisation=elsewhere).agreed_at is None


def test_whoever_is_named_may_stay_once_they_are_withdrawn(
    signed_in, dana, organisation, elsewhere
):
    project = factories.ProjectFactory(organisation=organisation)
    project.partners.create(
        organisation=elsewhere, role="data", position=1, agreed_at=timezone.now()
    )
    review.withdraw(elsewhere, by=dana, message="Fermée.")
    page = address("content-edit", organisation.slug, "project", project.pk)

    sent = fill(signed_in, page, "submit", title_fr="Autre titre")
    review.publish(held(), by=dana)

    assert sent.status_code == 302
    project.refresh_from_db()
    assert project.title_fr == "Autre titre"
    assert [row.organisation for row in project.partners.all()] == [organisation, elsewhere]
    # Whoever is not named yet must be in the directory.
    refused = fill(
        signed_in, page, **{"partners-1-organisation": "", "partners-2-organisation": "X"}
    )
    assert 'id="id_partners-2-organisation_error"' in refused.content.decode()


def test_a_line_whose_organisation_was_withdrawn_is_named_and_can_be_removed(
    signed_in, alice, bob, organisation
):
    row = {"organisation": organisation.pk}
    draft = hold("event", EVENT | {"organisers": [row]}, by=alice, organisation=organisation)
    review.withdraw(organisation, by=bob, message="Fermée.")
    page = address("submission-edit", draft.pk, language="en")

    told = fill(signed_in, page, "submit")
    sent = press(signed_in, told, "submit", **{"organisers-0-DELETE": "on"})

    text = "1. “Laboratoire des arches” is no longer public: remove this line, or name another one."
    assert f'<p class="error">{text}</p>' in told.content.decode()
    assert sent.status_code == 302
    assert "organisers" not in held().values


# --- Proposing an organisation --------------------------------------------------------------------


def test_newcomer_proposes_an_organisation_and_becomes_its_owner(client, newton, dana):
    client.force_login(newton)

    answer = fill(
        client, address("organisation-propose"), "submit", name="Nouvelle", kind="startup"
    )
    seen = client.get(answer.url)
    review.publish(held(), by=dana)

    assert seen.status_code == 200
    assert newton.owns(Organisation.objects.get(name="Nouvelle"))


def test_proposal_of_somebody_is_nobody_else_s(client, newton, charlie):
    draft = hold("organisation", {"name": "Nouvelle"}, by=newton)
    client.force_login(charlie)

    assert get(client, "submission-edit", draft.pk).status_code == 404
    assert get(client, "submission-detail", draft.pk).status_code == 404


def test_proposals_are_limited_and_keep_what_was_typed(client, newton, monkeypatch):
    monkeypatch.setattr(writing, "PROPOSALS_A_DAY", 1)
    client.force_login(newton)
    fill(client, address("organisation-propose"), name="Première")

    answer = fill(client, address("organisation-propose"), name="Deuxième")

    assert (answer.status_code, answer["Retry-After"]) == (429, "86400")
    assert browser.fields(answer.content.decode(), "form")["name"] == ["Deuxième"]
    assert held().values == {"name": "Première"}


def test_nobody_writes_an_organisation_in_the_name_of_another(signed_in, organisation):
    for method in (signed_in.get, signed_in.post):
        assert method(f"/fr/espace/{organisation.slug}/fiche/nouveau/").status_code == 404
        assert (
            method(address("content-create", organisation.slug, "organisation")).status_code == 404
        )


# --- Two at once ----------------------------------------------------------------------------------


@pytest.fixture
def colleague(bob):
    client = Client()
    client.force_login(bob)
    return client


def test_second_to_save_is_told_and_loses_nothing(signed_in, colleague, profile):
    mine = signed_in.get(profile)
    fill(colleague, profile, summary_fr="De Bob.", website="https://bob.example/")

    answer = press(signed_in, mine, summary_fr="D’Alice.", former_name="Ancien nom")

    html = answer.content.decode()
    data = browser.fields(html, "form")
    assert answer.status_code == 409
    assert "Bob" in html
    assert "De Bob." in html
    assert (data["summary_fr"], data["former_name"]) == (["D’Alice."], ["Ancien nom"])
    assert data["theirs"] == ["website"]
    assert held().values == {"summary_fr": "De Bob.", "website": "https://bob.example/"}


def test_second_to_save_writes_over_knowingly_and_keeps_what_they_did_not_touch(
    signed_in, colleague, profile
):
    mine = signed_in.get(profile)
    fill(colleague, profile, summary_fr="De Bob.", website="https://bob.example/")
    late = press(signed_in, mine, summary_fr="D’Alice.")

    answer = press(signed_in, late)

    assert answer.url == address("submission-edit", held().pk)
    assert held().values == {"summary_fr": "D’Alice.", "website": "https://bob.example/"}


def test_second_to_save_may_take_the_other_version(signed_in, colleague, profile):
    mine = signed_in.get(profile)
    fill(colleague, profile, summary_fr="De Bob.")
    late = press(signed_in, mine, summary_fr="D’Alice.", former_name="Ancien")

    press(signed_in, late, theirs=["summary_fr"])

    assert held().values == {"summary_fr": "De Bob.", "former_name": "Ancien"}


def test_second_to_save_keeps_rows_and_images(signed_in, colleague, organisation, profile):
    mine = signed_in.get(profile)
    fill(colleague, profile, summary_fr="De Bob.")

    late = press(
        signed_in,
        mine,
        logo=photo(),
        logo_alt_fr="Un logo",
        **{"contacts-0-name": "Accueil", "contacts-0-email": "a@example.org"},
    )
    press(signed_in, late)

    assert late.status_code == 409
    assert held().values["contacts"][0]["name"] == "Accueil"
    assert storage.held_storage().exists(held().values["logo"])
    assert held().values["summary_fr"] == "De Bob."


def test_one_s_own_other_window_is_named_as_such(signed_in, profile):
    english = address("organisation-edit", "laboratoire-des-arches", language="en")
    mine = signed_in.get(english)
    fill(signed_in, profile, summary_fr="D’une autre fenêtre.")

    answer = press(signed_in, mine, summary_fr="De celle-ci.")

    assert answer.status_code == 409
    assert "You wrote here in another window" in answer.content.decode()


def test_change_of_the_live_object_by_staff_is_told_without_naming_them(
    signed_in, fay, organisation
):
    url = address("organisation-edit", organisation.slug, language="en")
    mine = signed_in.get(url)
    organisation.refresh_from_db()
    with review.direct_edit(organisation, by=fay):
        organisation.summary_fr = "Du secrétariat."
        organisation.save()

    answer = press(signed_in, mine, summary_fr="D’Alice.")

    html = answer.content.decode()
    assert answer.status_code == 409
    assert "The association’s team wrote here" in html
    assert "Du secrétariat." in html
    assert "Fay" not in html


@pytest.mark.parametrize(
    ("language", "said"),
    [("fr", "La page a été retirée entre-temps"), ("en", "The page has been withdrawn meanwhile")],
)
def test_what_was_withdrawn_meanwhile_is_told_and_the_text_kept(
    language, said, signed_in, dana, organisation
):
    page = signed_in.get(address("organisation-edit", organisation.slug, language=language))
    review.withdraw(organisation, by=dana, message="Hors sujet.")

    late = press(signed_in, page, "submit", summary_fr="Récrit.")
    again = press(signed_in, late, "submit")

    html = late.content.decode()
    assert (late.status_code, again.status_code) == (409, 302)
    assert said in html and "Hors sujet." in html and "Récrit." in html
    assert (held().status, held().values) == ("in_review", {"summary_fr": "Récrit."})
    assert not Organisation.objects.published().exists()


def test_what_was_put_live_over_a_held_edit_is_shown_when_it_is_opened(
    signed_in, alice, fay, organisation
):
    draft = hold("organisation", {"summary_fr": "D’Alice."}, by=alice, target=organisation)
    with review.direct_edit(organisation, by=fay):
        organisation.summary_fr = "Du secrétariat."
        organisation.save()

    page = get(signed_in, "submission-edit", draft.pk)
    data = browser.fields(page.content.decode(), "form")
    press(signed_in, page, theirs=["summary_fr"])

    assert "Du secrétariat." in page.content.decode()
    assert data["summary_fr"] == ["D’Alice."]
    assert "theirs" not in data
    draft.refresh_from_db()
    assert draft.values == {}


def test_conflict_is_settled_by_saving_one_s_own_version(signed_in, alice, fay, organisation):
    draft = hold("organisation", {"summary_fr": "D’Alice."}, by=alice, target=organisation)
    with review.direct_edit(organisation, by=fay):
        organisation.summary_fr = "Du secrétariat."
        organisation.save()

    press(signed_in, get(signed_in, "submission-edit", draft.pk))

    draft.refresh_from_db()
    assert draft.values == {"summary_fr": "D’Alice."}
    assert review.conflicts(draft) == []


def test_request_sent_meanwhile_keeps_the_text_and_can_be_taken_back(
    signed_in, alice, bob, organisation
):
    draft = hold("organisation", {"summary_fr": "D’Alice."}, by=alice, target=organisation)
    mine = get(signed_in, "submission-edit", draft.pk)
    review.submit(draft, by=bob)

    late = press(signed_in, mine, website="https://alice.example/")
    again = press(signed_in, late, "save")
    taken = press(signed_in, again, "take-back")

    assert [late.status_code, again.status_code, taken.status_code] == [409, 409, 302]
    assert browser.fields(late.content.decode(), "form")["website"] == ["https://alice.example/"]
    draft.refresh_from_db()
    assert draft.status == "draft"
    assert draft.values == {"summary_fr": "D’Alice.", "website": "https://alice.example/"}


def test_request_published_meanwhile_becomes_a_new_edit(signed_in, alice, bob, dana, organisation):
    draft = hold("event", EVENT, by=alice, organisation=organisation)
    mine = get(signed_in, "submission-edit", draft.pk)
    review.publish(review.submit(draft, by=bob), by=dana)

    late = press(signed_in, mine, place="Institut de Botanique")
    saved = press(signed_in, late)

    assert late.status_code == 409
    edit = Submission.objects.open().get()
    assert saved.url == address("submission-edit", edit.pk)
    assert (edit.target, edit.values) == (Event.objects.get(), {"place": "Institut de Botanique"})


def test_proposal_refused_meanwhile_becomes_a_new_one(signed_in, alice, bob, dana, organisation):
    draft = hold("event", EVENT, by=alice, organisation=organisation)
    mine = get(signed_in, "submission-edit", draft.pk)
    review.refuse(review.submit(draft, by=bob), by=dana, message="Hors sujet.")

    late = press(signed_in, mine, place="Institut de Botanique")
    press(signed_in, late)

    assert late.status_code == 409
    new = Submission.objects.open().get()
    assert new.pk != draft.pk
    assert (new.values["title_fr"], new.values["place"]) == (
        "Atelier secret",
        "Institut de Botanique",
    )


@pytest.mark.parametrize("token", ["", "9.9", "x", "1.1.1", "\x00"])
def test_form_that_does_not_say_what_it_shows_is_late(token, signed_in, profile):
    answer = fill(signed_in, profile, token=token, summary_fr="Nouveau.")

    assert answer.status_code in (200, 409)
    assert not Submission.objects.exists()


# --- Lost access ----------------------------------------------------------------------------------


@pytest.mark.threat("T3", "open form")
def test_editor_removed_while_writing_saves_nothing(signed_in, alice, organisation, profile):
    page = signed_in.get(profile)
    alice.seats.all().delete()

    answer = press(signed_in, page, summary_fr="Mon <b>long</b> texte")

    assert answer.status_code == 404
    assert "Mon &lt;b&gt;long&lt;/b&gt; texte" in answer.content.decode()
    assert "private" in answer["Cache-Control"]
    assert not Submission.objects.exists()


def test_page_that_is_not_there_is_the_usual_one_where_nothing_was_typed(signed_in, elsewhere):
    url = address("content-create", elsewhere.slug, "event")

    answers = [signed_in.get(url), signed_in.post(url), signed_in.post(url, {"action": "save"})]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert "404.html" in {template.name for template in answers[2].templates}


def test_text_of_a_lost_session_is_shown_to_be_copied(signed_in, profile):
    page = signed_in.get(profile)
    signed_in.logout()

    answer = press(signed_in, page, summary_fr="Mon long texte", description_en="<b>Two</b>")

    html = answer.content.decode()
    assert answer.status_code == 403
    assert "Mon long texte" in html
    assert "&lt;b&gt;Two&lt;/b&gt;" in html
    assert f"next={profile}" in html
    assert "no-cache" in answer["Cache-Control"]
    assert not Submission.objects.exists()


def test_text_of_an_expired_form_is_shown_to_be_copied(alice, profile):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    page = client.get(profile)
    del client.cookies["csrftoken"]

    answer = press(client, page, summary_fr="Mon long texte")

    assert answer.status_code == 403
    assert "Mon long texte" in answer.content.decode()
    assert not Submission.objects.exists()


# --- Whatever comes in ----------------------------------------------------------------------------


BAD_VALUES = [
    ("organisation", "name", "x" * 151),
    ("organisation", "summary_en", "é" * 301),
    ("organisation", "website", "javascript:alert(1)"),
    ("organisation", "latitude", "nord"),
    ("organisation", "commune", "999999"),
    ("organisation", "parents-0-organisation", "Inconnue"),
    ("organisation", "kind", "pirate"),
    ("organisation", "description_fr", "NUL \x00 inside"),
    ("event", "start_date", "2026-02-30"),
    ("event", "price", "-1,5,0"),
    ("event", "timezone", "Mars/Base"),
    ("event", "themes", "abc"),
    ("event", "projects", "9" * 40),
    ("event", "languages", "klingon"),
    ("project", "starts_on", "x" * 11),
    ("project", "stage", "\u202e"),
    ("project", "links-0-url", "ftp://["),
    ("project", "funding-0-amount", "9" * 5000),
]


@pytest.mark.threat("T16", "texts")
@pytest.mark.parametrize(("kind", "field", "value"), BAD_VALUES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_bad_value_is_told_beside_its_field_and_kept(
    kind, field, value, language, signed_in, organisation
):
    url = (
        address("organisation-edit", organisation.slug, language=language)
        if kind == "organisation"
        else address("content-create", organisation.slug, kind, language=language)
    )
    kept = "former_name" if kind == "organisation" else "title_fr"

    answer = fill(signed_in, url, **{field: value, kept: "Gardé 🦩"})

    html = answer.content.decode()
    assert answer.status_code == 200
    assert f'id="id_{field}_error"' in html
    assert browser.fields(html, "form")[kept] == ["Gardé 🦩"]
    assert not Submission.objects.exists()


@pytest.mark.parametrize(("kind", "field", "value"), BAD_VALUES)
def test_bad_value_that_is_sent_is_told_with_what_is_missing(
    kind, field, value, signed_in, organisation
):
    url = (
        address("organisation-edit", organisation.slug)
        if kind == "organisation"
        else address("content-create", organisation.slug, kind)
    )

    answer = fill(signed_in, url, "submit", **{field: value})

    beside = wrong(answer)[1]
    assert f"id_{field}" in beside
    assert ("id_title_fr" in beside) == (kind != "organisation")
    assert not Submission.objects.exists()


LINES = "Une ligne de vingt.\r\n" * 500  # 10 000 characters, as a browser sends them


def test_line_end_counts_as_one_character(signed_in, profile):
    fill(signed_in, profile, description_fr=LINES + "\r\n")
    page = fill(signed_in, profile, description_fr=LINES + "\r\nencore", rna="x" * 11)

    assert held().values["description_fr"] == "Une ligne de vingt.\n" * 499 + "Une ligne de vingt."
    html = page.content.decode()
    assert "10\u00a0007 caractères sur 10\u00a0000" in html
    assert 'id="id_description_fr_error"' in html


def test_lines_that_were_only_shown_are_no_change(signed_in, organisation, profile):
    for stored in ("Deux\nlignes", "Deux\r\nlignes"):
        Organisation.objects.filter(pk=organisation.pk).update(description_fr=stored)

        fill(signed_in, profile)

    assert not Submission.objects.exists()


def test_message_of_two_thousand_characters_in_lines_is_sent(signed_in, profile):
    message = "Dix-neuf caractères\r\n" * 99 + "Vingt caractères ici"

    answer = fill(signed_in, profile, "submit", summary_fr="Nouveau.", message=message)

    assert answer.status_code == 302
    assert held().history.get(action="submitted").message == message.replace("\r\n", "\n")


@pytest.mark.threat("T16", "texts")
def test_what_would_turn_the_words_around_it_is_taken_out(signed_in, organisation):
    page = address("content-create", organisation.slug, "project")
    typed = "Prix \u202e001\u202c \u2066€\u2069 שלום"

    fill(
        signed_in,
        page,
        **dict.fromkeys(("title_fr", "description_fr", "links-0-label"), typed),
        **{"links-0-url": "https://example.org"},
    )

    values = held().values
    kept = [values["title_fr"], values["description_fr"], values["links"][0]["label"]]
    assert kept == ["Prix 001 € שלום"] * 3


SAFE = [
    "🦩🏳️‍🌈 e\u0301",
    "שלום \u202eabc",
    "<script>alert(1)</script><b>gras</b>",
    "[lien](javascript:alert(1)) ![x](https://evil.example/t.png) <iframe src=x>",
    "# Titre\n\n- [ok](https://example.org)\n\n<h1 id=header>x</h1>",
]


@pytest.mark.threat("T16", "texts", "outline")
@pytest.mark.parametrize("text", SAFE)
@pytest.mark.parametrize("kind", ["event", "project"])
def test_odd_text_goes_through_to_the_page_safely(text, kind, client, alice, dana, organisation):
    client.force_login(alice)
    changes = {"kind": "workshop", "start_date": "2027-01-01", "start_time": "10:00"}
    changes = changes if kind == "event" else {"stage": "idea"}

    answer = fill(
        client,
        address("content-create", organisation.slug, kind),
        "submit",
        title_fr=text[:100],
        summary_fr=text,
        description_fr=text,
        **changes,
    )
    detail = client.get(answer.url)
    review.publish(held(), by=dana)
    model = kinds.named(kind).model
    page = Client().get(model.objects.get().get_absolute_url(), follow=True)

    for response in (detail, page):
        html = response.content.decode()
        assert response.status_code == 200
        for unsafe in (
            "<script>alert",
            "<iframe",
            'href="javascript',
            "<img src=x",
            "<h1 id=header",
        ):
            assert unsafe not in html


@pytest.mark.parametrize(
    "data",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a" + b"\0" * 40,
        b"not an image",
        b"",
    ],
)
def test_bad_image_is_told_and_the_text_kept(data, signed_in, profile):
    answer = fill(signed_in, profile, logo=SimpleUploadedFile("logo.png", data), summary_fr="Gardé")

    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'id="id_logo_error"' in html
    assert browser.fields(html, "form")["summary_fr"] == ["Gardé"]
    assert not Submission.objects.exists()


@pytest.mark.threat("T19", "weight")
def test_image_of_sixty_megabytes_is_told_and_the_text_kept(signed_in, profile):
    huge = SimpleUploadedFile("logo.png", b"\0" * 60_000_000)

    answer = fill(signed_in, profile, logo=huge, summary_fr="Gardé", rna="après le fichier")

    html = answer.content.decode()
    data = browser.fields(html, "form")
    assert answer.status_code == 200
    assert 'id="id_logo_error"' in html
    assert (data["summary_fr"], data["rna"]) == (["Gardé"], ["après le fichier"])


@pytest.mark.threat("limits", "uploads")
def test_too_many_images_answer_429_with_the_text_kept(signed_in, profile, monkeypatch):
    monkeypatch.setattr(limits, "UPLOADS", 0)

    answer = fill(signed_in, profile, logo=photo(), summary_fr="Gardé")

    assert (answer.status_code, answer["Retry-After"]) == (429, "1800")
    assert browser.fields(answer.content.decode(), "form")["summary_fr"] == ["Gardé"]


@pytest.mark.threat("T19", "quota")
def test_organisation_without_room_for_images_is_told(signed_in, profile, settings):
    settings.IMAGE_QUOTA_BYTES = 10

    answer = fill(signed_in, profile, logo=photo(), summary_fr="Gardé")

    html = answer.content.decode()
    assert answer.status_code == 200
    assert 'id="id_logo_error"' in html
    assert browser.fields(html, "form")["summary_fr"] == ["Gardé"]


@pytest.mark.threat("T6", "images")
def test_image_is_not_public_before_it_is_published(signed_in, dana, organisation, profile):
    fill(signed_in, profile, "submit", logo=photo(), logo_alt_fr="Un logo")
    name = held().values["logo"]

    before = Client().get(f"/media/{name}").status_code
    shown = fetch(signed_in, address("submission-image", held().pk, name))

    assert before == 404
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/webp")


@pytest.mark.threat("T23", "content type")
@pytest.mark.parametrize(
    "body", [b"\xff\xfe", b"a=" + b"x" * 3_000_000, b"&".join([b"a=1"] * 1500)]
)
def test_malformed_body_is_no_error_of_ours(body, signed_in, profile):
    answer = signed_in.post(profile, body, content_type="application/x-www-form-urlencoded")

    assert answer.status_code in (200, 400, 409, 413)
