"""What is done once a day is done once a day, whatever clocks and schedulers do."""

import datetime
import subprocess
import sys

import pytest
from django.conf import settings as django_settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

from portal.background import schedule
from portal.background.worker import Worker
from portal.models import BackgroundTask
from tests.faults.mail import environment
from tests.together import TOGETHER, together

pytestmark = [pytest.mark.django_db, pytest.mark.database]

ALL = [job.command for job in schedule.JOBS]
DIGEST = "send_review_digest"


@pytest.fixture
def kept(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}


def at(day, hour, minute=0):
    """A moment of March 2026, in Montpellier."""
    return timezone.make_aware(datetime.datetime(2026, 3, day, hour, minute))


def test_each_job_is_done_once_a_day_at_its_hour(kept):
    begun = [
        schedule.tick(moment)
        for moment in (
            at(3, 12),
            at(3, 12, 1),
            at(4, 2),
            at(4, 2, 30),
            at(4, 3, 30),
            at(4, 6),
            at(4, 7),
            at(4, 23),
        )
    ]

    night = ["settle_images", "draw_cards", "count_figures"]
    morning = ["clearsessions", "forget_imports"]
    assert begun == [
        *(ALL, [], []),
        ["reindex"],
        night,
        morning,
        [DIGEST],
        ["ask_to_check_profiles"],
    ]
    assert BackgroundTask.objects.count() == 2 * len(ALL)


def test_hour_is_that_of_montpellier_in_summer_too(kept):
    schedule.tick(at(28, 12))

    begun = [DIGEST in schedule.tick(at(29, hour)) for hour in (6, 7)]  # the night of the change

    assert begun == [False, True]


def test_what_was_missed_is_done_once_when_a_scheduler_is_back(kept):
    schedule.tick(at(3, 12))

    assert (schedule.tick(at(9, 12)), schedule.tick(at(9, 12, 1))) == (ALL, [])


def test_clock_put_back_a_little_repeats_nothing(kept):
    schedule.tick(at(3, 12))
    schedule.tick(at(4, 7, 0))

    begun = [schedule.tick(moment) for moment in (at(4, 6, 59), at(4, 2), at(4, 7, 1))]

    assert begun == [[], [], []]


def test_clock_that_was_far_ahead_stops_nothing(kept):
    schedule.tick(at(3, 12))
    ahead = schedule.tick(at(3, 12) + datetime.timedelta(days=400))

    begun = [schedule.tick(moment) for moment in (at(3, 12, 5), at(3, 12, 6), at(4, 12))]

    assert (ahead, begun) == (ALL, [ALL, [], ALL])


@pytest.mark.django_db(transaction=True)
def test_worker_does_what_was_begun(kept):
    old = timezone.now() - datetime.timedelta(days=1)
    Session.objects.create(session_key="old", session_data="", expire_date=old)
    call_command("tick", once=True, verbosity=0)
    waiting = sorted(task.what for task in BackgroundTask.objects.all())

    Worker(until_empty=True).run()

    assert waiting == sorted(ALL)
    assert not BackgroundTask.objects.exists()
    assert not Session.objects.exists()


def test_in_one_process_the_scheduler_does_it_itself(django_capture_on_commit_callbacks):
    old = timezone.now() - datetime.timedelta(days=1)
    Session.objects.create(session_key="old", session_data="", expire_date=old)

    with django_capture_on_commit_callbacks(execute=True):
        call_command("tick", once=True, verbosity=0)

    assert not Session.objects.exists()


class TestTwoSchedulers:
    """On PostgreSQL, where two really meet."""

    pytestmark = TOGETHER

    def test_of_two_threads_one_begins_each_job(self, settings):
        settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
        schedule.tick(at(3, 12))
        BackgroundTask.objects.all().delete()

        first, second = together(lambda: schedule.tick(at(4, 12)), lambda: schedule.tick(at(4, 12)))

        assert sorted(first + second) == sorted(ALL)
        assert sorted(task.what for task in BackgroundTask.objects.all()) == sorted(ALL)

    def test_of_two_processes_one_begins_each_job_the_first_time_too(self, tmp_path):
        command = [sys.executable, "manage.py", "tick", "--once"]
        started = [
            subprocess.Popen(
                command,
                cwd=django_settings.BASE_DIR,
                env=environment(str(tmp_path), 1),
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        ]
        said = [process.communicate()[0].split() for process in started]

        assert [process.returncode for process in started] == [0, 0]
        assert sorted(said[0] + said[1]) == sorted(ALL)
        assert BackgroundTask.objects.count() == len(ALL)
