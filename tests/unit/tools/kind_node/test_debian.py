from __future__ import annotations

from pathlib import Path

import pytest

from tools.kind_node.cache import BuildError
from tools.kind_node.debian import DEBIAN, bootstrap, mirror


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def program(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (
            "http://security.example/debian-security Debian\nhttp://a.example/debian Debian",
            "http://a.example/debian",
        ),
        ("http://archive.example/ubuntu Ubuntu", DEBIAN),
    ],
)
def test_the_mirror_is_that_of_apt_where_it_has_debian(
    programs: Path, listed: str, expected: str
) -> None:
    program(programs, "apt-get", f"echo '{listed}'")
    assert mirror() == expected


def test_the_mirror_is_debians_own_where_there_is_no_apt(programs: Path) -> None:
    assert mirror() == DEBIAN


def test_apt_without_lists_is_explained(programs: Path) -> None:
    program(programs, "apt-get", "echo 'http://a.example/debian '")
    with pytest.raises(BuildError, match="has apt-get update been run"):
        mirror()


def test_the_reason_of_a_failure_is_its_first_error(programs: Path) -> None:
    errors = ["I: trying", "E: Failed to fetch InRelease", "E: mmdebstrap failed to run"]
    told = "\\n".join(errors)
    program(programs, "mmdebstrap", f"printf '{told}\\n' >&2; exit 1")
    with pytest.raises(BuildError) as caught:
        bootstrap("bookworm", programs / "root.tar", "gather packages", [])
    assert str(caught.value) == "cannot gather packages: E: Failed to fetch InRelease"
