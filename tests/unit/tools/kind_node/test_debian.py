from __future__ import annotations

from pathlib import Path

import pytest

from tools.kind_node import debian
from tools.kind_node.cache import BuildError
from tools.kind_node.debian import DEBIANS_OWN, Mirrors, bootstrap, mirrors


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that is all of PATH."""
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
            Mirrors("http://a.example/debian", "http://security.example/debian-security"),
        ),
        ("http://a.example/debian Debian", Mirrors("http://a.example/debian")),
        ("http://archive.example/ubuntu Ubuntu", DEBIANS_OWN),
    ],
)
def test_the_mirrors_are_those_of_apt_where_it_has_debian(
    programs: Path, listed: str, expected: Mirrors
) -> None:
    program(programs, "apt-get", f"echo '{listed}'")
    assert mirrors() == expected


def test_the_mirrors_are_debians_own_where_there_is_no_apt(programs: Path) -> None:
    assert mirrors() == DEBIANS_OWN


def test_security_updates_are_taken_where_a_suite_has_them() -> None:
    of_both = Mirrors("http://a/debian", "http://a/security")
    stable = [line.split("http://")[1] for line in of_both.sources("trixie")]
    assert stable == ["a/debian trixie main", "a/security trixie-security main"]
    assert len(of_both.sources("sid")) == 1
    assert len(Mirrors("http://a/debian").sources("trixie")) == 1


def test_the_keyring_is_asked_for_where_it_is_missing(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(programs, "apt-get", "echo 'http://archive.example/ubuntu Ubuntu'")
    program(programs, "mmdebstrap", "exit 0")
    monkeypatch.setattr(debian, "KEYRING", programs / "no-such.gpg")
    with pytest.raises(BuildError, match="apt-get install debian-archive-keyring"):
        bootstrap("bookworm", programs / "root.tar", "gather packages", [])


def test_apt_without_lists_is_explained(programs: Path) -> None:
    program(programs, "apt-get", "echo 'http://a.example/debian '")
    with pytest.raises(BuildError, match="has apt-get update been run"):
        mirrors()


def test_the_reason_of_a_failure_is_its_first_error(programs: Path) -> None:
    errors = ["I: trying", "E: Failed to fetch InRelease", "E: mmdebstrap failed to run"]
    told = "\\n".join(errors)
    program(programs, "mmdebstrap", f"printf '{told}\\n' >&2; exit 1")
    with pytest.raises(BuildError) as caught:
        bootstrap("bookworm", programs / "root.tar", "gather packages", [])
    assert str(caught.value) == "cannot gather packages: E: Failed to fetch InRelease"
