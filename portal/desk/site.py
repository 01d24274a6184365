"""The Django admin as the desk of the staff: the site, and what every page of it has in common."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.widgets import (
    AutocompleteMixin,
    AutocompleteSelect,
    AutocompleteSelectMultiple,
    RelatedFieldWidgetWrapper,
)
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from modeltranslation.manager import get_translatable_fields_for_model

from portal import head, i18n, search
from portal.context_processors import LANGUAGE_NAMES, SITE_NAME
from portal.desk import dates
from portal.display import capitalised
from portal.lifecycle import agreements, errors
from portal.lifecycle.content import Content
from portal.lifecycle.locking import first_come
from portal.models import Submission
from portal.words import LONGEST_QUERY
from portal.writing.editing import Choices

# Pages of the Django admin that the portal has elsewhere, or that would answer for any table.
NOT_OURS = {"password_change", "password_change_done", "view_on_site"}


def is_key(text: str) -> bool:
    """Whether a text is a number that rows may have; any other would be an error of the database."""
    return text.isdecimal() and len(text) < 19


class PortalAdminSite(AdminSite):
    """The Django admin: people sign in to it as they do to the site, and find their work first."""

    site_title = SITE_NAME
    site_header = SITE_NAME
    index_title = _("Moderation and administration")
    empty_value_display = "–"
    # The front page and the breadcrumb lead everywhere: the width is for comparing texts.
    enable_nav_sidebar = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Deleting several things at once goes past everything that the life cycle checks.
        self.disable_action("delete_selected")

    def register(
        self, model_or_iterable: Any, admin_class: type[Any] | None = None, **options: Any
    ) -> None:
        """Take the pages made for this desk; libraries would bring groups and e-mail addresses."""
        if admin_class is not None and issubclass(admin_class, Desk):
            super().register(model_or_iterable, admin_class, **options)

    def get_urls(self) -> list[Any]:
        """Django's own addresses, without those that stand elsewhere."""
        return [url for url in super().get_urls() if getattr(url, "name", "") not in NOT_OURS]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Let staff in; send visitors to the sign-in page of the site, and nobody else there again."""
        guarded = super().admin_view(view, cacheable)

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))
            if not self.has_permission(request):
                raise PermissionDenied
            return guarded(request, *args, **kwargs)

        return inner

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Send people to the one page where one signs in, which has the limits on trying."""
        if request.user.is_authenticated:
            if not self.has_permission(request):
                raise PermissionDenied
            return redirect("admin:index")
        wanted = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()):
            wanted = resolve_url("admin:index")
        return redirect_to_login(wanted, resolve_url(settings.LOGIN_URL))

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page of the desk knows."""
        other = i18n.other(i18n.current())
        # A page that answers a form has no address of its own in the other language.
        here = request.get_full_path() if request.method == "GET" else resolve_url("admin:index")
        return super().each_context(request) | {
            "site_url": resolve_url("home"),
            "other_language": other,
            "other_language_name": LANGUAGE_NAMES[other],
            "other_language_url": head.translated(here, other),
        }

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The tables by app, the queue's first."""
        apps = super().get_app_list(request, app_label)
        return sorted(apps, key=lambda app: app["app_label"] != Submission._meta.app_label)

    def index(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The front page: how much waits for a decision, how much of it for a colleague's, and what
        is public without an organisation.
        """
        waiting = Submission.objects.in_review()
        judgeable = Submission.objects.judgeable_by(request.user)
        work = waiting.aggregate(
            count=models.Count("pk"),
            others=models.Count("pk", filter=~models.Q(pk__in=judgeable.values("pk"))),
            mine=models.Count("pk", filter=models.Q(assigned_to=request.user.pk)),
            oldest=models.Min("submitted_at"),
        )
        context = {"work": work, "unnamed": agreements.unnamed()}
        return super().index(request, context | (extra_context or {}))


class Bilingual:
    """Says the language of each column in words, and gives long texts room."""

    model: type[models.Model]

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """The input of a column; of a bilingual one it says its language, to people and browsers."""
        if i18n.split(self.model, db_field.name)[1] and (db_field.max_length or 0) > 150:
            kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 3}))
        # Ignored by mypy: a mixin, and fields of any model.
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        language = i18n.split(self.model, db_field.name)[1]
        if field is not None and language:
            name = i18n.split(self.model, db_field.name)[0]
            # Ignored by mypy: a mixin, and fields of any model.
            words = capitalised(self.model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
            field.label = f"{words} – {LANGUAGE_NAMES[language]}"
            field.widget.attrs["lang"] = language
        if isinstance(field and field.widget, RelatedFieldWidgetWrapper):
            # No window opens from a form: what is missing is added on its own page.
            for may in ("add", "change", "delete", "view"):
                setattr(field.widget, f"can_{may}_related", False)
        return field


class BilingualForm(forms.ModelForm):
    """A form in which a text that must be there is there in one language at least."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in get_translatable_fields_for_model(self._meta.model) or ():
            columns = i18n.columns(self._meta.model, name)
            if self._meta.model._meta.get_field(name).blank or columns[0] not in self.fields:
                continue
            if not any(cleaned.get(column) or column in self.errors for column in columns):
                self.add_error(columns[0], _("Write it in French or in English, or in both."))
        return cleaned


class KeysOnly(AutocompleteMixin):
    """A widget that asks the database for the rows chosen: it knows no key such as “abc”."""

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        """The rows to show: what was sent and cannot be a key is no row."""
        return super().optgroups(name, [key for key in value if is_key(str(key))], attr)


class SuggestOne(KeysOnly, AutocompleteSelect):
    """One row, found while its name is typed."""


class SuggestMany(KeysOnly, AutocompleteSelectMultiple):
    """Several rows, found while their names are typed."""


class Desk(Bilingual, admin.ModelAdmin):
    """The pages of one table."""

    form: type[forms.ModelForm] = BilingualForm
    list_per_page = 50
    list_max_show_all = 100
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    # Columns that stand in addresses: given once and never changed.
    codes: tuple[str, ...] = ()

    def __init__(self, model: type[models.Model], admin_site: AdminSite) -> None:
        super().__init__(model, admin_site)
        dates.say_in(self)

    def is_key(self, text: str) -> bool:
        """Whether a text may be the key of a row of this table."""
        return is_key(text)

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        """Whether a list may be narrowed like this: just as its filters do it.

        From nearly every row there is a way to somebody's password, and a list that is narrowed by it
        would tell it letter by letter.
        """
        filters = [getattr(each, "parameter_name", each) for each in self.get_list_filter(request)]
        ways = ("", "__exact", "__isnull", "__id__exact")
        return lookup in {f"{name}{way}" for name in filters for way in ways}

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet, search_term: str
    ) -> tuple[models.QuerySet, bool]:
        """The rows in which all words are found; each costs a condition on every column searched."""
        return super().get_search_results(request, queryset, search_term[:LONGEST_QUERY])

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Nothing: an address fills in no form, whoever made it up."""
        return {}

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = SuggestOne(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs["widget"] = SuggestMany(db_field, self.admin_site)
        return super().formfield_for_manytomany(db_field, request, form_class=Choices, **kwargs)

    def response_action(self, request: HttpRequest, queryset: models.QuerySet, *args: Any) -> Any:
        """Do something with the rows that were ticked; 400 for what cannot be the key of one."""
        if not all(self.is_key(key) for key in request.POST.getlist(ACTION_CHECKBOX_NAME)):
            raise BadRequest("Not the key of a row")
        return super().response_action(request, queryset, *args)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """Who wrote a row in the admin and when; of a row that is not there, to nobody else either."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Whether the front page names this table: to whoever may see it."""
        return self.has_view_permission(request)

    def view_on_site(self, obj: Any) -> str | None:
        """The public page of a row, if it has one."""
        return obj.get_absolute_url() if hasattr(obj, "get_absolute_url") else None

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Codes can be given, and not changed."""
        given = self.codes if obj is not None else ()
        return (*super().get_readonly_fields(request, obj), *given)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """The list, under the name of what is in it."""
        title = {"title": capitalised(self.opts.verbose_name_plural)}
        return super().changelist_view(request, title | (extra_context or {}))

    def render_change_form(
        self,
        request: HttpRequest,
        context: Any,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> Any:
        """The form, under the name of the row. Django would build a sentence that French cannot say."""
        new = _("New: %(name)s") % {"name": self.opts.verbose_name}
        context |= {"title": str(obj) if obj else new, "subtitle": None}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save a row whole, then let search find it by what it says now."""
        super().save_related(request, form, formsets, change)
        if hasattr(form.instance, "search_texts"):
            search.index(form.instance)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The form of a row; what somebody else made impossible since it was shown is said."""
        return self._told(request, super().changeform_view, *args, **kwargs)

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Ask, then delete; what somebody else made impossible meanwhile is said."""
        return self._told(request, super().delete_view, *args, **kwargs)

    def _told(self, request: HttpRequest, view: Any, *args: Any, **kwargs: Any) -> Any:
        """What `view` answers; if it is too late for it, the page as it is now with the reason."""
        try:
            with first_come():
                return view(request, *args, **kwargs)
        except errors.ReviewError as error:
            messages.error(request, str(error))
            return redirect(request.get_full_path())

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete a row, and let search forget it."""
        if hasattr(obj, "search_texts"):
            search.remove(obj)
        super().delete_model(request, obj)


class ReadOnlyDesk(Desk):
    """The pages of a table that only the portal itself writes."""

    change_form_template = "admin/read_only.html"

    def get_urls(self) -> list[Any]:
        """The list and each row: there is nothing else to ask for."""
        kept = ("changelist", "change")
        return [url for url in super().get_urls() if str(url.name or "").endswith(kept)]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Taxonomy(Desk):
    """Something to choose from: it can be deleted while nothing uses it."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether this row may go: an administrator asks, and nothing refers to it."""
        if not super().has_delete_permission(request, obj):
            return False
        return obj is None or not is_used(obj)


def is_used(obj: models.Model) -> bool:
    """Whether any row of any table refers to `obj`: one query for each kind of reference."""
    for relation in obj._meta.get_fields(include_hidden=True):
        if relation.auto_created and not relation.concrete and relation.is_relation:
            # Ignored by mypy: a mixin, and fields of any model.
            rows = relation.related_model._base_manager  # type: ignore[union-attr]
            # Ignored by mypy: a mixin, and fields of any model.
            if rows.filter(**{relation.field.name: obj}).exists():  # type: ignore[union-attr]
                return True
    return False


def failures(content: Content, error: errors.ReviewError | None) -> list[str]:
    """Why an object would be impossible, field by field."""
    by_column = error.errors if isinstance(error, errors.Incomplete) else {}
    return [
        text if name == "__all__" else f"{content.label(name)} – {text}"
        for name, texts in by_column.items()
        for text in texts
    ]
