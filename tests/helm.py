"""Runs Helm and reads what it renders. Each distinct render happens once in a test run.

Objects come from the program `render`, which has Helm's libraries; text and messages, and what is
not a render, from Helm's command line. tests/chart/test_helm_versions.py shows that both agree.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.render_program import answer_to
from tools.build import tool_path

ROOT = Path(__file__).resolve().parents[1]
# Tests that must fail are shown a chart with a mistake.
CHART = Path(os.environ.get("GENX_FX_CHART") or ROOT / "charts" / "genx-fx").absolute()
HELMS = ("helm3", "helm4")
KUBERNETES = "1.34.0"
RELEASE = "genx-fx"
NAMESPACE = "genx-fx"

Manifest = dict[str, Any]
Values = Mapping[str, Any]


class HelmError(Exception):
    """Helm refused; the text is what it printed."""


def pod_template(workload: Manifest) -> Manifest:
    """Return the metadata and spec of a workload's pods; of a pod, itself."""
    if workload["kind"] == "Pod":
        return workload
    if workload["kind"] == "CronJob":
        workload = workload["spec"]["jobTemplate"]
    template: Manifest = workload["spec"]["template"]
    return template


@dataclass(frozen=True)
class Render:
    """The objects of one render. Tests share them: nobody may change one."""

    objects: tuple[Manifest, ...]

    def of_kind(self, *kinds: str) -> list[Manifest]:
        """Return objects of these kinds, in the order of the render."""
        return [item for item in self.objects if item["kind"] in kinds]

    def get(self, kind: str, name: str) -> Manifest:
        """Return the object of this kind and name; KeyError names those there are."""
        for item in self.of_kind(kind):
            if item["metadata"]["name"] == name:
                return item
        names = sorted(item["metadata"]["name"] for item in self.of_kind(kind))
        raise KeyError(f"no {kind} {name}; there are {names}")

    def has(self, kind: str, name: str) -> bool:
        """Return whether there is such an object."""
        return any(item["metadata"]["name"] == name for item in self.of_kind(kind))

    def names(self, kind: str) -> set[str]:
        """Return the names of the objects of a kind."""
        return {item["metadata"]["name"] for item in self.of_kind(kind)}

    @property
    def workloads(self) -> list[Manifest]:
        """Objects that run pods, and pods, hooks included."""
        return self.of_kind("Deployment", "StatefulSet", "CronJob", "Job", "Pod")

    def pod_specs(self) -> Iterator[tuple[str, Manifest]]:
        """Yield every pod, hooks included: kind/name and pod spec."""
        for item in self.workloads:
            yield f"{item['kind']}/{item['metadata']['name']}", pod_template(item)["spec"]

    def containers(self) -> Iterator[tuple[str, Manifest]]:
        """Yield every container, init containers included: kind/name/container and itself."""
        for owner, spec in self.pod_specs():
            for container in [*spec.get("initContainers", []), *spec["containers"]]:
                yield f"{owner}/{container['name']}", container


def render(
    values: Values | None = None,
    *,
    helm: str = "helm4",
    chart: Path = CHART,
    files: tuple[Path, ...] = (),
    kubernetes: str = KUBERNETES,
    release: str = RELEASE,
    namespace: str = NAMESPACE,
) -> Render:
    """Return the objects that `helm template` makes of these values; HelmError where it refuses."""
    return _rendered(_Request(helm, chart, files, kubernetes, release, _json(values), namespace))


def template(
    values: Values | None = None,
    *,
    helm: str = "helm4",
    chart: Path = CHART,
    files: tuple[Path, ...] = (),
    kubernetes: str = KUBERNETES,
    release: str = RELEASE,
) -> str:
    """Return the text that `helm template` prints; HelmError where it refuses."""
    return _template(_Request(helm, chart, files, kubernetes, release, _json(values)))


def refusal(values: Values, *, helm: str = "helm4", chart: Path = CHART) -> str:
    """Return what Helm prints when it refuses these values; AssertionError if it accepts them."""
    try:
        template(values, helm=helm, chart=chart)
    except HelmError as error:
        return str(error)
    raise AssertionError(f"{helm} accepts {values}")


def run_helm(helm: str, *arguments: str, cwd: Path | None = None) -> str:
    """Return what a Helm command, in a home of its own, prints; HelmError where it fails."""
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(
            [str(tool_path(helm)), *arguments],
            capture_output=True,
            text=True,
            cwd=cwd,
            # No garbage collection: a render is short, and half of its time went there.
            env={"PATH": os.environ["PATH"], "HOME": home, "GOGC": "off"},
            check=False,
        )
    if done.returncode:
        raise HelmError(done.stderr)
    return done.stdout


def package_chart(chart: Path, folder: Path) -> Path:
    """Package a chart into a folder that has no package yet; return the package."""
    run_helm("helm4", "package", str(chart), "--destination", str(folder))
    (packed,) = folder.glob("*.tgz")
    return packed


@dataclass(frozen=True)
class _Request:
    """What a render depends on."""

    helm: str
    chart: Path
    files: tuple[Path, ...]
    kubernetes: str
    release: str
    values: str
    """In JSON."""
    namespace: str = NAMESPACE

    def for_program(self) -> dict[str, object]:
        """Return the request as the program `render` takes it."""
        return {
            "helm": self.helm,
            "chart": str(self.chart),
            "release": self.release,
            "namespace": self.namespace,
            "kubeVersion": self.kubernetes,
            "files": [str(path) for path in self.files],
            "values": json.loads(self.values),
        }

    def for_command_line(self) -> list[str]:
        """Return the arguments of `helm template`, but for the values."""
        arguments = [self.release, str(self.chart)]
        arguments += ["--namespace", self.namespace, "--kube-version", self.kubernetes]
        return [*arguments, *(word for path in self.files for word in ("--values", str(path)))]


def _json(values: Values | None) -> str:
    return json.dumps(values or {}, sort_keys=True)


@functools.cache
def _rendered(request: _Request) -> Render:
    def make() -> str:
        answer = answer_to(request.for_program())
        if "error" in answer:
            raise HelmError(answer["error"])
        return json.dumps(answer["objects"])

    return Render(tuple(json.loads(_once("objects", request, make))))


@functools.cache
def _template(request: _Request) -> str:
    def make() -> str:
        with tempfile.NamedTemporaryFile("w", suffix=".json") as own:
            own.write(request.values)
            own.flush()
            arguments = request.for_command_line()
            return run_helm(request.helm, "template", *arguments, "--values", own.name)

    return _once("text", request, make)


def _once(what: str, request: _Request, make: Callable[[], str]) -> str:
    """Return what `make` gives, from the first process of a run that asks: tests/conftest.py."""
    if not (folder := os.environ.get("GENX_FX_RENDERS")):
        return make()
    known = Path(folder) / hashlib.sha256(f"{what} {request}".encode()).hexdigest()
    if known.exists():
        return known.read_text()
    text = make()
    unfinished = known.with_suffix(f".{os.getpid()}")
    unfinished.write_text(text)
    unfinished.rename(known)
    return text


def parse(text: str) -> Render:
    """Return the objects in the text that `helm template` prints."""
    documents = yaml.load_all(text, Loader=yaml.CSafeLoader)
    return Render(tuple(document for document in documents if document))
