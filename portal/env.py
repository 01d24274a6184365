"""Typed readers of the environment, used by the settings and nowhere else."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path

from environs import Env

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
env.read_env(BASE_DIR / ".env", recurse=False)


def kept_secret(folder: Path) -> str:
    """The secret key of this machine: made at the first start, for its owner's eyes, and then kept.

    It is written beside its place and linked there: of two processes that start at once one makes it
    and both read the same.
    """
    place = folder / "secret_key"
    if not place.exists():
        folder.mkdir(parents=True, exist_ok=True)
        handle, made = tempfile.mkstemp(dir=folder)  # which only its owner may read
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(64))
        with contextlib.suppress(FileExistsError):
            os.link(made, place)
        Path(made).unlink()
    return place.read_text()
