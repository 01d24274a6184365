"""What every answer of the API has in common."""

from rest_framework.throttling import AnonRateThrottle


class AnonymousThrottle(AnonRateThrottle):
    """So many requests a minute for each network address."""

    scope = "anonymous"
