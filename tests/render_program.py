"""The program `render` of tools/go: one for each process that renders, from its first render on."""

from __future__ import annotations

import atexit
import functools
import json
import subprocess
from collections.abc import Mapping
from typing import Any

from tools.build import tool_path


def answer_to(request: Mapping[str, object]) -> dict[str, Any]:
    """Return what the program answers: `objects`, or the `error` that Helm prints.

    Raises RuntimeError where the program has ended; what it said is on stderr.
    """
    program = _running()
    assert program.stdin is not None
    assert program.stdout is not None
    program.stdin.write(json.dumps(request) + "\n")
    program.stdin.flush()
    line = program.stdout.readline()
    if not line:
        raise RuntimeError(f"the program `render` ended with status {program.wait()}")
    answer: dict[str, Any] = json.loads(line)
    return answer


@functools.cache
def _running() -> subprocess.Popen[str]:
    command = [str(tool_path("render"))]
    program = subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    atexit.register(_end, program)
    return program


def _end(program: subprocess.Popen[str]) -> None:
    """Close its input, at which it ends, and wait for that."""
    program.communicate()
