"""Agreements: an organisation named by somebody else is shown once it said yes, and not before.

A row that names an organisation is asked about when it becomes part of a published object. Any
editor of that organisation answers from the workspace; staff may record an answer given elsewhere,
with its source. The organisation that writes the object agrees by writing it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from portal import cards, search
from portal.lifecycle import kinds, notices
from portal.lifecycle.content import Values, encode
from portal.lifecycle.errors import MessageRequired, NotAllowed, Stale, WrongState
from portal.lifecycle.locking import locked
from portal.models import Asked, HistoryEntry, Published, Status, Submission
from portal.rows import AgreedRow

# An organisation is not asked again about the same object within this time, and its no stands.
QUIET = timedelta(days=90)
# As many objects of a kind that show no organisation are listed to those who can mend it.
MOST_UNNAMED = 50


def row_models() -> Iterator[type[AgreedRow]]:
    """Every kind of row that needs an agreement."""
    for kind in kinds.every():
        for name in kind.content.rows:
            model = kind.content.row_model(name)
            if issubclass(model, AgreedRow):
                yield model


def rows_of(target: Published) -> Iterator[AgreedRow]:
    """The rows of `target` that name organisations, whatever they answered."""
    content = kinds.of(target).content
    for name in content.rows:
        if issubclass(content.row_model(name), AgreedRow):
            yield from getattr(target, name).select_related("organisation")


@dataclass(frozen=True)
class Named:
    """An organisation that a submission names, and where its agreement stands.

    `row` is what it said so far, None if it was not named like this before; `is_own` for the
    organisation that writes, which agrees by writing.
    """

    organisation: Any
    row: AgreedRow | None
    is_own: bool

    @property
    def can_answer(self) -> bool:
        """Whether anybody writes for it, and so gets the question: one query."""
        return self.organisation.editors().exists()

    @property
    def will_be_asked(self) -> bool:
        """Whether publishing sends it the question."""
        row = self.row
        return not self.is_own and (
            row is None
            or (row.agreed_at is None and row.asked_at is None and row.declined_at is None)
        )


def named_in(submission: Submission, values: Values) -> list[Named]:
    """The organisations named by the rows in `values`, the content that a submission proposes."""
    content = kinds.of(submission).content
    values = content.fitting(values)
    found = []
    for name in content.rows:
        model, columns = content.row_model(name), content.row_columns(name)
        if not issubclass(model, AgreedRow) or name not in values:
            continue
        live = (
            getattr(submission.target, name).select_related("agreed_by")
            if submission.target
            else []
        )
        said = {row.organisation_id: row for row in live}
        organisations = model._meta.get_field(
            "organisation"
        ).related_model._default_manager.in_bulk([raw.get("organisation") for raw in values[name]])
        for raw in values[name]:
            key = raw.get("organisation")
            row = said.get(key)
            if row is not None and any(encode(row, c) != raw.get(c) for c in columns):
                row = None  # Named otherwise than before: it must be asked again.
            if key in organisations:
                is_own = key == submission.organisation_id
                found.append(Named(organisations[key], row, is_own))
    return found


def asked_of(user: Any) -> list[AgreedRow]:
    """What waits for an answer of the organisations that `user` edits, the oldest first."""
    rows: list[AgreedRow] = []
    for model in row_models():
        rows += (
            model._default_manager.asked()
            .filter(organisation__in=user.organisation_ids(), asked_at__isnull=False)
            .filter(**{f"{model.parent}__status": Status.PUBLISHED})
            .select_related("organisation", model.parent)
        )
    return sorted(rows, key=lambda row: (row.asked_at, row.pk))


def naming(organisation: Any) -> list[AgreedRow]:
    """The rows of what others published that name `organisation`, whatever it answered."""
    rows: list[AgreedRow] = []
    for model in row_models():
        rows += (
            model._default_manager.filter(organisation=organisation)
            .filter(**{f"{model.parent}__status": Status.PUBLISHED})
            .exclude(**{model.written_by: organisation})
            .select_related("organisation", model.parent, model.written_by)
            .order_by("-pk")
        )
    return rows


def showing(organisation: Any) -> Iterator[Any]:
    """The published objects, of whomever, that name `organisation` to visitors if it is public.

    They are locked, so that who publishes one of them at the same moment writes what follows from it
    after us, or before; whoever locks several takes them in this order.
    """
    for model in row_models():
        named: Any = model._meta.get_field("organisation").related_model
        if not isinstance(organisation, named):
            return
        parent: Any = model._meta.get_field(model.parent).related_model
        rows: Any = model._default_manager
        agreed = rows.filter(organisation=organisation, agreed_at__isnull=False)
        shown = parent._default_manager.published().filter(pk__in=agreed.values(model.parent))
        yield from shown.select_for_update(of=("self",), no_key=True).order_by("pk")


def unnamed(organisation: Any = None) -> list[Any]:
    """What is public, names organisations and shows none of them; of one that writes, what is its own.

    None of them said yes, or none is public any more. What never named anybody is not among them,
    nor are organisations, whose pages have their own name. The first of each kind: one query each.
    """
    found: list[Any] = []
    for model in row_models():
        parent: Any = model._meta.get_field(model.parent).related_model
        if parent is model._meta.get_field("organisation").related_model:
            continue
        rows = model._default_manager.filter(**{model.parent: OuterRef("pk")})
        nameless = parent._default_manager.published().filter(Exists(rows), ~Exists(rows.agreed()))
        if organisation is not None:
            nameless = nameless.filter(organisation=organisation)
        found += nameless.order_by("pk")[:MOST_UNNAMED]
    return found


def showing_only(organisation: Any) -> list[Any]:
    """What is public and shows `organisation` and nobody else, and so nobody once that is withdrawn.

    As in `unnamed`, organisations are not among it, and another kind is shown nowhere; all of it, in the
    order in which several objects are locked: one query for each kind.
    """
    found: list[Any] = []
    for model in row_models():
        parent: Any = model._meta.get_field(model.parent).related_model
        named: Any = model._meta.get_field("organisation").related_model
        if parent is named or not isinstance(organisation, named):
            continue
        rows = model._default_manager.filter(**{model.parent: OuterRef("pk")}).agreed()
        theirs, others = (
            rows.filter(organisation=organisation),
            rows.exclude(organisation=organisation),
        )
        found += (
            parent._default_manager.published()
            .filter(Exists(theirs), ~Exists(others))
            .select_related("organisation")
            .order_by("pk")
        )
    return found


def give_own(target: Published, organisation: Any, by: Any) -> None:
    """Note that the organisation which writes `target` agrees to being named in it.

    If it declined, that stands: it says otherwise by writing the row anew.
    """
    for row in rows_of(target):
        is_unanswered = row.agreed_at is None and row.declined_at is None
        if row.organisation == organisation and is_unanswered:
            _agree(row, by)


def ask(target: Published) -> None:
    """Ask the organisations that `target` names and that have not been asked yet.

    One that was asked about this object a short while ago, in a row that was removed since, finds
    the question in its workspace and gets no second mail; if it declined then, that still holds.
    """
    for row in rows_of(target):
        if row.agreed_at is None and row.asked_at is None and row.declined_at is None:
            asked, is_first = _asked(target, row.organisation)
            row.asked_at = asked.at
            row.declined_at = asked.declined_at
            row.save(update_fields=["asked_at", "declined_at"])
            if is_first:
                notices.agreement_asked(row)


def _asked(target: Published, organisation: Any) -> tuple[Asked, bool]:
    """When an organisation was asked about `target`; notes today, and says so, if it is long ago."""
    about = {"target_type": kinds.of(target).content_type, "target_id": target.pk}
    asked, is_first = Asked.objects.get_or_create(**about, organisation=organisation)
    if not is_first and asked.at < timezone.now() - QUIET:
        asked.at, asked.declined_at, is_first = timezone.now(), None, True
        asked.save(update_fields=["at", "declined_at"])
    return asked, is_first


def _remember(row: AgreedRow) -> None:
    """Note a yes or no beside the object, for when the row is removed and written again."""
    Asked.objects.update_or_create(
        target_type=kinds.of(row.owner).content_type,
        target_id=row.owner.pk,
        organisation=row.organisation,
        defaults={"declined_at": row.declined_at, "at": timezone.now()},
    )


@transaction.atomic
def agree(row: AgreedRow, *, by: Any, terms: str | None = None) -> AgreedRow:
    """Say yes for the organisation that `row` names: visitors see it from now on.

    Raises Stale if the row says something else by now than the `terms` that were read.
    """
    row = _answered(row, by)
    if terms is not None and terms != row.terms:
        raise Stale
    _agree(row, by)
    _remember(row)
    _record(row, HistoryEntry.Action.AGREED, by)
    notices.agreement_answered(row, by)
    return row


@transaction.atomic
def decline(row: AgreedRow, *, by: Any) -> AgreedRow:
    """Say no, now or after having agreed: visitors do not see it, or no longer do."""
    row = _answered(row, by, may_change_mind=True)
    recalled = row.agreed_at is not None
    row.forget_agreement()
    row.declined_at = timezone.now()
    row.save()
    _remember(row)
    actions = HistoryEntry.Action
    _record(row, actions.RECALLED if recalled else actions.DECLINED, by)
    notices.agreement_answered(row, by, recalled=recalled)
    return row


@transaction.atomic
def record(row: AgreedRow, *, source: str, by: Any) -> AgreedRow:
    """Note an agreement that was given elsewhere; `source` says where. For staff."""
    if not by.has_perm(f"{row._meta.app_label}.change_{row._meta.model_name}"):
        raise NotAllowed
    if not source.strip():
        raise MessageRequired
    row = _locked(row)
    row.agreement_source = source.strip()
    _agree(row, by)
    _remember(row)
    _record(row, HistoryEntry.Action.AGREED, by, source)
    return row


def _locked(row: AgreedRow) -> AgreedRow:
    """The row as it is now, and its object, locked; Stale if the object no longer names anybody so."""
    owner = locked(row.owner)
    row = locked(row)
    setattr(row, row.parent, owner)
    return row


def _answered(row: AgreedRow, by: Any, may_change_mind: bool = False) -> AgreedRow:
    row = _locked(row)
    if not by.is_active or not by.edits(row.organisation):
        raise NotAllowed
    if row.agreed_at is not None and not may_change_mind:
        raise WrongState
    return row


def _agree(row: AgreedRow, by: Any) -> None:
    row.agreed_at, row.agreed_by, row.declined_at = timezone.now(), by, None
    row.save()


def _record(row: AgreedRow, action: HistoryEntry.Action, by: Any, source: str = "") -> None:
    """Note an answer, and let the object be found by the name of who agreed and of nobody else."""
    search.index(row.owner)
    cards.settle_on_commit(row.owner)
    HistoryEntry.objects.create(
        target_type=kinds.of(row.owner).content_type,
        target_id=row.owner.pk,
        action=action,
        actor=by,
        message=f"{row.organisation} – {source}" if source else str(row.organisation),
    )
