"""The bill of materials names the chart, its subcharts and the images that it pulls."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

from tests.unit.tools.publish.conftest import Make, MakeChart
from tools.publish.package import make_package
from tools.publish.sbom import image_purl


def test_the_document_is_valid_and_the_same_each_time(make: Make) -> None:
    first, second = make(), make()
    assert first.bill_of_materials.read_bytes() == second.bill_of_materials.read_bytes()
    assert validate_full_spdx_document(parse_file(str(first.bill_of_materials))) == []


def test_the_document_names_what_is_installed(make: Make) -> None:
    package = make()
    document = json.loads(package.bill_of_materials.read_text())
    named = {entry["SPDXID"]: entry for entry in document["packages"]}
    versions = {name: (entry["name"], entry["versionInfo"]) for name, entry in named.items()}
    assert versions == {
        "SPDXRef-chart": ("small", "1.0.0"),
        "SPDXRef-subchart-first": ("first", "1.0.0"),
        "SPDXRef-subchart-second": ("second", "1.0.0"),
        "SPDXRef-subchart-third": ("third", "1.0.0"),
        "SPDXRef-image-server": ("example.com:5000/team/server", "1.0"),
        "SPDXRef-image-redis": ("redis", "7.4.5"),
    }
    chart = named["SPDXRef-chart"]
    checksum = {"algorithm": "SHA256", "checksumValue": package.digest}
    assert chart["checksums"] == [checksum]
    assert chart["licenseDeclared"] == "Apache-2.0"
    assert document["creationInfo"]["created"] == "2026-02-03T00:00:00Z"
    relations = {
        (entry["relationshipType"], entry["relatedSpdxElement"])
        for entry in document["relationships"]
    }
    assert relations == {
        ("DESCRIBES", "SPDXRef-chart"),
        *(("CONTAINS", f"SPDXRef-subchart-{name}") for name in ("first", "second", "third")),
        *(("DEPENDS_ON", f"SPDXRef-image-{name}") for name in ("server", "redis")),
    }


def test_a_chart_may_have_no_home_page_and_no_licence(
    make_chart: MakeChart, tmp_path: Path
) -> None:
    chart = make_chart()
    file = chart / "Chart.yaml"
    optional = ("home:", "  artifacthub.io/license:")
    lines = [line for line in file.read_text().splitlines() if not line.startswith(optional)]
    file.write_text("\n".join(lines))
    package = make_package(chart, tmp_path / "dist", chart.parent / "CHANGELOG.md")
    (said, *_) = json.loads(package.bill_of_materials.read_text())["packages"]
    assert "homepage" not in said
    assert said["licenseDeclared"] == "NOASSERTION"


# https://github.com/package-url/purl-spec/blob/main/types-doc/oci-definition.md
@pytest.mark.parametrize(
    ("repository", "full"),
    [
        ("redis", "docker.io/library/redis"),
        ("grafana/grafana", "docker.io/grafana/grafana"),
        ("quay.io/team/server", "quay.io/team/server"),
        ("localhost/server", "localhost/server"),
        ("example.com:5000/team/server", "example.com:5000/team/server"),
    ],
)
def test_the_address_of_an_image_is_that_of_its_registry(repository: str, full: str) -> None:
    name = repository.rsplit("/", 1)[-1]
    assert image_purl(repository, "1.0") == f"pkg:oci/{name}?repository_url={full}&tag=1.0"
