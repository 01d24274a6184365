"""Lighthouse gives the pages that people open most 100 of 100 in its four categories."""

import pytest

from tests.gates.inventory import LANGUAGES
from tests.gates.lighthouse import JUDGED, MACHINE, judge, looks

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", LANGUAGES)
def test_lighthouse_finds_nothing_to_better(site, language):
    # It takes long: each page in one language here, one after the other; `make measures` asks for all.
    place = LANGUAGES.index(language)
    chosen = [look for look in looks() if look[1] == language][place :: len(LANGUAGES)]

    judged = judge(site, chosen, MACHINE)

    assert len(judged) == len(JUDGED) / len(LANGUAGES)
    assert {page: cells[1:] for page, cells in judged.items() if set(cells[1:5]) != {100}} == {}
