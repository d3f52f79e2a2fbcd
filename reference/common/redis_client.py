"""A Redis client that never waits long and reconnects by itself."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from reference.common.outage import OutageError

Redis = redis.Redis


def connect(url: str, password: str | None, seconds: float = 2, connections: int = 16) -> Redis:
    """Make a client; it connects when it is first used."""
    pool = redis.BlockingConnectionPool.from_url(
        url,
        password=password,
        decode_responses=True,
        max_connections=connections,
        timeout=1,
        socket_timeout=seconds,
        socket_connect_timeout=seconds,
        # Retry once at once: a restart of Redis closes idle connections.
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    )
    return redis.Redis(connection_pool=pool)


@contextlib.contextmanager
def outages() -> Iterator[None]:
    """Turn every failure to reach Redis into an `OutageError`."""
    try:
        yield
    except redis.RedisError as error:
        raise OutageError("redis", error) from error
