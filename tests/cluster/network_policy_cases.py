"""NetworkPolicies that a cluster must enforce, and what each leaves open.

The whole table is a test of the node's agent. Here are those in which the cluster has a part: it
fills in what a policy leaves out, keeps addresses as they are between nodes, and knows the names
of ports.

Five pods in two namespaces try every port of each other:

    shop/web  app=web            shop/db   app=db     bank/web  app=web
    shop/job  app=job role=batch                      bank/db   app=db

A flow is written `shop/web > shop/db:8080`, and `*` stands for anything. Without a policy all flows
are open. https://kubernetes.io/docs/concepts/services-networking/network-policies/
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

Object = dict[str, Any]

TCP_PORTS = (8080, 8443, 9000, 9001, 9002, 5353)
UDP_PORT = 5353
PORTS = (*map(str, TCP_PORTS), f"{UDP_PORT}/UDP")

PODS: dict[str, dict[str, str]] = {
    "shop/web": {"app": "web"},
    "shop/db": {"app": "db"},
    "shop/job": {"app": "job", "role": "batch"},
    "bank/web": {"app": "web"},
    "bank/db": {"app": "db"},
}
# The same name is another number in every second pod.
API_PORT = {"shop/web": 9000, "shop/db": 8443, "shop/job": 9001, "bank/web": 8443, "bank/db": 9000}


@dataclass(frozen=True)
class Case:
    """Policies, and which flows they close. `{shop}` is a namespace, `{shop/web}` an address."""

    name: str
    policies: Sequence[Object]
    closed: Sequence[str] = ()
    but: Sequence[str] = ()
    """Those of the closed flows that are open all the same."""

    def is_open(self, flow: str) -> bool:
        """Return whether the policies leave a flow open."""
        return _matches(flow, self.but) or not _matches(flow, self.closed)


def _matches(flow: str, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(flow, pattern) for pattern in patterns)


def policy(
    selector: Object | None = None,
    *,
    ingress: Sequence[Object] | None = None,
    egress: Sequence[Object] | None = None,
    types: Sequence[str] | None = None,
    namespace: str = "shop",
) -> Object:
    """Return a policy for the pods of the selector, by default with the types of the rules."""
    rules = {"ingress": ingress, "egress": egress}
    given = {name: list(value) for name, value in rules.items() if value is not None}
    spec = {"podSelector": selector or {}, **given}
    if types is None:
        types = [name.capitalize() for name in given]
    if types:
        spec["policyTypes"] = list(types)
    return {"namespace": namespace, "spec": spec}


def app(name: str) -> Object:
    return {"matchLabels": {"app": name}}


def pods(selector: Object) -> Object:
    return {"podSelector": selector}


def team(name: str) -> Object:
    return {"namespaceSelector": {"matchLabels": {"team": name}}}


def block(cidr: str, *excepted: str) -> Object:
    item: Object = {"cidr": cidr}
    return {"ipBlock": item | ({"except": list(excepted)} if excepted else {})}


def port(number: int | str) -> Object:
    return {"protocol": "TCP", "port": number}


def allow(*peers: Object, ports: Sequence[Object] = ()) -> Object:
    """Return a rule for these peers, or for all where there are none."""
    rule: Object = {"from": list(peers)} if peers else {}
    return rule | ({"ports": list(ports)} if ports else {})


def into_db(*rules: Object) -> list[Object]:
    return [policy(app("db"), ingress=rules)]


DB = "* > shop/db:*"

CASES = (
    Case(
        "without types, egress rules isolate both directions",
        [policy(app("web"), egress=[allow()], types=[])],
        ["* > shop/web:*"],
    ),
    Case(
        "from all addresses except two",
        into_db(allow(block("0.0.0.0/0", "{shop/web}/32", "{bank/db}/32"))),
        ["shop/web > shop/db:*", "bank/db > shop/db:*"],
    ),
    Case(
        "a named port with a number for each pod",
        [policy(ingress=[allow(ports=[port("api")])])],
        ["* > shop/*"],
        ["* > shop/web:9000", "* > shop/db:8443", "* > shop/job:9001"],
    ),
)
