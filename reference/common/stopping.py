"""How a program learns that it is to end."""

from __future__ import annotations

import signal
import threading


def on_signal() -> threading.Event:
    """Return an event that SIGTERM and SIGINT set."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        # In a thread of its own: the main one may hold the event's lock when the signal comes.
        signal.signal(number, lambda *_: threading.Thread(target=stopping.set).start())
    return stopping
