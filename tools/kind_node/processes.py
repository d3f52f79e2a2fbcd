"""Child processes that end when the work that they are a part of fails or is broken off."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import suppress
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

# How a child is told to end, and how many seconds it then has: mmdebstrap deletes its temporary
# files first.
ENDINGS = ((signal.SIGINT, 0.5), (signal.SIGTERM, 3.0), (signal.SIGKILL, 3.0))
# The most seconds until a signal is handled. A signal that comes just before the main thread begins
# to wait does not wake it: Python runs the handler only when that wait is over.
HEEDING = 0.2
# How many seconds the threads have to report that they were stopped, before the error is shown.
LAST_WORDS = 0.3


class BrokenOff(Exception):
    """No child process is started any more: another part of the same work has failed."""


class Jobs:
    """Functions that run at the same time, each in a thread, as parts of one piece of work.

        with Jobs() as jobs:
            cluster = jobs.start(raise_cluster)
            images = jobs.start(build_images)
        load(cluster.result(), images.result())

    The end of the `with` waits for all of them. The first error, or a signal, ends the child
    processes of all, also of jobs within jobs, and is raised at once.
    """

    def __init__(self) -> None:
        self._parent = _current.get()
        self._lock = threading.Lock()
        self._children: set[subprocess.Popen[str]] = set()
        self._is_over = False
        self._futures: list[Future[Any]] = []

    def start(self, function: Callable[..., T], *arguments: Any) -> Future[T]:
        """Run a function in a thread of its own."""
        future: Future[T] = Future()

        def run() -> None:
            _current.set(self)
            try:
                future.set_result(function(*arguments))
            except BaseException as error:
                future.set_exception(error)

        self._futures.append(future)
        # A daemon, since Python waits for other threads before it exits, also after an error.
        threading.Thread(target=run, daemon=True).start()
        return future

    def __enter__(self) -> Jobs:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self._wait()
                return
        except BaseException:
            self._end()
            raise
        self._end()

    def _wait(self) -> None:
        """Wait for all functions, and raise the first error at once."""
        pending = set(self._futures)
        while pending:
            done, pending = wait(pending, HEEDING, return_when=FIRST_COMPLETED)
            for future in done:
                future.result()

    def _end(self) -> None:
        with self._lock:
            self._is_over = True
            running = list(self._children)
        _end(running)
        wait(self._futures, LAST_WORDS)

    def add(self, spawn: Callable[[], subprocess.Popen[str]]) -> subprocess.Popen[str]:
        """Start a child process as a part of the work; BrokenOff where that is over."""
        with self._lock:
            if self._is_over:
                raise BrokenOff
            child = self._parent.add(spawn) if self._parent else spawn()
            self._children.add(child)
        return child

    def remove(self, child: subprocess.Popen[str]) -> None:
        """Note that a child process is done."""
        with self._lock:
            self._children.discard(child)
        if self._parent:
            self._parent.remove(child)


# The job that the current thread belongs to.
_current: ContextVar[Jobs | None] = ContextVar("_current", default=None)


def run_process(
    command: Sequence[str | Path], *, standard_input: str | None = None, **options: Any
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, which comes early when the work that it is a part of ends.

    `options` are those of `subprocess.Popen`. Raises FileNotFoundError where there is no such
    program, and BrokenOff where the work is over.
    """
    jobs = _current.get()
    if jobs is None:
        # In a thread, because a signal can stop the main thread at any point, also after a child
        # was started and before it is recorded.
        with Jobs() as alone:
            run = partial(run_process, command, standard_input=standard_input, **options)
            future = alone.start(run)
        return future.result()
    arguments = [str(part) for part in command]
    pipe = subprocess.PIPE
    spawn = partial(
        subprocess.Popen,
        arguments,
        stdout=pipe,
        stderr=pipe,
        text=True,
        # With a session of its own it can be ended with all that it has started.
        start_new_session=True,
        **{"stdin": subprocess.DEVNULL if standard_input is None else pipe, **options},
    )
    child = jobs.add(spawn)
    try:
        output, errors = child.communicate(standard_input)
    finally:
        jobs.remove(child)
    return subprocess.CompletedProcess(arguments, child.returncode, output, errors)


def _end(children: Sequence[subprocess.Popen[str]]) -> None:
    """End child processes and all that they have started."""
    for number, seconds in ENDINGS:
        for child in children:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, number)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and any(child.poll() is None for child in children):
            time.sleep(0.01)
