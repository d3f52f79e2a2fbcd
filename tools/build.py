"""Build the pinned command-line tools into a cache outside the checkout.

    python -m tools.build                 build every tool that is a Go program
    python -m tools.build checkov         build the named tools
    python -m tools.build --path helm3    print the path of one program, built first if missing

GO_TOOLS lists the Go programs. A folder here with a requirements.lock is a tool too, installed by
pip into a virtual environment of its own. Needs nothing but Python's standard library.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.go_modules import EXTERNAL_SECRETS, fetched, pinned
from tools.kind_node.cache import BuildError, build_once, cache_folder, cache_key, files_key, run
from tools.kind_node.command_line import exit_status
from tools.kind_node.go_toolchain import GO_BUILD_FLAGS, go_environment, go_program, go_version
from tools.kind_node.python_programs import python_program
from tools.kind_node.versions import version_tuple

TOOLS = Path(__file__).resolve().parent


@dataclass(frozen=True)
class GoTool:
    """A program that Go builds from the go.mod of a folder here, which says its version."""

    folder: str
    package: str
    # Values of string variables, which a release build sets and a plain `go build` does not.
    stamps: tuple[str, ...] = ()
    # Module of modules.sum whose files lie beneath those of the folder, as if they were there, but
    # for its tests and these.
    beneath: str = ""
    left_out: tuple[str, ...] = ()

    @property
    def is_own(self) -> bool:
        """Whether its source is in the folder, too."""
        return self.package.startswith("./")

    @property
    def program(self) -> str:
        """File name of the program, as `go install` would choose it."""
        # The last element that isn't a major version, such as /v12.
        return re.sub(r"/v\d+$", "", self.package).rsplit("/", 1)[-1]


HELM3_STAMPS = (
    "helm.sh/helm/v3/internal/version.version={version}",
    # Without it Helm 3 assumes Kubernetes 1.20; Helm 4 finds the version by itself.
    "helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1",
    "helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor={kube_minor}",
    "helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor=1",
    "helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor={kube_minor}",
)
HELM4_STAMPS = ("helm.sh/helm/v4/internal/version.version={version}",)

# In the folder `go` all programs share one version of each library, compiled once. The first one
# compiles most of them; the others then take seconds.
GO_TOOLS = {
    "helm4": GoTool("go", "helm.sh/helm/v4/cmd/helm", HELM4_STAMPS),
    "helm3": GoTool("go", "helm.sh/helm/v3/cmd/helm", HELM3_STAMPS),
    "render": GoTool("go", "./render", HELM3_STAMPS + HELM4_STAMPS),
    "reachable": GoTool("go", "./reachable"),
    "ct": GoTool(
        "go",
        "github.com/helm/chart-testing/v3/ct",
        ("github.com/helm/chart-testing/v3/ct/cmd.Version={version}",),
    ),
    "package": GoTool("go", "./package"),
    "registry": GoTool("go", "./registry"),
    "vegeta": GoTool("go", "github.com/tsenart/vegeta/v12", ("main.Version={version}",)),
    "kwok": GoTool("go", "sigs.k8s.io/kwok/cmd/kwok"),
    "actionlint": GoTool("actionlint", "github.com/rhysd/actionlint/cmd/actionlint"),
    "versitygw": GoTool("versitygw", "github.com/versity/versitygw/cmd/versitygw"),
    # It imports versions of the Kubernetes API that newer libraries have removed.
    "kube-score": GoTool(
        "kube-score", "github.com/zegl/kube-score/cmd/kube-score", ("main.version={version}",)
    ),
    # Cut down: without the SDKs of clouds, whose providers and generators it would import, and
    # without webhooks, which do not compile with the libraries that `go` has. With the same ones.
    "external-secrets": GoTool(
        "external-secrets",
        "./operator",
        beneath=EXTERNAL_SECRETS,
        left_out=("externalsecret_webhook.go", "secretstore_webhook.go"),
    ),
}

# A Helm on PATH is used instead if it has the same major version and is at least this one.
OLDEST_HELM = {"helm3": (3, 18), "helm4": (4, 0)}


@functools.cache
def tool_path(name: str) -> Path:
    """Return the path of a tool's program, built first if it is missing."""
    if (found := helm_on_path(name)) is not None:
        return found
    if name in GO_TOOLS:
        return go_tool(name)
    if (lock := TOOLS / name / "requirements.lock").is_file():
        return python_program(name, lock, "tools")
    python_tools = (path.parent.name for path in TOOLS.glob("*/requirements.lock"))
    names = ", ".join(sorted((*GO_TOOLS, *python_tools)))
    raise BuildError(f"there is no tool {name!r}, only {names}")


def helm_on_path(name: str) -> Path | None:
    """Return the user's own Helm, if it can stand in for the pinned one."""
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


@dataclass(frozen=True)
class GoModule:
    """What a folder's go.mod says."""

    folder: Path
    needs_go: str
    required: dict[str, str]
    """Version of each module that is needed, such as v1.2.3, by its path."""

    def version_of(self, package: str) -> str:
        """Return the version of the module that holds a package."""
        holders = [module for module in self.required if f"{package}/".startswith(f"{module}/")]
        if not holders:
            raise BuildError(f"{self.folder.name}/go.mod requires no module that holds {package}")
        return self.required[max(holders, key=len)]


def read_go_mod(folder: Path) -> GoModule:
    """Read what the go.mod of a folder says; BuildError where it names no version of Go."""
    text = (folder / "go.mod").read_text()
    needs_go = re.search(r"^go (\S+)$", text, re.MULTILINE)
    if needs_go is None:
        raise BuildError(f"{folder.name}/go.mod lacks its `go` line")
    required = dict(re.findall(r"^(?:require)?\s+(\S+) (v\S+)", text, re.MULTILINE))
    return GoModule(folder, needs_go[1], required)


def go_tool(name: str) -> Path:
    """Return the path of a Go program in its pinned version, whatever Helm is on PATH."""
    tool = GO_TOOLS[name]
    module = read_go_mod(TOOLS / tool.folder)
    go = go_version(module.needs_go)
    stamps = (f"-X {_filled(stamp, tool, module)}" for stamp in tool.stamps)
    options = [*GO_BUILD_FLAGS, f"-ldflags={' '.join(('-s -w', *stamps))}"]
    inputs = [(module.folder / file).read_bytes() for file in ("go.mod", "go.sum")]
    own = module.folder if tool.beneath else module.folder / tool.package
    source = files_key(own) if tool.is_own else ""
    beneath = (*pinned(tool.beneath), *tool.left_out) if tool.beneath else ()
    key = cache_key(*inputs, source, *beneath, *options, go)
    program = cache_folder("tools") / f"{name}-{key}" / tool.program

    def build(out: Path) -> None:
        with tempfile.NamedTemporaryFile("w", suffix=".json") as overlay:
            json.dump(_overlay(tool), overlay)
            overlay.flush()
            builder = str(go_program(module.needs_go))
            command = [builder, "build", *options, "-overlay", overlay.name, "-o", str(out)]
            run(
                [*command, tool.package],
                f"build {name}",
                folder=module.folder,
                env=go_environment(),
            )

    version = f" {_version(tool, module).removeprefix('v')}".rstrip()
    return build_once(program, f"building {name}{version} with {go}", build)


def _overlay(tool: GoTool) -> dict[str, dict[str, str]]:
    """Return what `go build -overlay` reads: the files that lie beneath those of a folder."""
    if not tool.beneath:
        return {"Replace": {}}
    folder, beneath = TOOLS / tool.folder, fetched(tool.beneath)
    found = {path.relative_to(beneath): path for path in beneath.rglob("*.go")}
    return {
        "Replace": {
            str(folder / place): str(path)
            for place, path in found.items()
            if not (folder / place).exists()
            and not place.name.endswith("_test.go")
            and place.name not in tool.left_out
        }
    }


def _version(tool: GoTool, module: GoModule) -> str:
    """Return the version of the program, or nothing for one of the project's own."""
    if tool.beneath:
        return pinned(tool.beneath)[0]
    return "" if tool.is_own else module.version_of(tool.package)


def _filled(stamp: str, tool: GoTool, module: GoModule) -> str:
    """Return a stamp with the version of the module that holds its variable."""
    holder = tool.package if stamp.startswith("main.") else stamp
    return stamp.format(
        version=module.version_of(holder),
        kube_minor=module.required.get("k8s.io/client-go", "v0.0.0").split(".")[1],
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line: build tools, or print the path of one."""
    parser = argparse.ArgumentParser(description="Build the pinned command-line tools.")
    parser.add_argument("tools", nargs="*", metavar="tool", help="by default every Go tool")
    parser.add_argument("--path", metavar="tool", help="print the path of one tool's program")
    options = parser.parse_args(arguments)

    def command() -> None:
        if options.path:
            print(tool_path(options.path))
        else:
            for name in options.tools or GO_TOOLS:
                tool_path(name)

    return exit_status(command)


if __name__ == "__main__":
    sys.exit(main())
