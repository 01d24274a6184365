import pytest
from django.utils import timezone
from portal import review, kinds, search, agreements
from events.models import Project
from tests import factories

pytestmark = pytest.mark.django_db


def test_swap(alice, dana, organisation, elsewhere):
    p = factories.ProjectFactory(organisation=organisation)
    p.partners.create(organisation=elsewhere, role="partner", position=1)
    k = kinds.named("project")
    c = k.content.read(p)
    v = c | {
        "partners": [
            {"organisation": organisation.pk, "role": "partner"},
            {"organisation": elsewhere.pk, "role": "lead"},
        ]
    }
    s = review.submit(review.save(k, v, by=alice, target=p), by=alice)
    review.publish(s, by=dana)
    assert [(r.organisation_id, r.role) for r in p.partners.all()] == [
        (organisation.pk, "partner"),
        (elsewhere.pk, "lead"),
    ]


def test_withdrawn_partner(dana, fay, organisation, elsewhere):
    p = factories.ProjectFactory(organisation=organisation)
    r = p.partners.create(organisation=elsewhere, role="partner", position=1)
    agreements.record(r, source="x", by=fay)
    assert list(search.matching(Project.objects.published(), "Ailleurs")) == [p]
    review.withdraw(elsewhere, by=dana, message="x")
    assert list(search.matching(Project.objects.published(), "Ailleurs")) == []


def test_declined_partner(charlie, organisation, elsewhere):
    p = factories.ProjectFactory(organisation=organisation)
    r = p.partners.create(
        organisation=elsewhere, role="partner", position=1, asked_at=timezone.now()
    )
    agreements.agree(r, by=charlie)
    assert list(search.matching(Project.objects.published(), "Ailleurs")) == [p]
    agreements.decline(r, by=charlie)
    assert list(search.matching(Project.objects.published(), "Ailleurs")) == []


def test_renamed_partner(fay, organisation, elsewhere):
    p = factories.ProjectFactory(organisation=organisation)
    r = p.partners.create(organisation=elsewhere, role="partner", position=1)
    agreements.record(r, source="x", by=fay)
    elsewhere.refresh_from_db()
    with review.direct_edit(elsewhere, by=fay):
        elsewhere.name = "Partout"
        elsewhere.save()
    assert list(search.matching(Project.objects.published(), "Partout")) == [p]
