from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from ipaddress import IPv4Network
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


def test_nodes_get_the_first_range_that_no_route_overlaps() -> None:
    routes = [IPv4Network("172.16.0.0/12"), IPv4Network("192.168.240.128/25")]
    ranges = network.free_ranges(routes, RANGES.pods, RANGES.services)
    assert ranges.nodes == "10.213.240.0/24"


@pytest.mark.parametrize(
    ("route", "said"),
    [("10.0.0.0/8", "pods.*10.0.0.0/8"), ("10.96.3.0/24", "services")],
)
def test_a_range_that_is_taken_is_named(route: str, said: str) -> None:
    with pytest.raises(ClusterError, match=said):
        network.free_ranges([IPv4Network(route)], RANGES.pods, RANGES.services)


def test_ranges_that_are_all_taken_are_named() -> None:
    routes = [IPv4Network(one) for one in ("172.16.0.0/12", "192.168.0.0/16", "10.213.0.0/16")]
    with pytest.raises(ClusterError, match=r"no range is free for the cluster's nodes"):
        network.free_ranges(routes, RANGES.pods, RANGES.services)


def test_load_balancers_get_no_address_that_the_engine_gives_to_nodes() -> None:
    containers = IPv4Network(RANGES.containers)
    assert not any(IPv4Network(one).subnet_of(containers) for one in RANGES.load_balancers)


def listing() -> list[dict[str, Any]]:
    """What nft lists when all is in place: with handles, counts, and sets in its own order."""
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
