"""What `python main.py` starts."""

from __future__ import annotations

import signal
import sys


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    for number in (signal.SIGTERM, signal.SIGINT):
        # Until the server is up: process 1 of a container ignores signals without a handler.
        signal.signal(number, lambda *_: sys.exit(0))

    from reference.grafana.run import run

    run()


if __name__ == "__main__":
    main()
