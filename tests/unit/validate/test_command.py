"""`genx-fx validate` as a person runs it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from generator.validate.report import CONTRADICTIONS
from tests.helm import HELMS, ROOT
from tools.build import tool_path

SPEC = ROOT / "genx-fx.yaml"


def validate(
    folder: Path, *arguments: str, path: str = "/nowhere", given: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "generator", "validate", "--spec", SPEC, *arguments],
        cwd=folder,
        env=os.environ | {"PATH": path, "PYTHONPATH": str(ROOT)},
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


def test_values_without_problems_exit_with_0_and_say_what_was_not_looked_at(
    tmp_path: Path,
) -> None:
    (tmp_path / "my.yaml").write_text("application: {api: {replicas: 3}}\n")

    one = validate(tmp_path, "-f", "my.yaml")
    several = validate(tmp_path, "-f", "my.yaml", "--set", "config.ENV=test")

    assert (one.returncode, one.stdout) == (0, f"my.yaml is valid; {CONTRADICTIONS}\n")
    assert several.stdout == f"the values are valid; {CONTRADICTIONS}\n"
    assert one.stderr == ""


def test_problems_exit_with_1_and_are_counted(tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text("config: {ENV: 1}\nglobal: {exposure: none}\n")

    done = validate(tmp_path, "-f", "my.yaml")

    assert done.returncode == 1
    assert [line.partition(": ")[0] for line in done.stdout.splitlines()] == [
        "my.yaml:1:15",
        "my.yaml:2:20",
        "2 problems",
    ]


def test_json_is_a_list_of_objects(tmp_path: Path) -> None:
    done = validate(tmp_path, "--format", "json", "-f", "-", given="storage: {logs: {size: 5Gi}}")

    assert done.returncode == 1
    [problem] = json.loads(done.stdout)
    assert problem | {"source": "…"} == {
        "file": "-",
        "line": 1,
        "column": 24,
        "path": "storage.logs.size",
        "given": "is 5Gi",
        "allowed": "the document allows at least 10Gi",
        "source": "…",
        "hint": "global.enforceDocumentedLimits: false allows more",
    }
    assert problem["source"].startswith(f"architecture: logs, {SPEC}:")
    assert validate(tmp_path, "--format", "json").stdout == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-f", "none.yaml"], "none.yaml: no such file or directory"),
        (["-f", "."], ".: is a directory"),
        (["-f", "broken.yaml"], "broken.yaml:2:1: not YAML: "),
        (["--set", "a"], "--set a: key 'a' has no value"),
        (["--sets", "a=1"], "Usage: genx-fx validate"),
        (["--format", "xml"], "Usage: genx-fx validate"),
        (["--render"], "--render: helm is not on PATH"),
    ],
)
def test_what_can_not_be_looked_at_exits_with_2(
    tmp_path: Path, arguments: list[str], message: str
) -> None:
    (tmp_path / "broken.yaml").write_text("a: [1\n")

    done = validate(tmp_path, *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(message)
    assert "Traceback" not in done.stderr


def test_warnings_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text("config: {}\nconfig: {ENV: test}\n")

    done = validate(tmp_path, "-f", "my.yaml")

    assert done.returncode == 0
    assert done.stderr.startswith("my.yaml:2:1: warning: key 'config' is given twice")


@pytest.mark.parametrize("helm", HELMS)
def test_render_names_contradictions_at_their_places(tmp_path: Path, helm: str) -> None:
    (tmp_path / "my.yaml").write_text(
        "application:\n  api:\n    autoscaling: {enabled: true, minReplicas: 40}\n"
    )
    path = str(Path(tool_path(helm)).parent)

    done = validate(
        tmp_path, "--render", "-f", "my.yaml", "--set", "secrets.source=existing", path=path
    )

    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "--set secrets.source=existing: secrets.existingSecret: is empty, but secrets.source is"
        " existing: name the Secret",
        "my.yaml:3:18: application.api.autoscaling: minReplicas 40 is more than maxReplicas 10",
        "2 problems",
    ]
    assert validate(tmp_path, "--render", path=path).stdout == "the values are valid\n"
