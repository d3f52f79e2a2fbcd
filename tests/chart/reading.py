"""What tests ask of rendered objects again and again."""

from __future__ import annotations

import re

from tests.helm import Manifest, Render, pod_template

FACTORS: dict[str, float] = {
    "": 1,
    "m": 0.001,
    **{suffix: 10 ** (3 * power) for power, suffix in enumerate("kMGTPE", 1)},
    **{f"{suffix}i": 2 ** (10 * power) for power, suffix in enumerate("KMGTPE", 1)},
}


def quantity(text: str | float) -> float:
    """A Kubernetes quantity as a number of bytes or cores."""
    number, suffix = re.fullmatch(r"([\d.]+(?:e\d+)?)([A-Za-z]*)", str(text), re.ASCII).groups()  # type: ignore[union-attr]
    return float(number) * FACTORS[suffix]


def pod(workload: Manifest) -> Manifest:
    """Pod spec of a workload."""
    spec: Manifest = pod_template(workload)["spec"]
    return spec


def pod_labels(workload: Manifest) -> dict[str, str]:
    """Labels of a workload's pods."""
    labels: dict[str, str] = pod_template(workload)["metadata"]["labels"]
    return labels


def pod_annotations(workload: Manifest) -> dict[str, str]:
    """Annotations of a workload's pods."""
    annotations: dict[str, str] = workload["spec"]["template"]["metadata"]["annotations"]
    return annotations


def container(workload: Manifest) -> Manifest:
    """First container of a workload."""
    first: Manifest = pod(workload)["containers"][0]
    return first


def environment(workload: Manifest) -> dict[str, str]:
    """Name → where the value comes from: `config KEY`, `secret KEY`, `secret? KEY`, or itself."""
    return {entry["name"]: _source(entry) for entry in container(workload).get("env", [])}


def _source(entry: Manifest) -> str:
    origin = entry.get("valueFrom", {})
    if "configMapKeyRef" in origin:
        return f"config {origin['configMapKeyRef']['key']}"
    if "secretKeyRef" in origin:
        key = origin["secretKeyRef"]
        return f"secret{'?' if key.get('optional') else ''} {key['key']}"
    return str(entry["value"])


def arguments(render: Render, item: Manifest) -> list[str]:
    """Arguments of a container, with variables replaced as the kubelet does: $(NAME)."""
    maps = {o["metadata"]["name"]: o["data"] for o in render.of_kind("ConfigMap")}
    values = {}
    for entry in item.get("env", []):
        source = entry.get("valueFrom", {}).get("configMapKeyRef")
        values[entry["name"]] = maps[source["name"]][source["key"]] if source else entry["value"]
    return [re.sub(r"\$\((\w+)\)", lambda name: values[name[1]], text) for text in item["args"]]


def waits(render: Render, workload: Manifest) -> list[str]:
    """Addresses, host:port, that must answer before a workload's containers start."""
    containers = pod(workload).get("initContainers", [])
    return [address for item in containers for address in arguments(render, item)[2:]]


def mounts(workload: Manifest) -> dict[str, str]:
    """Mount path → what is mounted there: `claim NAME`, `config NAME`, `secret NAME` or
    `scratch SIZE`."""
    volumes = {volume["name"]: _volume(volume) for volume in pod(workload)["volumes"]}
    return {
        mount["mountPath"]: volumes[mount["name"]] for mount in container(workload)["volumeMounts"]
    }


def _volume(volume: Manifest) -> str:
    if "persistentVolumeClaim" in volume:
        return f"claim {volume['persistentVolumeClaim']['claimName']}"
    if "configMap" in volume:
        return f"config {volume['configMap']['name']}"
    if "secret" in volume:
        return f"secret {volume['secret']['secretName']}"
    return f"scratch {volume['emptyDir']['sizeLimit']}"


def component(render: Render, name: str) -> Manifest:
    """The workload that runs a component."""
    kinds = ("Deployment", "StatefulSet", "CronJob")
    (found,) = (item for item in render.of_kind(*kinds) if item["metadata"]["name"] == name)
    return found


def objects_of(render: Render, name: str) -> set[str]:
    """kind/name of all objects that belong to a component."""
    return {
        f"{item['kind']}/{item['metadata']['name']}"
        for item in render.objects
        if item["metadata"].get("labels", {}).get("app") == name
    }
