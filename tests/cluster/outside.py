"""A stand-in for the internet: an address beyond the nodes, which answers without being anywhere.

Each node gets a network of its own behind a virtual cable, inside the node. Nothing listens there,
so a connection that is let through is refused, and one that isn't gets no answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tools.cluster import Cluster

ADDRESS = "203.0.113.10"  # set aside for documentation, RFC 5737: nobody's
GATEWAY = "203.0.113.1"

BUILD = f"""
ip netns add outside
ip link add outside type veth peer name eth0 netns outside
ip address add {GATEWAY}/24 dev outside
ip link set outside up
ip -n outside address add {ADDRESS}/24 dev eth0
ip -n outside link set eth0 up
ip -n outside route add default via {GATEWAY}
nft add element inet isolation inside {{ {ADDRESS} }}
"""
REMOVE = f"""
nft delete element inet isolation inside {{ {ADDRESS} }}
ip link delete outside
ip netns delete outside
"""


@contextmanager
def outside(cluster: Cluster) -> Iterator[None]:
    """ADDRESS answers the pods of every node, until the block ends."""
    nodes = cluster.nodes()
    try:
        for node in nodes:
            cluster.node_exec(node, ["bash", "-c", REMOVE])  # left by a run that was killed
            done = cluster.node_exec(node, ["bash", "-ec", BUILD])
            assert done.returncode == 0, done.stderr
        yield
    finally:
        for node in nodes:
            cluster.node_exec(node, ["bash", "-c", REMOVE])
