"""The site that every gate looks at, and a browser that goes from page to page of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.gates.site import Site, served


@pytest.hookimpl(trylast=True)  # after what was not asked for was left out
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of several processes one begins with a test that wants the site, before any of the database: it
    builds it while the others have other things to do, and would have to wait for it later."""
    wanting = (item for item in items if "site" in getattr(item, "fixturenames", ()))
    if hasattr(config, "workerinput") and (first := next(wanting, None)):
        items.remove(first)
        items.insert(0, first)


@pytest.fixture(scope="session")
def site(tmp_path_factory, worker_id) -> Iterator[Site]:
    """Shared by the processes of a run: one of them builds it, each serves it to itself."""
    base: Path = tmp_path_factory.getbasetemp()
    with served((base if worker_id == "master" else base.parent) / "gates") as site:
        yield site


@pytest.fixture(scope="session")
def window(chromium: Browser) -> Iterator[Page]:
    """One page that each test takes where it wants."""
    context = chromium.new_context(reduced_motion="reduce")
    yield context.new_page()
    context.close()
