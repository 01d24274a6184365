"""Projects with partners, and partners who are not to be seen."""

from django.utils import timezone

from events.models import Project
from portal.lifecycle import agreements, review
from tests import factories


def together(title: str, *partners, **fields) -> Project:
    """A published project in which these organisations agreed to be named."""
    project = factories.ProjectFactory(organisation=None, title_fr=title, title_en=title, **fields)
    for partner in partners:
        project.partners.create(organisation=partner, agreed_at=timezone.now())
    return project


def crowd(number: int) -> list:
    """So many organisations."""
    return factories.OrganisationFactory.create_batch(number)


def plant(project: Project, word: str, *, moderator, administrator) -> None:
    """Name organisations in a project that were asked, said no, or were withdrawn since."""
    for fate in ("asked", "declined", "gone"):
        named = factories.OrganisationFactory(name=f"{word} {fate}")
        row = project.partners.create(organisation=named, asked_at=timezone.now())
        if fate == "declined":
            row.declined_at = timezone.now()
            row.save()
        if fate == "gone":
            agreements.record(row, source="An article", by=administrator)
            review.withdraw(named, by=moderator, message="Gone.")
