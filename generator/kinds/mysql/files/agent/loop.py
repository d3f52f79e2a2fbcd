"""The loop of the agent: looks at the server, labels its pod, and acts while it is in no group."""

from __future__ import annotations

import math
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import TypeVar

from .decide import Decision, Silent, decide
from .kubernetes import Pods, address
from .mysql import Member
from .state import DOWN, Role, View
from .words import describe, is_whole

T = TypeVar("T")

PAUSE = 0.5  # seconds between two looks
REPEAT = 5.0  # seconds after which a label is set again, which somebody may have changed
RETRY = 2.0  # seconds between two attempts to get into a group
OUTDATED = 6.0  # seconds after which a server knows what happened while it was frozen
STUCK = 15.0  # seconds without a look after which the pod is not ready


@dataclass(frozen=True)
class Settings:
    """Who this is, and how the members and their label are called."""

    me: str
    members: tuple[str, ...]
    port: int
    probe_port: int
    role_label: str


def log(*words: object) -> None:
    """Print a line with the time in seconds."""
    print(f"{time.time():.3f}", *words, flush=True)


@dataclass
class Agent:
    """Keeps one member in the group, and its pod's label true."""

    settings: Settings
    member: Member
    pods: Pods
    role: Role | None = None
    looked: float = 0
    _labelled: float = 0
    _tried: float = 0
    _silent: float = -math.inf  # when the server last gave no answer: never so far
    _last: Decision | None = None
    _reasons: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """Look and act until the process is ended."""
        self._serve_probe()
        while True:
            self._guarded("turn", self.turn)
            time.sleep(PAUSE)

    def turn(self) -> None:
        """Look once, and do what follows from it."""
        view = self._guarded("look", self.member.server.view)
        role = view.pod_role if view else "none"
        if view is None:
            self._silent = time.monotonic()
        elif role == "primary" and self._may_be_outdated():
            role = "none"
        changed = role != self.role
        self.role, self.looked = role, time.monotonic()
        if changed:
            log("role", role, view.state if view else "no answer")
            self._labelled = 0
        if self.looked - self._labelled > REPEAT:
            self._guarded("label", self._label)
        if view and view.state in DOWN and time.monotonic() - self._tried > RETRY:
            self._guarded("act", partial(self._act, view))
            self._tried = time.monotonic()

    def _may_be_outdated(self) -> bool:
        """Return whether the server does not know yet that another one has replaced it.

        One that was frozen takes itself for the primary until it hears from the others.
        """
        if time.monotonic() - self._silent > OUTDATED:
            return False
        others = [name for name in self.settings.members if name != self.settings.me]
        return any(
            self._guarded(f"label of {name}", partial(self._is_primary, name)) for name in others
        )

    def survey(self, own: View) -> dict[str, View | Silent]:
        """Return what all members are."""
        members: dict[str, View | Silent] = {self.settings.me: own}
        for name in self.settings.members:
            if name != self.settings.me:
                seen = self._guarded(f"server {name}", partial(self._look, name))
                members[name] = seen or Silent()
        return members

    def _look(self, name: str) -> View:
        # By the address of the pod: name servers may be slow to forget a pod that is gone.
        pod = self.pods.get(name)
        if not pod or not address(pod):
            raise LookupError("its pod has no address")
        return self.member.look(address(pod), self.settings.port)

    def _act(self, own: View) -> None:
        if not self.member.lets_members_in():
            self.member.let_members_in()
        members = self.survey(own)
        decision = decide(self.settings.me, members, self.member.server.contains)
        if decision != self._last:
            log("decides to", f"{decision.action}:", decision.reason)
            self._last = decision
        if decision.action == "join":
            working = [
                (seen.role == "PRIMARY", name, seen.group)
                for name, seen in members.items()
                if isinstance(seen, View) and seen.works and seen.holds_data
            ]
            _, donor, group = min(working)  # rather a replica, whose work nobody waits for
            if own.holds_data:
                self.member.join(group)
            else:
                self._clone(donor)
        elif decision.action == "start":
            self.member.start_group(empty=not own.holds_data)
        if decision.action != "wait":
            log("has done so")

    def _clone(self, donor: str) -> None:
        log("clones the data of", donor)
        if pod := self.pods.get(donor):
            self.member.clone(address(pod), self.settings.port)

    def _label(self) -> None:
        assert self.role is not None
        label = self.settings.role_label
        self.pods.patch(self.settings.me, "labels", label, self.role)
        if self.role == "primary":
            # A primary of before may be frozen or cut off, and cannot take off its own label.
            for name in self.settings.members:
                if name != self.settings.me:
                    self._guarded(f"label of {name}", partial(self._replaced, name))
        self._labelled = time.monotonic()

    def _replaced(self, name: str) -> None:
        if self._is_primary(name):
            self.pods.patch(name, "labels", self.settings.role_label, "none")
            log("took the label off", name)

    def _is_primary(self, name: str) -> bool:
        pod = self.pods.get(name)
        labels = (pod["metadata"].get("labels") or {}) if pod else {}
        return bool(labels.get(self.settings.role_label) == "primary")

    def _guarded(self, what: str, step: Callable[[], T]) -> T | None:
        """Return the result of a step; None, and one line in the log for a reason, if it fails."""
        try:
            result = step()
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"[:300]
            if self._reasons.get(what) != reason:
                log(what, "failed:", reason)
                self._reasons[what] = reason
            return None
        self._reasons.pop(what, None)
        return result

    def tell(self) -> tuple[bool, str]:
        """Return whether all is well, and the state of the group in words."""
        try:
            own = self.member.server.view()
        except Exception as error:
            return False, f"the server beside this agent does not answer: {error}"
        members = self.survey(own)
        decision = None
        if not own.works:
            decision = decide(self.settings.me, members, self.member.server.contains)
        return is_whole(members), "\n".join(describe(members, decision))

    def _serve_probe(self) -> None:
        """Answer the readiness probe with 200 while the member works, and tell the state."""
        agent = self

        class Probe(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                text = ""
                client = ip_address(self.client_address[0].removeprefix("::ffff:"))
                if self.path == "/state" and client.is_loopback:
                    # On its own connections: the loop is using the others.
                    well, text = Agent(agent.settings, agent.member.twin(), Pods()).tell()
                else:
                    fresh = time.monotonic() - agent.looked < STUCK
                    well = fresh and agent.role in ("primary", "replica")
                self.send_response(200 if well else 503)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, format: str, *values: object) -> None:
                """Leave the probes out of the log."""

        class Server(ThreadingHTTPServer):
            address_family = socket.AF_INET6 if socket.has_dualstack_ipv6() else socket.AF_INET

        server = Server(("", self.settings.probe_port), Probe)
        threading.Thread(target=server.serve_forever, daemon=True).start()
