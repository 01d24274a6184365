"""Addresses of members: the directory, the workspace, accounts."""

from django.urls import include, path, register_converter
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache

from members.views import contents, organisations, seats, submissions, workspace, writing
from members.views.accounts import Preferences
from portal.lifecycle.kinds import Word

register_converter(Word, "kind")

app_name = "members"

# /annuaire/, /directory/
directory: list = [
    path("", organisations.organisation_list, name="organisation-list"),
    # No slug has a point.
    path(
        pgettext_lazy("url", "directory.csv"),
        organisations.organisation_table,
        name="organisation-table",
    ),
    path("<slug:slug>/", organisations.organisation_detail, name="organisation-detail"),
]

# /espace/demandes/{number}/, /workspace/submissions/{number}/
submission: list = [
    path("", submissions.submission_detail, name="submission-detail"),
    path(pgettext_lazy("url", "edit/"), writing.submission_edit, name="submission-edit"),
    path(
        pgettext_lazy("url", "preview/"), submissions.submission_preview, name="submission-preview"
    ),
    path(pgettext_lazy("url", "submit/"), submissions.submission_submit, name="submission-submit"),
    path(
        pgettext_lazy("url", "take-back/"),
        submissions.submission_take_back,
        name="submission-take-back",
    ),
    path(
        pgettext_lazy("url", "abandon/"), submissions.submission_discard, name="submission-discard"
    ),
    path(pgettext_lazy("url", "reuse/"), submissions.submission_reuse, name="submission-reuse"),
    path("image/<path:name>", submissions.submission_image, name="submission-image"),
]
# /espace/{organisation}/evenements/{key}/, /workspace/{organisation}/events/{key}/
content: list = [
    path("", writing.content_edit, name="content-edit"),
    path(pgettext_lazy("url", "withdraw/"), contents.content_withdraw, name="content-withdraw"),
    path(
        pgettext_lazy("url", "history/"),
        include(
            [
                path("", contents.content_history, name="content-history"),
                path("<int:entry>/", contents.content_restore, name="content-restore"),
            ]
        ),
    ),
]
# /espace/{organisation}/, /workspace/{organisation}/
organisation: list = [
    path("", workspace.organisation_workspace, name="organisation-workspace"),
    path(
        pgettext_lazy("url", "profile/"),
        include(
            [
                path("", writing.organisation_edit, name="organisation-edit"),
                path(
                    pgettext_lazy("url", "verify/"),
                    workspace.organisation_verify,
                    name="organisation-verify",
                ),
            ]
        ),
    ),
    path(
        "<kind:kind>/",
        include(
            [
                path("", contents.content_list, name="content-list"),
                path(pgettext_lazy("url", "new/"), writing.content_create, name="content-create"),
                path("<int:pk>/", include(content)),
            ]
        ),
    ),
]
# /espace/, /workspace/
desk: list = [
    path("", workspace.workspace, name="workspace"),
    path(
        pgettext_lazy("url", "submissions/"),
        include(
            [
                path(
                    pgettext_lazy("url", "new-organisation/"),
                    writing.organisation_propose,
                    name="organisation-propose",
                ),
                path(pgettext_lazy("url", "help/"), workspace.writing_help, name="writing-help"),
                path("<int:pk>/", include(submission)),
            ]
        ),
    ),
    path(
        pgettext_lazy("url", "agreements/"),
        include(
            [path("<slug:kind>/<int:pk>/", workspace.agreement_answer, name="agreement-answer")]
        ),
    ),
    path("<slug:slug>/", include(organisation)),
]
desk_pages: list = [path(pgettext_lazy("url", "workspace/"), include(desk))]

# /espace/{organisation}/equipe/, /workspace/{organisation}/team/
seat: list = [
    path("", seats.seat_role, name="seat-role"),
    path(pgettext_lazy("url", "remove/"), seats.seat_remove, name="seat-remove"),
]
invitation: list = [
    path(pgettext_lazy("url", "resend/"), seats.invitation_resend, name="invitation-resend"),
    path(pgettext_lazy("url", "withdraw/"), seats.invitation_revoke, name="invitation-revoke"),
]
team: list = [
    path("", seats.seat_list, name="seat-list"),
    path("<int:pk>/", include(seat)),
    path(pgettext_lazy("url", "invite/"), seats.invitation_create, name="invitation-create"),
    path(pgettext_lazy("url", "invitations/"), include([path("<int:pk>/", include(invitation))])),
]
team_of: list = [
    path("<slug:slug>/", include([path(pgettext_lazy("url", "team/"), include(team))]))
]

# What a person keeps about their account; signing in and the rest: members/account_urls.py
accounts: list = [
    path(
        pgettext_lazy("url", "account/"),
        never_cache(Preferences.as_view()),
        name="preferences",
    ),
    path(
        pgettext_lazy("url", "invitation/"),
        include([path("<str:token>/", seats.invitation_accept, name="invitation-accept")]),
    ),
    path(pgettext_lazy("url", "workspace/"), include(team_of)),
]

urlpatterns = [
    path(pgettext_lazy("url", "directory/"), include(directory)),
    *accounts,
    *desk_pages,
]
