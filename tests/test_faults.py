"""Faults of what the portal stands on, briefly; with `tests/faults/web.py` they last as one likes."""

import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

pytestmark = [
    pytest.mark.concurrency,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL itself goes away"),
]


def test_no_request_fails_and_no_write_is_lost_but_for_what_a_fault_excuses():
    faults = ["killed", "upgraded", "database", "redis"]
    load = ["--seconds", "2", "--visitors", "2", "--editors", "1", "--pause", "0.4", "--little"]

    # With a PostgreSQL of its own: other tests go on meanwhile.
    done = subprocess.run(
        [".ci/postgresql", sys.executable, "-m", "tests.faults.web", *faults, *load],
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    assert done.returncode == 0, done.stdout
