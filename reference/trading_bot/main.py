"""What `python main.py` starts."""

from __future__ import annotations

from reference.common.stopping import on_signal


def main() -> None:
    """Trade until SIGTERM or SIGINT, then finish the order in hand."""
    stopping = on_signal()

    # Only now: process 1 of a container ignores signals without a handler.
    from reference.trading_bot.bot import run

    run(stopping)


if __name__ == "__main__":
    main()
