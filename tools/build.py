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
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.kind_node.cache import BuildError, build_once, cache_folder, cache_key, run
from tools.kind_node.command_line import exit_status
from tools.kind_node.go_toolchain import go_environment, go_program, go_version
from tools.kind_node.python_programs import python_program
from tools.kind_node.versions import version_tuple

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
    if (lock := TOOLS / name / "requirements.lock").is_file():
        return python_program(name, lock, "tools")
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
    go = go_version(tool.needs_go)
    inputs = ((folder / file).read_bytes() for file in ("go.mod", "go.sum"))
    key = cache_key(*inputs, *GO_FLAGS, tool.ldflags, go)
    program = cache_folder("tools") / f"{tool.name}-{key}" / tool.program
    what = f"building {tool.name} {tool.version} with {go}"
    return build_once(program, what, lambda out: _go_build(tool, out))


def _go_build(tool: GoTool, out: Path) -> None:
    options = [*GO_FLAGS, f"-ldflags={tool.ldflags}", "-o", str(out)]
    command = [str(go_program(tool.needs_go)), "build", *options, tool.package]
    run(command, f"build {tool.name}", folder=TOOLS / tool.name, env=go_environment())


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
