"""Two versions of the portal side by side, and the step from one to the other as the README has it.

Each lies in a folder of its own; a symbolic link says which of them is served. The next one differs in
all that a version may change: code, template, style sheet, and a migration that adds something.
"""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.served import surroundings

ROOT = Path(__file__).resolve().parents[2]
UNIT = ROOT / ".deploy" / "portal-web.service"
# Where the units look for the portal.
PLACE = "/srv/portal"
PARTS = ("manage.py", "portal", "members", "events", "templates")
# What each page of the next version says: one half comes from its template, one from its code.
MARK = '<meta name="version" content="{{ version }}">'
NEXT = '<meta name="version" content="next">'
STATIC = re.compile(r'"/static/([^"#]+)')

CODE = '''

_before = site


def site(request: HttpRequest) -> dict[str, object]:
    """What every template is given, and the version."""
    return {**_before(request), "version": "next"}
'''
MIGRATION = """from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("events", "{last}")]
    operations = [
        migrations.RunSQL("ALTER TABLE events_event ADD COLUMN next_of_all text DEFAULT 'none' NOT NULL")
    ]
"""

# Gathers static files, without brotli, which takes six times as long and changes no name.
GATHER = """
import os, sys
from django.core.management import execute_from_command_line

sys.modules["brotli"] = None
os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
execute_from_command_line(["manage.py", "collectstatic", "--no-input", "--verbosity", "0"])
"""


class Releases:
    """Versions in a folder, and the link by which one of them is served."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.served = folder, folder / "portal"

    def make(self, name: str) -> Path:
        """A version, as this code is; it is served if it is the first."""
        release = self.folder / f"portal-{name}"
        release.mkdir()
        for part in PARTS:
            if (ROOT / part).is_dir():
                shutil.copytree(ROOT / part, release / part)
            else:
                shutil.copy2(ROOT / part, release / part)
        if not self.served.is_symlink():
            self.serve(release)
        return release

    def make_next(self) -> Path:
        """Another version."""
        release = self.make("next")
        _change(
            release / "templates" / "base.html",
            lambda text: text.replace("<head>", f"<head>{MARK}"),
        )
        _change(release / "portal" / "context_processors.py", lambda text: text + CODE)
        sheet = release / "portal" / "static" / "portal" / "css" / "base.css"
        _change(sheet, lambda text: f"{text}\n.next {{ color: inherit; }}\n")
        migrations = release / "events" / "migrations"
        last = max(migrations.glob("0*.py")).stem
        (migrations / "9999_next.py").write_text(MIGRATION.format(last=last))
        return release

    def make_broken(self) -> Path:
        """A version that does not start."""
        release = self.make("broken")
        _change(release / "portal" / "wsgi.py", lambda text: f"{text}\nraise SystemExit(1)\n")
        self._keep_static(release)
        return release

    def install(self, release: Path, environment: dict[str, str]) -> None:
        """Make it ready beside the one that is served: tables, and static files beside the old ones."""
        self._keep_static(release)
        _python(release, environment, "manage.py", "migrate", "--verbosity", "0")
        _python(release, environment, "-c", GATHER)

    def _keep_static(self, release: Path) -> None:
        """Put the static files of the version that is served into another one."""
        if (before := self.served / ".static").exists():
            shutil.copytree(before, release / ".static")

    def serve(self, release: Path) -> None:
        """Have the link lead to a version, from one moment to the next."""
        new = self.folder / "portal.new"
        new.symlink_to(release.name)
        new.replace(self.served)

    def options(self) -> list[str]:
        """Those of gunicorn, as the unit of the web process starts it."""
        [start] = _lines("ExecStart")
        given = shlex.split(start.replace(PLACE, str(self.served)))
        options = given[given.index("portal.wsgi") + 1 :]
        at = options.index("--bind")
        return options[:at] + options[at + 2 :]

    def reload(self, pid: int, environment: dict[str, str]) -> bool:
        """What the unit does to take up the version that the link leads to; False if it refuses to."""
        for line in _lines("ExecReload"):
            command = line.replace(f"{PLACE}/.venv/bin/python", sys.executable)
            command = command.replace("$MAINPID", str(pid))
            done = subprocess.run(
                shlex.split(command),
                cwd=self.served,
                env=surroundings(environment),
                stderr=subprocess.DEVNULL,
            )
            if done.returncode:
                return False
        return True

    def lacking(self, page: str) -> list[str]:
        """Which static files of a page a proxy that reads the folder of the link would not find."""
        found = STATIC.findall(page)
        return [name for name in found if not (self.served / ".static" / name).exists()]


def _python(release: Path, environment: dict[str, str], *arguments: str) -> None:
    """Run something with the code of a version; raises CalledProcessError."""
    command = [sys.executable, *arguments]
    subprocess.run(command, cwd=release, env=surroundings(environment), check=True)


def _lines(name: str) -> list[str]:
    """What the unit says under a name."""
    lines = UNIT.read_text().splitlines()
    return [line.partition("=")[2] for line in lines if line.startswith(f"{name}=")]


def _change(file: Path, change: Callable[[str], str]) -> None:
    file.write_text(change(file.read_text()))
