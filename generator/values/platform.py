"""The tree of all values of a platform: design.md, section 3."""

from __future__ import annotations

from generator.plan.platform import Plan, Tier
from generator.values import sections
from generator.values.component import component_values
from generator.values.globals import global_values
from generator.values.quota import limit_range, resource_quota
from generator.values.schemas import defined, optional
from generator.values.tree import Section, Value

CLUSTER_DNS = {
    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
    "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
}
"""Labels of CoreDNS in clusters of all makers: https://kubernetes.io/docs/tasks/administer-cluster/coredns/"""


def umbrella_values(plan: Plan) -> Section:
    """Build the tree of everything that can be set on the platform."""
    return Section(
        plan.spec.platform.purpose,
        {
            "global": global_values(plan),
            "networkPolicy": _network_policy(plan),
            **({"releaseChecks": _release_checks()} if plan.spec.secrets else {}),
            "access": Section(
                "Users and groups who may look at the platform or operate it",
                {
                    "viewers": _subjects("Subjects that are bound to the role viewer"),
                    "operators": _subjects("Subjects that are bound to both roles"),
                },
            ),
            "resourceQuota": resource_quota(plan),
            "limitRange": limit_range(plan),
            **{tier.name: tier_values(plan, tier) for tier in plan.tiers},
            "extraObjects": Value(
                [],
                "Manifests that are installed with the platform, unchanged",
                defined("objectList"),
            ),
            "enabled": sections.switch(True, "Read by the condition of a parent chart"),
        },
    )


def tier_values(plan: Plan, tier: Tier) -> Section:
    """Build the tree of everything that can be set on one tier."""
    user = plan.spec.platform.user
    return Section(
        f"Tier {tier.name}",
        {
            "enabled": sections.switch(True, "Whether this tier is installed"),
            **{c.key: component_values(c, user) for c in tier.components},
        },
    )


def _network_policy(plan: Plan) -> Section:
    enforced = sections.switch(
        True,
        "Whether the network plugin enforces them, which `helm test` shows; false accepts that not",
    )
    api_server = {
        "apiServerPorts": Value(
            [443, 6443],
            "Ports of the Kubernetes API, which the Job that prepares the release calls",
            defined("portList"),
        ),
        "apiServerCidrs": Value(
            ["0.0.0.0/0", "::/0"],
            "Address ranges of the Kubernetes API: [10.0.0.1/32]; 169.254.0.0/16 is always left"
            " out. Empty names no address, for Cilium, which does not count the API server of a"
            " node as an address",
            defined("addressRangeList"),
        ),
    }
    return Section(
        "NetworkPolicies, which refuse every connection that the platform does not declare",
        {
            "enabled": sections.switch(True, "Whether NetworkPolicies are created"),
            **({"enforced": enforced} if plan.flows else {}),
            **(api_server if plan.spec.secrets else {}),
            "dns": Section(
                "Name servers of the cluster, which every pod may ask",
                {
                    "peers": Value(
                        [CLUSTER_DNS],
                        "Peers of a NetworkPolicy that are the name servers. GKE Cloud DNS:"
                        " [{ipBlock: {cidr: 169.254.169.254/32}}]",
                        defined("policyPeers"),
                    ),
                    "ports": Value(
                        [53, 5353],
                        "Ports of their pods; OpenShift's answer on 5353",
                        defined("portList"),
                    ),
                    "nodeLocalAddress": sections.text(
                        "",
                        "Address of NodeLocal DNSCache, where the cluster has one: 169.254.20.10",
                        optional("ipv4Address"),
                    ),
                },
            ),
        },
    )


def _release_checks() -> Section:
    return Section(
        "Job that looks before each installation and upgrade what is there already. It may list"
        " workloads and claims in the namespace",
        {
            "enabled": sections.switch(
                True,
                "Whether it refuses what would run twice, start without its data, or give the data"
                " other passwords",
            )
        },
    )


def _subjects(about: str) -> Value:
    example = "[{apiGroup: rbac.authorization.k8s.io, kind: Group, name: traders}]"
    return Value([], f"{about}: {example}", defined("subjectList"))
