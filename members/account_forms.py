"""What a person fills in about their account, and about who belongs to an organisation.

allauth's forms keep their checks; fields are ours. A password is asked once: it can be pasted, and a
mistyped one is mended by mail. An address is looked for as accounts know it, however it is typed.
"""

import unicodedata
from typing import Any

from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.core import context, ratelimit
from allauth.core.exceptions import ImmediateHttpResponse
from django import forms
from django.conf import settings
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from members.models import Seat, User
from members.querysets import fold_address

PASSWORD_HELP = _(
    "At least 12 characters of any kind. A short sentence is easy to remember and hard to guess."
)


class AddressField(forms.EmailField):
    """An e-mail address that fits where addresses are stored."""

    def __init__(self, autocomplete: str = "email", **kwargs: Any) -> None:
        kwargs.setdefault("label", _("E-mail address"))
        super().__init__(max_length=254, **kwargs)
        self.widget.attrs |= {"autocomplete": autocomplete, "spellcheck": "false"}

    def clean(self, value: Any) -> str:
        """The address in lower case; one that grows too long once folded is none."""
        email = super().clean(value).lower()
        if len(fold_address(email)) > 254:
            raise forms.ValidationError(validate_email.message, code="invalid")
        return email


class NewAddressField(AddressField):
    """An address that an account is to have: its own part in plain letters, as mail systems spell it.

    A look-alike such as "mıke@" would stand in the way of whoever has the address it looks like.
    """

    def clean(self, value: Any) -> str:
        email = super().clean(value)
        if not email.rpartition("@")[0].isascii():
            raise forms.ValidationError(validate_email.message, code="invalid")
        return email


class NameField(forms.CharField):
    """The name of a person, as plain text on one line: nothing in it turns the words around it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Your name"))
        super().__init__(max_length=150, required=False, **kwargs)
        self.widget.attrs["autocomplete"] = "name"

    def to_python(self, value: Any) -> str:
        """The name without control characters, but with the joiners that some scripts need."""
        name = " ".join((super().to_python(value) or "").split())
        return "".join(
            letter
            for letter in name
            if letter in "\u200c\u200d\x00" or unicodedata.category(letter) not in ("Cc", "Cf")
        )


class PasswordField(forms.CharField):
    """A password, known or `new`; it is never shown again."""

    def __init__(self, new: bool = False, **kwargs: Any) -> None:
        autocomplete = "new-password" if new else "current-password"
        kwargs.setdefault("label", _("Password"))
        kwargs.setdefault("help_text", PASSWORD_HELP if new else "")
        kwargs["widget"] = forms.PasswordInput(attrs={"autocomplete": autocomplete})
        super().__init__(strip=False, max_length=256, **kwargs)
        self.new = new
        self.user: User | None = None

    def clean(self, value: Any) -> Any:
        """The password; a new one is held against what makes passwords weak."""
        value = super().clean(value)
        if self.new and self.user is not None:
            get_adapter().clean_password(value, user=self.user)
        return value


# --- Signing in -------------------------------------------------------------------------------------


class LoginForm(allauth.LoginForm):
    """Address and password."""

    password = PasswordField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = AddressField(autocomplete="username")
        self.fields["remember"] = forms.BooleanField(
            label=_("Keep me signed in on this device for two weeks"), required=False
        )
        self.order_fields(["login", "password", "remember"])

    def clean_login(self) -> str:
        return User.objects.stored_address(self.cleaned_data["login"])


class RequestLoginCodeForm(allauth.RequestLoginCodeForm):
    """The address that a code goes to."""

    email = AddressField(autocomplete="username")

    def clean_email(self) -> str:
        """The stored address, whose codes are counted, account or not."""
        email = User.objects.stored_address(self.cleaned_data["email"])
        account = User.objects.reached_at(email)
        self._user = account if account and account.is_active else None
        if not ratelimit.consume(context.request, action="request_login_code", key=email):
            raise ImmediateHttpResponse(ratelimit.respond_429(context.request))
        return email


class ConfirmLoginCodeForm(allauth.ConfirmLoginCodeForm):
    """The code that came by mail."""

    code = forms.CharField(
        label=_("Code"),
        max_length=32,
        help_text=_("Eight digits, with or without the hyphen."),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}
        ),
    )


class ReauthenticateForm(allauth.ReauthenticateForm):
    """The password again, before something that matters."""

    password = PasswordField()


# --- Signing up -------------------------------------------------------------------------------------


class SignupForm(allauth.SignupForm):
    """A new account. It answers the same whether the address already has one."""

    email = NewAddressField()
    full_name = NameField(
        help_text=_("As the people you work with will see it. You may leave it empty.")
    )
    field_order = ("email", "full_name", "password1")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")
        self.fields["password1"] = PasswordField(new=True)

    def validate_unique_email(self, value: str) -> str:
        """The address as its account has it, if there is one."""
        self.account_already_exists = User.objects.reached_at(value) is not None
        return User.objects.stored_address(value)

    def try_save(self, request: HttpRequest) -> tuple[User | None, Any]:
        """Open the account, or write to who already has one; both take the time of one password."""
        if self.account_already_exists:
            User().set_password(self.cleaned_data["password1"])
            return super().try_save(request)
        try:
            with transaction.atomic():
                return super().try_save(request)
        except IntegrityError:  # the same address a moment ago
            self.account_already_exists = True
            return super().try_save(request)


# --- Passwords --------------------------------------------------------------------------------------


class NewPassword(forms.Form):
    """Asks for a new password once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]


class ChangePasswordForm(NewPassword, allauth.ChangePasswordForm):
    """The password that was, and the one to come."""

    oldpassword = PasswordField(label=_("Current password"))
    password1 = PasswordField(new=True, label=_("New password"))


class SetPasswordForm(NewPassword, allauth.SetPasswordForm):
    """A first password, for who signs in with codes."""

    password1 = PasswordField(new=True, label=_("New password"))


class ResetPasswordKeyForm(NewPassword, allauth.ResetPasswordKeyForm):
    """A new password, chosen with the link that came by mail."""

    password1 = PasswordField(new=True, label=_("New password"))


class ResetPasswordForm(allauth.ResetPasswordForm):
    """The address of the account; the link goes to the address that the account has."""

    email = AddressField()

    def clean_email(self) -> str:
        email = User.objects.stored_address(self.cleaned_data["email"])
        account = User.objects.reached_at(email)
        self.users = [account] if account and account.is_active else []
        return email


class UserTokenForm(allauth.UserTokenForm):
    """The two parts of the link of a reset; they open nothing once the account is closed."""

    def _get_user(self, uidb36: str) -> User | None:
        user = super()._get_user(uidb36)
        return user if user is not None and user.is_active else None


# --- The account ------------------------------------------------------------------------------------


class AddEmailForm(allauth.AddEmailForm):
    """Another address of the same person. It answers the same whether another account has it."""

    email = NewAddressField()

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        own = self.user.emailaddress_set.values_list("email", flat=True)
        most = settings.ACCOUNT_MAX_EMAIL_ADDRESSES
        if fold_address(email) in {fold_address(address) for address in own}:
            raise get_adapter().validation_error("duplicate_email")
        if not EmailAddress.objects.can_add_email(self.user):
            raise get_adapter().validation_error("max_email_addresses", most)
        return email


class PreferencesForm(forms.ModelForm):
    """What a person tells of themselves; when moderators hear of work is asked of them only."""

    full_name = NameField(help_text=_("As the people you work with will see it."))

    class Meta:
        model = User
        fields = ("full_name", "language", "review_mail")
        widgets = {"language": forms.RadioSelect, "review_mail": forms.RadioSelect}
        help_texts = {
            "language": _("The language of the mails we send you."),
            "review_mail": "",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.is_staff:
            del self.fields["review_mail"]


# --- Seats ------------------------------------------------------------------------------------------


class RoleForm(forms.Form):
    """What a person may do in an organisation."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=[
            (Seat.Role.EDITOR, _("Editor: writes the profile, events and projects")),
            (Seat.Role.OWNER, _("Owner: the same, and decides who belongs to the organisation")),
        ],
        initial=Seat.Role.EDITOR,
        widget=forms.RadioSelect,
    )


class InvitationForm(RoleForm):
    """Whom to invite, and to do what."""

    email = NewAddressField(
        autocomplete="off", help_text=_("The link we send only works for this address.")
    )
    field_order = ("email", "role")
