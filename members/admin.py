"""The staff's desk for accounts, organisations and what everybody chooses from."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from members import services, staff
from members.fields import organisation_names
from members.import_pages import ImportPages
from members.models import (
    College,
    Commune,
    Distinction,
    Invitation,
    Membership,
    Organisation,
    Person,
    Seat,
    Source,
    Theme,
    Trust,
    User,
)
from portal.desk.direct import PublishedDesk
from portal.desk.site import Desk, ReadOnlyDesk, Taxonomy

# --- Organisations ---------------------------------------------------------------------------------


@admin.register(Organisation)
class OrganisationDesk(ImportPages, PublishedDesk):
    """The directory, for administrators."""

    list_display = ("name", "kind", "commune", "state", "updated_at")
    list_filter = ("status", "kind")
    list_select_related = ("commune",)
    search_fields = ("name", "short_name", "official_name", "former_name")
    suggestions = {"organisation-names": organisation_names}

    def get_urls(self) -> list[URLPattern]:
        """Those of anything published, and of imports."""
        return [*self.import_urls(), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list, and the way to an import for whoever may begin one."""
        more = {"may_import": self.may_import(request)}
        return super().changelist_view(request, more | (extra_context or {}))


class Of(Desk):
    """Something that belongs to an organisation."""

    autocomplete_fields: ClassVar[Any] = ("organisation",)
    list_select_related: ClassVar[Any] = ("organisation",)
    search_fields: ClassVar[Any] = ("organisation__name", "organisation__short_name")


@admin.register(Membership)
class MembershipDesk(Of):
    """Who is a member of the association, in which college, from when to when."""

    list_display = ("organisation", "college", "since", "until")
    list_filter = ("college",)
    list_select_related = ("organisation", "college")
    fields = ("organisation", "college", "since", "until")


@admin.register(Trust)
class TrustDesk(Of):
    """Whose submissions are published without waiting."""

    list_display = ("organisation", "kind", "since")
    list_filter = ("kind",)
    fields = ("organisation", "kind")


@admin.register(Person)
class PersonDesk(Of):
    """People in public roles."""

    list_display = ("name", "organisation")
    search_fields = ("name", "organisation__name")
    fields = ("name", ("role_fr", "role_en"), "organisation", "sources")


@admin.register(Distinction)
class DistinctionDesk(Of):
    """Prizes, labels and grants."""

    list_display = ("__str__", "organisation", "person", "date")
    list_select_related = ("organisation", "person")
    search_fields = ("title_fr", "title_en", "organisation__name", "person__name")
    autocomplete_fields = ("organisation", "person")
    fields = (
        ("title_fr", "title_en"),
        ("reason_fr", "reason_en"),
        "organisation",
        "person",
        "date",
        "level",
        "awarded_by",
        "sources",
    )


# --- What everybody chooses from -------------------------------------------------------------------


@admin.register(Theme)
class ThemeDesk(Taxonomy):
    """Subjects; what is found by their names is written anew when these change."""

    list_display = ("__str__", "code", "triptych")
    search_fields = ("code", "name_fr", "name_en")
    codes = ("code",)
    fields = ("code", ("name_fr", "name_en"), "triptych")

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        staff.theme_renamed(form.instance)


@admin.register(College)
class CollegeDesk(Taxonomy):
    """Groups of members."""

    list_display = ("__str__", "code")
    codes = ("code",)
    fields = ("code", ("name_fr", "name_en"))


@admin.register(Commune)
class CommuneDesk(Taxonomy):
    """Municipalities, with a point for the drawn map."""

    list_display = ("name", "code", "latitude", "longitude")
    search_fields = ("name", "code")
    codes = ("code",)
    fields = ("code", "name", ("latitude", "longitude"))


@admin.register(Source)
class SourceDesk(Taxonomy):
    """Where statements come from."""

    list_display = ("__str__", "publisher", "date")
    search_fields = ("code", "title_fr", "title_en", "publisher")
    codes = ("code",)
    fields = ("code", ("title_fr", "title_en"), "publisher", "date", "url")


# --- Accounts --------------------------------------------------------------------------------------


class UserForm(forms.ModelForm):
    """An account, without its password: staff send a link, and never choose one for somebody."""

    class Meta:
        model = User
        fields = (
            "email",
            "full_name",
            "language",
            "review_mail",
            "is_active",
            "is_staff",
            "is_superuser",
        )
        labels = {"is_superuser": gettext_lazy("Administrator")}
        help_texts = {
            "is_superuser": gettext_lazy(
                "May do everything here, also change memberships, texts and accounts."
            )
        }

    def clean_email(self) -> str:
        """An address belongs to one account, whichever way it is spelled."""
        email = self.cleaned_data["email"]
        owner = User.objects.reached_at(email)
        if owner is not None and owner.pk != self.instance.pk:
            raise ValidationError(_("Another account has this address."), code="taken")
        return email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("is_superuser") and not cleaned.get("is_staff", self.instance.is_staff):
            self.add_error(
                "is_staff", _("An administrator is a moderator too: tick both, or neither.")
            )
        return cleaned


@admin.register(User)
class UserDesk(Desk):
    """Accounts. Only administrators come here, and nobody changes their own rights."""

    form = UserForm
    list_display = ("email", "full_name", "is_active", "is_staff", "is_superuser", "date_joined")
    list_filter = ("is_staff", "is_superuser", "is_active", "language")
    search_fields = ("email", "full_name")
    ordering = ("email",)
    fieldsets = (
        (None, {"fields": ("email", "full_name", "language", "date_joined", "last_login")}),
    )
    readonly_fields = ("date_joined", "last_login", "rights")
    actions = ("send_reset_links",)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """One's own rights can be read, as can everybody's by who is no administrator."""
        is_own = obj is not None and obj.pk == request.user.pk
        given = ("is_active", "is_staff", "is_superuser")
        fields = ("rights",) if is_own or not request.user.is_superuser else given
        return (*self.fieldsets, (_("Rights"), {"fields": (*fields, "review_mail")}))

    @admin.display(description=gettext_lazy("Rights"))
    def rights(self, obj: User) -> str:
        """What this account may do, in words."""
        if obj.is_superuser:
            return _("Administrator. Only another administrator can change this.")
        return _("Moderator") if obj.is_staff else _("None here")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An account is put out of use rather than deleted: what it decided stays signed."""
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Save the account; a changed address must be confirmed again, as a new account's."""
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            staff.address_changed(obj)
        for seat in staff.seats_left_empty_by(obj):
            text = _("%(organisation)s has no owner who can sign in any more: name another one.")
            messages.warning(request, text % {"organisation": seat.organisation})

    @admin.action(
        description=gettext_lazy("Send a link to choose a new password"), permissions=["change"]
    )
    def send_reset_links(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Mail each of the chosen accounts that are in use the link they could ask for themselves."""
        chosen = list(queryset.filter(is_active=True))
        for user in chosen:
            staff.send_reset_link(user, request)
        text = ngettext("%(n)d link was sent.", "%(n)d links were sent.", len(chosen))
        messages.success(request, text % {"n": len(chosen)})


class SeatForm(forms.ModelForm):
    """A role in an organisation, which keeps an owner."""

    class Meta:
        model = Seat
        fields = ("user", "organisation", "role")

    def clean_role(self) -> str:
        """Refuse to leave an organisation without an owner."""
        role = self.cleaned_data["role"]
        if self.instance.pk and role != Seat.Role.OWNER and staff.is_last_owner(self.instance):
            raise ValidationError(str(services.LastOwner.message), code="last_owner")
        return role


@admin.register(Seat)
class SeatDesk(Of):
    """Who writes for which organisation, and who decides on that."""

    form = SeatForm
    list_display = ("user", "organisation", "role", "since")
    list_filter = ("role",)
    list_select_related = ("user", "organisation")
    search_fields = ("user__email", "user__full_name", "organisation__name")
    autocomplete_fields = ("user", "organisation")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A seat is not handed over: it is taken away, and another one given."""
        return ("user", "organisation") if obj is not None else ()

    def save_model(self, request: HttpRequest, obj: Seat, form: Any, change: bool) -> None:
        """Change a role as an owner would."""
        if change:
            # Ignored by mypy: staff are users.
            services.change_role(obj, role=obj.role, by=request.user)  # type: ignore[arg-type]
        else:
            super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The last owner of an organisation stays until there is another one."""
        if not super().has_delete_permission(request, obj):
            return False
        return obj is None or not staff.is_last_owner(obj)

    def delete_model(self, request: HttpRequest, obj: Seat) -> None:
        """Take a seat away as an owner would: the invitations of its holder die with it."""
        services.remove_seat(obj, by=request.user)  # type: ignore[arg-type]  # staff are users


@admin.register(Invitation)
class InvitationDesk(ReadOnlyDesk):
    """Who was invited where, by whom; the links themselves are kept nowhere."""

    list_display = ("email", "organisation", "role", "invited_by", "created_at", "outcome")
    list_select_related = ("organisation", "invited_by")
    search_fields = ("email", "organisation__name")
    fields = (
        "email",
        "organisation",
        "role",
        "invited_by",
        "created_at",
        "expires_at",
        "accepted_at",
        "revoked_at",
    )
    readonly_fields = fields

    @admin.display(description=pgettext_lazy("invitation", "outcome"))
    def outcome(self, obj: Invitation) -> str:
        """What became of it."""
        if obj.accepted_at:
            return _("Accepted")
        if obj.revoked_at:
            return _("Revoked")
        return _("Expired") if obj.expires_at <= timezone.now() else _("Waiting for an answer")
