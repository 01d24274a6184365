"""A copy of the PostgreSQL that the tests use, kept up to date by PostgreSQL itself."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/usr/bin"))


class Standby:
    """A server that repeats what another one does; it can stand still, go and come back."""

    def __init__(self, of: dict[str, Any], folder: Path) -> None:
        self.of, self.folder, self.data = of, folder, folder / "data"

    def make(self) -> None:
        """Copy the other server as it is."""
        origin = ["--host", self.of["HOST"], "--username", self.of["USER"]]
        if self.of["PORT"]:
            origin += ["--port", str(self.of["PORT"])]
        how = ["--checkpoint", "fast", "--no-sync", "--write-recovery-conf"]
        self._run("pg_basebackup", *origin, "--pgdata", str(self.data), *how)

    def start(self) -> None:
        """Let it answer, through a socket in its own folder."""
        options = f"-c listen_addresses= -c unix_socket_directories={self.folder} -c port=5432"
        log = str(self.folder / "log")
        self._run("pg_ctl", "--pgdata", str(self.data), "--log", log, "--options", options, "start")

    def stop(self) -> None:
        """Let it go, as a machine goes that loses its power."""
        self._run("pg_ctl", "--pgdata", str(self.data), "--mode", "immediate", "stop")

    def settings(self, name: str) -> dict[str, Any]:
        """What Django has to know of it to read the database of that name."""
        return {**self.of, "HOST": str(self.folder), "PORT": "5432", "NAME": name}

    def _run(self, program: str, *arguments: str) -> None:
        as_them = ["runuser", "--user", "postgres", "--"] if os.getuid() == 0 else []
        subprocess.run(
            [*as_them, str(PROGRAMS / program), *arguments],
            check=True,
            cwd="/",
            stdout=subprocess.DEVNULL,
        )


@contextmanager
def standby(of: dict[str, Any]) -> Iterator[Standby]:
    """A copy of the server that `of` (settings of a database) is on, thrown away after."""
    folder = Path(tempfile.mkdtemp(prefix="portal-standby."))
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
    made = Standby(of, folder)
    try:
        made.make()
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)
