from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.kind_node import cluster, images, node
from tools.kind_node.__main__ import main
from tools.kind_node.images import MANIFESTS, Programs, manifest_values, write_images
from tools.kind_node.node import ENABLED, FILES, write_node_image
from tools.kind_node.versions import SHARED_FOLDER, fill_in, versions

WANTED = [
    *(f"registry.k8s.io/{name}:v1" for name in images.CONTROL_PLANE),
    "registry.k8s.io/coredns/coredns:v2",
    "registry.k8s.io/pause:9",
]


def _content(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(name)
    assert file is not None
    return file.read()


def _programs(folder: Path) -> Programs:
    folder.mkdir()
    names = ("coredns", "hyperkube", "local-path-provisioner", "metrics-server", "node-agent")
    for name in (*names, "pause", *node.RUNTIME, *node.CNI_PLUGINS):
        (folder / name).write_text(name)
    with tarfile.open(folder / "root.tar", "w"):
        pass
    return Programs(folder, folder, folder, folder, folder / "root.tar")


@pytest.fixture
def carried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    monkeypatch.setattr(images, "kubeadm_images", lambda hyperkube: WANTED)
    write_images(tmp_path / "images.tar", _programs(tmp_path / "programs"), "key")
    with tarfile.open(tmp_path / "images.tar") as tar:
        manifest: list[dict[str, Any]] = json.loads(_content(tar, "manifest.json"))
    return manifest


def _manifests(name: str) -> list[Any]:
    text = (MANIFESTS / f"{name}.yaml").read_text()
    return list(yaml.safe_load_all(fill_in(text, manifest_values("key") | {"range": "a-b"})))


def _images(value: Any) -> set[str]:
    """Return every image that is named anywhere in a document."""
    if isinstance(value, dict):
        own = {value["image"]} if isinstance(value.get("image"), str) else set()
        return own.union(*map(_images, value.values()))
    return set().union(*map(_images, value)) if isinstance(value, list) else set()


def test_a_node_carries_all_that_kubeadm_wants(carried: list[dict[str, Any]]) -> None:
    names = {name for image in carried for name in image["RepoTags"]}
    assert names >= set(WANTED)


def test_a_node_carries_all_that_the_manifests_name(carried: list[dict[str, Any]]) -> None:
    names = {name for image in carried for name in image["RepoTags"]}
    for path in MANIFESTS.glob("*.yaml"):
        assert _images(_manifests(path.stem)) <= names, path.name


def test_programs_of_the_control_plane_share_their_layers(carried: list[dict[str, Any]]) -> None:
    assert carried[0]["RepoTags"] == WANTED[:5]


@pytest.mark.parametrize("path", sorted(MANIFESTS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_value_of_a_manifest_is_known(path: Path) -> None:
    assert "__" not in yaml.safe_dump_all(_manifests(path.stem))


def test_every_unit_is_enabled_and_kind_has_the_others() -> None:
    ours = {unit.name for unit in FILES.glob("*.service")}
    assert ours == {unit for unit in ENABLED if unit.startswith("kind-node-")}


def test_nothing_of_kubernetes_starts_before_the_node_is_closed() -> None:
    unit = (FILES / "kind-node-isolate.service").read_text()
    assert "Before=containerd.service kubelet.service" in unit
    assert set(ENABLED["kind-node-isolate.service"]) == {
        "containerd.service.requires",
        "kubelet.service.requires",
    }


def test_the_node_image_is_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node, "run", lambda *_: '{"process": {"rlimits": [1], "cwd": "/"}}')
    programs = _programs(tmp_path / "programs").kubernetes
    base = tmp_path / "kind" / "images" / "base" / "files"
    for name, content in {
        "usr/local/bin/entrypoint": "#!/bin/bash\n",
        "kind/bin/mount-product-files.sh": "#!/bin/bash\n",
        "etc/containerd/config.toml": "version = 2\n",
        "LICENSES/README.txt": "",
    }.items():
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).write_text(content)
    write_node_image(
        tmp_path / "node.tar",
        "local/node:1",
        root=programs / "root.tar",
        kind_source=tmp_path / "kind",
        kubernetes=programs,
        containerd=programs,
        node_agent=programs,
        images=programs / "root.tar",
        agent_key="key",
    )

    with tarfile.open(tmp_path / "node.tar") as archive:
        manifest = json.loads(_content(archive, "manifest.json"))[0]
        config = json.loads(_content(archive, manifest["Config"]))["config"]
        with tarfile.open(fileobj=archive.extractfile(manifest["Layers"][-1])) as layer:
            files = {member.name: member for member in layer}
            texts = {
                name: _content(layer, name).decode()
                for name, member in files.items()
                if member.isfile()
            }
    assert manifest["RepoTags"] == ["local/node:1"]
    assert config["StopSignal"] == "SIGRTMIN+3"
    assert "container=docker" in config["Env"]
    assert texts["kind/version"] == f"v{versions()['kubernetes']}"
    assert files["usr/local/bin/entrypoint"].mode == 0o755
    assert files["kind/bin/isolate"].mode == 0o755
    assert files["etc/containerd/config.toml"].mode == 0o644
    assert 'config_path = "/etc/containerd/certs.d"' in texts["etc/containerd/config.toml"]
    spec = json.loads(texts["etc/containerd/cri-base.json"])
    assert spec["hooks"] == {"createContainer": [{"path": "/kind/bin/mount-product-files.sh"}]}
    assert spec["process"] == {"cwd": "/"}
    assert texts["etc/kind-node/pod-subnet"] == f"{versions()['pod_subnet']}\n"
    assert "${1:-/etc/kind-node/pod-subnet}" in texts["kind/bin/isolate"]
    assert not [name for name, text in texts.items() if "__" in text]
    assert not [name for name in files if name.startswith("LICENSES")]


def test_kind_is_told_of_nodes_and_the_shared_folder() -> None:
    config = json.loads(cluster.kind_config(nodes=3, shared=Path("/srv")))
    assert [one["role"] for one in config["nodes"]] == ["control-plane", "worker", "worker"]
    mount = {"hostPath": "/srv", "containerPath": SHARED_FOLDER}
    assert all(one["extraMounts"] == [mount] for one in config["nodes"])
    assert config["networking"]["podSubnet"] == versions()["pod_subnet"]


def test_kind_is_told_of_other_networks_and_so_are_the_nodes_rules() -> None:
    subnets = cluster.Subnets("10.187.0.0/16", "10.171.0.0/16", Path("/srv/pod-subnet"))
    config = json.loads(cluster.kind_config(nodes=2, subnets=subnets))
    assert config["networking"]["podSubnet"] == "10.187.0.0/16"
    assert config["networking"]["serviceSubnet"] == "10.171.0.0/16"
    mount = {
        "hostPath": "/srv/pod-subnet",
        "containerPath": "/etc/kind-node/pod-subnet",
        "readOnly": True,
    }
    assert all(one["extraMounts"] == [mount] for one in config["nodes"])


def test_the_load_balancer_gets_its_range(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "agent_key", lambda: "key")
    assert "--range=10.0.0.1-10.0.0.9," in cluster.load_balancer_manifest("10.0.0.1", "10.0.0.9")


@pytest.mark.parametrize(
    ("first", "last"), [("foo", "10.0.0.9"), ("10.0.0.1", ""), ("10.0.0.9", "10.0.0.1")]
)
def test_what_is_no_range_of_addresses_is_refused(first: str, last: str) -> None:
    with pytest.raises(ValueError, match=r"is no range of IPv4 addresses, such as 172\.18"):
        cluster.load_balancer_manifest(first, last)


def test_the_command_line_explains_a_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "--nodes", "0"]) == 1
    assert capsys.readouterr().err == "error: a cluster of 0 nodes cannot be; give 1 or more\n"


def test_the_command_line_prints_a_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["config", "--shared", "/srv"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(
        cluster.kind_config(shared=Path("/srv"))
    )
