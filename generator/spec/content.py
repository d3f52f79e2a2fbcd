"""Folders of the platform's own files that the spec names: SQL scripts and dashboards.

Their files go into a ConfigMap as they are: nothing in them is replaced.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

MOST_BYTES = 1024 * 1024 - 16 * 1024
"""Most bytes of a folder: a ConfigMap holds 1 MiB, of which 16 KiB are kept for generated text."""

LAST_SCRIPT = "90-complete.sh"
"""Init script of the generator that must run after all scripts of the platform."""

FILE_NAME = re.compile(r"[A-Za-z0-9._-]{1,253}")
"""Keys of a ConfigMap."""

CREATES_TABLE = re.compile(
    r"^\s*CREATE TABLE\s+(?:IF NOT EXISTS\s+)?`?([\w$]+)", re.IGNORECASE | re.MULTILINE
)
"""Statement that makes a table, and its name."""

IDENTITIES = {
    "uid": (re.compile(r"[A-Za-z0-9_-]{1,40}"), "1 to 40 letters, digits, '-' and '_'"),
    "title": (re.compile(r".*\S.*", re.DOTALL), "text that is not empty"),
}
"""Keys by which Grafana tells dashboards of one folder apart: what it accepts, also in words."""


@dataclass(frozen=True)
class Content:
    """The text of each file by its name, in the order of the names, and what is wrong."""

    files: dict[str, str]
    mistakes: list[str]


@dataclass(frozen=True)
class ContentFolder(ABC):
    """A folder of files for one ConfigMap. Hidden files (`.name`) do not count."""

    name: str
    """Path as the spec gives it, relative to the folder of the spec."""
    root: Path
    """Folder of the spec."""

    endings: ClassVar[tuple[str, ...]]
    folder_in_chart: ClassVar[str]
    """Folder of the files in the chart, below files/<component>/."""

    @cached_property
    def content(self) -> Content:
        """Read the folder, once; what is wrong is in `mistakes`, each with how to fix it."""
        files: dict[str, str] = {}
        mistakes: list[str] = []
        try:
            paths = self._paths()
        except _Mistake as mistake:
            return Content(files, [f"{self.name}: {mistake}"])
        for path in paths:
            try:
                files[path.name] = _text(path, self.endings)
            except _Mistake as mistake:
                mistakes.append(self._said(path.name, str(mistake)))
        size = sum(len(text.encode()) for text in files.values())
        if size > MOST_BYTES:
            mistakes.append(f"{self.name}: {_too_large(size)}")
        mistakes += [self._said(name, message) for name, message in self._mistakes_in(files)]
        return Content(files, mistakes)

    def _paths(self) -> list[Path]:
        """Return all files of the folder that count, in order; _Mistake where there are none."""
        wanted = f"at least one file {' or '.join(f'*{ending}' for ending in self.endings)}"
        try:
            entries = sorted((self.root / self.name).iterdir())
        except FileNotFoundError:
            fix = f"create it with {wanted}, or name another folder"
            raise _Mistake(f"no such folder, relative to the spec; {fix}") from None
        except NotADirectoryError:
            raise _Mistake(f"is no folder; name a folder with {wanted}") from None
        except OSError as error:
            raise _Mistake((error.strerror or str(error)).lower()) from None
        paths = [path for path in entries if not path.name.startswith(".")]
        if not paths:
            raise _Mistake(f"is empty; put {wanted} into it")
        return paths

    @abstractmethod
    def _mistakes_in(self, files: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Find what the program that reads these files would object to: file name, message."""

    def _said(self, name: str, message: str) -> str:
        return f"{self.name.rstrip('/')}/{name}: {message}"


class ScriptFolder(ContentFolder):
    """Scripts that MySQL runs in the order of their names, on an empty data directory."""

    endings = (".sql", ".sh")
    folder_in_chart = "init"

    def _mistakes_in(self, files: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for name in files:
            if name >= LAST_SCRIPT:
                yield (
                    name,
                    f"would not run before {LAST_SCRIPT}, which ends the initialization; begin "
                    "its name with a smaller number, such as 10-schema.sql",
                )

    def tables(self) -> list[str]:
        """Return the tables that the SQL scripts make, in their order."""
        scripts = [text for name, text in self.content.files.items() if name.endswith(".sql")]
        return [name for text in scripts for name in CREATES_TABLE.findall(text)]

    def reads(self, variable: str) -> bool:
        """Return whether a shell script reads this environment variable."""
        read = re.compile(rf"\$\{{?{re.escape(variable)}\b")
        scripts = self.content.files.items()
        return any(name.endswith(".sh") and read.search(text) for name, text in scripts)


class DashboardFolder(ContentFolder):
    """Dashboards as Grafana exports them, one JSON file each."""

    endings = (".json",)
    folder_in_chart = "dashboards"

    def _mistakes_in(self, files: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        first: dict[tuple[str, str], str] = {}
        for name, text in files.items():
            try:
                dashboard = _json_object(text)
            except _Mistake as mistake:
                yield name, f"{mistake}; export the dashboard from Grafana as JSON again"
                continue
            for key, (accepted, in_words) in IDENTITIES.items():
                value = dashboard.get(key)
                if not isinstance(value, str) or not accepted.fullmatch(value):
                    given = f"{key} {json.dumps(value)} is given"
                    given = given if key in dashboard else f"key {key!r} is missing"
                    yield name, f"{given}; wanted: {in_words}"
                elif (other := first.setdefault((key, value), name)) != name:
                    yield name, f"{key} {value!r} is taken by {other}; give it one of its own"


class _Mistake(Exception):
    """What is wrong with a folder or a file, and how to fix it."""


def _text(path: Path, endings: tuple[str, ...]) -> str:
    """Read a file that a ConfigMap can hold; _Mistake where it is none."""
    names = " and ".join(f"*{ending}" for ending in endings)
    allowed = f"allowed here are only files {names}; move it to another folder"
    if not FILE_NAME.fullmatch(path.name):
        fix = "rename it with letters, digits, '.', '_' and '-'"
        raise _Mistake(f"{path.name!r} cannot be a key of a ConfigMap; {fix}")
    if not path.is_file():
        raise _Mistake(f"is no file; {allowed}")
    if not path.name.endswith(endings):
        raise _Mistake(f"is of another kind; {allowed}")
    try:
        if (size := path.stat().st_size) > MOST_BYTES:
            raise _Mistake(_too_large(size))
        content = path.read_bytes()
    except OSError as error:
        raise _Mistake((error.strerror or str(error)).lower()) from None
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"line {line}: byte 0x{content[error.start]:02x} is not UTF-8"
        raise _Mistake(f"{message}; save the file as UTF-8") from None
    if text.startswith("\ufeff"):
        raise _Mistake("begins with a byte order mark; save it as UTF-8 without one")
    return text


def _too_large(size: int) -> str:
    limit = f"{size:,} bytes are more than the {MOST_BYTES:,} that a ConfigMap takes"
    return f"{limit}; remove or shorten files"


def _json_object(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _Mistake(f"{where}: not JSON: {error.msg}") from None
    except RecursionError:
        raise _Mistake("not JSON that can be read: nested too deeply") from None
    if not isinstance(data, dict):
        raise _Mistake("not a JSON object")
    return data
