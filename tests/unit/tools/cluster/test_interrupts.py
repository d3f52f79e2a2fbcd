"""`up` that is broken off anywhere, and the next command: it recovers, or nothing is left."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.unit.tools.cluster.processes import wait_until
from tools import kind_node
from tools.cluster import (
    Cluster,
    ClusterError,
    choice,
    current,
    handle,
    kind,
    lifecycle,
    network,
    own_engine,
    packages,
)
from tools.cluster.engine import Engine
from tools.kind_node import NodeImage

DOCKER = Engine("docker")
NODES = ["genx-fx-control-plane", "genx-fx-worker", "genx-fx-worker2"]
IN_USE = "network genx-fx has active endpoints"


class Machine:
    """A machine whose engine, kind and kubectl do nothing but keep account of nodes and network."""

    def __init__(self) -> None:
        self.nodes: list[str] = []
        self.subnet = ""
        """Of the network; empty where there is none."""
        self.straggler = ""
        """A node that the engine has not finished yet."""
        self.has_stranger = False
        """Whether somebody else's container is in the network."""
        self.ends_half_way = False
        """Whether kind ends after the first node."""

    def docker(self, _: Engine, *arguments: str, stdin: object = None) -> CompletedProcess[str]:
        """Do what Docker's client does with these arguments."""
        error = output = ""
        match arguments:
            case ["ps", *_]:
                output = "\n".join(self.nodes)
            case ["inspect", *names]:
                output = json.dumps([self.inspect(name) for name in names])
            case ["rm", "--force", "--volumes", *names]:
                self.nodes = [name for name in self.nodes if name not in names]
            case ["network", "create", *options]:
                error = "exists already" if self.subnet else ""
                self.subnet = options[options.index("--subnet") + 1]
            case ["network", "inspect", _]:
                error, output = "" if self.subnet else "not found", f'"{self.subnet}"'
            case ["network", "rm", _]:
                error = self.remove_network()
        return CompletedProcess(arguments, bool(error), output, error)

    def inspect(self, name: str) -> dict[str, object]:
        address = f"172.31.240.{2 + self.nodes.index(name)}"
        return {
            "Name": f"/{name}",
            "Config": {"Image": "node"},
            "State": {"Running": True},
            "NetworkSettings": {"Networks": {"genx-fx": {"IPAddress": address}}},
        }

    def remove_network(self) -> str:
        if self.straggler:
            self.nodes.append(self.straggler)
            self.straggler = ""
        if self.nodes or self.has_stranger:
            return IN_USE
        error = "" if self.subnet else "not found"
        self.subnet = ""
        return error

    def kind(self, _: kind.Kind, config: str, image: str, kubeconfig: Path) -> None:
        """Make nodes, as `kind create cluster` does."""
        if not self.subnet or self.nodes:
            raise ClusterError("no network, or node(s) already exist")
        for name in NODES:
            self.nodes.append(name)
            if self.ends_half_way:
                raise ClusterError("`kind create cluster` failed")
        if kubeconfig.with_name(f"{kubeconfig.name}.lock").exists():
            raise ClusterError("failed to lock config file")
        if kubeconfig.exists():
            raise ClusterError("cannot read the kubeconfig")
        kubeconfig.write_text("whole")

    def kubectl(self, cluster: Cluster, *arguments: str) -> CompletedProcess[str]:
        """Answer that all is ready, where there is anything."""
        is_up = self.nodes == NODES and cluster.kubeconfig.read_text() == "whole"
        return CompletedProcess(arguments, not is_up, '{"items": []}', "no answer")

    def left(self) -> list[str]:
        """Return what there still is of a cluster."""
        files = [file.name for file in handle.state_folder().iterdir() if file.name != "lock"]
        return [*self.nodes, *([self.subnet] if self.subnet else []), *files]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setenv("GENX_FX_CACHE", str(tmp_path / "cache"))
    machine = Machine()
    image = NodeImage("kind-node.local/node:1", tmp_path / "node.tar")

    def why_unusable(engine: Engine) -> str:
        return "" if engine == DOCKER else "not installed"

    for owner, name, value in (
        (Engine, "run", lambda engine, *said, **options: machine.docker(engine, *said, **options)),
        (Engine, "why_unusable", why_unusable),
        (kind.Kind, "create", lambda made, *given: machine.kind(made, *given)),
        (Cluster, "run_kubectl", lambda cluster, *said, **more: machine.kubectl(cluster, *said)),
        # Functions that would change this machine, or build for minutes.
        (choice, "choose_engine", lambda: DOCKER),
        (choice, "named_context", lambda: ""),
        (own_engine, "stop", lambda: None),
        (network, "let_nodes_talk", lambda wanted: None),
        (network, "unguard", lambda: None),
        (packages, "can_install", lambda: False),
        (packages, "missing", lambda programs: []),
        (kind_node, "build", lambda: image),
        (kind_node, "check", lambda: None),
        (kind_node, "program", lambda name: tmp_path / name),
        (kind_node, "load_balancer_manifest", lambda first, last: f"{first}-{last}"),
        (lifecycle, "_shut_off", lambda engine, ranges: None),
        (lifecycle, "_raise_inotify_limits", lambda: None),
        (lifecycle, "PATIENCE", 0),
    ):
        monkeypatch.setattr(owner, name, value)
    return machine


STEPS = ((Engine, "run"), (kind.Kind, "create"), (handle, "write_whole"), (Path, "unlink"))


def interrupt(monkeypatch: pytest.MonkeyPatch, at: int, *, before: bool) -> Callable[[], bool]:
    """Break off at the step of this number, before it is done or after; tells whether it came."""
    steps = 0

    def interrupted(function: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **options: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps == at and before:
                raise KeyboardInterrupt
            result = function(*arguments, **options)
            if steps == at:
                raise KeyboardInterrupt
            return result

        return step

    for owner, name in STEPS:
        monkeypatch.setattr(owner, name, interrupted(getattr(owner, name)))
    return lambda: steps >= at


def break_off(command: Callable[[], object], at: int, *, before: bool) -> bool:
    """Run a command until it is interrupted; False where it has fewer steps."""
    with pytest.MonkeyPatch.context() as patch:
        came = interrupt(patch, at, before=before)
        try:
            command()
        except KeyboardInterrupt:
            assert came()
        return came()


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("cut_short", [lifecycle.up, lifecycle.down])
@pytest.mark.parametrize("next_one", [lifecycle.up, lifecycle.down])
def test_a_command_recovers_from_one_that_was_broken_off(
    machine: Machine,
    cut_short: Callable[[], object],
    next_one: Callable[[], object],
    before: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kind, "end_leftover", lambda kubeconfig: None)  # looks at every process
    at = 1
    while True:
        lifecycle.down()
        if cut_short is lifecycle.down:
            lifecycle.up()
        if not break_off(cut_short, at, before=before):
            break
        next_one()
        if next_one is lifecycle.up:
            assert machine.nodes == NODES, at
            assert current().engine == DOCKER
            recorded = (handle.state_folder() / "nodes").read_text().split()[1:]
            assert recorded == NODES, at
        else:
            assert machine.left() == [], at
        at += 1
    assert at > 10, "there are more steps than that"


@pytest.mark.parametrize("left", ["kubeconfig", "kubeconfig.lock"])
def test_a_kubeconfig_that_was_half_written_does_not_stop_the_next_kind(
    machine: Machine, left: str
) -> None:
    machine.ends_half_way = True
    with pytest.raises(ClusterError, match="`kind create cluster` failed"):
        lifecycle.up()
    assert machine.nodes == NODES[:1]
    machine.ends_half_way = False
    (handle.state_folder() / left).touch()
    lifecycle.up()
    assert machine.nodes == NODES


def test_a_node_that_the_engine_made_late_is_deleted_as_well(machine: Machine) -> None:
    lifecycle.up()
    machine.straggler = "genx-fx-worker2"
    lifecycle.down()
    assert machine.left() == []


def test_a_container_of_somebody_else_in_the_network_is_explained(machine: Machine) -> None:
    lifecycle.up()
    machine.has_stranger = True
    with pytest.raises(ClusterError, match="has active endpoints; remove the containers"):
        lifecycle.down()
    machine.has_stranger = False
    lifecycle.down()
    assert machine.left() == []


def test_a_record_that_a_loss_of_power_emptied_is_no_record(machine: Machine) -> None:
    lifecycle.up()
    (handle.state_folder() / "nodes").write_text("")
    lifecycle.up()
    assert machine.nodes == NODES


def test_a_kind_whose_command_was_killed_ends_with_all_that_it_started(
    machine: Machine, tmp_path: Path
) -> None:
    lifecycle.up()
    file = tmp_path / "kind"
    file.write_text(f"#!/bin/sh\nsh -c 'while [ -e {file} ]; do sleep 0.01; done' & wait\n")
    file.chmod(0o755)
    kubeconfig = handle.state_folder() / "kubeconfig"

    def start(*arguments: object) -> subprocess.Popen[bytes]:
        command = [str(file), *map(str, arguments)]
        return subprocess.Popen(command, start_new_session=True)

    def has_ended(group: int) -> bool:
        return subprocess.run(["pgrep", "--pgroup", str(group)], check=False).returncode != 0

    options = ("create", "cluster", "--name", kind.NAME, "--kubeconfig")
    leftover, other = start(*options, kubeconfig), start(*options, "/home/user/kubeconfig")
    lifecycle.down()
    assert leftover.wait(timeout=20) < 0
    wait_until(lambda: has_ended(leftover.pid))
    assert other.poll() is None
    other.kill()
    other.wait(timeout=20)
    file.unlink()
