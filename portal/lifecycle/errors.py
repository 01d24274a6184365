"""What the life cycle refuses, by name. Each text is fit for the screen of the person who tried."""

from typing import Any

from django.utils.translation import gettext_lazy as _


class ReviewError(Exception):
    """Something the life cycle does not allow; its text is for the person who tried."""

    message: Any = _("This cannot be done.")

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(ReviewError):
    """The person may not do this to this object."""

    message = _("You may not do this.")


class OwnOrganisation(NotAllowed):
    """A moderator met a submission of an organisation they belong to, or their own."""

    message = _("You belong to this organisation: another moderator must decide.")


class WrongState(ReviewError):
    """The submission or the object is no longer (or not yet) where this step begins."""

    message = _("Somebody has already taken the next step: here is where things stand now.")


class Stale(ReviewError):
    """What was on screen has changed since it was shown."""

    message = _("This has changed since you opened it. Nothing of yours was written: look again.")


class MessageRequired(ReviewError):
    """A refusal or a request without a word to its author."""

    message = _("Write a message: whoever wrote this must know what to do.")


class NothingToSubmit(ReviewError):
    """A submission that changes nothing."""

    message = _("Nothing differs from the live version: there is nothing to review.")


class NothingWritten(ReviewError):
    """A form for something new in which nobody wrote anything."""

    message = _("Begin here: nothing is written yet, so there is nothing to save.")


class Incomplete(ReviewError):
    """The content does not make a valid object; `errors` says why, by column."""

    message = _("Some fields must be completed or corrected first.")

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__()
        self.errors = errors
