from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from tools import kind_node
from tools.cluster import (
    CannotRaise,
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
from tools.cluster.network import Ranges
from tools.kind_node import NodeImage
from tools.kind_node.cache import BuildError
from tools.kind_node.node_image import SPACE

DOCKER = Engine("docker")
USABLE = ""


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GENX_FX_CACHE", str(tmp_path))
    for name in (choice.CONTEXT, choice.ENGINE):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(own_engine, "is_running", lambda: False)
    return tmp_path / "cluster"


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what is done to engines and host, in order."""
    done: list[str] = []
    monkeypatch.setattr(
        lifecycle, "_delete", lambda engine: done.append(f"delete {engine.program}")
    )
    monkeypatch.setattr(own_engine, "stop", lambda: done.append("stop"))
    monkeypatch.setattr(network, "let_nodes_talk", lambda wanted: None)
    monkeypatch.setattr(network, "unguard", lambda: done.append("unguard"))
    monkeypatch.setattr(kind, "nodes", lambda engine: [])
    return done


def engines(monkeypatch: pytest.MonkeyPatch, **reasons: str) -> None:
    """Set why each engine cannot be used; those not named are not installed."""
    monkeypatch.setattr(
        Engine,
        "why_unusable",
        lambda self: "not installed" if self.socket else reasons.get(self.program, "not installed"),
    )


def made_by(engine: Engine | None) -> None:
    handle.remember(Cluster(Path("/k"), "kind-genx-fx", Path("/kubectl"), engine))


def test_down_deletes_what_was_made_by_the_users_engine(
    monkeypatch: pytest.MonkeyPatch, done: list[str]
) -> None:
    engines(monkeypatch, docker=USABLE)
    made_by(DOCKER)
    lifecycle.down()
    assert done == ["delete docker", "stop", "unguard"]


def test_down_finds_nodes_that_nobody_remembers(
    monkeypatch: pytest.MonkeyPatch, done: list[str]
) -> None:
    engines(monkeypatch, docker=USABLE, podman=USABLE)
    monkeypatch.setattr(kind, "nodes", lambda engine: ["node"] if engine == DOCKER else [])
    lifecycle.down()
    assert done == ["delete docker", "stop", "unguard"]


def test_down_keeps_the_rules_while_nodes_cannot_be_deleted(
    monkeypatch: pytest.MonkeyPatch, done: list[str]
) -> None:
    engines(monkeypatch, docker="`docker info` says: no answer")
    made_by(DOCKER)
    with pytest.raises(ClusterError, match=r"cannot delete the cluster's nodes: .*no answer"):
        lifecycle.down()
    assert done == []
    assert current().engine == DOCKER


def test_down_starts_the_engine_that_a_reboot_has_ended(
    monkeypatch: pytest.MonkeyPatch, done: list[str]
) -> None:
    monkeypatch.setattr(choice, "make_ready", lambda engine: done.append("start"))
    monkeypatch.setattr(
        Engine,
        "why_unusable",
        lambda self: "" if self.is_ours and "start" in done else "not running",
    )
    made_by(own_engine.ENGINE)
    lifecycle.down()
    assert done == ["start", "delete docker", "stop", "unguard"]


def test_nodes_that_another_user_made_are_not_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    node = kind.Node("genx-fx-worker", "image", is_running=True, address="")
    monkeypatch.setattr(kind, "nodes", lambda engine: [node])
    with pytest.raises(ClusterError, match=r"genx-fx-worker are there.*another user"):
        lifecycle._refuse_anothers(DOCKER)
    made_by(DOCKER)
    lifecycle._refuse_anothers(DOCKER)


def test_down_leaves_a_cluster_that_was_there_before(
    monkeypatch: pytest.MonkeyPatch, done: list[str]
) -> None:
    engines(monkeypatch, docker=USABLE)
    monkeypatch.setattr(kind, "nodes", lambda engine: ["node"])
    made_by(None)
    lifecycle.down()
    assert done == []
    with pytest.raises(ClusterError, match="no cluster is up"):
        current()


def test_down_keeps_no_credentials(
    monkeypatch: pytest.MonkeyPatch, done: list[str], state: Path
) -> None:
    engines(monkeypatch)
    made_by(None)
    for name in ("kubeconfig", handle.ADOPTED):
        (state / name).write_text("secret")
    lifecycle.down()
    assert not list(state.glob("*config*"))


def test_a_cluster_is_not_forgotten_for_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    engines(monkeypatch, docker=USABLE)
    made_by(DOCKER)
    monkeypatch.setenv(choice.CONTEXT, "production")
    with pytest.raises(ClusterError, match=r"remove it first: `python -m tools\.cluster down`"):
        lifecycle.up()
    assert current().engine == DOCKER


def test_what_another_version_remembered_is_explained(state: Path) -> None:
    state.mkdir()
    (state / "cluster.json").write_text('{"engine": {"name": "docker"}}')
    with pytest.raises(ClusterError, match="written by another version: delete it"):
        current()


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the steps of raising a cluster, in order; the build of the node image fails."""
    steps: list[str] = []

    def build() -> None:
        steps.append("build")
        raise BuildError("no node image")

    def ranges(engine: Engine) -> Ranges:
        steps.append("find addresses")
        return Ranges("172.31.240.0/24", "10.244.0.0/16", "10.96.0.0/16")

    engines(monkeypatch, docker=USABLE)
    monkeypatch.setattr(packages, "can_install", lambda: False)
    monkeypatch.setattr(packages, "missing", lambda programs: [])
    monkeypatch.setattr(kind_node, "check", lambda: steps.append("check build"))
    monkeypatch.setattr(kind_node, "build", build)
    monkeypatch.setattr(choice, "make_ready", lambda engine: steps.append("start engine"))
    monkeypatch.setattr(kind, "nodes", lambda engine: [])
    monkeypatch.setattr(lifecycle, "_ranges", ranges)
    monkeypatch.setattr(lifecycle, "_shut_off", lambda engine, ranges: steps.append("shut off"))
    return steps


QUICK = ["check build", "start engine", "find addresses", "shut off"]


def test_what_may_fail_within_seconds_comes_before_the_build(steps: list[str]) -> None:
    with pytest.raises(BuildError, match="no node image"):
        lifecycle.up()
    assert steps == [*QUICK, "build"]


def test_a_check_builds_nothing(steps: list[str]) -> None:
    lifecycle.check()
    assert steps == QUICK


def test_a_check_tells_that_no_engine_can_be_used(
    steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    engines(monkeypatch, docker="no answer")
    monkeypatch.setattr(own_engine, "why_impossible", lambda: ["needs root"])
    with pytest.raises(CannotRaise, match="needs root"):
        lifecycle.check()
    assert steps == []


def test_a_check_leaves_the_users_own_cluster_alone(
    steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(choice.CONTEXT, "production")
    lifecycle.check()
    assert steps == []


@pytest.mark.parametrize(
    ("present", "expected"),
    [
        ("", ["load --input /node.tar"]),
        ("kind-node.local/node:v1-new", []),
        (
            "kind-node.local/node:v1-old kind-node.local/node:v1-new",
            ["image rm kind-node.local/node:v1-old"],
        ),
        (
            "kind-node.local/node:v1-old",
            ["image rm kind-node.local/node:v1-old", "load --input /node.tar"],
        ),
    ],
)
def test_a_node_image_takes_the_place_of_older_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, present: str, expected: list[str]
) -> None:
    log = tmp_path / "log"
    docker = tmp_path / "docker"
    docker.write_text(
        f'#!/bin/sh\necho "$*" >> {log}\ncase "$2 $4" in\n'
        f'"ls kind-node.local/node") printf "%s\\n" {present} ;;\nesac\n'
    )
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    lifecycle._load(NodeImage("kind-node.local/node:v1-new", Path("/node.tar")), DOCKER)
    assert log.read_text().splitlines()[1:] == expected


@pytest.mark.parametrize(("is_built", "gigabytes"), [(True, 7), (False, 16)])
def test_a_full_disk_is_told_before_anything_is_begun(
    steps: list[str], monkeypatch: pytest.MonkeyPatch, is_built: bool, gigabytes: int
) -> None:
    monkeypatch.setattr(choice, "choose_engine", lambda: own_engine.ENGINE)
    monkeypatch.setattr(kind_node, "space_needed", lambda: 0 if is_built else SPACE)
    free = SimpleNamespace(free=gigabytes * 10**9 - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: free)
    with pytest.raises(BuildError, match=f"cannot raise the cluster: it takes {gigabytes} GB"):
        lifecycle.up()
    assert steps == []
