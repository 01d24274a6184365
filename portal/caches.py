"""Redis, and where the limits are counted: there, and in the memory of each process while it is away."""

import logging
import time
from functools import cached_property, partial
from typing import Any

from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

logger = logging.getLogger(__name__)

# After a fault Redis is left alone for so long, in seconds: each request would wait for it in vain.
REST = 5.0
# As many counters as one process may keep; they must outlive a flood of others.
MOST = 200_000


class OneClient(RedisCacheClient):
    """Asks through one client each time: to make one takes longer than to ask."""

    @cached_property
    def _asked(self) -> Any:
        return super().get_client()

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        return self._asked

    def count(self, key: str, seconds: int) -> int:
        """Count one more under a key that lasts so long from the first on: one trip."""
        with self._asked.pipeline() as trip:
            trip.set(key, 0, ex=seconds, nx=True)
            trip.incr(key)
            return int(trip.execute()[1])


class Redis(RedisCache):
    """One Redis server, as Django asks it, in less time."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = OneClient


class Memory(LocMemCache):
    """The memory of this process."""

    def count(self, key: str, seconds: int) -> int:
        """The same."""
        self.add(key, 0, seconds)
        try:
            return self.incr(key)
        except ValueError:
            # Its time ended between the two: this is the first of the next one.
            self.set(key, 1, seconds)
            return 1


class Either:
    """What answers in the place of Redis: Redis, or the memory of this process while it does not."""

    def __init__(self, redis: Any, memory: Memory) -> None:
        self.redis, self.memory = redis, memory
        self.rests_until = 0.0

    def __getattr__(self, name: str) -> Any:
        return partial(self._ask, name)

    @property
    def is_away(self) -> bool:
        """Whether Redis did not answer a moment ago."""
        return time.monotonic() < self.rests_until

    def _ask(self, name: str, *args: Any, **kwargs: Any) -> Any:
        from redis.exceptions import RedisError  # installed only where Redis is used

        if not self.is_away:
            try:
                return getattr(self.redis, name)(*args, **kwargs)
            except RedisError:
                logger.warning("Redis does not answer: limits are counted here", exc_info=True)
                self.rests_until = time.monotonic() + REST
        return getattr(self.memory, name)(*args, **kwargs)


class RedisOrMemory(Redis):
    """Redis; while it does not answer, what is counted is counted by each process for itself.

    Limits then let through as many times more as there are processes, and begin anew: better than
    letting everything through, or nobody in.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._server, self._params = server, params

    @cached_property
    def _cache(self) -> Any:
        redis = Redis(self._server, self._params)._cache
        return Either(redis, Memory(f"instead of {self._server}", {"MAX_ENTRIES": MOST}))

    def count(self, key: str, seconds: int) -> int:
        """Count one more under a key that lasts so long from the first on."""
        return int(self._cache.count(self.make_and_validate_key(key), seconds))

    @property
    def is_away(self) -> bool:
        """Whether Redis did not answer a moment ago, and this process counts for itself."""
        return self._cache.is_away
