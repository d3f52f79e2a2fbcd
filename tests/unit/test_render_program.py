"""How the program `render` starts and ends; what it makes is compared with Helm's command line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.helm import ROOT
from tests.render_program import answer_to

RENDERS = """
from tests.render_program import _running, answer_to
answer_to({"helm": "none"})
print(_running().pid)
"""


def test_it_ends_with_the_process_that_started_it() -> None:
    command = [sys.executable, "-c", RENDERS]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert not Path("/proc", done.stdout.strip()).exists()


def test_it_answers_after_a_mistake() -> None:
    assert answer_to({"helm": "helm5"})["error"] == (
        'Error: there is no "helm5", only helm3 and helm4\n'
    )
    assert answer_to({"helm": "helm4", "kubeVersion": "new"})["error"] == (
        "Error: invalid kube version 'new': could not parse \"new\" as version\n"
    )
