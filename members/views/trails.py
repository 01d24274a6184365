"""What the pages of the workspace are called, and the way that leads to each."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from portal.lifecycle.kinds import Kind
from portal.models import Published, Submission

Trail = list[tuple[Any, str]]


def of_organisation(organisation: Any, *last: Any) -> Trail:
    """Workspace, organisation, then these labels; an organisation to come is not on the way."""
    trail: Trail = [(_("Member area"), reverse("members:workspace"))]
    if organisation is not None:
        trail.append(
            (organisation, reverse("members:organisation-workspace", args=[organisation.slug]))
        )
    trail += [(label, "") for label in last]
    trail[-1] = (trail[-1][0], "")
    return trail


def of_kind(kind: Kind, organisation: Any, *last: tuple[Any, str]) -> Trail:
    """Workspace, organisation, its list of one kind, then these steps."""
    trail = of_organisation(organisation, "")[:-1]
    if kind.code != "organisation":
        trail.append(
            (kind.plural, reverse("members:content-list", args=[organisation.slug, kind.code]))
        )
    return [*trail, *last]


def of_object(kind: Kind, organisation: Any, target: Any, last: Any) -> Trail:
    """The way to a page about one object: its profile is named as such, not by its name once more."""
    url = reverse("members:content-edit", args=[organisation.slug, kind.code, target.pk])
    name = _("Profile") if kind.code == "organisation" else target
    return of_kind(kind, organisation, (name, url), (last, ""))


def of_form(
    kind: Kind, organisation: Any, target: Published | None, submission: Submission | None
) -> Trail:
    """The way to an edit form."""
    return of_kind(kind, organisation, (heading(kind, target, submission), ""))


def heading(kind: Kind, target: Published | None, submission: Submission | None) -> str:
    """The title of an edit form: what is edited, or what is begun."""
    if submission is None and target is None:
        return str(kind.new)
    return _("Edit: %(title)s") % {"title": submission.title if submission else target}
