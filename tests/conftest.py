from __future__ import annotations

import os
import shutil
import tempfile

import hypothesis
import pytest

# The same examples every time: a run must not fail for what another run did not try.
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None)
hypothesis.settings.load_profile("repeatable")


def pytest_configure(config: pytest.Config) -> None:
    """One folder of renders for all processes of a run; those that xdist starts inherit it."""
    if not hasattr(config, "workerinput"):
        os.environ["GENX_FX_RENDERS"] = tempfile.mkdtemp(prefix="genx-fx-renders-")


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop("GENX_FX_RENDERS"), ignore_errors=True)
