"""Charts where users have them: folders, packages, repositories, registries."""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from generator.diff.finding import Side
from generator.errors import UsageError
from generator.validate.helm import Helm, HelmRefused
from generator.values.tree import JsonSchema

# What `helm pull` takes, with our @VERSION behind it; a port is no version.
_REGISTRY = re.compile(
    r"(?P<chart>oci://[^@]+?)(?::(?P<tag>[^:/@]+)|@(?P<digest>sha256:[0-9a-f]+)|@(?P<version>.+))?"
)
_PACKAGE = re.compile(r"https?://.+\.tgz")
_REPOSITORY = re.compile(r"(?P<repository>https?://[^@]+)/(?P<chart>[^/@]+)(?:@(?P<version>.+))?")
_REFERENCE = re.compile(r"(?P<chart>[\w.-]+/[\w.-]+)(?:@(?P<version>.+))?")
_FILE = re.compile(r"[./~].*|.*\.tgz|(?!https?:|oci:)[^/]*")


@dataclass(frozen=True)
class Chart:
    """A chart in a folder, and how the user named it."""

    named: str
    folder: Path
    metadata: Mapping[str, Any]
    """What Chart.yaml says."""

    @property
    def side(self) -> Side:
        """Name and version."""
        return Side(self.named, str(self.metadata["name"]), str(self.metadata["version"]))

    @property
    def oldest_kubernetes(self) -> str:
        """The oldest Kubernetes that it says to support, such as 1.30; empty where it says none."""
        found = re.search(r">=\s*v?(\d+\.\d+)", str(self.metadata.get("kubeVersion", "")))
        return found[1] if found else ""

    @property
    def schema(self) -> JsonSchema:
        """JSON Schema of its values; one that takes everything where it has none."""
        file = self.folder / "values.schema.json"
        found: JsonSchema = json.loads(file.read_text()) if file.is_file() else {}
        return found

    def environment(self, name: str) -> Path:
        """Return its own values file of an environment. Raises UsageError."""
        file = self.folder / f"values-{name}.yaml"
        if not file.is_file():
            there = environments(self.folder)
            known = f"it has {', '.join(there)}" if there else "it has none"
            raise UsageError([f"{self.named}: no environment {name} in the chart; {known}"])
        return file


def environments(chart: Path) -> list[str]:
    """Return the names of the environments that a chart brings values of."""
    return sorted(file.stem.removeprefix("values-") for file in chart.glob("values-*.yaml"))


def charts(
    old: str, new: str, helm: Helm, folder: Path, *, plain_http: bool = False
) -> tuple[Chart, Chart]:
    """Find both charts, unpacked into a folder where they are packages. Raises UsageError."""
    found, errors = list[Chart](), list[str]()
    options = ["--plain-http"] if plain_http else []
    for named, place in ((old, folder / "old"), (new, folder / "new")):
        place.mkdir()
        try:
            found.append(_chart(named, helm, place, options))
        except UsageError as error:
            errors += error.lines
    if errors:
        raise UsageError(list(dict.fromkeys(errors)))
    return found[0], found[1]


def _chart(named: str, helm: Helm, place: Path, options: list[str]) -> Chart:
    path = Path(named).expanduser()
    if path.is_file():
        path = unpacked(path, place)
    elif not path.is_dir():
        path = unpacked(_pulled(named, helm, place, options), place)
    file = path / "Chart.yaml"
    try:
        metadata = yaml.safe_load(file.read_bytes())
    except (OSError, yaml.YAMLError):
        metadata = None
    if not isinstance(metadata, dict) or not {"name", "version"} <= metadata.keys():
        raise UsageError(
            [f"{named}: no chart is there: it has no Chart.yaml with name and version"]
        )
    return Chart(named, path, metadata)


def unpacked(package: Path, place: Path) -> Path:
    """Unpack a package, and return the folder of its chart. Raises UsageError."""
    try:
        with tarfile.open(package) as archive:
            # Debian 12's own Python, 3.11.2, knows no filters yet.
            archive.extraction_filter = getattr(tarfile, "data_filter", None)
            archive.extractall(place)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise UsageError([f"{package}: is no package of a chart: {error}"]) from None
    found = next(iter(sorted(place.glob("*/Chart.yaml"))), place / "Chart.yaml")
    return found.parent


def _pulled(named: str, helm: Helm, place: Path, options: list[str]) -> Path:
    """Let Helm pull a package, with the repositories and credentials of the user's own."""
    arguments = [*_arguments(named), *(options if named.startswith("oci:") else [])]
    try:
        helm.pull(place, *arguments)
    except HelmRefused as refused:
        hint = (
            "" if "://" in named else "no such file or folder, and as name/chart of a repository, "
        )
        raise UsageError([f"{named}: {hint}{refused}"]) from None
    return next(iter(place.glob("*.tgz")))


def _arguments(named: str) -> list[str]:
    """Return what `helm pull` is told for a reference. Raises UsageError where it is none."""
    if _PACKAGE.fullmatch(named):
        return [named]
    if found := _REGISTRY.fullmatch(named):
        if found["digest"]:
            return [named]
        return [found["chart"], *_version(found["tag"] or found["version"])]
    if found := _REPOSITORY.fullmatch(named):
        return [found["chart"], "--repo", found["repository"], *_version(found["version"])]
    if not _FILE.fullmatch(named) and (found := _REFERENCE.fullmatch(named)):
        return [found["chart"], *_version(found["version"])]
    raise UsageError([f"{named}: no such file or folder"])


def _version(version: str | None) -> list[str]:
    return ["--version", version] if version else []
