"""The documents that people read, and the blocks of code in them."""

from __future__ import annotations

import functools
import re
import shlex
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from generator.explain.page import Explanations
from tests.helm import ROOT
from tests.spec_files import OURS
from tools.site.pages import site_pages

_BLOCK = re.compile(r"^( *)```(\w+)([^\n]*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
_OPERATORS = {"|", "||", "&&", ";", "&", ">", ">>", "<", "<<", ">&", "(", ")"}
_ASSIGNMENT = re.compile(r"\w+=")
_HERE_DOCUMENT = re.compile(r"<<'?(\w+)'?(.*?)\n(.*?)^\1$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A block of code."""

    place: str
    """File and line: `docs/operations.md:46`."""
    language: str
    title: str
    text: str

    @property
    def file(self) -> str:
        """The document it is in."""
        return self.place.partition(":")[0]


@functools.cache
def documents() -> dict[str, str]:
    """Return the text of each document by its path; those that are made for the site too."""
    paths = [
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "charts/genx-fx/README.md")),
        *(ROOT / "docs").rglob("*.md"),
        *(path for path in ROOT.glob("t*/**/README.md") if "node_modules" not in path.parts),
    ]
    written = {path.relative_to(ROOT).as_posix(): path.read_text() for path in sorted(paths)}
    made = ("index.md", "network.md", "values/", "environments/")
    pages = site_pages(ROOT, Explanations(OURS)).items()
    return written | {f"site/{path}": text for path, text in pages if path.startswith(made)}


def blocks(language: str) -> list[Block]:
    """Return the blocks of code in a language, of all documents."""
    return [
        Block(
            f"{path}:{text.count(chr(10), 0, found.start()) + 1}",
            language,
            found[3].strip().removeprefix("title=").strip('"'),
            textwrap.dedent(found[4]),
        )
        for path, text in documents().items()
        for found in _BLOCK.finditer(text)
        if found[2] == language
    ]


def titled(title: str) -> Block:
    """Return the only block of YAML that has a title."""
    (found,) = (block for block in blocks("yaml") if block.title == title)
    return found


def bash_of(file: str, *words: str) -> list[Block]:
    """Return the commands of a document that hold each of these words; one block for each."""
    found = [block for block in blocks("bash") if block.file == file]
    chosen = [[block for block in found if word in block.text] for word in words]
    assert [len(each) for each in chosen] == [1] * len(words), f"{file} has not one of {words}"
    return [block for (block,) in chosen]


def here_documents(script: str, mark: str) -> list[str]:
    """Return what a script gives to its commands as their input, between lines of `mark`."""
    return [found[3] for found in _HERE_DOCUMENT.finditer(script) if found[1] == mark]


def commands(script: str) -> list[list[str]]:
    """Return the commands of a script, as words; those in $(…) and after `do` too."""
    script = _HERE_DOCUMENT.sub(r"\2", script)
    script = re.sub(r"\\\n|\|\n", lambda found: found[0][:-1].strip("\\") + " ", script)
    inner = re.findall(r"\$\(((?:\w|\.)[^()]*)\)", script)
    lines = [*re.sub(r"\$\([^()]*\)", "SUBSTITUTED", script).splitlines(), *inner]
    return [command for line in lines for command in _split(line)]


def _split(line: str) -> Iterator[list[str]]:
    words = shlex.shlex(line, posix=True, punctuation_chars="|;&<>")
    words.commenters = "#"
    words.whitespace_split = True
    command: list[str] = []
    into_file = False
    for word in [*words, ";"]:
        if word not in _OPERATORS:
            command += [] if into_file else [word]
            into_file = False
            continue
        into_file = word.startswith(">")
        if into_file:
            continue
        while command and (command[0] in {"do", "eval"} or _ASSIGNMENT.match(command[0])):
            command = command[1:]
        if command and command[0] not in {"for", "done"}:
            yield command
        command = []
