"""The scripts of the mysql pod, run by bash with stand-ins for the programs of the image."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import sqlglot

from tests.chart.reading import component, container, environment, mounts
from tests.helm import render
from tests.passwords import PASSWORDS

MARK = ".initialising"
READER = {
    "MYSQL_ROOT_PASSWORD": "root",
    "MYSQL_DATABASE": "genxdb_fx_db",
    "GRAFANA_DATABASE_USER": "grafana_reader",
    "GRAFANA_DATABASE_PASSWORD": "secret",
}


def _script(config_map: str, ending: str) -> str:
    scripts = render().get("ConfigMap", config_map)["data"]
    (text,) = (text for name, text in scripts.items() if name.endswith(ending))
    return str(text)


START = _script("mysql-config", "start.sh")
COMPLETE = _script("mysql-init-scripts", "complete.sh")
GRAFANA = _script("mysql-init-scripts", "grafana.sh")


class Pod:
    """A data directory, and programs that stand in for those of the image."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.data.mkdir()

    def program(self, name: str, text: str) -> None:
        path = self.folder / name
        path.write_text(f"#!/bin/bash\nset -e\ncd {self.data}\n{text}\n")
        path.chmod(0o755)

    def bash(self, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
        assert shutil.which("bash")
        path = {"PATH": f"{self.folder}:{os.environ['PATH']}"}
        return subprocess.run(
            ["bash", "-c", script, "start.sh", "--verbose"],
            env={**path, "DATA_DIRECTORY": str(self.data), **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )

    def start(self, entrypoint: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Start the pod: the script of the chart, then this entrypoint in place of the image's."""
        self.program("docker-entrypoint.sh", f'echo "$@" >{self.folder}/arguments\n{entrypoint}')
        return self.bash(START, **environment)

    def complete(self, script: str = COMPLETE, **environment: str) -> str:
        """Do what the last init script does; return what it tells the server, and prints."""
        self.program("mysql", f"echo $MYSQL_PWD $@ >{self.folder}/called\ncat >{self.folder}/sql")
        done = self.bash(script, **environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def files(self) -> set[str]:
        return {path.name for path in self.data.iterdir()}


@pytest.fixture
def pod(tmp_path: Path) -> Pod:
    return Pod(tmp_path)


class TestDataDirectory:
    """Every process of the pod has the environment of its container, init scripts as well."""

    def test_scripts_are_told_where_the_volume_is(self) -> None:
        server = component(render(), "mysql")
        assert mounts(server)[environment(server)["DATA_DIRECTORY"]] == "claim mysql-pvc"

    @pytest.mark.parametrize("script", [START, COMPLETE], ids=["start", "complete"])
    def test_scripts_know_no_other_directory(self, script: str) -> None:
        assert "/var/lib" not in script

    @pytest.mark.parametrize("script", [START, COMPLETE], ids=["start", "complete"])
    def test_scripts_stop_where_nobody_says_it(self, pod: Pod, script: str) -> None:
        """Of an empty name they would make the root directory."""
        pod.program("docker-entrypoint.sh", "echo reached")
        done = pod.bash(script, DATA_DIRECTORY="")
        assert (done.returncode != 0, done.stdout) == (True, "")
        assert "DATA_DIRECTORY: parameter null or not set" in done.stderr

    def test_the_pod_is_started_by_the_script(self) -> None:
        command = container(component(render(), "mysql"))["command"]
        assert command == ["bash", "/etc/mysql/conf.d/start.sh"]


class TestStart:
    def test_an_empty_directory_is_marked(self, pod: Pod) -> None:
        done = pod.start("ls -A")
        assert done.returncode == 0
        assert done.stdout.split() == [MARK]

    def test_the_server_gets_its_arguments(self, pod: Pod) -> None:
        pod.start("true")
        assert (pod.folder / "arguments").read_text() == "mysqld --verbose\n"

    @pytest.mark.parametrize(
        ("member", "skips"), [("", ""), ("mysql-group-0", ""), ("mysql-group-1", "yes")]
    )
    def test_a_member_that_copies_another_loads_no_time_zones(
        self, pod: Pod, member: str, skips: str
    ) -> None:
        environment = {"MEMBER": member, "MEMBER_PORT": "3306"} if member else {}
        done = pod.start("echo $MYSQL_INITDB_SKIP_TZINFO", **environment)
        assert done.stdout == f"{skips}\n"

    def test_the_last_init_script_takes_the_mark_off(self, pod: Pod) -> None:
        pod.start("mkdir mysql; touch ibdata1")
        pod.complete()
        assert pod.files == {"mysql", "ibdata1"}

    def test_a_whole_directory_is_left_alone(self, pod: Pod) -> None:
        pod.start("mkdir mysql; echo rows >mysql/trades")
        pod.complete()
        done = pod.start("cat mysql/trades")
        assert done.stdout == "rows\n"
        assert pod.files == {"mysql"}

    @pytest.mark.parametrize("answer", ["exit 143", "touch closed; exit 0"])
    def test_a_signal_in_the_first_start_reaches_the_server(self, pod: Pod, answer: str) -> None:
        """Which the kernel would keep from a first process without a handler."""
        waiting = f"trap '{answer}' TERM; kill \"$PPID\"; for _ in {{1..500}}; do sleep 0.01; done"
        done = pod.start(waiting)
        assert done.returncode == int(answer.split()[-1])
        assert pod.files == {MARK} | ({"closed"} if "closed" in answer else set())

    @pytest.mark.parametrize("times", [1, 3])
    def test_an_interrupted_start_is_started_over(self, pod: Pod, times: int) -> None:
        for _ in range(times):
            done = pod.start('mkdir mysql; touch ibdata1 .hidden "a b"; kill -9 $$')
            assert done.returncode != 0
        done = pod.start("ls -A; mkdir mysql")
        assert "started over" in done.stdout
        assert done.stdout.splitlines()[1:] == [MARK], "empty but for the mark"
        pod.complete()
        assert pod.files == {"mysql"}

    def test_a_directory_filled_elsewhere_is_left_alone(self, pod: Pod) -> None:
        (pod.data / "mysql").mkdir()
        (pod.data / "ibdata1").write_text("of the platform as it runs today")
        done = pod.start("cat ibdata1")
        assert done.stdout == "of the platform as it runs today"
        assert pod.files == {"mysql", "ibdata1"}

    def test_a_hidden_file_is_content_too(self, pod: Pod) -> None:
        (pod.data / ".mysql_history").touch()
        pod.start("true")
        assert pod.files == {".mysql_history"}

    def test_lost_and_found_is_kept_and_counts_for_nothing(self, pod: Pod) -> None:
        (pod.data / "lost+found").mkdir()
        pod.start("mkdir mysql; kill -9 $$")
        assert pod.files == {"lost+found", MARK, "mysql"}
        pod.start("true")
        assert pod.files == {"lost+found", MARK}

    def test_stops_where_it_cannot_write(self, pod: Pod) -> None:
        pod.data.rmdir()
        done = pod.start("echo reached")
        assert done.returncode != 0
        assert "reached" not in done.stdout


class TestPasswords:
    """The image puts passwords into SQL and into an option file as they are."""

    @pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS)
    def test_image_is_given_harmless_ones_and_scripts_know_the_real_ones(
        self, pod: Pod, password: str
    ) -> None:
        names = ("MYSQL_ROOT_PASSWORD", "MYSQL_PASSWORD")
        tell = " ".join(f'"${name}" "$REAL_{name}"' for name in names)
        done = pod.start(f"printf '%s\\0' {tell}", **dict.fromkeys(names, password))
        assert done.returncode == 0, done.stderr
        root, real_root, user, real_user, _ = done.stdout.split("\0")
        assert real_root == real_user == password
        assert root != user
        for given in (root, user):
            assert re.fullmatch(r"[0-9a-f-]{36}", given), given

    def test_image_is_given_the_real_ones_by_a_full_directory(self, pod: Pod) -> None:
        (pod.data / "mysql").mkdir()
        done = pod.start('echo "$MYSQL_ROOT_PASSWORD"', MYSQL_ROOT_PASSWORD="it's")
        assert done.stdout == "it's\n"

    @pytest.mark.parametrize("name", ["MYSQL_ROOT_PASSWORD", "MYSQL_PASSWORD"])
    def test_empty_one_is_refused_in_words(self, pod: Pod, name: str) -> None:
        given = {"MYSQL_ROOT_PASSWORD": "root", "MYSQL_PASSWORD": "user", name: ""}
        done = pod.start("echo reached", **given)
        assert done.returncode == 1
        assert done.stdout == f"error: {name} is empty in the Secret: set it\n"

    @pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS)
    def test_last_script_sets_the_real_ones(self, pod: Pod, password: str) -> None:
        pod.complete(
            MYSQL_USER="genx_user",
            MYSQL_ROOT_HOST="%",
            MYSQL_ROOT_PASSWORD="harmless",
            REAL_MYSQL_ROOT_PASSWORD=f"root {password}",
            REAL_MYSQL_PASSWORD=password,
        )
        assert (pod.folder / "called").read_text().split() == ["harmless", "--user=root"]
        passwords, _, remembered = (pod.folder / "sql").read_text().partition("SET sql_log_bin")
        assert "ATTRIBUTE" in remembered
        assert _statements(passwords) == [
            ["ALTER", "USER", "IF", "EXISTS", *who, "IDENTIFIED", "BY", text]
            for who, text in (
                (("genx_user", "@", "%"), password),
                (("root", "@", "%"), f"root {password}"),
                (("root", "@", "localhost"), f"root {password}"),
            )
        ]

    @pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS)
    def test_image_can_stop_its_server_afterwards(self, pod: Pod, password: str) -> None:
        tell = '\nprintf \'\\0password="%s"\' "$MYSQL_ROOT_PASSWORD"'
        printed = pod.complete(COMPLETE + tell, REAL_MYSQL_ROOT_PASSWORD=password)
        assert _option(printed.partition("\0")[2]) == password


def _option(line: str) -> str:
    """Return the value of a line of an option file, as MySQL's programs read it."""
    value = line.partition("=")[2].strip()
    quoted = re.fullmatch(r'"((?:[^"\\]|\\.)*)"', value)
    assert quoted, value
    escapes = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "s": " "}
    return re.sub(r"\\(.)", lambda match: escapes.get(match[1], match[1]), quoted[1])


class TestComplete:
    def test_can_be_run_twice(self, pod: Pod) -> None:
        (pod.data / MARK).touch()
        pod.complete()
        pod.complete()
        assert pod.files == set()


class TestGrafanaUser:
    def sql(self, pod: Pod, **environment: str) -> str:
        """Return what the script tells the server, with these variables."""
        pod.program("mysql", f"echo $MYSQL_PWD $@ >{pod.folder}/called\ncat >{pod.folder}/sql")
        done = pod.bash(GRAFANA, **{**READER, **environment})
        assert done.returncode == 0, done.stderr
        return (pod.folder / "sql").read_text()

    def test_asks_as_root_and_hides_the_password(self, pod: Pod) -> None:
        self.sql(pod)
        called = (pod.folder / "called").read_text().split()
        assert called[0] == "root", "by the environment, not by an argument"
        assert called[1:] == ["--user=root", "genxdb_fx_db"]

    def test_may_read_and_nothing_else(self, pod: Pod) -> None:
        create, *grants = _statements(self.sql(pod))
        assert create[:5] == ["CREATE", "USER", "IF", "NOT", "EXISTS"]
        tables = []
        for grant in grants:
            assert grant[:2] == ["GRANT", "SELECT"]
            assert grant[-4:] == ["TO", "grafana_reader", "@", "%"]
            assert "*" not in grant
            tables.append(grant[grant.index("ON") + 1])
        assert tables == [
            *("users", "trading_accounts", "trading_pairs"),
            *("market_data", "trading_signals", "trades"),
        ]

    def test_may_not_read_password_hashes(self, pod: Pod) -> None:
        users = next(grant for grant in _statements(self.sql(pod)) if "users" in grant)
        columns = users[users.index("(") + 1 : users.index(")")]
        assert "username" in columns
        assert "password_hash" not in columns

    def test_empty_password_is_refused_in_words(self, pod: Pod) -> None:
        pod.program("mysql", "echo reached >&2")
        done = pod.bash(GRAFANA, **{**READER, "GRAFANA_DATABASE_PASSWORD": ""})
        assert done.returncode != 0
        assert "GRAFANA_DATABASE_PASSWORD: is empty in the Secret" in done.stderr
        assert "reached" not in done.stderr

    def test_no_key_is_no_user(self, pod: Pod) -> None:
        """The image sources the script: what comes after it must go on."""
        pod.program("mysql", "echo reached >&2")
        without = {key: text for key, text in READER.items() if "PASSWORD" not in key}
        done = pod.bash(f"{GRAFANA}\necho went on", **without)
        assert (done.returncode, done.stderr) == (0, "")
        assert "no user for grafana" in done.stdout
        assert done.stdout.endswith("went on\n")

    @pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS)
    def test_any_password_is_a_password(self, pod: Pod, password: str) -> None:
        create, *grants = _statements(self.sql(pod, GRAFANA_DATABASE_PASSWORD=password))
        assert create[-1] == password
        assert len(grants) == 6, "no statement more"


def _statements(sql: str) -> list[list[str]]:
    """Return the tokens of each statement, as MySQL reads them."""
    statements: list[list[str]] = [[]]
    for token in sqlglot.tokenize(sql, read="mysql"):
        if token.token_type == sqlglot.TokenType.SEMICOLON:
            statements.append([])
        else:
            statements[-1].append(token.text)
    return [statement for statement in statements if statement]
