"""What the logs leave out, and which request each line is about.

A link that was sent by mail opens something for whoever has it. Such links come into logs by many doors:
the request that was not found, the traceback of one that failed, the access log of the web server, and
the address one came from. So each line is cleaned where it is made, whoever writes it and wherever to.
"""

import datetime
import json
import logging
import logging.config
import re
from contextvars import ContextVar
from typing import Any

# The name of the request being answered (`portal/middleware.py`).
request_id: ContextVar[str] = ContextVar("request_id", default="-")

# What follows these words in an address, in either language, is a secret; an address inside a query
# may have its slashes quoted.
SLASH = r"(?:/|%2F)"
SECRETS = re.compile(
    rf"({SLASH}(?:invitation|confirm|confirmer|new|nouveau){SLASH})(?:(?!%2F)[^/\s'\"?&])+", re.I
)


def without_secrets(text: str) -> str:
    """A line of a log without the secret part of links."""
    return SECRETS.sub(r"\1…", text)


class Record(logging.LogRecord):
    """An entry of a log whose message and traceback hold no secret, however it is formatted.

    `request_id` names the request it is about, as the page of an error does.
    """

    _traceback: str | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request_id = request_id.get()

    def getMessage(self) -> str:  # noqa: N802 - the name that `logging` calls
        """The message with its arguments in place."""
        return without_secrets(super().getMessage())

    @property
    def exc_text(self) -> str | None:
        """The traceback, once a formatter has written it out."""
        return self._traceback

    @exc_text.setter
    def exc_text(self, text: str | None) -> None:
        self._traceback = without_secrets(text) if text else text


class JsonLine(logging.Formatter):
    """An entry as one line of JSON: when (UTC), how grave, where from, which request, what."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; tracebacks are inside it, so that an entry is one line whatever it says."""
        at = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        line = {
            "at": at.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request_id": getattr(record, "request_id", "-"),
            "message": record.getMessage(),
        }
        if record.exc_info:
            record.exc_text = record.exc_text or self.formatException(record.exc_info)
            line["traceback"] = record.exc_text
        return json.dumps(line, ensure_ascii=False)


def configure(config: dict[str, Any]) -> None:
    """Configure logging as the settings say, and clean every entry from now on."""
    logging.setLogRecordFactory(Record)
    logging.config.dictConfig(config)
