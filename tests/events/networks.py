"""Makes organisations that share projects and events, as if each had agreed to be named."""

from django.utils import timezone

from tests import factories


def project(title, *organisations, **fields):
    """A published project of these organisations, which all said yes."""
    made = factories.ProjectFactory(
        title_fr=title, title_en=title, organisation=organisations[0], **fields
    )
    for organisation in organisations[1:]:
        made.partners.create(organisation=organisation, agreed_at=timezone.now())
    return made


def event(title, *organisations, **fields):
    """A published event that these organisations organise together."""
    made = factories.EventFactory(
        title_fr=title, title_en=title, organisation=organisations[0], **fields
    )
    for organisation in organisations[1:]:
        made.organisers.create(organisation=organisation, agreed_at=timezone.now())
    return made


def organisations(number, **fields):
    """So many, named so that the alphabet keeps their order."""
    return [
        factories.OrganisationFactory(name=f"Organisation {place:03}", **fields)
        for place in range(number)
    ]
