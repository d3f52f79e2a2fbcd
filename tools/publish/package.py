"""Makes the package of a chart: equal to the byte wherever the same chart is packaged.

All files in it have the day of the release as their time. The program `package` of tools/go makes
it with Helm 4's library, since `helm package` of neither Helm makes the same bytes twice.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import yaml

from tools.build import go_tool
from tools.kind_node.cache import run
from tools.publish import sbom
from tools.publish.changelog import Section, section
from tools.publish.errors import PublishError
from tools.publish.files import digest_of, move, unfinished

ANNOTATIONS = "annotations:\n"
CHANGES = "artifacthub.io/changes"


@dataclass(frozen=True)
class Signing:
    """The PGP key that a package is signed with."""

    key: str
    """Part of the key's user ID, such as a name or an e-mail address."""
    keyring: Path
    """File with the secret key, as `gpg --export-secret-keys` writes it."""
    passphrase_file: Path | None = None


@dataclass(frozen=True)
class Package:
    """A packaged chart, and what belongs to it in the same folder."""

    name: str
    version: str
    archive: Path

    @property
    def digest(self) -> str:
        """SHA-256 of the archive, in hexadecimal digits."""
        return digest_of(self.archive)

    @property
    def provenance(self) -> Path:
        """The signature, `genx-fx-1.2.3.tgz.prov`; there only where the package is signed."""
        return self._beside(f"{self.archive.name}.prov")

    @property
    def checksum(self) -> Path:
        """What `sha256sum --check` takes, `genx-fx-1.2.3.tgz.sha256`."""
        return self._beside(f"{self.archive.name}.sha256")

    @property
    def bill_of_materials(self) -> Path:
        """The SPDX document, `genx-fx-1.2.3.spdx.json`."""
        return self._beside(f"{self.archive.name.removesuffix('.tgz')}.spdx.json")

    @property
    def files(self) -> list[Path]:
        """All files of the package that there are, the archive first."""
        files = (self.archive, self.provenance, self.checksum, self.bill_of_materials)
        return [file for file in files if file.exists()]

    def _beside(self, name: str) -> Path:
        return self.archive.with_name(name)


def make_package(
    chart: Path, folder: Path, changelog: Path, signing: Signing | None = None
) -> Package:
    """Package a chart into a folder, in place of a package of the same version.

    PublishError or BuildError where something is missing; the folder is then as it was.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with unfinished(folder) as stage:
        said = yaml.safe_load((chart / "Chart.yaml").read_text())
        name, version = said["name"], said["version"]
        log = section(changelog.read_text(), version)
        copy = _copy(chart, stage / name, log)
        made = stage / "made"
        moment = f"{log.released.timestamp():.0f}"
        options = _signing_options(signing) if signing else []
        command = [go_tool("package"), "-destination", made, "-time", moment, *options, copy]
        run(command, f"package {chart}")
        package = Package(name, version, made / f"{name}-{version}.tgz")
        package.checksum.write_text(f"{package.digest}  {package.archive.name}\n")
        sbom.write(copy, package.archive, log.released, package.bill_of_materials)
        done = Package(name, version, folder / package.archive.name)
        done.provenance.unlink(missing_ok=True)
        move(package.files, folder)
    return done


def _copy(chart: Path, copy: Path, log: Section) -> Path:
    """Copy a chart, and add the changes of its version."""
    shutil.copytree(chart, copy)
    file = copy / "Chart.yaml"
    file.write_text(_with_changes(file.read_text(), log))
    return copy


def _with_changes(text: str, log: Section) -> str:
    """Return the text of Chart.yaml with an annotation that lists the changes."""
    if ANNOTATIONS not in text:
        raise PublishError(
            f"Chart.yaml has no line {ANNOTATIONS.strip()!r}, as `make build` writes it"
        )
    entries = [{"kind": change.kind, "description": change.description} for change in log.changes]
    listed = yaml.safe_dump(entries, allow_unicode=True, sort_keys=False, width=10**6)
    lines = "".join(f"    {line}\n" for line in listed.splitlines())
    return text.replace(ANNOTATIONS, f"{ANNOTATIONS}  {CHANGES}: |\n{lines}", 1)


def _signing_options(signing: Signing) -> list[str | Path]:
    options: list[str | Path] = ["-key", signing.key, "-keyring", signing.keyring]
    if signing.passphrase_file:
        options += ["-passphrase-file", signing.passphrase_file]
    return options
