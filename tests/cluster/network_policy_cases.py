"""The table of NetworkPolicies that a cluster must enforce, and what each leaves open.

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
        """Whether the policies leave a flow open."""
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
    """A policy for the pods of the selector; by default it has the types of the given rules."""
    rules = {"ingress": ingress, "egress": egress}
    given = {name: list(value) for name, value in rules.items() if value is not None}
    spec = {"podSelector": selector or {}, **given}
    if types is None:
        types = [name.capitalize() for name in given]
    if types:
        spec["policyTypes"] = list(types)
    return {"namespace": namespace, "spec": spec}


def app(*names: str) -> Object:
    if len(names) == 1:
        return {"matchLabels": {"app": names[0]}}
    return expression("app", "In", *names)


def expression(key: str, operator: str, *values: str) -> Object:
    item: Object = {"key": key, "operator": operator}
    return {"matchExpressions": [item | ({"values": list(values)} if values else {})]}


def pods(selector: Object) -> Object:
    return {"podSelector": selector}


def team(name: str, selector: Object | None = None) -> Object:
    peer: Object = {"namespaceSelector": {"matchLabels": {"team": name}}}
    return peer | ({"podSelector": selector} if selector is not None else {})


def block(cidr: str, *excepted: str) -> Object:
    item: Object = {"cidr": cidr}
    return {"ipBlock": item | ({"except": list(excepted)} if excepted else {})}


def port(number: int | str | None = None, protocol: str = "TCP", end: int | None = None) -> Object:
    item: Object = {"protocol": protocol}
    if number is not None:
        item["port"] = number
    return item | ({"endPort": end} if end is not None else {})


def allow(*peers: Object, ports: Sequence[Object] = (), to: bool = False) -> Object:
    """A rule from these peers, or to them; none means all."""
    rule: Object = {"to" if to else "from": list(peers)} if peers else {}
    return rule | ({"ports": list(ports)} if ports else {})


def into_db(*rules: Object) -> list[Object]:
    return [policy(app("db"), ingress=rules)]


def out_of_web(*rules: Object) -> list[Object]:
    return [policy(app("web"), egress=rules)]


DB = "* > shop/db:*"
WEB_OUT = "shop/web > *"

CASES = (
    # What is isolated.
    Case("deny ingress of one pod", into_db(), [DB]),
    Case("deny ingress of a namespace", [policy(ingress=[])], ["* > shop/*"]),
    Case("deny egress of one pod, which still answers", out_of_web(), [WEB_OUT]),
    Case("deny egress of a namespace", [policy(egress=[])], ["shop/* > *"]),
    Case(
        "deny both directions of a namespace",
        [policy(ingress=[], egress=[])],
        ["* > shop/*", "shop/* > *"],
    ),
    Case("an empty ingress rule allows all", into_db(allow())),
    Case("an empty egress rule allows all", out_of_web(allow())),
    Case("a policy that selects no pod", [policy(app("nobody"), ingress=[])]),
    Case(
        "pods selected by an expression",
        [policy(app("db", "job"), ingress=[])],
        [DB, "* > shop/job:*"],
    ),
    Case("a policy in the other namespace", [policy(ingress=[], namespace="bank")], ["* > bank/*"]),
    # Which types a policy has.
    Case(
        "without types, egress rules isolate both directions",
        [policy(app("web"), egress=[allow()], types=[])],
        ["* > shop/web:*"],
    ),
    Case(
        "without types, a policy without rules isolates ingress alone",
        [policy(app("web"), types=[])],
        ["* > shop/web:*"],
    ),
    Case(
        "ingress rules of a policy of type egress do nothing",
        [policy(app("web"), ingress=[], egress=[allow()], types=["Egress"])],
    ),
    # Peers.
    Case("from a label", into_db(allow(pods(app("web")))), [DB], ["shop/web > shop/db:*"]),
    Case("from all pods of the namespace", into_db(allow(pods({}))), [DB], ["shop/* > shop/db:*"]),
    Case(
        "from an expression: In",
        into_db(allow(pods(app("web", "nobody")))),
        [DB],
        ["shop/web > shop/db:*"],
    ),
    Case(
        "from an expression: NotIn",
        into_db(allow(pods(expression("app", "NotIn", "web")))),
        [DB],
        ["shop/job > shop/db:*"],
    ),
    Case(
        "from an expression: NotIn includes pods without the label",
        into_db(allow(pods(expression("role", "NotIn", "batch")))),
        [DB],
        ["shop/web > shop/db:*"],
    ),
    Case(
        "from an expression: Exists",
        into_db(allow(pods(expression("role", "Exists")))),
        [DB],
        ["shop/job > shop/db:*"],
    ),
    Case(
        "from an expression: DoesNotExist",
        into_db(allow(pods(expression("role", "DoesNotExist")))),
        [DB],
        ["shop/web > shop/db:*"],
    ),
    Case(
        "labels and expressions of a selector must all match",
        into_db(allow(pods({**app("web"), **expression("role", "Exists")}))),
        [DB],
    ),
    Case("from a label that no pod has", into_db(allow(pods(app("nobody")))), [DB]),
    Case("from a namespace", into_db(allow(team("bank"))), [DB], ["bank/* > shop/db:*"]),
    Case("from all namespaces", into_db(allow({"namespaceSelector": {}}))),
    Case(
        "from a namespace by its name",
        into_db(
            allow({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "{bank}"}}})
        ),
        [DB],
        ["bank/* > shop/db:*"],
    ),
    Case(
        "from namespaces by an expression",
        into_db(allow({"namespaceSelector": expression("team", "NotIn", "bank")})),
        [DB],
        ["shop/* > shop/db:*"],
    ),
    Case(
        "from a pod of a namespace, in one peer",
        into_db(allow(team("bank", app("web")))),
        [DB],
        ["bank/web > shop/db:*"],
    ),
    Case(
        "from a namespace or a pod, in two peers",
        into_db(allow(team("bank"), pods(app("web")))),
        [DB],
        ["bank/* > shop/db:*", "shop/web > shop/db:*"],
    ),
    # Address blocks.
    Case(
        "from one address", into_db(allow(block("{shop/web}/32"))), [DB], ["shop/web > shop/db:*"]
    ),
    Case(
        "from two addresses",
        into_db(allow(block("{shop/web}/32"), block("{bank/db}/32"))),
        [DB],
        ["shop/web > shop/db:*", "bank/db > shop/db:*"],
    ),
    Case("from all addresses", into_db(allow(block("0.0.0.0/0")))),
    Case(
        "from all addresses except two",
        into_db(allow(block("0.0.0.0/0", "{shop/web}/32", "{bank/db}/32"))),
        ["shop/web > shop/db:*", "bank/db > shop/db:*"],
    ),
    Case(
        "an address that one block excepts and another allows",
        into_db(allow(block("0.0.0.0/0", "{shop/web}/32"), block("{shop/web}/32"))),
    ),
    Case(
        "from an address to a port",
        into_db(allow(block("{bank/web}/32"), ports=[port(8443)])),
        [DB],
        ["bank/web > shop/db:8443"],
    ),
    Case("from outside alone", into_db(allow(block("198.51.100.0/24"))), [DB]),
    # Ports.
    Case("one port", into_db(allow(ports=[port(8080)])), [DB], ["* > shop/db:8080"]),
    Case(
        "two ports",
        into_db(allow(ports=[port(8080), port(9001)])),
        [DB],
        ["* > shop/db:8080", "* > shop/db:9001"],
    ),
    Case(
        "a range of ports",
        into_db(allow(ports=[port(9000, end=9001)])),
        [DB],
        ["* > shop/db:9000", "* > shop/db:9001"],
    ),
    Case("a named port", into_db(allow(ports=[port("http")])), [DB], ["* > shop/db:8080"]),
    Case(
        "a named port with a number for each pod",
        [policy(ingress=[allow(ports=[port("api")])])],
        ["* > shop/*"],
        ["* > shop/web:9000", "* > shop/db:8443", "* > shop/job:9001"],
    ),
    Case("a named port that no pod has", into_db(allow(ports=[port("none")])), [DB]),
    Case(
        "a UDP port, and not TCP of that number",
        into_db(allow(ports=[port(5353, "UDP")])),
        [DB],
        ["* > shop/db:5353/UDP"],
    ),
    Case(
        "a TCP port, and not UDP of that number",
        into_db(allow(ports=[port(5353)])),
        [DB],
        ["* > shop/db:5353"],
    ),
    Case(
        "a named UDP port",
        into_db(allow(ports=[port("query", "UDP")])),
        [DB],
        ["* > shop/db:5353/UDP"],
    ),
    Case("a name is of its protocol alone", into_db(allow(ports=[port("http", "UDP")])), [DB]),
    Case(
        "all ports of a protocol",
        into_db(allow(ports=[port(protocol="UDP")])),
        [DB],
        ["* > shop/db:5353/UDP"],
    ),
    Case(
        "a port for a label",
        into_db(allow(pods(app("web")), ports=[port(8080)])),
        [DB],
        ["shop/web > shop/db:8080"],
    ),
    Case(
        "two rules do not mix",
        into_db(
            allow(pods(app("web")), ports=[port(8080)]), allow(team("bank"), ports=[port(8443)])
        ),
        [DB],
        ["shop/web > shop/db:8080", "bank/* > shop/db:8443"],
    ),
    # Egress.
    Case("to a label", out_of_web(allow(pods(app("db")), to=True)), [WEB_OUT], ["* > shop/db:*"]),
    Case("to a namespace", out_of_web(allow(team("bank"), to=True)), [WEB_OUT], ["* > bank/*"]),
    Case("to a port", out_of_web(allow(ports=[port(9002)], to=True)), [WEB_OUT], ["* > *:9002"]),
    Case(
        "to a range of ports",
        out_of_web(allow(ports=[port(9000, end=9002)], to=True)),
        [WEB_OUT],
        ["* > *:9000", "* > *:9001", "* > *:9002"],
    ),
    Case(
        "to a UDP port",
        out_of_web(allow(ports=[port(5353, "UDP")], to=True)),
        [WEB_OUT],
        ["* > *:5353/UDP"],
    ),
    Case(
        "to a named port with a number for each pod",
        out_of_web(allow(pods({}), team("bank", app("db")), ports=[port("api")], to=True)),
        [WEB_OUT],
        ["* > shop/db:8443", "* > shop/job:9001", "* > bank/db:9000"],
    ),
    Case(
        "to a pod of a namespace, at a port",
        out_of_web(allow(team("bank", app("web")), ports=[port(8080)], to=True)),
        [WEB_OUT],
        ["* > bank/web:8080"],
    ),
    Case(
        "to all addresses except one",
        out_of_web(allow(block("0.0.0.0/0", "{shop/db}/32"), to=True)),
        ["shop/web > shop/db:*"],
    ),
    # Several policies.
    Case(
        "both ends must allow: only one does",
        [*into_db(), *out_of_web(allow(pods(app("db")), to=True))],
        [DB, WEB_OUT],
    ),
    Case(
        "both ends must allow: each another port",
        [
            *into_db(allow(pods(app("web")), ports=[port(8080), port(9000)])),
            *out_of_web(allow(pods(app("db")), ports=[port(8080), port(9001)], to=True)),
        ],
        [DB, WEB_OUT],
        ["shop/web > shop/db:8080"],
    ),
    Case(
        "a policy that allows adds to one that denies",
        [policy(ingress=[]), *into_db(allow(pods(app("web"))))],
        ["* > shop/*"],
        ["shop/web > shop/db:*"],
    ),
    Case(
        "two policies add up",
        [*into_db(allow(pods(app("web")), ports=[port(8080)])), *into_db(allow(team("bank")))],
        [DB],
        ["shop/web > shop/db:8080", "bank/* > shop/db:*"],
    ),
    Case(
        "policies of two namespaces",
        [policy(ingress=[allow(pods({}))]), policy(egress=[], namespace="bank")],
        ["bank/* > *"],
    ),
)
