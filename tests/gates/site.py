"""The portal with the demo inside, served for real by a process of its own.

Built once and shared by all who look: the tests, the measures and the pictures.
"""

import fcntl
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.gates.inventory import Look

ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / ".venv" / "node" / "node_modules"
AXE = NODE / "axe-core" / "axe.min.js"


@dataclass(frozen=True)
class Site:
    """Where the pages are: on the portal with the demo, and on one nobody has written in."""

    base: str
    new: str
    paths: dict[str, dict[str, str]]
    sessions: dict[str, str]

    def address(self, look: Look, language: str) -> str:
        return (self.new if look.new else self.base) + self.paths[str(look)][language]

    def cookies(self, look: Look) -> list[dict[str, str]]:
        """Of who looks, as a browser takes them."""
        if not look.account:
            return []
        return [{"name": "sessionid", "value": self.sessions[look.account], "url": self.base}]


def environment(folder: Path, database: str, base: str) -> dict[str, str]:
    """Said in full, so that nothing of the machine reaches the portal."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "tests.gates.settings",
        "DEBUG": "true",
        "DEMO": "true",
        "SECRET_KEY": "gates" * 10,
        "DATA_DIR": str(folder),
        "STATIC_ROOT": str(folder / "static"),
        "DATABASE_URL": f"sqlite:///{folder / database}",
        "MEDIA_ROOT": str(folder / "media"),
        "HELD_ROOT": str(folder / "held"),
        "ALLOWED_HOSTS": "localhost",
        "BASE_URL": base,
        "EMAIL_URL": "",
        "REDIS_URL": "",
    }


def built(folder: Path) -> Path:
    """The folder with both databases, built by whoever comes first while the others wait."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "stage.json").exists():
            subprocess.run(
                [sys.executable, "-m", "tests.gates.stage", str(folder)],
                env=environment(folder, "portal.sqlite3", "http://localhost"),
                cwd=ROOT,
                check=True,
            )
    return folder


@contextmanager
def served(folder: Path) -> Iterator[Site]:
    """The site, while the block runs."""
    built(folder)
    stage = json.loads((folder / "stage.json").read_text(encoding="utf-8"))
    with _server(folder, "portal.sqlite3") as base, _server(folder, "new.sqlite3") as new:
        yield Site(base, new, stage["paths"], stage["sessions"])


@contextmanager
def _server(folder: Path, database: str) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    base = f"http://localhost:{port}"
    command = [sys.executable, "-m", "gunicorn", "django.core.wsgi:get_wsgi_application()"]
    command += ["--bind", f"127.0.0.1:{port}", "--threads", "4", "--no-control-socket"]
    command += ["--log-level", "warning"]
    log = folder / f"{database}.log"
    with (
        log.open("a") as told,
        # What is to be done in the background waits there: nothing changes while it is looked at.
        subprocess.Popen(
            command,
            env=environment(folder, database, base) | {"TASKS": "database"},
            cwd=ROOT,
            stderr=told,
        ) as process,
    ):
        try:
            _wait(f"{base}/healthz", process)
            yield base
        finally:
            process.terminate()


def _wait(address: str, process: subprocess.Popen) -> None:
    for _attempt in range(200):
        try:
            urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            if process.poll() is not None:
                raise RuntimeError(
                    f"the portal of the gates stopped: {process.returncode}"
                ) from None
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(address)
