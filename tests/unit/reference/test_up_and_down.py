"""The order of work of `make up`, and what it and `make down` may touch on a cluster."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from reference import __main__ as reference
from reference import installation
from reference.images import images
from tests.chart.scenarios import merged
from tests.helm import render
from tools.cluster import CannotRaise, Cluster, lifecycle

THEIRS = Cluster(Path("/kubeconfig"), "production", Path("/kubectl"))


class Commands(list[str]):
    """What is done to the cluster, whose namespace has these labels; None where there is none."""

    def __init__(self, labels: dict[str, str] | None) -> None:
        self.labels = labels

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        if arguments[0] == "get":
            return "" if self.labels is None else json.dumps({"metadata": {"labels": self.labels}})
        self.append(f"kubectl {arguments[0]}")
        if arguments[0] == "create":
            self.labels = json.loads(stdin or "")["metadata"]["labels"]
        return ""

    def helm(self, cluster: Cluster, *arguments: str) -> None:
        self.append(f"helm {arguments[0]}")


@pytest.fixture
def commands(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Commands:
    done = Commands(request.param)
    monkeypatch.setattr(Cluster, "kubectl_output", done.kubectl)
    monkeypatch.setattr(reference, "helm", done.helm)
    monkeypatch.setattr(reference, "current", lambda: THEIRS)
    monkeypatch.setattr(lifecycle, "down", lambda: done.append("forget"))
    return done


OURS = {reference.MARK: "true"}
of_everybody = pytest.mark.parametrize("commands", [None, {}, OURS], indirect=True)


@pytest.mark.parametrize("commands", [None], indirect=True)
def test_a_namespace_is_made_where_there_is_none(commands: Commands) -> None:
    reference.take_namespace(THEIRS)
    assert commands == ["kubectl create"]
    assert commands.labels == OURS | {"pod-security.kubernetes.io/enforce": "restricted"}


@pytest.mark.parametrize("commands", [OURS], indirect=True)
def test_the_namespace_of_the_last_time_is_used_again(commands: Commands) -> None:
    reference.take_namespace(THEIRS)
    assert commands == []


@pytest.mark.parametrize("commands", [{}], indirect=True)
def test_the_namespace_of_somebody_else_is_left_alone(commands: Commands) -> None:
    with pytest.raises(reference.NotRunning, match="genx-fx of production was not made by"):
        reference.take_namespace(THEIRS)
    assert commands == []


@of_everybody
def test_down_removes_only_what_up_has_made(commands: Commands) -> None:
    removal = ["helm uninstall", "kubectl delete"] if commands.labels == OURS else []
    reference.down()
    assert commands == [*removal, "forget"]


def test_the_images_are_built_while_the_cluster_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(2, timeout=10)
    done: list[str] = []

    def raise_cluster() -> Cluster:
        together.wait()
        return THEIRS

    monkeypatch.setattr(lifecycle, "check", lambda: done.append("check"))
    monkeypatch.setattr(lifecycle, "up", raise_cluster)
    monkeypatch.setattr(installation, "build_all", together.wait)
    assert installation.raise_cluster() == THEIRS
    assert done == ["check"]


@pytest.mark.parametrize(
    ("context", "wanted"), [("", ["nodes", "platform"]), ("own", ["platform"])]
)
def test_nodes_are_built_only_for_a_cluster_that_is_made_here(
    context: str, wanted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[str] = []
    monkeypatch.setenv("GENX_FX_KUBECONTEXT", context)
    monkeypatch.setattr(lifecycle, "check", lambda: None)
    monkeypatch.setattr("tools.kind_node.build", lambda: built.append("nodes"))
    monkeypatch.setattr(installation, "build_all", lambda: built.append("platform"))
    installation.build()
    assert sorted(built) == wanted


def test_values_name_all_images_and_the_class_of_the_shared_volumes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(installation.STORAGE_CLASS, "nfs")
    built = images()
    monkeypatch.setattr(installation, "build_all", lambda: built)
    monkeypatch.setattr(installation, "_lacking", lambda *_: [])
    backups = {"data": {"mysql": {"backup": {"enabled": True}}}}
    rendered = render(merged(installation.values_for(THEIRS), backups))
    used = {container["image"] for _, container in rendered.containers()}
    assert used == {image.name for image in built}
    classes = {
        claim["metadata"]["name"]: claim["spec"].get("storageClassName")
        for claim in rendered.of_kind("PersistentVolumeClaim")
    }
    assert {name for name in classes if classes[name] == "nfs"} == {"logs-pvc", "data-pvc"}


def test_no_image_is_built_for_a_cluster_that_cannot_be_raised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def check() -> None:
        raise CannotRaise("no engine")

    monkeypatch.setattr(lifecycle, "check", check)
    monkeypatch.setattr(installation, "build_all", lambda: pytest.fail("built"))
    with pytest.raises(CannotRaise):
        installation.raise_cluster()
