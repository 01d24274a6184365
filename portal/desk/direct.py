"""The pages on which staff write a published object themselves: public at once, and logged the same.

The content is written in the very form its editors use; beside it stands what only staff keep, such
as the address of the page. The form carries the version it was filled from: if the object has moved
since, nothing is written and everything that was typed is shown again. A form that adds an object has a
key of its own, so that two clicks add one; so does whoever goes back and sends the same again.
"""

import uuid
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import display, i18n, limits
from portal.context_processors import LANGUAGE_NAMES
from portal.desk.live import LiveViews
from portal.desk.site import Desk
from portal.lifecycle import errors, kinds, repeats, review
from portal.lifecycle.content import column_label
from portal.models import RESERVED_SLUGS, FormerSlug, HistoryEntry, Published, Status
from portal.rows import AgreedRow
from portal.writing.editing import Choices
from portal.writing.marks import read_key


class StaffForm(forms.Form):
    """What staff keep of an object besides its content."""

    def __init__(self, target: Published, data: Any = None) -> None:
        super().__init__(data, prefix="staff")
        self.target = target
        for column in target.slug_sources:
            language = i18n.split(type(target), column)[1]
            self.fields[column] = forms.SlugField(
                required=False,
                max_length=120,
                initial=getattr(target, column),
                label=_("Address of the page")
                + (f" – {LANGUAGE_NAMES[language]}" if language else ""),
                help_text=_("The last part of it. Leave empty to have it made from the title."),
            )
        model: Any = type(target)
        self.fields["sources"] = Choices(
            model._meta.get_field("sources").related_model._default_manager.all(),
            required=False,
            # Ignored by mypy: each kind has sources.
            initial=target.sources.all() if target.pk else [],  # type: ignore[attr-defined]
            label=_("Sources"),
            widget=forms.SelectMultiple(attrs={"size": 8}),
        )
        self.fields["note"] = forms.CharField(
            required=False,
            max_length=500,
            label=_("Note for the history"),
            help_text=_("Why you change it. The editors of the organisation can read it."),
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for column in self.target.slug_sources:
            if slug := (cleaned.get(column) or "").lower():
                cleaned[column] = slug
                if slug in RESERVED_SLUGS or self._is_taken(slug):
                    self.add_error(column, _("This address is already used: choose another one."))
        return cleaned

    def _is_taken(self, slug: str) -> bool:
        """Whether another object of this kind has, or had, this address in any language."""
        model, pk = type(self.target), self.target.pk
        others = model._default_manager.exclude(pk=pk)
        if any(others.filter(**{column: slug}).exists() for column in self.target.slug_sources):
            return True
        former = FormerSlug.objects.filter(
            target_type=kinds.of(self.target).content_type, slug=slug
        )
        return former.exclude(target_id=pk).exists()

    def forget_errors(self) -> None:
        """Show what was typed without judging it."""
        self._errors = ErrorDict()

    def put(self) -> list[str]:
        """Set the columns on the object, unsaved; returns what changed, for the history."""
        changes = []
        for name in self.columns():
            before, after = getattr(self.target, name), self.cleaned_data[name] or None
            if name in self.target.slug_sources and after is None:
                after = "" if not type(self.target)._meta.get_field(name).null else None
            if (before or None) != (after or None):
                setattr(self.target, name, after)
                if self.target.pk:
                    label = column_label(type(self.target), name)
                    changes.append(f"{label}: {before or '–'} → {after or '–'}")
        return changes

    def columns(self) -> Iterable[str]:
        """The columns of the object that this form writes."""
        return self.target.slug_sources

    def is_as_live(self) -> bool:
        """Whether the object has all that this form asks for; what is left empty asks for nothing."""
        asked = {name: self.cleaned_data[name] for name in self.columns()}
        same = all(value in ("", None, getattr(self.target, n)) for n, value in asked.items())
        # Ignored by mypy: each kind has sources.
        return same and set(self.cleaned_data["sources"]) == set(self.target.sources.all())  # type: ignore[attr-defined]


def keep_former_slugs(target: Published, before: dict[str, str | None]) -> None:
    """Remember the addresses that `target` no longer has, so that visitors are sent on."""
    kind = kinds.of(target).content_type
    now = {getattr(target, column) for column in before}
    former = FormerSlug.objects.filter(target_type=kind)
    former.filter(slug__in=[slug for slug in now if slug]).delete()
    for slug in set(before.values()) - now:
        if slug:
            former.update_or_create(slug=slug, target_type=kind, defaults={"target_id": target.pk})


class PublishedDesk(LiveViews, Desk):
    """The pages of a published kind, for administrators."""

    list_filter: ClassVar[Any] = ("status",)
    staff_form: type[StaffForm] = StaffForm
    # Lists that inputs of the form offer while one types, by their id.
    suggestions: dict[str, Callable[[], Iterable[str]]] = {}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing that was public is deleted: it is withdrawn, and its history stays."""
        return False

    def view_on_site(self, obj: Any) -> str | None:
        """The public page, while there is one."""
        return obj.get_absolute_url() if obj.is_published else None

    def get_urls(self) -> list[URLPattern]:
        """Only what exists here: no deletion, no other history than that of the life cycle."""

        def address(route: str, view: Any, name: str) -> URLPattern:
            named = f"{self.opts.app_label}_{self.opts.model_name}_{name}"
            return path(route, self.admin_site.admin_view(view), name=named)

        return [
            address("", self.changelist_view, "changelist"),
            address("add/", self.add_directly, "add"),
            address("<int:pk>/change/", self.edit_directly, "change"),
            *self.live_urls(),
        ]

    # --- The form ----------------------------------------------------------------------------------

    def add_directly(self, request: HttpRequest) -> HttpResponse:
        """Write a new object: it is public once saved."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._edit(request, self.model())

    def edit_directly(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Change an object where it is."""
        return self._edit(request, self._found(request, pk))

    def _edit(self, request: HttpRequest, target: Any) -> HttpResponse:
        is_new = target.pk is None
        key = read_key(request.POST.get("key", "")) if is_new else None
        form, staff = self._forms(request, target, request.POST)
        if request.method != "POST":
            return self._page(request, target, form, staff)
        valid = all([form.is_valid(), staff.is_valid()])
        if "more" in request.POST:
            form.forget_errors()
            staff.forget_errors()
            return self._page(request, target, form, staff)
        try:
            if self._added(key) or (not is_new and form.expected != review.token(None, target)):
                raise errors.Stale
            if valid and is_new and (same := self._repeated(request, form, staff.data)):
                return self._saved(request, same)
            if valid:
                self._write(request, target, form, staff, key)
                return self._saved(request, target)
            form.add_faults()
        except ValidationError as refused:
            # The second of two clicks may meet what the first one wrote before it is known as such.
            if added := self._added(key):
                return self._late(request, added, form)
            form.add_errors(refused.message_dict)
        except errors.Stale:
            there = self._added(key) or self.model() if is_new else self._found(request, target.pk)
            return self._late(request, there, form)
        # What was rolled back in the database has left its traces on the object.
        shown = self.model() if is_new else self._found(request, target.pk)
        return self._page(request, shown, form, staff)

    def _forms(self, request: HttpRequest, target: Any, data: Any) -> tuple[Any, StaffForm]:
        """Both forms, filled with `data` if something was sent."""
        kind, is_new = kinds.of(self.model), target.pk is None
        data = data if request.method == "POST" else None
        form = kind.form(
            kind.content,
            kind.content.blank if is_new else kind.content.read(target),
            user=request.user,
            organisation=None if is_new else target.keeper,
            target=None if is_new else target,
            data=data,
            files=request.FILES if data is not None else None,
            more=request.POST.get("more", ""),
        )
        return form, self.staff_form(target, data)

    def _added(self, key: uuid.UUID | None) -> Any:
        """The object that a form with this key has added, if it was sent before."""
        added = HistoryEntry.objects.filter(target_type=kinds.of(self.model).content_type)
        entry = added.filter(form_key=key).first() if key else None
        return entry.target if entry else None

    def _repeated(self, request: HttpRequest, form: Any, data: Any) -> Any:
        """The object that the same person has added by saying all of this, and that still says it."""
        added: Any = repeats.added(kinds.of(self.model), form.values(), by=request.user)
        if added is None:
            return None
        again, staff = self._forms(request, added, data)
        same = again.is_valid() and staff.is_valid() and again.values() == again.proposed
        return added if same and staff.is_as_live() else None

    def _late(self, request: HttpRequest, target: Any, form: Any) -> HttpResponse:
        """Somebody else was quicker: 409, with what was typed and what they wrote beside it.

        Where all of it is there already, it was a second click, and things go on.
        """
        again, staff = self._forms(request, target, form.data)
        valid = all([again.is_valid(), staff.is_valid()])
        if target.pk and valid and again.values() == again.proposed and staff.is_as_live():
            return self._saved(request, target)
        if target.pk and again.is_valid():
            last = review.history(target).first()
            again.compare(
                again.proposed, str(last.actor if last and last.actor else _("A colleague"))
            )
        again.renew()
        return self._page(request, target, again, staff, errors.Stale())

    @transaction.atomic
    def _write(
        self,
        request: HttpRequest,
        target: Any,
        form: Any,
        staff: StaffForm,
        key: uuid.UUID | None,
    ) -> None:
        """Write both forms in one step of the history. Raises ValidationError keyed by column."""
        content = kinds.of(target).content
        taken = form.taken_from_others()
        values = {
            name: value
            for name, value in form.values().items()
            if target.pk is None or (value != form.proposed[name] and name not in taken)
        }
        before = {column: getattr(target, column) for column in target.slug_sources}
        changes = staff.put()
        sources = set(target.sources.all()) if target.pk else set()
        if target.pk and sources != set(staff.cleaned_data["sources"]):
            changes.append(f"{_('Sources')}: {len(sources)} → {len(staff.cleaned_data['sources'])}")
        note = "\n".join(filter(None, [staff.cleaned_data["note"], *changes]))
        with review.direct_edit(target, by=request.user, message=note, form_key=key):
            content.write(target, values)
            target.sources.set(staff.cleaned_data["sources"])
            keep_former_slugs(target, before)

    def _saved(self, request: HttpRequest, target: Any) -> HttpResponse:
        if target.is_published:
            text = _("“%(title)s” is saved, and online as you see it here.")
        else:
            text = _("“%(title)s” is saved. It is withdrawn: nobody else sees it.")
        messages.success(request, text % {"title": display.nested(target)})
        if review.open_submission(target):
            messages.warning(
                request,
                _(
                    "An edit by its organisation is held: where you both changed a field, "
                    "the moderator will see a conflict."
                ),
            )
        return redirect(self._address("change", target.pk))

    # --- The page ----------------------------------------------------------------------------------

    def _page(
        self,
        request: HttpRequest,
        target: Any,
        form: Any,
        staff: StaffForm,
        error: errors.ReviewError | None = None,
    ) -> HttpResponse:
        """The form as it stands."""
        error = error or form.refusal
        is_new = target.pk is None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": kinds.of(self.model).label if is_new else str(target),
            "target": None if is_new else target,
            "public_url": "" if is_new else self.view_on_site(target),
            "form": form,
            "staff": staff,
            "forms": [form, staff],
            "error": error,
            "held": None if is_new else self._held(target),
            "named": [] if is_new else list(self._named(target)),
            "datalists": {
                **{key: names() for key, names in self.suggestions.items()},
                **form.datalists,
            },
        }
        response = TemplateResponse(request, "admin/live/form.html", context)
        if isinstance(error, errors.Stale):
            response.status_code = 409
        if isinstance(error, limits.TooOften):
            response.status_code = 429
            response["Retry-After"] = str(error.seconds)
        return response

    def _held(self, target: Any) -> dict[str, Any] | None:
        """The edit that waits beside an object, and whether moderators have been sent it."""
        held = review.open_submission(target)
        if held is None:
            return None
        return {"submission": held, "is_sent": held.status != Status.DRAFT and held.submitted_at}

    def _named(self, target: Any) -> Iterable[dict[str, Any]]:
        """The organisations named here, with the page on which their agreement can be recorded."""
        content = kinds.of(target).content
        for name in content.rows:
            if issubclass(content.row_model(name), AgreedRow):
                for row in getattr(target, name).select_related("organisation", "agreed_by"):
                    address = self._address("agreement", target.pk, name, row.pk)
                    yield {"row": row, "record_url": "" if row.agreed_at else address}

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def state(self, obj: Published) -> str:
        """Whether it is public."""
        return obj.get_status_display()
