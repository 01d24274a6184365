"""The staff's desk for accounts, organisations and what everybody chooses from."""

import io

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from members.models import Distinction, Invitation, Membership, Organisation, Seat, Theme, User
from portal import display, search
from portal.lifecycle import kinds, review
from portal.models import FormerSlug, HistoryEntry, Status
from tests import factories
from tests.browser import fields as sent_by

pytestmark = pytest.mark.django_db

BACKEND = "members.backends.AddressBackend"
BASE = "/fr/admin/members"


@pytest.fixture
def desk(client, fay):
    """Fay's browser."""
    client.force_login(fay, backend=BACKEND)
    return client


def change(obj, page="change"):
    return f"{BASE}/{obj._meta.model_name}/{obj.pk}/{page}/"


def opened(desk, obj):
    """What the form of an object would send as it stands."""
    return sent_by(desk.get(change(obj)).content.decode(), "form")


def said(answer):
    return [str(message) for message in get_messages(answer.wsgi_request)]


# --- A profile, directly ---------------------------------------------------------------------------


def test_a_direct_edit_is_public_at_once_and_logged(desk, fay, organisation):
    form = opened(desk, organisation) | {
        "summary_fr": "Corrigé par l’équipe.",
        "staff-note": "Coquille.",
    }

    answer = desk.post(change(organisation), form)

    organisation.refresh_from_db()
    (entry,) = review.history(organisation)
    assert answer.url == change(organisation)
    assert organisation.summary_fr == "Corrigé par l’équipe."
    assert organisation.outdated == ["summary_en"]
    assert (entry.action, entry.actor, entry.message) == ("edited", fay, "Coquille.")
    assert entry.diff == {"summary_fr": ["Un résumé en français.", "Corrigé par l’équipe."]}
    assert list(search.matching(Organisation.objects.published(), "corrigé")) == [organisation]


def test_saving_what_was_not_changed_is_no_step(desk, organisation):
    version = organisation.version

    desk.post(change(organisation), opened(desk, organisation))

    organisation.refresh_from_db()
    assert organisation.version == version
    assert not review.history(organisation).exists()


def test_a_direct_edit_needs_what_an_editor_needs(desk, organisation):
    form = opened(desk, organisation) | {"name": "", "siren": "123", "summary_fr": "Gardé."}

    answer = desk.post(change(organisation), form)

    assert answer.status_code == 200
    assert {"name", "siren"} <= set(answer.context["form"].errors)
    assert sent_by(answer.content.decode(), "form")["summary_fr"] == ["Gardé."]
    organisation.refresh_from_db()
    assert (organisation.name, organisation.siren) == ("Laboratoire des arches", "")


def test_a_stale_form_writes_nothing_and_keeps_what_was_typed(desk, organisation, erin, fay):
    form = opened(desk, organisation)
    with review.direct_edit(organisation, by=fay):
        organisation.summary_fr = "Entre-temps."
        organisation.save()

    answer = desk.post(
        change(organisation), form | {"summary_en": "Typed meanwhile.", "staff-note": "Moi."}
    )

    organisation.refresh_from_db()
    again = sent_by(answer.content.decode(), "form")
    assert answer.status_code == 409
    assert (organisation.summary_fr, organisation.summary_en) == (
        "Entre-temps.",
        "A summary in English.",
    )
    assert (again["summary_en"], again["staff-note"]) == (["Typed meanwhile."], ["Moi."])
    assert set(answer.context["form"].others) == {"summary_fr"}

    desk.post(change(organisation), again | {"theirs": ["summary_fr"]})

    organisation.refresh_from_db()
    assert (organisation.summary_fr, organisation.summary_en) == (
        "Entre-temps.",
        "Typed meanwhile.",
    )


@pytest.mark.parametrize("token", [None, "", "9.9"])
def test_a_form_without_its_version_writes_nothing(token, desk, organisation):
    form = opened(desk, organisation) | {"summary_fr": "Jamais."}
    form.pop("token")

    answer = desk.post(change(organisation), form | ({} if token is None else {"token": token}))

    organisation.refresh_from_db()
    assert (answer.status_code, organisation.summary_fr) == (409, "Un résumé en français.")


def test_a_held_edit_is_told_before_and_after(desk, alice, organisation):
    kind = kinds.named("organisation")
    held = review.save(
        kind,
        kind.content.read(organisation) | {"summary_fr": "Tenu."},
        by=alice,
        target=organisation,
    )
    draft_page = desk.get(change(organisation))
    review.submit(held, by=alice)
    sent_page = desk.get(change(organisation))
    form = sent_by(sent_page.content.decode(), "form") | {"summary_fr": "Direct."}

    answer = desk.post(change(organisation), form)

    link = f"/fr/admin/portal/submission/{held.pk}/change/"
    assert draft_page.context["held"]["submission"] == held
    assert link not in draft_page.content.decode()
    assert link in sent_page.content.decode()
    assert len(said(answer)) == 2
    held.refresh_from_db()
    assert review.conflicts(held) == ["summary_fr"]


@pytest.mark.threat("T1", "extra names")
def test_columns_that_are_no_part_of_the_form_are_not_written(desk, organisation, elsewhere):
    form = opened(desk, organisation) | {
        "id": "999",
        "status": "withdrawn",
        "version": "40",
        "verified_on": "2020-01-01",
        "outdated": "[]",
        "logo": "held/../secret",
        "staff-status": "withdrawn",
    }

    desk.post(change(organisation), form)

    organisation.refresh_from_db()
    assert (organisation.status, organisation.version, organisation.verified_on) == (
        "published",
        1,
        None,
    )
    assert organisation.logo.name == ""


def picture(**options):
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(out, "JPEG", **options)
    return SimpleUploadedFile("photo.jpg", out.getvalue(), "image/jpeg")


def test_a_logo_is_drawn_anew_and_public_once_saved(
    desk, organisation, django_capture_on_commit_callbacks
):
    comment = b"taken at 43.6 N 3.9 E"
    form = opened(desk, organisation) | {
        "logo": picture(comment=comment),
        "logo_alt_fr": "Une arche",
    }

    with django_capture_on_commit_callbacks(execute=True):
        desk.post(change(organisation), form)

    organisation.refresh_from_db()
    assert organisation.logo.name.endswith(".webp")
    with default_storage.open(organisation.logo.name) as file:
        assert comment not in file.read()


def test_a_logo_that_is_no_image_is_refused(desk, organisation):
    bad = SimpleUploadedFile("logo.svg", b"<svg onload=alert(1)>", "image/svg+xml")

    answer = desk.post(change(organisation), opened(desk, organisation) | {"logo": bad})

    assert answer.status_code == 200
    assert "logo" in answer.context["form"].errors


def test_a_new_organisation_is_public_at_once(desk, fay):
    form = sent_by(desk.get(f"{BASE}/organisation/add/").content.decode(), "form")
    form |= {"name": "L’Atelier des données", "kind": "company", "summary_fr": "Nous trions."}

    desk.post(f"{BASE}/organisation/add/", form)

    made = Organisation.objects.published().get()
    (entry,) = review.history(made)
    assert (made.slug, entry.action, entry.actor) == ("l-atelier-des-donnees", "published", fay)


def test_a_new_organisation_that_cannot_be_is_not_there(desk):
    answer = desk.post(
        f"{BASE}/organisation/add/", {"name": "", "kind": "company", "summary_fr": "Gardé."}
    )

    assert answer.status_code == 200
    assert sent_by(answer.content.decode(), "form")["summary_fr"] == ["Gardé."]
    assert not Organisation.objects.exists()
    assert not HistoryEntry.objects.exists()


# --- Addresses -------------------------------------------------------------------------------------


def test_a_changed_address_leads_on_from_the_old_one(desk, client, organisation):
    old = organisation.slug

    desk.post(change(organisation), opened(desk, organisation) | {"staff-slug": "Arches"})

    organisation.refresh_from_db()
    (entry,) = review.history(organisation)
    assert organisation.slug == "arches"
    assert FormerSlug.objects.get().slug == old
    assert f"{old} → arches" in entry.message
    assert client.get(f"/fr/annuaire/{old}/").status_code in (301, 404)  # 404 without the catalogue


def test_an_address_taken_back_is_no_former_one(desk, organisation):
    old = organisation.slug
    desk.post(change(organisation), opened(desk, organisation) | {"staff-slug": "arches"})

    organisation.refresh_from_db()
    desk.post(change(organisation), opened(desk, organisation) | {"staff-slug": old})

    organisation.refresh_from_db()
    assert organisation.slug == old
    assert [each.slug for each in FormerSlug.objects.all()] == ["arches"]


@pytest.mark.parametrize("slug", ["taken", "former", "new", "2026", "not a slug", "é", "x" * 200])
def test_an_address_that_cannot_be_is_refused(slug, desk, organisation, elsewhere):
    Organisation.objects.filter(pk=elsewhere.pk).update(slug="taken")
    FormerSlug.objects.create(target=elsewhere, slug="former")
    old = organisation.slug

    answer = desk.post(change(organisation), opened(desk, organisation) | {"staff-slug": slug})

    organisation.refresh_from_db()
    assert (answer.status_code, organisation.slug) == (200, old)
    assert "slug" in answer.context["staff"].errors


# --- What becomes of a public object ---------------------------------------------------------------


def test_nothing_that_was_public_is_deleted(desk, organisation):
    assert desk.post(change(organisation, "delete"), {"post": "yes"}).status_code == 404
    assert Organisation.objects.filter(pk=organisation.pk).exists()


def test_withdrawing_needs_a_reason_and_is_mailed(
    desk, bob, organisation, django_capture_on_commit_callbacks
):
    form = sent_by(desk.get(change(organisation, "withdraw")).content.decode(), "content-main")
    assert desk.post(change(organisation, "withdraw"), form).status_code == 200

    with django_capture_on_commit_callbacks(execute=True):
        desk.post(
            change(organisation, "withdraw"),
            form | {"message": "A fermé <b>ses</b> portes & fenêtres."},
        )

    organisation.refresh_from_db()
    (message,) = mail.outbox
    assert organisation.status == Status.WITHDRAWN
    assert message.to == [bob.email]
    assert "A fermé <b>ses</b> portes & fenêtres." in message.body
    assert "&lt;b&gt;ses&lt;/b&gt;" in message.alternatives[0].content


@pytest.mark.parametrize("ticked", [True, False])
def test_withdrawing_takes_what_would_name_nobody_along(ticked, desk, organisation):
    alone = factories.EventFactory(organisation=organisation)
    shown = desk.get(change(organisation, "withdraw")).content.decode()
    form = sent_by(shown, "content-main") | {"message": "Dissoute."}
    if not ticked:
        del form["along"]

    done = desk.post(change(organisation, "withdraw"), form, follow=True).content.decode()

    alone.refresh_from_db()
    assert f'href="{alone.get_absolute_url()}"' in shown
    assert alone.is_published != ticked
    assert ("1 page qui n’aurait plus nommé personne est retirée avec elle." in done) == ticked


def test_withdrawing_asks_about_no_other_page_where_all_name_somebody(desk, organisation):
    shown = desk.get(change(organisation, "withdraw")).content.decode()

    assert "along" not in sent_by(shown, "content-main")


def test_withdrawing_from_a_stale_page_is_refused(desk, fay, organisation):
    form = sent_by(desk.get(change(organisation, "withdraw")).content.decode(), "content-main")
    with review.direct_edit(organisation, by=fay):
        organisation.summary_fr = "Entre-temps."
        organisation.save()

    answer = desk.post(change(organisation, "withdraw"), form | {"message": "Doublon."})

    organisation.refresh_from_db()
    assert (answer.status_code, organisation.is_published) == (409, True)
    assert "Doublon." in answer.content.decode()


def test_what_was_withdrawn_can_be_put_back(desk, dana, organisation):
    review.withdraw(organisation, by=dana, message="Erreur.")

    assert desk.get(change(organisation, "republish")).status_code == 200
    organisation.refresh_from_db()
    assert not organisation.is_published
    desk.post(change(organisation, "republish"), {"message": "C’était une erreur."})
    organisation.refresh_from_db()
    assert organisation.is_published
    assert desk.post(change(organisation, "republish"), {}).status_code == 409


def test_the_step_that_put_something_back_says_so(desk, dana, fay, organisation):
    review.withdraw(organisation, by=dana, message="Erreur.")
    review.republish(organisation, by=fay)
    back, gone = review.history(organisation)

    pages = [reverse("admin:portal_historyentry_change", args=[step.pk]) for step in (back, gone)]
    texts = [desk.get(page).content.decode() for page in pages]

    said = "De nouveau public depuis cette étape."
    assert [said in text for text in texts] == [True, False]
    assert ["Aucun champ n’a changé" in text for text in texts] == [False, True]
    assert desk.get(change(organisation, "history")).content.decode().count(said) == 1


@pytest.fixture
def rewritten(organisation, fay):
    """An organisation whose summary was rewritten twice."""
    for text in ("Deuxième.", "Troisième."):
        with review.direct_edit(organisation, by=fay):
            organisation.summary_fr = text
            organisation.save()
    return organisation


def test_history_shows_what_each_step_changed(desk, rewritten):
    text = desk.get(change(rewritten, "history")).content.decode()

    assert text.count("<details>") == 2
    for said_once in ("Deuxième", "Troisième"):
        assert said_once in text


def test_an_earlier_version_comes_back_after_being_shown(desk, rewritten):
    first = review.history(rewritten).last()
    address = f"{change(rewritten, 'history')}{first.pk}/restore/"

    shown = desk.get(address)
    rewritten.refresh_from_db()
    assert rewritten.summary_fr == "Troisième."

    answer = desk.post(address, sent_by(shown.content.decode(), "content-main"))

    rewritten.refresh_from_db()
    assert answer.status_code == 302
    assert rewritten.summary_fr == "Deuxième."
    assert review.history(rewritten).first().action == "restored"
    past = desk.get(change(rewritten, "history")).content.decode()
    version = display.date_time(timezone.localtime(first.at))
    assert f"<blockquote>La version du {version}.</blockquote>" in past


@pytest.mark.parametrize(
    ("language", "before", "after", "said"),
    [
        (
            "fr",
            "Tout ne peut pas être rétabli",
            "Tout n’a pas pu être rétabli.",
            "Thèmes – 1 choix a été supprimé depuis.",
        ),
        (
            "en",
            "Not everything can be brought back",
            "Not everything could be brought back.",
            "Themes – 1 choice has been deleted since.",
        ),
    ],
)
def test_what_cannot_come_back_is_said_before_and_after(
    language, before, after, said, desk, fay, organisation
):
    theme = factories.ThemeFactory()
    content = kinds.of(organisation).content
    for values in ({"themes": [theme.pk]}, {"themes": [], "summary_fr": "Après."}):
        with review.direct_edit(organisation, by=fay):
            content.write(organisation, values)
    first = review.history(organisation).last()
    theme.delete()
    history = change(organisation, "history").replace("/fr/", f"/{language}/")

    address = f"{history}{first.pk}/restore/"
    shown = desk.get(address)
    done = desk.post(address, sent_by(shown.content.decode(), "content-main"), follow=True)

    for page, title in ((shown, before), (done, after)):
        assert page.status_code == 200
        assert title in page.content.decode()
        assert said in page.content.decode()


def test_an_earlier_version_does_not_come_back_over_a_newer_one(desk, fay, rewritten):
    first = review.history(rewritten).last()
    address = f"{change(rewritten, 'history')}{first.pk}/restore/"
    form = sent_by(desk.get(address).content.decode(), "content-main")
    with review.direct_edit(rewritten, by=fay):
        rewritten.summary_fr = "Quatrième."
        rewritten.save()

    assert desk.post(address, form).status_code == 409
    assert desk.post(address, {}).status_code == 409
    rewritten.refresh_from_db()
    assert rewritten.summary_fr == "Quatrième."


@pytest.mark.threat("T2", "nested ids")
def test_history_of_another_object_brings_nothing_back(desk, rewritten, elsewhere):
    entry = review.history(rewritten).first()

    assert desk.get(f"{change(elsewhere, 'history')}{entry.pk}/restore/").status_code == 404
    assert (
        desk.post(f"{change(elsewhere, 'history')}{entry.pk}/restore/", {"version": 1}).status_code
        == 404
    )


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(
    ("table", "queries"),
    [
        ("organisation", 4),  # session, account, count, rows
        ("membership", 5),  # the same, and the colleges to choose from
        ("seat", 4),
        ("user", 4),
    ],
)
def test_lists_cost_the_same_whatever_their_length(
    table, queries, number, desk, django_assert_num_queries
):
    for _each in range(number):
        made = factories.OrganisationFactory(founding=True, commune=factories.CommuneFactory())
        factories.UserFactory(owner=made)

    with django_assert_num_queries(queries):
        assert desk.get(f"{BASE}/{table}/").status_code == 200


# --- What everybody chooses from -------------------------------------------------------------------


def test_what_is_used_is_not_deleted(desk, organisation):
    used, free = factories.ThemeFactory(code="used"), factories.ThemeFactory(code="free")
    organisation.themes.add(used)

    assert desk.post(change(used, "delete"), {"post": "yes"}).status_code == 403
    assert desk.post(change(free, "delete"), {"post": "yes"}).status_code == 302
    assert list(Theme.objects.all()) == [used]


def test_a_source_that_an_event_names_is_not_deleted(desk, organisation):
    source = factories.SourceFactory()
    factories.EventFactory(organisation=organisation).sources.add(source)

    assert desk.post(change(source, "delete"), {"post": "yes"}).status_code == 403


def test_a_code_is_given_once(desk):
    theme = factories.ThemeFactory(code="sante", name_fr="Santé", name_en="Health")

    desk.post(
        change(theme), {"code": "autre", "name_fr": "Soin", "name_en": "Care", "triptych": ""}
    )

    theme.refresh_from_db()
    assert (theme.code, theme.name_fr, theme.name_en) == ("sante", "Soin", "Care")


def test_a_theme_is_found_by_its_new_name_and_so_is_what_has_it(desk, organisation):
    theme = factories.ThemeFactory(code="sante", name_fr="Santé", name_en="Health")
    organisation.themes.add(theme)

    desk.post(
        change(theme), {"name_fr": "Bioinformatique", "name_en": "Bioinformatics", "triptych": ""}
    )

    assert list(search.matching(Theme.objects.all(), "bioinformatique")) == [theme]
    assert list(search.matching(Organisation.objects.all(), "bioinformatics")) == [organisation]


def test_a_distinction_needs_a_title_in_some_language(desk, organisation):
    sent = {
        "organisation": organisation.pk,
        "title_fr": "",
        "title_en": "",
        "reason_fr": "",
        "reason_en": "",
    }

    refused = desk.post(f"{BASE}/distinction/add/", sent)
    desk.post(f"{BASE}/distinction/add/", sent | {"title_en": "Prize"})

    assert "title_fr" in refused.context["adminform"].form.errors
    assert [str(each) for each in Distinction.objects.all()] == ["Prize"]


def test_an_organisation_has_one_running_membership(desk, organisation):
    factories.OrganisationFactory(founding=True)
    college = Membership.objects.get().college
    sent = {
        "organisation": organisation.pk,
        "college": college.pk,
        "since": "2026-01-01",
        "until": "",
    }

    desk.post(f"{BASE}/membership/add/", sent)
    again = desk.post(f"{BASE}/membership/add/", sent)

    assert again.status_code == 200
    assert organisation.memberships.count() == 1


# --- Accounts --------------------------------------------------------------------------------------


def account(user, **changes):
    """What the form of an account would send."""
    ticked = {n: "on" for n in ("is_active", "is_staff", "is_superuser") if getattr(user, n)}
    return {
        "email": user.email,
        "full_name": user.full_name,
        "language": user.language,
        "review_mail": user.review_mail,
        **ticked,
    } | changes


@pytest.mark.threat("T5", "passwords", "hash")
def test_an_account_is_changed_without_its_password(desk, alice):
    before = alice.password

    page = desk.get(change(alice)).content.decode()
    desk.post(change(alice), account(alice, full_name="Alice B.", password="x", is_staff="on"))

    alice.refresh_from_db()
    assert (alice.full_name, alice.is_staff, alice.password) == ("Alice B.", True, before)
    assert before not in page
    assert "password" not in page


@pytest.mark.threat("T5", "passwords")
@pytest.mark.parametrize("name", ["password/", "1/password/"])
def test_there_is_no_password_form(name, desk, alice):
    assert desk.get(f"{BASE}/user/{name}").status_code in (302, 404)


@pytest.mark.threat("T5", "rights")
def test_nobody_changes_their_own_rights(desk, fay):
    desk.post(
        change(fay),
        {"email": fay.email, "full_name": "Fay F.", "language": "en", "review_mail": "never"},
    )

    fay.refresh_from_db()
    assert (fay.full_name, fay.is_active, fay.is_staff, fay.is_superuser) == (
        "Fay F.",
        True,
        True,
        True,
    )


@pytest.mark.threat("T5", "rights")
def test_a_moderator_makes_nobody_anything(client, dana, alice):
    client.force_login(dana, backend=BACKEND)

    for who in (dana, alice):
        answer = client.post(change(who), account(who, is_staff="on", is_superuser="on"))
        assert answer.status_code == 403
    assert not User.objects.filter(is_superuser=True).exists()


def test_an_administrator_is_a_moderator_too(desk, alice):
    answer = desk.post(change(alice), account(alice, is_superuser="on"))

    alice.refresh_from_db()
    assert (answer.status_code, alice.is_superuser) == (200, False)


@pytest.mark.threat("T5", "passwords")
def test_a_new_account_has_no_password_and_must_confirm_its_address(desk):
    sent = {
        "email": "Nouvelle@Example.org",
        "full_name": "",
        "language": "fr",
        "review_mail": "at_once",
        "is_active": "on",
    }

    desk.post(f"{BASE}/user/add/", sent | {"password": "chosen-by-staff"})

    made = User.objects.get(email="nouvelle@example.org")
    assert not made.has_usable_password()
    assert [(each.email, each.verified) for each in made.emailaddress_set.all()] == [
        ("nouvelle@example.org", False)
    ]


def test_a_changed_address_must_be_confirmed(desk, alice):
    desk.post(change(alice), account(alice, email="alice@elsewhere.example"))

    alice.refresh_from_db()
    assert alice.email == "alice@elsewhere.example"
    assert not alice.has_confirmed("alice@example.org")
    assert not alice.has_confirmed("alice@elsewhere.example")


@pytest.mark.threat("T12", "look-alikes")
@pytest.mark.parametrize("email", ["alice@example.org", "ALICE@example.org", "alıce@example.org"])
def test_an_address_belongs_to_one_account(email, desk, alice, charlie):
    answer = desk.post(change(charlie), account(charlie, email=email))

    charlie.refresh_from_db()
    assert (answer.status_code, charlie.email) == (200, "charlie@example.org")


def test_an_account_is_not_deleted(desk, alice):
    assert desk.post(change(alice, "delete"), {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=alice.pk).exists()


@pytest.mark.threat("T5", "reset link")
def test_a_reset_link_is_sent_in_the_language_of_the_account(desk, alice, bob):
    gone = factories.UserFactory(email="gone@example.org", is_active=False)
    chosen = [alice.pk, bob.pk, gone.pk]

    desk.post(
        f"{BASE}/user/", {"action": "send_reset_links", "_selected_action": chosen, "index": "0"}
    )

    by_address = {message.to[0]: message.body for message in mail.outbox}
    assert set(by_address) == {"alice@example.org", "bob@example.org"}
    assert "http://testserver/fr/" in by_address["alice@example.org"]
    assert "http://testserver/en/" in by_address["bob@example.org"]


# --- Seats and invitations -------------------------------------------------------------------------


@pytest.mark.threat("T3", "last owner")
def test_an_organisation_keeps_an_owner(desk, bob, organisation):
    seat = Seat.objects.get(user=bob)

    demoted = desk.post(change(seat), {"role": "editor"})
    deleted = desk.post(change(seat, "delete"), {"post": "yes"})

    seat.refresh_from_db()
    assert (demoted.status_code, deleted.status_code, seat.role) == (200, 403, "owner")


@pytest.mark.threat("T3", "last owner")
def test_closing_the_account_of_the_last_owner_says_which_organisation_has_none(
    desk, alice, bob, organisation
):
    untold = desk.post(change(alice), account(alice, is_active=""))
    assert not any(organisation.name in message for message in said(untold))

    told = desk.post(change(bob), account(bob, is_active=""))

    bob.refresh_from_db()
    assert not bob.is_active
    assert any(organisation.name in message for message in said(told))


def test_a_seat_is_given_changed_and_taken_away(desk, bob, newton, organisation):
    desk.post(
        f"{BASE}/seat/add/", {"user": newton.pk, "organisation": organisation.pk, "role": "owner"}
    )
    seat = Seat.objects.get(user=newton)
    invitation = Invitation.objects.create(
        organisation=organisation,
        email="x@example.org",
        invited_by=newton,
        expires_at="2100-01-01T00:00Z",
        token_hash="a",
    )
    desk.post(change(seat), {"role": "editor"})
    seat.refresh_from_db()
    assert seat.role == "editor"

    desk.post(change(seat, "delete"), {"post": "yes"})

    invitation.refresh_from_db()
    assert not newton.edits(organisation)
    assert invitation.revoked_at is not None


@pytest.mark.threat("T3", "another organisation")
def test_a_seat_is_not_handed_over(desk, alice, newton, elsewhere, organisation):
    seat = Seat.objects.get(user=alice)

    desk.post(change(seat), {"role": "owner", "user": newton.pk, "organisation": elsewhere.pk})

    seat.refresh_from_db()
    assert (seat.user, seat.organisation, seat.role) == (alice, organisation, "owner")


def test_invitations_can_be_read_and_nothing_else(desk, bob, organisation):
    invitation = Invitation.objects.create(
        organisation=organisation,
        email="x@example.org",
        invited_by=bob,
        expires_at="2100-01-01T00:00Z",
        token_hash="0123abcd",
    )

    page = desk.get(change(invitation)).content.decode()

    assert "x@example.org" in page
    assert "0123abcd" not in page
    assert desk.post(change(invitation), {"email": "y@example.org"}).status_code == 403
    assert desk.get(f"{BASE}/invitation/add/").status_code == 404
