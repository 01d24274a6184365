"""What somebody typed into a form that could not be taken: shown to be copied, and kept nowhere."""

import re
from typing import NamedTuple

from django.http import QueryDict

# What a form says to itself, and what nobody should see written out.
NOT_TYPED = re.compile(
    r"csrfmiddlewaretoken|token|seen|key|theirs|more|action|next"
    r"|.*_kept|.*-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS|.*password.*|.*code.*"
)


class Text(NamedTuple):
    """One thing that was typed, under the name of its field."""

    name: str
    value: str


def texts(data: QueryDict) -> list[Text]:
    """The texts in a form's data, in the order of the form."""
    return [
        Text(name, value)
        for name in data
        if not NOT_TYPED.fullmatch(name)
        for value in data.getlist(name)
        if value.strip()
    ]
