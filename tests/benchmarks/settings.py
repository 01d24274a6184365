"""The portal as it runs for real, with the limits of the stack beside it (`limits`)."""

from pathlib import Path

from portal.settings import *  # noqa: F403 - a settings module inherits by star

ROOT_URLCONF = "tests.benchmarks.urls"
TEMPLATES[0]["DIRS"].append(Path(__file__).parent / "templates")  # noqa: F405
