"""The portal under gunicorn, in a process of its own, as tests ask it over a socket."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings

SECONDS = 60


@dataclass
class Portal:
    """A running portal: its process, and where it listens."""

    process: subprocess.Popen
    port: int

    def ask(self, line: str, **headers: str) -> str:
        """Everything that answers one request line, sent as it is with these headers."""
        sent = {"Host": "localhost", "Connection": "close"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
        with socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS) as connection:
            connection.sendall(f"{line} HTTP/1.1\r\n{head}\r\n".encode())
            with connection.makefile("rb") as answer:
                return answer.read().decode()

    def stop(self) -> str:
        """What it logged from first to last."""
        self.process.terminate()
        return self.process.communicate(timeout=SECONDS)[0]


@contextmanager
def served(
    environment: dict[str, str],
    *options: str,
    log: IO[str] | int = subprocess.PIPE,
    folder: Path | None = None,
) -> Iterator[Portal]:
    """The portal while the block runs; it listens from the beginning, and answers once it is there.

    It says what it logs to `log`: whoever has it say much needs a file, since nobody reads the pipe
    meanwhile. It is started in `folder`, by default where this code is.
    """
    door = socket.create_server(("127.0.0.1", 0))
    command = [sys.executable, "-m", "gunicorn", "portal.wsgi", "--no-control-socket", *options]
    process = subprocess.Popen(
        [*command, "--log-level", "warning", "--bind", f"fd://{door.fileno()}"],
        cwd=folder or settings.BASE_DIR,
        env=surroundings(environment),
        pass_fds=[door.fileno()],
        stdout=log,
        stderr=subprocess.STDOUT,
        text=True,
    )
    port = door.getsockname()[1]
    door.close()
    try:
        yield Portal(process, port)
    finally:
        # At once: a worker whose master was killed would notice only after a while, and hold the pipe.
        process.send_signal(signal.SIGQUIT)
        try:
            process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def surroundings(environment: dict[str, str]) -> dict[str, str]:
    """These variables and nothing else of the machine that could reach the portal."""
    return {"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"} | environment
