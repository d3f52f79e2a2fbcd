"""Limits of the namespace, computed from what the components may use together."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from math import ceil

from generator.plan.component import ComponentPlan
from generator.plan.platform import Plan
from generator.spec.component import Resources
from generator.spec.quantities import SUFFIXES
from generator.values import sections
from generator.values.schemas import defined
from generator.values.tree import Section, Value


def gibibytes(amount: Decimal) -> str:
    """Return bytes, rounded up, as a readable quantity."""
    return f"{ceil(amount / SUFFIXES['Gi'])}Gi"


def cores(amount: Decimal) -> str:
    """Return cores, rounded up to whole ones."""
    return str(ceil(amount))


def storage_total(plan: Plan) -> Decimal:
    """Return the bytes of all volumes together: 50Gi in the architecture document."""
    own = [c.storage.size.value for c in plan.components if c.storage]
    return sum([*own, *(v.spec.size.value for v in plan.volumes)], Decimal(0))


def parts_total(plan: Plan) -> Decimal:
    """Return the bytes of what parts of components store, such as backups."""
    sizes = [size.value for c in plan.components if (size := c.spec.part_storage())]
    return sum(sizes, Decimal(0))


def _most_pods(component: ComponentPlan) -> int:
    """Return the pods at once: as far as autoscaling goes, and one more during a rollout."""
    scaled = component.autoscaling.max if component.autoscaling else 1
    configured = component.replicas.default if component.replicas else 1
    return max(scaled, configured) + (1 if component.replicated else 0)


def _all_resources(plan: Plan) -> Iterable[tuple[Resources, int]]:
    for component in plan.components:
        yield component.spec.resources, _most_pods(component)
        if guard := component.spec.guard_resources():
            yield guard, _most_pods(component)
        if job := component.spec.job_resources():
            yield job, 2  # a dump, and the binary log at the same time
    # The Job that prepares a release, and the pods of `helm test`, which run one after another.
    yield plan.spec.platform.toolbox.resources, 2


def resource_quota(plan: Plan) -> Section:
    """Build the ResourceQuota with room for every component at its documented most."""

    def total(which: str, end: str) -> Decimal:
        return sum(
            (getattr(getattr(r, which), end).value * n for r, n in _all_resources(plan)), Decimal(0)
        )

    hard = {
        "requests.cpu": cores(total("cpu", "low")),
        "requests.memory": gibibytes(total("memory", "low")),
        "limits.cpu": cores(total("cpu", "high")),
        "limits.memory": gibibytes(total("memory", "high")),
        "requests.ephemeral-storage": gibibytes(total("scratch", "low")),
        "limits.ephemeral-storage": gibibytes(total("scratch", "high")),
        # A volume that moves to another class or mode is there twice while its data is copied.
        "requests.storage": gibibytes(2 * (storage_total(plan) + parts_total(plan))),
    }
    about = (
        "Most that the namespace may use; by default all components at their documented maximum,"
        " one more pod in a rollout, and each volume twice"
    )
    return Section(
        "ResourceQuota of the namespace",
        {
            "enabled": sections.switch(False, "Whether the namespace gets a ResourceQuota"),
            "hard": Value(hard, about, defined("quantityMap")),
        },
    )


def limit_range(plan: Plan) -> Section:
    """Build the LimitRange: defaults of the smallest component, bounds of the largest."""
    everything = [
        resources
        for c in plan.components
        for resources in (c.spec.resources, c.spec.job_resources())
        if resources
    ]
    small = plan.spec.platform.toolbox.resources
    largest = {
        "cpu": cores(max(r.cpu.high.value for r in everything)),
        "memory": gibibytes(max(r.memory.high.value for r in everything)),
        "ephemeral-storage": gibibytes(max(r.scratch.high.value for r in everything)),
    }
    defaults = {
        end: {
            "cpu": str(getattr(small.cpu, end)),
            "memory": str(getattr(small.memory, end)),
            "ephemeral-storage": str(getattr(small.scratch, end)),
        }
        for end in ("low", "high")
    }
    return Section(
        "LimitRange of the namespace",
        {
            "enabled": sections.switch(False, "Whether the namespace gets a LimitRange"),
            "defaultRequest": Value(
                defaults["low"], "Requests of a container that names none", defined("quantityMap")
            ),
            "default": Value(
                defaults["high"], "Limits of a container that names none", defined("quantityMap")
            ),
            "max": Value(largest, "Most that a container may ask for", defined("quantityMap")),
        },
    )
