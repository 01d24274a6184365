"""No address is forgotten: each is looked at, or is no page."""

from tests.gates.inventory import ALIKE, DJANGOS, KEPT_BY_DJANGO, LOOKS, NOT_PAGES
from tests.test_access import ACCESS, UNNAMED


def is_djangos(name):
    """Whether an address shows a table of the admin which nobody gave a page of its own."""
    return name.startswith("admin:") and name.endswith(KEPT_BY_DJANGO)


def test_every_address_is_looked_at_or_is_no_page():
    looked_at = {look.name for look in (*LOOKS, *DJANGOS)}
    no_pages = {name for names in NOT_PAGES.values() for name in names}

    left = ACCESS.keys() - looked_at - no_pages - ALIKE.keys() - UNNAMED

    assert {name for name in left if not is_djangos(name)} == set()
    assert (looked_at | no_pages | ALIKE.keys()) - ACCESS.keys() == {""}
    assert set(ALIKE.values()) <= looked_at


def test_each_look_has_a_name_of_its_own():
    names = [str(look) for look in (*LOOKS, *DJANGOS)]

    assert len(names) == len(set(names))
