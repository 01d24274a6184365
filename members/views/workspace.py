"""The first pages of the workspace: what waits for me, one organisation, agreements asked of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from members import services
from members.models import Organisation, Seat
from members.querysets import CHECKED_FOR
from members.views import access, trails
from members.views.access import MemberRequest, signed_in
from members.views.contents import held_edits
from portal.lifecycle import agreements, diff, kinds, permissions, waiting
from portal.lifecycle.errors import ReviewError
from portal.models import Status, Submission
from portal.rows import AgreedRow

# How long what was decided stays on the first page.
NEWS_FOR = timedelta(days=30)
MOST = 50


# --- What waits for me ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Own:
    """An organisation as one of its editors sees it, with the edit that is `held` beside its profile."""

    organisation: Organisation
    held: Submission | None
    has_event: bool
    seat: Seat | None = None

    @property
    def is_to_verify(self) -> bool:
        """Whether nobody has checked its live profile for a year."""
        checked = self.organisation.verified_on
        overdue = checked is None or checked < timezone.localdate() - CHECKED_FOR
        return self.organisation.is_published and overdue

    @property
    def tasks(self) -> list[dict[str, Any]]:
        """The three things to do first, until all are done: profile, logo, first event."""
        slug = self.organisation.slug
        profile = reverse("members:organisation-edit", args=[slug])
        tasks = [
            {
                "label": _("Describe what you do, in French and in English"),
                "url": f"{profile}#id_summary_fr",
                "done": self._has("summary_fr", "summary_en", "description_fr"),
            },
            {
                "label": _("Add your logo"),
                "url": f"{profile}#id_logo",
                "done": self._has("logo"),
            },
            {
                "label": _("Announce a first event"),
                "url": reverse("members:content-create", args=[slug, "event"]),
                "done": self.has_event,
            },
        ]
        return [] if all(task["done"] for task in tasks) else tasks

    def _has(self, *columns: str) -> bool:
        held = self.held.values if self.held else {}
        return all(held.get(column) or getattr(self.organisation, column) for column in columns)


def own(organisations: Iterable[Organisation], seats: Iterable[Seat] = ()) -> list[Own]:
    """These organisations with what their editors see of them: two queries."""
    organisations = list(organisations)
    held = held_edits(kinds.named("organisation"), organisations)
    active = _with_events(organisations)
    seat_of = {seat.organisation_id: seat for seat in seats}
    return [
        Own(each, held.get(each.pk), each.pk in active, seat_of.get(each.pk))
        for each in organisations
    ]


def _with_events(organisations: list[Organisation]) -> set[int]:
    """Those that have published an event, or begun one."""
    event = kinds.named("event")
    model: Any = event.model
    published = model.objects.filter(organisation=OuterRef("pk"))
    begun = Submission.objects.filter(kind=event.content_type, organisation=OuterRef("pk"))
    rows = Organisation.objects.filter(pk__in=[each.pk for each in organisations])
    found = rows.filter(Exists(published) | Exists(begun)).order_by()
    return set(found.values_list("pk", flat=True))


@signed_in
@require_safe
def workspace(request: MemberRequest) -> HttpResponse:
    """What waits for me, my organisations, and what is under way: the same few queries for all."""
    user = request.user
    seats = user.seats.select_related("organisation").order_by("organisation__sort_name")
    mine = own([seat.organisation for seat in seats], seats)
    submissions = _rows(Submission.objects.writable_by(user).open().order_by("-updated_at", "-pk"))
    decided = (
        Submission.objects.writable_by(user)
        .filter(status__in=[Status.PUBLISHED, Status.REFUSED])
        .filter(decided_at__gte=timezone.now() - NEWS_FOR)
        .order_by("-decided_at", "-pk")
    )
    context = {
        "mine": mine,
        "agreements": agreements.asked_of(user),
        "to_correct": [s for s in submissions if s.status == Status.TO_CORRECT],
        "drafts": [s for s in submissions if s.status == Status.DRAFT],
        "in_review": [s for s in submissions if s.status == Status.IN_REVIEW],
        "decided": _rows(decided, most=10),
        "to_verify": [each for each in mine if each.is_to_verify],
        "waiting": _waiting_for_judge(user),
        "noindex": True,
    }
    return render(request, "members/workspace/workspace.html", context)


def _rows(submissions: QuerySet[Submission], most: int = MOST) -> list[Submission]:
    """The first submissions with what their row in a list says: a query for each kind of target."""
    rows = submissions.select_related("kind", "organisation", "author").prefetch_related("target")
    return list(rows[:most])


def _waiting_for_judge(user: Any) -> int | None:
    """How many submissions wait for a decision `user` may take; None if they decide on none."""
    if not permissions.is_moderator(user):
        return None
    return Submission.objects.judgeable_by(user).count()


@signed_in
@require_safe
def writing_help(request: MemberRequest) -> HttpResponse:
    """How review works, how long it takes, what the states mean, how to withdraw."""
    context = {
        "usual_days": waiting.usual_days(),
        "trail": [(_("Member area"), reverse("members:workspace")), (_("Help"), "")],
        "noindex": True,
    }
    return render(request, "members/workspace/help.html", context)


# --- One organisation -------------------------------------------------------------------------------


@signed_in
@require_safe
def organisation_workspace(request: MemberRequest, slug: str) -> HttpResponse:
    """One organisation: the state of its profile, what it publishes, who names it."""
    organisation = access.organisation_of(request.user, slug)
    submissions = Submission.objects.filter(organisation=organisation).open()
    context = {
        "organisation": organisation,
        "own": own([organisation])[0],
        "kinds": [
            _counted(kind, organisation) for kind in kinds.every() if kind.model is not Organisation
        ],
        "submissions": _rows(submissions.order_by("-updated_at", "-pk")),
        "unnamed": [(kinds.of(each), each) for each in agreements.unnamed(organisation)],
        "named": agreements.naming(organisation),
        "trail": trails.of_organisation(organisation),
        "noindex": True,
    }
    return render(request, "members/workspace/organisation_workspace.html", context)


def _counted(kind: kinds.Kind, organisation: Organisation) -> dict[str, Any]:
    """A kind with how many objects of it an organisation has published: one query."""
    model: Any = kind.model
    return {
        "kind": kind,
        "count": model.objects.published().filter(organisation=organisation).count(),
        "list_url": reverse("members:content-list", args=[organisation.slug, kind.code]),
        "new_url": reverse("members:content-create", args=[organisation.slug, kind.code]),
    }


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def organisation_verify(request: MemberRequest, slug: str) -> HttpResponse:
    """« Tout est à jour »: show what a profile says; sent, note that it was checked today."""
    organisation = access.organisation_of(request.user, slug)
    if request.method != "POST":
        return _profile_to_check(request, organisation)
    try:
        services.verify_organisation(organisation, by=request.user)
    except ReviewError as error:
        messages.warning(request, str(error))
    else:
        messages.success(request, _("Thank you: the page now says that it was checked today."))
    return redirect("members:organisation-workspace", slug)


def _profile_to_check(request: HttpRequest, organisation: Organisation) -> HttpResponse:
    """All that the live profile says, with one button; of one that is not live there is nothing."""
    if not organisation.is_published:
        return redirect("members:organisation-workspace", organisation.slug)
    content = kinds.of(organisation).content
    live = content.read(organisation)
    rows = diff.between(
        content, content.blank, live, lambda name, _side: getattr(organisation, name).url
    )
    context = {
        "organisation": organisation,
        "held": own([organisation])[0].held,
        "filled": [row for row in rows if row["proposed"]],
        "is_new": True,
        "trail": trails.of_organisation(organisation, _("To check")),
        "noindex": True,
    }
    return render(request, "members/workspace/organisation_check.html", context)


# --- Agreements -------------------------------------------------------------------------------------


@signed_in
def agreement_answer(request: MemberRequest, kind: str, pk: int) -> HttpResponse:
    """Whether an organisation agrees to be named by another: yes, no, or no longer."""
    row = _asked_row(request.user, kind, pk)
    if request.method != "POST":
        return _agreement_page(request, row)
    answer, had_agreed = request.POST.get("answer", ""), row.agreed_at is not None
    if answer not in ("agree", "decline"):
        return _agreement_page(request, row)
    try:
        if answer == "agree":
            agreements.agree(row, by=request.user, terms=request.POST.get("terms"))
        else:
            agreements.decline(row, by=request.user)
    except ReviewError as error:
        return _agreement_page(request, _asked_row(request.user, kind, pk), error)
    if answer == "agree":
        messages.success(request, _("You agreed: your organisation is named there from now on."))
    elif had_agreed:
        text = _("You took your agreement back: your organisation is no longer named there.")
        messages.success(request, text)
    else:
        messages.success(request, _("You declined: your organisation is not named there."))
    return redirect("members:organisation-workspace", row.organisation.slug)


def _asked_row(user: Any, code: str, pk: int) -> AgreedRow:
    """A row that names an organisation of the user's in something public; 404 for any other."""
    model = next((m for m in agreements.row_models() if m._meta.model_name == code), None)
    if model is None:
        raise Http404
    rows = model._default_manager.filter(organisation__in=user.organisation_ids())
    rows = rows.filter(**{f"{model.parent}__status": Status.PUBLISHED})
    return get_object_or_404(
        rows.select_related("organisation", model.parent, model.written_by), pk=pk
    )


def _agreement_page(
    request: HttpRequest, row: AgreedRow, refusal: ReviewError | None = None
) -> HttpResponse:
    context = {
        "row": row,
        "object": row.owner,
        "kind": kinds.of(row.owner),
        "organisation": row.organisation,
        "refusal": refusal,
        "trail": trails.of_organisation(row.organisation, _("Agreement")),
        "noindex": True,
    }
    status = 409 if refusal else 200
    return render(request, "members/workspace/agreement_answer.html", context, status=status)
