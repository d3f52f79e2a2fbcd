"""Collects what explains a failure: pods, events, descriptions and logs of test namespaces."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.cluster.kubectl import Kubectl, KubectlError
from tests.cluster.namespaces import KEEP
from tests.helm import ROOT

FOLDER = ROOT / ".make" / "cluster-failures"
POINT_KUBECTL = 'eval "$(.venv/bin/python -m tools.cluster env)"'
SHOWN = 60  # lines of a namespace's events that the report of a failed test repeats


def collect(kubectl: Kubectl, test: str, namespaces: Iterable[str], *, is_kept: bool) -> str:
    """Write all that is known of these namespaces into files, and give a summary for people.

    It names the commands that look into them, where they are kept.
    """
    folder = FOLDER / test.replace("/", ".").replace("::", ".")
    folder.mkdir(parents=True, exist_ok=True)
    names = list(namespaces)
    summaries = [_summary(kubectl, folder, namespace) for namespace in names]
    return "\n".join([_directions(folder, names, is_kept=is_kept), *summaries])


def _directions(folder: Path, namespaces: Sequence[str], *, is_kept: bool) -> str:
    """Return where to look further."""
    lines = [f"pods, events and logs are in {folder.relative_to(ROOT)}"]
    if is_kept:
        lines += ["kept until the next run, to be looked at:", f"    {POINT_KUBECTL}"]
        lines += [f"    kubectl get pods,events --namespace {name}" for name in namespaces]
    else:
        lines.append(f"{KEEP}=1 keeps the namespaces of a test that fails")
    return "\n".join(lines)


def _summary(kubectl: Kubectl, folder: Path, namespace: str) -> str:
    try:
        return _collect_namespace(kubectl, folder, namespace)
    except (KubectlError, subprocess.TimeoutExpired) as error:
        return f"--- {namespace}\n{error}"  # a report that is poor, and not the end of the run


def _collect_namespace(kubectl: Kubectl, folder: Path, namespace: str) -> str:
    pods = kubectl.run("get", "pods,pvc,svc,hpa", "-o", "wide", "-n", namespace).stdout
    events = kubectl.run("get", "events", "--sort-by=.lastTimestamp", "-n", namespace).stdout
    describe = kubectl.run("describe", "pods", "-n", namespace).stdout
    parts = {"objects": pods, "events": events, "describe": describe}
    for pod in kubectl.list("pods", namespace):
        name = pod["metadata"]["name"]
        for previous in ([], ["--previous"]):
            options = ["--all-containers", "--prefix", "--timestamps", "--tail=2000", *previous]
            log = kubectl.run("logs", name, "-n", namespace, *options).stdout
            if log:
                parts["-".join(["log", name, *(word.strip("-") for word in previous)])] = log
    for name, text in parts.items():
        (folder / f"{namespace}.{name}.txt").write_text(text)
    last = "\n".join(events.splitlines()[-SHOWN:])
    return f"--- {namespace}\n{pods}\n{last}"
