"""Once a year the owners of an organisation are asked whether its profile still holds."""

import logging
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Organisation
from portal import emails, i18n

logger = logging.getLogger(__name__)

# So many are asked in a day, those that were quiet longest first: the others have their turn tomorrow.
MOST_A_DAY = 200


class NotAsked(Exception):
    """The owners of some organisations could not be asked; it says of which."""


def ask_those_due() -> int:
    """Ask the owners of the profiles whose turn it is; returns of how many.

    Raises NotAsked for those that could not be asked, once the others were.
    """
    asked, failed = 0, []
    due = Organisation.objects.to_check().order_by("updated_at", "pk")
    for organisation in due[:MOST_A_DAY]:
        try:
            asked += ask(organisation)
        except (OperationalError, InterfaceError):
            # The database is away, for the others as well.
            raise
        except Exception:
            # Whatever is wrong with one organisation, or what is said of it.
            logger.exception("The owners of organisation %s could not be asked", organisation.pk)
            failed.append(organisation.pk)
    if failed:
        raise NotAsked(f"Organisations whose owners could not be asked: {failed}")
    return asked


@transaction.atomic
def ask(organisation: Organisation) -> bool:
    """Mail the owners of one organisation, unless somebody else has just done so.

    That they were asked is written with the mails: with both or with neither.
    """
    due = Organisation.objects.to_check().filter(pk=organisation.pk).order_by()
    if not due.update(check_asked_on=timezone.localdate()):
        return False
    changed_on = timezone.localdate(organisation.updated_at)
    for owner in organisation.owners():
        emails.send_on_commit(
            "members/mail/check_profile",
            owner,
            organisation=organisation,
            since=max(changed_on, organisation.verified_on or changed_on),
            # For the template to call, and so in the owner's language.
            facts=lambda: facts(organisation),
        )
    return True


def facts(organisation: Organisation) -> list[tuple[str, Any]]:
    """What everybody reads of a profile, label and text, but for what is long."""
    told = [
        (_("Name"), organisation.name),
        (_("Kind"), organisation.get_kind_display()),
        (_("Summary"), i18n.text(organisation, "summary").value),
        (_("Address"), organisation.place),
        (_("Website"), organisation.website),
        (_("Themes"), ", ".join(str(theme) for theme in organisation.themes.all())),
        (
            _("Contact"),
            ", ".join(c.name for c in organisation.contacts.filter(visibility="public")),
        ),
    ]
    return [(label, text) for label, text in told if text]
