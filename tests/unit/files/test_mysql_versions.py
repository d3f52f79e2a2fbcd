"""Which server starts on whose data, over the paths that MySQL documents."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.unit.files.test_mysql_scripts import MARK, Pod

SERVED = "echo served"
SKIPPED = "No series of long-term support can be skipped: run {} first, and then this one"
OLDER = "No older series reads it: go back to {}, or restore a backup into an empty volume"
OLDER_INNOVATION = "No older innovation release reads it: go back to {}"

# Data, server, and what is said; nothing where it starts.
PATHS = [
    ("8.0.36", "8.0.42", ""),
    ("8.0.42", "8.0.36", ""),
    ("8.0.34", "8.3.0", ""),
    ("8.0.42", "8.4.6", ""),
    ("8.0.42", "9.0.0", SKIPPED.format("8.4")),
    ("8.0.42", "9.7.4", SKIPPED.format("8.4")),
    ("8.1.0", "8.3.0", ""),
    ("8.3.0", "8.4.0", ""),
    ("8.3.0", "9.0.1", SKIPPED.format("8.4")),
    ("8.4.0", "8.4.6", ""),
    ("8.4.6", "8.4.0", ""),
    ("8.4.6", "9.2.0", ""),
    ("8.4.6", "9.7.4", ""),
    ("8.4.6", "26.7.0", SKIPPED.format("9.7")),
    ("9.2.0", "9.7.0", ""),
    ("9.7.4", "9.7.0", ""),
    ("9.7.4", "26.7.0", ""),
    ("26.7.1", "26.7.0", ""),  # the server judges itself
    ("26.7.1", "27.4.0", ""),
    ("8.4.6", "8.0.42", OLDER.format("8.4.6")),
    ("8.4.6", "8.3.0", OLDER.format("8.4.6")),
    ("9.7.4", "8.4.6", OLDER.format("9.7.4")),
    ("9.2.0", "9.1.0", OLDER.format("9.2.0")),
    ("9.1.1", "9.1.0", OLDER_INNOVATION.format("9.1.1")),
    ("26.7.0", "9.7.4", OLDER.format("26.7.0")),
]


@pytest.fixture
def pod(tmp_path: Path) -> Pod:
    return Pod(tmp_path)


def start(pod: Pod, server: str) -> tuple[int, str]:
    pod.program("mysqld", f"echo '/usr/sbin/mysqld  Ver {server} for Linux on x86_64 (x)'")
    done = pod.start(SERVED)
    return done.returncode, done.stdout


def history(*versions: str) -> str:
    entries = [
        {
            "date": "2026-01-01 00:00:00",
            "version": version,
            "maturity": "LTS",
            "update_history": [{"version_with_update": f"{version}.0-2"}],
        }
        for version in versions
    ]
    text = json.dumps({"file_format": "1", "upgrade_history": entries}, separators=(",", ":"))
    return f"{text}\n"


@pytest.mark.parametrize(("data", "server", "said"), PATHS)
def test_only_supported_paths_start(pod: Pod, data: str, server: str, said: str) -> None:
    (pod.data / "mysql_upgrade_history").write_text(history("5.7.9", f"{data}-2"))
    (pod.data / "ibdata1").write_text("rows")
    status, text = start(pod, server)
    if said:
        assert status == 1
        assert text.startswith(f"refused: the data in {pod.data} is of MySQL {data}, and this is")
        assert said in text
        assert "nothing was changed" in text
        assert not (pod.folder / "arguments").exists()
    else:
        assert (status, text) == (0, "served\n")
    assert pod.files == {"mysql_upgrade_history", "ibdata1"}


@pytest.mark.parametrize(
    ("server", "starts"), [("8.0.42", True), ("8.4.6", True), ("9.7.4", False)]
)
def test_data_of_8_0_tells_its_version_in_a_table_space(
    pod: Pod, server: str, starts: bool
) -> None:
    head = bytes(8) + (80042).to_bytes(4, "big") + (1).to_bytes(4, "big")
    (pod.data / "mysql.ibd").write_bytes(head + bytes(100))
    status, text = start(pod, server)
    assert (status == 0) == starts
    assert starts or "is of MySQL 8.0.42, and this is MySQL 9.7.4" in text


def test_data_of_5_7_goes_through_8_0(pod: Pod) -> None:
    (pod.data / "mysql").mkdir()
    (pod.data / "mysql/user.frm").touch()
    assert "run 8.0 first" in start(pod, "8.4.6")[1]
    assert start(pod, "8.0.42")[0] == 0


@pytest.mark.parametrize("text", ["", "{}", "no version"])
def test_data_that_tells_nothing_is_left_to_the_server(pod: Pod, text: str) -> None:
    (pod.data / "ibdata1").touch()
    if text:
        (pod.data / "mysql_upgrade_history").write_text(text)
    assert start(pod, "9.7.4")[0] == 0


def test_a_server_that_tells_no_version_starts(pod: Pod) -> None:
    (pod.data / "mysql_upgrade_history").write_text(history("8.0.42"))
    assert start(pod, "of somebody else")[0] == 0


def test_an_empty_directory_is_of_no_version(pod: Pod) -> None:
    assert shutil.which("bash")
    start(pod, "9.7.4")
    assert MARK in pod.files
