"""The files of the chart: each path, and what makes its text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from generator.chart import overlays, template_data
from generator.chart.diagram import diagram
from generator.chart.mark import MARK, mark
from generator.chart.python_sources import python_sources
from generator.chart.render import SOURCES, render
from generator.chart.restarts import restarts
from generator.chart.secret_sources import secret_key_sources
from generator.kinds import registry
from generator.load import LoadedPlatform
from generator.plan.component import ComponentPlan
from generator.plan.platform import Plan, Tier
from generator.values.schema import partial_schema, schema_text
from generator.values.yaml_text import SCHEMA_LINE, schema_line, tree_text

RAW_FILES = Path(__file__).parent.parent / "files"
TEMPLATES = "chart/templates"
"""Folder of the sources that are laid out as the chart is, below SOURCES."""
COMPONENT = f"{TEMPLATES}/charts/tier/templates/component"
"""Folder of the sources that components of several kinds have."""


@dataclass(frozen=True)
class File:
    """The text of a file without its mark, and the source that it was rendered from."""

    text: str
    source: str = ""


def chart_files(loaded: LoadedPlatform) -> dict[str, str]:
    """Build the chart of a platform: path below the chart's folder → text, each with our mark."""
    files = dict(_files(loaded))
    return {path: _marked(path, files[path]) for path in sorted(files)}


def partial_values_schema(loaded: LoadedPlatform) -> str:
    """Build the schema of values files that say only what differs, for editors."""
    return schema_text(partial_schema(loaded.schema))


def _files(loaded: LoadedPlatform) -> Iterator[tuple[str, File]]:
    plan = loaded.plan
    platform = template_data.platform_context(plan, list(loaded.values["global"].entries))
    yield from _umbrella(loaded, platform)
    yield from _initialization(plan, platform)
    yield from _network(plan, platform)
    yield from _tests(plan, platform)
    yield from _common(plan, platform)
    for tier in plan.tiers:
        yield from _tier(loaded, platform, tier)


def _umbrella(
    loaded: LoadedPlatform, platform: template_data.PlatformContext
) -> Iterator[tuple[str, File]]:
    plan, values = loaded.plan, loaded.values
    for path in ("Chart.yaml", ".helmignore", *_umbrella_templates(plan)):
        source = f"{TEMPLATES}/{path}"
        yield path, File(render(source, platform), source)
    yield "values.yaml", File(schema_line("values.schema.json") + tree_text(values))
    yield "values.schema.json", File(schema_text(loaded.schema))
    readme = render(
        f"{TEMPLATES}/README.md",
        platform,
        template_data.ReadmeContext(
            values, diagram(plan), list(secret_key_sources(plan)), restarts(plan)
        ),
    )
    yield "README.md", File(readme.rstrip("\n") + "\n")
    for component in plan.exposed:
        given = template_data.component_context(plan, component)
        for name in ("ingress.yaml", "http-route.yaml"):
            source = f"{TEMPLATES}/templates/exposure/component/{name}"
            path = f"templates/exposure/{component.name}/{name}"
            yield path, File(render(source, platform, given), source)
    for path, text in overlays.overlay_files(plan):
        yield path, File(text)
    for volume in plan.volumes:
        source = f"{TEMPLATES}/templates/storage/shared-volume.yaml"
        text = render(source, platform, template_data.VolumeContext(volume))
        yield f"templates/storage/{volume.spec.claim}.yaml", File(text, source)
    if plan.spec.secrets:
        yield "files/prepare-release.py", File((RAW_FILES / "prepare-release.py").read_text())
        yield "files/secret-keys.json", File(template_data.secret_keys_text(plan))


def _umbrella_templates(plan: Plan) -> list[str]:
    """List the templates that are rendered once, at their own path."""
    folders = ["", "checks", "config", "access", "quota"]
    folders += ["exposure"] if plan.exposed else []
    folders += ["preparation", "secrets"] if plan.spec.secrets else []
    root = SOURCES / TEMPLATES
    paths = [
        path.relative_to(root).as_posix()
        for folder in folders
        for path in (root / "templates" / folder).iterdir()
        if path.is_file()
    ]
    names = ["_addresses.tpl", "_dns.tpl", "default-deny.yaml"]
    names += ["_api-server.tpl"] if plan.spec.secrets or plan.guarded else []
    paths += [f"templates/network/{name}" for name in names]
    paths += ["templates/network/stranger-test.yaml"] if plan.flows else []
    unused = {
        f"templates/checks/_{name}.tpl"
        for name, sensible in template_data.checks(plan).items()
        if not sensible
    }
    unused |= set() if plan.exposed else {"templates/checks/_entrances.tpl"}
    unused |= set() if plan.spec.secrets else {"templates/_secret-keys.tpl"}
    return sorted(set(paths) - unused)


def _initialization(
    plan: Plan, platform: template_data.PlatformContext
) -> Iterator[tuple[str, File]]:
    """Yield what makes the tables of a server outside the release, and its scripts."""
    for component in plan.initialized:
        given = template_data.component_context(plan, component)
        for file in registry.hooks(component.kind):
            source = f"kinds/{component.kind}/hooks/{file}"
            path = f"templates/preparation/initialize-{component.name}/{file}"
            yield path, File(render(source, platform, given), source)
        for _, folder in component.spec.content_folders():
            for name, text in folder.content.files.items():
                if name.endswith(".sql"):
                    yield f"files/{component.name}/{name}", File(text)


def _network(plan: Plan, platform: template_data.PlatformContext) -> Iterator[tuple[str, File]]:
    network, flows = "templates/network", "templates/network/flows"
    shared = f"{TEMPLATES}/{flows}"
    for flow in plan.flows:
        source = f"{shared}/between.yaml"
        text = render(source, platform, template_data.flow_context(plan, flow))
        yield f"{flows}/{flow.name}.yaml", File(text, source)
    for component in plan.components:
        name = component.name
        sources = {f"{network}/extra/{name}.yaml": f"{TEMPLATES}/{network}/extra-rules.yaml"}
        if component.exposed:
            path = f"{flows}/{component.exposed.to}-to-{name}.yaml"
            sources[path] = f"{shared}/from-outside.yaml"
        if component.internet_ports:
            sources[f"{flows}/{name}-to-internet.yaml"] = f"{shared}/to-internet.yaml"
        for file in registry.flows(component.kind):
            sources[f"{flows}/{name}-{file}"] = f"kinds/{component.kind}/flows/{file}"
        for part in component.spec.parts():
            for file in registry.flows(component.kind, part):
                source = f"kinds/{component.kind}/{part}/flows/{file}"
                sources[f"{flows}/{name}-{part}-{file}"] = source
        given = template_data.component_context(plan, component)
        for path, source in sources.items():
            yield path, File(render(source, platform, given), source)


def _tests(plan: Plan, platform: template_data.PlatformContext) -> Iterator[tuple[str, File]]:
    """Yield the pods of `helm test`, and the script that some of them run."""
    tests = "templates/tests"
    if any(component.http_health for component in plan.components):
        yield "files/check-health.py", File((RAW_FILES / "check-health.py").read_text())
    for name in ("stranger", "isolated") if plan.flows else ():
        source = f"{TEMPLATES}/{tests}/{name}.yaml"
        yield f"{tests}/{name}.yaml", File(render(source, platform), source)
    for flow in plan.flows:
        source = f"{TEMPLATES}/{tests}/flow.yaml"
        text = render(source, platform, template_data.flow_context(plan, flow))
        yield f"{tests}/{flow.name}.yaml", File(text, source)
    for component in plan.components:
        for file in registry.tests(component.kind):
            source = f"kinds/{component.kind}/tests/{file}"
            given = template_data.component_context(plan, component)
            yield f"{tests}/{component.name}-{file}", File(render(source, platform, given), source)


def _common(plan: Plan, platform: template_data.PlatformContext) -> Iterator[tuple[str, File]]:
    unused = {
        "_exposure.tpl": not plan.exposed,
        "_external.tpl": not plan.replaceable,
        "_probes.tpl": not any(component.tells_by_file for component in plan.components),
        "_secrets.tpl": not plan.spec.secrets,
        "_storage.tpl": not plan.volumes,
        "_waiting.tpl": not plan.flows,
    }
    folder = "charts/common"
    names = (path.name for path in (SOURCES / TEMPLATES / folder / "templates").glob("*.tpl"))
    paths = [f"templates/{name}" for name in sorted(names) if not unused.get(name)]
    for path in ("Chart.yaml", *paths):
        source = f"{TEMPLATES}/{folder}/{path}"
        yield f"{folder}/{path}", File(render(source, platform), source)
    for component in plan.components:
        source = f"{TEMPLATES}/{folder}/templates/components/_component.tpl"
        text = render(source, platform, template_data.component_context(plan, component))
        yield f"{folder}/templates/components/_{component.name}.tpl", File(text, source)


def _tier(
    loaded: LoadedPlatform, platform: template_data.PlatformContext, tier: Tier
) -> Iterator[tuple[str, File]]:
    plan = loaded.plan
    folder = f"charts/{tier.name}"
    source = f"{TEMPLATES}/charts/tier/Chart.yaml"
    yield (
        f"{folder}/Chart.yaml",
        File(render(source, platform, template_data.TierContext(tier)), source),
    )
    yield f"{folder}/values.yaml", File(tree_text(loaded.values[tier.name]))
    for component in tier.components:
        given = template_data.component_context(plan, component)
        for source in _component_sources(component):
            path = f"{folder}/templates/{component.name}/{source.rpartition('/')[2]}"
            yield path, File(render(source, platform, given), source)
        for part in component.spec.parts():
            for name in registry.templates(component.kind, part):
                source = f"kinds/{component.kind}/{part}/{name}"
                path = f"{folder}/templates/{component.name}/{part}/{name}"
                yield path, File(render(source, platform, given), source)
        for name, text in _component_files(component):
            yield f"{folder}/files/{component.name}/{name}", File(text)


def _component_sources(component: ComponentPlan) -> Iterator[str]:
    """List the sources of a component: those of its kind, and those that other kinds have too."""
    own = registry.templates(component.kind)
    yield from (f"kinds/{component.kind}/{name}" for name in own)
    shared = ["service-account.yaml"]
    if component.stays_up:
        shared.append("pod-disruption-budget.yaml")
    if component.workload == "StatefulSet":
        shared.append("headless-service.yaml")
    if component.service:
        shared.append("service.yaml")
    if component.replicated:
        shared += ["horizontal-pod-autoscaler.yaml", "scaled-object.yaml"]
    if component.storage:
        shared.append("persistent-volume-claim.yaml")
    yield from (f"{COMPONENT}/{name}" for name in shared if name not in own)


def _component_files(component: ComponentPlan) -> Iterator[tuple[str, str]]:
    """List the files that the component's ConfigMaps hold as they are."""
    yield from registry.files(component.kind).items()
    for part in component.spec.parts():
        for name, text in registry.files(component.kind, part).items():
            yield f"{part}/{name}", text
    for _, folder in component.spec.content_folders():
        for name, text in folder.content.files.items():
            yield f"{folder.folder_in_chart}/{name}", text
    for package in component.spec.python_packages():
        yield from python_sources(package)


def _marked(path: str, file: File) -> str:
    """Return the text with our mark in a comment of its own language."""
    text, line = file.text, mark(file.source)
    if path.endswith(".json"):
        return text if MARK in text else _marked_json(text, line)
    if path.endswith(".md"):
        return f"<!-- {line} -->\n{text}"
    if path.endswith(".sql"):
        return f"-- {line}\n{text}"
    if path.startswith("templates/") or "/templates/" in path:
        return f"{{{{- /* {line} */ -}}}}\n{text}"
    if text.startswith(SCHEMA_LINE):
        first, _, rest = text.partition("\n")
        return f"{first}\n# {line}\n{rest}"
    return f"# {line}\n{text}"


def _marked_json(text: str, line: str) -> str:
    """Return a JSON object with our mark as its first key, laid out as the other keys are."""
    before, _, after = text.partition("{")
    space = after[: len(after) - len(after.lstrip())]
    return f'{before}{{{space}"$comment": {json.dumps(line)},{space or " "}{after.lstrip()}'
