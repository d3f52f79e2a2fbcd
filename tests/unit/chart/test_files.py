"""The files of a chart: marked, whole, the same every time, whatever the spec says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import jinja2
import pytest
import yaml

from generator.chart import render as renderer
from generator.chart.files import chart_files
from generator.chart.mark import MARK
from generator.chart.render import SOURCES, environment
from generator.chart.render import render as render_source
from generator.chart.template_data import ReadmeContext
from generator.errors import SpecError
from generator.kinds import registry
from generator.load import load_platform
from generator.spec.load import load_spec
from generator.values.tree import Section
from generator.write import MARKED_LINES
from reference.grafana.expansion import expand_provisioned
from tests.chart.reading import component
from tests.chart.reading import environment as variables
from tests.helm import HELMS, ROOT, render, run_helm
from tests.spec_files import ALL_SPECS, FOREX, SPECS, SpecData, build_chart, build_edited

MINIMAL = SPECS / "minimal.yaml"
EACH_SPEC = pytest.mark.parametrize("spec", ALL_SPECS, ids=lambda spec: spec.stem)

AWKWARD = [
    "quotes \"double\" and 'single', a \\ and a `tick`",
    "colon: hash # pipe | comma, [list] {map}",
    "{{ .Values.global }} @{ x }@ @% x %@ */}} ${HOME} %s",
    "ünïcode … 😀",
    "1e3",
    "yes",
    "<b>& --> <!-- x",
    "two lines:\nthe second",
    "two lines:\n  - the second\n",
]


@EACH_SPEC
def test_every_file_is_marked(spec: Path) -> None:
    unmarked = [
        path
        for path, text in chart_files(load_platform(spec)).items()
        if MARK not in "\n".join(text.splitlines()[:MARKED_LINES])
    ]
    assert unmarked == []


@EACH_SPEC
def test_files_are_text_that_ends_with_a_line(spec: Path) -> None:
    for path, text in chart_files(load_platform(spec)).items():
        assert text.endswith("\n"), path
        assert not text.endswith("\n\n"), path
        assert "\r" not in text, path
        assert "\t" not in text, path
        assert [line for line in text.splitlines() if line != line.rstrip()] == [], path


@EACH_SPEC
def test_no_path_leads_out_of_the_chart(spec: Path) -> None:
    for path in chart_files(load_platform(spec)):
        assert os.path.normpath(path) == path
        assert not path.startswith(("/", ".."))


@EACH_SPEC
def test_no_jinja_is_left(spec: Path) -> None:
    left = [
        f"{path}: {mark}"
        for path, text in chart_files(load_platform(spec)).items()
        for mark in ("@{ ", "@% ", "@# ")
        if mark in text
    ]
    assert left == []


def test_every_source_is_used() -> None:
    environment().cache.clear()  # type: ignore[union-attr]
    used = set()
    loader = environment().loader
    assert loader is not None
    original = loader.get_source

    def noted(env: jinja2.Environment, template: str) -> object:
        used.add(template)
        return original(env, template)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loader, "get_source", noted)
        for spec in ALL_SPECS:
            chart_files(load_platform(spec))
    sources = {
        file.relative_to(SOURCES).as_posix()
        for folder in ("chart/templates", "kinds")
        for file in (SOURCES / folder).rglob("*")
        if file.is_file() and file.suffix != ".pyc" and file.suffix != ".py"
    }
    as_they_are = {source for source in sources if "/files/" in source}
    assert sources - as_they_are - used == set()


def test_every_kind_is_in_a_spec_of_the_tests() -> None:
    kinds = {part.kind for spec in ALL_SPECS for part in load_spec(spec).components.values()}
    assert kinds == set(registry.kinds())


def test_a_source_that_names_what_is_not_there_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "wrong.yaml").write_text("name: @{ nmae }@\n")
    monkeypatch.setattr(renderer, "SOURCES", tmp_path)
    environment.cache_clear()
    try:
        with pytest.raises(jinja2.UndefinedError, match="nmae"):
            render_source("wrong.yaml", ReadmeContext(Section("", {}), "", [], []))
    finally:
        environment.cache_clear()


@pytest.mark.parametrize(
    ("seed", "locale", "zone"), [("0", "C.UTF-8", "UTC"), ("1", "C", "Asia/Tokyo")]
)
def test_the_same_bytes_in_every_process(seed: str, locale: str, zone: str, tmp_path: Path) -> None:
    elsewhere, output = tmp_path / "elsewhere", tmp_path / "output"
    elsewhere.mkdir()
    command = [sys.executable, "-m", "generator", "build", "--spec", str(FOREX)]
    subprocess.run(
        [*command, "--output", str(output)],
        cwd=elsewhere,
        env={
            "PYTHONPATH": str(ROOT),
            "PYTHONHASHSEED": seed,
            "PYTHONCOERCECLOCALE": "0",
            "PYTHONUTF8": "0",
            "LC_ALL": locale,
            "TZ": zone,
        },
        check=True,
        capture_output=True,
    )
    chart = output / "charts" / "genx-fx"
    written = {file.relative_to(chart).as_posix(): file for file in chart.rglob("*")}
    assert {path: file.read_bytes() for path, file in written.items() if file.is_file()} == {
        path: text.encode() for path, text in chart_files(load_platform(FOREX)).items()
    }
    assert list(elsewhere.iterdir()) == []
    assert sorted(path.name for path in output.iterdir()) == ["charts", "schema"]


def test_twice_in_one_process_is_the_same() -> None:
    assert chart_files(load_platform(FOREX)) == chart_files(load_platform(FOREX))


@pytest.mark.parametrize("text", AWKWARD)
@pytest.mark.parametrize("helm", HELMS)
def test_values_of_the_spec_arrive_as_they_are(helm: str, text: str, tmp_path: Path) -> None:
    def edit(spec: SpecData) -> None:
        page = spec["tiers"]["web"]["page"]
        page["env"] = {"TEXT": text}
        spec["config"]["keys"]["MARKET"]["value"] = text

    chart = build_edited(MINIMAL, edit, tmp_path)
    run_helm(helm, "lint", "--strict", str(chart))
    objects = render(chart=chart, helm=helm)
    assert objects.get("ConfigMap", "status-config")["data"]["MARKET"] == text
    assert variables(component(objects, "page"))["TEXT"] == text


@pytest.mark.parametrize("text", AWKWARD)
def test_descriptions_break_nothing(text: str, tmp_path: Path) -> None:
    def edit(spec: SpecData) -> None:
        spec["platform"] |= {"title": text, "purpose": text}
        spec["tiers"]["web"]["page"]["purpose"] = text
        spec["config"]["keys"]["MARKET"]["about"] = text

    try:
        chart = build_edited(MINIMAL, edit, tmp_path)
    except SpecError:
        assert "\n" in text  # a description is one line, and a spec may be held to that
        return
    run_helm("helm4", "lint", "--strict", str(chart))
    assert render(chart=chart).objects == render(chart=build_chart(MINIMAL, tmp_path)).objects
    assert yaml.safe_load((chart / "Chart.yaml").read_text())["description"] == text
    assert_tables_are_whole((chart / "README.md").read_text())


@pytest.mark.parametrize("text", [text for text in AWKWARD if "\n" not in text])
def test_a_title_is_the_name_of_grafana_s_folder(text: str, tmp_path: Path) -> None:
    def edit(spec: SpecData) -> None:
        spec["platform"]["title"] = text

    objects = render(chart=build_edited(FOREX, edit, tmp_path))
    data = objects.get("ConfigMap", "grafana-provisioning")["data"]
    (provider,) = yaml.safe_load(data["dashboards.yaml"])["providers"]
    assert expand_provisioned(provider["folder"], {}) == text, "as Grafana reads it"


def assert_tables_are_whole(markdown: str) -> None:
    """Every row of a table has as many cells as its head."""
    cells = 0
    for line in markdown.replace("\\|", "").splitlines():
        if line.startswith("|---"):
            cells = line.count("|")
        elif not line.startswith("|"):
            cells = 0
        elif cells:
            assert line.count("|") == cells, line
    assert "page:80 |\n" in markdown
