from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from ipaddress import IPv4Network
from itertools import combinations
from typing import Any

import pytest

from tools.cluster import ClusterError, network
from tools.cluster.network import Ranges

RANGES = Ranges(
    nodes="172.31.240.0/24", pods="10.244.0.0/16", services="10.96.0.0/16", names_on_host=True
)
ROUTES = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
br-genx-fx\t00F01FAC\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
tun0\t00000000\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0
tun0\t00000080\t0100080A\t0003\t0\t0\t0\t00000080\t0\t0\t0
"""


def test_routes_are_those_of_others() -> None:
    assert network.host_routes(ROUTES) == [IPv4Network("192.0.2.0/24")]


def test_gateways_and_name_servers_are_in_use() -> None:
    assert network.gateways(ROUTES) == ["10.8.0.1", "192.0.2.1"]
    settings = "# of the network\nsearch svc.cluster.local\nnameserver 10.96.0.10\nnameserver ::1\n"
    assert network.resolvers(settings) == ["10.96.0.10", "::1"]


@pytest.fixture
def in_use(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return the files that tell what this machine reaches, by path; it is no pod."""
    files: dict[str, str] = {"/proc/net/route": "", "/etc/resolv.conf": ""}
    monkeypatch.setattr(network, "_read", files.__getitem__)
    monkeypatch.setattr(network, "own_address", list)
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    return files


def test_a_machine_with_nothing_in_the_way_gets_the_first_of_each_range(
    in_use: dict[str, str],
) -> None:
    in_use["/proc/net/route"] = ROUTES
    in_use["/etc/resolv.conf"] = "nameserver 127.0.0.53\nnameserver 2001:db8::1\n"
    ranges = network.free_ranges(network.networks_in_use())
    assert ranges == replace(RANGES, names_on_host=False)


def test_a_pod_keeps_its_own_cluster_reachable(
    in_use: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where pods have an address of 32 bits, and a gateway that is none of their range."""
    in_use["/proc/net/route"] = ROUTES.splitlines()[0] + (
        "\neth0\t00000000\t0101FEA9\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
    )
    monkeypatch.setattr(network, "own_address", lambda: ["10.244.3.7"])
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.96.0.1")
    ranges = network.free_ranges(network.networks_in_use())
    assert (ranges.pods, ranges.services) == ("10.187.0.0/16", "10.171.0.0/16")


def test_a_name_server_among_the_services_moves_them(in_use: dict[str, str]) -> None:
    in_use["/etc/resolv.conf"] = "nameserver 10.96.0.10\n"
    assert network.free_ranges(network.networks_in_use()).services == "10.171.0.0/16"


def test_a_gateway_among_the_pods_moves_them(in_use: dict[str, str]) -> None:
    in_use["/proc/net/route"] = ROUTES.replace("010200C0", "0103F40A")
    assert network.free_ranges(network.networks_in_use()).pods == "10.187.0.0/16"


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        (["172.16.0.0/12", "192.168.240.128/25"], ("10.213.240.0/24", RANGES.pods)),
        (["10.0.0.0/8"], (RANGES.nodes, "172.26.0.0/16")),
    ],
)
def test_ranges_are_the_first_that_nothing_in_use_overlaps(
    routes: list[str], expected: tuple[str, str]
) -> None:
    ranges = network.free_ranges(map(IPv4Network, routes))
    assert (ranges.nodes, ranges.pods) == expected


def test_no_range_overlaps_with_one_of_another_kind() -> None:
    every = [*network.NODES, *network.PODS, *network.SERVICES]
    assert not [pair for pair in combinations(every, 2) if pair[0].overlaps(pair[1])]


@pytest.mark.parametrize(
    ("routes", "said"),
    [
        (["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"], "nodes"),
        (["10.0.0.0/8", "172.26.3.0/24"], r"pods: .* and this machine uses 10.*/8, 172.26.3.0/24;"),
        (["10.0.0.0/8", "172.27.0.0/16"], "services"),
    ],
)
def test_ranges_that_are_all_in_use_are_named(routes: list[str], said: str) -> None:
    with pytest.raises(ClusterError, match=f"no range is free for the cluster's {said}"):
        network.free_ranges(map(IPv4Network, routes))


def test_load_balancers_get_no_address_that_the_engine_gives_to_nodes() -> None:
    containers = IPv4Network(RANGES.containers)
    assert not any(IPv4Network(one).subnet_of(containers) for one in RANGES.load_balancers)


def listing() -> list[dict[str, Any]]:
    """Return what nft lists when all is in place: with handles, counts, and its own order."""
    place = {"family": "inet", "table": "genx_fx"}
    chains = [
        {"chain": {**place, "name": name, "type": "filter", "hook": name, "handle": number}}
        for number, name in enumerate(("forward", "input", "output"))
    ]
    rules = []
    for comment, rule in network.rules(RANGES).items():
        match = copy.deepcopy(rule["match"])
        for part in match:
            right = part["match"]["right"]
            if isinstance(right, dict) and "set" in right:
                right["set"].reverse()
        verdict = {rule.get("verdict", "drop"): None}
        expression = [*match, {"counter": {"packets": 3, "bytes": 180}}, verdict]
        line = {"chain": rule["chain"], "comment": comment, "handle": 9, "expr": expression}
        rules.append({"rule": {**place, **line}})
    return [{"metainfo": {}}, {"table": place}, *chains, *rules]


def read(items: list[dict[str, Any]]) -> Callable[[Sequence[str], str], str]:
    return lambda arguments, stdin: json.dumps({"nftables": items})


def test_rules_in_place_are_accepted() -> None:
    network.check_isolation(RANGES, read(listing()))


@pytest.mark.parametrize("comment", network.rules(RANGES))
def test_a_missing_rule_is_named(comment: str) -> None:
    items = [item for item in listing() if item.get("rule", {}).get("comment") != comment]
    with pytest.raises(ClusterError, match=f"lacks the rule for '{comment}'"):
        network.check_isolation(RANGES, read(items))


def test_a_rule_that_accepts_is_named() -> None:
    items = listing()
    items[-1]["rule"]["expr"][-1] = {"accept": None}
    with pytest.raises(ClusterError, match=items[-1]["rule"]["comment"]):
        network.check_isolation(RANGES, read(items))


def test_a_rule_that_matches_less_is_named() -> None:
    other = Ranges(nodes="172.31.241.0/24", pods=RANGES.pods, services=RANGES.services)
    with pytest.raises(ClusterError, match="host to cluster by another way"):
        network.check_isolation(other, read(listing()))


def test_a_chain_without_its_hook_is_noticed() -> None:
    items = listing()
    del items[2]["chain"]["hook"]
    with pytest.raises(ClusterError, match="cluster to outside"):
        network.check_isolation(RANGES, read(items))


def test_no_table_at_all_lacks_every_rule() -> None:
    def refuse(arguments: Sequence[str], stdin: str) -> str:
        raise ClusterError("No such file or directory")

    with pytest.raises(ClusterError) as caught:
        network.check_isolation(RANGES, refuse)
    assert all(comment in str(caught.value) for comment in network.rules(RANGES))


def test_dropped_packets_are_counted_by_rule() -> None:
    dropping = network.rules(RANGES).keys() - {"names of nodes"}
    assert network.dropped_packets(read(listing())) == dict.fromkeys(dropping, 3)


def test_nodes_reach_a_name_server_on_the_host_before_all_else_is_dropped() -> None:
    chain = [comment for comment, rule in network.rules(RANGES).items() if rule["chain"] == "input"]
    assert chain == ["names of nodes", "cluster to host"]
    assert "names of nodes" not in network.rules(replace(RANGES, names_on_host=False))
