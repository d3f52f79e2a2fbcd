from __future__ import annotations

import re

import pytest

from tools.kind_node.go_programs import GO, module_key, modules
from tools.kind_node.versions import fill_in, versions

PINNED = [
    ("kubernetes", "k8s.io/kubernetes", "kubernetes"),
    ("kubernetes", "go.etcd.io/etcd/server/v3", "etcd"),
    ("kind", "sigs.k8s.io/kind", "kind"),
    ("containerd", "github.com/containerd/containerd/v2", "containerd"),
    ("containerd", "github.com/containernetworking/plugins", "cni_plugins"),
    ("addons", "github.com/coredns/coredns", "coredns"),
    ("addons", "github.com/rancher/local-path-provisioner", "local_path_provisioner"),
    ("metrics-server", "sigs.k8s.io/metrics-server", "metrics_server"),
]


def _go_mod(module: str) -> str:
    return (GO / module / "go.mod").read_text()


@pytest.mark.parametrize(("module", "path", "name"), PINNED)
def test_modules_have_the_listed_version(module: str, path: str, name: str) -> None:
    found = re.search(rf"^(?:require)?\s+{re.escape(path)} v(\S+)", _go_mod(module), re.MULTILINE)
    assert found is not None
    assert found[1] == versions()[name]


@pytest.mark.parametrize("module", ["kubernetes", "addons"])
def test_kubernetes_is_of_one_version(module: str) -> None:
    replaced = set(re.findall(r"^\s+k8s\.io/\S+ => k8s\.io/\S+ v0\.(\S+)$", _go_mod(module), re.M))
    assert replaced == {versions()["kubernetes"].removeprefix("1.")}


def test_the_agent_uses_the_same_kubernetes() -> None:
    used = set(
        re.findall(
            r"^\s+k8s\.io/(?:api|client-go|apimachinery) v0\.(\S+)", _go_mod("node-agent"), re.M
        )
    )
    assert used == {versions()["kubernetes"].removeprefix("1.")}


def test_every_folder_is_a_module_that_is_built() -> None:
    assert sorted(modules()) == sorted(path.parent.name for path in GO.glob("*/go.mod"))


def test_every_module_has_a_key_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.kind_node.go_programs.go_version", lambda needed: "go1")
    assert len({module_key(module) for module in modules().values()}) == len(modules())


def test_values_are_filled_in() -> None:
    assert fill_in("a: __one__, __two__", {"one": "1"}) == "a: 1, __two__"
