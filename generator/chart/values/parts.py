"""Sections that several components have in the same form."""

from __future__ import annotations

from generator.chart.values.schemas import (
    BOOLEAN,
    OBJECT,
    TEXT,
    USER_ID,
    Limits,
    choice,
    integer,
    optional,
    reference,
)
from generator.chart.values.tree import JsonSchema, Section, Value
from generator.spec.component import Resources
from generator.spec.quantities import Quantity, QuantityRange


def switch(default: bool, about: str) -> Value:
    """A value that is true or false."""
    return Value(default, about, BOOLEAN)


def text(default: str, about: str, schema: JsonSchema = TEXT, bounds: str = "") -> Value:
    """A value that is text."""
    return Value(default, about, schema, bounds=bounds)


def image(reference_text: str) -> Section:
    """An image reference, in the parts that a user may set one by one."""
    name, tag = reference_text.rsplit(":", 1)
    host, _, rest = name.partition("/")
    has_registry = "." in host or ":" in host or host == "localhost"
    return Section(
        "Image of the container",
        {
            "registry": text(
                host if has_registry else "", "Registry, without a scheme", optional("registry")
            ),
            "repository": Value(
                rest if has_registry else name,
                "Repository",
                reference("repository"),
            ),
            "tag": Value(
                tag,
                "Tag",
                reference("tag"),
            ),
            "digest": text(
                "",
                "Digest; where it is set it wins over the tag",
                optional("digest"),
                "sha256:…",
            ),
            "pullPolicy": text(
                "IfNotPresent", "Pull policy", choice("IfNotPresent", "Always", "Never")
            ),
        },
    )


def resources(spec: Resources, *, documented: bool = True) -> Section:
    """Requests and limits: the ends of the ranges; those of CPU and memory are documented."""

    def amount(about: str, unit: str, span: QuantityRange, given: Quantity) -> Value:
        limits = reference(Limits(unit, span.low, span.high).name) if documented else {}
        bounds = f"documented: {span}" if documented else ""
        return Value(given.text, f"{about}, {unit}", reference(unit), limits, bounds)

    def scratch(given: Quantity) -> Value:
        return Value(given.text, "Scratch space, bytes", reference("bytes"))

    return Section(
        "CPU, memory and scratch space",
        {
            "requests": Section(
                "What the scheduler sets aside",
                {
                    "cpu": amount("CPU", "cores", spec.cpu, spec.cpu.low),
                    "memory": amount("Memory", "bytes", spec.memory, spec.memory.low),
                    "ephemeral-storage": scratch(spec.scratch.low),
                },
            ),
            "limits": Section(
                "What it never exceeds",
                {
                    "cpu": amount("CPU", "cores", spec.cpu, spec.cpu.high),
                    "memory": amount("Memory", "bytes", spec.memory, spec.memory.high),
                    "ephemeral-storage": scratch(spec.scratch.high),
                },
            ),
        },
    )


def security_context(user: int) -> Section:
    """User and group ids; an image that needs its own gets them here."""
    return Section(
        "Ids that the processes run under; never root",
        {
            key: Value(user, about, USER_ID, bounds="1 to 2147483647")
            for key, about in {
                "runAsUser": "User id",
                "runAsGroup": "Group id",
                "fsGroup": "Group id of the volumes",
            }.items()
        },
    )


def probe(period: int, timeout: int, failures: int, about: str) -> Section:
    """Timing of a probe, seconds and counts."""
    return Section(
        about,
        {
            "periodSeconds": Value(
                period, "Between two checks", integer(1, 3600), bounds="seconds"
            ),
            "timeoutSeconds": Value(timeout, "For one check", integer(1, 3600), bounds="seconds"),
            "failureThreshold": Value(failures, "Failures in a row that count", integer(1, 1000)),
        },
    )


def pod_settings() -> dict[str, Value | Section]:
    """What a user of any chart expects to be able to set on pods."""
    return {
        "nodeSelector": Value({}, "Labels that a node must have", reference("labelMap")),
        "tolerations": Value([], "Taints that it tolerates", reference("objectList")),
        "affinity": Value({}, "Affinity, as in a pod", OBJECT),
        "priorityClassName": text("", "PriorityClass", optional("dnsName")),
        "podLabels": Value({}, "Labels added to its pods", reference("labelMap")),
        "podAnnotations": Value({}, "Annotations added to its pods", reference("annotationMap")),
        "extraEnv": Value([], "Environment variables, as in a container", reference("objectList")),
        "extraEnvFrom": Value([], "Sources of environment variables", reference("objectList")),
        "extraVolumes": Value([], "Volumes, as in a pod", reference("objectList")),
        "extraVolumeMounts": Value([], "Volume mounts, as in a container", reference("objectList")),
    }


def network_policy() -> Section:
    """Isolation of a component."""
    return Section(
        "Isolation; its declared flows are open in any case",
        {
            "enabled": switch(True, "Refuse every connection that is not declared"),
            "extraIngress": Value(
                [], "Ingress rules, as in a NetworkPolicy", reference("objectList")
            ),
            "extraEgress": Value(
                [], "Egress rules, as in a NetworkPolicy", reference("objectList")
            ),
        },
    )


def disruption_budget() -> Section:
    """PodDisruptionBudget that lets a drain go on."""
    return Section(
        "PodDisruptionBudget",
        {
            "enabled": switch(True, "Limit how many pods a drain may take at once"),
            "maxUnavailable": Value(1, "Pods that a drain may take at once", integer(1, 100)),
        },
    )
