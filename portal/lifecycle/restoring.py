"""What of an earlier version can come back, and what cannot.

Since then a theme may have been deleted, an organisation withdrawn, a name taken by somebody else, or a
rule become stricter. What that concerns stays behind, and whoever restores is told of each; all the rest
comes back.
"""

from itertools import chain
from typing import Any, NamedTuple

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal import storage
from portal.lifecycle import kinds, steps
from portal.lifecycle.content import NO_LONGER, Content, Values
from portal.lifecycle.errors import Incomplete
from portal.models import Published, Submission


class Former(NamedTuple):
    """An earlier version as far as it can come back; `lost` says in sentences what stays behind.

    What stays behind of a list is left out of it; any other column is as it is today.
    """

    values: Values
    lost: list[str]


class Restored(NamedTuple):
    """What came back: live, or for an editor as a draft; `lost` as in `Former`."""

    draft: Submission | None
    lost: list[str]


def told(lost: list[str]) -> str:
    """What stayed behind, in one message."""
    return " ".join([_("Not everything could be brought back."), *lost])


def possible(target: Published, values: Values, *, is_live: bool) -> Former:
    """What can come back of `values`, the whole content of an earlier version of `target`.

    If it is to be live at once it has to make a valid object, which is tried and undone. What no single
    column causes is left for whoever writes to be told.
    """
    content = kinds.of(target).content
    today = content.read(target)
    lost: list[str] = []
    known = content.fitting(values)
    for name in (name for name in content.names if name in values and name not in known):
        _tell(lost, content, name, str(NO_LONGER))
    found = today | known
    for name in content.columns:
        if found[name] != today[name] and (said := _gone(content.model, name, found[name])):
            _tell(lost, content, name, said)
            found[name] = today[name]
    for name in content.many:
        found[name] = _chosen(content, name, found[name], lost)
    for name in content.images:
        is_back = found[name] and found[name] != today[name]
        if is_back and not storage.held_storage().exists(found[name]):
            _tell(lost, content, name, _("This image is no longer there."))
            found[name] = today[name]
    for name in content.rows:
        found[name] = _lines(content, name, found[name], today[name], lost)
    return _valid(target, found, today, lost) if is_live else Former(found, lost)


def _tell(lost: list[str], content: Content, name: str, said: str) -> None:
    """Note why something of a column stays behind, once where it is said of several."""
    if (line := f"{content.label(name)} – {said}") not in lost:
        lost.append(line)


def _gone(model: type[models.Model], column: str, raw: Any) -> str:
    """Why a column can no longer name the row that `raw` is the key of; "" if it can, or names none."""
    field: Any = model._meta.get_field(column)
    if not isinstance(field, models.ForeignKey) or raw in ("", None):
        return ""
    row = field.related_model._default_manager.filter(pk=raw).first()
    if row is None:
        return _("What it named has been deleted since.")
    if isinstance(row, Published) and not row.is_published:
        return _("“%(name)s” is no longer public.") % {"name": row}
    return ""


def _chosen(content: Content, name: str, keys: list[int], lost: list[str]) -> list[int]:
    """Those of some choices that there still are."""
    model: Any = content.model._meta.get_field(name).related_model
    there = set(model._default_manager.filter(pk__in=keys).values_list("pk", flat=True))
    if gone := len(set(keys) - there):
        said = ngettext(
            "%(n)d choice has been deleted since.", "%(n)d choices have been deleted since.", gone
        )
        _tell(lost, content, name, said % {"n": gone})
    return [key for key in keys if key in there]


def _lines(
    content: Content, name: str, lines: list[Values], today: list[Values], lost: list[str]
) -> list[Values]:
    """Those of some rows that can be written; whoever is named today may be named still."""
    model, columns, key = content.row_model(name), content.row_columns(name), content.rows[name].key
    kept = {row[key] for row in today} if key else set()
    found = []
    for line in lines:
        row = {column: raw for column, raw in line.items() if column in columns}
        if row != line:
            _tell(lost, content, name, str(NO_LONGER))
        stays = row in today or (key and row.get(key) in kept)
        said = "" if stays else next(filter(None, (_gone(model, c, row.get(c)) for c in row)), "")
        if said:
            _tell(lost, content, name, said)
        else:
            found.append(row)
    return found


def _valid(target: Published, found: Values, today: Values, lost: list[str]) -> Former:
    """The columns that make a valid object together, tried until they do; the rest is as today."""
    content = kinds.of(target).content
    while errors := _refused(target, _changed(found, today)):
        changed = _changed(found, today)
        wrong = [name for name in content.names if name in errors and name in changed]
        if not wrong:
            # Such as a number that somebody else has by now: said of no column, but caused by one.
            without = ({n: v for n, v in changed.items() if n != name} for name in changed)
            tried = zip(changed, without, strict=True)
            wrong = [name for name, rest in tried if _refused(target, rest) != errors][:1]
        if not wrong:
            break
        for name in wrong:
            _tell(lost, content, name, " ".join(errors.get(name) or chain(*errors.values())))
            found = found | {name: today[name]}
    return Former(found, lost)


def _changed(found: Values, today: Values) -> Values:
    return {name: value for name, value in found.items() if value != today[name]}


def _refused(target: Published, values: Values) -> dict[str, list[str]]:
    """What is said against writing `values`, by column; writes nothing that stays."""
    copy = type(target)._default_manager.get(pk=target.pk)
    with transaction.atomic():
        try:
            steps.write(copy, kinds.of(target), values)
        except Incomplete as error:
            return error.errors
        finally:
            transaction.set_rollback(True)
    return {}
