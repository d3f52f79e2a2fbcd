"""Writes the bill of materials of a package: SPDX 2.3, https://spdx.github.io/spdx-spec/v2.3/."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import yaml
from spdx_tools.common.spdx_licensing import spdx_licensing
from spdx_tools.spdx.model import (
    Actor,
    ActorType,
    Checksum,
    ChecksumAlgorithm,
    CreationInfo,
    Document,
    ExternalPackageRef,
    ExternalPackageRefCategory,
    Package,
    PackagePurpose,
    Relationship,
    RelationshipType,
    SpdxNoAssertion,
)
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
from spdx_tools.spdx.writer.json.json_writer import write_document_to_file

from tools.publish.errors import PublishError
from tools.publish.files import digest_of

DOCUMENT = "SPDXRef-DOCUMENT"
CHART = "SPDXRef-chart"
DOCKER_HUB = "docker.io"


def write(chart: Path, archive: Path, created: datetime, file: Path) -> None:
    """Write which chart an archive holds, with its subcharts, and which images it pulls.

    The chart is the folder that the archive was made from. PublishError where SPDX refuses it.
    """
    said = yaml.safe_load((chart / "Chart.yaml").read_text())
    packages = [_chart(said, archive), *_subcharts(chart), *_images(said)]
    relations = {"subchart": RelationshipType.CONTAINS, "image": RelationshipType.DEPENDS_ON}
    document = Document(
        CreationInfo(
            spdx_version="SPDX-2.3",
            spdx_id=DOCUMENT,
            name=archive.name,
            # Unique to the content, as SPDX asks; nothing has to be found there.
            document_namespace=f"https://spdx.org/spdxdocs/{archive.name}-{digest_of(archive)}",
            creators=[Actor(ActorType.TOOL, "genx-fx")],
            created=created.replace(tzinfo=None),
        ),
        packages=packages,
        relationships=[
            Relationship(DOCUMENT, RelationshipType.DESCRIBES, CHART),
            *(
                Relationship(CHART, relations[package.spdx_id.split("-")[1]], package.spdx_id)
                for package in packages[1:]
            ),
        ],
    )
    if problems := validate_full_spdx_document(document):
        raise PublishError("; ".join(problem.validation_message for problem in problems))
    write_document_to_file(document, str(file), validate=False)


def _chart(said: dict[str, Any], archive: Path) -> Package:
    licence = said["annotations"].get("artifacthub.io/license")
    return Package(
        CHART,
        said["name"],
        download_location=SpdxNoAssertion(),
        version=said["version"],
        file_name=archive.name,
        checksums=[Checksum(ChecksumAlgorithm.SHA256, digest_of(archive))],
        license_declared=spdx_licensing.parse(licence) if licence else SpdxNoAssertion(),
        homepage=said.get("home"),
        description=said["description"],
        primary_package_purpose=PackagePurpose.INSTALL,
        files_analyzed=False,
        external_references=[_purl(f"pkg:helm/{said['name']}@{quote(said['version'])}")],
    )


def _subcharts(chart: Path) -> Iterator[Package]:
    for file in sorted(chart.glob("charts/*/Chart.yaml")):
        said = yaml.safe_load(file.read_text())
        yield Package(
            f"SPDXRef-subchart-{said['name']}",
            said["name"],
            download_location=SpdxNoAssertion(),
            version=said["version"],
            description=said["description"],
            primary_package_purpose=PackagePurpose.INSTALL,
            files_analyzed=False,
        )


def _images(said: dict[str, Any]) -> Iterator[Package]:
    for image in yaml.safe_load(said["annotations"]["artifacthub.io/images"]):
        repository, tag = image["image"].rsplit(":", 1)
        yield Package(
            f"SPDXRef-image-{image['name']}",
            repository,
            download_location=SpdxNoAssertion(),
            version=tag,
            primary_package_purpose=PackagePurpose.CONTAINER,
            files_analyzed=False,
            external_references=[_purl(image_purl(repository, tag))],
        )


def image_purl(repository: str, tag: str) -> str:
    """Return the package URL of an image, which names its registry in full."""
    registry, _, rest = repository.partition("/")
    # As Docker does: only what looks like a host is one.
    if not rest or not re.search(r"[.:]|^localhost$", registry):
        repository = f"{DOCKER_HUB}/{repository if rest else f'library/{repository}'}"
    name = repository.rsplit("/", 1)[1]
    where = urlencode({"repository_url": repository, "tag": tag}, safe="/:")
    return f"pkg:oci/{name}?{where}"


def _purl(text: str) -> ExternalPackageRef:
    return ExternalPackageRef(ExternalPackageRefCategory.PACKAGE_MANAGER, "purl", text)
