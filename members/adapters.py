"""What allauth asks of us: who is knocking, how often they may, where mails go and in which language."""

import math
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from members.models import User
from members.querysets import fold_address
from portal import emails, i18n
from portal.head import absolute, translated
from portal.limits import client_address

APP = "allauth.account"
# The mails that allauth may ask for, each written as `_subject.txt`, `.txt` and `.html`.
MAILS = frozenset(
    {
        "account/email/account_already_exists",
        "account/email/email_changed",
        "account/email/email_confirmation",
        "account/email/email_confirmation_signup",
        "account/email/email_deleted",
        "account/email/login_code",
        "account/email/password_changed",
        "account/email/password_reset",
        "account/email/password_reset_key",
        "account/email/password_set",
        "account/email/unknown_account",
    }
)


class AccountAdapter(DefaultAccountAdapter):
    """Accounts that are told apart by their folded address, and mails that nobody waits for."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "cannot_remove_primary_email": _("This is your main address: make another one main first."),
        "duplicate_email": _("This address is already one of yours."),
        "email_password_mismatch": _(
            "The address and the password do not go together. Check both, or choose another password."
        ),
        "enter_current_password": _("This is not your current password."),
        "incorrect_code": _("This is not the code we sent. Check it, or ask for another one."),
        "incorrect_password": _("This is not your password."),
        "invalid_password_reset": _("This link can no longer be used."),
        "max_email_addresses": _("An account has at most %d addresses: remove one first."),
        "too_many_login_attempts": _("That is too many attempts. Ask for another code."),
        "unverified_primary_email": _("Confirm this address before you make it the main one."),
    }

    # --- Who is knocking ---------------------------------------------------------------------------

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that limits count by: never one that a visitor made up."""
        return client_address(request)

    def is_ajax(self, request: HttpRequest) -> bool:
        """Never: pages answer with pages, whatever a request says it accepts."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Whether one may be sent on to this address: a path of this site and nothing else."""
        return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    # --- Accounts ----------------------------------------------------------------------------------

    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Fill a new account from the sign-up form; its mails are in the language of that page."""
        user.full_name = form.cleaned_data["full_name"]
        user.language = i18n.current()
        return super().save_user(request, user, form, commit)

    def set_password(self, user: User, password: str) -> None:
        """Choose a new password; addresses that wait to be confirmed are forgotten.

        Whoever knew the password before may have added one, to come back by a code sent to it.
        """
        super().set_password(user, password)
        user.emailaddress_set.filter(verified=False, primary=False).delete()

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Note that an address was confirmed, unless another account answers to it by now."""
        owner = User.objects.reached_at(email_address.email)
        if owner is not None and owner.pk != email_address.user_id:
            self.add_message(
                request,
                messages.ERROR,
                "account/messages/email_confirmation_failed.txt",
                {"email": email_address.email},
            )
            return False
        return super().confirm_email(request, email_address)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Not for who has signed in a moment ago, and so has just shown a password or a mailbox."""
        records = get_authentication_records(self.request, self.request.user)
        recent = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
        return not (records and records[-1]["at"] > recent)

    # --- Mail --------------------------------------------------------------------------------------

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """The link that confirms an address; it remembers where the person was going."""
        link = super().get_email_confirmation_url(request, emailconfirmation)
        wanted = get_next_redirect_url(request)
        return f"{link}?{urlencode({'next': wanted})}" if wanted else link

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a message in the language of whoever the address belongs to, else of this page.

        It leaves after the answer, and its links start with BASE_URL whatever host was asked for.
        """
        if template_prefix not in MAILS:
            raise LookupError(f"{template_prefix} is none of our mails")
        account = context.get("user") or User.objects.reached_at(email)
        language = account.language if account else i18n.current()
        facts = {
            name: in_language(value, language) if name.endswith("_url") else value
            for name, value in context.items()
            if name not in ("request", "user")
        }
        message = emails.render(template_prefix, email, language, account=account, **facts)
        emails.send_after_answer(message)

    # --- Limits ------------------------------------------------------------------------------------

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """What failures are counted by: the account, by whichever of its addresses one tries it."""
        email = credentials.get("email", "")
        account = User.objects.reached_at(email)
        return f"account:{account.pk}" if account else f"address:{fold_address(email)}"

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """Forget the failures on an account whose password was chosen anew; not those of a network."""
        rates = app_settings.RATE_LIMITS["login_failed"].split(",")
        ratelimit.clear(
            request,
            app=APP,
            action="login_failed",
            config={"login_failed": ",".join(rate for rate in rates if rate.endswith("/key"))},
            key=self._get_login_attempts_cache_key(request, **credentials),
        )

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count an attempt before any password is hashed; answer 429 above the limits."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            raise ImmediateHttpResponse(too_often(request)) from None


def in_language(url: str, language: str) -> str:
    """The address of a page of ours in a language, starting with BASE_URL."""
    parts = urlsplit(url)
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return absolute(translated(path, language))


# --- What is too often ------------------------------------------------------------------------------

# The limits that may have been reached at an address, by its name.
ACTIONS = {
    "account_login": ("login", "login_failed"),
    "account_request_login_code": ("request_login_code",),
    "account_signup": ("signup",),
    "account_reset_password": ("reset_password",),
    "account_reset_password_from_key": ("reset_password_from_key",),
    "account_change_password": ("change_password",),
    "account_set_password": ("change_password",),
    "account_email": ("manage_email",),
    "account_reauthenticate": ("reauthenticate", "login_failed"),
}


def too_often(request: HttpRequest) -> HttpResponse:
    """The page that says so: the `handler429` of the site's addresses."""
    return ratelimit.respond_429(request)


def seconds_to_wait(request: HttpRequest) -> int:
    """How long until the limits reached at this address let the same request through again."""
    match = request.resolver_match
    waits = [1.0]
    for action in ACTIONS.get(match.view_name if match else "", ()):
        for rate in ratelimit.get_rates(app=APP, action=action):
            if rate.per == "user" and not request.user.is_authenticated:
                continue
            name = ratelimit.get_cache_key(
                request, app=APP, action=action, rate=rate, key=_key(request, action)
            )
            attempts = [at for at in cache.get(name, []) if at > time.time() - rate.duration]
            if len(attempts) >= rate.amount:  # the newest first
                waits.append(attempts[rate.amount - 1] + rate.duration - time.time())
    return math.ceil(max(waits))


def _key(request: HttpRequest, action: str) -> str:
    """What a limit that is not by network address counts by: the account or address typed."""
    typed = request.POST.get("login") or request.POST.get("email") or ""
    if action == "login_failed":
        typed = typed or getattr(request.user, "email", "")
        return AccountAdapter()._get_login_attempts_cache_key(request, email=typed)
    return User.objects.stored_address(typed)
