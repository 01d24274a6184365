"""What is measured, as it runs for real: gunicorn with two workers, Redis, production settings."""

import os
import platform
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / ".data" / "benchmarks"
# What goes wrong in a page is told there.
LOG = DATA / "web.log"
WORKERS, THREADS = 2, 8
SECONDS_TO_START = 60


class NotStarted(Exception):
    """A server did not answer in time."""


def use_production_settings(port: int, redis: str) -> None:
    """Set the environment of a production behind one proxy; called before Django reads it."""
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings",
        "DEBUG": "false",
        "DEMO": "false",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "127.0.0.1",
        "BASE_URL": f"https://127.0.0.1:{port}",
        "DEFAULT_FROM_EMAIL": "portal@portal.example",
        "EMAIL_URL": "smtp://mail.portal.example:25",
        "BEHIND_PROXY": "true",
        "TRUSTED_PROXIES": "1",
        "REDIS_URL": redis,
        "DATA_DIR": str(DATA / "files"),
        "STATIC_ROOT": str(DATA / "static"),
    }


@contextmanager
def redis(folder: Path = DATA) -> Iterator[tuple[str, int]]:
    """A Redis of its own, reached through a socket in a folder: its address and its process."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        raise NotStarted("There is no redis-server here: `make benchmark` installs it.")
    path = folder / "redis.sock"
    path.unlink(missing_ok=True)
    # It writes nothing, but begins by going to its folder.
    command = [
        program,
        "--dir",
        str(folder),
        "--port",
        "0",
        "--unixsocket",
        str(path),
        "--save",
        "",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _wait(path.exists, "Redis")
        yield f"unix://{path}", process.pid
    finally:
        process.terminate()
        process.wait()


@contextmanager
def web(port: int) -> Iterator[int]:
    """The portal, as the README says to serve it: its first process."""
    command = [sys.executable, "-m", "gunicorn", "tests.benchmarks.wsgi:application"]
    command += ["--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS), "--threads", str(THREADS)]
    command += ["--no-control-socket", "--log-level", "warning"]
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise NotStarted(f"Something listens on port {port}: choose another one, PORT=…")
    with LOG.open("w") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
    try:
        _wait(lambda: _answers(port), "gunicorn")
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def _wait(ready: Callable[[], bool], name: str) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while not ready():
        if time.monotonic() > until:
            raise NotStarted(f"{name} does not answer.")
        time.sleep(0.1)


def postgresql() -> int | None:
    """The first process of the database server, None where it is on another machine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        name = Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return None
    return int(fields[1]) if "postgres" in name else None


def versions() -> dict[str, str]:
    """The machine and what runs on it, without its name."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CURRENT_SETTING('server_version'), CURRENT_SETTING('shared_buffers')"
        )
        server, buffers = cursor.fetchone()
    return {
        "cores": str(os.cpu_count()),
        "processor": model,
        "Python": platform.python_version(),
        "Django": django.get_version(),
        "PostgreSQL": f"{server.split()[0]} with {buffers} of buffers",
    }
