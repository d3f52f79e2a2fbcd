"""The order of work, with stand-ins for Go and Debian's programs."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from tools import kind_node
from tools.kind_node import debian, go_toolchain, node_image
from tools.kind_node.cache import BuildError
from tools.kind_node.node_image import SPACE

# Answers what is asked before a build, and then builds until it is ended.
GO = 'case "$1" in env) echo go1.99.0 ;; *) touch "$0.builds"; exec sleep 60 ;; esac'
AT_ONCE = 10.0  # seconds: far below those of the build, also where a machine is busy
APT = "echo 'http://a.example/debian Debian'"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that is first on PATH, with programs that work."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("GENX_FX_CACHE", str(tmp_path / "cache"))
    go_toolchain._version_of.cache_clear()
    node_image.agent_key.cache_clear()
    for name, script in (("go", GO), ("apt-get", APT), ("apt-config", ""), ("mmdebstrap", "")):
        program(folder, name, script)
    return folder


def program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_an_error_of_debians_packages_does_not_wait_for_go(programs: Path) -> None:
    go_builds = f"while [ ! -e {programs}/go.builds ]; do sleep 0.01; done"
    # Several run at once, and the time of one must not be cut off by the next.
    note = f"date +%s.%N > {programs}/failed.$$; mv {programs}/failed.$$ {programs}/failed"
    program(programs, "mmdebstrap", f"{go_builds}; {note}; exit 1")
    with pytest.raises(BuildError, match="cannot gather Debian packages"):
        kind_node.build()
    assert time.time() - float((programs / "failed").read_text()) < AT_ONCE


def test_an_error_of_go_does_not_wait_for_debians_packages(programs: Path) -> None:
    program(programs, "go", 'test "$1" = env && echo go1.99.0 || { echo broken >&2; exit 1; }')
    program(programs, "mmdebstrap", "sleep 60")
    begin = time.monotonic()
    with pytest.raises(BuildError, match="cannot build kubernetes: broken"):
        kind_node.build()
    assert time.monotonic() - begin < AT_ONCE


def test_a_full_disk_is_told_before_anything_is_built(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = SimpleNamespace(free=SPACE - 10**8)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(BuildError, match=r"takes \d+ GB of disk, and only \d+\.9 GB are free"):
        kind_node.build()
    assert not (programs / "go.builds").exists()


def test_a_missing_key_of_debians_is_told_before_anything_is_built(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(programs, "apt-get", "echo 'http://archive.example/ubuntu Ubuntu'")
    monkeypatch.setattr(debian, "KEYRING", programs / "no-such.gpg")
    with pytest.raises(BuildError, match="apt-get install debian-archive-keyring"):
        kind_node.build()
    assert not (programs / "go.builds").exists()


def test_an_image_that_is_built_needs_nothing(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = node_image._image().archive
    archive.parent.mkdir(parents=True)
    archive.touch()
    (programs / "mmdebstrap").unlink()
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=0))
    assert kind_node.build().archive == archive
