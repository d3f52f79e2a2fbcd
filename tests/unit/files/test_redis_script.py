"""The script that starts redis, run by sh with stand-ins for the programs of the image."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.chart.reading import component, environment
from tests.chart.scenarios import nested
from tests.helm import render
from tests.passwords import PASSWORDS

START = str(render().get("ConfigMap", "redis-config")["data"]["start.sh"])
DUMP = "ten keys"
DAMAGED = "damaged"


class Pod:
    """A data directory, and programs that stand in for those of the image."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.data.mkdir()
        self.program("redis-server", f'echo "$@" >{folder}/arguments')
        self.program("redis-check-rdb", f'! grep {DAMAGED} "$1"')

    def program(self, name: str, text: str) -> None:
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def start(
        self, *more: str, password: str = "a b", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Start the server with these lines in its configuration."""
        configuration = self.folder / "redis.conf"
        lines = [f"dir {self.data}", "port 6379", "appendonly yes", *more]
        configuration.write_text("\n".join(lines) + "\n")
        return subprocess.run(
            ["sh", "-c", START, "start.sh", str(configuration), "--requirepass", password],
            env={"PATH": f"{self.folder}:{os.environ['PATH']}", **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )

    def put(self, **files: str) -> None:
        for name, text in files.items():
            path = self.data / name.replace("__", "/").replace("_", ".")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)

    @property
    def files(self) -> dict[str, str]:
        paths = (path for path in self.data.rglob("*") if path.is_file())
        return {str(path.relative_to(self.data)): path.read_text() for path in paths}


@pytest.fixture
def pod(tmp_path: Path) -> Pod:
    return Pod(tmp_path)


def test_a_dump_alone_becomes_the_beginning_of_the_append_only_file(pod: Pod) -> None:
    pod.put(dump_rdb=DUMP)
    assert pod.start().returncode == 0
    assert pod.files == {"dump.rdb": DUMP, "appendonly.aof": DUMP}


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"dump_rdb": DUMP, "appendonly_aof": "as Redis 6 writes it"},
        {"dump_rdb": DUMP, "appendonlydir__appendonly_aof_manifest": "as Redis 7 writes it"},
    ],
    ids=["empty", "redis-6", "redis-7"],
)
def test_what_a_server_with_an_append_only_file_has_is_left_alone(
    pod: Pod, files: dict[str, str]
) -> None:
    pod.put(**files)
    before = pod.files
    assert pod.start().returncode == 0
    assert pod.files == before


@pytest.mark.parametrize(
    "files",
    [
        {"temp-appendonly_aof": "ten k"},
        {"appendonlydir__appendonly_aof_1_incr_aof": "of no manifest"},
        {"appendonly_aof": ""},
    ],
    ids=["copy-cut-short", "no-manifest", "empty-file"],
)
def test_what_a_kill_leaves_does_not_hide_the_dump(pod: Pod, files: dict[str, str]) -> None:
    pod.put(dump_rdb=DUMP, **files)
    assert pod.start().returncode == 0
    assert pod.files["appendonly.aof"] == DUMP
    assert "temp-appendonly.aof" not in pod.files


@pytest.mark.parametrize("failing", ["cp", "sync", "mv"])
def test_a_start_that_is_cut_short_leaves_no_file_that_is_half_there(
    pod: Pod, failing: str
) -> None:
    pod.put(dump_rdb=DUMP)
    pod.program(failing, f"echo half >{pod.data}/temp-appendonly.aof; exit 137")
    assert pod.start().returncode == 137
    assert "appendonly.aof" not in pod.files
    (pod.folder / failing).unlink()
    assert pod.start().returncode == 0
    assert pod.files == {"dump.rdb": DUMP, "appendonly.aof": DUMP}


def test_a_damaged_dump_stops_the_start_and_stays_as_it_is(pod: Pod) -> None:
    pod.put(dump_rdb=DAMAGED)
    done = pod.start()
    assert done.returncode == 1
    assert f"{pod.data}/dump.rdb is damaged" in done.stdout
    assert pod.files == {"dump.rdb": DAMAGED}
    assert not (pod.folder / "arguments").exists(), "the server has not started"


def test_a_server_without_an_append_only_file_reads_the_dump_itself(pod: Pod) -> None:
    """A copy would be read, in place of newer dumps, by the next server that has such a file."""
    pod.put(dump_rdb=DUMP)
    assert pod.start("appendonly no").returncode == 0
    assert pod.files == {"dump.rdb": DUMP}


def test_files_have_the_names_that_the_configuration_gives_them(pod: Pod) -> None:
    pod.put(own_rdb=DUMP, appendonlydir__appendonly_aof_manifest="of another name")
    own = ('dbfilename "own.rdb"', "appendfilename own.aof", "appenddirname logs")
    assert pod.start(*own).returncode == 0
    assert pod.files["own.aof"] == DUMP


def test_the_server_gets_its_arguments(pod: Pod) -> None:
    pod.start()
    arguments = f"{pod.folder}/redis.conf --requirepass a b\n"
    assert (pod.folder / "arguments").read_text() == arguments


def test_an_empty_password_is_refused_in_words(pod: Pod) -> None:
    done = pod.start(password="", REDISCLI_AUTH="")
    assert done.returncode == 1
    assert "error: REDIS_PASSWORD is empty in the Secret" in done.stdout
    assert not (pod.folder / "arguments").exists()


@pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS)
def test_any_password_reaches_the_server(pod: Pod, password: str) -> None:
    pod.program("redis-server", f"printf '%s' \"$3\" >{pod.folder}/password")
    assert pod.start(password=password, REDISCLI_AUTH=password).returncode == 0
    assert (pod.folder / "password").read_text() == password


def test_the_script_is_told_of_a_password_where_one_is_demanded() -> None:
    auth = render(nested({"global.redis.auth.enabled": True}))
    assert environment(component(auth, "redis"))["REDISCLI_AUTH"] == "$(REDIS_PASSWORD)"
    assert "REDISCLI_AUTH" not in environment(component(render(), "redis"))
