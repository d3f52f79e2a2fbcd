"""The values of the platform as a whole."""

from __future__ import annotations

from generator.chart.values import parts
from generator.chart.values.component import component_values
from generator.chart.values.quota import limit_range, resource_quota
from generator.chart.values.schemas import (
    TEXT,
    choice,
    optional,
    reference,
)
from generator.chart.values.tree import Section, Value
from generator.plan.platform import Plan, Tier
from generator.spec.model import FixedKey


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


def global_values(plan: Plan) -> Section:
    """What holds for all tiers."""
    platform = plan.spec.platform
    return Section(
        "What holds for all tiers",
        {
            "imageRegistry": parts.text("", "Registry of all images, in place of their own"),
            "imagePullSecrets": Value(
                [], "Secrets for private registries: [{name: …}]", reference("objectList")
            ),
            "storageClass": parts.text(
                "", "Storage class; empty takes the cluster's default", optional("dnsName")
            ),
            "namePrefix": Value(
                "",
                "Before the name of every object, so that two releases can share a namespace",
                {"type": "string", "pattern": "^([a-z]([-a-z0-9]*-)?)?$", "maxLength": 20},
                bounds="at most 20 characters, ends in -",
            ),
            "enforceDocumentedLimits": parts.switch(
                True, "Hold sizes and replicas to the ranges of the architecture document"
            ),
            "exposure": parts.text(
                "loadBalancer",
                "How the platform is reached: loadBalancer, ingress, gateway or clusterIP",
                choice("loadBalancer", "ingress", "gateway", "clusterIP"),
            ),
            "domain": Value(
                platform.domain,
                "Domain of the host names for ingress and gateway",
                reference("dnsName"),
            ),
            "tls": Section(
                "TLS for ingress and gateway",
                {
                    "enabled": parts.switch(False, "Serve HTTPS"),
                    "secretName": parts.text(
                        f"{platform.name}-tls", "Secret of the certificate", optional("dnsName")
                    ),
                },
            ),
            "ingress": Section(
                "Ingress",
                {
                    "className": parts.text("", "IngressClass", optional("dnsName")),
                    "annotations": Value({}, "Annotations", reference("annotationMap")),
                },
            ),
            "gateway": Section(
                "Gateway API",
                {
                    "create": parts.switch(True, "Create a Gateway; else name one"),
                    "className": parts.text("", "GatewayClass", optional("dnsName")),
                    "name": parts.text("", "Gateway to attach to", optional("dnsName")),
                    "namespace": parts.text("", "Namespace of that Gateway", optional("dnsLabel")),
                    "annotations": Value({}, "Annotations", reference("annotationMap")),
                },
            ),
            "networkPolicy": _network_policy(),
            "access": Section(
                "People who may look at the platform or run it",
                {
                    "viewers": _subjects("Bound to the role viewer"),
                    "operators": _subjects("Bound to the roles viewer and operator"),
                },
            ),
            "resourceQuota": resource_quota(plan),
            "limitRange": limit_range(plan),
            "commonLabels": Value({}, "Labels of every object", reference("labelMap")),
            "commonAnnotations": Value(
                {}, "Annotations of every object", reference("annotationMap")
            ),
            "toolbox": Section(
                "Image that waits for dependencies, creates secrets and runs tests",
                {
                    "image": parts.image(platform.toolbox.image),
                    "resources": parts.resources(platform.toolbox.resources),
                    "securityContext": parts.security_context(platform.user),
                },
            ),
        },
    )


def _subjects(about: str) -> Value:
    return Value(
        [],
        f"{about}: [{{apiGroup: rbac.authorization.k8s.io, kind: Group, name: …}}]",
        {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "apiGroup": TEXT,
                    "kind": choice("User", "Group", "ServiceAccount"),
                    "name": {"type": "string", "minLength": 1},
                    "namespace": reference("dnsLabel"),
                },
                "required": ["kind", "name"],
                "additionalProperties": False,
            },
        },
    )


def _network_policy() -> Section:
    return Section(
        "NetworkPolicies: nothing is open but the declared flows",
        {
            "enabled": parts.switch(True, "Enforce the declared flows"),
            "exposedTo": Value(
                [],
                "Who reaches exposed components, as peers of a NetworkPolicy; empty is anybody",
                reference("objectList"),
            ),
            "apiServerPorts": Value(
                [443, 6443],
                "Ports of the Kubernetes API, for the Job that creates secrets",
                {"type": "array", "items": reference("portNumber"), "minItems": 1},
            ),
            "dns": Section(
                "Name servers of the cluster",
                {
                    "namespace": Value("kube-system", "Their namespace", reference("dnsLabel")),
                    "podLabels": Value(
                        {"k8s-app": "kube-dns"}, "Their labels", reference("labelMap")
                    ),
                    "nodeLocalAddress": parts.text(
                        "",
                        "Address of NodeLocal DNSCache, where there is one",
                        optional("ipv4Address"),
                        "169.254.20.10 as a rule",
                    ),
                },
            ),
        },
    )


def _config(plan: Plan) -> Section:
    entries: dict[str, Value | Section] = {}
    for name, key in plan.spec.config.keys.items():
        if isinstance(key, FixedKey):
            entries[name] = Value(key.value, key.about, TEXT)
        else:
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
                        {"type": "string", "pattern": "^([0-9]+(h|m|s))+$"},
                    ),
                },
            ),
        },
    )


def _storage(plan: Plan) -> Section:
    volumes: dict[str, Value | Section] = {}
    for volume in plan.volumes:
        size = volume.spec.size
        volumes[volume.name] = Section(
            f"Volume {volume.spec.claim} of {', '.join(c.name for c in volume.mounted_by)}",
            {
                "mode": parts.text(
                    "rwx" if volume.spec.access == "RWX" else "rwo-colocated",
                    "rwx: a class that is ReadWriteMany; rwo-colocated: ReadWriteOnce, all its pods"
                    " on one node; ephemeral: each pod its own; existingClaim: yours",
                    choice("rwx", "rwo-colocated", "ephemeral", "existingClaim"),
                ),
                "size": Value(
                    size.text, "Size", reference("quantity"), bounds=f"bytes; documented: {size}"
                ),
                "storageClass": parts.text(
                    "", "Storage class; empty follows global.storageClass", optional("dnsName")
                ),
                "existingClaim": parts.text("", "existingClaim: its name", optional("dnsName")),
            },
        )
    return Section("Volumes that several components share", volumes)
