"""Sends steady load to the platform's LoadBalancer addresses, with vegeta.

Two attackers run at once: one keeps its connections, one opens a connection for every request.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import os
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.cluster.kubectl import Kubectl, Object, eventually
from tests.cluster.release import Release
from tools.build import tool_path

REQUEST_TIMEOUT = 10  # seconds; an answer that takes longer is a failure
BODY = 200  # bytes of an answer that are kept, to tell why it is a failure
NANOSECONDS = 1_000_000_000

Request = tuple[str, str, str]  # method, Service, path

# The page, the API through the frontend, and the API itself.
REQUESTS: tuple[Request, ...] = (
    ("GET", "frontend-service", "/"),
    ("GET", "frontend-service", "/api/pairs"),
    # Not /health: its 503 while a database is slow is an answer, not a lost request.
    ("GET", "api-service", "/market-data?limit=5"),
    ("GET", "api-service", "/pairs"),
    ("GET", "api-service", "/signals?limit=5"),
    ("POST", "api-service", "/signals/compute"),
)


@dataclass(frozen=True)
class Failure:
    """A request that was lost: an answer of 400 or above, or none at all."""

    at: datetime
    connection: str  # "new" or "kept"
    request: str
    reason: str
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.at:%H:%M:%S.%f} {self.request} ({self.connection} connection, "
            f"{self.seconds:.3f} s): {self.reason}"
        )


@dataclass
class Load:
    """A load that goes on until its block ends; then it knows what came of it."""

    rate: int  # requests a second
    started: float = field(default_factory=time.monotonic)
    requests: int = 0
    failures: list[Failure] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)  # seconds, in ascending order
    by_connection: Counter[str] = field(default_factory=Counter)
    phases: list[tuple[datetime, str]] = field(default_factory=list)

    def phase(self, what: str) -> None:
        """Note what is done to the platform from now on."""
        self.phases.append((datetime.now(UTC), what))

    def go_on_until(self, requests: int) -> None:
        """Wait until so many requests have been sent."""
        seconds = requests / self.rate + 1  # vegeta takes a moment to start
        eventually(
            f"{requests} requests are sent",
            lambda: time.monotonic() - self.started >= seconds,
            timeout=seconds + 10,
        )

    def latency(self, share: float) -> float:
        """Return the seconds within which that share of the requests was done, such as 0.99."""
        return self.latencies[min(int(len(self.latencies) * share), len(self.latencies) - 1)]

    def during(self, failure: Failure) -> str:
        """Return what was done to the platform when a request failed."""
        began = [what for at, what in self.phases if at <= failure.at]
        return began[-1] if began else "before anything"

    def report(self) -> dict[str, Any]:
        """Return the whole result in the terms of JSON."""
        return {
            "requests": self.requests,
            "connections": dict(self.by_connection),
            "rate": self.rate,
            "seconds": {
                name: round(self.latency(share), 4)
                for name, share in (("median", 0.5), ("p99", 0.99), ("max", 1.0))
            },
            "phases": [f"{at:%H:%M:%S.%f} {what}" for at, what in self.phases],
            "failures": [f"{failure} [{self.during(failure)}]" for failure in self.failures],
            # The last part is the cause; before it are addresses and ports, which differ.
            "reasons": dict(Counter(one.reason.rsplit(": ", 1)[-1] for one in self.failures)),
        }


def addresses(kubectl: Kubectl, release: Release, requests: Iterable[Request]) -> list[str]:
    """Return requests to the release's LoadBalancers, as vegeta takes them: `GET http://…`.

    ValueError where an address isn't private: tests send load to no network but their own.
    """
    services = {name for _, name, _ in requests}
    origins = {name: origin(kubectl.get("service", name, release.namespace)) for name in services}
    return [f"{method} {origins[name]}{path}" for method, name, path in requests]


def address(kubectl: Kubectl, release: Release, service: str) -> str:
    """Return where the load balancer answers for a service."""
    return eventually(
        f"{service} has an address",
        lambda: origin(kubectl.get("service", service, release.namespace)),
        tolerate=ValueError,
    )


def origin(service: Object) -> str:
    """Return the address of a LoadBalancer Service; ValueError where it isn't private."""
    name = service["metadata"]["name"]
    ingress = service["status"].get("loadBalancer", {}).get("ingress") or [{}]
    address = ingress[0].get("ip", "")
    if not address or not ipaddress.ip_address(address).is_private:
        raise ValueError(
            f"{name} has the address {address or 'of nothing'!r}: load is only sent to a private "
            "address of a load balancer, as `make cluster` gives them"
        )
    return f"http://{address}:{service['spec']['ports'][0]['port']}"


@contextmanager
def steady_load(targets: Sequence[str], rate: int, folder: Path) -> Iterator[Load]:
    """Send requests at a steady rate a second until the block ends.

    Half of them use connections that are kept, the other half a new one each; the targets take
    turns. What each request came to is kept in the folder.
    """
    load = Load(rate)
    # A server that stops may close a kept connection just when a request is sent on it. vegeta then
    # repeats a read, as browsers do; a write may not be repeated, and needs a connection of its own
    # (RFC 9112, 9.3.1 and 9.5).
    reads = [target for target in targets if target.startswith("GET ")]
    attacks = {"kept": reads, "new": targets}
    with ExitStack() as attackers:
        for connection, requests in attacks.items():
            attackers.enter_context(_attacker(connection, requests, rate / len(attacks), folder))
        load.started = time.monotonic()
        yield load
    for connection in attacks:
        _add(load, connection, folder)
    load.latencies.sort()
    (folder / "load.json").write_text(json.dumps(load.report(), indent=2))


@contextmanager
def _attacker(connection: str, targets: Sequence[str], rate: float, folder: Path) -> Iterator[None]:
    command = [
        *(str(tool_path("vegeta")), "attack", "-duration=0", f"-rate={round(rate * 60)}/1m"),
        *(f"-keepalive={str(connection == 'kept').lower()}", "-redirects=-1", f"-max-body={BODY}"),
        *(f"-timeout={REQUEST_TIMEOUT}s", f"-output={folder / connection}.gob"),
    ]
    log = folder / f"{connection}.log"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stderr=errors,
            text=True,
            # A proxy cannot reach a cluster on this machine.
            env={**os.environ, "NO_PROXY": "*", "no_proxy": "*"},
        ) as process,
    ):
        assert process.stdin is not None
        process.stdin.write("\n".join(targets))
        process.stdin.close()
        try:
            yield
            assert process.poll() is None, f"vegeta ended early: {log.read_text()}"
        finally:
            process.terminate()  # it stops sending, and ends after the last answer


def _add(load: Load, connection: str, folder: Path) -> None:
    with subprocess.Popen(
        [str(tool_path("vegeta")), "encode", "--to=json", f"{folder / connection}.gob"],
        stdout=subprocess.PIPE,
        text=True,
    ) as encoder:
        assert encoder.stdout is not None
        for line in encoder.stdout:
            _add_result(load, connection, json.loads(line))
    assert encoder.returncode == 0, "vegeta cannot read its own results"


def _add_result(load: Load, connection: str, result: dict[str, Any]) -> None:
    seconds = result["latency"] / NANOSECONDS
    load.requests += 1
    load.by_connection[connection] += 1
    load.latencies.append(seconds)
    if result["error"] or not 200 <= result["code"] < 400:
        load.failures.append(
            Failure(
                at=datetime.fromisoformat(result["timestamp"]),
                connection=connection,
                request=f"{result['method']} {result['url']}",
                reason=_reason(result),
                seconds=seconds,
            )
        )


def _reason(result: dict[str, Any]) -> str:
    body = base64.b64decode(result["body"] or "").decode(errors="replace")
    return " ".join(filter(None, (result["error"], body)))
