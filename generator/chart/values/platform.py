"""The values of the platform as a whole."""

from __future__ import annotations

from generator.chart.values import parts
from generator.chart.values.component import component_values
from generator.chart.values.globals import global_values
from generator.chart.values.schemas import (
    TEXT,
    Limits,
    choice,
    matching,
    optional,
    reference,
)
from generator.chart.values.tree import Section, Value
from generator.plan.platform import Plan, Tier
from generator.spec.model import FixedKey, UrlKey


def umbrella_values(plan: Plan) -> Section:
    """Everything that can be set on the platform."""
    entries: dict[str, Value | Section] = {"global": global_values(plan), "config": _config(plan)}
    if plan.spec.secrets:
        entries["secrets"] = _secrets(plan)
    if plan.volumes:
        entries["storage"] = _storage(plan)
    for tier in plan.tiers:
        entries[tier.name] = tier_values(plan, tier)
    entries["extraObjects"] = Value(
        [], "Manifests that are installed as they are", reference("objectList")
    )
    return Section(plan.spec.platform.purpose, entries)


def tier_values(plan: Plan, tier: Tier) -> Section:
    """Everything that can be set on one tier."""
    user = plan.spec.platform.user
    return Section(
        f"Tier {tier.name}",
        {
            "enabled": parts.switch(True, "Install this tier"),
            **{c.key: component_values(c, user) for c in tier.components},
        },
    )


def subchart_values(plan: Plan, tier: Tier) -> Section:
    """Everything that the chart of one tier reads: its own values, and those of all tiers."""
    own = tier_values(plan, tier)
    return Section(own.about, {"global": global_values(plan), **own.entries})


def _config(plan: Plan) -> Section:
    """Keys that a person may set. Hosts and ports follow the components, as network policies do."""
    entries: dict[str, Value | Section] = {}
    for name, key in plan.spec.config.keys.items():
        if isinstance(key, FixedKey):
            entries[name] = Value(key.value, key.about, TEXT)
        elif isinstance(key, UrlKey):
            entries[name] = Value("", f"{key.about}; empty follows the other values", TEXT)
    entries["extra"] = Value({}, "Keys of your own", reference("environmentValues"))
    return Section(f"The ConfigMap {plan.spec.config.object}; every value is text", entries)


def _secrets(plan: Plan) -> Section:
    assert plan.spec.secrets is not None
    given = [name for name in plan.spec.secrets.keys if name not in plan.composed_secrets]
    return Section(
        f"The Secret {plan.spec.secrets.object}",
        {
            "source": parts.text(
                "generate",
                "Where it comes from. generate: a Job creates what is missing and overwrites"
                " nothing; existing: you name one; values: from secrets.values;"
                " externalSecrets: by the External Secrets Operator",
                choice("generate", "existing", "values", "externalSecrets"),
            ),
            "existingSecret": parts.text("", "existing: name of the Secret", optional("dnsName")),
            "values": Value(
                {},
                f"values: {', '.join(given)}, and keys of your own",
                reference("environmentValues"),
            ),
            "externalSecrets": Section(
                "externalSecrets: where the operator finds the keys",
                {
                    "secretStoreRef": Section(
                        "The store",
                        {
                            "name": parts.text("", "Name", optional("dnsName")),
                            "kind": parts.text(
                                "SecretStore", "Kind", choice("SecretStore", "ClusterSecretStore")
                            ),
                        },
                    ),
                    "key": parts.text("", "Entry of the store that holds all keys"),
                    "refreshInterval": Value(
                        "1h",
                        "How often it looks",
                        matching("^([0-9]+(h|m|s))+$", "a duration such as 1h or 30m"),
                    ),
                },
            ),
        },
    )


def _storage(plan: Plan) -> Section:
    volumes: dict[str, Value | Section] = {}
    for volume in plan.volumes:
        size = volume.spec.size
        volumes[volume.key] = Section(
            f"Volume {volume.spec.claim} of {', '.join(c.name for c in volume.mounted_by)}",
            {
                "mode": parts.text(
                    "rwx" if volume.spec.access == "RWX" else "rwo-colocated",
                    "rwx: a class that is ReadWriteMany; rwo-colocated: ReadWriteOnce, all its pods"
                    " on one node; ephemeral: each pod its own; existingClaim: yours",
                    choice("rwx", "rwo-colocated", "ephemeral", "existingClaim"),
                ),
                "size": Value(
                    size.text,
                    "Size",
                    reference("bytes"),
                    reference(Limits("bytes", size, None).name),
                    f"bytes; documented: {size}",
                ),
                "storageClass": parts.text(
                    "", "Storage class; empty follows global.storageClass", optional("dnsName")
                ),
                "existingClaim": parts.text("", "existingClaim: its name", optional("dnsName")),
            },
        )
    return Section("Volumes that several components share", volumes)
