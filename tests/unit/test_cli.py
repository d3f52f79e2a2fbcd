from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from generator.chart.mark import MARK
from generator.cli import commands, main
from generator.errors import SpecError
from generator.load import LoadedPlatform
from generator.spec.load import load_spec
from tests.helm import ROOT
from tests.spec_files import CONTENT, FOREX


def stub(loaded: LoadedPlatform) -> dict[str, str]:
    return {
        "Chart.yaml": f"# {MARK}\nversion: {loaded.plan.spec.platform.version}\n",
        "templates/api.yaml": f"# {MARK}\n",
    }


@pytest.fixture(autouse=True)
def _small_chart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generator.chart.files.chart_files", stub)


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(commands, [str(argument) for argument in arguments])


def build(output: Path, *more: str | Path) -> Result:
    return run("build", "--spec", FOREX, "--output", output, *more)


def test_build_says_each_file_and_the_sum(tmp_path: Path) -> None:
    chart = tmp_path / "charts/genx-fx"

    result = build(tmp_path)

    assert result.exit_code == 0
    assert result.output.splitlines() == [
        f"written {chart}/Chart.yaml",
        f"written {chart}/templates/api.yaml",
        f"written {tmp_path}/schema/genx-fx-values.schema.json",
        f"written {tmp_path}/schema/genx-fx.schema.json",
        f"{chart} is up to date: 4 files, 4 written, 0 removed",
    ]


def test_build_says_one_line_where_nothing_changes(tmp_path: Path) -> None:
    build(tmp_path)

    assert build(tmp_path).output == f"{tmp_path}/charts/genx-fx is up to date: 4 files\n"
    assert build(tmp_path, "--check").output == build(tmp_path).output


def test_build_removes_what_is_stale(tmp_path: Path) -> None:
    build(tmp_path)
    stale = tmp_path / "charts/genx-fx/templates/old.yaml"
    stale.write_text(f"# {MARK}\n")

    assert build(tmp_path).output.splitlines() == [
        f"removed {stale}",
        f"{tmp_path}/charts/genx-fx is up to date: 4 files, 0 written, 1 removed",
    ]


def test_check_shows_what_differs_and_changes_nothing(tmp_path: Path) -> None:
    build(tmp_path)
    chart = tmp_path / "charts/genx-fx"
    (chart / "Chart.yaml").write_text(f"# {MARK}\nversion: 9.9.9\n")
    (chart / "templates/api.yaml").rename(chart / "templates/old.yaml")

    result = build(tmp_path, "--check")

    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert f"changed {chart}/Chart.yaml" in lines
    assert "-version: 9.9.9" in lines
    assert f"+version: {load_spec(FOREX).platform.version}" in lines
    assert f"missing {chart}/templates/api.yaml" in lines
    assert f"stale {chart}/templates/old.yaml" in lines
    assert lines[-1] == f"{chart} is out of date: 3 files differ; run genx-fx build"
    assert (chart / "templates/old.yaml").exists()
    assert not (chart / "templates/api.yaml").exists()


def test_without_a_command_it_shows_help() -> None:
    assert run().exit_code == 0
    assert run().output == run("--help").output
    assert "build" in run("-h").output


def test_version_is_that_of_the_package() -> None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        expected = version("genx-fx")
    except PackageNotFoundError:
        pytest.skip("not installed")
    assert run("--version").output == f"genx-fx, version {expected}\n"


def shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object
) -> tuple[object, list[str]]:
    """Return the exit code and standard error of the command as a process sees them."""
    monkeypatch.setattr(sys, "argv", ["genx-fx", *map(str, arguments)])
    with pytest.raises(SystemExit) as caught:
        main()
    return caught.value.code, capsys.readouterr().err.splitlines()


def test_a_wrong_spec_exits_with_2_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "wrong.yaml"
    (tmp_path / "platform").symlink_to(CONTENT)
    spec.write_text(FOREX.read_text().replace("port: 8080\n", "port: eighty\n", 1))
    output = tmp_path / "output"

    assert shown(monkeypatch, capsys, "build", "--spec", spec, "--output", output) == (
        2,
        [
            f"{spec}:49:13: tiers.application.api.port: "
            "'eighty' is given; a whole number is wanted",
            f"{spec}: 1 error; references and environments are checked when these are fixed",
        ],
    )
    assert not output.exists()


@pytest.mark.parametrize(
    ("name", "reason"), [("none.yaml", "no such file or directory"), ("", "is a directory")]
)
def test_a_spec_that_can_not_be_read_exits_with_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    reason: str,
) -> None:
    spec = tmp_path / name

    assert shown(monkeypatch, capsys, "build", "--spec", spec) == (2, [f"{spec}: {reason}"])


def test_a_users_file_in_the_way_exits_with_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "charts/genx-fx/Chart.yaml"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine\n")

    code, lines = shown(monkeypatch, capsys, "build", "--spec", FOREX, "--output", tmp_path)

    assert code == 1
    assert lines[0].startswith(f"{mine}: isn't generated")
    assert mine.read_text() == "mine\n"


def test_a_mistake_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def broken(loaded: LoadedPlatform) -> dict[str, str]:
        raise KeyError("ours")

    monkeypatch.setattr("generator.chart.files.chart_files", broken)

    assert isinstance(build(tmp_path).exception, KeyError)
    assert not list(tmp_path.iterdir())


def test_the_spec_error_names_the_file_as_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("genx-fx.yaml").write_text("[")

    error = run("build").exception

    assert isinstance(error, SpecError)
    assert error.lines[0].startswith("genx-fx.yaml:2:1: not YAML: ")


@pytest.fixture
def changed_script(tmp_path: Path) -> Path:
    """Return a chart that is up to date but for one script of the platform; gives that script."""
    shutil.copytree(CONTENT, tmp_path / "platform")
    shutil.copy(FOREX, tmp_path / "genx-fx.yaml")
    built = run_module(tmp_path, "build")
    assert built.returncode == 0, built.stderr
    script = tmp_path / "platform/mysql/20-pairs.sql"
    script.write_text("-- No pairs.\n")
    return script


@pytest.mark.parametrize("directory", [".", "elsewhere"])
def test_check_notices_a_change_of_the_platforms_files(
    changed_script: Path, directory: str
) -> None:
    """In two places: for our own MySQL, and for the Job that fills one outside."""
    root = changed_script.parents[2]
    (root / "elsewhere").mkdir()
    options = ("--spec", root / "genx-fx.yaml", "--output", root) if directory != "." else ()
    result = run_module(root / directory, "build", "--check", *options)
    assert result.returncode == 1
    assert "+-- No pairs." in result.stdout.splitlines()
    assert result.stdout.splitlines()[-1].endswith(
        "is out of date: 2 files differ; run genx-fx build"
    )


def test_nothing_is_written_where_a_file_of_the_platform_is_wrong(changed_script: Path) -> None:
    root = changed_script.parents[2]
    chart = root / "charts"
    before = {path: path.read_bytes() for path in chart.rglob("*") if path.is_file()}
    (root / "platform/dashboards/trades.json").write_text("{")
    result = run_module(root, "build")
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        "genx-fx.yaml:120:19: tiers.monitoring.grafana.dashboards: "
        "platform/dashboards/trades.json: line 1, column 2: not JSON: Expecting property name "
        "enclosed in double quotes; export the dashboard from Grafana as JSON again",
        "genx-fx.yaml: 1 error; environments are checked when these are fixed",
    ]
    assert {path: path.read_bytes() for path in chart.rglob("*") if path.is_file()} == before


def run_module(directory: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command line as a process of its own, in a working directory."""
    return subprocess.run(
        [sys.executable, "-m", "generator", *map(str, arguments)],
        cwd=directory,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_two_builds_are_equal_byte_for_byte(tmp_path: Path) -> None:
    trees = []
    for seed in ("1", "2"):
        output = tmp_path / seed
        subprocess.run(
            [sys.executable, "-m", "generator", "build", "--output", output],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            check=True,
            capture_output=True,
        )
        files = (path for path in sorted(output.rglob("*")) if path.is_file())
        trees.append({path.relative_to(output): path.read_bytes() for path in files})

    assert trees[0]
    assert trees[0] == trees[1]
