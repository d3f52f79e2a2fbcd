"""What a pod says of files on its claim that another user owns: run as one over another's."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import yaml

from tests.chart.reading import component, container
from tests.chart.scenarios import nested
from tests.helm import render
from tests.operations_document import blocks, sections

OWNER, POD = (999, 998), (10001, 10002)
SHELLS = [["sh"], ["bash", "--posix"], *([["busybox", "sh"]] if shutil.which("busybox") else [])]

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can run as somebody else")


def _script(text: str) -> str:
    """Return the shell function alone."""
    start = text.index("tell_owners() {")
    return text[start : text.index("\n}\n", start) + 3]


FUNCTIONS = {
    "data.mysql": str(render().get("ConfigMap", "mysql-config")["data"]["start.sh"]),
    "data.redis": str(render().get("ConfigMap", "redis-config")["data"]["start.sh"]),
    **{
        path: component(render(), path.partition(".")[2].replace("tradingBot", "trading-bot"))[
            "spec"
        ]["template"]["spec"]["initContainers"][0]["args"][0]
        for path in ("application.api", "application.tradingBot", "monitoring.grafana")
    },
}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A claim's folder, which the pod may write to; pytest's own are closed to other users."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        made = Path(place, "claim")
        made.mkdir()
        os.chown(made, *POD)
        yield made


def as_pod(command: Sequence[str | Path], **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command with the user and the group of a pod, and no others."""
    return subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], **environment},
        user=POD[0],
        group=POD[1],
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )


def told(folder: Path, path: str = "data.mysql", shell: list[str] = SHELLS[0]) -> list[str]:
    """Return the lines that a pod prints as it starts."""
    script = f'{_script(FUNCTIONS[path])}\ntell_owners "$1"\necho went on'
    done = as_pod([*shell, "-euc", script, "x", folder])
    assert (done.returncode, done.stderr) == (0, ""), "it says, and stops nobody"
    *lines, last = done.stdout.splitlines()
    assert last == "went on"
    return lines


def of(owner: tuple[int, int], file: Path, mode: int = 0o644) -> Path:
    """Make a file of an owner."""
    file.write_text("")
    file.chmod(mode)
    os.chown(file, *owner)
    return file


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
@pytest.mark.parametrize("path", FUNCTIONS)
def test_files_of_another_user_are_told_with_both_ways_out(
    folder: Path, path: str, shell: list[str]
) -> None:
    file = of(OWNER, folder / "ibdata1")
    assert told(folder, path, shell) == [
        f"{file} belongs to uid 999, gid 998, and this container runs as uid 10001, gid 10002,"
        " who may not write to it.",
        'Give the files to this one, as docs/operations.md says under "Files of another user"',
        f"or run as that one: {path}.podSecurityContext:"
        " {runAsUser: 999, runAsGroup: 998, fsGroup: 998}",
    ]


def test_they_are_told_as_the_document_says(folder: Path) -> None:
    text = sections()["Files of another user"]
    said = "\n".join(told(of(OWNER, folder / "ibdata1").parent))
    said = said.replace(str(folder), "/var/lib/mysql").replace("gid 10002", "gid 10001")
    assert f"```\n{said.replace('998', '999')}\n```\n" in text


def test_the_job_of_the_document_is_that_of_the_chart_s_user() -> None:
    (block, _) = blocks("Files of another user")
    job = yaml.safe_load(block.split("<<'END'\n")[1].split("\nEND\n")[0])
    pod = job["spec"]["template"]["spec"]
    waiting = component(render(), "api")["spec"]["template"]["spec"]
    security = waiting["securityContext"]
    (giving,) = pod["containers"]
    owner = f"{security['runAsUser']}:{security['fsGroup']}"
    assert giving["command"] == ["chown", "-R", owner, giving["volumeMounts"][0]["mountPath"]]
    assert giving["image"] == waiting["initContainers"][0]["image"]
    assert giving["resources"] == waiting["initContainers"][0]["resources"]


def test_those_of_root_can_only_be_given(folder: Path) -> None:
    of((0, 0), folder / ".hidden")
    lines = told(folder)
    assert ".hidden belongs to uid 0, gid 0" in lines[0]
    assert len(lines) == 2, "nobody runs as root"


def test_a_folder_of_another_user_is_told_itself(folder: Path) -> None:
    os.chown(folder, 0, 0)
    assert told(folder)[0].startswith(f"{folder} belongs to uid 0")


def test_a_folder_that_shows_nothing_is_told_itself(folder: Path) -> None:
    os.chown(folder, *OWNER)
    folder.chmod(0o700)
    assert told(folder)[0].startswith(f"{folder} belongs to uid 999")


def test_one_file_is_enough(folder: Path) -> None:
    for number in range(9):
        of(OWNER, folder / str(number))
    assert len(told(folder)) == 3


def test_what_may_be_written_to_is_no_matter(folder: Path) -> None:
    of(POD, folder / "own")
    of(POD, folder / "own and read only", 0o400)
    of((999, POD[1]), folder / "by the group of the volume", 0o660)
    (folder / "lost+found").mkdir(0o700)
    assert told(folder) == []


def test_nothing_there_is_nothing_told(folder: Path) -> None:
    assert told(folder) == []
    assert told(folder / "missing") == []


def test_mysql_tells_before_it_fails(folder: Path) -> None:
    """The whole script: without a right to write it cannot begin."""
    os.chown(folder, *OWNER)
    done = as_pod(["bash", "-c", FUNCTIONS["data.mysql"]], DATA_DIRECTORY=str(folder))
    assert done.returncode != 0
    assert f"{folder} belongs to uid 999" in done.stdout


def test_redis_looks_where_its_claim_is() -> None:
    assert "\ntell_owners /data\n" in FUNCTIONS["data.redis"]
    assert container(component(render(), "redis"))["volumeMounts"]


@pytest.mark.parametrize(
    ("values", "looked_at"),
    [
        ({}, {"api": {"/app/data", "/app/logs"}, "grafana": {"/var/lib/grafana"}}),
        (
            {
                "global.storage.logs.mode": "ephemeral",
                "monitoring.grafana.persistence.enabled": False,
            },
            {"api": {"/app/data"}, "grafana": set()},
        ),
        (
            {
                f"{path}.containerSecurityContext.runAsUser": 472
                for path in ("application.api", "monitoring.grafana")
            },
            {"api": set(), "grafana": set()},
        ),
    ],
    ids=["claims", "no claim", "another user than the pod's"],
)
def test_who_waits_looks_at_each_claim_of_the_pod(
    values: dict[str, object], looked_at: dict[str, set[str]]
) -> None:
    rendered = render(nested(values))
    for name, wanted in looked_at.items():
        (waiting,) = component(rendered, name)["spec"]["template"]["spec"]["initContainers"]
        script = waiting["args"][0]
        assert set(re.findall(r'^tell_owners "(.+)"$', script, re.MULTILINE)) == wanted
        assert {mount["mountPath"] for mount in waiting.get("volumeMounts", [])} == wanted
