"""What a line would change, by the form and the rules by which staff write an organisation."""

from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.imports import columns, matching
from members.imports.columns import Vocabulary
from members.imports.faults import Fault, Faults, by_column
from members.models import ImportLine, Organisation
from portal.lifecycle import kinds, review
from portal.lifecycle.content import Values
from portal.writing.marks import as_before

Outcome = ImportLine.Outcome

EXAMPLE = gettext_lazy("This is the line of the example: take it out.")
TOLD_BEFORE = gettext_lazy(
    "Line %(number)s is about the same organisation: make one line of the two."
)


class Checked(NamedTuple):
    """What is to be done for a line: the organisation it changes, if any, and what would change."""

    outcome: str
    organisation: Organisation | None
    changes: Values
    is_held: bool = False


def check(line: ImportLine, by: Any, words: Vocabulary) -> Checked:
    """Compare a line with the directory; writes nothing that stays.

    Raises Fault or Faults, in the active language, where it cannot be taken.
    """
    if columns.is_example(line.cells.get("name", "")):
        raise Fault(EXAMPLE)
    organisation = matching.find(line.cells)
    if organisation is None and line.namesake is not None:
        raise Fault(TOLD_BEFORE, number=line.namesake)
    kind = kinds.of(Organisation)
    live = kind.content.read(organisation) if organisation else kind.content.blank
    values = _values(line.cells, live, organisation, by, words)
    changes = {name: [live[name], value] for name, value in values.items() if value != live[name]}
    if organisation is not None:
        is_held = bool(changes) and review.open_submission(organisation) is not None
        return Checked(Outcome.CHANGED if changes else Outcome.SAME, organisation, changes, is_held)
    return Checked(Outcome.NEW, None, changes)


def _values(
    cells: dict[str, str],
    live: Values,
    organisation: Organisation | None,
    by: Any,
    words: Vocabulary,
) -> Values:
    """What the cells say, as content has it; raises Faults unless it makes a valid organisation."""
    content = kinds.of(Organisation).content
    typed, told = _typed(cells, live, words)
    if organisation is not None and not told and all(live[n] == typed[n] for n in typed):
        return {}
    form = _form(live | typed, live, organisation, by)
    form.is_valid()
    values = form.values()
    asked = {name: as_before(live[name], values[name]) for name in typed}
    if organisation is None or told or form.errors or any(live[n] != asked[n] for n in asked):
        errors = {name: [str(text) for text in texts] for name, texts in form.errors.items()}
        faults = review.faults(
            kinds.of(Organisation),
            live | asked,
            by=by,
            organisation=organisation,
            target=organisation,
        )
        if errors := faults | errors | told:
            in_order = ["__all__", *content.names]
            raise Faults(
                by_column({n: errors[n] for n in in_order if n in errors}, content)
                or [_("This cannot be done.")]
            )
    return asked


def _typed(
    cells: dict[str, str], live: Values, words: Vocabulary
) -> tuple[Values, dict[str, list[str]]]:
    """What somebody would type into the form for these cells, and what they could not by column."""
    typed, told = {}, {}
    for column, cell in cells.items():
        if column in columns.PAGES or columns.is_as_told(column, cell, live):
            continue
        try:
            typed[column] = words.typed(column, cell)
        except ValidationError as error:
            told[column] = error.messages
    return typed, told


def _form(typed: Values, live: Values, organisation: Organisation | None, by: Any) -> Any:
    """The form of the staff, as if this had been typed into it. Its rows and image are not sent."""
    kind = kinds.of(Organisation)
    data = QueryDict(mutable=True)
    for name in (*kind.content.columns, *kind.content.many):
        value = typed[name]
        data.setlist(name, value if isinstance(value, list) else ["" if value is None else value])
    for name in kind.content.rows:
        data |= {f"{name}-TOTAL_FORMS": "0", f"{name}-INITIAL_FORMS": "0"}
    return kind.form(
        kind.content, live, user=by, organisation=organisation, target=organisation, data=data
    )
