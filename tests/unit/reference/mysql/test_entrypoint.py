"""The entrypoint of the MySQL image, with a server and a client that only tell what they get."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import lzma
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

ENTRYPOINT = Path(__file__).parents[4] / "reference/mysql/docker-entrypoint.sh"
INIT_DIRECTORY = "/docker-entrypoint-initdb.d"

# Runs until it is told to stop, as the real one does, and stops in good order.
MYSQLD = r"""#!/bin/bash
case " $* " in
  *' --verbose --help '*)
    [[ ! -e $FAKE/broken-configuration ]] || { echo 'unknown variable' >&2; exit 7; }
    echo '  --socket=name   Name of the file for'
    echo '  socket creation.'
    echo '---------------- -----'
    echo "datadir          $FAKE/data/"
    echo "socket           $FAKE/run/mysqld.sock"
    exit ;;
  *' --initialize-insecure '*)
    mkdir "$FAKE/data/mysql"
    echo "initialize: $*" >> "$FAKE/calls"
    exit ;;
esac
echo "start: $*" >> "$FAKE/calls"
echo "$$" >"$FAKE/server"
[[ ! -e $FAKE/broken-server ]] || exit 1
trap 'echo stop >> "$FAKE/calls"; kill "$sleeping"; exit 0' TERM
sleep 60 >/dev/null &
sleeping=$!
touch "$FAKE/answers"
[[ " $* " == *' --skip-networking '* ]] || echo 'the server itself'
wait "$sleeping"
"""
MYSQLADMIN = r"""#!/bin/bash
[[ $* == *' shutdown' ]] || exec test -e "$FAKE/answers"
grep -s ^password "${1#--defaults-extra-file=}" >>"$FAKE/calls"
kill "$(<"$FAKE/server")"
"""
MYSQL = r"""#!/bin/bash
for argument; do
  [[ $argument != --database=* ]] || database=${argument#--database=}
  [[ $argument != --defaults-extra-file=* ]] || options=$(<"${argument#*=}")
done
password=$(sed -n 's/^password="\(.*\)"$/\1/p' <<<"$options")
while IFS= read -r line; do echo "sql ${password:-no password} ${database:-none}: $line"; done \
  >> "$FAKE/calls"
"""
TZINFO = "#!/bin/bash\necho 'time zones of '\"$1\"\n"


NOT_ROOT = "#!/bin/bash\necho 10001\n"


@dataclass(frozen=True)
class Container:
    """A folder that stands for the container's file system."""

    folder: Path
    script: Path
    init: Path

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run to the end. What is left running then is ended, as it would be in a container."""
        with (
            (self.folder / "output").open("w+") as output,
            self.process(*arguments, output=output, **environment) as process,
        ):
            process.wait(timeout=60)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            output.seek(0)
            return subprocess.CompletedProcess(process.args, process.returncode, output.read())

    def start(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Start the server, and ask it to stop when it is through with its initialisation."""
        with self.process(*arguments, output=subprocess.PIPE, **environment) as process:
            assert process.stdout is not None
            output = ""
            for line in process.stdout:
                output += line
                if line == "the server itself\n":
                    process.terminate()
            return subprocess.CompletedProcess(process.args, process.wait(timeout=60), output)

    def process(
        self, *arguments: str, output: int | IO[str], **environment: str
    ) -> subprocess.Popen[str]:
        """Start the entrypoint in a group of processes of its own."""
        return subprocess.Popen(
            [str(self.script), *arguments],
            env=self.environment(**environment),
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def environment(self, **environment: str) -> dict[str, str]:
        """Return what all calls have in common: the fake programs, and no time zones."""
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        common = {"PATH": path, "FAKE": str(self.folder), "MYSQL_INITDB_SKIP_TZINFO": "1"}
        return common | environment

    def add(self, name: str, content: str | bytes, mode: int = 0o644) -> None:
        """Put a file into the folder of init files."""
        path = self.init / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(mode)

    def calls(self) -> list[str]:
        """Return what was asked of the server and of the client, in order."""
        path = self.folder / "calls"
        return path.read_text().splitlines() if path.exists() else []

    def sql(self) -> list[str]:
        """Return the SQL that was run, with password and database."""
        return [call.removeprefix("sql ") for call in self.calls() if call.startswith("sql ")]


@pytest.fixture
def container(tmp_path: Path) -> Container:
    for folder in ("bin", "data", "run", "init"):
        (tmp_path / folder).mkdir()
    programs = {
        "id": NOT_ROOT,
        "mysql": MYSQL,
        "mysql_tzinfo_to_sql": TZINFO,
        "mysqladmin": MYSQLADMIN,
        "mysqld": MYSQLD,
    }
    for name, text in programs.items():
        program = tmp_path / "bin" / name
        program.write_text(text)
        program.chmod(0o755)
    script = tmp_path / "bin/docker-entrypoint.sh"
    init = tmp_path / "init"
    text = ENTRYPOINT.read_text()
    assert text.count(INIT_DIRECTORY) == 1
    script.write_text(text.replace(INIT_DIRECTORY, str(init)))
    script.chmod(0o755)
    return Container(tmp_path, script, init)


def test_first_start_initialises_then_becomes_the_server(container: Container) -> None:
    done = container.start("mysqld", "--port=3307", MYSQL_ROOT_PASSWORD="secret")
    socket = f"--socket={container.folder}/run/mysqld.sock"
    steps = [call for call in container.calls() if not call.startswith("sql ")]
    assert done.returncode == 0
    assert steps == [
        "initialize: --port=3307 --initialize-insecure --default-time-zone=SYSTEM --autocommit=1",
        f"start: --port=3307 --skip-networking --default-time-zone=SYSTEM {socket}",
        'password="secret"',
        "stop",
        "start: --port=3307",
        "stop",
    ]
    assert "[Note] [Entrypoint]: MySQL init process done. Ready for start up." in done.stdout


def test_second_start_leaves_the_data_alone(container: Container) -> None:
    (container.folder / "data/mysql").mkdir()
    container.add("1.sql", "SELECT 1;")
    done = container.start("mysqld")
    assert (done.returncode, container.calls()) == (0, ["start: ", "stop"])


def test_options_alone_are_those_of_the_server(container: Container) -> None:
    (container.folder / "data/mysql").mkdir()
    container.start("--port=3307")
    assert container.calls() == ["start: --port=3307", "stop"]


@pytest.mark.parametrize("option", ["--version", "-V", "--help", "-?", "--print-defaults"])
def test_questions_to_the_server_initialise_nothing(container: Container, option: str) -> None:
    container.start("mysqld", option)
    assert container.calls() == [f"start: {option}", "stop"]


def test_other_programs_run_as_they_are(container: Container) -> None:
    done = container.run("echo", "hello")
    assert (done.returncode, done.stdout, container.calls()) == (0, "hello\n", [])


def test_no_password_option_is_refused(container: Container) -> None:
    done = container.run("mysqld")
    assert (done.returncode, container.calls()) == (1, [])
    assert "Database is uninitialized and password option is not specified" in done.stdout
    assert "- MYSQL_RANDOM_ROOT_PASSWORD" in done.stdout


def test_root_is_no_regular_user(container: Container) -> None:
    done = container.run("mysqld", MYSQL_ROOT_PASSWORD="secret", MYSQL_USER="root")
    assert (done.returncode, container.calls()) == (1, [])
    assert 'MYSQL_USER="root"' in done.stdout


def test_broken_configuration_is_shown(container: Container) -> None:
    (container.folder / "broken-configuration").touch()
    done = container.run("mysqld", MYSQL_ROOT_PASSWORD="secret")
    assert (done.returncode, container.calls()) == (1, [])
    assert "mysqld failed while attempting to check config" in done.stdout
    assert "unknown variable" in done.stdout


def test_server_that_does_not_start_ends_it(container: Container) -> None:
    (container.folder / "broken-server").touch()
    done = container.run("mysqld", MYSQL_ROOT_PASSWORD="secret")
    assert done.returncode == 1
    assert "Unable to start server." in done.stdout


VARIABLES = {
    "MYSQL_ROOT_PASSWORD": "secret",
    "MYSQL_ROOT_HOST": "10.%",
    "MYSQL_DATABASE": "rates_db",
    "MYSQL_USER": "trader",
    "MYSQL_PASSWORD": "its",
}


CREATED = [
    "no password mysql: SET @@SESSION.sql_log_bin = 0;",
    "no password mysql: CREATE USER 'root'@'10.%' IDENTIFIED BY 'secret';",
    "no password mysql: GRANT ALL ON *.* TO 'root'@'10.%' WITH GRANT OPTION;",
    "no password mysql: ALTER USER 'root'@'localhost' IDENTIFIED BY 'secret';",
    "secret mysql: CREATE DATABASE IF NOT EXISTS `rates_db`;",
    "secret rates_db: CREATE USER 'trader'@'%' IDENTIFIED BY 'its';",
    r"secret rates_db: GRANT ALL ON `rates\_db`.* TO 'trader'@'%';",
]


def test_database_and_users_are_created(container: Container) -> None:
    container.start("mysqld", **VARIABLES)
    assert container.sql() == CREATED


def test_passwords_are_not_quoted_as_in_the_official_image(container: Container) -> None:
    given = {"MYSQL_ROOT_PASSWORD": 'a"b', "MYSQL_USER": "trader", "MYSQL_PASSWORD": "it's"}
    container.start("mysqld", **given)
    assert container.sql()[-1] == "a\"b none: CREATE USER 'trader'@'%' IDENTIFIED BY 'it's';"
    assert 'password="a"b"' in container.calls()


@pytest.mark.parametrize("name", VARIABLES)
def test_every_variable_may_come_from_a_file(container: Container, name: str) -> None:
    file = container.folder / "value"
    file.write_text(VARIABLES[name] + "\n")
    others = {key: value for key, value in VARIABLES.items() if key != name}
    container.start("mysqld", **others, **{f"{name}_FILE": str(file)})
    assert container.sql() == CREATED


@pytest.mark.parametrize("name", VARIABLES)
def test_variable_and_file_exclude_each_other(container: Container, name: str) -> None:
    file = container.folder / "value"
    file.write_text("other")
    done = container.run("mysqld", **VARIABLES, **{f"{name}_FILE": str(file)})
    assert (done.returncode, container.calls()) == (1, [])
    assert f"Both {name} and {name}_FILE are set (but are exclusive)" in done.stdout


def test_missing_file_is_named(container: Container) -> None:
    done = container.run("mysqld", MYSQL_ROOT_PASSWORD_FILE="/nowhere/password")
    assert (done.returncode, container.calls()) == (1, [])
    assert "MYSQL_ROOT_PASSWORD_FILE: cannot read /nowhere/password" in done.stdout


def test_root_may_be_kept_to_the_container(container: Container) -> None:
    container.start("mysqld", MYSQL_ALLOW_EMPTY_PASSWORD="yes", MYSQL_ROOT_HOST="localhost")
    assert container.sql() == [
        "no password mysql: SET @@SESSION.sql_log_bin = 0;",
        "no password mysql: ALTER USER 'root'@'localhost' IDENTIFIED BY '';",
    ]


def test_random_password_is_shown_and_used(container: Container) -> None:
    done = container.start("mysqld", MYSQL_RANDOM_ROOT_PASSWORD="yes")
    shown = done.stdout.split("GENERATED ROOT PASSWORD: ")[1].splitlines()[0]
    assert len(shown) == 32
    assert container.sql()[-1].endswith(f"'root'@'localhost' IDENTIFIED BY '{shown}';")


def test_password_that_is_to_be_changed_expires(container: Container) -> None:
    container.start("mysqld", MYSQL_ROOT_PASSWORD="secret", MYSQL_ONETIME_PASSWORD="yes")
    assert container.sql()[-1] == "secret none: ALTER USER 'root'@'%' PASSWORD EXPIRE;"


def test_time_zones_are_loaded_unless_skipped(container: Container) -> None:
    container.start("mysqld", MYSQL_ROOT_PASSWORD="secret", MYSQL_INITDB_SKIP_TZINFO="")
    assert container.sql()[0] == "no password mysql: time zones of /usr/share/zoneinfo"


@pytest.mark.parametrize("password", ["", "secret"])
def test_half_a_user_is_warned_of(container: Container, password: str) -> None:
    given = {"MYSQL_PASSWORD": password} if password else {"MYSQL_USER": "trader"}
    done = container.start("mysqld", MYSQL_ROOT_PASSWORD="root", **given)
    expected = "MYSQL_PASSWORD will be ignored" if password else "MYSQL_USER will not be created"
    assert f"; {expected}" in done.stdout
    assert not any("'trader'" in line for line in container.sql())


def test_init_files_run_in_order_of_their_names(container: Container) -> None:
    container.add("30.sql", "plain;\n")
    container.add("10.sql.gz", gzip.compress(b"gzip;\n"))
    container.add("20.sql.xz", lzma.compress(b"xz;\n"))
    container.add("05.sql.bz2", bz2.compress(b"bzip2;\n"))
    container.add("25.sh", "docker_process_sql <<<'script;'\n")
    container.add("40.txt", "ignored;\n")
    done = container.start("mysqld", MYSQL_ROOT_PASSWORD="secret", MYSQL_DATABASE="rates")
    run = [f"secret rates: {name};" for name in ("bzip2", "gzip", "xz", "script", "plain")]
    assert container.sql()[-5:] == run
    assert f"ignoring {container.init}/40.txt" in done.stdout


@pytest.mark.skipif(shutil.which("zstd") is None, reason="zstd is not installed")
def test_zstd_is_unpacked_too(container: Container) -> None:
    packed = subprocess.run(["zstd", "-c"], input=b"zstd;\n", capture_output=True, check=True)
    container.add("1.sql.zst", packed.stdout)
    container.start("mysqld", MYSQL_ROOT_PASSWORD="secret")
    assert container.sql()[-1] == "secret none: zstd;"


def test_scripts_are_sourced_unless_executable(container: Container) -> None:
    tell = 'echo "$(basename "$0") ${given_by_the_first:-nothing} ${nobody_sets_this}" '
    container.add("1.sh", f'given_by_the_first=yes\n{tell} >> "$FAKE/told"\n')
    container.add("2.sh", f'#!/bin/bash\n{tell} >> "$FAKE/told"\n', 0o755)
    container.add("3.sh", f'{tell} >> "$FAKE/told"\n')
    done = container.start("mysqld", MYSQL_ROOT_PASSWORD="secret")
    told = (container.folder / "told").read_text().splitlines()
    assert done.returncode == 0
    assert told == ["docker-entrypoint.sh yes ", "2.sh nothing ", "docker-entrypoint.sh yes "]


@pytest.mark.parametrize("mode", [0o644, 0o755])
def test_script_that_fails_ends_it(container: Container, mode: int) -> None:
    container.add("1.sh", "#!/bin/bash\nfalse\n" if mode == 0o755 else "false\n", mode)
    container.add("2.sql", "never;\n")
    done = container.run("mysqld", MYSQL_ROOT_PASSWORD="secret")
    assert done.returncode == 1
    assert not any("never" in line for line in container.sql())
