"""Each YAML block of the documents is taken by what it is for: the chart, or a cluster."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from cloudcoil.models.fluxcd.helm.v2 import HelmRelease
from cloudcoil.models.fluxcd.source.v1 import HelmRepository

from generator.explain.origin import Origins
from generator.load import LoadedPlatform, load_platform
from generator.validate.inputs import Inputs, merge
from generator.validate.problems import unknown_globals, values_problems
from tests.chart.scenarios import nested
from tests.chart.test_kubernetes_schema import VERSIONS, faults
from tests.documents import Block, blocks, documents, here_documents
from tests.helm import CHART, Manifest, render
from tests.spec_files import OURS
from tools.build import tool_path

MISTAKES = "docs/messages.md"
"""Its values are wrong on purpose, and tests/unit/validate shows what is said of them."""
PLATFORMS = "docs/platforms/"
"""The values of a page are one file, which tests/platforms renders."""
PART_OF_SPEC = "genx-fx.yaml, a part"
"""Title of blocks that are a part of the spec."""
FLUX = {"HelmRelease": HelmRelease, "HelmRepository": HelmRepository}


def documents_of(block: Block) -> list[Any]:
    return list(yaml.safe_load_all(block.text))


def is_manifest(block: Block) -> bool:
    return all({"apiVersion", "kind"} <= set(item) for item in documents_of(block))


READABLE = [b for b in blocks("yaml") if b.title != PART_OF_SPEC and b.file != MISTAKES]
MANIFESTS = [block for block in READABLE if is_manifest(block)]
PATCHES = [block for block in READABLE if list(documents_of(block)[0]) == ["stringData"]]
RULES = [block for block in READABLE if list(documents_of(block)[0]) == ["groups"]]
VALUES = [
    block
    for block in READABLE
    if block not in (*MANIFESTS, *PATCHES, *RULES) and not block.file.startswith(PLATFORMS)
]

each_manifest = pytest.mark.parametrize("block", MANIFESTS, ids=lambda block: block.place)
each_patch = pytest.mark.parametrize("block", PATCHES, ids=lambda block: block.place)
each_values = pytest.mark.parametrize("block", VALUES, ids=lambda block: block.place)


@functools.cache
def platform() -> LoadedPlatform:
    return load_platform(OURS)


def problems(values: str, file: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what `genx-fx validate` says of values, warnings too; HelmError if a render fails."""
    monkeypatch.setenv("PATH", str(tool_path("helm4").parent), prepend=":")
    file.write_text(values)
    loaded = platform()
    merged = merge(Inputs([str(file)]), loaded.values.defaults())
    found = values_problems(loaded, Origins(loaded.plan, loaded.loaded), merged)
    render(yaml.safe_load(values))
    return [*map(str, found), *merged.warnings, *unknown_globals(loaded.values, merged)]


def faults_of(item: Manifest) -> list[str]:
    if item["kind"] in FLUX:
        read = FLUX[item["kind"]].model_validate(item)
        kept = read.model_dump(mode="json", by_alias=True, exclude_unset=True)
        return [] if kept == item else [f"{item} has unknown fields: only {kept} is read"]
    return [fault for version in (VERSIONS[0], VERSIONS[-1]) for fault in faults(item, version)]


@each_values
def test_values_are_valid(block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert problems(block.text, tmp_path / "my-values.yaml", monkeypatch) == []


@each_manifest
def test_manifests_are_valid(block: Block) -> None:
    assert [fault for item in documents_of(block) for fault in faults_of(item)] == []


@each_patch
def test_patches_are_of_a_secret(block: Block) -> None:
    (patch,) = documents_of(block)
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, **patch}
    assert faults_of(secret) == []


def test_rules_of_prometheus_ask_for_what_backups_tell() -> None:
    rendered = render(nested({"data.mysql.backup.enabled": True}))
    cronjobs = {item["metadata"]["name"] for item in rendered.of_kind("CronJob")}
    script = rendered.get("ConfigMap", "mysql-backup")["data"]["report.sh"]
    written = {f"genx_fx_mysql_backup_{name}" for name in re.findall(r"metric ([a-z]\w+)", script)}
    (block,) = RULES
    (group,) = documents_of(block)[0]["groups"]
    asked = [rule["expr"] for rule in group["rules"]]
    assert asked
    for expression in asked:
        assert set(re.findall(r"genx_fx_\w+", expression)) <= written
        assert set(re.findall(r'cronjob="([^"]+)"', expression)) <= cronjobs
    page = documents()[block.file]
    assert set(re.findall(r"^\| `(genx_fx_\w+)`", page, re.MULTILINE)) == written


def test_manifests_that_commands_are_given_are_valid() -> None:
    scripts = [block.text for block in blocks("bash")]
    texts = [text for script in scripts for text in here_documents(script, "END")]
    given = [item for text in texts for item in yaml.safe_load_all(text)]
    assert len(given) >= 3
    assert [fault for item in given for fault in faults_of(item)] == []


def test_release_of_flux_has_valid_values_and_this_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (release,) = (
        item for block in MANIFESTS for item in documents_of(block) if item["kind"] == "HelmRelease"
    )
    values = yaml.safe_dump(release["spec"]["values"])
    assert problems(values, tmp_path / "values.yaml", monkeypatch) == []
    version = yaml.safe_load((CHART / "Chart.yaml").read_text())["version"]
    assert release["spec"]["chart"]["spec"]["version"] == version


@pytest.mark.parametrize("kind", FLUX)
def test_a_misspelt_field_of_flux_is_found(kind: str) -> None:
    (item,) = (i for block in MANIFESTS for i in documents_of(block) if i["kind"] == kind)
    assert faults_of({**item, "spec": {**item["spec"], "intervall": "1h"}})


def test_there_are_blocks_of_each_kind() -> None:
    assert len(VALUES) >= 20
    assert {item["kind"] for block in MANIFESTS for item in documents_of(block)} == {
        *("Application", "HelmRelease", "HelmRepository", "Namespace", "SecretStore"),
        *("PersistentVolumeClaim", "CronJob", "Job"),
    }
    assert PATCHES
