"""The verbs of an import. Page, task and command call these, and only these.

Whoever works at an import takes the first line that is left to do and locks it: two who do so at once
share the lines. What a line does and what is noted of it are one transaction.
"""

import datetime
import logging
import time
from typing import Any

from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from django_tasks import task

from members.imports import checking, matching, reading
from members.imports.columns import Vocabulary
from members.imports.faults import Fault, in_both
from members.models import Import, ImportLine, Organisation
from portal import cards
from portal.background.queueing import enqueue_on_commit, is_kept
from portal.lifecycle import kinds, review
from portal.lifecycle.errors import ReviewError, WrongState
from portal.lifecycle.locking import locked
from portal.words import fold

logger = logging.getLogger(__name__)

State, Outcome = Import.State, ImportLine.Outcome
WRITTEN = (Outcome.ADDED, Outcome.UPDATED)

# How long one turn lasts: mails wait no longer behind an import, nor does who looks at its page.
TURN = 2.0
# How long an import is kept: time to look again at what became of each line. The history of each
# organisation has what was written; the rest is a file that somebody sent us, and none of ours.
KEPT = datetime.timedelta(days=30)
# So long after the last turn somebody may set it going again by hand.
STUCK = datetime.timedelta(minutes=1)

LATE = gettext_lazy(
    "The organisation has changed since this line was checked: nothing was written. Import it again."
)
BROKEN = gettext_lazy(
    "Something went wrong here with this line: nothing was written. The log says what."
)


@transaction.atomic
def begin(name: str, data: bytes, *, by: Any) -> Import:
    """Keep what a file says and have it checked in the background. Raises `reading.Unreadable`."""
    table = reading.read(data)
    imported = Import.objects.create(
        file_name=name[:200],
        made_by=by,
        encoding=table.encoding,
        ignored=table.ignored,
        unknown=table.unknown,
    )
    lines = _lines(imported, table.rows)
    ImportLine.objects.bulk_create(lines, batch_size=500)
    _go_on(imported)
    return imported


def _lines(imported: Import, rows: list[reading.Row]) -> list[ImportLine]:
    """The rows of a file as lines. One that says what an earlier one does of itself is told so."""
    first: dict[tuple[str, str], int] = {}
    lines = []
    for row in rows:
        known = matching.keys(row.cells)
        before = [first[key] for key in known.words() if key in first]
        name = ("name", fold(known.name))
        fault = row.fault
        if before:
            fault = Fault(checking.TOLD_BEFORE, number=before[0])
        lines.append(
            ImportLine(
                imported=imported,
                number=row.number,
                name=known.name[:150],
                cells=row.cells,
                namesake=first.get(name) if known.name else None,
                outcome=Outcome.ERROR if fault else Outcome.WAITING,
                messages=_told(fault) if fault else {},
            )
        )
        for key in (name, *known.words()):
            first.setdefault(key, row.number)
    return lines


def _told(fault: ReviewError) -> dict[str, Any]:
    """A refusal in both languages."""

    def refuse() -> None:
        raise fault

    return in_both(refuse, kinds.of(Organisation).content)[1]


@transaction.atomic
def confirm(imported: Import, *, by: Any) -> None:
    """Have everything written that the check found to be new or changed. Twice is once.

    Raises WrongState while it is being checked, and once it was abandoned.
    """
    imported = locked(imported)
    if imported.state in (State.APPLYING, State.DONE):
        return
    if imported.state != State.CHECKED:
        raise WrongState
    imported.state, imported.confirmed_by, imported.touched_at = State.APPLYING, by, timezone.now()
    imported.save(update_fields=["state", "confirmed_by", "touched_at"])
    _go_on(imported)


@transaction.atomic
def abandon(imported: Import) -> None:
    """Leave it: nothing of it was written. Raises WrongState once somebody confirmed it."""
    imported = locked(imported)
    if imported.state not in (State.CHECKING, State.CHECKED, State.ABANDONED):
        raise WrongState
    imported.state = State.ABANDONED
    imported.save(update_fields=["state"])


def go_on(imported: Import) -> None:
    """Set an import going again whose turn is nobody's: where no worker is, or one lost it."""
    if imported.is_running:
        Import.objects.filter(pk=imported.pk).update(touched_at=timezone.now())
        _go_on(imported)


def needs_a_push(imported: Import) -> bool:
    """Whether an import goes on only if somebody asks for it."""
    if not imported.is_running:
        return False
    return not is_kept(take_turn) or imported.touched_at < timezone.now() - STUCK


def _go_on(imported: Import) -> None:
    enqueue_on_commit(take_turn, number=imported.pk, name=_("Import of organisations"))


@task()
def take_turn(*, number: int, name: str) -> None:
    """Work at an import for a while, and hand it over to whoever is next.

    In this process nobody is: the page of the import asks for the next turn.
    """
    if work(number) and is_kept(take_turn):
        enqueue_on_commit(take_turn, number=number, name=name)


def forget() -> int:
    """Delete the imports that were begun long ago, finished or not; returns how many."""
    old = Import.objects.filter(made_at__lt=timezone.now() - KEPT)
    count = old.count()
    old.delete()
    return count


# --- The work ---------------------------------------------------------------------------------------


def work(number: int, *, seconds: float = TURN) -> bool:
    """Do the next lines of an import, at least one; whether there is more for us to do."""
    end, words = time.monotonic() + seconds, Vocabulary()
    more = True
    while more:
        more = _one(number, words)
        if time.monotonic() >= end:
            break
    Import.objects.filter(pk=number).update(touched_at=timezone.now())
    return more


@task()
def draw(*, number: int, after: int, name: str) -> None:
    """Draw for a while the pictures of what an import wrote, from the line after that one on."""
    end = time.monotonic() + TURN
    lines = ImportLine.objects.filter(imported=number, outcome__in=WRITTEN, number__gt=after)
    left = lines.order_by("number").values_list("number", "organisation")
    for line, organisation in left.iterator():
        cards.settle(Organisation, organisation)
        if time.monotonic() >= end:
            enqueue_on_commit(draw, number=number, after=line, name=name)
            return


def _draw_on_commit(imported: Import) -> None:
    """Have the pictures drawn by a worker; where none is, they wait for what is done once a day."""
    if is_kept(draw):
        words = _("Pictures for social networks")
        enqueue_on_commit(draw, number=imported.pk, after=0, name=words)


@transaction.atomic
def _one(number: int, words: Vocabulary) -> bool:
    """Do one line; False if none is left, or only those that somebody else is doing."""
    rows = Import.objects.filter(pk=number, state__in=Import.RUNNING)
    imported = rows.select_related("made_by", "confirmed_by").first()
    if imported is None:
        return False
    state = State(imported.state)
    left = imported.lines.filter(outcome__in=ImportLine.TO_DO[state])
    line = left.select_for_update(skip_locked=True).order_by("number").first()
    if line is None:
        if not left.exists():
            done = {State.CHECKING: State.CHECKED, State.APPLYING: State.DONE}[state]
            ended = Import.objects.filter(pk=number, state=state).update(state=done)
            if ended and done == State.DONE:
                _draw_on_commit(imported)
        return False
    line.imported = imported
    do = _check if state == State.CHECKING else _apply
    try:
        with transaction.atomic():
            do(line, words)
    except (OperationalError, InterfaceError):
        raise  # The database is not there: the line is as it was.
    except Exception:
        # Whatever one line fails with: the others go on, the report says so, and the log says why.
        logger.exception("Line %s of import %s", line.number, number)
        line.refresh_from_db()
        _refuse(line, _told(Fault(BROKEN)))
    return True


def _check(line: ImportLine, words: Vocabulary) -> None:
    """Note what a line would change, or why it cannot be taken."""
    by = line.imported.made_by
    found, line.messages = in_both(lambda: checking.check(line, by, words), _content())
    if found is None:
        _refuse(line, line.messages)
        return
    line.outcome, line.changes, line.is_held = found.outcome, found.changes, found.is_held
    line.organisation = found.organisation
    line.version = found.organisation.version if found.organisation else 0
    try:
        with transaction.atomic():
            line.save()
    except IntegrityError:
        other = line.imported.lines.get(organisation=found.organisation)
        line.organisation, line.changes, line.version = None, {}, 0
        _refuse(line, _told(Fault(checking.TOLD_BEFORE, number=other.number)))


def _apply(line: ImportLine, words: Vocabulary) -> None:
    """Write what was shown, if the organisation is still as it was then."""
    written, messages = in_both(lambda: _write(line), _content())
    if written is None:
        _refuse(line, messages)
        return
    line.outcome = Outcome.ADDED if line.outcome == Outcome.NEW else Outcome.UPDATED
    line.organisation = written
    line.save(update_fields=["outcome", "organisation"])


def _write(line: ImportLine) -> Organisation:
    """Write a line as staff write directly. Raises ReviewError or ValidationError."""
    if line.outcome == Outcome.NEW:
        target = Organisation()
        if matching.find(line.cells) is not None:
            raise Fault(LATE)
    else:
        target = Organisation.objects.get(pk=line.organisation_id or 0)
        if target.version != line.version or not target.is_published:
            raise Fault(LATE)
    by: Any = line.imported.confirmed_by
    with override(by.language):
        words = {"file": line.imported.file_name, "number": line.number}
        note = _("Import of “%(file)s”, line %(number)s") % words
    with cards.left_for_later(), review.direct_edit(target, by=by, message=note):
        _content().write(target, {name: after for name, (_before, after) in line.changes.items()})
    return target


def _refuse(line: ImportLine, messages: dict[str, Any]) -> None:
    """Note why a line is left out."""
    checking_still = line.imported.state == State.CHECKING
    line.outcome = Outcome.ERROR if checking_still else Outcome.LEFT
    line.messages = messages
    line.save()


def _content() -> Any:
    return kinds.of(Organisation).content
