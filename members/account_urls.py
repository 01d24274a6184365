"""Where one signs in and looks after one's account: allauth's names, at our own addresses."""

from typing import Any

from django.urls import include, path, re_path
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache

from members.views import accounts


def page(view: Any) -> Any:
    """A page of an account: no cache keeps it."""
    return never_cache(view.as_view())


# /compte/mot-de-passe/, /account/password/
password = [
    path("", page(accounts.PasswordChange), name="account_change_password"),
    path(pgettext_lazy("url", "set/"), page(accounts.PasswordSet), name="account_set_password"),
    path(
        pgettext_lazy("url", "check/"), page(accounts.Reauthenticate), name="account_reauthenticate"
    ),
    path(
        pgettext_lazy("url", "forgotten/"),
        page(accounts.PasswordReset),
        name="account_reset_password",
    ),
    path(
        pgettext_lazy("url", "forgotten/sent/"),
        page(accounts.PasswordResetDone),
        name="account_reset_password_done",
    ),
    path(
        pgettext_lazy("url", "forgotten/done/"),
        page(accounts.PasswordResetFromKeyDone),
        name="account_reset_password_from_key_done",
    ),
    path(
        pgettext_lazy("url", "new/"),
        include(
            [
                re_path(
                    r"^(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
                    page(accounts.PasswordResetFromKey),
                    name="account_reset_password_from_key",
                )
            ]
        ),
    ),
]

# /compte/, /account/
account = [
    path(pgettext_lazy("url", "create/"), page(accounts.Signup), name="account_signup"),
    path(
        pgettext_lazy("url", "confirm/"),
        page(accounts.EmailVerificationSent),
        name="account_email_verification_sent",
    ),
    path(
        pgettext_lazy("url", "confirm/"),
        include([path("<str:key>/", page(accounts.ConfirmEmail), name="account_confirm_email")]),
    ),
    path(pgettext_lazy("url", "addresses/"), page(accounts.Addresses), name="account_email"),
    path(pgettext_lazy("url", "closed/"), page(accounts.AccountInactive), name="account_inactive"),
    path(pgettext_lazy("url", "password/"), include(password)),
]

# /connexion/, /sign-in/
sign_in = [
    path("", page(accounts.Login), name="account_login"),
    path(
        pgettext_lazy("url", "code/"),
        page(accounts.RequestLoginCode),
        name="account_request_login_code",
    ),
    path(
        pgettext_lazy("url", "code/enter/"),
        page(accounts.ConfirmLoginCode),
        name="account_confirm_login_code",
    ),
]

urlpatterns = [
    path(pgettext_lazy("url", "sign-in/"), include(sign_in)),
    path(pgettext_lazy("url", "sign-out/"), page(accounts.Logout), name="account_logout"),
    path(pgettext_lazy("url", "account/"), include(account)),
]
