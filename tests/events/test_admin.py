"""The staff's desk for events and projects: directly written, with agreements recorded."""

import re

import pytest
from django.core import mail
from django.utils import timezone

from events.models import Event, Project
from portal import search
from portal.lifecycle import review
from portal.models import FormerSlug
from tests import factories
from tests.browser import fields as sent_by

pytestmark = pytest.mark.django_db

BACKEND = "members.backends.AddressBackend"


@pytest.fixture
def desk(client, fay):
    """Fay's browser."""
    client.force_login(fay, backend=BACKEND)
    return client


def change(obj, page="change"):
    return f"/fr/admin/events/{obj._meta.model_name}/{obj.pk}/{page}/"


def opened(desk, obj):
    """What the form of an object would send as it stands."""
    return sent_by(desk.get(change(obj)).content.decode(), "form")


@pytest.fixture
def project(organisation):
    return factories.ProjectFactory(
        organisation=organisation, title_fr="Arceaux", title_en="Arches"
    )


@pytest.fixture
def named(project, elsewhere):
    """A partner who has not answered."""
    return project.partners.create(organisation=elsewhere, role="data", asked_at=timezone.now())


def test_saving_what_was_not_changed_is_no_step(desk, project, named, organisation):
    event = factories.EventFactory(organisation=organisation)

    for obj in (project, event):
        assert desk.post(change(obj), opened(desk, obj)).status_code == 302
        obj.refresh_from_db()
        assert obj.version == 1
        assert not review.history(obj).exists()


def test_a_new_event_is_public_at_once(desk, organisation):
    form = sent_by(desk.get("/fr/admin/events/event/add/").content.decode(), "form")
    form |= {
        "title_fr": "Forum d’hiver",
        "kind": "forum",
        "start_date": "2027-01-15",
        "start_time": "14:00",
        "timezone": "Europe/Paris",
        "staff-organisation": organisation.name,
    }

    answer = desk.post("/fr/admin/events/event/add/", form)

    event = Event.objects.published().get()
    assert answer.status_code == 302
    assert (event.organisation, event.slug_fr) == (organisation, "forum-d-hiver")
    assert event.starts_at.isoformat() == "2027-01-15T13:00:00+00:00"


@pytest.mark.parametrize(("language", "name"), [("fr", "Tenue"), ("en", "Takes place")])
def test_whether_an_event_takes_place_is_not_called_as_whether_it_is_public(desk, language, name):
    factories.EventFactory()

    html = desk.get(f"/{language}/admin/events/event/").content.decode()

    columns = [
        re.sub(r"<[^>]*>|\s+", " ", each).strip()
        for each in re.findall(r'(?s)<th scope="col".*?</th>', html)
    ]
    assert name in " ".join(columns)
    assert len(set(columns)) == len(columns)


@pytest.fixture
def adding(desk, organisation):
    """What the form for a new event would send."""
    form = sent_by(desk.get("/fr/admin/events/event/add/").content.decode(), "form")
    return form | {
        "title_fr": "Forum d’hiver",
        "kind": "forum",
        "period_fr": "en janvier",
        "organisers-0-organisation": organisation.name,
        "staff-organisation": organisation.name,
    }


def test_two_clicks_add_one_event(desk, adding):
    answers = [desk.post("/fr/admin/events/event/add/", adding) for _click in range(2)]

    event = Event.objects.get()
    assert [(each.status_code, each.url) for each in answers] == [(302, change(event))] * 2
    assert event.version == 2
    assert review.history(event).count() == 1


def test_a_form_that_added_something_is_about_that_once_it_says_more(desk, adding):
    desk.post("/fr/admin/events/event/add/", adding)

    answer = desk.post("/fr/admin/events/event/add/", adding | {"period_fr": "en février"})

    event = Event.objects.get()
    assert (answer.status_code, event.period_fr) == (409, "en janvier")
    assert f'action="{change(event)}"' in answer.content.decode()

    desk.post(change(event), sent_by(answer.content.decode(), "form"))

    assert Event.objects.get().period_fr == "en février"


def sent_again(desk, adding, **changes):
    """Send a form, go back in the browser to a form with a key of its own, and send that."""
    first = desk.post("/fr/admin/events/event/add/", adding)
    key = sent_by(desk.get("/fr/admin/events/event/add/").content.decode(), "form")["key"]
    return first, desk.post("/fr/admin/events/event/add/", adding | {"key": key} | changes)


def test_who_goes_back_and_adds_the_same_again_has_added_one(desk, adding):
    first, second = sent_again(desk, adding)

    event = Event.objects.get()
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.url == second.url == change(event)
    assert review.history(event).count() == 1


@pytest.mark.parametrize("changes", [{"period_fr": "en février"}, {"staff-slug_fr": "autre"}])
def test_who_goes_back_and_adds_another_one_has_two(desk, adding, changes):
    _first, second = sent_again(desk, adding, **changes)

    assert second.status_code == 302
    assert Event.objects.count() == 2


def test_the_same_that_a_colleague_adds_is_another_one(client, desk, adding):
    desk.post("/fr/admin/events/event/add/", adding)
    client.force_login(factories.UserFactory(administrator=True), backend=BACKEND)
    key = sent_by(client.get("/fr/admin/events/event/add/").content.decode(), "form")["key"]

    client.post("/fr/admin/events/event/add/", adding | {"key": key})

    assert Event.objects.count() == 2


def test_everything_that_is_wrong_is_told_at_once(desk, organisation):
    form = sent_by(desk.get("/en/admin/events/project/add/").content.decode(), "form")
    form |= {
        "title_en": "x" * 151,
        "starts_on": "2024-13",
        "partners-0-organisation": "Nobody knows it",
        "funding-0-amount": "lots",
        "staff-slug_fr": "une adresse",
    }

    answer = desk.post("/en/admin/events/project/add/", form)

    html = answer.content.decode()
    summary = html.split("error-summary", 1)[1].split("</ul>", 1)[0]
    assert re.findall(r'href="#([^"]*)"', summary) == [
        "id_title_en",
        "id_stage",
        "id_starts_on",
        "id_partners-0-organisation",
        "id_funding-0-organisation",
        "id_funding-0-amount",
        "id_funding-0-source_fr",
        "id_staff-slug_fr",
    ]
    assert not Project.objects.exists()


def test_partners_are_asked_when_staff_name_them(
    desk, project, elsewhere, charlie, django_capture_on_commit_callbacks
):
    form = opened(desk, project)
    form |= {"partners-1-organisation": elsewhere.name, "partners-1-role": "data"}

    with django_capture_on_commit_callbacks(execute=True):
        desk.post(change(project), form)

    row = project.partners.get(organisation=elsewhere)
    assert (row.asked_at is not None, row.agreed_at) == (True, None)
    assert [message.to for message in mail.outbox] == [[charlie.email]]
    assert elsewhere.name in mail.outbox[0].body


def test_an_agreement_is_recorded_with_its_source(desk, fay, project, named):
    address = f"{change(project, 'agreement')}partners/{named.pk}/"
    shown = desk.get(address)
    empty = desk.post(address, {"source": " "})
    named.refresh_from_db()
    assert (shown.status_code, empty.status_code, named.agreed_at) == (200, 200, None)

    desk.post(address, {"source": "Lettre du 3 mars 2026"})

    named.refresh_from_db()
    assert (named.agreement_source, named.agreed_by) == ("Lettre du 3 mars 2026", fay)
    assert review.history(project).first().action == "agreed"
    assert list(search.matching(Project.objects.published(), "ailleurs")) == [project]


def test_an_agreement_of_another_object_is_not_recorded_here(desk, named, organisation):
    other = factories.ProjectFactory(organisation=organisation)

    for path in (f"partners/{named.pk}/", f"funding/{named.pk}/", "partners/999/", "nonsense/1/"):
        assert desk.post(f"{change(other, 'agreement')}{path}", {"source": "x"}).status_code == 404
    named.refresh_from_db()
    assert named.agreed_at is None


def test_an_agreement_survives_a_direct_edit_of_something_else(desk, project, elsewhere):
    row = project.partners.create(organisation=elsewhere, role="data", agreed_at=timezone.now())
    form = opened(desk, project) | {"summary_fr": "Réécrit."}

    desk.post(change(project), form)

    row.refresh_from_db()
    project.refresh_from_db()
    assert (project.summary_fr, row.agreed_at is not None) == ("Réécrit.", True)


def test_each_language_has_its_address(desk, project):
    desk.post(change(project), opened(desk, project) | {"staff-slug_en": "aqueduct"})

    project.refresh_from_db()
    assert (project.slug_fr, project.slug_en) == ("arceaux", "aqueduct")
    assert [each.slug for each in FormerSlug.objects.all()] == ["arches"]


def test_an_address_in_one_language_is_taken_in_the_other(desk, project, organisation):
    factories.ProjectFactory(organisation=organisation, title_fr="Pont", title_en="Bridge")

    answer = desk.post(change(project), opened(desk, project) | {"staff-slug_fr": "bridge"})

    assert answer.status_code == 200
    assert "slug_fr" in answer.context["staff"].errors


def test_what_is_new_does_not_take_an_address_that_leads_on(desk, client, project, organisation):
    desk.post(change(project), opened(desk, project) | {"staff-slug_en": "aqueduct"})

    newer = factories.ProjectFactory(organisation=organisation, title_en="Arches")

    assert newer.slug_en == "arches-2"
    answer = client.get("/en/projects/arches/")
    assert (answer.status_code, answer.url) == (301, "/en/projects/aqueduct/")


def test_an_object_may_have_back_an_address_that_it_had(desk, project):
    desk.post(change(project), opened(desk, project) | {"staff-slug_en": "aqueduct"})

    project.refresh_from_db()
    desk.post(change(project), opened(desk, project) | {"staff-slug_en": ""})

    project.refresh_from_db()
    assert project.slug_en == "arches"


def test_an_object_can_be_given_to_another_organisation(desk, project, elsewhere):
    desk.post(change(project), opened(desk, project) | {"staff-organisation": elsewhere.name})

    project.refresh_from_db()
    (entry,) = review.history(project)
    assert project.organisation == elsewhere
    assert "Ailleurs" in entry.message


def test_an_object_of_a_withdrawn_organisation_can_still_be_saved(
    desk, dana, project, organisation
):
    project.partners.all().delete()
    review.withdraw(organisation, by=dana, message="Fermée.")
    form = opened(desk, project) | {"summary_fr": "Réécrit."}

    assert desk.post(change(project), form).status_code == 302
    project.refresh_from_db()
    assert (project.summary_fr, project.organisation) == ("Réécrit.", organisation)


def test_one_more_line_writes_nothing(desk, project):
    form = opened(desk, project) | {"more": "funding", "title_fr": ""}

    answer = desk.post(change(project), form)

    assert answer.status_code == 200
    assert len(answer.context["form"].rows["funding"].forms) == 2
    assert not answer.context["form"].errors
    project.refresh_from_db()
    assert project.title_fr == "Arceaux"


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("table", ["event", "project"])
def test_lists_cost_the_same_whatever_their_length(table, number, desk, django_assert_num_queries):
    for _each in range(number):
        factories.EventFactory()
        factories.ProjectFactory()

    with django_assert_num_queries(4):  # session, account, count, rows
        assert desk.get(f"/fr/admin/events/{table}/").status_code == 200


def test_two_partners_may_exchange_the_lead(desk, project, elsewhere, organisation):
    project.partners.create(
        organisation=elsewhere, role="partner", position=1, agreed_at=timezone.now()
    )
    form = opened(desk, project) | {"partners-0-role": "partner", "partners-1-role": "lead"}

    desk.post(change(project), form)

    roles = [(row.organisation, row.role) for row in project.partners.order_by("position")]
    assert roles == [(organisation, "partner"), (elsewhere, "lead")]
    assert not project.partners.agreed().exists()  # each agreed to another role


def test_two_leads_are_refused(desk, project, elsewhere):
    project.partners.create(organisation=elsewhere, role="partner", position=1)
    form = opened(desk, project) | {"partners-1-role": "lead"}

    answer = desk.post(change(project), form)

    assert answer.status_code == 200
    assert any(answer.context["form"].rows["partners"].errors)
    assert project.partners.filter(role="lead").count() == 1
