"""A version says what an upgrade to it breaks, or it is not published."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.tools.publish.conftest import MakeChart
from tools.publish import folder
from tools.publish.errors import PublishError
from tools.publish.package import Package, make_package
from tools.publish.versions import PublishedVersion, check_follows, last_before

SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: small
spec:
  selector: {app: small}
  ports: [{port: {{ .Values.port }}}]
"""


def packaged(make_chart: MakeChart, version: str, limit: int = 100, port: int = 80) -> Package:
    """Package a chart with a Service whose port has a limit, and another one for production."""
    chart = make_chart(version)
    (chart / "templates/service.yaml").write_text(SERVICE)
    (chart / "values.yaml").write_text("port: 80\n")
    (chart / "values-prod.yaml").write_text(f"port: {port}\n")
    schema = {"properties": {"port": {"type": "integer", "maximum": limit}}}
    (chart / "values.schema.json").write_text(json.dumps(schema))
    return make_package(chart, chart.parent / f"{version}-dist", chart.parent / "CHANGELOG.md")


@pytest.mark.parametrize(
    ("version", "published", "last"),
    [
        ("1.0.0", [], None),
        ("1.0.0", ["1.0.0", "1.1.0"], None),
        ("1.2.0", ["1.1.0", "0.9.0", "1.10.0"], "1.1.0"),
        ("1.10.0", ["1.2.0", "1.9.0"], "1.9.0"),
        ("1.0.0", ["1.0.0-rc.2", "1.0.0-rc.10"], "1.0.0-rc.10"),
    ],
)
def test_a_version_follows_the_highest_below_it(
    version: str, published: list[str], last: str | None
) -> None:
    found = last_before(version, [PublishedVersion(one, Path(one)) for one in published])
    assert (found.version if found else None) == last


@pytest.mark.parametrize(
    ("old", "new", "passes"),
    [
        ("1.0.0", "1.0.1", False),
        ("1.0.0", "1.1.0", False),
        ("1.0.0", "2.0.0", True),
        ("0.1.0", "0.1.1", False),
        ("0.1.0", "0.2.0", True),
    ],
)
def test_a_tighter_limit_needs_a_major_version(
    make_chart: MakeChart, old: str, new: str, passes: bool
) -> None:
    before, after = packaged(make_chart, old), packaged(make_chart, new, limit=90)
    if passes:
        check_follows(before.archive, after.archive)
        return
    with pytest.raises(PublishError) as refused:
        check_follows(before.archive, after.archive)
    said = str(refused.value)
    assert f"an upgrade from {old}, the version published before, breaks" in said
    assert f"version {new} does not say so" in said
    assert "port: 100" in said


def test_values_of_each_environment_are_tried(make_chart: MakeChart) -> None:
    before = packaged(make_chart, "1.0.0")
    with pytest.raises(PublishError, match=r"spec\.ports\[0\]\.port: 80 → 90"):
        check_follows(before.archive, packaged(make_chart, "1.0.1", port=90).archive)


def test_what_breaks_is_not_published(make_chart: MakeChart, tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    folder.publish(packaged(make_chart, "1.0.0"), repository)
    before = (repository / folder.INDEX).read_bytes()
    with pytest.raises(PublishError, match="breaks"):
        folder.publish(packaged(make_chart, "1.0.1", limit=90), repository)
    assert (repository / folder.INDEX).read_bytes() == before
    assert folder.publish(packaged(make_chart, "2.0.0", limit=90), repository)
    # A fix of the old line is held to the old line.
    assert folder.publish(packaged(make_chart, "1.0.2"), repository)
