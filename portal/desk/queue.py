"""The queue: what waits for a decision, as a list that moderators narrow and search."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from portal import display
from portal.lifecycle import diff, kinds
from portal.models import ABANDONED, Status, Submission
from portal.words import LONGEST_QUERY


class KindFilter(admin.SimpleListFilter):
    """One kind of object."""

    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind.code, kind.label) for kind in kinds.every()]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        for kind in kinds.every():
            if kind.code == self.value():
                return queryset.filter(kind=kind.content_type)
        return queryset


class AssignedFilter(admin.SimpleListFilter):
    """Whose work it is."""

    title = gettext_lazy("person in charge")
    parameter_name = "assigned"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("me", pgettext("assigned to", "Me")),
            ("nobody", pgettext("assigned to", "Nobody")),
            ("others", pgettext("assigned to", "A colleague")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "me":
            return queryset.filter(assigned_to=request.user.pk)
        if self.value() == "nobody":
            return queryset.filter(assigned_to=None)
        if self.value() == "others":
            return queryset.exclude(assigned_to=None).exclude(assigned_to=request.user.pk)
        return queryset


class StatusFilter(admin.SimpleListFilter):
    """Where things stand. Without a choice: what waits."""

    title = gettext_lazy("status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        decided = (Status.TO_CORRECT, Status.REFUSED, Status.PUBLISHED)
        return [
            *((status.value, str(status.label)) for status in decided),
            (Status.WITHDRAWN.value, pgettext("status", "Abandoned")),
            ("all", pgettext("status", "All")),
        ]

    def choices(self, changelist: ChangeList) -> Any:
        """What waits first, in the place of « All »."""
        unchosen, *others = super().choices(changelist)
        yield unchosen | {"display": Status.IN_REVIEW.label}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        if self.value() == "all":
            return queryset
        if self.value() in Status.values:
            return queryset.filter(status=self.value())
        return queryset.filter(status=Status.IN_REVIEW)


def search(queryset: QuerySet, text: str) -> QuerySet:
    """The submissions in which each word of `text` is found: in a title, an organisation, an author."""
    for word in text[:LONGEST_QUERY].split():
        found = Q(organisation__name__icontains=word) | Q(organisation__short_name__icontains=word)
        found |= Q(author__full_name__icontains=word) | Q(author__email__icontains=word)
        for kind in kinds.every():
            titles = set(kind.model.slug_sources.values())
            named = Q(*[(f"{title}__icontains", word) for title in titles], _connector=Q.OR)
            live = kind.model._default_manager.filter(named).values("pk")
            held = Q(*[(f"values__{title}__icontains", word) for title in titles], _connector=Q.OR)
            found |= Q(kind=kind.content_type) & (held | Q(target_id__in=live))
        queryset = queryset.filter(found)
    return queryset


# --- Columns ---------------------------------------------------------------------------------------


def nature(submission: Submission) -> str:
    """What is asked: something new, so many fields, or to come back online.

    And whether other fields are public already, of a submission `with_progress`.
    """
    fields = ngettext("%(n)d field", "%(n)d fields", len(submission.values)) % {
        "n": len(submission.values)
    }
    if submission.is_new:
        return pgettext("nature of a submission", "creation")
    target = submission.target
    if submission.is_open and target is not None and not target.is_published:
        back = pgettext("nature of a submission", "back online")
        return f"{back}, {fields}" if submission.values else back
    if submission.is_partly_published:  # type: ignore[attr-defined]  # annotated
        partly = pgettext("nature of a submission", "partly published")
        return f"{fields}, {partly}"
    return fields


def waiting_since(submission: Submission) -> str:
    """The day on which it was sent and, while it waits, how many days ago that was."""
    if submission.submitted_at is None:
        return ""
    sent = timezone.localtime(submission.submitted_at)
    if not submission.is_open:
        return display.long_date(sent)
    days = (timezone.localdate() - sent.date()).days
    ago = ngettext("%(n)d day", "%(n)d days", days) % {"n": days} if days else _("today")
    return f"{display.long_date(sent)} ({ago})"


def organisation(submission: Submission) -> str:
    """Whose submission it is; of a newcomer, that it is none yet."""
    return str(submission.organisation or pgettext("organisation", "not listed yet"))


def cell(label: Any, value: Any) -> SafeString:
    """A cell that says its column's name too, where a narrow screen has no room for columns."""
    return format_html('<span class="cell-label">{}</span> {}', label, value or "–")


# What became of a submission, in words.
STANDINGS = {
    **{status.value: status.label for status in Status},
    ABANDONED: pgettext_lazy("status", "Abandoned"),
}


class QueueColumns:
    """The columns of the queue."""

    @admin.display(description=pgettext_lazy("queue", "object"))
    def object_title(self, obj: Submission) -> str:
        return obj.title

    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def kind_label(self, obj: Submission) -> str:
        return cell(_("Kind"), kinds.of(obj).label)

    @admin.display(description=gettext_lazy("organisation"), ordering="organisation__name")
    def organisation_name(self, obj: Submission) -> str:
        return cell(_("Organisation"), organisation(obj))

    @admin.display(description=gettext_lazy("status"))
    def state(self, obj: Submission) -> str:
        return cell(_("Status"), STANDINGS[obj.standing])

    @admin.display(description=pgettext_lazy("queue", "nature"))
    def nature(self, obj: Submission) -> str:
        return cell(pgettext("queue", "Nature"), nature(obj))

    @admin.display(description=gettext_lazy("languages"))
    def languages(self, obj: Submission) -> str:
        return cell(_("Languages"), " ".join(code.upper() for code in diff.languages(obj)))

    @admin.display(description=gettext_lazy("waiting since"), ordering="submitted_at")
    def since(self, obj: Submission) -> str:
        return cell(_("Waiting since"), waiting_since(obj))

    @admin.display(description=gettext_lazy("assigned to"), ordering="assigned_to__full_name")
    def assigned(self, obj: Submission) -> str:
        return cell(_("Assigned to"), obj.assigned_to)
