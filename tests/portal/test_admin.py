"""The desk as a whole: who gets in where, what is not there, the texts of the site, the history."""

import datetime
import re

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse
from django.utils import timezone
from django.utils.translation import override

from members.models import College, User
from portal.lifecycle import kinds, review
from portal.models import HistoryEntry, Page
from tests import factories

pytestmark = pytest.mark.django_db

BACKEND = "members.backends.AddressBackend"
# The tables that moderators see; everything else is for administrators.
MODERATORS_SEE = {"portal_submission"}


def addresses() -> dict[str, str]:
    """Each address of the desk by its name, with a key of 1 wherever one is asked for."""
    found = {}

    def walk(patterns, prefix):
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, route)
            elif isinstance(pattern, URLPattern) and pattern.name and "^" not in route:
                for part in ("<int:pk>", "<int:entry>", "<int:row>", "<path:object_id>"):
                    route = route.replace(part, "1")
                for part in ("<slug:name>", "<slug:side>"):
                    route = route.replace(part, "logo")
                found[pattern.name] = f"/fr/admin/{route}"

    walk(admin.site.get_urls(), "")
    return found


@pytest.fixture
def everything(db, fay, alice, organisation):
    """One row of each table, with the key 1 wherever the database gives it."""
    factories.EventFactory(organisation=organisation)
    factories.ProjectFactory(organisation=organisation)
    factories.ThemeFactory()
    factories.CommuneFactory()
    factories.SourceFactory()


# --- Who gets in -----------------------------------------------------------------------------------


def test_every_table_has_its_addresses():
    names = set(addresses())

    assert {"portal_submission_change", "members_user_change", "events_event_change"} <= names
    assert len(names) > 60


def answers(client, method="get", **data):
    """What each address answers; signing out, which would end it, left out."""
    known = {name: address for name, address in addresses().items() if name != "logout"}
    return {name: getattr(client, method)(address, data) for name, address in known.items()}


def test_visitors_are_sent_to_the_sign_in_page_of_the_site(client, everything):
    sign_in = reverse("account_login")

    for method in ("get", "post"):
        elsewhere = {
            name: answer.status_code
            for name, answer in answers(client, method).items()
            if answer.status_code != 302 or not answer.url.startswith(sign_in)
        }
        assert elsewhere == {}


@pytest.mark.threat("T4", "addresses", "history")
@pytest.mark.parametrize("who", ["newton", "alice", "bob"])
def test_people_who_are_no_staff_are_refused(who, client, everything, request):
    client.force_login(request.getfixturevalue(who), backend=BACKEND)

    for method in ("get", "post"):
        let_in = {n for n, answer in answers(client, method).items() if answer.status_code != 403}
        assert let_in == set()


@pytest.mark.threat("T4", "addresses", "history")
def test_moderators_see_moderation_and_nothing_else(client, dana, everything):
    client.force_login(dana, backend=BACKEND)
    theirs = {"index", "login", "jsi18n"}
    before = User.objects.count(), HistoryEntry.objects.count()

    for method, data in (("get", {}), ("post", {"post": "yes"})):
        let_in = {
            name
            for name, answer in answers(client, method, **data).items()
            if answer.status_code not in (403, 404, 405)
            and name not in theirs
            and "_".join(name.split("_")[:2]) not in MODERATORS_SEE
        }
        assert let_in == set()
    assert (User.objects.count(), HistoryEntry.objects.count()) == before


@pytest.mark.threat("T4", "addresses")
@pytest.mark.parametrize("app", ["members", "events", "portal"])
def test_moderators_find_no_list_of_tables_but_theirs(app, client, dana):
    client.force_login(dana, backend=BACKEND)

    assert client.get(f"/fr/admin/{app}/").status_code == (200 if app == "portal" else 404)
    assert [each["app_label"] for each in client.get("/fr/admin/").context["app_list"]] == [
        "portal"
    ]


@pytest.mark.threat("T4", "autocomplete")
@pytest.mark.parametrize(
    "query",
    [
        {"app_label": "members", "model_name": "seat", "field_name": "user"},
        {"app_label": "members", "model_name": "membership", "field_name": "organisation"},
        {"app_label": "members", "model_name": "seat", "field_name": "password"},
        {"app_label": "auth", "model_name": "permission", "field_name": "content_type"},
        {},
    ],
)
def test_moderators_complete_nothing_from_tables_they_do_not_see(query, client, dana):
    client.force_login(dana, backend=BACKEND)

    assert client.get("/fr/admin/autocomplete/", query | {"term": "a"}).status_code == 403


def test_administrators_see_every_page(client, fay, everything):
    client.force_login(fay, backend=BACKEND)

    # 403: what is used is not deleted, and completing nothing; 405: what only a button asks for.
    wrong = {
        name: answer.status_code
        for name, answer in answers(client).items()
        if answer.status_code not in (200, 302, 403, 404, 405)
    }
    assert wrong == {}


def test_an_account_out_of_use_is_out_at_once(client, dana):
    client.force_login(dana, backend=BACKEND)
    dana.is_active = False
    dana.save()

    assert client.get("/fr/admin/").status_code == 302


# --- Signing in ------------------------------------------------------------------------------------


def test_one_signs_in_where_everybody_does(client):
    answer = client.get("/fr/admin/portal/submission/?status=all")

    assert (
        answer.url == f"{reverse('account_login')}?next=/fr/admin/portal/submission/%3Fstatus%3Dall"
    )


@pytest.mark.threat("T11", "admin")
def test_the_admin_has_no_way_of_signing_in_of_its_own(client, fay):
    answer = client.post(
        "/fr/admin/login/", {"username": fay.email, "password": "a-long-enough-password"}
    )

    assert answer.status_code == 302
    assert "_auth_user_id" not in client.session


@pytest.mark.threat("T14", "next")
@pytest.mark.parametrize(
    ("wanted", "kept"),
    [
        ("/fr/admin/portal/submission/", "/fr/admin/portal/submission/"),
        ("https://evil.example/", "/fr/admin/"),
        ("//evil.example/", "/fr/admin/"),
        ("javascript:alert(1)", "/fr/admin/"),
        ("", "/fr/admin/"),
    ],
)
def test_signing_in_leads_nowhere_else(wanted, kept, client):
    answer = client.get("/fr/admin/login/", {"next": wanted})

    assert answer.url == f"{reverse('account_login')}?next={kept}"


def test_who_is_signed_in_is_not_sent_round_in_circles(client, dana, alice):
    client.force_login(dana, backend=BACKEND)
    assert client.get("/fr/admin/login/").url == reverse("admin:index")

    client.force_login(alice, backend=BACKEND)
    assert client.get("/fr/admin/login/").status_code == 403


# --- What is not there -----------------------------------------------------------------------------


def test_no_group_and_no_address_of_a_library_is_offered():
    assert not admin.site.is_registered(Group)
    assert {model._meta.app_label for model in admin.site._registry} == {
        "portal",
        "members",
        "events",
    }


@pytest.mark.parametrize(
    "path", ["auth/group/", "account/emailaddress/", "password_change/", "r/1/1/", "doc/"]
)
def test_what_the_portal_has_elsewhere_is_not_in_the_desk(path, client, fay):
    client.force_login(fay, backend=BACKEND)

    assert client.get(f"/fr/admin/{path}").status_code == 404


def test_nothing_is_deleted_several_at_once():
    assert "delete_selected" not in dict(admin.site.actions)


@pytest.mark.threat("T4", "lookups")
@pytest.mark.threat("T5", "hash")
@pytest.mark.parametrize(
    ("table", "query"),
    [
        ("members/user", "password__startswith=a"),
        ("members/user", "language__regex=(a%2B)%2B"),
        ("members/seat", "user__password__startswith=a"),
        ("members/invitation", "token_hash__startswith=a"),
        # Through the rows that a filter leads to, and back from these.
        ("members/membership", "college__memberships__organisation__seats__user__password=a"),
        ("portal/historyentry", "actor__password__startswith=a"),
        ("portal/historyentry", "action__in=edited,published"),
    ],
)
def test_lists_are_no_oracle(table, query, client, fay):
    client.force_login(fay, backend=BACKEND)

    assert client.get(f"/fr/admin/{table}/?{query}").status_code == 400


@pytest.mark.threat("T4", "lookups")
@pytest.mark.threat("T5", "hash")
@pytest.mark.parametrize(
    "way", ["historyentry__actor", "submission__author", "logentry__user", "permission__user"]
)
def test_the_queue_tells_moderators_no_password(way, client, dana):
    client.force_login(dana, backend=BACKEND)

    for lookup in ("", "__startswith", "__regex", "__gt"):
        query = {"status": "all", f"kind__{way}__password{lookup}": "a"}
        assert client.get("/fr/admin/portal/submission/", query).status_code == 400


@pytest.mark.threat("T4", "lookups")
def test_lists_are_narrowed_by_their_filters_only(rf, fay):
    request = rf.get("/")
    request.user = fay

    for desk in admin.site._registry.values():
        for each in desk.get_list_filter(request):
            name = getattr(each, "parameter_name", each)
            for way in ("", "__exact", "__isnull", "__id__exact"):
                assert desk.lookup_allowed(f"{name}{way}", "1", request)
            for way in ("__startswith", "__gt", "__in", "__id__gt", "__code__startswith", "x"):
                assert not desk.lookup_allowed(f"{name}{way}", "1", request)


@pytest.mark.threat("T22", "desk", "length")
def test_a_search_of_the_desk_reads_as_much_as_any_other(client, fay):
    client.force_login(fay, backend=BACKEND)

    for model, desk in admin.site._registry.items():
        if desk.search_fields:
            address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            assert client.get(address, {"q": "a " * 2000}).status_code == 200, model
    asked = {"app_label": "members", "model_name": "seat", "field_name": "user"}
    assert client.get("/fr/admin/autocomplete/", asked | {"term": "a " * 2000}).status_code == 200


# --- Actions, and what comes in --------------------------------------------------------------------

# Each action, and who may take it.
ACTIONS = {
    "portal/submission": {"assign_to_me": {"dana", "fay"}, "release": {"dana", "fay"}},
    "portal/backgroundtask": {"run_again": {"fay"}},
    "members/user": {"send_reset_links": {"fay"}},
}
# What may be the key of a row, where it is no number.
KEYS = {"portal/backgroundtask": "00000000-0000-4000-8000-000000000000"}


@pytest.mark.threat("T4", "actions")
def test_every_action_is_in_the_table(rf, fay):
    request = rf.get("/")
    request.user = fay

    found = {
        f"{model._meta.app_label}/{model._meta.model_name}": set(desk.get_actions(request))
        for model, desk in admin.site._registry.items()
    }

    assert {table: names for table, names in found.items() if names} == {
        table: set(actions) for table, actions in ACTIONS.items()
    }


@pytest.mark.threat("T4", "actions")
@pytest.mark.parametrize("who", ["newton", "alice", "dana", "fay"])
def test_actions_are_taken_by_whom_the_table_says(who, client, request, fay):
    client.force_login(request.getfixturevalue(who), backend=BACKEND)

    answers = {
        (table, name): client.post(
            f"/fr/admin/{table}/",
            {"action": name, "_selected_action": KEYS.get(table, "1"), "index": "0"},
        ).status_code
        for table, actions in ACTIONS.items()
        for name in actions
    }

    assert answers == {
        (table, name): 302 if who in people else 403
        for table, actions in ACTIONS.items()
        for name, people in actions.items()
    }


@pytest.mark.threat("T2", "bulk actions")
def test_an_action_takes_no_row_that_its_list_does_not_show(client, dana, alice, organisation):
    client.force_login(dana, backend=BACKEND)
    kind = kinds.named("event")
    draft = review.save(kind, {"title_fr": "Brouillon"}, by=alice, organisation=organisation)
    sent = {"action": "assign_to_me", "_selected_action": draft.pk, "index": "0"}

    client.post("/fr/admin/portal/submission/", sent)

    draft.refresh_from_db()
    assert draft.assigned_to is None


@pytest.mark.threat("T4", "rows in lists")
def test_no_list_is_a_form():
    """Django would let a list edit its rows, around the pages that ask and note who did what."""
    assert [desk for desk in admin.site._registry.values() if desk.list_editable] == []


@pytest.mark.threat("T4", "rows in forms")
def test_moderators_edit_no_rows_inside_of_others(rf, dana):
    request = rf.get("/")
    request.user = dana

    found = {
        str(model): [
            inline
            for inline in desk.get_inline_instances(request)
            if inline.has_view_or_change_permission(request)
            or inline.has_add_permission(request, None)
        ]
        for model, desk in admin.site._registry.items()
    }

    assert {model: inlines for model, inlines in found.items() if inlines} == {}


@pytest.mark.threat("T23", "digits", "NUL")
@pytest.mark.parametrize("key", ["abc", "9" * 30, "9" * 5000, "1\x00", "²", "-1", ""])
def test_what_is_no_key_of_a_row_is_refused(key, client, fay):
    client.force_login(fay, backend=BACKEND)
    sent = {"action": "assign_to_me", "_selected_action": key, "index": "0"}

    assert client.post("/fr/admin/portal/submission/", sent).status_code == 400


@pytest.mark.threat("T23", "digits", "NUL")
@pytest.mark.parametrize("key", ["abc", "9" * 30, "9" * 5000, "1\x00", "²", "-1"])
def test_a_choice_that_is_no_row_is_told_beside_its_field(key, client, fay):
    client.force_login(fay, backend=BACKEND)
    sent = {"name": "Ada", "organisation": key, "sources": [key], "role_fr": "Maire"}

    answer = client.post("/fr/admin/members/person/add/", sent)

    assert answer.status_code == 200
    assert set(answer.context["adminform"].form.errors) == {"organisation", "sources"}
    assert 'value="Ada"' in answer.content.decode()


@pytest.mark.threat("T4", "popups")
def test_an_address_fills_in_no_form(client, fay):
    client.force_login(fay, backend=BACKEND)
    query = {"email": "mallory@example.org", "is_superuser": "on", "is_staff": "on", "user": "abc"}

    account = client.get("/fr/admin/members/user/add/", query).content.decode()
    seat = client.get("/fr/admin/members/seat/add/", query)

    assert 'value="mallory' not in account
    assert not re.search(r'name="is_superuser"[^>]*checked', account)
    assert seat.status_code == 200


@pytest.mark.threat("T4", "popups")
def test_a_page_that_is_asked_to_open_over_another_is_only_that_page(client, dana, fay):
    client.force_login(dana, backend=BACKEND)
    for page in ("members/user/", "members/theme/add/", "members/organisation/add/"):
        assert client.get(f"/fr/admin/{page}?_popup=1").status_code == 403

    client.force_login(fay, backend=BACKEND)
    names = {"code": "essai", "name_fr": "Essai", "name_en": "Test", "triptych": "", "_popup": "1"}
    text = client.post("/fr/admin/members/theme/add/?_popup=1", names).content.decode()
    assert "<script>" not in text
    assert "onclick" not in text


def test_no_page_opens_over_another(client, fay, organisation):
    client.force_login(fay, backend=BACKEND)

    text = client.get("/fr/admin/members/membership/add/").content.decode()

    assert "_popup=1" not in text


@pytest.mark.threat("T4", "to_field")
@pytest.mark.parametrize("page", ["", "add/", "{}/change/"])
@pytest.mark.parametrize("field", ["password", "folded_email", "nonsense"])
def test_rows_are_asked_for_by_their_key_only(field, page, client, fay):
    client.force_login(fay, backend=BACKEND)
    address = f"/fr/admin/members/user/{page.format(fay.pk)}"

    assert client.get(f"{address}?_to_field={field}").status_code == 400


# --- How it looks ----------------------------------------------------------------------------------


def test_pages_have_nothing_inline(client, fay, everything):
    client.force_login(fay, backend=BACKEND)

    for name, address in addresses().items():
        answer = client.get(address)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            text = answer.content.decode()
            assert " style=" not in text, name
            assert "<style" not in text, name
            assert "<script>" not in text, name
            assert "onclick" not in text, name


def test_pages_lead_to_the_other_language_and_to_the_site(client, fay):
    client.force_login(fay, backend=BACKEND)

    text = client.get("/en/admin/members/theme/?q=a").content.decode()

    assert '<a href="/fr/admin/members/theme/?q=a" hreflang="fr" lang="fr">Français</a>' in text
    assert f'<a href="{reverse("home").replace("/fr/", "/en/")}">' in text


# --- Texts of the site -----------------------------------------------------------------------------


@pytest.fixture
def text(db):
    said = {"title_fr": "Contact", "title_en": "Contact", "body_fr": "Texte", "body_en": "Text"}
    return Page.objects.update_or_create(code="contact", defaults=said)[0]


@pytest.fixture
def desk(client, fay):
    client.force_login(fay, backend=BACKEND)
    return client


def test_a_text_of_the_site_is_written_in_both_languages(desk, text):
    sent = {
        "title_fr": "Nous joindre",
        "title_en": "Reach us",
        "body_fr": "Écrivez.",
        "body_en": "Write.",
    }

    answer = desk.post(f"/fr/admin/portal/page/{text.pk}/change/", sent)

    text.refresh_from_db()
    assert answer.status_code == 302
    assert (text.title_fr, text.title_en, text.body_fr, text.body_en) == tuple(sent.values())


def test_a_text_of_the_site_needs_both_languages_and_keeps_its_code(desk, text):
    sent = {
        "title_fr": "Nous joindre",
        "title_en": "",
        "body_fr": "Écrivez.",
        "body_en": "",
        "code": "terms",
    }

    answer = desk.post(f"/fr/admin/portal/page/{text.pk}/change/", sent)

    text.refresh_from_db()
    assert answer.status_code == 200
    assert set(answer.context["adminform"].form.errors) == {"title_en", "body_en"}
    assert (text.code, text.title_fr) == ("contact", "Contact")


def test_a_text_of_the_site_is_not_deleted(desk, text):
    assert desk.post(f"/fr/admin/portal/page/{text.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Page.objects.filter(pk=text.pk).exists()


# --- History ---------------------------------------------------------------------------------------


def test_history_can_be_read_and_not_written(desk, fay, organisation):
    with review.direct_edit(organisation, by=fay, message="Coquille."):
        organisation.summary_fr = "Un résumé corrigé."
        organisation.save()
    entry = HistoryEntry.objects.get()

    listed = desk.get("/en/admin/portal/historyentry/").content.decode()
    shown = desk.get(f"/en/admin/portal/historyentry/{entry.pk}/change/").content.decode()

    assert "Coquille." in listed
    assert "corrigé" in shown
    for path in ("add/", f"{entry.pk}/delete/", f"{entry.pk}/history/"):
        assert desk.get(f"/en/admin/portal/historyentry/{path}").status_code == 404
    assert (
        desk.post(f"/en/admin/portal/historyentry/{entry.pk}/change/", {"message": "x"}).status_code
        == 200
    )
    entry.refresh_from_db()
    assert entry.message == "Coquille."


@pytest.mark.parametrize("number", [1, 3])
def test_history_costs_the_same_whatever_its_length(
    number, desk, fay, organisation, django_assert_num_queries
):
    for each in range(number):
        with review.direct_edit(organisation, by=fay):
            organisation.summary_fr = f"Version {each}."
            organisation.save()

    desk.get("/fr/admin/portal/historyentry/")
    with django_assert_num_queries(5):
        assert desk.get("/fr/admin/portal/historyentry/").status_code == 200


# --- Demo accounts ---------------------------------------------------------------------------------


def test_demo_accounts_are_deleted_and_no_other(db, alice, organisation, capsys):
    demo = factories.UserFactory(email="Owner@Demo.example", owner=organisation)
    lookalike = factories.UserFactory(email="someone@notdemo.example")

    call_command("delete_demo_accounts", no_input=True)

    assert not User.objects.filter(pk=demo.pk).exists()
    assert set(User.objects.all()) == {alice, lookalike}
    assert "owner@demo.example" in capsys.readouterr().out


def test_demo_accounts_are_not_deleted_without_a_word(db, monkeypatch, capsys):
    factories.UserFactory(email="owner@demo.example")
    monkeypatch.setattr("builtins.input", lambda question: "no")

    with pytest.raises(CommandError):
        call_command("delete_demo_accounts")

    assert User.objects.count() == 1


@pytest.mark.threat("T25", "token")
def test_csrf_is_asked_for_on_every_form(fay, text):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(fay, backend=BACKEND)

    with override("fr"):
        for name in ("portal_page_change", "events_event_add", "members_user_add"):
            assert careful.post(addresses()[name], {}).status_code == 403


# --- Dates -----------------------------------------------------------------------------------------

DATED = {
    "fr": (
        "1er mars 2026 à 14 h 30",
        "1er mars 2026",
        "18 mars 2026 à 9 h 05",
        "1er mars 2026 à 15 h",
    ),
    "en": (
        "1 March 2026 at 2:30pm",
        "1 March 2026",
        "18 March 2026 at 9:05am",
        "1 March 2026 at 3pm",
    ),
}


@pytest.mark.parametrize("language", DATED)
def test_dates_are_said_as_on_public_pages(language, client, fay, organisation, bob):
    moment = datetime.datetime(2026, 3, 1, 13, 30, tzinfo=datetime.UTC)
    User.objects.filter(pk=bob.pk).update(date_joined=moment, last_login=None)
    factories.EventFactory(starts_at=moment + datetime.timedelta(minutes=30))
    factories.EventFactory(starts_at=moment, all_day=True)
    college = College.objects.create(code="one", name_fr="Un", name_en="One")
    organisation.memberships.create(college=college, since=moment.date())
    invitation = organisation.invitations.create(
        email="guest@example.org",
        role="editor",
        token_hash="x",
        invited_by=fay,
        expires_at=datetime.datetime(2026, 3, 18, 8, 5, tzinfo=datetime.UTC),
    )
    client.force_login(fay, backend=BACKEND)
    said, day, expiry, event = DATED[language]

    def shown(path):
        html = client.get(f"/{language}/admin/{path}").content.decode()
        return [" ".join(cell.split()) for cell in re.sub(r"<[^>]+>", "\n", html).split("\n")]

    assert said in shown("members/user/")
    assert {said, "–"} <= set(shown(f"members/user/{bob.pk}/change/"))
    assert day in shown("members/membership/")
    assert {event, day} <= set(shown("events/event/"))
    assert expiry in shown(f"members/invitation/{invitation.pk}/change/")


@pytest.mark.parametrize("language", DATED)
def test_no_page_of_the_desk_says_a_date_in_another_way(language, client, fay, everything):
    fay.last_login = timezone.now()
    fay.save()
    LogEntry.objects.log_actions(fay.pk, [fay], 2)
    client.force_login(fay, backend=BACKEND)
    wrong = re.compile(r"[ap]\.m\.|\b\d\d?:\d\d(?![ap]m)")

    found = {}
    for name, address in addresses().items():
        answer = client.get(
            address.replace("/fr/", f"/{language}/", 1).replace("/1/", f"/{fay.pk}/")
        )
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            text = re.sub(
                r"<(script|style)\b.*?</\1>|<[^>]+>", " ", answer.content.decode(), flags=re.S
            )
            if said := wrong.findall(text):
                found[name] = said

    assert found == {}


def test_lists_are_ordered_by_their_dates(client, fay):
    factories.UserFactory(
        email="old@example.org", date_joined=timezone.now() - datetime.timedelta(days=9)
    )
    client.force_login(fay, backend=BACKEND)

    page = client.get("/fr/admin/members/user/?o=6")

    assert page.context["cl"].queryset[0].email == "old@example.org"
