"""A package has the same bytes wherever it is made, and what belongs to it beside it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from pysequoia import Tsk

from tests.unit.tools.publish.conftest import Make, MakeChart
from tests.unit.tools.publish.helm import KEY, OWNER, Keys, gnupg
from tools.kind_node.cache import BuildError
from tools.publish.errors import PublishError
from tools.publish.package import Signing, make_package


def test_packages_of_the_same_files_are_equal(make_chart: MakeChart, tmp_path: Path) -> None:
    """Several times, as the order of subcharts would differ by chance."""
    chart = make_chart()
    digests = set()
    for turn in range(6):
        copy = shutil.copytree(chart, tmp_path / f"{turn}" / "other-name")
        for path in copy.rglob("*"):
            path.chmod(0o700 if turn % 2 else 0o755)
            os.utime(path, (turn, turn))
        package = make_package(copy, tmp_path / f"{turn}", chart.parent / "CHANGELOG.md")
        digests.add(package.digest)
    assert len(digests) == 1


def test_a_package_holds_the_chart_at_the_time_of_its_release(make: Make) -> None:
    with tarfile.open(make().archive) as archive:
        members = archive.getmembers()
    folders = [member.name.split("/")[2] for member in members if "/charts/" in member.name]
    assert folders == ["first", "second", "third"]
    assert {member.mtime for member in members} == {1770076800}  # 2026-02-03T00:00:00Z


def test_a_package_says_what_its_version_changed(make: Make) -> None:
    said = metadata(make().archive)
    changes = yaml.safe_load(said["annotations"]["artifacthub.io/changes"])
    assert changes == [{"kind": "added", "description": "The first sentence."}]
    assert said["annotations"]["artifacthub.io/license"] == "Apache-2.0"


def test_the_checksum_is_that_of_the_package(make: Make) -> None:
    package = make()
    command = ["sha256sum", "--check", package.checksum.name]
    done = subprocess.run(command, cwd=package.archive.parent, capture_output=True, check=False)
    assert done.returncode == 0
    package.archive.write_bytes(package.archive.read_bytes() + b"x")
    done = subprocess.run(command, cwd=package.archive.parent, capture_output=True, check=False)
    assert done.returncode == 1


def test_a_new_package_takes_the_place_of_the_last(make_chart: MakeChart, tmp_path: Path) -> None:
    log = make_chart().parent / "CHANGELOG.md"
    folder = tmp_path / "dist"
    first = make_package(make_chart(), folder, log)
    first.provenance.write_text("a signature of the first one")
    before = first.digest
    second = make_package(make_chart(text="two"), folder, log)
    assert second.archive == first.archive
    assert second.digest != before
    assert sorted(path.name for path in folder.iterdir()) == [
        "small-1.0.0.spdx.json",
        "small-1.0.0.tgz",
        "small-1.0.0.tgz.sha256",
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "error", "said"),
    [
        ("Chart.yaml", "annotations:\n", "other:\n", PublishError, "has no line 'annotations:'"),
        ("Chart.yaml", "home:", "type: other\nhome:", BuildError, "chart.metadata.type"),
        ("../CHANGELOG.md", "[1.0.0]", "[0.9.0]", PublishError, "no section for version 1.0.0"),
    ],
)
def test_a_chart_that_cannot_be_packaged_leaves_the_folder_as_it_was(
    make_chart: MakeChart, tmp_path: Path, file: str, old: str, new: str, error: Any, said: str
) -> None:
    chart = make_chart()
    folder = tmp_path / "dist"
    before = make_package(chart, folder, chart.parent / "CHANGELOG.md").digest
    text = (chart / file).read_text()
    assert old in text
    (chart / file).write_text(text.replace(old, new, 1))
    names = {path.name for path in folder.iterdir()}
    with pytest.raises(error, match=said):
        make_package(chart, folder, chart.parent / "CHANGELOG.md")
    assert {path.name for path in folder.iterdir()} == names
    assert f"{before}  small-1.0.0.tgz\n" == (folder / "small-1.0.0.tgz.sha256").read_text()


def test_a_signed_package_has_a_signature_beside_it(
    make_chart: MakeChart, keys: Keys, tmp_path: Path
) -> None:
    chart = make_chart()
    log = chart.parent / "CHANGELOG.md"
    signed = make_package(chart, tmp_path / "dist", log, keys.signing)
    assert signed.provenance in signed.files
    assert "-----BEGIN PGP SIGNATURE-----" in signed.provenance.read_text()
    assert signed.digest == make_package(chart, tmp_path / "other", log).digest
    unsigned = make_package(chart, tmp_path / "dist", log)
    assert unsigned.provenance not in unsigned.files


def test_a_passphrase_is_read_from_a_file(make: Make, keys: Keys, tmp_path: Path) -> None:
    with gnupg(tmp_path / "home") as gpg:
        gpg("--quick-generate-key", OWNER, *KEY, passphrase="a secret")
        exported = gpg("--export-secret-keys", OWNER, passphrase="a secret")
    keyring, right, wrong = (tmp_path / name for name in ("keyring", "right", "wrong"))
    keyring.write_bytes(exported)
    right.write_text("a secret\n")
    wrong.write_text("another\n")
    assert make(signing=Signing("Small Team", keyring, right)).provenance.exists()
    with pytest.raises(BuildError, match=r"key checksum failure|decrypt"):
        make(signing=Signing("Small Team", keyring, wrong))


def test_a_key_that_is_not_there_is_named(make: Make, keys: Keys) -> None:
    with pytest.raises(BuildError, match=r"""cannot sign with the key "Large Team" of"""):
        make(signing=Signing("Large Team", keys.signing.keyring))


def test_a_key_that_helm_cannot_sign_with_is_refused(make: Make, tmp_path: Path) -> None:
    """It has another key for signatures below the primary one; Helm would not look for it."""
    keyring = tmp_path / "keyring"
    keyring.write_bytes(bytes(Tsk.generate(OWNER)))
    with pytest.raises(BuildError, match=r"must show with an S, as in \[SC\]"):
        make(signing=Signing("Small Team", keyring))


def metadata(package: Path) -> dict[str, Any]:
    """Return what Chart.yaml in a package says."""
    with tarfile.open(package) as archive:
        found = next(name for name in archive.getnames() if name.count("/") == 1)
        opened = archive.extractfile(found)
        assert opened is not None
        loaded: dict[str, Any] = yaml.safe_load(opened.read())
    return loaded
