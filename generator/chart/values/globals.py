"""The values that hold for all tiers, as far as the platform has a use for them."""

from __future__ import annotations

from generator.chart.values import parts
from generator.chart.values.quota import limit_range, resource_quota
from generator.chart.values.schemas import PORT, TEXT, choice, matching, optional, reference
from generator.chart.values.tree import Section, Tree, Value
from generator.plan.platform import Plan

CLUSTER_DNS = {
    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
    "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
}
"""Labels of CoreDNS in clusters of all makers: https://kubernetes.io/docs/tasks/administer-cluster/coredns/"""


def global_values(plan: Plan) -> Section:
    """What holds for all tiers."""
    return Section(
        "What holds for all tiers",
        {
            "imageRegistry": parts.text(
                "", "Registry of all images, in place of their own", optional("registry")
            ),
            "imagePullSecrets": Value(
                [], "Secrets for private registries: [{name: …}]", reference("objectList")
            ),
            **(_storage_class() if plan.has_storage else {}),
            "namePrefix": Value(
                "",
                "Before the name of every object, so that two releases can share a namespace",
                matching("^([a-z]([-a-z0-9]*-)?)?$", "empty, or a short prefix such as blue-", 20),
                bounds="at most 20 characters, ends in -",
            ),
            "enforceDocumentedLimits": parts.switch(
                True, "Hold sizes and replicas to the ranges of the architecture document"
            ),
            **(_exposure(plan) if plan.exposed else {}),
            "networkPolicy": _network_policy(plan),
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
            **(_toolbox(plan) if plan.uses_toolbox else {}),
        },
    )


def _storage_class() -> Tree:
    about = "Storage class; empty takes the cluster's default"
    return {"storageClass": parts.text("", about, optional("dnsName"))}


def _exposure(plan: Plan) -> Tree:
    platform = plan.spec.platform
    return {
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
    }


def _network_policy(plan: Plan) -> Section:
    exposed_to = Value(
        [],
        "Who reaches exposed components, as peers of a NetworkPolicy; empty is anybody",
        reference("objectList"),
    )
    api_server_ports = Value(
        [443, 6443],
        "Ports of the Kubernetes API, for the Job that creates secrets",
        {"type": "array", "items": PORT, "minItems": 1},
    )
    return Section(
        "NetworkPolicies: nothing is open but the declared flows",
        {
            "enabled": parts.switch(True, "Enforce the declared flows"),
            **({"exposedTo": exposed_to} if plan.exposed else {}),
            **({"apiServerPorts": api_server_ports} if plan.spec.secrets else {}),
            "dns": Section(
                "Name servers of the cluster",
                {
                    "peers": Value(
                        [CLUSTER_DNS],
                        "They, as peers of a NetworkPolicy",
                        reference("objectList"),
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


def _toolbox(plan: Plan) -> Tree:
    platform = plan.spec.platform
    return {
        "toolbox": Section(
            "Image that waits for dependencies, creates secrets and runs tests",
            {
                "image": parts.image(platform.toolbox.image),
                "resources": parts.resources(platform.toolbox.resources, documented=False),
                "securityContext": parts.security_context(platform.user),
            },
        )
    }
