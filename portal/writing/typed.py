"""What somebody typed into a form that could not be taken: shown to be copied, and kept nowhere."""

import re
from typing import Any, NamedTuple

from django.core.exceptions import FieldDoesNotExist
from django.http import QueryDict

from portal import i18n
from portal.lifecycle import kinds
from portal.lifecycle.content import column_label

# What a form says to itself, and what nobody should see written out.
NOT_TYPED = re.compile(
    r"csrfmiddlewaretoken|token|seen|key|theirs|more|action|next"
    r"|.*_kept|.*-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS|.*password.*|code"
)
ROW = re.compile(r"(\w+)-(\d{1,4})-(\w+)")


class Text(NamedTuple):
    """One thing that was typed, under what the form calls its field."""

    label: str
    value: str


class Field(NamedTuple):
    """What a name in a form's data stands for: a column of a kind or of one of its rows."""

    model: Any
    column: str
    label: str

    @property
    def is_chosen(self) -> bool:
        """Whether one chooses here and types nothing."""
        try:
            return bool(self.model._meta.get_field(i18n.split(self.model, self.column)[0]).choices)
        except (AttributeError, FieldDoesNotExist):
            return False


def texts(data: QueryDict) -> list[Text]:
    """The texts in a form's data, in the order of the form, without what was only chosen."""
    return [
        Text(field.label, value)
        for name in data
        if not NOT_TYPED.fullmatch(name) and not (field := _field(name)).is_chosen
        for value in data.getlist(name)
        if value.strip()
    ]


def _field(name: str) -> Field:
    """What a name means in the form of any kind, under its own name if it means nothing there."""
    row = ROW.fullmatch(name)
    for content in (kind.content for kind in kinds.every()):
        if name in content.names:
            return Field(content.model, name, content.label(name))
        if row and row[1] in content.rows:
            model = content.row_model(row[1])
            label = f"{content.label(row[1])} {int(row[2]) + 1} – {column_label(model, row[3])}"
            return Field(model, row[3], label)
    return Field(None, name, name)
