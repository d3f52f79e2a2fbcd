"""The images that a node carries: Kubernetes itself and the add-ons of the cluster."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .archive import File, Folder, Image, Layer, Link, write_archive
from .cache import cache_key, run
from .versions import HERE, REGISTRY, SHARED_FOLDER, versions

MANIFESTS = HERE / "manifests"

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# The programs that kubeadm runs in containers, all of them the one multi-call program.
CONTROL_PLANE = (
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kube-proxy",
    "etcd",
)

USERS = """\
root:x:0:0:root:/root:/bin/sh
nonroot:x:65532:65532:nonroot:/:/bin/false
nobody:x:65534:65534:nobody:/:/bin/false
"""
GROUPS = "root:x:0:\nnonroot:x:65532:\nnogroup:x:65534:\n"


@dataclass(frozen=True)
class Programs:
    """Folders with the programs of each module, and the tools' root file system."""

    kubernetes: Path
    local_path_provisioner: Path
    node_agent: Path
    pause: Path
    tools: Path


def image_names(agent_key: str) -> dict[str, str]:
    """Return the images that kubeadm does not choose, as the manifests call them."""
    v = versions()
    return {
        "busybox_image": f"{REGISTRY}/busybox:{v['debian']}",
        "local_path_provisioner_image": (
            f"{REGISTRY}/local-path-provisioner:v{v['local_path_provisioner']}"
        ),
        "metrics_server_image": f"{REGISTRY}/metrics-server:v{v['metrics_server']}",
        # The agent has no version: it is a part of this folder.
        "node_agent_image": f"{REGISTRY}/node-agent:{agent_key}",
    }


def manifest_values(agent_key: str) -> dict[str, str]:
    """Return what is filled into the manifests when the node image is built."""
    return image_names(agent_key) | {"shared_folder": SHARED_FOLDER}


def kubeadm_images(hyperkube: Path) -> list[str]:
    """Return the names of the images that this kubeadm wants, versions and all."""
    with tempfile.TemporaryDirectory() as folder:
        kubeadm = Path(folder, "kubeadm")
        kubeadm.symlink_to(hyperkube)
        version = f"--kubernetes-version=v{versions()['kubernetes']}"
        command = [str(kubeadm), "config", "images", "list", version]
        return run(command, "ask kubeadm for its images").split()


def write_images(path: Path, programs: Programs, agent_key: str) -> None:
    """Write all images into one archive, as `ctr images import` reads it."""
    hyperkube = programs.kubernetes / "hyperkube"
    names = image_names(agent_key)
    users = Layer.from_files(
        [File("etc/passwd", USERS), File("etc/group", GROUPS), Folder("tmp", 0o1777)]
    )
    tools = Layer.from_tar(programs.tools)
    kubernetes = Layer.from_files(
        [
            File("usr/local/bin/hyperkube", hyperkube, 0o755),
            *(Link(f"usr/local/bin/{name}", "hyperkube") for name in (*CONTROL_PLANE, "kubectl")),
        ]
    )

    def program(folder: Path, name: str) -> Layer:
        return Layer.from_files([File(f"usr/local/bin/{name}", folder / name, 0o755)])

    def image(names: Sequence[str], layers: Sequence[Layer], **config: object) -> Image:
        return Image(names, layers, {"Env": [f"PATH={PATH}"], **config})

    wanted = kubeadm_images(hyperkube)
    of = {PurePosixPath(name.split(":")[0]).name: name for name in wanted}
    # containerd takes the sandbox image that kind's configuration names, of an older version.
    pause = [of["pause"], "registry.k8s.io/pause:3.10"]
    write_archive(
        path,
        [
            image([of[name] for name in CONTROL_PLANE], [tools, users, kubernetes]),
            image(
                [of["coredns"]],
                [users, program(programs.kubernetes, "coredns")],
                Entrypoint=["coredns"],
            ),
            image(
                pause,
                [program(programs.pause, "pause")],
                Entrypoint=["pause"],
                User="65535:65535",
            ),
            image(
                [names["node_agent_image"]],
                [tools, users, program(programs.node_agent, "node-agent")],
                Entrypoint=["node-agent"],
            ),
            image(
                [names["local_path_provisioner_image"]],
                [users, program(programs.local_path_provisioner, "local-path-provisioner")],
                Entrypoint=["local-path-provisioner"],
            ),
            image(
                [names["metrics_server_image"]],
                [users, program(programs.kubernetes, "metrics-server")],
                Entrypoint=["metrics-server"],
                User="65532:65532",
            ),
            image([names["busybox_image"]], [tools, users], Cmd=["sh"]),
        ],
    )


def images_key(agent_key: str, *keys: str) -> str:
    """Compute a hash of all that the archive is made of, given the keys of its programs."""
    sources = ((HERE / name).read_bytes() for name in ("images.py", "archive.py"))
    return cache_key(*sources, repr(image_names(agent_key)), *keys)
