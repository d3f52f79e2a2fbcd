"""What tests of programs that other programs start have in common."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until something holds; AssertionError if it does not within 20 s."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "does not come true within 20 s"
        time.sleep(0.01)
