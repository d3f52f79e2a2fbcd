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
    ("kubernetes", "github.com/coredns/coredns", "coredns"),
    ("kubernetes", "github.com/rancher/local-path-provisioner", "local_path_provisioner"),
    ("kubernetes", "sigs.k8s.io/metrics-server", "metrics_server"),
]


def _go_mod(module: str) -> str:
    return (GO / module / "go.mod").read_text()


def _required(module: str) -> dict[str, str]:
    """Return the versions of all modules that a go.mod requires, by their paths."""
    return dict(re.findall(r"^(?:require)?\s+(\S+) v(\S+)", _go_mod(module), re.MULTILINE))


@pytest.mark.parametrize(("module", "path", "name"), PINNED)
def test_modules_have_the_listed_version(module: str, path: str, name: str) -> None:
    assert _required(module)[path] == versions()[name]


def test_kubernetes_is_of_one_version() -> None:
    lines = r"^\s+k8s\.io/\S+ => k8s\.io/\S+ v0\.(\S+)$"
    replaced = set(re.findall(lines, _go_mod("kubernetes"), re.M))
    assert replaced == {versions()["kubernetes"].removeprefix("1.")}


def test_the_agent_is_built_from_what_kubernetes_is_built_from() -> None:
    """Else Go compiles the packages that both import once more."""
    agent, kubernetes = _required("node-agent"), _required("kubernetes")
    shared = agent.keys() & kubernetes.keys()
    assert "k8s.io/client-go" in shared
    assert {path: agent[path] for path in shared} == {path: kubernetes[path] for path in shared}
    assert modules()["node-agent"].tags == modules()["kubernetes"].tags


def test_every_folder_is_a_module_that_is_built() -> None:
    built = {module.folder for module in modules().values()}
    assert built == {path.parent for path in GO.glob("*/go.mod")}


def test_every_module_has_a_key_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.kind_node.go_programs.go_version", lambda needed: "go1")
    assert len({module_key(module) for module in modules().values()}) == len(modules())


def test_values_are_filled_in() -> None:
    assert fill_in("a: __one__, __two__", {"one": "1"}) == "a: 1, __two__"
