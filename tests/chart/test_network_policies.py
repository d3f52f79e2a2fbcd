"""What the policies let through, pod by pod and port by port, against the calls of the spec."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import yaml

from tests.chart.conftest import Chart
from tests.chart.network import Network, Place, outside, pods
from tests.chart.scenarios import SECRETS, nested, nobody_waits_for
from tests.helm import NAMESPACE, ROOT, Manifest, Render

INTERNET = outside("203.0.113.9")
STRANGER = Place("stranger", namespace="default", labels={"app.kubernetes.io/name": "api"})
NAME_SERVER = Place("coredns", namespace="kube-system", labels={"k8s-app": "kube-dns"})
PRIVATE = [
    *("10.1.2.3", "172.16.0.1", "172.31.255.254", "192.168.1.1", "100.64.0.1"),
    *("169.254.169.254", "127.0.0.1", "fd00::1", "fe80::1", "::1"),
    *("192.0.0.8", "198.18.0.1", "198.19.255.254", "240.0.0.1", "255.255.255.255"),
    # The private 10.0.0.1 by way of NAT64 and of 6to4.
    *("64:ff9b::a00:1", "2002:a00:1::1"),
]


@cache
def spec() -> dict[str, Any]:
    """Components of the spec by name."""
    platform = yaml.safe_load((ROOT / "genx-fx.yaml").read_text())
    return {
        name: component
        for components in platform["tiers"].values()
        for name, component in components.items()
    }


def calls(name: str) -> list[str]:
    """What a component calls in the cluster."""
    return [callee for callee in spec().get(name, {}).get("calls", []) if callee != "internet"]


def ports() -> list[int]:
    """Every port that means something, and some that do not."""
    listens = {component["port"] for component in spec().values() if "port" in component}
    return sorted(listens | {22, 53, 80, 443, 5353, 6443, 9090, 33060})


def place(rendered: Render, name: str) -> Place:
    (found,) = (item for item in pods(rendered) if item.name == name)
    return found


def open_ways(rendered: Render) -> set[tuple[str, str, int]]:
    """Every connection between two pods that the policies let through: from, to, port.

    The stranger of `helm test` is no part of the platform: it may send to all of its pods.
    """
    network = Network.of(rendered)
    everyone = pods(rendered)
    return {
        (source.name, target.name, port)
        for source in everyone
        if source.labels["app"] != "stranger-test"
        for target in everyone
        if source is not target
        for port in ports()
        if network.allows(source, target, port)
    }


def declared_ways(rendered: Render, without: str = "") -> set[tuple[str, str, int]]:
    """Every connection that the spec declares, for pods and for the tests of the same name."""
    declared = {
        (source.name, callee, spec()[callee]["port"])
        for source in pods(rendered)
        for callee in calls(source.labels["app"].removesuffix("-test"))
        if callee != without
    }
    asked = {
        (item.name, callee, spec()[callee]["port"])
        for item in pods(rendered)
        for callee in spec()
        if item.labels["app"] == f"{callee}-health-test"
    }
    return declared | asked


def reaches(rendered: Render, name: str, target: Place, protocol: str = "TCP") -> list[int]:
    """Ports of a target that a pod reaches."""
    network = Network.of(rendered)
    source = place(rendered, name)
    return [port for port in ports() if network.allows(source, target, port, protocol)]


def test_the_spec_declares_what_the_documents_say() -> None:
    """The flows of architecture.md, and of app-contract.md for Redis and the internet."""
    assert {name: set(component.get("calls", [])) for name, component in spec().items()} == {
        "frontend": {"api"},
        "api": {"mysql", "redis", "internet"},
        "trading-bot": {"mysql", "redis", "api", "internet"},
        "mysql": set(),
        "redis": set(),
        "grafana": {"mysql"},
    }
    assert {name: component.get("port") for name, component in spec().items()} == {
        **{"frontend": 3000, "api": 8080, "trading-bot": None},
        **{"mysql": 3306, "redis": 6379, "grafana": 3000},
    }


def test_pods_reach_exactly_what_the_spec_declares(chart: Chart) -> None:
    rendered = chart()
    flows = {caller: len(calls(caller)) for caller in spec()}
    asked = ["frontend's health", "API's health", "Grafana's health", "Grafana's login"]
    tests = [*range(sum(flows.values())), "stranger", "isolated", *asked]
    assert len(pods(rendered)) == len([*spec(), *tests, "the job that prepares"])
    # A component has a test for each of its flows, and each of them may do what the component may.
    declared = sum(number + number**2 for number in flows.values())
    assert len(declared_ways(rendered)) == declared + len(asked)
    assert open_ways(rendered) == declared_ways(rendered)


def test_the_same_behind_a_prefix(chart: Chart) -> None:
    rendered = chart(nested({"global.namePrefix": "blue-"}))
    ways = {
        (source.removeprefix("blue-"), target.removeprefix("blue-"), port)
        for source, target, port in open_ways(rendered)
    }
    assert ways == open_ways(chart())


def test_udp_is_open_to_nobody(chart: Chart) -> None:
    rendered = chart()
    network = Network.of(rendered)
    for source in pods(rendered):
        for target in pods(rendered):
            assert not network.allows(source, target, 53, "UDP")


def test_a_component_may_call_other_ports_of_the_internet(chart: Chart) -> None:
    """Brokers listen where they like."""
    values = {"application.tradingBot.networkPolicy.internetPorts": [443, 9090]}
    rendered = chart(nested(values))
    for address in ("203.0.113.9", "2001:4860:4860::8888"):
        assert reaches(rendered, "trading-bot", outside(address)) == [443, 9090]
        assert reaches(rendered, "api", outside(address)) == [443]
    assert reaches(rendered, "trading-bot", outside("10.9.0.7")) == []


def test_only_api_and_bot_reach_the_internet_and_only_on_443(chart: Chart) -> None:
    rendered = chart()
    reached = {item.name: reaches(rendered, item.name, INTERNET) for item in pods(rendered)}
    (job,) = (name for name in reached if name.startswith("genx-fx-prepare"))
    assert {name: found for name, found in reached.items() if found} == {
        **{name: [443] for name in ("api", "trading-bot")},
        job: [443, 6443],
    }
    assert reaches(rendered, "api", outside("2001:4860:4860::8888")) == [443]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_not_the_internet(chart: Chart, address: str) -> None:
    rendered = chart()
    for name in ("frontend", "api", "trading-bot", "mysql", "redis", "grafana"):
        assert reaches(rendered, name, outside(address)) == []


def test_every_pod_resolves_names_and_asks_name_servers_nothing_else(chart: Chart) -> None:
    rendered = chart()
    for item in pods(rendered):
        reached = reaches(rendered, item.name, NAME_SERVER)
        assert 53 in reached
        assert reaches(rendered, item.name, NAME_SERVER, "UDP") == [53, 5353]
        if not item.name.startswith("genx-fx-prepare"):
            assert reached == [53, 5353]
            impostor = Place("impostor", namespace="default", labels=NAME_SERVER.labels)
            assert reaches(rendered, item.name, impostor) == []


def test_node_local_dns(chart: Chart) -> None:
    values = nested({"networkPolicy.dns.nodeLocalAddress": "169.254.20.10"})
    cache_address = outside("169.254.20.10")
    neighbour = outside("169.254.20.11")
    for item in pods(chart(values)):
        assert reaches(chart(values), item.name, cache_address, "UDP") == [53, 5353]
        assert reaches(chart(), item.name, cache_address, "UDP") == []
        assert reaches(chart(values), item.name, neighbour, "UDP") == []


def test_other_name_servers(chart: Chart) -> None:
    rendered = chart(
        nested(
            {
                "networkPolicy.dns.peers": [
                    {
                        "namespaceSelector": {
                            "matchLabels": {"kubernetes.io/metadata.name": "openshift-dns"}
                        }
                    }
                ]
            }
        )
    )
    other = Place("dns", namespace="openshift-dns", labels={"dns": "default"})
    assert reaches(rendered, "api", other, "UDP") == [53, 5353]
    assert reaches(rendered, "api", NAME_SERVER, "UDP") == []


def test_ports_of_name_servers(chart: Chart) -> None:
    """The policy judges the port of the pod, behind the Service: on OpenShift that is 5353."""
    rendered = chart(nested({"networkPolicy.dns.ports": [5353]}))
    for item in pods(rendered):
        assert reaches(rendered, item.name, NAME_SERVER, "UDP") == [5353]


def entered(rendered: Render, source: Place) -> dict[str, list[int]]:
    """Pod → its ports that somebody outside reaches."""
    network = Network.of(rendered)
    open_ports = {
        target.name: [port for port in ports() if network.allows(source, target, port)]
        for target in pods(rendered)
    }
    return {name: found for name, found in open_ports.items() if found}


EXPOSED = {"frontend": [3000], "api": [8080], "grafana": [3000]}


@pytest.mark.parametrize("exposure", ["loadBalancer", "ingress"])
def test_outsiders_reach_exposed_components_only(chart: Chart, exposure: str) -> None:
    rendered = chart(nested({"global.exposure": exposure}))
    for source in (INTERNET, STRANGER, outside("10.0.0.1")):
        assert entered(rendered, source) == EXPOSED


def test_users_and_admins_are_named_apart(chart: Chart) -> None:
    users, admins = outside("203.0.113.7"), outside("198.51.100.7")
    rendered = chart(
        nested(
            {
                "global.exposedTo.users": [{"ipBlock": {"cidr": "203.0.113.7/32"}}],
                "global.exposedTo.admins": [{"ipBlock": {"cidr": "198.51.100.7/32"}}],
            }
        )
    )
    assert entered(rendered, users) == {"frontend": [3000], "api": [8080]}
    assert entered(rendered, admins) == {"grafana": [3000]}
    assert entered(rendered, INTERNET) == {}


def test_outsiders_can_be_named(chart: Chart) -> None:
    peers = [
        {"ipBlock": {"cidr": "203.0.113.0/24"}},
        {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress"}}},
    ]
    rendered = chart(nested({"global.exposedTo": {"users": peers, "admins": peers}}))
    assert entered(rendered, INTERNET) == EXPOSED
    assert entered(rendered, Place("controller", namespace="ingress")) == EXPOSED
    assert entered(rendered, STRANGER) == {}
    assert entered(rendered, outside("198.51.100.1")) == {}


def test_cluster_ip_lets_nobody_in(chart: Chart) -> None:
    rendered = chart(nested({"global.exposure": "clusterIP"}))
    for source in (INTERNET, STRANGER):
        assert entered(rendered, source) == {}
    assert open_ways(rendered) == declared_ways(rendered)


def test_a_service_type_of_its_own_opens_and_closes_the_way_in(chart: Chart) -> None:
    one_open = chart(
        nested({"global.exposure": "clusterIP", "monitoring.grafana.service.type": "LoadBalancer"})
    )
    assert entered(one_open, INTERNET) == {"grafana": [3000]}
    one_closed = chart(nested({"application.api.service.type": "ClusterIP"}))
    assert entered(one_closed, INTERNET) == {"frontend": [3000], "grafana": [3000]}
    no_host = {"global.exposure": "ingress", "monitoring.grafana.ingress.enabled": False}
    assert entered(chart(nested(no_host)), STRANGER) == {"frontend": [3000], "api": [8080]}


def test_the_preparing_job_reaches_the_api_server_and_nobody_reaches_it(chart: Chart) -> None:
    rendered = chart(nested({"networkPolicy.apiServerPorts": [6443]}))
    (job,) = (item.name for item in pods(rendered) if item.name.startswith("genx-fx-prepare"))
    assert reaches(rendered, job, outside("10.96.0.1")) == [6443]
    assert entered(rendered, INTERNET).get(job, []) == []


def test_the_preparing_job_is_as_closed_before_any_other_policy_is_there(chart: Chart) -> None:
    rendered = chart()
    hooks = [item for item in rendered.objects if _is_early(item)]
    network = Network.of(Render(tuple(hooks)))
    (job,) = (item for item in pods(rendered) if item.name.startswith("genx-fx-prepare"))
    for source in (INTERNET, STRANGER, place(rendered, "api")):
        assert not [port for port in ports() if network.allows(source, job, port)]
    reached = [port for port in ports() if network.allows(job, NAME_SERVER, port, "UDP")]
    assert reached == [53, 5353]
    assert [port for port in ports() if network.allows(job, INTERNET, port)] == [443, 6443]


def _is_early(item: Manifest) -> bool:
    annotations = item["metadata"].get("annotations", {})
    return "pre-install" in annotations.get("helm.sh/hook", "")


@pytest.mark.parametrize("name", ["application.api", "data.mysql", "monitoring.grafana"])
def test_a_disabled_component_closes_its_ways(chart: Chart, name: str) -> None:
    gone = name.split(".")[1]
    rendered = chart(nested({f"{name}.enabled": False} | nobody_waits_for(gone)))
    assert open_ways(rendered) == declared_ways(rendered, without=gone)
    for policy in rendered.names("NetworkPolicy"):
        assert gone not in policy.split("-")
    ghost = Place(gone, namespace=NAMESPACE, labels={"app.kubernetes.io/name": gone})
    assert reaches(rendered, "trading-bot", ghost) == []


def test_an_external_database_is_reached_at_its_address_and_port_only(chart: Chart) -> None:
    values = {
        "global.external.mysql.host": "db.example",
        "global.external.mysql.port": 33060,
        "global.external.mysql.cidrs": ["10.9.0.0/24", "10.7.0.7/32"],
    }
    rendered = chart(nested(values))
    for name in ("api", "trading-bot", "grafana"):
        assert reaches(rendered, name, outside("10.9.0.7")) == [33060]
        assert reaches(rendered, name, outside("10.7.0.7")) == [33060]
        assert reaches(rendered, name, outside("10.8.0.7")) == []
    assert reaches(rendered, "frontend", outside("10.9.0.7")) == []


def test_the_address_of_an_external_server_may_be_its_host(chart: Chart) -> None:
    rendered = chart(nested({"global.external.mysql.host": "10.9.0.7"}))
    for name in ("api", "trading-bot", "grafana"):
        assert reaches(rendered, name, outside("10.9.0.7")) == [3306]
        assert reaches(rendered, name, outside("10.9.0.8")) == []


def test_an_external_server_may_be_pods_of_this_cluster(chart: Chart) -> None:
    operator = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "db"}}}
    values = {
        "global.external.mysql.host": "mysql.db.svc",
        "global.external.mysql.peers": [operator],
    }
    server = Place("mysql", namespace="db")
    assert reaches(chart(nested(values)), "api", server) == [3306]
    other_port = chart(nested({**values, "global.external.mysql.podPort": 6443}))
    assert reaches(other_port, "api", server) == [6443]
    for target in (outside("10.9.0.7"), STRANGER):
        assert reaches(other_port, "api", target) == []


METADATA = [outside("169.254.169.254"), outside("169.254.170.2"), outside("fd00:ec2::254")]
"""Where clouds hand out the credentials of a machine: all of them, AWS ECS, AWS by IPv6."""
ANYWHERE = ["0.0.0.0/0", "::/0"]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {
            "global.external.mysql.host": "db.example",
            "global.external.mysql.cidrs": ANYWHERE,
            "global.external.redis.host": "cache.example",
            "global.external.redis.cidrs": ["168.0.0.0/6", "169.254.0.0/15", "160.0.0.0/3"],
        },
        {"networkPolicy.apiServerPorts": [80, 443]},
    ],
    ids=["default", "external servers anywhere", "API server anywhere"],
)
def test_no_pod_reaches_the_metadata_of_its_machine(chart: Chart, values: dict[str, Any]) -> None:
    rendered = chart(nested(values))
    for item in pods(rendered):
        for address in METADATA:
            assert reaches(rendered, item.name, address) == [], f"{item.name} reaches {address}"


def test_ranges_around_the_metadata_service_are_open_otherwise(chart: Chart) -> None:
    values = {
        "global.external.redis.host": "cache.example",
        "global.external.redis.cidrs": ["168.0.0.0/6", "10.0.0.0/8"],
    }
    rendered = chart(nested(values))
    for address in ("169.253.0.1", "169.255.0.1", "168.1.1.1", "171.1.1.1", "10.254.0.1"):
        assert reaches(rendered, "api", outside(address)) == [
            *([443] if not address.startswith("10.") else []),
            6379,
        ]


def test_name_servers_may_be_where_the_metadata_is(chart: Chart) -> None:
    """GKE Cloud DNS answers at the address of the metadata service, on the ports of DNS alone."""
    peers = [{"ipBlock": {"cidr": "169.254.169.254/32"}}]
    rendered = chart(nested({"networkPolicy.dns.peers": peers}))
    for item in pods(rendered):
        for protocol in ("TCP", "UDP"):
            assert reaches(rendered, item.name, METADATA[0], protocol) == [53, 5353]
        assert reaches(rendered, item.name, METADATA[1], "UDP") == []


def test_the_api_server_can_be_named(chart: Chart) -> None:
    def reached(cidrs: list[str], address: str) -> list[int]:
        rendered = chart(nested({"networkPolicy.apiServerCidrs": cidrs}))
        (job,) = (item.name for item in pods(rendered) if item.name.startswith("genx-fx-prepare"))
        return reaches(rendered, job, outside(address))

    assert reached(["10.0.0.1/32"], "10.0.0.1") == [443, 6443]
    assert reached(["10.0.0.1/32"], "10.0.0.2") == []
    assert reached([], "10.0.0.2") == [443, 6443]


def test_an_external_cache_is_reached_by_its_callers(chart: Chart) -> None:
    rendered = chart(
        nested(
            {
                "global.external.redis.host": "r.example",
                "global.external.redis.cidrs": ["10.9.0.7/32"],
            }
        )
    )
    for name, reached in {"api": [6379], "trading-bot": [6379], "grafana": []}.items():
        assert reaches(rendered, name, outside("10.9.0.7")) == reached


def test_without_policies_there_are_none(chart: Chart) -> None:
    rendered = chart(nested({"networkPolicy.enabled": False}))
    # But for the hook's: while it runs, the policies of the revision before still hold.
    (hook,) = rendered.of_kind("NetworkPolicy")
    assert "pre-upgrade" in hook["metadata"]["annotations"]["helm.sh/hook"]
    without_hook = nested(
        {
            "networkPolicy.enabled": False,
            "releaseChecks.enabled": False,
            "global.secrets.source": "values",
            "global.secrets.values": SECRETS,
        }
    )
    assert chart(without_hook).of_kind("NetworkPolicy") == []


def test_one_component_can_be_left_open(chart: Chart) -> None:
    rendered = chart(nested({"data.redis.networkPolicy.enabled": False}))
    assert entered(rendered, STRANGER)["redis"] == ports()
    assert reaches(rendered, "redis", INTERNET) == ports()
    assert "mysql" not in entered(rendered, STRANGER)
    others = {way for way in open_ways(rendered) if "redis" not in (way[0], way[1])}
    declared = {way for way in declared_ways(rendered) if "redis" not in (way[0], way[1])}
    assert others == declared


def test_rules_can_be_added(chart: Chart) -> None:
    rendered = chart(
        nested(
            {
                "data.mysql.networkPolicy.extraIngress": [
                    {
                        "from": [
                            {
                                "namespaceSelector": {
                                    "matchLabels": {"kubernetes.io/metadata.name": "backup"}
                                }
                            }
                        ],
                        "ports": [{"port": 3306}],
                    }
                ],
                "application.api.networkPolicy.extraEgress": [
                    {"to": [{"ipBlock": {"cidr": "10.5.0.0/16"}}], "ports": [{"port": 9090}]}
                ],
            }
        )
    )
    assert entered(rendered, Place("dump", namespace="backup"))["mysql"] == [3306]
    assert reaches(rendered, "api", outside("10.5.0.1")) == [9090]
    assert open_ways(rendered) == declared_ways(rendered)


class TestEvaluator:
    """The evaluator itself: a wrong one would let everything pass."""

    target = Place("a", namespace=NAMESPACE, labels={"app": "a"}, ports={"web": 80})

    def network(self, **spec: Any) -> Network:
        policy = {"podSelector": {}, "policyTypes": ["Ingress"], **spec}
        return Network(({"spec": policy},))

    def test_a_pod_without_policies_is_open(self) -> None:
        assert Network(()).allows(STRANGER, self.target, 1)

    def test_a_policy_without_rules_denies(self) -> None:
        assert not self.network().allows(STRANGER, self.target, 80)

    def test_a_policy_without_peers_admits_all_to_its_ports(self) -> None:
        network = self.network(ingress=[{"ports": [{"port": "web"}]}])
        assert network.allows(STRANGER, self.target, 80)
        assert not network.allows(STRANGER, self.target, 81)
        assert not network.allows(STRANGER, self.target, 80, "UDP")

    def test_a_pod_selector_means_this_namespace(self) -> None:
        network = self.network(ingress=[{"from": [{"podSelector": {}}]}])
        assert network.allows(self.target, self.target, 80)
        assert not network.allows(STRANGER, self.target, 80)
        assert not network.allows(INTERNET, self.target, 80)

    def test_exceptions_are_holes(self) -> None:
        block = {"cidr": "0.0.0.0/0", "except": ["203.0.113.0/24"]}
        network = self.network(ingress=[{"from": [{"ipBlock": block}]}])
        assert not network.allows(INTERNET, self.target, 80)
        assert network.allows(outside("198.51.100.1"), self.target, 80)

    def test_both_ends_must_agree(self) -> None:
        network = self.network(policyTypes=["Ingress", "Egress"], ingress=[{}])
        assert network.allows(STRANGER, self.target, 80)
        assert not network.allows(self.target, self.target, 80)
