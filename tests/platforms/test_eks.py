"""EKS with the AWS Load Balancer Controller, EFS, RDS and ElastiCache.

Sources:
- https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/
- https://docs.aws.amazon.com/eks/latest/userguide/: cni-network-policy, ebs-csi, efs-csi,
  iam-roles-for-service-accounts
- https://github.com/aws/amazon-network-policy-controller-k8s, pkg/resolvers/endpoints.go: an egress
  rule opens a Service only if the rule's labels are in the Service's selector
- https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.SSL.html
"""

from __future__ import annotations

import json

import pytest

from generator.plan.component import ComponentPlan
from tests.chart.network import Network, outside
from tests.chart.reading import component, environment, mounts
from tests.chart.scenarios import PLAN
from tests.helm import Manifest, Render
from tests.platforms.reach import exposed, let_in, pod_of

PLATFORM = "eks"
ALB = "alb.ingress.kubernetes.io"
PUBLIC, PRIVATE, ELSEWHERE = outside("10.0.1.9"), outside("10.0.130.9"), outside("10.0.200.9")
SERVERS = {"mysql": 3306, "redis": 6379}
DATABASES = outside("10.0.170.9")
CALLERS = [(flow.caller, flow.callee.name) for flow in PLAN.flows if flow.callee.name in SERVERS]

each_call = pytest.mark.parametrize(
    ("caller", "server"), CALLERS, ids=[f"{caller.name}-{server}" for caller, server in CALLERS]
)


def annotated(rendered: Render, name: str) -> dict[str, str]:
    """Return the annotations of an Ingress."""
    found: Manifest = rendered.get("Ingress", name)
    return dict(found["metadata"]["annotations"])


def test_load_balancers_serve_https_and_redirect_to_it(rendered: Render) -> None:
    assert rendered.names("Ingress") == exposed()
    for item in rendered.of_kind("Ingress"):
        given = item["metadata"]["annotations"]
        assert item["spec"]["ingressClassName"] == "alb"
        # Pods are targets themselves: a Service of type ClusterIP has no port on nodes.
        assert given[f"{ALB}/target-type"] == "ip"
        assert {"HTTPS": 443} in json.loads(given[f"{ALB}/listen-ports"])
        assert given[f"{ALB}/ssl-redirect"] == "443"
        # The controller finds the certificate by these names; a Secret means nothing to it.
        (rule,) = item["spec"]["rules"]
        assert item["spec"]["tls"] == [{"hosts": [rule["host"]]}]


@pytest.mark.parametrize("part", PLAN.exposed, ids=lambda part: part.name)
def test_targets_are_asked_where_they_answer(rendered: Render, part: ComponentPlan) -> None:
    asked = annotated(rendered, part.name)[f"{ALB}/healthcheck-path"]
    assert asked == part.health_path


def test_admins_have_a_load_balancer_inside(rendered: Render) -> None:
    inside: dict[str, bool] = {}
    groups: dict[bool, set[str]] = {}
    for part in PLAN.exposed:
        given = annotated(rendered, part.name)
        inside[part.name] = given[f"{ALB}/scheme"] == "internal"
        groups.setdefault(part.for_admins, set()).add(given[f"{ALB}/group.name"])
    assert inside == {part.name: part.for_admins for part in PLAN.exposed}
    assert not groups[True] & groups[False], "one load balancer would serve both"


def test_each_load_balancer_reaches_what_it_serves(rendered: Render) -> None:
    admins = {part.name for part in PLAN.exposed if part.for_admins}
    assert let_in(rendered, PUBLIC) == exposed() - admins
    assert let_in(rendered, PRIVATE) == admins
    assert let_in(rendered, ELSEWHERE) == set()


def test_servers_of_the_cloud_replace_those_of_the_chart(rendered: Render) -> None:
    running = {item["metadata"]["name"] for item in rendered.workloads}
    assert not running & SERVERS.keys()


@each_call
def test_servers_are_reached_in_their_subnets(
    rendered: Render, caller: ComponentPlan, server: str
) -> None:
    network, pod = Network.of(rendered), pod_of(rendered, caller)
    assert network.allows(pod, DATABASES, SERVERS[server])
    assert not network.allows(pod, ELSEWHERE, SERVERS[server])


@pytest.mark.parametrize("caller", sorted({caller.name for caller, to in CALLERS if to == "mysql"}))
def test_mysql_is_trusted_by_the_authority_of_rds(rendered: Render, caller: str) -> None:
    assert mounts(component(rendered, caller))["/etc/ssl/mysql"] == "secret rds-ca"


def test_redis_is_called_by_tls_with_a_password(rendered: Render) -> None:
    hosts = {item["data"].get("REDIS_HOST") for item in rendered.of_kind("ConfigMap")} - {None}
    assert hosts == {"master.genx-fx.abcdef.euc1.cache.amazonaws.com"}
    for name in ("api", "trading-bot"):
        assert environment(component(rendered, name))["REDIS_PASSWORD"] == "secret REDIS_PASSWORD"


def test_who_calls_aws_has_a_role(rendered: Render) -> None:
    for name in ("api", "trading-bot"):
        account = rendered.get("ServiceAccount", name)
        assert account["metadata"]["annotations"]["eks.amazonaws.com/role-arn"].startswith(
            "arn:aws:iam::"
        )
        spec = component(rendered, name)["spec"]["template"]["spec"]
        assert spec["serviceAccountName"] == name
        assert spec["securityContext"]["fsGroup"], "the token of the role is readable by the group"


def test_claims_have_classes_that_can_serve_them(rendered: Render) -> None:
    """A volume of EBS has one node; EFS has many."""
    for claim in rendered.of_kind("PersistentVolumeClaim"):
        shared = claim["spec"]["accessModes"] == ["ReadWriteMany"]
        assert claim["spec"]["storageClassName"] == ("efs" if shared else "gp3")
