from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from reference.common.stopping import on_signal

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS)
def test_signal_is_heard(number: signal.Signals) -> None:
    stopping = on_signal()
    assert not stopping.is_set()
    signal.raise_signal(number)
    assert stopping.wait(10)


def test_signal_is_heard_while_the_program_looks_whether_there_was_one() -> None:
    stopping = on_signal()
    with stopping._cond:  # type: ignore[attr-defined]  # as `wait` holds it for a moment
        signal.raise_signal(signal.SIGTERM)
    assert stopping.wait(10)
