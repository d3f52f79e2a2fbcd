"""Kinds of components: found by their folders, each with values of its own."""

from __future__ import annotations

import re
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import TypeAdapter, ValidationError

import generator.kinds
from generator.kinds import registry
from generator.load import LoadedPlatform, load_platform
from generator.plan.component import ComponentPlan
from generator.spec.component import ComponentBase
from generator.values.validator import HelmValidator
from tests.chart.scenarios import merged, nested
from tests.spec_files import OURS, SPECS

KINDS = ["cron", "grafana", "mysql", "redis", "singleton", "web", "worker"]
PROCESS = {
    "purpose": "A process",
    "label": "backend",
    "image": "some:image",
    "health": {"exec": ["true"]},
    "replicas": {"default": 1, "max": 1},
    "resources": {"memory": "1Mi-1Mi", "cpu": "1m-1", "scratch": "1Mi-1Mi"},
}


@pytest.fixture(scope="module")
def platforms() -> list[LoadedPlatform]:
    """Two platforms that have components of all kinds."""
    return [load_platform(OURS), load_platform(SPECS / "price-feed.yaml")]


class TestFolders:
    def test_every_folder_with_a_model_is_a_kind(self) -> None:
        assert registry.kinds() == KINDS

    @pytest.mark.parametrize("kind", KINDS)
    def test_the_model_says_the_kind_of_its_folder(self, kind: str) -> None:
        models = {
            get_args(model.model_fields["kind"].annotation): model.__module__
            for model in _concrete(ComponentBase)
        }
        assert models[(kind,)] == f"generator.kinds.{kind}.model"

    def test_files_of_a_kind_are_those_below_its_folder_files(self) -> None:
        found = {path for path in registry.files("mysql") if not path.startswith("agent/")}
        assert found == {"start.sh", "versions.sh", "hand-over.sh", "init/90-complete.sh"}
        assert {"agent/__init__.py", "agent/decide.py"} <= registry.files("mysql").keys()
        assert registry.files("mysql")["init/90-complete.sh"].startswith("# Last of all")
        assert registry.files("web") == {}

    def test_bytecode_is_no_file_of_a_kind(self) -> None:
        assert not [path for path in registry.files("mysql") if "__pycache__" in path]

    def test_templates_of_a_kind_are_what_helm_reads(self) -> None:
        assert registry.templates("worker") == ["_pod.tpl", "deployment.yaml"]

    def test_flows_of_a_kind_are_those_below_its_folder_flows(self) -> None:
        assert registry.flows("grafana") == ["health-test.yaml", "to-prometheus.yaml"]
        assert registry.flows("worker") == []

    def test_tests_of_a_kind_are_those_below_its_folder_tests(self) -> None:
        assert registry.tests("grafana") == ["health.yaml", "login.yaml"]
        assert registry.tests("mysql") == []

    def test_no_other_module_of_the_generator_names_a_kind(self) -> None:
        """A kind is a folder: what only one kind has is in that folder."""
        folder = registry.FOLDER
        sources = [p for p in folder.parent.rglob("*.py") if folder not in p.parents]
        named = {
            path.name: kind
            for path in sources
            for kind in KINDS
            if re.search(rf"generator\.kinds\.{kind}|kind == .{kind}", path.read_text())
        }
        assert len(sources) > 40
        assert named == {}

    def test_checks_are_those_of_the_kinds_that_have_some(self) -> None:
        assert {check.__module__ for check in registry.checks()} == {
            "generator.kinds.grafana.checks"
        }


def _concrete(model: type[ComponentBase]) -> Iterator[type[ComponentBase]]:
    """Models of kinds below a model."""
    if get_args(model.model_fields["kind"].annotation):
        yield model
    for below in model.__subclasses__():
        yield from _concrete(below)


@pytest.fixture
def with_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another kind, in a copy of the folder: a worker under the name `batch`."""
    folder = tmp_path / "kinds"
    shutil.copytree(registry.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(folder / "worker", folder / "batch")
    model = folder / "batch" / "model.py"
    model.write_text(model.read_text().replace('"worker"', '"batch"').replace("Worker", "Batch"))
    (folder / "batch" / "checks.py").write_text("CHECKS = (print,)\n")
    (folder / "batch" / "files").mkdir()
    (folder / "batch" / "files" / "run.sh").write_text("exit\n")
    (folder / "notes").mkdir()
    monkeypatch.setattr(registry, "FOLDER", folder)
    monkeypatch.setattr(generator.kinds, "__path__", [*generator.kinds.__path__, str(folder)])
    registry.kinds.cache_clear()
    yield
    registry.kinds.cache_clear()
    for name in [name for name in sys.modules if name.startswith("generator.kinds.batch")]:
        del sys.modules[name]


class TestAnotherFolder:
    """Adding a kind is adding a folder."""

    @pytest.mark.usefixtures("with_batch")
    def test_it_is_a_kind(self) -> None:
        assert registry.kinds() == sorted([*KINDS, "batch"])

    @pytest.mark.usefixtures("with_batch")
    def test_the_spec_may_say_it(self) -> None:
        union = TypeAdapter[ComponentBase](registry.component_union())

        assert type(union.validate_python({"kind": "batch", **PROCESS})).__name__ == "Batch"
        assert type(union.validate_python({"kind": "worker", **PROCESS})).__name__ == "Worker"

    def test_without_the_folder_the_spec_may_not(self) -> None:
        union = TypeAdapter[ComponentBase](registry.component_union())

        with pytest.raises(ValidationError, match="discriminator"):
            union.validate_python({"kind": "batch", **PROCESS})

    @pytest.mark.usefixtures("with_batch")
    def test_its_values_checks_templates_and_files_are_read(self) -> None:
        worker = registry.values_of("worker")

        assert registry.values_of("batch").TIMES == worker.TIMES
        assert "print" in {check.__name__ for check in registry.checks()}
        assert registry.templates("batch") == registry.templates("worker")
        assert registry.files("batch") == {"run.sh": "exit\n"}


PROBE_TIMES = ("periodSeconds", "timeoutSeconds", "failureThreshold")
STAYING_UP = {"grafana", "mysql", "redis", "singleton", "web", "worker"}
CRON = (
    *("schedule", "suspend", "concurrencyPolicy", "startingDeadlineSeconds"),
    *("activeDeadlineSeconds", "backoffLimit"),
    *("successfulJobsHistoryLimit", "failedJobsHistoryLimit"),
)
# Which kinds have a value that not all of them have.
OF_SOME = {
    "preStopSeconds": {"web"},
    "mode": {"mysql"},
    "initialization": {"mysql"},
    "backup": {"mysql"},
    "maxConnections": {"mysql"},
    "extraConfiguration": {"mysql", "redis"},
    "prometheus": {"grafana"},
    "extraDataSources": {"grafana"},
    "dashboards": {"grafana"},
    "dashboardConfigMaps": {"grafana"},
    "rootUrl": {"grafana"},
    "serveFromSubPath": {"grafana"},
    "guard": {"singleton"},
    "heartbeat": {"singleton", "worker"},
    "ready": {"singleton", "worker"},
    "replicas": {"singleton", "web", "worker"},
    "autoscaling": {"web", "worker"},
    "keda": {"web", "worker"},
    "persistence": {"grafana", "mysql", "redis"},
    "service": {"grafana", "mysql", "redis", "web"},
    "ingress": {"grafana", "web"},
    "topologySpread": {"web", "worker"},
    "topologySpreadConstraints": {"web", "worker"},
    "updateStrategy": STAYING_UP,
    "waitFor": {"cron", "grafana", "singleton", "web", "worker"},
    "waitSeconds": {"cron", "grafana", "singleton", "web", "worker"},
    "probes": STAYING_UP,
    "podDisruptionBudget": STAYING_UP,
    **{key: {"cron"} for key in CRON},
}


class TestValues:
    def test_components_of_a_kind_have_only_its_values(
        self, platforms: list[LoadedPlatform]
    ) -> None:
        have = defaultdict[str, set[str]](set)
        for component, keys in _keys(platforms):
            for key in keys:
                have[key].add(component.kind)

        assert {key: kinds for key, kinds in have.items() if kinds != set(KINDS)} == OF_SOME

    def test_components_of_a_kind_have_all_of_its_values(
        self, platforms: list[LoadedPlatform]
    ) -> None:
        """But for those that follow from what a component says, such as whom it calls."""
        own = [key for key in OF_SOME if key not in ("backup", "ingress", "waitFor", "waitSeconds")]
        for component, keys in _keys(platforms):
            wanted = {key for key in own if component.kind in OF_SOME[key]}
            assert {key for key in own if key in keys} == wanted, component.name

    @pytest.mark.parametrize(
        "path",
        [
            "application.api.maxConnections",
            "application.tradingBot.preStopSeconds",
            "data.redis.mode",
            "data.mysql.replicas",
            "monitoring.grafana.autoscaling",
        ],
    )
    def test_the_schema_refuses_a_value_of_another_kind(
        self, platforms: list[LoadedPlatform], path: str
    ) -> None:
        ours = platforms[0]
        values = merged(ours.values.defaults(), nested({path: 1}))

        [error] = HelmValidator(ours.schema).iter_errors(values)

        assert ".".join(map(str, error.absolute_path)) == path.rpartition(".")[0]
        assert error.validator == "additionalProperties"

    def test_times_are_those_of_the_kind(self, platforms: list[LoadedPlatform]) -> None:
        for platform in platforms:
            defaults = platform.values.defaults()
            for component in platform.plan.components:
                values = defaults[component.tier][component.key]
                times = registry.values_of(component.kind).TIMES
                assert values["terminationGracePeriodSeconds"] == times.grace
                if not component.stays_up:
                    continue
                for name in ("startup", "liveness"):
                    probe = values["probes"][name]
                    given = [probe[key] for key in PROBE_TIMES]
                    assert tuple(given) == getattr(times, name)


def _keys(platforms: list[LoadedPlatform]) -> Iterator[tuple[ComponentPlan, set[str]]]:
    """Each component of several platforms with the keys of its values."""
    for platform in platforms:
        for component in platform.plan.components:
            section = platform.values[component.tier][component.key]
            yield component, set(section.entries)
