"""Pods that try every port of each other, for as long as tests ask them to."""

from __future__ import annotations

import functools
import json
import subprocess
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.cluster.kubectl import Kubectl, Object
from tests.cluster.network_policy_cases import API_PORT, PODS, PORTS, TCP_PORTS, UDP_PORT, Case
from tests.cluster.pods import python_pod

# Answers each request with the number of requests that came from the kubelet's probes.
SERVER = """
import asyncio, sys
probes = 0
async def answer(reader, writer):
    global probes
    try:
        probes += b"kube-probe" in await asyncio.wait_for(reader.readuntil(b"\\r\\n\\r\\n"), 10)
        writer.write(b"HTTP/1.0 200 OK\\r\\n\\r\\n%d" % probes)
        await writer.drain()
    except (OSError, asyncio.IncompleteReadError, TimeoutError):
        pass
    writer.close()
class Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport): self.transport = transport
    def datagram_received(self, data, address): self.transport.sendto(data, address)
async def main():
    udp, *tcp = map(int, sys.argv[1:])
    await asyncio.get_running_loop().create_datagram_endpoint(Echo, local_addr=("0.0.0.0", udp))
    for port in tcp:
        await asyncio.start_server(answer, "0.0.0.0", port)
    await asyncio.Event().wait()
asyncio.run(main())
"""

# Reads lists of targets, a line each, tries all of a list at once, and prints what they answer.
PROBER = """
import concurrent.futures, json, socket, sys
REQUEST = b"GET / HTTP/1.0\\r\\n\\r\\n"
def probe(target):
    address, port, protocol = target
    kind = socket.SOCK_DGRAM if protocol == "UDP" else socket.SOCK_STREAM
    try:
        with socket.socket(socket.AF_INET, kind) as connection:
            connection.settimeout(1)
            connection.connect((address, port))
            connection.sendall(REQUEST)
            return connection.recv(100).decode()
    except OSError:
        return ""
with concurrent.futures.ThreadPoolExecutor(64) as pool:
    for line in sys.stdin:
        print(json.dumps(list(pool.map(probe, json.loads(line)))), flush=True)
"""

Target = tuple[str, int, str]  # address, port, protocol


class Prober:
    """A process in a pod that tries connections. Its own line to the test is open to it always."""

    def __init__(self, kubectl: Kubectl, namespace: str, pod: str) -> None:
        command = ["exec", "-i", "-n", namespace, pod, "--", "python3", "-c", PROBER]
        self._process = subprocess.Popen(
            [str(kubectl.program), "--context", kubectl.context, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=kubectl.environment,
        )

    def probe(self, targets: Sequence[Target]) -> list[str]:
        """Return what each target answers; empty where no connection comes about in a second."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(targets), file=self._process.stdin, flush=True)
        answers: list[str] = json.loads(self._process.stdout.readline())
        return answers

    def close(self) -> None:
        """End the process."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process.terminate()
        self._process.wait()


class Arena:
    """The five pods, in two namespaces of their own, spread over the nodes."""

    def __init__(
        self, kubectl: Kubectl, image: str, nodes: Sequence[str], namespaces: dict[str, str]
    ) -> None:
        self.kubectl = kubectl
        self.namespaces = namespaces
        for team, namespace in namespaces.items():
            kubectl("label", "namespace", namespace, f"team={team}")
        # Two pods of shop share a node; all other pairs are on different nodes if there are two.
        hosts = dict(zip(PODS, [nodes[0], nodes[0], *[nodes[-1]] * 3], strict=True))
        for team in namespaces:
            made = [_pod(name, image, hosts[name]) for name in PODS if name.startswith(f"{team}/")]
            kubectl.apply(made, self.namespaces[team])
        for namespace in namespaces.values():
            kubectl(
                "wait", "pods", "--all", "--for=condition=Ready", "-n", namespace, "--timeout=120s"
            )
        self.addresses = {
            name: kubectl.get("pod", pod_name, namespace)["status"]["podIP"]
            for name in PODS
            for namespace, pod_name in [self.place(name)]
        }
        self.probers = {name: Prober(kubectl, *self.place(name)) for name in PODS}

    def place(self, name: str) -> tuple[str, str]:
        """Return the namespace and name of a pod such as `shop/web`."""
        team, _, pod = name.partition("/")
        return self.namespaces[team], pod

    @functools.cached_property
    def flows(self) -> tuple[str, ...]:
        """Every flow from one pod to a port of another."""
        pairs = ((source, target) for source in PODS for target in PODS if source != target)
        return tuple(f"{source} > {target}:{port}" for source, target in pairs for port in PORTS)

    def open_flows(self) -> set[str]:
        """Return the flows that get an answer now."""
        by_source: dict[str, list[str]] = {}
        for flow in self.flows:
            by_source.setdefault(flow.split(" > ")[0], []).append(flow)

        def probe(source: str) -> list[str]:
            flows = by_source[source]
            answers = self.probers[source].probe([self._target(flow) for flow in flows])
            return [flow for flow, answer in zip(flows, answers, strict=True) if answer]

        with ThreadPoolExecutor(len(by_source)) as pool:
            return {flow for part in pool.map(probe, by_source) for flow in part}

    def _target(self, flow: str) -> Target:
        name, _, port = flow.partition(" > ")[2].partition(":")
        number, _, protocol = port.partition("/")
        return self.addresses[name], int(number), protocol

    def enforce(self, policies: Iterable[Object]) -> None:
        """Apply these policies, in the place of those of the last time where they are as many."""
        made = [
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "metadata": {
                    "name": f"case-{position}",
                    "namespace": self.namespaces[policy["namespace"]],
                    "labels": {"arena": self.namespaces["shop"]},
                },
                "spec": self._filled_in(policy["spec"]),
            }
            for position, policy in enumerate(policies)
        ]
        bundle = {"apiVersion": "v1", "kind": "List", "items": made}
        self.kubectl("apply", "-f", "-", stdin=json.dumps(bundle))

    def open_up(self) -> None:
        """Delete all policies of the arena."""
        label = f"arena={self.namespaces['shop']}"
        self.kubectl("delete", "networkpolicies", "--all-namespaces", "--selector", label)

    def _filled_in(self, value: Any) -> Any:
        text = json.dumps(value)
        for name, replacement in (*self.addresses.items(), *self.namespaces.items()):
            text = text.replace(f"{{{name}}}", replacement)
        return json.loads(text)

    def expected(self, case: Case) -> set[str]:
        """Return the flows that a case leaves open."""
        return {flow for flow in self.flows if case.is_open(flow)}

    def close(self) -> None:
        """End what runs in the pods."""
        for prober in self.probers.values():
            prober.close()


def _pod(name: str, image: str, node: str) -> Object:
    listening = map(str, (UDP_PORT, *TCP_PORTS))
    probe = {"httpGet": {"path": "/", "port": "http"}, "periodSeconds": 1, "timeoutSeconds": 5}
    return python_pod(
        name.partition("/")[2],
        image,
        SERVER,
        *listening,
        node=node,
        labels=PODS[name],
        ports=[
            {"name": "http", "containerPort": 8080},
            {"name": "api", "containerPort": API_PORT[name]},
            {"name": "query", "containerPort": UDP_PORT, "protocol": "UDP"},
        ],
        readinessProbe=probe,
        livenessProbe={**probe, "failureThreshold": 3},
    )
