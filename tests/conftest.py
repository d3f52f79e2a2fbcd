from __future__ import annotations

import os
import shutil
import signal
import tempfile

import hypothesis
import pytest

# The same examples every time: whether a run fails must not depend on chance.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repeatable")


def pytest_configure(config: pytest.Config) -> None:
    """Make one folder of renders for all processes of a run; those of xdist inherit it."""
    heed_signals()
    if not hasattr(config, "workerinput"):
        os.environ["GENX_FX_RENDERS"] = tempfile.mkdtemp(prefix="genx-fx-renders-")


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop("GENX_FX_RENDERS"), ignore_errors=True)


def heed_signals() -> None:
    """Let the programs that tests interrupt heed it, also where this process was told to ignore it.

    A shell starts what is to run in the background, as `make test &` in a script, with SIGINT
    ignored, and nohup does so with SIGHUP. Programs inherit that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
