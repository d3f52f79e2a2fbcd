"""The programs of a node, built by Go from pinned sources.

Each folder in `go/` has a go.mod; its go.sum fixes every source that goes into its programs.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from .cache import BuildError, build_once, cache_folder, cache_key, files_key, run
from .go_toolchain import GO_BUILD_FLAGS, go_environment, go_program, go_version
from .versions import HERE, versions

GO = HERE / "go"

# The tags of Kubernetes' own build. All programs that import its libraries use the same ones: with
# other tags Go would compile the libraries again.
KUBERNETES_TAGS = "selinux,notest,grpcnotrace"


@dataclass(frozen=True)
class Module:
    """What one `go build` makes: the packages, the folder in `go/`, and how they are built."""

    name: str
    packages: tuple[str, ...]
    tags: str = ""
    # Values of string variables, which a release build sets and a plain one does not.
    stamps: tuple[str, ...] = ()
    # Name of the folder in `go/` where it is another than the module's own.
    folder_name: str = ""

    @property
    def folder(self) -> Path:
        """Where its go.mod is."""
        return GO / (self.folder_name or self.name)

    @property
    def flags(self) -> tuple[str, ...]:
        """What Go is told for build, vet and test alike, so that each finds what is compiled."""
        return (*GO_BUILD_FLAGS, f"-tags={self.tags}")

    @property
    def needs_go(self) -> str:
        """The oldest Go that builds it."""
        found = re.search(r"^go (\S+)$", (self.folder / "go.mod").read_text(), re.MULTILINE)
        assert found is not None
        return found[1]


def modules() -> dict[str, Module]:
    """Return all modules by name, with the versions of versions.toml."""
    v = versions()
    containerd = "github.com/containerd/containerd/v2"
    plugins = "github.com/containernetworking/plugins/plugins"
    listed = (
        Module(
            "kubernetes",
            (
                ".",
                # The machine's own kubectl starts often: as a separate program in half the time.
                "k8s.io/kubernetes/cmd/kubectl",
                "./coredns",
                "sigs.k8s.io/metrics-server/cmd/metrics-server",
            ),
            tags=KUBERNETES_TAGS,
            stamps=_kubernetes_stamps(v["kubernetes"]),
        ),
        Module(
            # Of its own because it imports Sirupsen/logrus: Go takes it for a misspelled
            # sirupsen/logrus, which Kubernetes imports, where both are built by one command.
            "local-path-provisioner",
            ("github.com/rancher/local-path-provisioner",),
            tags=KUBERNETES_TAGS,
            folder_name="kubernetes",
        ),
        Module("node-agent", (".",), tags=KUBERNETES_TAGS),
        Module(
            "containerd",
            (
                f"{containerd}/cmd/containerd",
                f"{containerd}/cmd/containerd-shim-runc-v2",
                f"{containerd}/cmd/ctr",
                f"{plugins}/ipam/host-local",
                f"{plugins}/main/loopback",
                f"{plugins}/main/ptp",
                f"{plugins}/meta/portmap",
            ),
            # Storage drivers that a node never uses; one of them needs cgo.
            tags="no_btrfs,no_devmapper,no_zfs",
            stamps=(f"{containerd}/version.Version=v{v['containerd']}",),
        ),
        Module("kind", ("sigs.k8s.io/kind",)),
        Module("pause", (".",)),
    )
    return {module.name: module for module in listed}


def _kubernetes_stamps(version: str) -> tuple[str, ...]:
    """Return the flags without which kubelet and API server say v0.0.0; kubeadm refuses that."""
    major, minor, _ = version.split(".")
    values = {
        "gitVersion": f"v{version}",
        "gitMajor": major,
        "gitMinor": minor,
        "gitTreeState": "clean",
        "gitCommit": "0" * 40,
        "buildDate": "1970-01-01T00:00:00Z",
    }
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    return tuple(f"{p}.{name}={value}" for p in packages for name, value in values.items())


def module_key(module: Module) -> str:
    """Return the hash of all that a module's programs are built from."""
    return cache_key(
        files_key(module.folder, exclude="*_test.go"),
        repr((module.packages, module.tags, module.stamps, GO_BUILD_FLAGS)),
        go_version(module.needs_go),
    )


def build_module(module: Module) -> Path:
    """Return the folder with a module's programs, built first if it is missing."""
    product = cache_folder("kind-node") / f"{module.name}-{module_key(module)}" / "bin"
    return build_once(product, f"building {module.name}", lambda out: _build(module, out))


def _build(module: Module, out: Path) -> None:
    go = go_program(module.needs_go)
    # An interrupted Go leaves gigabytes of temporary files: the next build deletes them here.
    scratch = out / "tmp"
    scratch.mkdir(parents=True)
    ldflags = " ".join(("-s -w", *(f"-X {stamp}" for stamp in module.stamps)))
    # With a folder for output, Go names each program after its package.
    options = [*module.flags, f"-ldflags={ldflags}", "-o", f"{out}{os.sep}"]
    command = [str(go), "build", *options, *module.packages]
    env = go_environment() | {"GOTMPDIR": str(scratch)}
    run(command, f"build {module.name}", folder=module.folder, env=env)
    scratch.rmdir()


def go_source(module: Module, package: str) -> Path:
    """Return the folder with the sources of a module that another needs, downloaded if missing."""
    go = go_program(module.needs_go)
    env = go_environment()
    run([go, "mod", "download", package], f"download {package}", folder=module.folder, env=env)
    command = [str(go), "list", "-m", "-f", "{{.Dir}}", package]
    found = run(command, f"find the sources of {package}", folder=module.folder, env=env).strip()
    if not found:
        raise BuildError(f"cannot find the sources of {package}; run `go mod download` in go/kind")
    return Path(found)
