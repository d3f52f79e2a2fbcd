"""No change of the spec passes unseen: it is refused, or changes what follows from it and no more.

Each number, word, text and list of the spec is changed in turn. The table says which files may
follow a part of the spec; `{tier}` and `{name}` are those of the component that was changed.
"""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from generator.chart.files import chart_files
from generator.errors import SpecError
from generator.load import load_platform
from tests.spec_files import FOREX, SpecData, spec_data, write_spec
from tests.unit.mutants import Mutant, leaves, mutants

Files = dict[str, str]
Build = Callable[[SpecData], Files]

VALUES = ("README.md", "values.yaml", "values.schema.json")
TIER_VALUES = (*VALUES, "charts/{tier}/values.yaml")
# The quota adds up all components, and so does the limit range.
GLOBAL_VALUES = (*VALUES, "charts/*/values.yaml")
CHART_YAML = ("Chart.yaml", "charts/*/Chart.yaml")
ABOUT_CHARTS = ("README.md", *CHART_YAML)
OWN = "charts/{tier}/templates/{name}"
POD = f"{OWN}/_pod.tpl"
# Callers know a component by its Service, where no config key holds its address.
CALLERS = ("charts/*/templates/*/_pod.tpl", "templates/tests/*.yaml")
COMMON = "charts/common/templates"
FLOWS = ("templates/network/flows/{name}-to-*.yaml", "templates/network/flows/*-to-{name}.yaml")
OF_ANY_COMPONENT = "charts/*/templates/*"

# Part of the spec → files that may follow it. The first pattern that matches counts.
ALLOWED = {
    "platform.name": ("*",),
    "platform.title": (*ABOUT_CHARTS, "templates/NOTES.txt", "*/grafana/_configuration.tpl"),
    "platform.purpose": ABOUT_CHARTS,
    "platform.version": ABOUT_CHARTS,
    "platform.appVersion": ABOUT_CHARTS,
    "platform.kubernetes": ABOUT_CHARTS,
    "platform.namespace": ("README.md",),
    "platform.domain": VALUES,
    "platform.user": GLOBAL_VALUES,
    "platform.toolbox.image": (*VALUES, "Chart.yaml"),
    "platform.toolbox.*": VALUES,
    "platform.home": CHART_YAML,
    "platform.documentation": ("README.md", "Chart.yaml"),
    "platform.sources*": CHART_YAML,
    "platform.maintainers*": CHART_YAML,
    "platform.keywords*": CHART_YAML,
    "platform.icon": CHART_YAML,
    "platform.license": ("Chart.yaml",),
    "tiers.*.purpose": TIER_VALUES,
    "tiers.*.label": (f"{COMMON}/components/_{{name}}.tpl", "templates/tests/{name}-*.yaml"),
    "tiers.*.image": (*TIER_VALUES, "Chart.yaml"),
    "tiers.*.service.*": (f"{OWN}/*", "templates/exposure/{name}/*", "README.md",
                          "templates/NOTES.txt", f"{COMMON}/_config.tpl", *CALLERS,
                          # Grafana reads where nobody writes, which no config key says.
                          "charts/*/templates/grafana/_configuration.tpl"),
    # An external server has a port too, and a config key may hold that of the container.
    "tiers.*.port": (*VALUES, POD, f"{OWN}/headless-service.yaml",
                     f"{OWN}/_configuration.tpl", f"{COMMON}/_config.tpl",
                     f"{OWN}/_group.tpl", f"{OWN}/_group-configuration.tpl",
                     f"{OWN}/group-services.yaml"),
    "tiers.*.exposed.to": (*GLOBAL_VALUES, *FLOWS, f"{OWN}/service.yaml",
                           "templates/exposure/_warnings.tpl", "templates/checks/_exposure.tpl"),
    "tiers.*.exposed.host": ("templates/NOTES.txt", "templates/exposure/_entrances.tpl",
                             f"{OWN}/_configuration.tpl"),
    # The tests of its callers ask for the same path.
    "tiers.*.health.http": (POD, "templates/tests/*.yaml"),
    "tiers.*.health.exec*": (POD, f"{OWN}/_guard.tpl"),
    "tiers.*.replicas.*": TIER_VALUES,
    "tiers.*.autoscaling.cpu": TIER_VALUES,
    "tiers.*.autoscaling.min": TIER_VALUES,
    # The quota must hold all pods at their most, and the limit range the largest.
    "tiers.*.autoscaling.max": GLOBAL_VALUES,
    "tiers.*.resources.*": GLOBAL_VALUES,
    "tiers.*.storage.size": GLOBAL_VALUES,
    "tiers.*.storage.claim": ("README.md", "templates/_kept.tpl", POD,
                              "templates/preparation/_pod.tpl",
                              f"{OWN}/persistent-volume-claim.yaml"),
    "tiers.*.storage.access": (f"{OWN}/persistent-volume-claim.yaml",
                               f"{OWN}/group-statefulset.yaml"),
    "tiers.*.storage.path": (POD, f"{OWN}/_configuration.tpl", "templates/checks/_writable.tpl"),
    # Without callees there is nothing to wait for, no test, and no selector of callers.
    "tiers.*.calls*": (*TIER_VALUES, POD, *FLOWS, "templates/_warnings.tpl",
                       "templates/tests/{name}-to-*.yaml", "templates/checks/_waiting.tpl",
                       "templates/network/default-deny.yaml",
                       f"{COMMON}/components/_{{name}}.tpl"),
    "tiers.*.mounts.*": (POD, "templates/checks/_writable.tpl"),
    "tiers.*.writable.*": TIER_VALUES,
    "tiers.*.env.*": (POD, "templates/checks/_aliases.tpl"),
    "tiers.*.initialization.configMap": (POD, f"{OWN}/init-scripts.yaml"),
    "tiers.*.initialization.scripts": ("charts/{tier}/files/{name}/init/*",
                                       "templates/checks/_initialization.tpl"),
    "tiers.*.dashboards": ("charts/{tier}/files/{name}/dashboards/*",
                           "templates/checks/_provisioning.tpl",
                           "templates/tests/{name}-login.yaml"),
    "volumes.*.claim": (*VALUES, f"{COMMON}/_storage.tpl", "templates/storage/*.yaml"),
    "volumes.*.size": GLOBAL_VALUES,
    "config.object": (*VALUES, f"{COMMON}/_config.tpl", "templates/config/configmap.yaml"),
    "config.keys.*.about": VALUES,
    "config.keys.*.value": VALUES,
    # A user of MySQL has rules of its own.
    "config.keys.*.readBy*": ("README.md", f"{OF_ANY_COMPONENT}/_pod.tpl",
                              "templates/checks/_config.tpl", "templates/checks/_aliases.tpl",
                              "templates/checks/_provisioning.tpl",
                              # Where MySQL reads them, an external one has its own.
                              "values.yaml", "values.schema.json", f"{COMMON}/_config.tpl"),
    "secrets.object": (*VALUES, "templates/NOTES.txt", "templates/_kept.tpl",
                       f"{COMMON}/_secrets.tpl", "templates/preparation/*",
                       "templates/secrets/*"),
    "secrets.keys.*.about": ("README.md",),
    "secrets.keys.*.generate": ("README.md", "files/secret-keys.json"),
    "secrets.keys.*.fixed": ("README.md", "files/secret-keys.json", f"{COMMON}/_secrets.tpl",
                             "templates/secrets/_external-secret.tpl"),
    "secrets.keys.*.compose": (*VALUES, f"{COMMON}/_secrets.tpl"),
    "secrets.keys.*.urlOf": ("README.md", f"{COMMON}/_secrets.tpl"),
    "secrets.keys.*.given": ("README.md", "files/secret-keys.json", "templates/NOTES.txt",
                             f"{OF_ANY_COMPONENT}/_pod.tpl", "templates/checks/_secrets.tpl",
                             "templates/checks/_stores.tpl", "templates/_secret-keys.tpl",
                             "templates/checks/_aliases.tpl"),
    "secrets.keys.*.readBy*": ("README.md", "templates/NOTES.txt", f"{OF_ANY_COMPONENT}/_pod.tpl",
                               "templates/tests/*-to-*.yaml", "templates/_secret-keys.tpl",
                               "templates/checks/_aliases.tpl",
                               "templates/checks/_provisioning.tpl"),
    "environments.{name}.about": ("README.md", "values-{name}.yaml"),
    # Passwords that anybody can read are refused where others reach the platform.
    "environments.{name}.values.global.secrets.*": ("values-{name}.yaml",
                                                    "templates/checks/_secrets.tpl"),
    "environments.{name}.values.*": ("values-{name}.yaml",),
}  # fmt: skip

MUTANTS = list(mutants(spec_data(FOREX)))


def part(mutant: Mutant) -> str:
    """Return the part of the spec that a mutant belongs to: its section, tier, or component."""
    return ".".join(map(str, mutant.path[: 3 if mutant.path[0] == "tiers" else 1]))


def allowed(mutant: Mutant) -> list[str]:
    """Return the patterns of the files that may follow from what was changed."""
    names = {"tier": "", "name": str(mutant.path[1])}
    if mutant.path[0] == "tiers":
        names = {"tier": str(mutant.path[1]), "name": str(mutant.path[2])}
    for pattern, files in ALLOWED.items():
        if fnmatchcase(mutant.place, pattern.format(**names)):
            return [file.format(**names) for file in files]
    return []


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Return the chart of a spec, in memory."""
    return lambda data: chart_files(load_platform(write_spec(tmp_path / "genx-fx.yaml", data)))


@pytest.mark.parametrize("section", dict.fromkeys(map(part, MUTANTS)))
def test_each_change_of_the_spec_is_refused_or_changes_what_follows_from_it(
    section: str, build: Build
) -> None:
    spec = spec_data(FOREX)
    before = build(spec)
    faults = []
    for mutant in MUTANTS:
        if part(mutant) != section:
            continue
        try:
            after = build(mutant.of(spec))
        except SpecError:
            continue
        changed = {path for path in before | after if before.get(path) != after.get(path)}
        stray = {
            path
            for path in changed
            if not any(fnmatchcase(path, pattern) for pattern in allowed(mutant))
        }
        if not changed or stray:
            faults.append(f"{mutant.place}: {mutant.change} changes {sorted(stray) or 'nothing'}")
    assert faults == []


def test_every_leaf_of_the_spec_is_changed() -> None:
    spec = spec_data(FOREX)
    assert {mutant.path for mutant in MUTANTS} == {path for path, _ in leaves(spec)}
    assert len(MUTANTS) >= 400


def test_every_line_of_the_table_is_in_use() -> None:
    matched = set()
    for mutant in MUTANTS:
        name = str(mutant.path[1])
        patterns = (p for p in ALLOWED if fnmatchcase(mutant.place, p.format(name=name)))
        matched.add(next(patterns, None))
    assert set(ALLOWED) <= matched
