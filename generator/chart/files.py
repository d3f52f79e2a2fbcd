"""The files of the chart: each path, and what makes its text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from generator.chart import context, overlays, reference, schema
from generator.chart.diagram import diagram
from generator.chart.mark import MARK
from generator.chart.render import SOURCES, render
from generator.chart.values.platform import subchart_values, umbrella_values
from generator.chart.values.yaml_text import SCHEMA_LINE, schema_line, tree_text
from generator.plan.component import ComponentPlan
from generator.plan.platform import Plan, Tier
from generator.spec.component import Grafana, MySQL
from generator.spec.content import LAST_SCRIPT
from generator.spec.model import Spec

RAW_FILES = Path(__file__).parent.parent / "files"

WORKLOADS = {
    "web": ["component/deployment.yaml"],
    "worker": ["component/deployment.yaml"],
    "singleton": ["component/statefulset.yaml", "component/headless-service.yaml"],
    "mysql": [
        "mysql/_configuration.tpl",
        "mysql/statefulset.yaml",
        "mysql/configmap.yaml",
        "mysql/init-scripts.yaml",
        "component/headless-service.yaml",
    ],
    "redis": [
        "redis/_configuration.tpl",
        "redis/statefulset.yaml",
        "redis/configmap.yaml",
        "component/headless-service.yaml",
    ],
    "grafana": [
        "grafana/_configuration.tpl",
        "grafana/deployment.yaml",
        "grafana/provisioning.yaml",
        "grafana/dashboards.yaml",
    ],
}
"""Kind of component → sources of its workload, below charts/tier/templates/."""


def chart_files(spec: Spec) -> dict[str, str]:
    """The chart of a spec: path below the chart's folder → text, each with our mark."""
    plan = Plan(spec)
    files = dict(_files(plan))
    return {path: _marked(path, files[path]) for path in sorted(files)}


def partial_values_schema(spec: Spec) -> str:
    """The schema of values files that say only what differs, for editors."""
    return schema.schema_text(schema.partial_schema(schema.umbrella_schema(Plan(spec))))


def _files(plan: Plan) -> Iterator[tuple[str, str]]:
    base = context.platform_context(plan)
    yield from _umbrella(plan, base)
    yield from _common(plan, base)
    for tier in plan.tiers:
        yield from _tier(plan, tier, base | {"tier": tier})


def _umbrella(plan: Plan, base: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Chart.yaml", render("Chart.yaml", base)
    yield ".helmignore", render(".helmignore", base)
    yield "values.yaml", schema_line("values.schema.json") + tree_text(umbrella_values(plan))
    yield "values.schema.json", schema.schema_text(schema.umbrella_schema(plan))
    tables = reference.value_tables(plan)
    given = base | {"tables": tables, "diagram": diagram(plan)}
    yield "README.md", render("README.md", given).rstrip("\n") + "\n"
    yield from overlays.overlay_files(plan)
    for source in _umbrella_sources(plan):
        yield source, render(source, base)
    for volume in plan.volumes:
        path = f"templates/storage/{volume.spec.claim}.yaml"
        yield path, render("templates/storage/shared-volume.yaml", base | {"volume": volume})
    if plan.spec.secrets:
        yield "files/create-secrets.py", (RAW_FILES / "create-secrets.py").read_text()
        yield "files/secret-keys.json", context.secret_keys_text(plan)
    yield from _network(plan, base)


def _umbrella_sources(plan: Plan) -> list[str]:
    """Sources that are rendered once, at their own path."""
    folders = ["", "checks", "config", "access", "quota", "shared/by/all/tiers"]
    folders += ["exposure"] if plan.exposed else []
    folders += ["secrets"] if plan.spec.secrets else []
    paths = [
        path.relative_to(SOURCES).as_posix()
        for folder in folders
        for path in (SOURCES / "templates" / folder).iterdir()
        if path.is_file()
    ]
    paths += ["templates/network/_peers.tpl", "templates/network/default-deny.yaml"]
    unused = {
        f"templates/checks/_{name}.tpl"
        for name, sensible in context.checks(plan).items()
        if not sensible
    }
    unused |= set() if plan.spec.secrets else {"templates/_secrets.tpl"}
    return sorted(set(paths) - unused)


def _network(plan: Plan, base: dict[str, Any]) -> Iterator[tuple[str, str]]:
    folder = "templates/network/flows"
    for flow in plan.flows:
        yield f"{folder}/{flow.name}.yaml", render(f"{folder}/between.yaml", base | {"flow": flow})
    for component in plan.components:
        given = base | {"c": component}
        if component.exposed:
            name = f"{component.exposed.to}-to-{component.name}"
            yield f"{folder}/{name}.yaml", render(f"{folder}/from-outside.yaml", given)
        if component.calls_internet:
            name = f"{component.name}-to-internet"
            yield f"{folder}/{name}.yaml", render(f"{folder}/to-internet.yaml", given)
        if component.kind == "grafana":
            name = f"{component.name}-to-prometheus"
            yield f"{folder}/{name}.yaml", render(f"{folder}/to-prometheus.yaml", given)
        extra = f"templates/network/extra/{component.name}.yaml"
        yield extra, render("templates/network/extra-rules.yaml", given)
        if component.waits_for:
            test = f"templates/tests/{component.name}.yaml"
            yield test, render("templates/tests/flows.yaml", given)


def _common(plan: Plan, base: dict[str, Any]) -> Iterator[tuple[str, str]]:
    unused = {
        "_exposure.tpl": not plan.exposed,
        "_waiting.tpl": not plan.flows,
        "_storage.tpl": not plan.has_storage,
    }
    yield "charts/common/Chart.yaml", render("charts/common/Chart.yaml", base)
    for path in sorted((SOURCES / "charts/common/templates").iterdir()):
        if not unused.get(path.name, False):
            source = path.relative_to(SOURCES).as_posix()
            yield source, render(source, base)


def _tier(plan: Plan, tier: Tier, base: dict[str, Any]) -> Iterator[tuple[str, str]]:
    folder = f"charts/{tier.name}"
    tree = subchart_values(plan, tier)
    yield f"{folder}/Chart.yaml", render("charts/tier/Chart.yaml", base)
    yield f"{folder}/values.yaml", tree_text(tree)
    for component in tier.components:
        given = base | context.component_context(plan, component)
        for source in _component_sources(component):
            path = f"{folder}/templates/{component.name}/{source.rpartition('/')[2]}"
            yield path, render(f"charts/tier/templates/{source}", given)
        for name, text in _component_files(component):
            yield f"{folder}/files/{component.name}/{name}", text


def _component_sources(component: ComponentPlan) -> Iterator[str]:
    yield "component/_pod.tpl"
    yield from WORKLOADS[component.kind]
    yield "component/service-account.yaml"
    yield "component/pod-disruption-budget.yaml"
    if component.service:
        yield "component/service.yaml"
    if component.exposed:
        yield "component/ingress.yaml"
        yield "component/http-route.yaml"
    if component.replicated:
        yield "component/horizontal-pod-autoscaler.yaml"
    if component.storage:
        yield "component/persistent-volume-claim.yaml"


def _component_files(component: ComponentPlan) -> Iterator[tuple[str, str]]:
    """Files that the component's ConfigMaps hold as they are."""
    if isinstance(component.spec, MySQL):
        yield "start.sh", (RAW_FILES / "mysql/start.sh").read_text()
        for name, text in component.spec.initialization.scripts.content.files.items():
            yield f"init/{name}", text
        yield f"init/{LAST_SCRIPT}", (RAW_FILES / "mysql" / LAST_SCRIPT).read_text()
    if isinstance(component.spec, Grafana):
        for name, text in component.spec.dashboards.content.files.items():
            yield f"dashboards/{name}", text


def _marked(path: str, text: str) -> str:
    """The text with our mark in a comment of its own language."""
    if path.endswith(".json"):
        return text if MARK in text else _marked_json(text)
    if path.endswith(".md"):
        return f"<!-- {MARK} -->\n{text}"
    if path.endswith(".sql"):
        return f"-- {MARK}\n{text}"
    if path.startswith("templates/") or "/templates/" in path:
        return f"{{{{- /* {MARK} */ -}}}}\n{text}"
    if text.startswith(SCHEMA_LINE):
        first, _, rest = text.partition("\n")
        return f"{first}\n# {MARK}\n{rest}"
    return f"# {MARK}\n{text}"


def _marked_json(text: str) -> str:
    """A JSON object with our mark as its first key, laid out as the other keys are."""
    before, _, after = text.partition("{")
    space = after[: len(after) - len(after.lstrip())]
    return f'{before}{{{space}"$comment": {json.dumps(MARK)},{space or " "}{after.lstrip()}'
