"""Folders of scripts and dashboards: read as they are, and every mistake in them explained."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.spec.content import LAST_SCRIPT, MOST_BYTES, DashboardFolder, ScriptFolder
from tests.spec_files import CONTENT
from tests.unit.spec.conftest import Mistakes

SCRIPTS = "86:64: tiers.data.mysql.initialization.scripts"
DASHBOARDS = "120:19: tiers.monitoring.grafana.dashboards"
ONLY_SCRIPTS = "allowed here are only files *.sql and *.sh; move it to another folder"
EXPORT = "export the dashboard from Grafana as JSON again"
UID = "wanted: 1 to 40 letters, digits, '-' and '_'"

Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file of the folder `content`."""
    (tmp_path / "content").mkdir()

    def file(name: str, content: str | bytes) -> Path:
        path = tmp_path / "content" / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return file


def script_mistakes(root: Path, name: str = "content/") -> list[str]:
    return ScriptFolder(name, root).content.mistakes


def dashboard_mistakes(root: Path) -> list[str]:
    return DashboardFolder("content/", root).content.mistakes


def dashboard(**keys: object) -> str:
    return json.dumps({"uid": "trades", "title": "Trades"} | keys)


def test_files_are_read_in_the_order_of_their_names(tmp_path: Path, write: Write) -> None:
    for name in ("20-b.sql", "10-c.sh", "30-a.sql"):
        write(name, name)
    content = ScriptFolder("content", tmp_path).content
    assert list(content.files.items()) == [(n, n) for n in ("10-c.sh", "20-b.sql", "30-a.sql")]
    assert content.mistakes == []


@pytest.mark.parametrize(
    "text",
    ["", "no line end", "one\r\ntwo\r\n", "{{ x }} @{ y }@ @% z %@ ${DS} $$ \\n", "é 😀\t\n"],
    ids=repr,
)
def test_text_is_read_as_it_is(tmp_path: Path, write: Write, text: str) -> None:
    write("10-a.sql", text)
    assert ScriptFolder("content/", tmp_path).content.files == {"10-a.sql": text}


def test_hidden_files_do_not_count(tmp_path: Path, write: Write) -> None:
    write("10-a.sql", "")
    write(".10-a.sql.swp", b"\xff")
    (tmp_path / "content/.idea").mkdir()
    assert list(ScriptFolder("content/", tmp_path).content.files) == ["10-a.sql"]
    assert script_mistakes(tmp_path) == []


def test_a_path_may_leave_the_folder_of_the_spec(tmp_path: Path, write: Write) -> None:
    write("10-a.sql", "x")
    (tmp_path / "specs").mkdir()
    assert script_mistakes(tmp_path / "specs", "../content/") == []


def test_a_folder_that_is_not_there_is_to_be_made(tmp_path: Path) -> None:
    assert script_mistakes(tmp_path, "sql/") == [
        "sql/: no such folder, relative to the spec; create it with at least one file *.sql or "
        "*.sh, or name another folder"
    ]


def test_a_file_is_no_folder(tmp_path: Path, write: Write) -> None:
    write("10-a.sql", "x")
    assert script_mistakes(tmp_path, "content/10-a.sql") == [
        "content/10-a.sql: is no folder; name a folder with at least one file *.sql or *.sh"
    ]


def test_a_folder_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    assert script_mistakes(tmp_path, "x" * 300) == [f"{'x' * 300}: file name too long"]


def test_an_empty_folder_holds_too_little(tmp_path: Path, write: Write) -> None:
    write(".gitkeep", "")
    assert script_mistakes(tmp_path) == [
        "content/: is empty; put at least one file *.sql or *.sh into it"
    ]


@pytest.mark.parametrize("name", ["notes.txt", "10-a.SQL", "10-a.sql.gz", "sql"])
def test_a_file_of_another_kind_is_refused(tmp_path: Path, write: Write, name: str) -> None:
    write(name, "")
    assert script_mistakes(tmp_path) == [f"content/{name}: is of another kind; {ONLY_SCRIPTS}"]


def test_what_is_no_file_is_refused(tmp_path: Path, write: Write) -> None:
    (tmp_path / "content/old.sql").mkdir()
    (tmp_path / "content/10-gone.sql").symlink_to("nowhere")
    assert script_mistakes(tmp_path) == [
        f"content/10-gone.sql: is no file; {ONLY_SCRIPTS}",
        f"content/old.sql: is no file; {ONLY_SCRIPTS}",
    ]


@pytest.mark.parametrize("name", ["10 a.sql", "10-é.sql", "10-a.sql~", "10-a\n.sql"])
def test_a_name_must_be_a_key_of_a_config_map(tmp_path: Path, write: Write, name: str) -> None:
    write(name, "")
    (said,) = script_mistakes(tmp_path)
    assert said.endswith(
        f"{name!r} cannot be a key of a ConfigMap; rename it with letters, digits, '.', '_' and '-'"
    )


def test_what_is_not_utf_8_is_named_by_its_line(tmp_path: Path, write: Write) -> None:
    write("10-a.sql", b"a\nb\n\xe9\n")
    assert script_mistakes(tmp_path) == [
        "content/10-a.sql: line 3: byte 0xe9 is not UTF-8; save the file as UTF-8"
    ]


def test_a_byte_order_mark_is_refused(tmp_path: Path, write: Write) -> None:
    write("10-a.sql", b"\xef\xbb\xbfSELECT 1;\n")
    assert script_mistakes(tmp_path) == [
        "content/10-a.sql: begins with a byte order mark; save it as UTF-8 without one"
    ]


def test_one_file_may_be_as_large_as_a_config_map_and_no_larger(
    tmp_path: Path, write: Write
) -> None:
    write("10-a.sql", "x" * MOST_BYTES)
    assert script_mistakes(tmp_path) == []
    write("10-a.sql", "x" * (MOST_BYTES + 1))
    assert script_mistakes(tmp_path) == [
        "content/10-a.sql: 1,032,193 bytes are more than the 1,032,192 that a ConfigMap takes; "
        "remove or shorten files"
    ]


def test_all_files_together_must_fit_as_well(tmp_path: Path, write: Write) -> None:
    write("10-a.sql", "é" * (MOST_BYTES // 4))
    write("20-b.sql", "x" * (MOST_BYTES // 2 + 1))
    assert script_mistakes(tmp_path) == [
        "content/: 1,032,193 bytes are more than the 1,032,192 that a ConfigMap takes; "
        "remove or shorten files"
    ]


@pytest.mark.parametrize("name", [LAST_SCRIPT, "95-more.sql", "schema.sql"])
def test_scripts_run_before_the_last_one(tmp_path: Path, write: Write, name: str) -> None:
    write("10-a.sql", "")
    write(name, "")
    assert script_mistakes(tmp_path) == [
        f"content/{name}: would not run before {LAST_SCRIPT}, which ends the initialization; "
        "begin its name with a smaller number, such as 10-schema.sql"
    ]


@pytest.mark.parametrize(
    ("script", "reads"),
    [
        ("echo $READER", True),
        ("echo ${READER:-x}", True),
        ("echo $READER_2", False),
        ("READER=x", False),
    ],
)
def test_variables_of_shell_scripts_are_found(
    tmp_path: Path, write: Write, script: str, reads: bool
) -> None:
    write("10-a.sh", script)
    write("20-b.sql", "SELECT '$READER'")
    assert ScriptFolder("content/", tmp_path).reads("READER") is reads


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "line 1, column 2: not JSON: Expecting property name enclosed in double quotes"),
        ('{\n "uid": tru\n}', "line 2, column 9: not JSON: Expecting value"),
        ("", "line 1, column 1: not JSON: Expecting value"),
        ("[1]", "not a JSON object"),
        ("[" * 100_000, "not JSON that can be read: nested too deeply"),
    ],
    ids=lambda text: text[:20],
)
def test_what_is_no_json_object_is_no_dashboard(
    tmp_path: Path, write: Write, text: str, said: str
) -> None:
    write("a.json", text)
    assert dashboard_mistakes(tmp_path) == [f"content/a.json: {said}; {EXPORT}"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"title": "A"}', f"key 'uid' is missing; {UID}"),
        (dashboard(uid=""), f'uid "" is given; {UID}'),
        (dashboard(uid=None), f"uid null is given; {UID}"),
        (dashboard(uid="a b"), f'uid "a b" is given; {UID}'),
        (dashboard(uid="a" * 41), f'uid "{"a" * 41}" is given; {UID}'),
        ('{"uid": "a"}', "key 'title' is missing; wanted: text that is not empty"),
        (dashboard(title=" "), 'title " " is given; wanted: text that is not empty'),
        (dashboard(title=5), "title 5 is given; wanted: text that is not empty"),
    ],
)
def test_a_dashboard_has_a_uid_and_a_title(
    tmp_path: Path, write: Write, text: str, said: str
) -> None:
    write("a.json", text)
    assert dashboard_mistakes(tmp_path) == [f"content/a.json: {said}"]


def test_no_two_dashboards_have_one_uid_or_one_title(tmp_path: Path, write: Write) -> None:
    write("a.json", dashboard())
    write("b.json", dashboard(title="Other"))
    write("c.json", dashboard(uid="other"))
    assert dashboard_mistakes(tmp_path) == [
        "content/b.json: uid 'trades' is taken by a.json; give it one of its own",
        "content/c.json: title 'Trades' is taken by a.json; give it one of its own",
    ]


@pytest.fixture
def platform(tmp_path: Path) -> Path:
    """Return a copy of the platform's folders beside the spec of `mistakes`."""
    return shutil.copytree(CONTENT, tmp_path / "platform")


def test_every_mistake_is_named_at_once_and_at_the_place_of_its_folder(
    platform: Path, mistakes: Mistakes
) -> None:
    (platform / "mysql/10-schema.sql").write_bytes(b"\xff")
    (platform / "mysql/notes.txt").write_text("")
    (platform / "dashboards/trades.json").write_text("[]")
    assert mistakes(("calls: [api]", "calls: [apis]"))[1:] == [
        f"{SCRIPTS}: platform/mysql/10-schema.sql: line 1: byte 0xff is not UTF-8; save the file "
        "as UTF-8",
        f"{SCRIPTS}: platform/mysql/notes.txt: is of another kind; {ONLY_SCRIPTS}",
        f"{DASHBOARDS}: platform/dashboards/trades.json: not a JSON object; {EXPORT}",
    ]


@pytest.mark.parametrize(
    ("old", "place", "new"),
    [
        ("scripts: platform/mysql/", SCRIPTS, "scripts: /platform/mysql/"),
        ("dashboards: platform/dashboards/", DASHBOARDS, "dashboards: 'C:\\dashboards'"),
    ],
)
def test_a_folder_is_relative_to_the_spec(
    mistakes: Mistakes, old: str, place: str, new: str
) -> None:
    (said,) = mistakes((old, new))
    assert said.startswith(f"{place}: ")
    assert said.endswith("wanted: a path relative to the spec such as platform/mysql/")


def test_a_user_that_no_script_creates_is_named(platform: Path, mistakes: Mistakes) -> None:
    (platform / "mysql/30-grafana.sh").unlink()
    assert mistakes() == [
        "118:15: tiers.monitoring.grafana.database.user: no *.sh file in platform/mysql/ reads "
        "$GRAFANA_DATABASE_USER; create Grafana's user there",
        "119:19: tiers.monitoring.grafana.database.password: no *.sh file in platform/mysql/ reads "
        "$GRAFANA_DATABASE_PASSWORD; create Grafana's user there",
    ]


def test_the_database_reads_the_name_of_the_user_that_it_creates(mistakes: Mistakes) -> None:
    assert mistakes(
        ("value: grafana_reader, readBy: [mysql, grafana]", "value: x, readBy: [grafana]")
    ) == [
        "118:15: tiers.monitoring.grafana.database.user: config.keys.GRAFANA_DATABASE_USER isn't "
        "read by mysql; add it to readBy"
    ]


def test_scripts_that_cannot_be_read_are_the_only_mistake(
    platform: Path, mistakes: Mistakes
) -> None:
    shutil.rmtree(platform / "mysql")
    (said,) = mistakes()
    assert said.startswith(f"{SCRIPTS}: platform/mysql/: no such folder")
