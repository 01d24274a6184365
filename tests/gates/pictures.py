"""Pictures of the pages people come for, at both widths in both languages, to be looked at.

python -m tests.gates.pictures FOLDER
"""

import os
import sys
import tempfile
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from playwright.sync_api import sync_playwright  # noqa: E402

from tests.conftest import CHROMIUM, FLAGS  # noqa: E402
from tests.gates.inventory import LANGUAGES, LOOKS  # noqa: E402
from tests.gates.site import served  # noqa: E402
from tests.gates.visit import visit  # noqa: E402

PICTURED = {
    "home": "home",
    "members:organisation-list": "directory",
    "members:organisation-list, map": "map",
    "members:organisation-detail, of many": "profile",
    "events:project-detail, full": "project",
    "events:project-funding": "funding",
    "events:event-list": "agenda",
    "events:event-detail, to come": "event",
    "events:ecosystem": "ecosystem",
    "events:key-figures": "key-figures",
    "members:organisation-edit": "edit",
    "admin:portal_submission_change, edit": "moderation",
}
WIDTHS = (1280, 390)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as place,
        served(Path(place)) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        # Fields for dates follow the language of the browser, not that of the page.
        windows = {
            language: browser.new_context(reduced_motion="reduce", locale=language).new_page()
            for language in LANGUAGES
        }
        for look in LOOKS:
            if str(look) not in PICTURED:
                continue
            for language, window in windows.items():
                visit(window, site, look, language)
                for width in WIDTHS:
                    window.set_viewport_size({"width": width, "height": 900})
                    window.evaluate("document.fonts.ready")
                    file = folder / f"{PICTURED[str(look)]}-{language}-{width}.png"
                    window.screenshot(path=file, full_page=True)
        browser.close()
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
