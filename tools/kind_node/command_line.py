"""What the command lines of tools have in common: what went wrong is one line, not a traceback."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from .cache import BuildError

FAILED = 1
INTERRUPTED = 130  # 128 + SIGINT, as shells have it


def exit_status(command: Callable[[], None], *errors: type[Exception]) -> int:
    """Run a command and give the status to exit with.

    0: done; 1: a BuildError, an OSError or one of `errors`, whose message is printed, unless the
    error has an `exit_status` of its own; 130: ended from the keyboard. At SIGTERM and SIGHUP the
    command is broken off by a SystemExit, so that it ends what it has started.
    """
    expected: tuple[type[Exception], ...] = (BuildError, *errors)
    try:
        with _signals_as_exceptions():
            command()
    except expected as error:
        print(f"error: {error}", file=sys.stderr)
        return int(getattr(error, "exit_status", FAILED))
    except OSError as error:
        of_file = f"cannot use {error.filename}: " if error.filename else ""
        print(f"error: {of_file}{error.strerror or error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


@contextmanager
def _signals_as_exceptions() -> Iterator[None]:
    """Raise SystemExit at SIGTERM and SIGHUP, unless they are ignored, as after nohup."""
    default = [
        number
        for number in (signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is signal.SIG_DFL
    ]
    for number in default:
        signal.signal(number, _exit)
    try:
        yield
    finally:
        for number in default:
            signal.signal(number, signal.SIG_DFL)


def _exit(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(128 + number)  # as shells have it
