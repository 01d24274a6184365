"""How often something may be done, and by whom it is counted."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory

from portal import limits


def asking(seen, claimed=None):
    """A request that comes from `seen` and says of itself what it likes."""
    extra = {} if claimed is None else {"HTTP_X_FORWARDED_FOR": claimed}
    return RequestFactory().get("/", REMOTE_ADDR=seen, **extra)


@pytest.mark.threat("T15", "network address")
@pytest.mark.parametrize(
    ("proxies", "seen", "claimed", "counted"),
    [
        (0, "192.0.2.1", None, "192.0.2.1"),
        (0, "192.0.2.1", "198.51.100.7", "192.0.2.1"),
        (1, "127.0.0.1", "198.51.100.7, 192.0.2.1", "192.0.2.1"),
        (2, "127.0.0.1", "198.51.100.7, 192.0.2.1, 10.0.0.1", "192.0.2.1"),
        # Past the proxies: nobody wrote the list that ours would have.
        (2, "192.0.2.1", "198.51.100.7", "192.0.2.1"),
        # One network, whichever of its 2^64 addresses asks.
        (0, "2001:db8:1:2:aaaa::1", None, "2001:db8:1:2::"),
        (0, "2001:db8:1:2:bbbb::9", None, "2001:db8:1:2::"),
        (0, "2001:db8:1:3::1", None, "2001:db8:1:3::"),
        (0, "::ffff:192.0.2.1", None, "192.0.2.1"),
    ],
)
def test_the_network_address_is_that_which_our_own_proxies_saw(
    settings, proxies, seen, claimed, counted
):
    settings.TRUSTED_PROXIES = proxies

    assert limits.client_address(asking(seen, claimed)) == counted


@pytest.mark.threat("T11", "fails closed")
@pytest.mark.parametrize("seen", ["", "unix:", "not-an-address"])
def test_who_has_no_network_address_is_refused(seen):
    with pytest.raises(PermissionDenied):
        limits.client_address(asking(seen))


@pytest.mark.threat("T11", "fails closed")
def test_a_limiter_that_cannot_count_refuses(monkeypatch):
    def broken(*args, **kwargs):
        raise ConnectionError

    monkeypatch.setattr("django.core.cache.backends.locmem.LocMemCache.add", broken)

    with pytest.raises(limits.TooOften):
        limits.require("anything", 1, 5, 60)
