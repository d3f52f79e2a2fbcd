from __future__ import annotations

from pathlib import Path

import pytest

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
)
from tools.cluster.engine import Engine

DOCKER = Engine("docker")
USABLE = ""


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GENX_FX_CACHE", str(tmp_path))
    for name in (choice.CONTEXT, choice.ENGINE):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "cluster"


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is done to engines and host, in order."""
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
    """Why each engine cannot be used; whatever is not named is not installed."""
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
