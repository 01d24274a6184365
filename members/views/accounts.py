"""Signing in and out, signing up, addresses, passwords, preferences: allauth's flows on our pages."""

from typing import Any

from allauth.account import views as allauth
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import UpdateView

from members.account_forms import PreferencesForm
from members.adapters import seconds_to_wait
from members.models import User
from members.querysets import fold_address


def too_many(request: HttpRequest) -> HttpResponse:
    """429: when to come back, and the ways in that stay open."""
    seconds = seconds_to_wait(request)
    match = request.resolver_match
    context = {
        "minutes": -(-seconds // 60),
        "is_sign_in": match is not None and match.view_name == "account_login",
        "noindex": True,
    }
    answer = render(request, "account/too_many.html", context, status=429)
    answer["Retry-After"] = str(seconds)
    return answer


class AccountPage:
    """A page that no search engine keeps; those of an account show where one is."""

    trail_label: Any = ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The context, with `noindex` and the trail."""
        context = super().get_context_data(**kwargs)  # type: ignore[misc]  # a mixin
        context["noindex"] = True
        context.pop("site", None)  # allauth's, which would hide ours
        if self.trail_label:
            context["trail"] = [
                (_("Member area"), reverse("members:workspace")),
                (_("My account"), reverse("members:preferences")),
                (self.trail_label, ""),
            ]
        return context


# --- Signing in and out -----------------------------------------------------------------------------


class Login(AccountPage, allauth.LoginView):
    """Address and password."""


class Logout(AccountPage, allauth.LogoutView):
    """Asks, then ends the session."""


class RequestLoginCode(AccountPage, allauth.RequestLoginCodeView):
    """Asks for a code by mail."""


class ConfirmLoginCode(AccountPage, allauth.ConfirmLoginCodeView):
    """Signs in with the code."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in. A password chosen before anybody confirmed the address is forgotten.

        Somebody else may have chosen it, opening the account of a person who would come later.
        """
        account = self._process.user
        if account is not None and not account.emailaddress_set.filter(verified=True).exists():
            account.set_unusable_password()
            account.save(update_fields=["password"])
        return super().form_valid(form)


class AccountInactive(AccountPage, allauth.AccountInactiveView):
    """Says that an account is closed."""


class Reauthenticate(AccountPage, allauth.ReauthenticateView):
    """Asks for the password again before something that matters."""


# --- Signing up and addresses -----------------------------------------------------------------------


class Signup(AccountPage, allauth.SignupView):
    """Opens an account."""


class EmailVerificationSent(AccountPage, allauth.EmailVerificationSentView):
    """Says that a link is on its way, whether or not there was an account already."""


class ConfirmEmail(AccountPage, allauth.ConfirmEmailView):
    """Confirms an address when the button is pressed; opening the link changes nothing."""

    def get(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the button, or that the link no longer works (404)."""
        try:
            self.object = self.get_object()
        except Http404:
            return self._gone()
        return self.render_to_response(self.get_context_data())

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        """Confirm the address; end the session of anybody else in this browser."""
        try:
            return super().post(*args, **kwargs)
        except Http404:
            return self._gone()

    def _gone(self) -> HttpResponse:
        self.object = None
        return self.render_to_response(self.get_context_data(), status=404)


class Addresses(AccountPage, allauth.EmailView):
    """The addresses of an account: add, confirm, make main, remove."""

    trail_label = gettext_lazy("E-mail addresses")

    def _action_primary(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Make an address the main one, unless it is the main one of another account."""
        address = self._get_email_address(request)
        folded = fold_address(address.email) if address else ""
        if User.objects.exclude(pk=request.user.pk).filter(folded_email=folded).exists():
            messages.error(
                request, _("This address is the main one of another account: write to us.")
            )
            return None
        return super()._action_primary(request, *args, **kwargs)


# --- Passwords --------------------------------------------------------------------------------------


class PasswordChange(AccountPage, allauth.PasswordChangeView):
    """A new password for who knows the old one; sessions elsewhere end."""

    trail_label = gettext_lazy("Password")
    success_url = reverse_lazy("members:preferences")


class PasswordSet(AccountPage, allauth.PasswordSetView):
    """A first password for who signs in with codes."""

    trail_label = gettext_lazy("Password")
    success_url = reverse_lazy("members:preferences")


class PasswordReset(AccountPage, allauth.PasswordResetView):
    """Sends a link that chooses a new password."""


class PasswordResetDone(AccountPage, allauth.PasswordResetDoneView):
    """Says that a link is on its way, whether or not there is an account."""


class PasswordResetFromKey(AccountPage, allauth.PasswordResetFromKeyView):
    """Chooses a new password with the link."""

    def logout(self) -> None:
        """End the session of anybody else in this browser, but not because a link was opened."""
        if self.request.method == "POST":
            super().logout()


class PasswordResetFromKeyDone(AccountPage, allauth.PasswordResetFromKeyDoneView):
    """Says that the new password holds."""


# --- Preferences ------------------------------------------------------------------------------------


class Preferences(AccountPage, LoginRequiredMixin, UpdateView):
    """Name, language of mails and, for moderators, when they hear of work."""

    form_class = PreferencesForm
    template_name = "members/accounts/preferences.html"
    success_url = reverse_lazy("members:preferences")

    def get_object(self, queryset: Any = None) -> User:
        """The person who is signed in, and nobody else; a copy, so that an error changes no header."""
        return User.objects.get(pk=self.request.user.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The context, with the trail that ends here."""
        here = [(_("Member area"), reverse("members:workspace")), (_("My account"), "")]
        return super().get_context_data(**kwargs) | {"trail": here}

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep the preferences."""
        form.save()
        messages.success(self.request, _("Your preferences are saved."))
        return redirect(self.success_url)
