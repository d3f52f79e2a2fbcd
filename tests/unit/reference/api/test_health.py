from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from reference.api import health as module
from reference.api.health import Health


class Check:
    """A check that can fail, and can hang until it is let go."""

    def __init__(self) -> None:
        self.calls = 0
        self.error: Exception | None = None
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self) -> None:
        self.calls += 1
        assert self.gate.wait(5)
        if self.error:
            raise self.error


@pytest.fixture
def mysql() -> Iterator[Check]:
    check = Check()
    yield check
    check.gate.set()


@pytest.fixture
def redis() -> Check:
    return Check()


def test_each_service_is_told_apart(mysql: Check, redis: Check) -> None:
    redis.error = ConnectionError("refused")
    health = Health({"mysql": mysql, "redis": redis})
    assert asyncio.run(health.states()) == {"mysql": "ok", "redis": "refused"}


def test_many_probes_are_one_check(mysql: Check, redis: Check) -> None:
    health = Health({"mysql": mysql, "redis": redis})

    async def probe() -> None:
        await asyncio.gather(*(health.states() for _ in range(50)))

    asyncio.run(probe())
    assert (mysql.calls, redis.calls) == (1, 1)


def test_recovery_is_seen(mysql: Check, redis: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REMEMBER_SECONDS", 0)
    health = Health({"mysql": mysql, "redis": redis})
    mysql.error = OSError(111, "Connection refused")
    assert asyncio.run(health.states())["mysql"] == "Connection refused"
    mysql.error = None
    assert asyncio.run(health.states())["mysql"] == "ok"


def test_service_that_hangs_is_reported_in_time_and_not_asked_twice(
    mysql: Check, redis: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REMEMBER_SECONDS", 0)
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.05)
    mysql.gate.clear()
    health = Health({"mysql": mysql, "redis": redis})

    async def probe() -> None:
        for _ in range(3):
            assert (await health.states())["mysql"] == "no answer within 0.05 s"
        assert mysql.calls == 1
        mysql.gate.set()
        while (await health.states())["mysql"] != "ok":
            pass

    asyncio.run(probe())


def test_late_answer_is_forgiven_for_a_while(
    mysql: Check, redis: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REMEMBER_SECONDS", 0)
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.05)
    monkeypatch.setattr(module, "FORGIVEN_SECONDS", 0.5)
    health = Health({"mysql": mysql, "redis": redis})

    async def probe() -> None:
        assert (await health.states())["mysql"] == "ok"
        mysql.gate.clear()
        assert (await health.states())["mysql"] == "ok"
        while (await health.states())["mysql"] == "ok":
            pass
        assert (await health.states())["mysql"] == "no answer within 0.05 s"
        mysql.gate.set()

    asyncio.run(probe())


def test_refusal_is_not_forgiven(
    mysql: Check, redis: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REMEMBER_SECONDS", 0)
    health = Health({"mysql": mysql, "redis": redis})
    assert asyncio.run(health.states())["redis"] == "ok"
    redis.error = ConnectionError("refused")
    assert asyncio.run(health.states())["redis"] == "refused"


def test_timeout_of_the_check_itself_is_a_late_answer(
    mysql: Check, redis: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "REMEMBER_SECONDS", 0)
    monkeypatch.setattr(module, "LATE_SECONDS", -1)
    health = Health({"mysql": mysql, "redis": redis})
    assert asyncio.run(health.states())["redis"] == "ok"
    redis.error = TimeoutError("timed out")
    assert asyncio.run(health.states())["redis"] == "ok"
