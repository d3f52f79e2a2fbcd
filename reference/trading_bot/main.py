"""What `python main.py` starts."""

from __future__ import annotations

import signal
import threading


def main() -> None:
    """Trade until SIGTERM or SIGINT, then finish the order in hand."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())

    # Only now: process 1 of a container ignores a signal that it doesn't handle yet.
    from reference.trading_bot.bot import run

    run(stopping)


if __name__ == "__main__":
    main()
