"""The Job that makes the tables of a server outside the release, with a client that is none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot import expressions

from tests.chart.reading import container, environment
from tests.chart.scenarios import external, nested
from tests.helm import Render, render
from tests.spec_files import OURS

ENABLED = external("mysql", "10.9.0.7", initialization={"enabled": True})
PASSWORD = "p@ss:w/rd +%"
URL = "mysql://app%40x:p%40ss%3Aw%2Frd%20%2B%25@10.9.0.7:3306/prod"
MARK = "genx-fx-initialization"

# Knows tables, the lock and what the script asks, and ends at the first mistake as the client does.
CLIENT = r"""
import json, os, re, sys
state = json.load(open(os.environ["STATE"]))
tables = set(state["tables"])
state["called"] = [os.environ["MYSQL_PWD"], *sys.argv[1:]]
def keep():
    json.dump({**state, "tables": sorted(tables)}, open(os.environ["STATE"], "w"))
def fail(text):
    sys.exit("ERROR " + text)
keep()
if state.get("closed"):
    fail("1045: Access denied")
for line in sys.stdin:
    found = re.findall(r"'([\w,-]+)'\)", line)
    names = set(found[0].split(",")) if found else set()
    if "GET_LOCK" in line:
        answer = state.get("lock", "1")
    elif "COUNT" in line and "FIND_IN_SET" in line:
        answer = len(names & tables)
    elif "COUNT" in line:
        answer = len(tables & set(re.findall(r"table_name = '([\w-]+)'", line)))
    elif "GROUP_CONCAT" in line:
        answer = ", ".join(sorted(tables - names))
    elif line.startswith("SELECT CONCAT"):
        answer = 1
    else:
        tables |= set(re.findall(r"CREATE TABLE IF NOT EXISTS `?([\w-]+)", line))
        tables -= set(re.findall(r"DROP TABLE `([\w-]+)`", line))
        keep()
        if "BROKEN" in line:
            fail("1064: syntax")
        continue
    print(f"answer {answer}", flush=True)
"""


@dataclass(frozen=True)
class Ran:
    """What came of a run."""

    code: int
    output: str
    tables: set[str]
    called: list[str]


@pytest.fixture(scope="module")
def found() -> Render:
    return render(nested(ENABLED))


@pytest.fixture(scope="module")
def tables(found: Render) -> list[str]:
    """Tables of the platform, as the Job is told of them."""
    return environment(_job(found))["TABLES"].split(",")


def _job(found: Render) -> dict[str, Any]:
    (job,) = (
        item for item in found.of_kind("Job") if "initialize-mysql" in item["metadata"]["name"]
    )
    return job


class Server:
    """A database with these tables, and the Job that looks into it."""

    def __init__(self, found: Render, folder: Path) -> None:
        self.found, self.folder = found, folder
        self.scripts = folder / "scripts"
        self.scripts.mkdir()
        for name, text in found.get("ConfigMap", "genx-fx-initialize-mysql")["data"].items():
            (self.scripts / name).write_text(text)
        client = folder / "mysql"
        client.write_text(f"#!{sys.executable}\n{CLIENT}")
        client.chmod(0o755)

    def run(self, *tables: str, url: str = URL, **state: Any) -> Ran:
        file = self.folder / "state.json"
        file.write_text(json.dumps({"tables": tables, **state}))
        job = container(_job(self.found))
        variables = {"TABLES": environment(_job(self.found))["TABLES"], "SECRET": "genx-fx-secrets"}
        done = subprocess.run(
            [*job["command"], *job["args"]],
            env={
                "PATH": f"{self.folder}:{os.environ['PATH']}",
                "STATE": str(file),
                "SCRIPTS": str(self.scripts),
                "DATABASE_URL": url,
                **variables,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=20,
        )
        after = json.loads(file.read_text())
        return Ran(done.returncode, done.stdout, set(after["tables"]), after.get("called", []))


@pytest.fixture
def server(found: Render, tmp_path: Path) -> Server:
    return Server(found, tmp_path)


def test_tables_are_those_that_the_scripts_make(tables: list[str]) -> None:
    made = [
        statement.this.this.name
        for script in sorted((OURS.parent / "platform/mysql").glob("*.sql"))
        for statement in sqlglot.parse(script.read_text(), read="mysql")
        if isinstance(statement, expressions.Create)
    ]
    assert tables == made
    assert len(made) == 6


def test_scripts_are_those_of_our_own_mysql(found: Render) -> None:
    own = render().get("ConfigMap", "mysql-init-scripts")["data"]
    given = found.get("ConfigMap", "genx-fx-initialize-mysql")["data"]
    assert given == {name: text for name, text in own.items() if name.endswith(".sql")}


def test_an_empty_database_is_filled(server: Server, tables: list[str]) -> None:
    ran = server.run()
    assert (ran.code, ran.tables) == (0, set(tables)), ran.output
    assert "runs 10-schema.sql\nruns 20-pairs.sql\n" in ran.output


def test_logs_in_as_the_url_says(server: Server) -> None:
    called = server.run().called
    assert called[0] == PASSWORD, "by the environment, not by an argument"
    assert called[1] == "--no-defaults"
    assert {"--user=app@x", "--host=10.9.0.7", "--port=3306", "--database=prod"} < set(called)


def test_a_full_one_is_left_as_it_is(server: Server, tables: list[str]) -> None:
    for more in ([], ["own"]):
        ran = server.run(*tables, *more)
        assert (ran.code, ran.tables) == (0, {*tables, *more}), ran.output
        assert ran.output.endswith("it has all tables of the platform: nothing is changed\n")


@pytest.mark.parametrize("there", [0, 1, 5])
def test_one_of_somebody_else_is_refused(server: Server, tables: list[str], there: int) -> None:
    ran = server.run("wp_posts", "wp_users", *tables[:there])
    assert (ran.code, ran.tables) == (3, {"wp_posts", "wp_users", *tables[:there]}), ran.output
    assert f"has {there} of the 6 tables of the platform" in ran.output
    assert "tables of somebody else: wp_posts, wp_users\n" in ran.output
    assert f"allowed is an empty database, or one that has all of these: {', '.join(tables)}\n" in (
        ran.output
    )
    assert "global.external.mysql.initialization.enabled to false" in ran.output


@pytest.mark.parametrize("there", [1, 5])
def test_an_interrupted_run_is_gone_on_with(server: Server, tables: list[str], there: int) -> None:
    ran = server.run(*tables[:there])
    assert (ran.code, ran.tables) == (0, set(tables)), ran.output
    assert f"it has {there} of 6 tables" in ran.output


def test_rows_that_an_interrupted_run_left_out_are_added(server: Server, tables: list[str]) -> None:
    """All tables are there before the rows are."""
    (server.scripts / "20-pairs.sql").write_text("BROKEN;\n")
    first = server.run()
    assert (first.code, first.tables) == (1, {*tables, MARK}), first.output
    assert "error: 20-pairs.sql was not run to its end in database prod" in first.output
    (server.scripts / "20-pairs.sql").write_text("INSERT;\n")
    second = server.run(*first.tables)
    assert (second.code, second.tables) == (0, set(tables)), second.output
    assert "runs 20-pairs.sql" in second.output


def test_a_run_beside_it_is_waited_for(server: Server, tables: list[str]) -> None:
    ran = server.run(lock="0")
    assert (ran.code, ran.tables) == (1, set()), ran.output
    assert "another run holds the lock" in ran.output


def test_a_login_that_is_refused_is_said_in_words(server: Server) -> None:
    ran = server.run(closed=True)
    assert ran.code == 1
    assert "Access denied" in ran.output
    assert "app@x cannot look into database prod at 10.9.0.7:3306" in ran.output
    assert "The login is DATABASE_URL in Secret genx-fx-secrets" in ran.output
    assert PASSWORD not in ran.output


def test_a_url_that_is_none_is_said_in_words(server: Server) -> None:
    ran = server.run(url="mysql://10.9.0.7")
    assert (ran.code, ran.called) == (1, [])
    assert "DATABASE_URL is not mysql://user:password@host:port/database" in ran.output


def test_script_without_a_last_semicolon_is_run(server: Server, tables: list[str]) -> None:
    (server.scripts / "20-pairs.sql").write_text("CREATE TABLE IF NOT EXISTS later (id INT)")
    assert "later" in server.run().tables
