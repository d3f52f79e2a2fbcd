"""Reads docs/operations.md: its sections, and the commands in each, as somebody would type them."""

from __future__ import annotations

import re
import shlex
from functools import cache

from tests.helm import ROOT, render

DOCUMENT = ROOT / "docs" / "operations.md"
SEPARATORS = {"|", "&&", ";", "||", ">", ">>"}


@cache
def sections() -> dict[str, str]:
    """Return the text of each section by its heading."""
    parts = re.split(r"^## (.+)\n", DOCUMENT.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def blocks(section: str) -> list[str]:
    """Return the blocks of commands of a section."""
    return re.findall(r"^```bash\n(.*?)^```", sections()[section], re.DOTALL | re.MULTILINE)


def typed() -> list[list[str]]:
    """Return each helm and kubectl command of the blocks, as words."""
    scripts = [script for heading in sections() for script in blocks(heading)]
    return [command for script in scripts for command in _commands(script)]


def commands() -> list[list[str]]:
    """Return the same, and those within text."""
    text = DOCUMENT.read_text()
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    quoted = re.findall(r"`((?:helm|kubectl) [^`]+)`", text)
    return [*typed(), *(command for line in quoted for command in _commands(line))]


def _commands(script: str) -> list[list[str]]:
    """Return the helm and kubectl commands of a script; those in $(…) too."""
    script = script.replace("\\\n", " ").replace("|\n", "| ")
    inner = re.findall(r"\$\(((?:helm|kubectl) .*?)\)(?:;|\n)", script)
    found: list[list[str]] = []
    for line in [*script.splitlines(), *inner]:
        words = list(shlex.shlex(line, posix=True, punctuation_chars="|;&>"))
        found += _split(words)
    return found


def _split(words: list[str]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for word in words:
        if word in SEPARATORS:
            parts.append([])
        else:
            parts[-1].append(word)
    return [part for part in parts if part and part[0] in ("helm", "kubectl")]


def names_of_the_chart() -> set[str]:
    """Return kind/name of what the chart makes, as kubectl abbreviates the kinds."""
    short = {"PersistentVolumeClaim": "pvc"}
    found = {
        f"{short.get(item['kind'], item['kind'].lower())}/{item['metadata']['name']}"
        for item in render().objects
    }
    return found | {"secret/genx-fx-secrets"}  # the Job makes it
