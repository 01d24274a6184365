"""Every page of the portal in every state it has: what each gate in the browser goes through.

A page is named as in the table of tests/test_access.py; a test compares the two, so that a new address
is looked at or says why not. What stands in an address is looked up once, in the demo (`stage.py`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from events.models import Event, Project
from members.models import Commune, Distinction, Import, Organisation, Theme, User
from portal.models import BackgroundTask, HistoryEntry
from portal.models import Page as SiteText
from portal.style.pages import PAGES
from portal.style.views import PARTS
from tests.gates.rows import (
    asked,
    confirmation_key,
    content,
    event,
    eventful,
    live,
    live_eventful,
    organisation,
    project,
    reset_key,
    restored,
    row,
    seat,
    submission,
    to_be_recorded,
)

LANGUAGES = ("fr", "en")


@dataclass(frozen=True)
class Look:
    """One page in one state.

    `account` is who looks: the name of an account of the demo, "" for a visitor. `press` is the button
    to press once the page is there, after `fill` was typed; the state is what comes then. `new` looks
    at a portal nobody has written in. `path` stands for an address that has no name.
    """

    name: str
    state: str = ""
    arguments: Callable[[], dict[str, Any]] = dict
    query: str = ""
    account: str = ""
    status: int = 200
    fill: dict[str, str] = field(default_factory=dict)
    press: str = ""
    new: bool = False
    path: str = ""

    def __str__(self) -> str:
        return f"{self.name}, {self.state}" if self.state else self.name

    @property
    def is_public(self) -> bool:
        """Whether a visitor gets this page from its address, as it is meant to be."""
        return not (self.account or self.press) and self.status == 200


def many(looks: Iterable[Iterable[Look]]) -> list[Look]:
    return [look for group in looks for look in group]


UM = organisation("universite-montpellier")
MAIN = "main .button-main"
FORUM = "forum-international-sur-l-ia"
WORKSHOP = "exemple-atelier-sur-les-donnees-de-sante"
EVENING = "exemple-soiree-entre-jeunes-chercheurs-et-entreprises"
CANCELLED = "exemple-visite-d-une-plateforme-de-robotique"
POSTPONED = "exemple-table-ronde-sur-la-cybersecurite"
WITHDRAWN = "exemple-apres-midi-des-porteurs-de-projet"
MONTH = lambda: {"year": 2025, "month": 2}  # noqa: E731 - as short as what it stands beside
PASSWORD = {"password1": "abc"}

PUBLIC = [
    Look("home"),
    Look("home", "nothing yet", new=True),
    Look("home", "signed in", account="editor"),
    Look("members:organisation-list"),
    Look("members:organisation-list", "nothing yet", new=True),
    Look("members:organisation-list", "page 3", query="page=3"),
    Look("members:organisation-list", "filtered", query="theme=sante&theme=formation&kind=startup"),
    Look("members:organisation-list", "nothing found", query="q=zzyzx&theme=sante"),
    Look("members:organisation-list", "unknown filter", query="theme=nothing"),
    Look("members:organisation-list", "map", query="view=map"),
    Look("members:organisation-list", "map of nothing", query="view=map&q=zzyzx"),
    Look("members:organisation-detail", "full", arguments=organisation("exemple-institut")),
    Look("members:organisation-detail", "of many", arguments=organisation("chu-montpellier")),
    Look("members:organisation-detail", "short", arguments=organisation("vogo")),
    Look("members:organisation-detail", "of its editor", arguments=UM, account="editor"),
    Look("events:project-list"),
    Look("events:project-list", "nothing yet", new=True),
    Look("events:project-list", "filtered", query="theme=sante"),
    Look("events:project-list", "nothing found", query="q=zzyzx"),
    Look("events:project-detail", "full", arguments=project("alliance-sante-ia")),
    Look("events:project-detail", "with funding", arguments=project("ia-locale-en-open-source")),
    Look("events:project-detail", "short", arguments=project("tirrex")),
    Look("events:project-funding", arguments=project("ia-locale-en-open-source")),
    Look("events:event-list"),
    Look("events:event-list", "nothing yet", new=True),
    Look("events:event-list", "past", query="view=past"),
    Look("events:event-list", "filtered", query="theme=sante"),
    Look("events:event-list", "nothing found", query="q=zzyzx"),
    Look("events:event-month", arguments=MONTH),
    Look("events:event-month", "empty", arguments=lambda: {"year": 2030, "month": 8}),
    Look("events:event-detail", "to come", arguments=event(WORKSHOP)),
    Look("events:event-detail", "no programme yet", arguments=event(EVENING)),
    Look("events:event-detail", "over", arguments=event(FORUM)),
    Look("events:event-detail", "cancelled", arguments=event(CANCELLED)),
    Look("events:event-detail", "postponed", arguments=event(POSTPONED)),
    Look("events:event-detail", "withdrawn", arguments=event(WITHDRAWN), status=410),
    Look("events:ecosystem"),
    Look("events:ecosystem", "nothing yet", new=True),
    Look("events:ecosystem", "filtered", query="theme=sante"),
    Look("events:ecosystem", "nothing found", query="theme=cybersecurite&kind=hospital"),
    Look("events:key-figures"),
    Look("events:key-figures", "nothing yet", new=True),
    Look("events:key-figures", "unknown view", query="view=nothing"),
    Look("search"),
    Look("search", "found", query="q=sante"),
    Look("search", "one kind", query="q=sante&kind=project"),
    Look("search", "nothing found", query="q=zzyzx"),
    Look("search", "suggestion", query="q=montpelier+universitee"),
    Look("search", "too long", query="q=" + "a" * 300, status=400),
    Look("page-accessibility"),
    Look("page-association"),
    Look("page-contact"),
    Look("page-join"),
    Look("page-legal"),
    Look("page-privacy"),
    Look("page-terms"),
    Look("sitemap-page"),
    Look("api-guide"),
]

ERRORS = [
    Look("", "not found", path="/{language}/rien/", status=404),
    Look("", "no such project", path="/{language}/projects/rien/", status=404),
    Look("", "malformed", path="/{language}/?q=%00", status=400),
    *(
        Look("", name, path=f"/{{language}}/made/{name}/", status=status)
        for name, status in {
            "forbidden": 403,
            "expired": 403,
            "too-many": 429,
            "broken": 500,
            "closed": 503,
        }.items()
    ),
]

ACCOUNT = [
    Look("account_login"),
    Look("account_login", "error", press=MAIN),
    Look("account_login", "refused", press=MAIN, fill={"login": "a@b.example", "password": "no"}),
    Look("account_request_login_code"),
    Look("account_request_login_code", "error", press=MAIN),
    # Reached by asking for a code.
    Look(
        "account_confirm_login_code",
        path="account_request_login_code",
        fill={"email": "newcomer@demo.example"},
        press=MAIN,
    ),
    Look("account_signup"),
    Look("account_signup", "error", press=MAIN, fill={"email": "a"} | PASSWORD),
    Look("account_email_verification_sent"),
    Look("account_confirm_email", arguments=lambda: {"key": confirmation_key()}),
    Look("account_confirm_email", "unusable", arguments=lambda: {"key": "x"}, status=404),
    Look("account_inactive"),
    Look("account_reset_password"),
    Look("account_reset_password", "error", press=MAIN, fill={"email": "a"}),
    Look("account_reset_password_done"),
    Look("account_reset_password_from_key", arguments=reset_key),
    Look(
        "account_reset_password_from_key",
        "error",
        arguments=reset_key,
        press=MAIN,
        fill=PASSWORD,
    ),
    Look(
        "account_reset_password_from_key",
        "unusable",
        arguments=lambda: {"uidb36": "1", "key": "set-password"},
    ),
    Look("account_reset_password_from_key_done"),
    Look("account_logout", account="editor"),
    Look("account_email", account="editor"),
    Look("account_email", "error", account="editor", press=MAIN, fill={"email": "a"}),
    Look("account_email", "two, one to confirm", account="owner"),
    Look("account_change_password", account="editor"),
    Look("account_change_password", "error", account="editor", press=MAIN),
    Look("account_set_password", account="without-password"),
    Look("account_set_password", "error", account="without-password", press=MAIN, fill=PASSWORD),
    Look("account_reauthenticate", account="editor"),
    Look("account_reauthenticate", "error", account="editor", press=MAIN, fill={"password": "x"}),
    Look("members:preferences", account="editor"),
    Look("members:preferences", "of staff", account="moderator"),
    Look("members:invitation-accept", arguments=lambda: {"token": "gates"}),
    Look(
        "members:invitation-accept",
        "signed in",
        arguments=lambda: {"token": "gates"},
        account="newcomer",
    ),
    Look(
        "members:invitation-accept",
        "other account",
        arguments=lambda: {"token": "gates"},
        account="chu",
    ),
    Look("members:invitation-accept", "unusable", arguments=lambda: {"token": "x"}, status=404),
]

EDITOR = "editor"
WORKSPACE = [
    Look("members:workspace", account="newcomer", state="first visit"),
    Look("members:workspace", account=EDITOR),
    Look("members:writing-help", account=EDITOR),
    Look("members:workspace", account="moderator", state="of staff"),
    Look("members:organisation-propose", account="newcomer"),
    Look("members:organisation-propose", "error", account="newcomer", press="button[value=submit]"),
    Look("members:organisation-workspace", arguments=UM, account=EDITOR),
    Look(
        "members:organisation-workspace",
        "asked",
        arguments=organisation("chu-montpellier"),
        account="chu",
    ),
    Look("members:organisation-verify", arguments=UM, account=EDITOR),
    Look(
        "members:organisation-verify",
        "full",
        arguments=organisation("chu-montpellier"),
        account="chu",
    ),
    Look("members:organisation-edit", arguments=UM, account=EDITOR),
    Look(
        "members:organisation-edit",
        "error",
        arguments=UM,
        account=EDITOR,
        fill={"name": "", "website": "x"},
        press="button[value=submit]",
    ),
    Look(
        "members:organisation-edit",
        "pending",
        arguments=organisation("chu-montpellier"),
        account="chu",
    ),
    Look("members:content-list", arguments=lambda: UM() | {"kind": "event"}, account=EDITOR),
    Look(
        "members:content-list",
        "projects",
        arguments=lambda: UM() | {"kind": "project"},
        account=EDITOR,
    ),
    Look(
        "members:content-list",
        "empty",
        arguments=lambda: {"slug": "numalis", "kind": "event"},
        account="startup",
    ),
    Look("members:content-create", arguments=lambda: UM() | {"kind": "event"}, account=EDITOR),
    Look(
        "members:content-create",
        "project",
        arguments=lambda: UM() | {"kind": "project"},
        account=EDITOR,
    ),
    Look(
        "members:content-create",
        "error",
        arguments=lambda: UM() | {"kind": "event"},
        account=EDITOR,
        fill={"online_url": "x"},
        press="button[value=submit]",
    ),
    Look("members:content-edit", arguments=content("project", Project), account=EDITOR),
    Look("members:content-history", arguments=content("project", Project), account=EDITOR),
    Look("members:content-history", "eventful", arguments=eventful, account=EDITOR),
    Look("members:content-restore", arguments=restored, account="startup"),
    Look("members:content-withdraw", arguments=content("project", Project), account=EDITOR),
    Look(
        "members:content-withdraw",
        "error",
        arguments=content("project", Project),
        account=EDITOR,
        press=MAIN,
    ),
    *(
        Look(
            "members:submission-detail",
            status,
            arguments=submission(status, author),
            account=author,
        )
        for status, author in {
            "draft": EDITOR,
            "in_review": EDITOR,
            "to_correct": "owner",
            "refused": "startup",
        }.items()
    ),
    Look(
        "members:submission-detail", "edit", arguments=submission("in_review", "chu"), account="chu"
    ),
    Look(
        "members:submission-detail",
        "conflict",
        arguments=submission("in_review", "startup"),
        account="startup",
    ),
    Look(
        "members:submission-detail",
        "two images",
        arguments=submission("in_review", "owner"),
        account="owner",
    ),
    Look("members:submission-edit", arguments=submission("draft", EDITOR), account=EDITOR),
    Look(
        "members:submission-edit",
        "to correct",
        arguments=submission("to_correct", "owner"),
        account="owner",
    ),
    Look("members:submission-preview", arguments=submission("in_review", EDITOR), account=EDITOR),
    Look(
        "members:submission-preview",
        "edit",
        arguments=submission("in_review", "chu"),
        account="chu",
    ),
    Look(
        "members:submission-preview",
        "image",
        arguments=submission("in_review", "owner"),
        account="owner",
    ),
    Look("members:submission-submit", arguments=submission("to_correct", "owner"), account="owner"),
    Look("members:submission-discard", arguments=submission("draft", EDITOR), account=EDITOR),
    Look("members:agreement-answer", arguments=asked, account="chu"),
    Look("members:seat-list", arguments=UM, account="owner"),
    Look("members:seat-list", "of an editor", arguments=UM, account=EDITOR),
    Look("members:seat-role", arguments=seat(EDITOR), account="owner"),
    Look("members:seat-remove", arguments=seat(EDITOR), account="owner"),
    Look("members:seat-remove", "last owner", arguments=seat("owner"), account="owner"),
    Look("members:invitation-create", arguments=UM, account="owner"),
    Look(
        "members:invitation-create",
        "error",
        arguments=UM,
        account="owner",
        fill={"email": "a"},
        press=MAIN,
    ),
]

QUEUE = "admin:portal_submission"


def part_of(code: str) -> Callable[[], dict[str, Any]]:
    return lambda: {"part": code}


def page_of(code: str) -> Callable[[], dict[str, Any]]:
    return lambda: {"code": code}


MODERATION = [
    Look("admin:index", account="moderator"),
    Look("admin:index", "of an administrator", account="admin"),
    Look("style-guide", account="moderator"),
    *(Look("style-part", part, arguments=part_of(part), account="moderator") for part in PARTS),
    *(Look("style-page", page, arguments=page_of(page), account="moderator") for page in PAGES),
    Look(f"{QUEUE}_changelist", account="moderator"),
    Look(f"{QUEUE}_changelist", "nothing found", query="q=zzyzx", account="moderator"),
    Look(f"{QUEUE}_changelist", "decided", query="status=refused", account="moderator"),
    *(
        Look(
            f"{QUEUE}_change", state, arguments=submission("in_review", author), account="moderator"
        )
        for state, author in {
            "new": EDITOR,
            "edit": "chu",
            "conflict": "startup",
            "two images": "owner",
        }.items()
    ),
    Look(
        f"{QUEUE}_change",
        "decided",
        arguments=submission("refused", "startup"),
        account="moderator",
    ),
    Look(
        f"{QUEUE}_change",
        "error",
        arguments=submission("in_review", EDITOR),
        account="moderator",
        press="button[value=correct]",
    ),
    Look(
        f"{QUEUE}_change",
        "to confirm",
        arguments=submission("in_review", EDITOR),
        account="moderator",
        fill={"message": "Non."},
        press="button[value=refuse]",
    ),
    Look(f"{QUEUE}_preview", arguments=submission("in_review", EDITOR), account="moderator"),
    *many(
        (
            Look(f"admin:{table}_change", arguments=live(model, **wanted), account="admin"),
            Look(f"admin:{table}_history", arguments=live(model, **wanted), account="admin"),
            Look(f"admin:{table}_withdraw", arguments=live(model, **wanted), account="admin"),
        )
        for table, model, wanted in (
            ("members_organisation", Organisation, {"slug": "numalis"}),
            ("events_event", Event, {"slug_fr": WORKSHOP}),
            ("events_project", Project, {"slug_fr": "alliance-sante-ia"}),
        )
    ),
    Look("admin:events_project_history", "eventful", arguments=live_eventful, account="admin"),
    Look(
        "admin:events_event_republish", arguments=live(Event, status="withdrawn"), account="admin"
    ),
    Look(
        "admin:members_organisation_restore",
        arguments=lambda: {name: restored()[name] for name in ("pk", "entry")},
        account="admin",
    ),
    Look("admin:events_project_agreement", arguments=to_be_recorded, account="admin"),
    Look("admin:members_organisation_import", account="admin"),
    Look("admin:members_organisation_import", "error", account="admin", press=".desk-file .button"),
    *(
        Look(
            "admin:members_organisation_import_view",
            state,
            arguments=live(Import, file_name=f"{state}.csv"),
            account="admin",
        )
        for state in ("running", "preview", "report")
    ),
    Look(
        "admin:members_organisation_import_view",
        "nothing found",
        arguments=live(Import, file_name="report.csv"),
        query="outcome=left",
        account="admin",
    ),
    Look("admin:portal_historyentry_change", arguments=row(HistoryEntry), account="admin"),
    Look("admin:portal_backgroundtask_changelist", account="admin"),
    Look(
        "admin:portal_backgroundtask_changelist",
        "nothing found",
        query="status=RUNNING",
        account="admin",
    ),
    Look("admin:portal_backgroundtask_change", arguments=row(BackgroundTask), account="admin"),
]

# Pages that Django's admin brings along, one for each template of its own.
DJANGOS = [
    Look("admin:app_list", arguments=lambda: {"app_label": "members"}, account="admin"),
    Look("admin:members_theme_changelist", account="admin"),
    Look("admin:members_organisation_changelist", account="admin"),
    Look("admin:members_theme_add", account="admin"),
    Look("admin:members_theme_add", "error", account="admin", press="[name=_save]"),
    Look("admin:members_theme_change", arguments=row(Theme), account="admin"),
    Look("admin:members_commune_delete", arguments=row(Commune), account="admin"),
    Look("admin:members_theme_history", arguments=row(Theme), account="admin"),
    Look("admin:members_user_changelist", account="admin"),
    Look("admin:members_user_change", arguments=row(User), account="admin"),
    Look("admin:members_membership_add", account="admin"),
    Look("admin:members_distinction_change", arguments=row(Distinction), account="admin"),
    Look("admin:portal_page_change", arguments=row(SiteText), account="admin"),
    Look("admin:portal_historyentry_changelist", account="admin"),
]

LOOKS = [*PUBLIC, *ERRORS, *ACCOUNT, *WORKSPACE, *MODERATION]

# The same templates as another page has, looked at there.
ALIKE = {
    "api:docs": "api-guide",
    "admin:events_event_agreement": "admin:events_project_agreement",
    "admin:events_event_restore": "admin:members_organisation_restore",
    "admin:events_project_republish": "admin:events_event_republish",
    "admin:events_project_restore": "admin:members_organisation_restore",
    "admin:members_organisation_agreement": "admin:events_project_agreement",
    "admin:members_organisation_republish": "admin:events_event_republish",
    "admin:events_event_add": "admin:events_event_change",
    "admin:events_project_add": "admin:events_project_change",
    "admin:members_organisation_add": "admin:members_organisation_change",
}

# Tables that are kept as Django's admin keeps any: `DJANGOS` looks at each page it has for one.
KEPT_BY_DJANGO = ("_add", "_change", "_changelist", "_delete", "_history")

# Addresses that answer with something else than a page, and why.
NOT_PAGES = {
    "a file or data": {
        "admin:autocomplete",
        "admin:events_event_image",
        "admin:events_project_image",
        "admin:jsi18n",
        "admin:members_organisation_image",
        "admin:members_organisation_import_example",
        "admin:members_organisation_import_report",
        "admin:portal_submission_image",
        "api:api-root",
        "api:event-detail",
        "api:event-list",
        "api:organisation-detail",
        "api:organisation-list",
        "api:person-detail",
        "api:person-list",
        "api:project-detail",
        "api:project-list",
        "api:schema",
        "api:theme-detail",
        "api:theme-list",
        "events:ecosystem-data",
        "events:ecosystem-graph",
        "events:ecosystem-table",
        "events:event-calendar",
        "events:event-feed",
        "events:event-file",
        "events:event-month-table",
        "events:event-table",
        "events:key-figures-table",
        "events:organisation-calendar",
        "events:organisation-feed",
        "events:project-funding-table",
        "events:project-table",
        "healthz",
        "metrics",
        "readyz",
        "members:organisation-table",
        "members:submission-image",
        "robots",
        "security-txt",
        "sitemap",
        "sitemap-part",
    },
    "leads to another page": {
        "admin:login",
        "admin:logout",
        "change-password",
        "root",
    },
    "takes what a button sends": {
        "admin:members_organisation_import_abandon",
        "admin:members_organisation_import_confirm",
        "admin:members_organisation_import_go_on",
        "admin:portal_submission_assign",
        "admin:portal_submission_decide",
        "admin:portal_submission_withdraw",
        "members:invitation-resend",
        "members:invitation-revoke",
        "members:submission-reuse",
        "members:submission-take-back",
    },
    "only there beside DEBUG": {"demo-mail"},
}
