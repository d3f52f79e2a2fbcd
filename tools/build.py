"""Build the pinned command-line tools into a cache outside the checkout.

    python -m tools.build                 build every tool that is a Go module
    python -m tools.build checkov         build the named tools
    python -m tools.build --path helm3    print the path of one program, built first if missing

A folder here is a tool: with a go.mod it is built by Go, with a requirements.lock it is installed
by pip into a virtual environment of its own. Needs nothing but Python's standard library.
"""

from __future__ import annotations

import argparse
import functools
import os
import platform
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.kind_node.cache import (
    BuildError,
    build_once,
    cache_folder,
    cache_key,
    missing,
    progress,
    run,
)
from tools.kind_node.command_line import exit_status

TOOLS = Path(__file__).resolve().parent
GO_FLAGS = ("-trimpath", "-buildvcs=false")

# What a release build tells the program about itself, and a plain `go build` does not. Without the
# Kubernetes version Helm 3 believes in 1.20; Helm 4 finds it by itself.
STAMPS = {
    "helm3": (
        "helm.sh/helm/v3/internal/version.version={version}",
        "helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1",
        "helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor={kube_minor}",
        "helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor=1",
        "helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor={kube_minor}",
    ),
    "helm4": ("helm.sh/helm/v4/internal/version.version={version}",),
    "ct": ("github.com/helm/chart-testing/v3/ct/cmd.Version={version}",),
    "kube-score": ("main.version={version}",),
    "vegeta": ("main.Version={version}",),
}

# A Helm on PATH of the same major version serves as well, from this version on.
OLDEST_HELM = {"helm3": (3, 18), "helm4": (4, 0)}


@dataclass(frozen=True)
class GoTool:
    """What a tool's go.mod says."""

    name: str
    package: str
    version: str
    needs_go: str
    ldflags: str

    @property
    def program(self) -> str:
        """File name of the program, as `go install` would choose it."""
        # The last element that isn't a major version, such as /v12.
        return re.sub(r"/v\d+$", "", self.package).rsplit("/", 1)[-1]


def tool_names() -> list[str]:
    """Names of the tools that are Go modules."""
    return sorted(path.parent.name for path in TOOLS.glob("*/go.mod"))


@functools.cache
def tool_path(name: str) -> Path:
    """Path of a tool's program, built first if it is missing."""
    if (found := helm_on_path(name)) is not None:
        return found
    if (TOOLS / name / "go.mod").is_file():
        return _go_program(read_go_mod(name))
    if (TOOLS / name / "requirements.lock").is_file():
        return _python_program(name)
    known = [*TOOLS.glob("*/go.mod"), *TOOLS.glob("*/requirements.lock")]
    names = ", ".join(sorted(path.parent.name for path in known))
    raise BuildError(f"there is no tool {name!r}, only {names}")


def helm_on_path(name: str) -> Path | None:
    """The user's own Helm, if it can stand in for the pinned one."""
    oldest = OLDEST_HELM.get(name)
    program = shutil.which("helm")
    if oldest is None or program is None or os.environ.get("GENX_FX_PINNED_TOOLS") == "1":
        return None
    version = version_tuple(_system_helm_version(program))
    return Path(program) if version[:1] == oldest[:1] and version >= oldest else None


@functools.cache
def _system_helm_version(program: str) -> str:
    command = [program, "version", "--template", "{{.Version}}"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def version_tuple(text: str) -> tuple[int, ...]:
    """The first dotted number in a text: `go1.26.8` is (1, 26, 8)."""
    found = re.search(r"\d+(?:\.\d+)*", text)
    return tuple(int(part) for part in found.group().split(".")) if found else ()


def read_go_mod(name: str) -> GoTool:
    """Read package, version and Go version of a tool from its go.mod."""
    text = (TOOLS / name / "go.mod").read_text()
    required = dict(re.findall(r"^(?:require)?\s+(\S+) (v\S+)", text, re.MULTILINE))
    package = re.search(r"^tool (\S+)$", text, re.MULTILINE)
    needs_go = re.search(r"^go (\S+)$", text, re.MULTILINE)
    if package is None or needs_go is None:
        raise BuildError(f"tools/{name}/go.mod lacks its `tool` or `go` line")
    # The innermost module that holds the package.
    module = max((m for m in required if f"{package[1]}/".startswith(f"{m}/")), key=len, default="")
    if not module:
        raise BuildError(f"tools/{name}/go.mod requires no module that holds {package[1]}")
    kube_minor = required.get("k8s.io/client-go", "v0.0.0").split(".")[1]
    stamps = (
        f"-X {stamp.format(version=required[module], kube_minor=kube_minor)}"
        for stamp in STAMPS.get(name, ())
    )
    return GoTool(
        name=name,
        package=package[1],
        version=required[module].removeprefix("v"),
        needs_go=needs_go[1],
        ldflags=" ".join(("-s -w", *stamps)),
    )


def _go_program(tool: GoTool) -> Path:
    folder = TOOLS / tool.name
    go_version = _go_version(tool.needs_go)
    inputs = ((folder / file).read_bytes() for file in ("go.mod", "go.sum"))
    key = cache_key(*inputs, *GO_FLAGS, tool.ldflags, go_version)
    program = cache_folder("tools") / f"{tool.name}-{key}" / tool.program
    what = f"building {tool.name} {tool.version} with {go_version}"
    return build_once(program, what, lambda out: _go_build(tool, out))


def _go_build(tool: GoTool, out: Path) -> None:
    go = _go_on_path(tool.needs_go) or _python_program("go")
    options = [*GO_FLAGS, f"-ldflags={tool.ldflags}", "-o", str(out)]
    command = [str(go), "build", *options, tool.package]
    run(command, f"build {tool.name}", folder=TOOLS / tool.name, env=_build_env())


def _go_version(needed: str) -> str:
    """Version of the Go that will build, be it installed yet or not."""
    if (go := _go_on_path(needed)) is not None:
        return _version_of_go(go)
    return f"go{_locked_version('go')}"


def _go_on_path(needed: str) -> str | None:
    go = shutil.which("go")
    new_enough = go is not None and version_tuple(_version_of_go(go)) >= version_tuple(needed)
    return go if new_enough else None


@functools.cache
def _version_of_go(go: str) -> str:
    command = [go, "env", "GOVERSION"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=_build_env())
    return done.stdout.strip()


def _build_env() -> dict[str, str]:
    """The user's environment, less what would make the build another one."""
    dropped = ("GOOS", "GOARCH", "GOFLAGS", "GOROOT", "GOEXPERIMENT")
    env = {key: value for key, value in os.environ.items() if key not in dropped}
    return env | {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off"}


def _python_program(name: str) -> Path:
    lock = TOOLS / name / "requirements.lock"
    key = cache_key(lock.read_bytes(), platform.python_version())
    folder = cache_folder("tools") / f"{name}-{key}"
    program = folder / name
    with missing(program) as is_missing:
        if is_missing:
            with progress(f"installing {name} {_locked_version(name)}"):
                _pip_install(lock, folder / "venv")
                # A virtual environment cannot be renamed: the link made last says that it is whole.
                program.symlink_to(Path("venv", "bin", name))
    return program


def _pip_install(lock: Path, environment: Path) -> None:
    venv.create(environment, clear=True, with_pip=True, symlinks=True)
    pip = [str(environment / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    options = ["--disable-pip-version-check", "--no-deps", "--require-hashes", "-r", str(lock)]
    run([*pip, *options], f"install {lock.parent.name}", env=_build_env())


def _locked_version(name: str) -> str:
    text = (TOOLS / name / "requirements.lock").read_text()
    found = re.search(rf"^(?:{name}|{name}-bin|{name}js-wheel)==(\S+)", text, re.MULTILINE)
    return found[1] if found else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: build tools, or print the path of one."""
    parser = argparse.ArgumentParser(description="Build the pinned command-line tools.")
    parser.add_argument("tools", nargs="*", metavar="tool", help="by default every Go tool")
    parser.add_argument("--path", metavar="tool", help="print the path of one tool's program")
    options = parser.parse_args(arguments)

    def command() -> None:
        if options.path:
            print(tool_path(options.path))
        else:
            for name in options.tools or tool_names():
                tool_path(name)

    return exit_status(command)


if __name__ == "__main__":
    sys.exit(main())
