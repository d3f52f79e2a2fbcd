"""The node image: Debian, kind's own files, containerd, Kubernetes and the images it carries."""

from __future__ import annotations

import json
from pathlib import Path

from .archive import Entry, File, Folder, Image, Layer, Link, tree, write_archive
from .cache import run
from .images import MANIFESTS, PATH, manifest_values
from .versions import HERE, POD_SUBNET_FILE, fill_in, versions

FILES = HERE / "node"
CNI_PLUGINS = ("host-local", "loopback", "portmap", "ptp")
RUNTIME = ("containerd", "containerd-shim-runc-v2", "ctr")

# Enabled units, with what pulls each of them in.
ENABLED = {
    "containerd.service": ("multi-user.target.wants",),
    "kubelet.service": ("multi-user.target.wants",),
    "undo-mount-hacks.service": ("multi-user.target.wants",),
    "kind-node-preload.service": ("multi-user.target.wants",),
    "kind-node-adapt.service": ("containerd.service.requires",),
    "kind-node-isolate.service": ("containerd.service.requires", "kubelet.service.requires"),
}

# systemd in a container: it tells that it is in one, and ends on this signal only.
CONFIG = {
    "Env": [f"PATH={PATH}", "container=docker"],
    "Entrypoint": ["/usr/local/bin/entrypoint", "/sbin/init"],
    "StopSignal": "SIGRTMIN+3",
}


def write_node_image(
    path: Path,
    name: str,
    *,
    root: Path,
    kind_source: Path,
    kubernetes: Path,
    containerd: Path,
    node_agent: Path,
    images: Path,
    agent_key: str,
) -> None:
    """Write the archive of the node image.

    `root` is the tar of the Debian file system, `kind_source` the folder of kind's sources,
    `images` the archive that the node carries; the others are folders with programs.
    """
    base = kind_source / "images" / "base" / "files"
    entries = [
        *_kind_files(base),
        *_units(),
        *_scripts(),
        *_manifests(agent_key),
        *(File(f"usr/local/bin/{p}", containerd / p, 0o755) for p in RUNTIME),
        *(File(f"opt/cni/bin/{p}", containerd / p, 0o755) for p in CNI_PLUGINS),
        File("opt/cni/bin/node-agent", node_agent / "node-agent", 0o755),
        File("etc/containerd/cri-base.json", _runtime_spec(containerd / "ctr")),
        File("etc/containerd/certs.d/_default/hosts.toml", FILES / "hosts.toml"),
        File("usr/bin/hyperkube", kubernetes / "hyperkube", 0o755),
        *(Link(f"usr/bin/{p}", "hyperkube") for p in ("kubeadm", "kubectl", "kubelet")),
        File(POD_SUBNET_FILE.lstrip("/"), f"{versions()['pod_subnet']}\n"),
        File("kind/version", f"v{versions()['kubernetes']}"),
        Folder("etc/kubernetes/manifests"),
        Folder("etc/cni/net.d"),
    ]
    # The carried images change less often than all else: a layer of their own is loaded once.
    carried = Layer.from_files([File("kind/images/images.tar", images)])
    layers = [Layer.from_tar(root), carried, Layer.from_files(entries)]
    write_archive(path, [Image([name], layers, CONFIG)])


def _kind_files(base: Path) -> list[Entry]:
    """Yield kind's files, with the modes that its Dockerfile gives them."""
    entries: list[Entry] = []
    for entry in tree(base):
        if not isinstance(entry, File) or entry.name.startswith("LICENSES"):
            continue
        executable = entry.name.startswith(("usr/local/bin/", "kind/bin/"))
        assert isinstance(entry.content, Path)
        content: Path | str = entry.content
        if entry.name == "etc/containerd/config.toml":
            content = containerd_config(entry.content.read_text())
        entries.append(File(entry.name, content, 0o755 if executable else 0o644))
    return entries


def containerd_config(kinds: str) -> str:
    """Return kind's configuration of containerd, with no registry to ask."""
    registry = '[plugins."io.containerd.grpc.v1.cri".registry]'
    return f'{kinds.rstrip()}\n\n{registry}\n  config_path = "/etc/containerd/certs.d"\n'


def _units() -> list[Entry]:
    where = "etc/systemd/system"
    files = [File(f"{where}/{unit.name}", unit) for unit in sorted(FILES.glob("*.service"))]
    links = [
        Link(f"{where}/{target}/{unit}", f"/{where}/{unit}")
        for unit, targets in ENABLED.items()
        for target in targets
    ]
    return [*files, *links]


def _scripts() -> list[Entry]:
    values = {"pod_subnet_file": POD_SUBNET_FILE}
    return [
        File(f"kind/bin/{name}", fill_in((FILES / name).read_text(), values), 0o755)
        for name in ("adapt", "isolate", "preload")
    ]


def _manifests(agent_key: str) -> list[Entry]:
    """Return what kind applies by itself: the network, then what it calls the storage."""

    def text(*names: str) -> str:
        parts = ((MANIFESTS / f"{name}.yaml").read_text() for name in names)
        return fill_in("---\n".join(parts), manifest_values(agent_key))

    return [
        File("kind/manifests/default-cni.yaml", text("default-cni")),
        File("kind/manifests/default-storage.yaml", text("storage", "coredns", "metrics-server")),
    ]


def _runtime_spec(ctr: Path) -> str:
    """Return the base of each container as kind's Dockerfile makes it: a hook, and no limits."""
    spec = json.loads(run([ctr, "oci", "spec"], "ask containerd for its defaults"))
    hook = {"path": "/kind/bin/mount-product-files.sh"}
    spec.setdefault("hooks", {}).setdefault("createContainer", []).append(hook)
    spec["process"].pop("rlimits", None)
    return json.dumps(spec, indent=2)
