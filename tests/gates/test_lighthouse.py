"""Lighthouse gives the pages that people open most 100 of 100 in its four categories."""

import pytest

from tests.gates.inventory import LANGUAGES
from tests.gates.lighthouse import JUDGED, MACHINE, judge

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("language", LANGUAGES)
def test_lighthouse_finds_nothing_to_better(site, language):
    judged = judge(site, (language,), MACHINE)

    assert len(judged) == len(JUDGED)
    assert {page: cells[1:] for page, cells in judged.items() if set(cells[1:5]) != {100}} == {}
