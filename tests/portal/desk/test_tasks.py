"""The administrators' page of what waits, runs or has failed."""

import re

import pytest
from django.urls import reverse

from portal.background.models import AT_ONCE
from portal.models import BackgroundTask
from tests import factories

pytestmark = pytest.mark.django_db

LIST = "admin:portal_backgroundtask_changelist"


@pytest.fixture
def desk(client, fay):
    client.force_login(fay)
    return client


@pytest.fixture
def failed(db):
    """A mail that could not be sent, with a link in it that opens an account."""
    return factories.BackgroundTaskFactory(to=["alice@example.org"], worker_ids=["one", "two"])


def run_again(desk, task):
    return desk.post(reverse(LIST), {"action": "run_again", "_selected_action": str(task.pk)})


@pytest.mark.threat("T5", "reset link")
def test_pages_say_what_failed_and_why_and_nothing_of_what_the_mail_says(desk, failed):
    address = reverse("admin:portal_backgroundtask_change", args=[failed.pk])

    for page in (desk.get(reverse(LIST)), desk.get(address)):
        text = page.content.decode()
        assert page.status_code == 200
        assert "alice@example.org" in text
        assert "NotSent: ConnectionRefusedError: no" in text
        assert "ecret" not in text
        assert "None" not in text
        assert 'href=""' not in text


def test_a_failed_task_is_run_again_as_if_it_were_new(desk, failed):
    response = run_again(desk, failed)

    failed.refresh_from_db()
    assert response.status_code == 302
    assert (failed.status, failed.tries, failed.run_after) == ("READY", 0, AT_ONCE())


def test_a_task_that_runs_is_left_alone(desk, failed):
    BackgroundTask.objects.update(status="RUNNING")

    page = desk.post(
        reverse(LIST), {"action": "run_again", "_selected_action": str(failed.pk)}, follow=True
    )

    failed.refresh_from_db()
    assert (failed.status, failed.tries) == ("RUNNING", 2)
    assert len(page.context["messages"]) == 1


@pytest.mark.parametrize("key", ["1", "abc", "x" * 36])
def test_what_cannot_be_a_key_is_refused(key, desk, failed):
    response = desk.post(reverse(LIST), {"action": "run_again", "_selected_action": key})

    assert response.status_code == 400


def test_a_moderator_neither_sees_nor_runs_anything(client, dana, failed):
    client.force_login(dana)

    statuses = (client.get(reverse(LIST)).status_code, run_again(client, failed).status_code)

    failed.refresh_from_db()
    assert (statuses, failed.status) == ((403, 403), "FAILED")


@pytest.mark.parametrize(("state", "count"), [("FAILED", 1), ("READY", 0), ("nothing", 0)])
def test_list_is_narrowed_to_a_state(state, count, desk, failed):
    page = desk.get(reverse(LIST), {"status": state})

    assert page.context["cl"].result_count == count


def test_filter_offers_states_as_the_other_filters_do(desk, failed):
    html = desk.get(reverse(LIST)).content.decode()

    offered = re.findall(r'"\?status=\w+"[^>]*>\s*([^<]+?)\s*</a>', html)
    assert offered == ["En échec", "En attente", "En cours"]


def test_list_costs_the_same_whatever_the_number(desk, failed, django_assert_num_queries):
    desk.get(reverse(LIST))
    with django_assert_num_queries(4):
        desk.get(reverse(LIST))
    for _ in range(3):
        factories.BackgroundTaskFactory()

    with django_assert_num_queries(4):
        desk.get(reverse(LIST))
