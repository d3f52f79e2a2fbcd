"""Scripts and dashboards of a platform arrive in the ConfigMaps as they are."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from generator.chart.mark import mark
from tests.helm import HELMS, ROOT, run_helm
from tests.helm import render as render_chart
from tests.spec_files import FOREX, OURS, build_chart

# What Helm, Jinja2, the shell, Grafana and YAML would each take for something of their own.
TEXT = "{{ .Values.x }} {{legend}} @{ x }@ @% x %@ @# x #@ {% x %} ${DS} $(date) */}} a: b #c é 😀"
SCRIPTS = {
    "10-plain.sql": f"  -- {TEXT}\nSELECT 1;\n\n",
    "20-no-end.sql": f"-- {TEXT}",
    "25-windows.sql": "SELECT 1;\r\n\tSELECT 2;\r\n",
    "26-empty.sql": "",
    "30-grafana.sh": f"# {TEXT}\n: $GRAFANA_DATABASE_USER $GRAFANA_DATABASE_PASSWORD\n",
}
DATA = {"title": TEXT, "panels": [{"legend": TEXT, "step": 1e-05, "max": 12345678901234567890}]}
DASHBOARDS = {
    "compact.json": json.dumps({"uid": "a", **DATA, "title": "A"}),
    "indented.json": json.dumps({"uid": "b", **DATA}, indent=2, ensure_ascii=False),
    "tabs.json": json.dumps({"uid": "c", **DATA, "title": "C"}, indent="\t") + "\n",
}


@pytest.fixture(scope="module")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A spec with scripts and dashboards of its own."""
    folder = tmp_path_factory.mktemp("platform")
    for name, files in (("mysql", SCRIPTS), ("dashboards", DASHBOARDS)):
        (folder / "platform" / name).mkdir(parents=True)
        for file, text in files.items():
            (folder / "platform" / name / file).write_bytes(text.encode())
    return build_chart(Path(shutil.copy(FOREX, folder)), folder)


@pytest.mark.parametrize("helm", HELMS)
def test_scripts_arrive_as_they_are_below_the_mark(helm: str, chart: Path) -> None:
    data = render_chart(chart=chart, helm=helm).get("ConfigMap", "mysql-init-scripts")["data"]
    marks = {".sql": "--", ".sh": "#"}
    assert {name: text for name, text in data.items() if name in SCRIPTS} == {
        name: f"{marks[Path(name).suffix]} {mark()}\n{text}" for name, text in SCRIPTS.items()
    }


@pytest.mark.parametrize("helm", HELMS)
def test_the_script_that_ends_the_initialization_is_the_last(helm: str, chart: Path) -> None:
    data = render_chart(chart=chart, helm=helm).get("ConfigMap", "mysql-init-scripts")["data"]
    assert sorted(data) == [*SCRIPTS, "90-complete.sh"]


@pytest.mark.parametrize("helm", HELMS)
@pytest.mark.parametrize(
    ("name", "space"), [("compact.json", " "), ("indented.json", "\n  "), ("tabs.json", "\n\t")]
)
def test_dashboards_arrive_as_they_are_with_the_mark_as_first_key(
    helm: str, name: str, space: str, chart: Path
) -> None:
    text = render_chart(chart=chart, helm=helm).get("ConfigMap", "grafana-dashboards")["data"][name]
    first = f'"$comment": "{mark()}",{space}"uid"'
    assert text == DASHBOARDS[name].replace('"uid"', first, 1)
    assert json.loads(text) == {"$comment": mark(), **json.loads(DASHBOARDS[name])}


@pytest.mark.parametrize("helm", HELMS)
def test_helm_lints_it(helm: str, chart: Path) -> None:
    run_helm(helm, "lint", "--strict", str(chart))


def test_our_files_are_all_in_the_chart(tmp_path: Path) -> None:
    chart = build_chart(OURS, tmp_path)
    folders = {
        "mysql": "data/files/mysql/init",
        "dashboards": "monitoring/files/grafana/dashboards",
    }
    for name, folder in folders.items():
        given = {file.name for file in (ROOT / "platform" / name).iterdir()}
        found = {file.name for file in (chart / "charts" / folder).iterdir()}
        assert found - {"90-complete.sh"} == given
