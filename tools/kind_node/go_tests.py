"""Vets and tests a module's own Go code."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from pathlib import Path

from .cache import BuildError, run
from .go_programs import Module
from .go_toolchain import go_environment, go_program
from .processes import run_process


def check_module(module: Module) -> str:
    """Return the verdict of `go test` on each package; BuildError where it or `go vet` objects.

    What was not tested is said on standard error: `go test` keeps that to itself.
    """
    go, env = go_program(module.needs_go), go_environment()
    # With the flags of the build, Go reuses what that has compiled.
    run(_command(go, module, "vet"), f"vet {module.name}", folder=module.folder, env=env)
    # `go vet` has already checked all packages; `go test` would do so again.
    testing = _command(go, module, "test", "-json", "-vet=off")
    done = run_process(testing, cwd=module.folder, env=env)
    said = told(done.stdout)
    for test, text in said["skip"].items():
        print(f"NOT TESTED: {test}\n{text}", file=sys.stderr)
    if done.returncode:
        failed = "".join(said["fail"].values()) or done.stderr
        raise BuildError(f"the tests of {module.name} fail:\n{failed}")
    return "".join(said["pass"].values())


def _command(go: Path, module: Module, *arguments: str) -> tuple[str, ...]:
    return (str(go), *arguments, *module.flags, "./...")


def told(events: str) -> dict[str, dict[str, str]]:
    """Return what `go test -json` tells: the output by package, for each outcome.

    For packages that pass, and for all that is skipped or fails, each by name.
    """
    outputs: dict[str, str] = defaultdict(str)
    found: dict[str, dict[str, str]] = {"pass": {}, "skip": {}, "fail": {}}
    for event in map(json.loads, events.splitlines()):
        name = event.get("Test") or event.get("Package") or event.get("ImportPath", "")
        output = event.get("Output", "")
        outputs[name] += output if output != "PASS\n" else ""
        action = event["Action"].removeprefix("build-")
        has_verdict = action in ("skip", "fail") or (action == "pass" and "Test" not in event)
        # A package without tests is skipped, too.
        if has_verdict and not (action == "skip" and "Test" not in event):
            found[action][name] = outputs[name]
    return found
