"""The queue, the page of a submission and the decisions: what is shown, to whom, what a POST does."""

import datetime
import io
import re

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from PIL import Image

from events.models import Event
from members.models import Seat
from portal import storage
from portal.lifecycle import kinds, review
from portal.models import HistoryEntry, Status, Submission
from tests import factories
from tests.browser import fields as sent_by

pytestmark = pytest.mark.django_db

PROFILE = "organisation"


def submit(organisation, by, *, message="", **changes):
    """A change of a live profile that waits."""
    kind = kinds.named(PROFILE)
    values = kind.content.read(organisation) | changes
    return review.submit(
        review.save(kind, values, by=by, target=organisation), by=by, message=message
    )


def submit_event(organisation, by, **changes):
    """A new event that waits."""
    kind = kinds.named("event")
    values = kind.content.blank | {
        "title_fr": "Atelier d’essai",
        "kind": "workshop",
        "starts_at": (timezone.now() + datetime.timedelta(days=3)).isoformat(),
        "organisers": [{"organisation": organisation.pk}],
    }
    draft = review.save(kind, values | changes, by=by, organisation=organisation)
    return review.submit(draft, by=by)


def page(submission, name="change"):
    with override("fr"):  # whatever language another test left
        return reverse(f"admin:portal_submission_{name}", args=[submission.pk])


QUEUE = "/fr/admin/portal/submission/"


@pytest.fixture
def held(alice, organisation):
    return submit(
        organisation,
        alice,
        message="Nous avons <b>déménagé</b>.",
        summary_fr="Un résumé en bon français.",
        website="https://example.org/",
    )


@pytest.fixture
def desk(client, dana):
    """Dana's browser."""
    client.force_login(dana, backend="members.backends.AddressBackend")
    return client


def decide(client, submission, decision, **data):
    """Send the form of the page as it stands, with one button pressed."""
    form = sent_by(client.get(page(submission)).content.decode(), "decide")
    return client.post(page(submission, "decide"), form | {"decision": decision} | data)


# --- The queue -------------------------------------------------------------------------------------


def test_queue_opens_on_what_waits_the_oldest_first(desk, alice, organisation, charlie, elsewhere):
    first, second = submit(organisation, alice, summary_fr="A"), submit_event(elsewhere, charlie)
    drafted = review.save(
        kinds.named("event"), {"title_fr": "Secret"}, by=alice, organisation=organisation
    )
    refused = submit_event(organisation, alice, title_fr="Refusé")
    Submission.objects.filter(pk=refused.pk).update(status=Status.REFUSED)

    answer = desk.get(QUEUE)

    assert [row.pk for row in answer.context["cl"].result_list] == [first.pk, second.pk]
    assert drafted.title not in answer.content.decode()


def test_queue_says_what_each_submission_is(desk, alice, organisation, held):
    held.submitted_at = timezone.now() - datetime.timedelta(days=3)
    held.save()
    submit_event(organisation, alice, title_en="Trial workshop")

    text = desk.get(QUEUE.replace("/fr/", "/en/")).content.decode()

    for said in ("Laboratoire des arches", "2 fields", "creation", "Trial workshop", "(3 days)"):
        assert said in text
    assert "FR EN" in text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_queue_and_page_say_what_is_published_in_part(language, desk, held, dana):
    said = {"fr": "1 champ, publiée en partie", "en": "1 field, partly published"}[language]
    queue, shown = (each.replace("/fr/", f"/{language}/") for each in (QUEUE, page(held)))
    before = [said in desk.get(each).content.decode() for each in (queue, shown)]

    review.publish(held, by=dana, fields=["website"])

    assert before == [False, False]
    assert [said in desk.get(each).content.decode() for each in (queue, shown)] == [True, True]

    review.publish(held, by=dana)

    for each in (f"{queue}?status=published", shown):
        assert said not in desk.get(each).content.decode()


def test_queue_says_that_something_would_come_back_online(desk, alice, dana, organisation):
    review.withdraw(organisation, by=dana, message="Doublon.")
    submit(organisation, alice)

    assert "back online" in desk.get(QUEUE.replace("/fr/", "/en/")).content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_queue_costs_the_same_whatever_its_length(
    number, desk, django_assert_num_queries, alice, organisation
):
    for _each in range(number):
        other = factories.OrganisationFactory()
        submit(other, factories.UserFactory(member=other), summary_fr="Autre.")
        submit_event(organisation, alice)

    desk.get(QUEUE)  # content types are read once
    with django_assert_num_queries(5):
        # session, account, count, rows, and the live objects of the one kind that has some
        assert desk.get(QUEUE).status_code == 200


def found(client, **query):
    return [row.pk for row in client.get(QUEUE, query).context["cl"].result_list]


def test_queue_can_be_narrowed(desk, dana, erin, alice, organisation, held, charlie, elsewhere):
    event = submit_event(elsewhere, charlie)
    review.assign(held, to=dana, by=dana)
    review.assign(event, to=erin, by=dana)

    assert found(desk, kind="event") == [event.pk]
    assert found(desk, kind="organisation") == [held.pk]
    assert found(desk, assigned="me") == [held.pk]
    assert found(desk, assigned="others") == [event.pk]
    assert found(desk, assigned="nobody") == []
    assert found(desk, status="refused") == []
    assert found(desk, status="all") == [held.pk, event.pk]
    assert found(desk, kind="nonsense", assigned="nonsense", status="nonsense") == [
        held.pk,
        event.pk,
    ]


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("arches", {"held"}),  # the title of the live object
        ("d’essai", {"event"}),  # the title proposed
        ("Ailleurs", {"event"}),  # the organisation
        ("alice", {"held"}),  # the author
        ("arches alice", {"held"}),
        ("arches charlie", set()),
        ("%", set()),
        ("'; drop table", set()),
        ("é" * 500, set()),
    ],
)
def test_queue_can_be_searched(text, hits, desk, held, charlie, elsewhere):
    known = {"held": held.pk, "event": submit_event(elsewhere, charlie).pk}

    assert set(found(desk, q=text)) == {known[name] for name in hits}


@pytest.mark.parametrize(
    "query",
    [{"q": "\x00"}, {"author__password__startswith": "a"}, {"p": "x"}, {"o": "9.x"}, {"e": "1"}],
)
def test_queue_survives_a_hostile_address(query, desk, held):
    assert desk.get(QUEUE, query).status_code in (200, 302, 400)


def test_front_page_says_how_much_waits(desk, dana, held, charlie, elsewhere):
    review.assign(submit_event(elsewhere, charlie), to=dana, by=dana)

    work = desk.get("/fr/admin/").context["work"]

    assert (work["count"], work["mine"], work["oldest"]) == (2, 1, held.submitted_at)


def test_several_submissions_can_be_taken_at_once_and_each_refusal_is_told(
    desk, dana, held, elsewhere, charlie
):
    factories.Seat.objects.create(user=dana, organisation=elsewhere)
    own = submit_event(elsewhere, charlie)

    answer = desk.post(
        QUEUE,
        {"action": "assign_to_me", "_selected_action": [held.pk, own.pk], "index": "0"},
        follow=True,
    )

    assert list(Submission.objects.order_by("pk").values_list("assigned_to", flat=True)) == [
        dana.pk,
        None,
    ]
    assert len(answer.context["messages"]) == 2


# --- The page --------------------------------------------------------------------------------------


def test_page_shows_field_live_and_proposed_word_by_word(desk, held):
    text = desk.get(page(held)).content.decode()

    assert "<ins>" in text
    assert "https://example.org/" in text
    assert "Nous avons &lt;b&gt;déménagé&lt;/b&gt;." in text
    assert 'name="fields_chosen" value="summary_fr" checked' in text


def test_page_says_that_the_other_language_did_not_follow(desk, held):
    states = {row["name"]: row["state"] for row in desk.get(page(held)).context["rows"]}

    assert states["summary_fr"] == "changed"
    assert states["summary_en"] == "outdated"
    assert states["description_fr"] == "unchanged"


def test_page_shows_the_three_values_of_a_conflict_and_does_not_tick_it(
    desk, fay, held, organisation
):
    with review.direct_edit(organisation, by=fay):
        organisation.summary_fr = "Autre chose entre-temps."
        organisation.save()

    answer = desk.get(page(held))

    (row,) = (row for row in answer.context["rows"] if row["name"] == "summary_fr")
    assert (row["base"], row["live"], row["proposed"]) == (
        "Un résumé en français.",
        "Autre chose entre-temps.",
        "Un résumé en bon français.",
    )
    assert sent_by(answer.content.decode(), "decide")["fields_chosen"] == ["website"]


def test_page_says_who_agreed_and_who_will_be_asked(desk, alice, organisation, elsewhere):
    kind = kinds.named("project")
    values = kind.content.blank | {
        "title_fr": "Projet d’essai",
        "stage": "running",
        "partners": [
            {"organisation": organisation.pk, "role": "lead"},
            {"organisation": elsewhere.pk, "role": "partner"},
        ],
    }
    waiting = review.submit(
        review.save(kind, values, by=alice, organisation=organisation), by=alice
    )

    named = desk.get(page(waiting)).context["named"]

    assert [(each.organisation, each.is_own, each.will_be_asked) for each in named] == [
        (organisation, True, False),
        (elsewhere, False, True),
    ]


def test_page_tells_an_agreement_that_was_given_from_one_that_must_be_asked_again(
    desk, alice, elsewhere, organisation
):
    project = factories.ProjectFactory(organisation=organisation)
    project.partners.create(
        organisation=elsewhere,
        role="data",
        agreed_at=timezone.now(),
        agreement_source="Lettre du 3 mars",
    )
    kind = kinds.named("project")
    content = kind.content.read(project)
    partners = [content["partners"][0], {"organisation": elsewhere.pk, "role": "research"}]
    waiting = review.submit(
        review.save(kind, content | {"partners": partners}, by=alice, target=project), by=alice
    )

    own, other = desk.get(page(waiting)).context["named"]

    assert own.row is not None
    assert (other.row, other.will_be_asked) == (None, True)
    assert "Lettre du 3 mars" not in desk.get(page(waiting)).content.decode().split("folded")[0]


def test_page_says_which_fields_are_public_already(desk, dana, held):
    review.publish(held, by=dana, fields=["website"])

    html = desk.get(page(held).replace("/fr/", "/en/")).content.decode()

    parts = html.split("<dl>", 1)[1].split("</dl>", 1)[0]
    assert re.findall(r"<dd>(.*?)</dd>", parts) == ["Website", "Summary (FR)"]
    assert "<dt>Published on " in parts
    assert "<dt>Still under review</dt>" in parts


def test_page_says_that_what_was_published_has_been_withdrawn(desk, dana, held, organisation):
    review.publish(held, by=dana)
    organisation.refresh_from_db()
    review.withdraw(organisation, by=dana, message="Fermé pour l’été.")

    html = desk.get(page(held).replace("/fr/", "/en/")).content.decode()

    assert '<span class="badge badge-withdrawn">Withdrawn</span>' in html
    assert "badge-published" not in html
    assert "Withdrawn on " in html
    assert "Fermé pour l’été." in html


@pytest.mark.threat("T16", "texts")
def test_page_escapes_what_editors_write(desk, alice, organisation):
    waiting = submit(
        organisation,
        alice,
        message="<script>alert(1)</script>",
        name="<script>alert(2)</script>",
        summary_fr="<img src=x onerror=alert(3)>",
    )

    text = desk.get(page(waiting)).content.decode()

    assert "<script>alert" not in text
    assert "<img src=x" not in text


def test_page_is_kept_by_no_cache(desk, held):
    assert "no-store" in desk.get(page(held))["Cache-Control"]


@pytest.mark.parametrize("name", ["change", "decide", "assign", "preview", "withdraw"])
def test_a_draft_is_not_there(name, desk, alice, organisation):
    draft = review.save(
        kinds.named("event"), {"title_fr": "Secret"}, by=alice, organisation=organisation
    )

    assert desk.get(page(draft, name)).status_code == 404
    assert desk.post(page(draft, name)).status_code == 404


def test_what_was_taken_back_and_abandoned_was_never_sent(desk, held, alice):
    review.discard(review.take_back(held, by=alice), by=alice)

    answer = desk.get(page(held), follow=True)

    # The mail that announced it still leads here.
    assert answer.redirect_chain == [(QUEUE, 302)]
    assert (
        "Cette demande a été reprise : elle n’attend plus de décision." in answer.content.decode()
    )
    assert desk.get(page(held, "preview")).status_code == 404
    assert str(held.pk) not in [str(row.pk) for row in desk.get(QUEUE).context["cl"].result_list]


@pytest.mark.parametrize("pk", [0, 999_999, 10**30])
def test_what_is_not_there_is_a_404(pk, desk):
    assert desk.get(f"{QUEUE}{pk}/change/").status_code == 404


@pytest.mark.parametrize("name", ["change", "preview", "withdraw"])
def test_looking_changes_nothing(name, desk, held):
    before = list(Submission.objects.values()), HistoryEntry.objects.count(), Event.objects.count()

    desk.get(page(held, name))
    desk.head(page(held, name))

    assert (
        list(Submission.objects.values()),
        HistoryEntry.objects.count(),
        Event.objects.count(),
    ) == before


@pytest.mark.threat("T8", "POST and token")
def test_decisions_cannot_be_made_by_get(desk, held):
    answer = desk.get(page(held, "decide"), {"decision": "publish", "confirmed": "1"})

    assert answer.status_code == 302
    held.refresh_from_db()
    assert held.status == Status.IN_REVIEW


@pytest.mark.threat("T8", "POST and token")
@pytest.mark.threat("T25", "token")
def test_decisions_need_the_token_of_the_session(client, dana, held):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(dana, backend="members.backends.AddressBackend")

    answer = careful.post(page(held, "decide"), {"decision": "publish", "confirmed": "1"})

    assert answer.status_code == 403
    held.refresh_from_db()
    assert held.status == Status.IN_REVIEW


# --- Deciding --------------------------------------------------------------------------------------


def test_publishing_asks_once_more_with_the_consequence(desk, held, organisation):
    answer = decide(desk, held, "publish", message="Merci !")

    assert answer.status_code == 200
    assert (len(answer.context["going"]), answer.context["staying"]) == (2, [])
    organisation.refresh_from_db()
    assert organisation.website == ""
    form = sent_by(answer.content.decode(), "content-main")
    assert form["message"] == ["Merci !"]
    assert set(form["fields_chosen"]) == {"summary_fr", "website"}


def test_publishing_all_publishes_and_leads_to_the_next(
    desk, held, organisation, charlie, elsewhere
):
    following = submit_event(elsewhere, charlie)

    answer = decide(desk, held, "publish", confirmed="1")

    assert answer.url == page(following)
    organisation.refresh_from_db()
    assert (organisation.summary_fr, organisation.website) == (
        "Un résumé en bon français.",
        "https://example.org/",
    )
    held.refresh_from_db()
    assert held.status == Status.PUBLISHED


def test_publishing_a_creation_publishes_all_of_it(desk, alice, organisation):
    waiting = submit_event(organisation, alice)

    answer = decide(desk, waiting, "publish", confirmed="1")

    assert answer.url == QUEUE
    assert Event.objects.published().get().title_fr == "Atelier d’essai"


def test_publishing_some_fields_leaves_the_rest_to_decide(desk, dana, held, organisation):
    answer = decide(desk, held, "publish", fields_chosen=["website"], confirmed="1")

    assert answer.url == page(held)
    organisation.refresh_from_db()
    assert (organisation.summary_fr, organisation.website) == (
        "Un résumé en français.",
        "https://example.org/",
    )
    decide(desk, held, "correct", message="Plus court.")
    held.refresh_from_db()
    assert (held.status, list(held.values)) == (Status.TO_CORRECT, ["summary_fr"])


def test_publishing_nothing_is_told(desk, held):
    answer = decide(desk, held, "publish", fields_chosen=[], confirmed="1", message="Bravo")

    assert answer.status_code == 200
    assert answer.context["error"] is not None
    assert answer.context["typed"] == "Bravo"
    held.refresh_from_db()
    assert held.status == Status.IN_REVIEW


def test_publishing_puts_back_online_what_was_withdrawn(desk, alice, dana, organisation):
    review.withdraw(organisation, by=dana, message="Doublon.")
    waiting = submit(organisation, alice)

    decide(desk, waiting, "publish", confirmed="1")

    organisation.refresh_from_db()
    assert organisation.is_published


def test_publishing_what_has_become_impossible_says_why(desk, alice, organisation):
    waiting = submit(organisation, alice, siren="732829320")
    factories.OrganisationFactory(siren="732829320")

    answer = decide(desk, waiting, "publish", confirmed="1", message="Merci")

    assert answer.status_code == 200
    assert any("SIREN" in failure for failure in answer.context["failures"])
    assert answer.context["typed"] == "Merci"
    waiting.refresh_from_db()
    assert waiting.status == Status.IN_REVIEW


@pytest.mark.parametrize(
    ("decision", "status"), [("correct", Status.TO_CORRECT), ("refuse", Status.REFUSED)]
)
def test_an_answer_needs_a_message(decision, status, desk, held):
    kept = {"fields_chosen": ["website"], "confirmed": "1"}
    answer = decide(desk, held, decision, message=" \n ", **kept)

    assert answer.status_code == 200
    assert answer.context["error"] is not None
    assert sent_by(answer.content.decode(), "decide")["fields_chosen"] == ["website"]
    held.refresh_from_db()
    assert held.status == Status.IN_REVIEW

    decide(desk, held, decision, message="Précisez.", confirmed="1")
    held.refresh_from_db()
    assert held.status == status


def test_refusing_asks_once_more_and_going_back_keeps_the_text(desk, held):
    asked = decide(desk, held, "refuse", message="Hors sujet.")
    form = sent_by(asked.content.decode(), "content-main")

    back = desk.post(page(held, "decide"), form | {"decision": "back"})

    assert asked.status_code == back.status_code == 200
    assert back.context["typed"] == "Hors sujet."
    held.refresh_from_db()
    assert held.status == Status.IN_REVIEW


def test_a_decision_mails_the_author(desk, held, alice, django_capture_on_commit_callbacks):
    mail.outbox.clear()

    with django_capture_on_commit_callbacks(execute=True):
        decide(desk, held, "correct", message="Précisez l’adresse & le nom.")

    (message,) = mail.outbox
    assert message.to == [alice.email]
    assert "Précisez l’adresse & le nom." in message.body


# --- What cannot be decided ------------------------------------------------------------------------


def test_the_second_of_two_moderators_is_told_what_happened(desk, client, erin, held):
    form = sent_by(desk.get(page(held)).content.decode(), "decide")
    review.refuse(held, by=erin, message="Hors sujet.")

    answer = desk.post(
        page(held, "decide"),
        form | {"decision": "publish", "confirmed": "1", "message": "Très bien."},
    )

    assert answer.status_code == 409
    text = answer.content.decode()
    assert "Hors sujet." in text  # what the other one did
    assert "Très bien." in text  # what was typed
    assert 'id="decide"' not in text
    held.refresh_from_db()
    assert held.status == Status.REFUSED


@pytest.mark.threat("T8", "changed since")
@pytest.mark.parametrize("confirmed", ["", "1"])
def test_an_edit_after_the_page_was_opened_is_told(confirmed, desk, alice, held, organisation):
    form = sent_by(desk.get(page(held)).content.decode(), "decide")
    review.take_back(held, by=alice)
    review.submit(
        review.save(
            kinds.named(PROFILE),
            kinds.named(PROFILE).content.read(organisation) | {"summary_fr": "Tout autre."},
            by=alice,
            target=organisation,
        ),
        by=alice,
    )

    answer = desk.post(
        page(held, "decide"),
        form | {"decision": "publish", "message": "Merci.", "confirmed": confirmed},
    )

    assert answer.status_code == 409
    assert sent_by(answer.content.decode(), "decide")["message"] == ["Merci."]
    assert sent_by(answer.content.decode(), "decide")["token"] != form["token"]
    organisation.refresh_from_db()
    assert organisation.summary_fr == "Un résumé en français."


@pytest.mark.threat("T8", "POST and token")
@pytest.mark.parametrize("token", [None, "", "0.0", "x" * 30])
def test_a_decision_without_the_right_token_is_refused(token, desk, held):
    data = {"decision": "publish", "confirmed": "1", "fields_chosen": ["website"]}

    answer = desk.post(page(held, "decide"), data | ({} if token is None else {"token": token}))

    assert answer.status_code == 409
    held.refresh_from_db()
    assert held.status == Status.IN_REVIEW


@pytest.mark.threat("T8", "one's own")
def test_nobody_judges_their_own_organisation(desk, dana, held, organisation):
    factories.Seat.objects.create(user=dana, organisation=organisation)
    token = review.token(held, organisation)

    shown = desk.get(page(held))
    answer = desk.post(
        page(held, "decide"),
        {"decision": "publish", "confirmed": "1", "token": token, "fields_chosen": ["website"]},
    )
    taken = desk.post(page(held, "assign"), {"to": "me"})

    assert shown.status_code == 200
    assert 'id="decide"' not in shown.content.decode()
    assert answer.status_code == taken.status_code == 403
    held.refresh_from_db()
    assert (held.status, held.assigned_to) == (Status.IN_REVIEW, None)


@pytest.mark.threat("T8", "one's own")
def test_nobody_judges_what_they_wrote(desk, dana, elsewhere):
    kind = kinds.named(PROFILE)
    values = kind.content.blank | {"name": "Nouvelle venue", "kind": "company"}
    own = review.submit(review.save(kind, values, by=dana), by=dana)

    answer = desk.post(
        page(own, "decide"),
        {"decision": "publish", "confirmed": "1", "token": review.token(own, None)},
    )

    assert answer.status_code == 403
    assert not type(elsewhere).objects.filter(name="Nouvelle venue").exists()


@pytest.mark.parametrize("data", [{}, {"decision": "delete"}, {"decision": "publish\x00"}])
def test_a_decision_that_does_not_exist_changes_nothing(data, desk, held):
    answer = desk.post(page(held, "decide"), data)

    assert answer.status_code in (200, 400)
    held.refresh_from_db()
    assert held.status == Status.IN_REVIEW


@pytest.mark.threat("T1", "extra names")
def test_fields_that_are_not_part_of_it_are_not_published(desk, held, organisation):
    decide(
        desk, held, "publish", fields_chosen=["website", "status", "slug", "name"], confirmed="1"
    )

    organisation.refresh_from_db()
    assert (organisation.name, organisation.website) == (
        "Laboratoire des arches",
        "https://example.org/",
    )


def test_next_leaves_out_what_one_may_not_judge(
    desk, dana, erin, held, elsewhere, charlie, organisation, alice
):
    third = factories.OrganisationFactory()
    taken = submit_event(elsewhere, charlie)
    review.assign(taken, to=erin, by=erin)
    factories.Seat.objects.create(user=dana, organisation=third)
    submit_event(third, factories.UserFactory(member=third))
    mine = submit_event(organisation, alice)

    assert decide(desk, held, "publish", confirmed="1").url == page(mine)


# --- Whose work it is ------------------------------------------------------------------------------


def test_a_submission_is_taken_given_and_released(desk, dana, erin, held):
    for to, expected in (("me", dana), (str(erin.pk), erin), ("", None)):
        assert desk.post(page(held, "assign"), {"to": to}).status_code == 302
        held.refresh_from_db()
        assert held.assigned_to == expected
    assert [entry.action for entry in held.history.all()[:3]] == ["assigned"] * 3


@pytest.mark.parametrize("who", ["alice", "newton", "nonsense"])
def test_a_submission_is_not_given_to_who_may_not_judge_it(who, desk, held, request):
    to = who if who == "nonsense" else str(request.getfixturevalue(who).pk)

    assert desk.post(page(held, "assign"), {"to": to}).status_code == 404
    held.refresh_from_db()
    assert held.assigned_to is None


# --- Images and preview ----------------------------------------------------------------------------


@pytest.fixture
def logo():
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "WEBP")
    return storage.hold("1/secret-logo.webp", out.getvalue())


def test_images_stand_side_by_side_with_their_descriptions(desk, alice, organisation, logo):
    waiting = submit(organisation, alice, logo=logo, logo_alt_fr="Une arche sarcelle")

    (row,) = (row for row in desk.get(page(waiting)).context["rows"] if row["name"] == "logo")

    assert row["live_image"] is None
    assert row["proposed_image"]["alt"] == {"logo_alt_fr": "Une arche sarcelle"}
    image = desk.get(row["proposed_image"]["url"])
    assert (image["Content-Type"], image["X-Robots-Tag"]) == ("image/webp", "noindex, nofollow")
    assert "no-store" in image["Cache-Control"]
    assert b"".join(image.streaming_content)[:4] == b"RIFF"


@pytest.mark.threat("T2", "images")
@pytest.mark.parametrize(
    "path", ["live/logo", "proposed/name", "proposed/values", "other/logo", "proposed/.."]
)
def test_only_images_of_the_submission_are_shown(path, desk, alice, organisation, logo):
    waiting = submit(organisation, alice, logo=logo, logo_alt_fr="Une arche")

    assert desk.get(f"{QUEUE}{waiting.pk}/image/{path}/").status_code == 404


@pytest.mark.parametrize("language", ["fr", "en"])
def test_preview_is_the_public_page_as_it_would_be(language, desk, alice, organisation, logo):
    waiting = submit(
        organisation,
        alice,
        summary_fr="Aperçu français.",
        summary_en="English preview.",
        logo=logo,
        logo_alt_fr="Arche",
    )
    address = page(waiting, "preview").replace("/fr/", f"/{language}/")

    answer = desk.get(address)

    text = answer.content.decode()
    assert answer.status_code == 200
    assert {"fr": "Aperçu français.", "en": "English preview."}[language] in text
    assert (answer["X-Robots-Tag"], "no-store" in answer["Cache-Control"]) == (
        "noindex, nofollow",
        True,
    )
    assert "secret-logo" not in text
    assert f"/{language}/admin/portal/submission/{waiting.pk}/image/proposed/logo/" in text
    organisation.refresh_from_db()
    assert organisation.summary_fr == "Un résumé en français."


def test_preview_of_something_new_leaves_nothing_behind(desk, alice, organisation):
    waiting = submit_event(organisation, alice)

    answer = desk.get(page(waiting, "preview"))

    assert "Atelier d’essai" in answer.content.decode()
    assert not Event.objects.exists()


@pytest.mark.threat("T7", "permission")
def test_preview_shows_what_a_visitor_would_see_and_no_more(desk, alice, organisation):
    waiting = submit(
        organisation,
        alice,
        contacts=[
            {
                "name": "Secrétariat réservé",
                "role": "",
                "email": "",
                "phone": "",
                "visibility": "staff",
            }
        ],
    )

    assert "Secrétariat réservé" not in desk.get(page(waiting, "preview")).content.decode()


def test_preview_of_what_cannot_be_published_says_why(desk, alice, organisation):
    waiting = submit(organisation, alice, siren="732829320")
    factories.OrganisationFactory(siren="732829320")

    answer = desk.get(page(waiting, "preview"))

    assert answer.status_code == 200
    assert any("SIREN" in failure for failure in answer.context["failures"])


# --- Withdrawing -----------------------------------------------------------------------------------


def test_a_moderator_withdraws_what_is_public_with_a_reason(desk, alice, organisation, held):
    review.publish(held, by=factories.UserFactory(moderator=True))
    held.refresh_from_db()
    organisation.refresh_from_db()
    form = sent_by(desk.get(page(held, "withdraw")).content.decode(), "content-main")

    empty = desk.post(page(held, "withdraw"), form)
    organisation.refresh_from_db()
    assert (empty.status_code, organisation.is_published) == (200, True)

    done = desk.post(page(held, "withdraw"), form | {"message": "Page en double."})
    organisation.refresh_from_db()
    assert (done.status_code, organisation.is_published) == (302, False)

    again = desk.post(page(held, "withdraw"), form | {"message": "Encore."})
    assert again.status_code == 409


# --- Who gets in -----------------------------------------------------------------------------------

ANSWERS = {
    # who: (GET of a page, POST of a decision)
    None: (302, 302),
    "newton": (403, 403),
    "charlie": (403, 403),
    "alice": (403, 403),
    "bob": (403, 403),
    "dana": (200, 409),
    "fay": (200, 409),
}


@pytest.mark.threat("T4", "addresses")
@pytest.mark.parametrize("who", ANSWERS)
def test_only_staff_moderate(who, client, held, request):
    if who:
        client.force_login(request.getfixturevalue(who), backend="members.backends.AddressBackend")
    seen, posted = ANSWERS[who]

    assert client.get(page(held)).status_code == seen
    assert client.get(page(held, "preview")).status_code == seen
    assert client.get(QUEUE).status_code == seen
    assert (
        client.post(page(held, "decide"), {"decision": "publish", "confirmed": "1"}).status_code
        == posted
    )
    held.refresh_from_db()
    assert held.status == Status.IN_REVIEW


@pytest.mark.threat("T3", "session")
def test_who_is_no_longer_a_moderator_is_refused_at_once(desk, dana, held):
    form = sent_by(desk.get(page(held)).content.decode(), "decide")
    dana.is_staff = False
    dana.save()

    answer = desk.post(page(held, "decide"), form | {"decision": "publish", "confirmed": "1"})

    assert answer.status_code == 403
    held.refresh_from_db()
    assert held.status == Status.IN_REVIEW


@pytest.mark.parametrize("path", ["add/", "1/delete/", "1/history/"])
def test_submissions_are_neither_added_nor_deleted_here(path, client, fay, held):
    client.force_login(fay, backend="members.backends.AddressBackend")

    assert client.get(QUEUE + path).status_code == 404
    assert client.post(QUEUE + path).status_code == 404
    assert Submission.objects.filter(pk=held.pk).exists()


# --- The digest ------------------------------------------------------------------------------------


def test_digest_mails_what_each_moderator_may_decide(
    dana, erin, fay, held, charlie, elsewhere, capsys
):
    dana.review_mail, dana.language = "daily", "en"
    dana.save()
    factories.Seat.objects.create(user=dana, organisation=elsewhere)
    submit_event(elsewhere, charlie, title_fr="À soi & aux siens")
    erin.review_mail = "daily"
    erin.save()
    mail.outbox.clear()

    call_command("send_review_digest")

    by_address = {message.to[0]: message for message in mail.outbox}
    assert set(by_address) == {dana.email, erin.email}
    assert "Laboratoire des arches" in by_address[dana.email].body
    assert "À soi" not in by_address[dana.email].body
    assert (
        f"http://testserver/en/admin/portal/submission/{held.pk}/change/"
        in by_address[dana.email].body
    )
    assert "À soi & aux siens" in by_address[erin.email].body
    assert "/fr/admin/" in by_address[erin.email].body


def test_digest_is_silent_where_nothing_waits(dana, capsys):
    dana.review_mail = "daily"
    dana.save()

    call_command("send_review_digest")

    assert mail.outbox == []


# --- What an author is still writing ----------------------------------------------------------------


@pytest.fixture
def to_correct(held, dana):
    return review.ask_correction(held, by=dana, message="Plus court, s’il vous plaît.")


def test_what_was_sent_can_be_read_until_its_author_rewrites_it(desk, to_correct, organisation):
    shown = desk.get(page(to_correct))

    assert "https://example.org/" in shown.content.decode()
    assert desk.get(page(to_correct, "preview")).status_code == 200


def test_what_an_author_rewrites_is_read_once_it_is_sent_again(desk, to_correct, alice):
    kind = kinds.named(PROFILE)
    written = review.proposed(to_correct) | {"summary_fr": "Brouillon secret."}
    draft = review.save(kind, written, by=alice, submission=to_correct, target=to_correct.target)

    shown = desk.get(page(draft))
    preview = desk.get(page(draft, "preview"))

    text = shown.content.decode()
    assert "Brouillon secret" not in text
    assert "Son auteur le reprend" in text
    assert "Plus court, s’il vous plaît." in text
    assert preview.status_code == 404

    review.submit(draft, by=alice)
    assert "Brouillon secret" in desk.get(page(draft)).content.decode()


def test_the_front_page_tells_apart_what_a_colleague_must_decide(desk, dana, held, elsewhere):
    author = factories.UserFactory(member=elsewhere)
    Seat.objects.create(user=dana, organisation=elsewhere, role=Seat.Role.EDITOR)
    submit(elsewhere, author, summary_fr="Récrit.")

    text = " ".join(desk.get("/fr/admin/").content.decode().split())

    assert "<strong>2</strong> demandes attendent" in text
    assert "L’une d’elles est la vôtre ou celle de votre organisation" in text


def test_the_front_page_lists_what_is_public_without_an_organisation(desk, organisation, elsewhere):
    nameless = factories.EventFactory(organisation=organisation)
    nameless.organisers.update(agreed_at=None)
    factories.EventFactory(organisation=elsewhere)

    answer = desk.get("/fr/admin/")

    assert answer.context["unnamed"] == [nameless]
    assert nameless.get_absolute_url() in answer.content.decode()


def test_what_was_decided_says_what_became_of_it_and_no_longer_waits(desk, dana, held):
    review.refuse(held, by=dana, message="Non.")

    every, waiting = desk.get(f"{QUEUE}?status=all"), desk.get(QUEUE)

    (row,) = re.findall(r"<tr>.*?</tr>", every.content.decode().partition("<tbody>")[2], re.DOTALL)
    assert "Refusé" in row
    assert "aujourd’hui" not in row
    assert "state" in every.context["cl"].list_display
    assert "state" not in waiting.context["cl"].list_display
