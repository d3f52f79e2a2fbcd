"""Whether MySQL and Redis answer, known at any time in at most `ANSWER_SECONDS`."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pymysql

from reference.common.database import Connection, connect
from reference.common.outage import OutageError
from reference.common.redis_client import Redis, outages
from reference.common.settings import DatabaseAddress

ANSWER_SECONDS = 1.5
REMEMBER_SECONDS = 1.0
LATE_SECONDS = 0.5  # a refusal comes at once; anything slower counts as no answer
FORGIVEN_SECONDS = 5.0
OK = "ok"

Check = Callable[[], None]


class Health:
    """Runs the checks when asked, at most once a second, and never twice at a time.

    The checks have threads and connections of their own, and an answer that comes late is no outage
    until none has come for `FORGIVEN_SECONDS`: a busy API is not an ill one.
    """

    def __init__(self, checks: dict[str, Check]) -> None:
        self._checks = checks
        self._threads = ThreadPoolExecutor(len(checks), "health")
        self._running: dict[str, asyncio.Future[tuple[str, bool]]] = {}
        self._good_at: dict[str, float] = {}
        self._states: dict[str, str] = {}
        self._known_at = float("-inf")
        self._lock = asyncio.Lock()

    async def states(self) -> dict[str, str]:
        """Return for each service "ok", or what is wrong."""
        async with self._lock:
            if time.monotonic() - self._known_at >= REMEMBER_SECONDS:
                await self._look()
            return self._states

    def close(self) -> None:
        """Let go of the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _look(self) -> None:
        loop = asyncio.get_running_loop()
        for name, check in self._checks.items():
            if name not in self._running:
                self._running[name] = loop.run_in_executor(self._threads, _look_at, check)
        await asyncio.wait(self._running.values(), timeout=ANSWER_SECONDS)
        states = {}
        now = time.monotonic()
        for name, running in list(self._running.items()):
            state, is_late = f"no answer within {ANSWER_SECONDS} s", True
            if running.done():
                state, is_late = running.result()
                del self._running[name]
            if state == OK:
                self._good_at[name] = now
            elif is_late and now - self._good_at.get(name, float("-inf")) < FORGIVEN_SECONDS:
                state = OK
            states[name] = state
        self._states, self._known_at = states, now


def _look_at(check: Check) -> tuple[str, bool]:
    """Return the state, and whether it took long."""
    begin = time.monotonic()
    state = _state(check)
    return state, time.monotonic() - begin > LATE_SECONDS


def _state(check: Check) -> str:
    try:
        check()
    except OutageError as error:
        return error.reason
    except Exception as error:
        return str(error.args[-1] if error.args else error) or type(error).__name__
    return OK


class DatabaseCheck:
    """Asks MySQL over one connection that is kept."""

    def __init__(self, address: DatabaseAddress) -> None:
        self._address = address
        self._connection: Connection | None = None

    def __call__(self) -> None:
        """Raise what is wrong."""
        if self._connection is not None:
            with contextlib.suppress(pymysql.Error, OSError):
                self._connection.ping(reconnect=False)
                return
        self._connection = None
        self._connection = connect(self._address, seconds=1)
        self._connection.ping(reconnect=False)


class RedisCheck:
    """Asks Redis."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def __call__(self) -> None:
        """Raise what is wrong."""
        with outages():
            self._redis.ping()
