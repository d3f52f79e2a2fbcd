"""The kubectl commands of the documents have subcommands and options that there are."""

from __future__ import annotations

import functools
import re
import subprocess

import pytest

from tests.documents import blocks, commands
from tools.control_plane import kubectl_program

TYPED = sorted(
    {
        (block.place, *command)
        for block in blocks("bash")
        for command in commands(block.text)
        if command[0] == "kubectl"
    }
)
# How many words name the command; of others, one does.
LONGER = {"create secret": 3, "create": 2, "rollout": 2, "set": 2}


@functools.cache
def known_options(*words: str) -> set[str]:
    """Return the options of a subcommand, and those of all, as their help has them."""
    found: set[str] = set()
    for arguments in ([*words, "--help"], ["options"]):
        command = [str(kubectl_program()), *arguments]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        found |= set(re.findall(r"(?<![\w-])(--?[a-z][a-z-]*)", text))
    return found


@pytest.mark.parametrize("command", TYPED, ids=lambda command: command[0])
def test_options_of_kubectl_exist(command: tuple[str, ...]) -> None:
    _, _, *words = command
    if "--" in words:
        words = words[: words.index("--")]  # the rest is run in a container
    given = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    named = " ".join(words)
    length = next((n for start, n in LONGER.items() if named.startswith(f"{start} ")), 1)
    name = [word for word in words[:length] if not word.startswith("-")]
    assert given <= known_options(*name)
