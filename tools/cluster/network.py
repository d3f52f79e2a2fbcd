"""The cluster's network: free address ranges, and rules that keep its traffic on this machine."""

from __future__ import annotations

import ipaddress
import json
import os
import socket
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..kind_node.cache import last_line
from .engine import Engine, find_program, system_environment
from .errors import ClusterError

NAME = "genx-fx"
BRIDGE = "br-genx-fx"
TABLE = "genx_fx"
FAMILY = "inet"
# Runs before the filters of engines and firewalls, so no later rule can accept the packet.
PRIORITY = -10

# An address of this machine's own where nothing listens.
NOBODY = "127.255.255.254"

Network = ipaddress.IPv4Network
Rule = dict[str, Any]

# Far apart, so that one route in use does not overlap with all of them.
NODES = tuple(
    Network(f"{base}.0/24") for base in ("172.31.240", "192.168.240", "172.21.240", "10.213.240")
)
PODS = tuple(Network(f"{base}.0.0/16") for base in ("10.244", "10.187", "172.26"))
SERVICES = tuple(Network(f"{base}.0.0/16") for base in ("10.96", "10.171", "172.27"))
Nft = Callable[[Sequence[str], str], str]


@dataclass(frozen=True)
class Ranges:
    """The addresses of one cluster, as CIDRs."""

    nodes: str
    pods: str
    services: str
    names_on_host: bool = False
    """Whether the engine's name server is on the host, at the gateway, as Podman's is."""

    @property
    def gateway(self) -> str:
        """Address of the host on the nodes' network."""
        return str(Network(self.nodes)[1])

    @property
    def containers(self) -> str:
        """The lower half of the nodes' network, where the engine gives nodes their addresses."""
        return str(next(Network(self.nodes).subnets()))

    @property
    def load_balancers(self) -> tuple[str, str]:
        """First and last address for services of type LoadBalancer: the top of the network."""
        network = Network(self.nodes)
        return str(network[200]), str(network[250])

    @property
    def all(self) -> tuple[str, ...]:
        """Every range."""
        return (self.nodes, self.pods, self.services)


def networks_in_use() -> list[Network]:
    """Return what this machine reaches: networks with a route, and addresses without one."""
    table = _read("/proc/net/route")
    name_servers = resolvers(_read("/etc/resolv.conf"))
    # In a pod, the ranges of pods and services may have no route of their own.
    api_server = os.environ.get("KUBERNETES_SERVICE_HOST", "")
    addresses = [*gateways(table), *name_servers, *own_address(), api_server]
    return [*host_routes(table), *(Network(one) for one in addresses if _is_address(one))]


def _read(path: str) -> str:
    file = Path(path)
    return file.read_text() if file.exists() else ""


def host_routes(table: str) -> list[Network]:
    """Return the networks that the host has routes to, except the default and our own bridge.

    `table` is the text of /proc/net/route.
    """
    routes = []
    for line in table.splitlines()[1:]:
        device, destination, *_, mask = line.split()[:8]
        length = int(mask, 16).bit_count()
        # A VPN may split the default route into two halves.
        if device != BRIDGE and length > 1:
            routes.append(Network((_address(destination), length), strict=False))
    return routes


def gateways(table: str) -> list[str]:
    """Return the addresses that the routes of /proc/net/route, of which this is the text, go by."""
    columns = [line.split() for line in table.splitlines()[1:]]
    found = {str(_address(line[2])) for line in columns if line[0] != BRIDGE}
    return sorted(found - {"0.0.0.0"})


def _address(column: str) -> ipaddress.IPv4Address:
    return ipaddress.IPv4Address(int.from_bytes(bytes.fromhex(column), "little"))


def resolvers(settings: str) -> list[str]:
    """Return the name servers in the text of a resolv.conf."""
    lines = [line.split() for line in settings.splitlines()]
    return [line[1] for line in lines if len(line) > 1 and line[0] == "nameserver"]


def own_address() -> list[str]:
    """Return the address that this machine calls others from; none where it has no way to them."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unused:
        try:
            unused.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            return []
        return [str(unused.getsockname()[0])]


def _is_address(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False  # no address, IPv6, or a host name
    return True


def free_ranges(in_use: Iterable[Network]) -> Ranges:
    """Return the cluster's ranges: of each kind the first that overlaps with none in use.

    ClusterError where there is none.
    """
    used = list(in_use)

    def first_free(what: str, ranges: Sequence[Network]) -> str:
        for one in ranges:
            if not any(one.overlaps(other) for other in used):
                return str(one)
        clashes = {str(other) for other in used if any(one.overlaps(other) for one in ranges)}
        raise ClusterError(
            f"no range is free for the cluster's {what}: it may be one of "
            f"{', '.join(map(str, ranges))}, and this machine uses {', '.join(sorted(clashes))}; "
            "have one of these away while the cluster is up, such as by leaving a VPN (`ip route` "
            "lists routes)"
        )

    return Ranges(
        nodes=first_free("nodes", NODES),
        pods=first_free("pods", PODS),
        services=first_free("services", SERVICES),
    )


def create(engine: Engine, ranges: Ranges) -> None:
    """Make the engine's network for the nodes, without a way out."""
    docker_only = (
        *("--opt", f"com.docker.network.bridge.name={BRIDGE}"),
        *("--opt", "com.docker.network.bridge.enable_ip_masquerade=false"),
    )
    # Its name server asks those of the host for what it doesn't know, unless told of another.
    podman_only = ("--interface-name", BRIDGE, "--dns", NOBODY)
    engine.output(
        *("network", "create", "--driver", "bridge", "--subnet", ranges.nodes),
        *("--gateway", ranges.gateway, "--ip-range", ranges.containers),
        *(podman_only if engine.program == "podman" else docker_only),
        NAME,
    )


def exists(engine: Engine, ranges: Ranges) -> bool:
    """Return whether the engine has the network, with these nodes' addresses."""
    done = engine.run("network", "inspect", NAME)
    return done.returncode == 0 and f'"{ranges.nodes}"' in done.stdout


def remove(engine: Engine) -> None:
    """Remove the engine's network, if it is there; ClusterError where a container still uses it."""
    done = engine.run("network", "rm", NAME)
    if done.returncode and engine.run("network", "inspect", NAME).returncode == 0:
        raise ClusterError(
            f"cannot remove the network {NAME}: {last_line(done.stderr)}; remove the containers "
            f"that `{engine.program} network inspect {NAME}` names, and try again"
        )


def rules(ranges: Ranges) -> dict[str, dict[str, Any]]:
    """Return the rules that keep the cluster on this machine, by what each is for.

    Each has the chain it belongs to, its matches, in the JSON of libnftables, and its verdict where
    that is not to drop.
    """
    bridge_in, bridge_out = _interface("iifname", "=="), _interface("oifname", "==")
    names = {
        "names of nodes": {
            "chain": "input",
            "match": [bridge_in, *_name_server(ranges.gateway)],
            "verdict": "accept",
        }
    }
    return (names if ranges.names_on_host else {}) | {
        "cluster to outside": {
            "chain": "forward",
            "match": [bridge_in, _interface("oifname", "!=")],
        },
        "outside to cluster": {
            "chain": "forward",
            "match": [_interface("iifname", "!="), bridge_out],
        },
        # Otherwise a name server or a proxy on the host could be a way out.
        "cluster to host": {"chain": "input", "match": [bridge_in, _NEW]},
        "host to cluster by another way": {
            "chain": "output",
            "match": [_interface("oifname", "!=", BRIDGE, "lo"), _destination(ranges.all)],
        },
    }


def _interface(key: str, operator: str, *names: str) -> Rule:
    right = {"set": sorted(names)} if names else BRIDGE
    return {"match": {"op": operator, "left": {"meta": {"key": key}}, "right": right}}


def _name_server(server: str) -> list[Rule]:
    return [
        _equals({"payload": {"protocol": "ip", "field": "daddr"}}, server),
        _equals({"meta": {"key": "l4proto"}}, {"set": ["tcp", "udp"]}),
        _equals({"payload": {"protocol": "th", "field": "dport"}}, 53),
    ]


def _equals(left: Rule, right: object) -> Rule:
    return {"match": {"op": "==", "left": left, "right": right}}


def _verdict(rule: dict[str, Any]) -> Rule:
    return {rule.get("verdict", "drop"): None}


_NEW: Rule = {"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": "new"}}


def _destination(cidrs: Iterable[str]) -> Rule:
    networks = sorted(Network(cidr) for cidr in cidrs)
    prefixes = [{"prefix": {"addr": str(one[0]), "len": one.prefixlen}} for one in networks]
    return _equals({"payload": {"protocol": "ip", "field": "daddr"}}, {"set": prefixes})


def can_guard() -> bool:
    """Return whether this process may set rules on the host: root, with nft."""
    return os.name == "posix" and os.geteuid() == 0 and find_program("nft") is not None


def guard(ranges: Ranges) -> None:
    """Put the rules in place, all at once, instead of those that were there."""
    table = {"family": FAMILY, "name": TABLE}
    place = {"family": FAMILY, "table": TABLE}
    commands: list[Any] = [
        {"add": {"table": table}},
        {"delete": {"table": table}},
        {"add": {"table": table}},
    ]
    for chain in ("forward", "input", "output"):
        base = {"type": "filter", "hook": chain, "prio": PRIORITY, "policy": "accept"}
        commands.append({"add": {"chain": {**place, "name": chain, **base}}})
    for comment, rule in rules(ranges).items():
        counter = {"counter": {"packets": 0, "bytes": 0}}
        expression = [*rule["match"], counter, _verdict(rule)]
        line = {**place, "chain": rule["chain"], "comment": comment, "expr": expression}
        commands.append({"add": {"rule": line}})
    nft(["-j", "-f", "-"], json.dumps({"nftables": commands}))


def check_isolation(ranges: Ranges, read: Nft | None = None) -> None:
    """Read the host's rules back; ClusterError names each that is missing or altered."""
    try:
        items = _listed(read or nft)
    except ClusterError:
        items = []
    hooks = {
        item["chain"]["name"]: (item["chain"].get("hook"), item["chain"].get("type"))
        for item in items
        if "chain" in item
    }
    present = {
        rule.get("comment"): (rule["chain"], [_canonical(part) for part in rule["expr"]])
        for rule in (item["rule"] for item in items if "rule" in item)
    }
    wrong = []
    for comment, rule in rules(ranges).items():
        chain = rule["chain"]
        expected = [_canonical(part) for part in (*rule["match"], {"counter": None})]
        expected.append(_canonical(_verdict(rule)))
        if hooks.get(chain) != (chain, "filter") or present.get(comment) != (chain, expected):
            wrong.append(comment)
    if wrong:
        raise ClusterError(
            f"the cluster is not shut off: the host's table {FAMILY} {TABLE} lacks the rule for "
            f"{', '.join(repr(comment) for comment in wrong)}; `python -m tools.cluster up` "
            "puts it back"
        )


def dropped_packets(read: Nft | None = None) -> dict[str, int]:
    """Return how many packets each of the rules has dropped since it was put in place."""
    found = {}
    for item in _listed(read or nft):
        if "rule" in item and {"drop": None} in item["rule"]["expr"]:
            counts = (part["counter"] for part in item["rule"]["expr"] if "counter" in part)
            found[item["rule"]["comment"]] = sum(count["packets"] for count in counts)
    return found


def unguard() -> None:
    """Take the rules away."""
    if can_guard() and _table_exists():
        nft(["delete", "table", FAMILY, TABLE], "")


def _table_exists() -> bool:
    return f"table {FAMILY} {TABLE}\n" in nft(["list", "tables"], "")


def _listed(read: Nft) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(read(["-j", "list", "table", FAMILY, TABLE], ""))[
        "nftables"
    ]
    return listed


def _canonical(part: Mapping[str, Any]) -> str:
    """Return an expression as text, without counts and in an order other than nft's."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            if "set" in value and isinstance(value["set"], list):
                return {"set": sorted(json.dumps(plain(item)) for item in value["set"])}
            return {
                key: None if key == "counter" else plain(item)
                for key, item in sorted(value.items())
            }
        return value

    return json.dumps(plain(part), sort_keys=True)


def nft(arguments: Sequence[str], stdin: str) -> str:
    """Run nft; ClusterError where it refuses."""
    done = subprocess.run(
        ["nft", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        env=system_environment(),
        check=False,
    )
    if done.returncode:
        raise ClusterError(f"`nft {' '.join(arguments)}` failed: {last_line(done.stderr)}")
    return done.stdout


def let_nodes_talk(wanted: bool) -> None:
    """Let nodes reach each other where the host filters what its bridges carry.

    An engine that manages the host's firewall sees to it. Ours does not, and another program may
    have set the firewall to refuse what it does not know.
    """
    rule = ["FORWARD", "-i", BRIDGE, "-o", BRIDGE, "-j", "ACCEPT"]
    if find_program("iptables") is None:
        return
    present = _iptables("-C", *rule)
    if wanted and not present and not _iptables("-I", *rule):
        raise ClusterError("`iptables -I FORWARD` failed; nodes could not reach each other")
    if not wanted and present:
        _iptables("-D", *rule)


def _iptables(*arguments: str) -> bool:
    command = ["iptables", "--wait", *arguments]
    env = system_environment()
    return subprocess.run(command, capture_output=True, env=env, check=False).returncode == 0
