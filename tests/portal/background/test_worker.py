"""Workers that die, stop, or lose what they need, or the time: real processes, a real mail server."""

import pytest
from django.db import connection

from portal.models import BackgroundTask
from tests.faults import mail as faults
from tests.together import TOGETHER

pytestmark = TOGETHER


@pytest.fixture(autouse=True)
def _kept(settings):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def test_no_mail_is_lost_when_workers_are_killed_and_at_most_one_is_doubled_by_each():
    post = faults.send_while_killing(mails=200, kills=5, at_once=6)

    assert post.struck == 5
    assert set(post.taken) == {f"Mail {number}" for number in range(200)}
    assert sum(post.taken.values()) <= 205


def test_no_mail_is_lost_when_the_mail_server_goes_away_and_each_try_waits_longer():
    post, minutes = faults.send_while_away(mails=60)

    assert minutes == [[1], [5]]
    assert set(post.taken) == {f"Mail {number}" for number in range(60)}
    assert sum(post.taken.values()) <= 60 + faults.AT_ONCE


def test_clocks_of_workers_say_nothing_of_when_a_mail_is_tried_again():
    post, early = faults.send_with_wrong_clocks(mails=20)

    assert early == 0
    assert dict(post.taken) == {f"Mail {number}": 1 for number in range(20)}


def test_worker_that_is_told_to_stop_finishes_its_mail_and_leaves_the_others():
    post = faults.Post(strike=faults.terminate, strike_at={1})

    with faults.workers(post, 1) as (folder, [door]):
        faults.hand_over(3)
        faults.wait_until(lambda: door.process.poll() is not None, folder)

    assert door.process.returncode == 0
    assert dict(post.taken) == {"Mail 0": 1}
    left = BackgroundTask.objects.values_list("status", "worker_ids")
    assert list(left) == [("READY", []), ("READY", [])]


def test_worker_that_loses_the_database_goes_on_and_sends_nothing_twice():
    post = faults.Post(strike=faults.cut, strike_at={2})
    with connection.cursor() as cursor:
        faults.OURS[:] = [cursor.connection.info.backend_pid]

    with faults.workers(post, 1) as (folder, [door]):
        faults.hand_over(5)
        faults.wait_until(faults.is_done, folder)
        outcome = door.process.poll()

    assert outcome is None
    assert dict(post.taken) == {f"Mail {number}": 1 for number in range(5)}
