"""ct lint and helm lint accept the chart, and refuse a broken one."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helm import CHART, HELMS, KUBERNETES, ROOT
from tools.build import tool_path

LINTED = ("ct.yaml", ".yamllint", "tools/ct/chart-schema.yaml", "charts")
OVERLAYS = sorted(CHART.glob("values-*.yaml"))


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of all that ct reads."""
    for name in LINTED:
        target = tmp_path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target)
        else:
            shutil.copy(ROOT / name, target)
    return tmp_path


@pytest.mark.parametrize("helm", HELMS)
def test_ct_accepts_the_chart(helm: str, checkout: Path) -> None:
    code, output = ct_lint(helm, checkout)
    assert code == 0, output
    assert "All charts linted successfully" in output


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        ("Chart.yaml", "\nname:", "\nnmae:", "nmae: Unexpected element"),
        ("Chart.yaml", "\nversion: ", "\nversion: one-", "is not a semantic version"),
        ("values.yaml", "\nglobal:", "\nglobal: [", "syntax error"),
        ("values.yaml", "\nglobal:", "\nglobal:  ", "trailing spaces"),
        ("templates/config/configmap.yaml", "kind: ConfigMap", "kind: ConfigMap:", "parse YAML"),
        ("templates/config/configmap.yaml", "include ", "nonsense ", '"nonsense" not defined'),
    ],
)
def test_ct_refuses_a_broken_chart(
    checkout: Path, file: str, old: str, new: str, complaint: str
) -> None:
    broken = checkout / "charts/genx-fx" / file
    text = broken.read_text()
    assert old in text
    broken.write_text(text.replace(old, new, 1))
    code, output = ct_lint("helm4", checkout)
    assert code == 1
    # ct can lose the last words of the linter it runs: it waits for the process before it has read
    # its pipe (os/exec, StdoutPipe). So the linter that ct stopped at is asked for them.
    linters = [line.removeprefix(">>> ") for line in output.splitlines() if line.startswith(">>> ")]
    code, output = run("helm4", checkout, *shlex.split(linters[-1]))
    assert code == 1
    assert complaint in output


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: path.stem)
@pytest.mark.parametrize("helm", HELMS)
def test_helm_accepts_every_environment(helm: str, overlay: Path, tmp_path: Path) -> None:
    code, output = helm_lint(helm, tmp_path, "--values", str(overlay))
    assert code == 0, output
    assert "1 chart(s) linted, 0 chart(s) failed" in output
    assert "[WARNING]" not in output


def test_there_is_an_overlay_for_every_environment() -> None:
    assert [path.stem for path in OVERLAYS] == ["values-dev", "values-prod", "values-staging"]


@pytest.mark.parametrize("helm", HELMS)
def test_helm_refuses_a_value_that_is_not_there(helm: str, tmp_path: Path) -> None:
    code, output = helm_lint(helm, tmp_path, "--set", "application.api.nonsense=1")
    assert code == 1
    assert "nonsense" in output


def helm_lint(helm: str, home: Path, *options: str) -> tuple[int, str]:
    command = ["helm", "lint", str(CHART), "--strict", "--kube-version", KUBERNETES]
    return run(helm, home, *command, *options)


def ct_lint(helm: str, checkout: Path) -> tuple[int, str]:
    return run(helm, checkout, str(tool_path("ct")), "lint", "--config", "ct.yaml", "--debug")


def run(helm: str, folder: Path, *command: str) -> tuple[int, str]:
    """Exit code and output, in a folder that is also the home; `helm` is the one on PATH."""
    programs = [tool_path(helm).parent, Path(sys.executable).parent, os.environ["PATH"]]
    path = os.pathsep.join(map(str, programs))
    done = subprocess.run(
        command,
        executable=shutil.which(command[0], path=path),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
        env={"PATH": path, "HOME": str(folder)},
        check=False,
    )
    return done.returncode, done.stdout
