"""Who may come to which address, and do what there: each address, each role, GET and POST.

A row gives the status for visitor, newcomer, editor elsewhere, editor, owner, moderator and
administrator; one status stands for all of them. `in` is the way to the sign-in page, `to` any other
redirect. POST is sent empty: what a role may do is asked for what is missing (200), told that it is
stale (409) or done.
"""

import re
from html.parser import HTMLParser

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from tests.world import ROLES, World, names, session

pytestmark = [pytest.mark.django_db, pytest.mark.once]

PUBLIC = ("200", "405")
ADMINISTRATOR = ("in 403 403 403 403 403 200", "in 403 403 403 403 403 200")
STAFF = ("in 403 403 403 403 200 200", "in 403 403 403 403 405 405")
NOBODY = ("in 403 403 403 403 403 403", "in 403 403 403 403 403 403")
# Pages of the workspace that show, and those that hold a form.
READ = ("in 404 404 200 200 404 404", "403 405 405 405 405 405 405")
WRITE = ("in 404 404 200 200 404 404", "403 404 404 200 200 404 404")

# Never reached by their own name: a redirect for old admin addresses, the admin's catch-all, and an
# address that French law asks for. Media are tested with the images.
UNNAMED = {
    "(accessibilite)",
    "admin:((?P<url>.*)$)",
    "admin:(<path:object_id>/)",
}

ACCESS = {
    "account_change_password": ("in 200 200 200 200 200 200", "in 200 200 200 200 200 200"),
    "account_confirm_email": ("404", "404"),
    "account_confirm_login_code": ("in to to to to to to", "in to to to to to to"),
    "account_email": ("in 200 200 200 200 200 200", "in to to to to to to"),
    "account_email_verification_sent": PUBLIC,
    "account_inactive": PUBLIC,
    "account_login": ("200 to to to to to to", "200 to to to to to to"),
    "account_logout": ("to 200 200 200 200 200 200", "to"),
    "account_reauthenticate": ("in 200 200 200 200 200 200", "in 200 200 200 200 200 200"),
    "account_request_login_code": ("200 to to to to to to", "200 to to to to to to"),
    "account_reset_password": ("200", "200"),
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": ("200", "200"),
    "account_reset_password_from_key_done": PUBLIC,
    "account_set_password": ("in to to to to to to", "in to to to to to to"),
    "account_signup": ("200 to to to to to to", "200 to to to to to to"),
    "admin:app_list": ("in 403 403 403 403 404 200", "in 403 403 403 403 404 200"),
    "admin:autocomplete": ("in 403 403 403 403 403 403", "in 403 403 403 403 405 405"),
    "admin:events_event_add": ADMINISTRATOR,
    "admin:events_event_agreement": ("in 403 403 403 403 403 404", "in 403 403 403 403 403 404"),
    "admin:events_event_change": ("in 403 403 403 403 403 200", "in 403 403 403 403 403 409"),
    "admin:events_event_changelist": ADMINISTRATOR,
    "admin:events_event_history": ADMINISTRATOR,
    "admin:events_event_image": ("in 403 403 403 403 403 404", "in 403 403 403 403 403 404"),
    "admin:events_event_republish": ("in 403 403 403 403 403 200", "in 403 403 403 403 403 409"),
    "admin:events_event_restore": ("in 403 403 403 403 403 404", "in 403 403 403 403 403 404"),
    "admin:events_event_withdraw": ADMINISTRATOR,
    "admin:events_project_add": ADMINISTRATOR,
    "admin:events_project_agreement": ADMINISTRATOR,
    "admin:events_project_change": ("in 403 403 403 403 403 200", "in 403 403 403 403 403 409"),
    "admin:events_project_changelist": ADMINISTRATOR,
    "admin:events_project_history": ADMINISTRATOR,
    "admin:events_project_image": ("in 403 403 403 403 403 404", "in 403 403 403 403 403 404"),
    "admin:events_project_republish": ("in 403 403 403 403 403 200", "in 403 403 403 403 403 409"),
    "admin:events_project_restore": ("in 403 403 403 403 403 404", "in 403 403 403 403 403 404"),
    "admin:events_project_withdraw": ADMINISTRATOR,
    "admin:index": ("in 403 403 403 403 200 200", "in 403 403 403 403 200 200"),
    "admin:jsi18n": ("in 403 403 403 403 200 200", "in 403 403 403 403 405 405"),
    "admin:login": ("in 403 403 403 403 to to", "in 403 403 403 403 to to"),
    "admin:logout": ("in 403 403 403 403 405 405", "in 403 403 403 403 to to"),
    "admin:members_college_add": ADMINISTRATOR,
    "admin:members_college_change": ADMINISTRATOR,
    "admin:members_college_changelist": ADMINISTRATOR,
    "admin:members_college_delete": NOBODY,
    "admin:members_college_history": ADMINISTRATOR,
    "admin:members_commune_add": ADMINISTRATOR,
    "admin:members_commune_change": ADMINISTRATOR,
    "admin:members_commune_changelist": ADMINISTRATOR,
    "admin:members_commune_delete": ADMINISTRATOR,
    "admin:members_commune_history": ADMINISTRATOR,
    "admin:members_distinction_add": ADMINISTRATOR,
    "admin:members_distinction_change": ADMINISTRATOR,
    "admin:members_distinction_changelist": ADMINISTRATOR,
    "admin:members_distinction_delete": ADMINISTRATOR,
    "admin:members_distinction_history": ADMINISTRATOR,
    "admin:members_invitation_change": ("in 403 403 403 403 403 200", "in 403 403 403 403 403 403"),
    "admin:members_invitation_changelist": ADMINISTRATOR,
    "admin:members_membership_add": ADMINISTRATOR,
    "admin:members_membership_change": ADMINISTRATOR,
    "admin:members_membership_changelist": ADMINISTRATOR,
    "admin:members_membership_delete": ADMINISTRATOR,
    "admin:members_membership_history": ADMINISTRATOR,
    "admin:members_organisation_add": ADMINISTRATOR,
    "admin:members_organisation_agreement": (
        "in 403 403 403 403 403 404",
        "in 403 403 403 403 403 404",
    ),
    "admin:members_organisation_change": (
        "in 403 403 403 403 403 200",
        "in 403 403 403 403 403 409",
    ),
    "admin:members_organisation_changelist": ADMINISTRATOR,
    "admin:members_organisation_history": ADMINISTRATOR,
    "admin:members_organisation_import": ADMINISTRATOR,
    "admin:members_organisation_import_abandon": (
        "in 403 403 403 403 403 405",
        "in 403 403 403 403 403 to",
    ),
    "admin:members_organisation_import_confirm": (
        "in 403 403 403 403 403 405",
        "in 403 403 403 403 403 to",
    ),
    "admin:members_organisation_import_example": (
        "in 403 403 403 403 403 200",
        "in 403 403 403 403 403 405",
    ),
    "admin:members_organisation_import_go_on": (
        "in 403 403 403 403 403 405",
        "in 403 403 403 403 403 to",
    ),
    "admin:members_organisation_import_report": (
        "in 403 403 403 403 403 200",
        "in 403 403 403 403 403 405",
    ),
    "admin:members_organisation_import_view": (
        "in 403 403 403 403 403 200",
        "in 403 403 403 403 403 405",
    ),
    "admin:members_organisation_image": (
        "in 403 403 403 403 403 404",
        "in 403 403 403 403 403 404",
    ),
    "admin:members_organisation_republish": (
        "in 403 403 403 403 403 200",
        "in 403 403 403 403 403 409",
    ),
    "admin:members_organisation_restore": (
        "in 403 403 403 403 403 200",
        "in 403 403 403 403 403 409",
    ),
    "admin:members_organisation_withdraw": ADMINISTRATOR,
    "admin:members_person_add": ADMINISTRATOR,
    "admin:members_person_change": ADMINISTRATOR,
    "admin:members_person_changelist": ADMINISTRATOR,
    "admin:members_person_delete": ADMINISTRATOR,
    "admin:members_person_history": ADMINISTRATOR,
    "admin:members_seat_add": ADMINISTRATOR,
    "admin:members_seat_change": ADMINISTRATOR,
    "admin:members_seat_changelist": ADMINISTRATOR,
    "admin:members_seat_delete": ADMINISTRATOR,
    "admin:members_seat_history": ADMINISTRATOR,
    "admin:members_source_add": ADMINISTRATOR,
    "admin:members_source_change": ADMINISTRATOR,
    "admin:members_source_changelist": ADMINISTRATOR,
    "admin:members_source_delete": ADMINISTRATOR,
    "admin:members_source_history": ADMINISTRATOR,
    "admin:members_theme_add": ADMINISTRATOR,
    "admin:members_theme_change": ADMINISTRATOR,
    "admin:members_theme_changelist": ADMINISTRATOR,
    "admin:members_theme_delete": ADMINISTRATOR,
    "admin:members_theme_history": ADMINISTRATOR,
    "admin:members_trust_add": ADMINISTRATOR,
    "admin:members_trust_change": ADMINISTRATOR,
    "admin:members_trust_changelist": ADMINISTRATOR,
    "admin:members_trust_delete": ADMINISTRATOR,
    "admin:members_trust_history": ADMINISTRATOR,
    "admin:members_user_add": ADMINISTRATOR,
    "admin:members_user_change": ADMINISTRATOR,
    "admin:members_user_changelist": ADMINISTRATOR,
    "admin:members_user_delete": NOBODY,
    "admin:members_user_history": ADMINISTRATOR,
    "admin:portal_backgroundtask_change": (
        "in 403 403 403 403 403 200",
        "in 403 403 403 403 403 403",
    ),
    "admin:portal_backgroundtask_changelist": ADMINISTRATOR,
    "admin:portal_historyentry_change": ADMINISTRATOR,
    "admin:portal_historyentry_changelist": ADMINISTRATOR,
    # Each text of the site exists once, so none can be added.
    "admin:portal_page_add": NOBODY,
    "admin:portal_page_change": ADMINISTRATOR,
    "admin:portal_page_changelist": ADMINISTRATOR,
    "admin:portal_page_delete": NOBODY,
    "admin:portal_page_history": ADMINISTRATOR,
    "admin:portal_submission_assign": ("in 403 403 403 403 to to", "in 403 403 403 403 to to"),
    "admin:portal_submission_change": ("in 403 403 403 403 200 200", "in 403 403 403 403 200 200"),
    "admin:portal_submission_changelist": (
        "in 403 403 403 403 200 200",
        "in 403 403 403 403 200 200",
    ),
    "admin:portal_submission_decide": ("in 403 403 403 403 to to", "in 403 403 403 403 200 200"),
    "admin:portal_submission_image": ("in 403 403 403 403 404 404", "in 403 403 403 403 404 404"),
    "admin:portal_submission_preview": ("in 403 403 403 403 200 200", "in 403 403 403 403 200 200"),
    "admin:portal_submission_withdraw": (
        "in 403 403 403 403 404 404",
        "in 403 403 403 403 404 404",
    ),
    "api-guide": PUBLIC,
    "api:api-root": PUBLIC,
    "api:docs": PUBLIC,
    "api:event-detail": PUBLIC,
    "api:event-list": PUBLIC,
    "api:organisation-detail": PUBLIC,
    "api:organisation-list": PUBLIC,
    "api:person-detail": PUBLIC,
    "api:person-list": PUBLIC,
    "api:project-detail": PUBLIC,
    "api:project-list": PUBLIC,
    "api:schema": PUBLIC,
    "api:theme-detail": PUBLIC,
    "api:theme-list": PUBLIC,
    "change-password": ("to", "405"),
    "demo-mail": ("404", "404"),
    "events:event-calendar": PUBLIC,
    "events:ecosystem": PUBLIC,
    "events:ecosystem-data": PUBLIC,
    "events:ecosystem-graph": PUBLIC,
    "events:ecosystem-table": PUBLIC,
    "events:event-detail": PUBLIC,
    "events:event-feed": PUBLIC,
    "events:event-file": PUBLIC,
    "events:event-list": PUBLIC,
    "events:event-month": PUBLIC,
    "events:event-month-table": PUBLIC,
    "events:event-table": PUBLIC,
    "events:organisation-calendar": PUBLIC,
    "events:organisation-feed": PUBLIC,
    "events:key-figures": PUBLIC,
    "events:key-figures-table": PUBLIC,
    "events:project-detail": PUBLIC,
    "events:project-funding": PUBLIC,
    "events:project-funding-table": PUBLIC,
    "events:project-list": PUBLIC,
    "events:project-table": PUBLIC,
    "healthz": PUBLIC,
    "metrics": ("404", "405"),
    "readyz": PUBLIC,
    "home": PUBLIC,
    "members:agreement-answer": WRITE,
    "members:content-create": WRITE,
    "members:content-edit": WRITE,
    "members:content-history": READ,
    "members:content-list": READ,
    "members:content-restore": ("in 404 404 200 200 404 404", "403 404 404 to to 404 404"),
    "members:content-withdraw": WRITE,
    "members:invitation-accept": ("404", "404"),
    "members:invitation-create": ("in 404 404 403 200 404 200", "in 404 404 403 200 404 200"),
    "members:invitation-resend": ("405", "in 404 404 403 to 404 to"),
    "members:invitation-revoke": ("405", "in 404 404 403 to 404 to"),
    "members:organisation-detail": PUBLIC,
    "members:organisation-edit": WRITE,
    "members:organisation-list": PUBLIC,
    "members:organisation-propose": ("in 200 200 200 200 200 200", "403 200 200 200 200 200 200"),
    "members:organisation-table": PUBLIC,
    "members:organisation-verify": ("in 404 404 200 200 404 404", "403 404 404 to to 404 404"),
    "members:organisation-workspace": READ,
    "members:preferences": ("in 200 200 200 200 200 200", "in 200 200 200 200 200 200"),
    "members:seat-list": ("in 404 404 200 200 404 200", "405"),
    "members:seat-remove": ("in 404 404 200 200 404 200", "in 404 404 to to 404 to"),
    "members:seat-role": ("in 404 404 403 200 404 200", "in 404 404 403 200 404 200"),
    "members:submission-detail": READ,
    "members:submission-discard": ("in 404 404 200 200 404 404", "403 404 404 to to 404 404"),
    "members:submission-edit": WRITE,
    "members:submission-image": READ,
    "members:submission-preview": READ,
    "members:submission-reuse": ("in 405 405 405 405 405 405", "403 404 404 to to 404 404"),
    "members:submission-submit": ("in 404 404 200 200 404 404", "403 404 404 409 409 404 404"),
    "members:submission-take-back": ("in 405 405 405 405 405 405", "403 404 404 to to 404 404"),
    "members:workspace": ("in 200 200 200 200 200 200", "403 405 405 405 405 405 405"),
    "members:writing-help": ("in 200 200 200 200 200 200", "403 405 405 405 405 405 405"),
    "page-accessibility": PUBLIC,
    "page-association": PUBLIC,
    "page-contact": PUBLIC,
    "page-join": PUBLIC,
    "page-legal": PUBLIC,
    "page-privacy": PUBLIC,
    "page-terms": PUBLIC,
    "robots": PUBLIC,
    "root": ("to", "405"),
    "search": PUBLIC,
    "security-txt": PUBLIC,
    "sitemap": PUBLIC,
    "sitemap-page": PUBLIC,
    "sitemap-part": PUBLIC,
    "style-guide": STAFF,
    "style-page": STAFF,
    "style-part": STAFF,
}


def told(response):
    """The status as the table writes it."""
    if response.status_code != 302:
        return str(response.status_code)
    return "in" if response["Location"].startswith(reverse("account_login")) else "to"


@pytest.fixture
def world(alice, bob, charlie, dana, elsewhere):
    return World(alice, bob, charlie, dana, elsewhere)


@pytest.fixture
def people(newton, charlie, alice, bob, dana, fay):
    return dict(zip(ROLES, (None, newton, charlie, alice, bob, dana, fay), strict=True))


@pytest.mark.threat("T2", "addresses")
@pytest.mark.threat("T3", "another organisation")
@pytest.mark.threat("T4", "addresses", "history")
@pytest.mark.parametrize("method", ["get", "post"])
def test_every_address_lets_in_whom_the_table_says(method, world, people):
    sessions = {role: session(people[role]) for role in ROLES}
    found = {}
    for name in ACCESS:
        address = world.address(name)
        statuses = []
        for role in ROLES:
            cache.clear()
            client = Client()
            client.cookies.load(sessions[role])
            # Each answer is given by the same world: what a request changes is rolled back.
            with transaction.atomic():
                response = getattr(client, method)(address)
                statuses.append(told(response))
                if response.streaming:
                    b"".join(response)  # read to its end, a file closes
                transaction.set_rollback(True)
        found[name] = " ".join(statuses) if len(set(statuses)) > 1 else statuses[0]

    column = ("get", "post").index(method)
    assert found == {name: row[column] for name, row in ACCESS.items()}


def test_no_address_is_missing_from_the_table():
    assert {name for name in names() if "media" not in name} == ACCESS.keys() | UNNAMED


@pytest.mark.threat("T3", "session")
def test_who_left_is_refused_at_the_next_request(client, world, alice):
    client.force_login(alice)
    address = world.address("members:organisation-workspace")
    assert client.get(address).status_code == 200

    alice.seats.all().delete()

    assert client.get(address).status_code == 404


@pytest.mark.threat("T3", "session")
def test_an_account_that_was_closed_is_signed_out_at_the_next_request(client, world, alice):
    client.force_login(alice)

    alice.is_active = False
    alice.save()

    assert told(client.get(world.address("members:workspace"))) == "in"


# --- What every address has in common ---------------------------------------------------------------

# A preview, or a version that may come back, is written for real in a transaction that is rolled back.
ROLLED_BACK = {
    "members:submission-preview",
    "members:submission-submit",
    "admin:portal_submission_preview",
    "admin:events_event_restore",
    "admin:events_project_restore",
    "admin:members_organisation_restore",
    "members:content-restore",
}
WRITE_TO = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')


@pytest.fixture
def insider(world, fay):
    """Somebody who may do most: an administrator who owns the organisation."""
    world.organisation.seats.create(user=fay, role="owner")
    return fay


@pytest.mark.threat("T25", "token", "sign-out")
def test_every_form_asks_for_its_token(world, insider):
    client = Client(enforce_csrf_checks=True)
    client.force_login(insider)

    let_through = {
        name: answer.status_code
        for name in ACCESS
        if (answer := client.post(world.address(name))).status_code != 403
    }

    # Nothing can be sent to the API at all; its guide is a page like any other.
    api = {name for name in ACCESS if name.startswith("api:")}
    assert let_through == dict.fromkeys(api - {"api:docs"}, 405)


class Sight(HTMLParser):
    """What a browser would fetch for a page, and what a strict policy would refuse."""

    FETCHING = {"src", "srcset", "poster", "data", "action", "formaction", "background", "ping"}

    def __init__(self, text):
        super().__init__()
        self.fetched, self.refused = set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        for name, value in given.items():
            if name in self.FETCHING or (
                name == "href" and tag in ("link", "use", "image", "base")
            ):
                self.fetched.add(value)
            if name == "style" or name.startswith("on"):
                self.refused.add(f"{tag} {name}")
        if tag == "link" and given.get("rel") in ("canonical", "alternate", "license"):
            self.fetched.discard(given["href"])
        if tag == "script" and "src" not in given and given.get("type") != "application/ld+json":
            self.refused.add(tag)
        if tag in ("style", "iframe", "object", "embed") or "http-equiv" in given:
            self.refused.add(tag)


def looked_at(client, method, address):
    """What an address answers, and the tables that were written to meanwhile."""
    written = set()

    def watch(execute, sql, params, many, context):
        if match := WRITE_TO.match(sql):
            written.add(match[1])
        return execute(sql, params, many, context)

    cache.clear()
    with connection.execute_wrapper(watch):
        response = getattr(client, method)(address)
        body = b"".join(response) if response.streaming else response.content
    return response, body.decode("utf-8", "replace"), written - {"django_session"}


@pytest.mark.threat("T16", "policy")
@pytest.mark.threat("T25", "GET and HEAD")
@pytest.mark.threat("T26", "pages")
def test_looking_changes_nothing_and_asks_nobody_else(world, insider):
    client = Client()
    client.force_login(insider)

    written, foreign, refused, unguarded = {}, {}, {}, []
    for name, (_get, post) in ACCESS.items():
        methods = ["get"] if post == "405" or name in ROLLED_BACK else ["head", "get"]
        for method in methods:
            response, text, tables = looked_at(client, method, world.address(name))
            if tables and name not in ROLLED_BACK:
                written[name, method] = tables
        if "default-src 'none'" not in response.headers.get("Content-Security-Policy", ""):
            unguarded.append(name)
        if response["Content-Type"].startswith("text/html"):
            sight = Sight(text)
            foreign[name] = {url for url in sight.fetched if re.match(r"\w+:|//", url)}
            refused[name] = sight.refused

    assert written == {}
    assert {name: urls for name, urls in foreign.items() if urls} == {}
    assert {name: marks for name, marks in refused.items() if marks} == {}
    assert unguarded == []


@pytest.mark.threat("T16", "policy")
def test_the_policy_lets_nothing_in_but_the_site_itself(client, db):
    policy = client.get(reverse("home"))["Content-Security-Policy"]

    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
        "manifest-src": "'self'",
    }
