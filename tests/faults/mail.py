"""Faults while mail is sent: what is lost, what is sent twice, and what is tried too early.

    .ci/postgresql .venv/bin/python -m tests.faults.mail [killed|away|clocks] [--mails 1000] [--kills 20]

Real processes, a real mail server, and a PostgreSQL that is thrown away.

killed: the mail server itself kills the worker that is just handing it a message, every other time after
it took the message and before the worker knows, which is the worst moment there is.
away: the mail server goes away while messages come to it, and comes back when all were tried twice.
clocks: of three workers one has a clock that is an hour ahead, and one that is an hour late.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[2]
AT_ONCE = 3
LONG = 300  # seconds after which a run is given up
# Runs a command of ours with the clock of its process some hours ahead.
WRONG_CLOCK = """
import datetime, sys, time
from django.core.management import execute_from_command_line
from django.utils import timezone

hours = int(sys.argv.pop(1))
now, seconds = timezone.now, time.time
timezone.now = lambda: now() + datetime.timedelta(hours=hours)
time.time = lambda: seconds() + 3600 * hours
execute_from_command_line(sys.argv)
"""


@dataclass
class Post:
    """A mail server with a door for each worker, and what became of the messages.

    `strike_at` says at which messages, counted as they come, `strike` happens to the worker whose
    message it is.
    """

    strike: Callable[["Door"], None]
    strike_at: set[int] = field(default_factory=set)
    # Whether each message is refused, for now.
    refuses: bool = False
    came: int = 0
    struck: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    lock: Any = field(default_factory=threading.Lock)

    def take(self, door: "Door", subject: str) -> str:
        """Answer a message that comes through a door."""
        with self.lock:
            self.came += 1
            strikes = self.came in self.strike_at
            lost_on_the_way = self.refuses or (strikes and self.struck % 2)
            if not lost_on_the_way:
                self.taken[subject] += 1
            if strikes:
                self.struck += 1
                self.strike(door)
        return "451 Try again" if lost_on_the_way else "250 Taken"


class Door:
    """Where one worker brings its mail."""

    def __init__(self, post: Post) -> None:
        self.post = post
        self.port = free_port()
        self.process: subprocess.Popen | None = None
        self.open()

    def open(self) -> None:
        """Take messages."""
        from aiosmtpd.controller import Controller
        from aiosmtpd.smtp import SMTP

        self.sessions: list[SMTP] = []

        class Server(Controller):
            """Knows whom it serves."""

            def factory(server) -> SMTP:  # noqa: N805 - `self` is the door
                self.sessions.append(super().factory())
                return self.sessions[-1]

        self.server = Server(self, hostname="127.0.0.1", port=self.port)
        self.server.start()

    def shut(self) -> None:
        """Take none, and cut off who is about to hand one over."""
        asyncio.run_coroutine_threadsafe(self.hang_up(), self.server.loop).result()
        self.server.stop()

    async def hang_up(self) -> None:
        """Listen no longer and close every connection, which a server that stops would leave open."""
        server = self.server
        assert server.server is not None
        # It is not closed yet: what it is accepting at the moment would be lost half way.
        for listening in server.server.sockets:
            server.loop.remove_reader(listening.fileno())
        # What is being accepted has a session at the first turn, and its connection at the next.
        for _turn in range(3):
            await asyncio.sleep(0)
        for session in self.sessions:
            if session.transport is not None:
                session.transport.abort()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """What aiosmtpd calls for each message."""
        message = message_from_bytes(envelope.content, policy=policy.default)
        return self.post.take(self, message["Subject"])

    def start(self, folder: str, hours: int = 0) -> None:
        """Start the worker that brings its mail here; its clock is so many hours ahead."""
        with (Path(folder) / f"worker-{self.port}").open("w") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-c", WRONG_CLOCK, str(hours), "worker", "--interval", "0.2"],
                cwd=ROOT,
                env=environment(folder, self.port),
                stdout=subprocess.DEVNULL,
                stderr=said,
            )

    def close(self) -> None:
        """End the worker, if it lives, and shut."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.shut()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def database_url() -> str:
    """The address of the database of this process, that of a test while one runs."""
    from django.db import connection

    of = {name: quote(str(value), safe="") for name, value in connection.settings_dict.items()}
    account = of["USER"] + (f":{of['PASSWORD']}" if of["PASSWORD"] else "")
    place = of["HOST"] + (f":{of['PORT']}" if of["PORT"] else "")
    return f"postgres://{account}@{place}/{of['NAME']}"


def environment(folder: str, port: int) -> dict[str, str]:
    """That of a worker on the database of this process, with a mail server on a port."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATABASE_URL": database_url(),
        "EMAIL_URL": f"smtp://127.0.0.1:{port}/",
        "DATA_DIR": folder,
        "DEBUG": "true",
        "DEMO": "false",
        "REDIS_URL": "",
        "TASKS": "database",
    }


def kill(door: Door) -> None:
    """As the machine does that has no memory left."""
    assert door.process is not None
    door.process.kill()
    door.process.wait()


def terminate(door: Door) -> None:
    """As a deployment does."""
    assert door.process is not None
    door.process.send_signal(signal.SIGTERM)


def cut(door: Door) -> None:
    """End every connection to the database but ours, as its restart does."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> ALL(%s)"
            " AND datname = current_database()",
            [[*OURS, cursor.connection.info.backend_pid]],
        )
    connection.close()


OURS: list[int] = []


@contextlib.contextmanager
def workers(post: Post, count: int, hours: Sequence[int] = ()) -> Iterator[tuple[str, list[Door]]]:
    """So many workers, all ready, and the folder where they write; some with a clock that is wrong."""
    with tempfile.TemporaryDirectory() as folder:
        doors: list[Door] = []
        try:
            for number in range(count):
                doors.append(Door(post))
                doors[-1].start(folder, *hours[number : number + 1])
            wait_until(lambda: present() == count, folder)
            yield folder, doors
        finally:
            for door in doors:
                door.close()


def present() -> int:
    """How many workers there are: each holds a lock."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database AS d ON d.oid = pg_locks.database"
            " WHERE locktype = 'advisory' AND datname = current_database()"
        )
        return cursor.fetchone()[0]


def wait_until(fact: Callable[[], bool], folder: str, seconds: float = LONG) -> None:
    """Return once something is so; raises TimeoutError, with what the workers said, after a while."""
    end = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > end:
            said = "\n".join(file.read_text() for file in Path(folder).glob("worker-*"))
            raise TimeoutError(said[-5000:])
        threading.Event().wait(0.05)


def hand_over(count: int) -> None:
    """Have so many messages sent, each with a subject of its own."""
    from django.core.mail import EmailMultiAlternatives
    from django.db import transaction

    from portal import emails

    with transaction.atomic():
        for number in range(count):
            message = EmailMultiAlternatives(f"Mail {number}", "Text", None, ["a@example.org"])
            message.attach_alternative("<p>Text</p>", "text/html")
            emails.send_with_commit(message)


def is_done() -> bool:
    from portal.models import BackgroundTask

    return not BackgroundTask.objects.exists()


def send_while_killing(mails: int, kills: int, *, at_once: int = AT_ONCE) -> Post:
    """Send so many messages while so many workers are killed, one after the other."""
    step = mails // (kills + 1)
    post = Post(strike=kill, strike_at={step * (number + 1) for number in range(kills)})
    with workers(post, at_once) as (folder, doors):
        hand_over(mails)

        def goes_on() -> bool:
            for door in list(doors):
                if door.process is not None and door.process.poll() is not None:
                    door.close()
                    doors.remove(door)
            lacking = min(at_once, kills - post.struck + 1) - len(doors)
            for _ in range(lacking):
                doors.append(Door(post))
                doors[-1].start(folder)
            return is_done()

        wait_until(goes_on, folder)
    return post


def tried(times: int) -> bool:
    """Whether each message that waits was tried so often, and none is being tried."""
    from portal.models import BackgroundTask

    rows = BackgroundTask.objects.values_list("status", "worker_ids")
    return all(status == "READY" and len(workers) == times for status, workers in rows)


def waits() -> list[int]:
    """In how many minutes, by the clock of the database, messages are tried again: each number once."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT round(extract(epoch FROM run_after - enqueued_at) / 60)"
            " FROM django_tasks_database_dbtaskresult WHERE run_after < 'infinity' ORDER BY 1"
        )
        return [int(minutes) for (minutes,) in cursor.fetchall()]


def let_pass(minutes: int) -> None:
    """Have so much time gone by for all messages that wait to be tried again."""
    from django.db.models import F

    from portal.models import BackgroundTask

    rows = BackgroundTask.objects.filter(status="READY").exclude(worker_ids=[])
    rows.update(run_after=F("run_after") - timedelta(minutes=minutes))


def send_while_away(mails: int, *, at_once: int = AT_ONCE) -> tuple[Post, list[list[int]]]:
    """Send so many messages to a mail server that goes away after a tenth, and stays away for two tries.

    Returns what became of them, and after how many minutes they were to be tried again, after each try.
    """
    post, delays = Post(strike=kill), []
    with workers(post, at_once) as (folder, doors):
        hand_over(mails)
        wait_until(lambda: post.came >= mails // 10, folder)
        for door in doors:
            door.shut()
        for times, minutes in ((1, 1), (2, 5)):
            wait_until(lambda times=times: tried(times), folder)
            delays.append(waits())
            if times == 2:
                for door in doors:
                    door.open()
            let_pass(minutes)
        wait_until(is_done, folder)
    return post, delays


def send_with_wrong_clocks(mails: int, hours: Sequence[int] = (1, -1, 0)) -> tuple[Post, int]:
    """Send so many messages, each refused once, by workers of which some have a wrong clock.

    Returns what became of them, and how many were tried again before their time.
    """
    post = Post(strike=kill, refuses=True)
    with workers(post, len(hours), hours) as (folder, _doors):
        hand_over(mails)
        wait_until(lambda: tried(1), folder)
        # Whoever would come too early comes now: each worker looks several times a second.
        with contextlib.suppress(TimeoutError):
            wait_until(lambda: post.came > mails, folder, 3)
        early = post.came - mails
        post.refuses = False
        let_pass(1)
        wait_until(is_done, folder)
    return post, early


def main() -> None:
    """Run it once and print what was lost."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    faults = ["killed", "away", "clocks"]
    asked.add_argument("fault", nargs="?", choices=faults, default="killed")
    asked.add_argument("--mails", type=int, default=1000)
    asked.add_argument("--kills", type=int, default=20)
    given = asked.parse_args()
    os.environ |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "TASKS": "database"}
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    begun = time.monotonic()
    early, excused = 0, 0
    if given.fault == "killed":
        post = send_while_killing(given.mails, given.kills)
        said, excused = f"{post.struck} workers killed while sending one", post.struck
    elif given.fault == "away":
        post, delays = send_while_away(given.mails)
        said, excused = f"the mail server was away, tried again after {delays} minutes", AT_ONCE
    else:
        post, early = send_with_wrong_clocks(given.mails)
        said = f"clocks an hour ahead and late: {early} tried too early"
    lost = given.mails - len(post.taken)
    twice = sum(post.taken.values()) - len(post.taken)
    print(f"{given.mails} mails, {said},", end=" ")
    print(f"{time.monotonic() - begun:.0f} s: {lost} lost, {twice} sent twice.")
    sys.exit(bool(lost or early or twice > excused))


if __name__ == "__main__":
    main()
