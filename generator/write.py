"""Bringing the generated files up to date: all of them, or none."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path, PurePosixPath

from generator.chart.mark import MARK
from generator.errors import WriteError

MARKED_LINES = 5
"""The mark stands within this many lines from the top."""

NOTHING_WRITTEN = "nothing was written"


@dataclass(frozen=True)
class Change:
    """A file to write, or to remove where `after` is None; `path` is below the root."""

    path: str
    before: bytes | None
    after: bytes | None

    @property
    def done(self) -> str:
        """What happens to the file, in one word."""
        return "removed" if self.after is None else "written"

    @property
    def state(self) -> str:
        """What is wrong with the file as it is, in one word."""
        if self.after is None:
            return "stale"
        return "missing" if self.before is None else "changed"


def changes(root: Path, folder: str, files: Mapping[str, str]) -> list[Change]:
    """Return what differs between the tree and `files` (path below `root` → text), sorted by path.

    Generated files below `folder` that aren't in `files` are stale. WriteError names every file
    that is not ours, and every other thing that stands in the way.
    """
    unmarked = [path for path, text in files.items() if not _is_marked(text.encode())]
    if unmarked:
        raise WriteError([f"{path}: generated without the mark {MARK!r}" for path in unmarked])
    try:
        stale = {path: content for path, content in _ours(root, folder) if path not in files}
        obstacles = [line for path in sorted(files) for line in _obstacles(root, path, stale)]
        if obstacles:
            raise WriteError([*dict.fromkeys(obstacles), NOTHING_WRITTEN])
        found = [Change(path, _content(root / path), files[path].encode()) for path in files]
    except OSError as error:
        raise _write_error(root, error) from error
    found += [Change(path, before, None) for path, before in stale.items()]
    return sorted((c for c in found if c.before != c.after), key=lambda change: change.path)


def apply(root: Path, pending: list[Change]) -> None:
    """Make the changes; WriteError, and the tree as it was, where one of them fails."""
    if not pending:
        return
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".genx-fx-", dir=root) as scratch:
            _Move(root, Path(scratch)).all(pending)
    except OSError as error:
        raise _write_error(root, error) from error


def difference(change: Change) -> str:
    """Return the change as a unified diff."""
    before, after = (
        (content or b"").decode(errors="replace").splitlines(keepends=True)
        for content in (change.before, change.after)
    )
    lines = unified_diff(before, after, f"a/{change.path}", f"b/{change.path}")
    return "".join(line if line.endswith("\n") else line + "\n" for line in lines)


class _Move:
    """Stages new files next to the tree, then moves them in; undoes what it did on failure."""

    def __init__(self, root: Path, scratch: Path) -> None:
        self.root, self.scratch = root, scratch
        self._moved: list[tuple[Path, Path]] = []
        self._made: list[Path] = []
        self._removed: list[Path] = []

    def all(self, pending: list[Change]) -> None:
        staged = [(change, self._stage(number, change)) for number, change in enumerate(pending)]
        try:
            for number, (change, _) in enumerate(staged):
                if change.before is not None:
                    self._move(self.root / change.path, self.scratch / f"{number}.old")
            for change, new in staged:
                if new:
                    self._make_folders(self.root / change.path)
                    self._move(new, self.root / change.path)
            for change, new in staged:
                if not new:
                    self._remove_empty_folders(self.root / change.path)
        except BaseException:
            self._undo()
            raise

    def _stage(self, number: int, change: Change) -> Path | None:
        if change.after is None:
            return None
        new = self.scratch / f"{number}.new"
        new.write_bytes(change.after)
        return new

    def _move(self, source: Path, target: Path) -> None:
        source.rename(target)
        self._moved.append((source, target))

    def _make_folders(self, file: Path) -> None:
        for folder in reversed(file.parents):
            if not folder.exists():
                folder.mkdir()
                self._made.append(folder)

    def _remove_empty_folders(self, file: Path) -> None:
        for folder in file.parents:
            if folder == self.root or not folder.exists() or any(folder.iterdir()):
                return
            folder.rmdir()
            self._removed.append(folder)

    def _undo(self) -> None:
        lost = []
        for folder in reversed(self._removed):
            folder.mkdir()
        for source, target in reversed(self._moved):
            try:
                target.rename(source)
            except OSError:
                lost.append(f"{source}: could not be put back; restore it from version control")
        for folder in reversed(self._made):
            folder.rmdir()
        if lost:
            raise WriteError(lost)


def _ours(root: Path, folder: str) -> Iterator[tuple[str, bytes]]:
    """Yield generated files below a folder, with their content."""
    for above, _, names in os.walk(root / folder):
        for name in names:
            file = Path(above, name)
            if stat.S_ISREG(file.lstat().st_mode) and _is_marked(content := file.read_bytes()):
                yield file.relative_to(root).as_posix(), content


def _is_marked(content: bytes) -> bool:
    return any(MARK.encode() in line for line in content.split(b"\n", MARKED_LINES)[:MARKED_LINES])


def _obstacles(root: Path, path: str, stale: Mapping[str, bytes]) -> Iterator[str]:
    """Give what keeps us from writing a file, and how to fix it."""
    for folder in reversed(PurePosixPath(path).parents[:-1]):
        above = root / folder
        if above.is_symlink():
            yield f"{above}: is a symbolic link where a folder must be; move it away"
            return
        if above.exists() and not above.is_dir():
            if str(folder) not in stale:
                yield f"{above}: is a file where a folder must be; move it away"
            return
    target = root / path
    if target.is_symlink():
        yield f"{target}: is a symbolic link where a file must be; move it away"
    elif target.is_dir():
        yield f"{target}: is a folder where a file must be; move it away"
    elif target.exists() and not (target.is_file() and _is_marked(target.read_bytes())):
        yield f"{target}: isn't generated (its first lines lack {MARK!r}); move it away"
    elif not os.access(_nearest_that_exists(target), os.W_OK):
        yield f"{_nearest_that_exists(target)}: isn't writable; change its permissions"


def _nearest_that_exists(path: Path) -> Path:
    return next((place for place in (path, *path.parents) if place.exists()), Path())


def _content(file: Path) -> bytes | None:
    return file.read_bytes() if file.is_file() else None


def _write_error(root: Path, error: OSError) -> WriteError:
    where = error.filename or root
    return WriteError([f"{where}: {(error.strerror or str(error)).lower()}", NOTHING_WRITTEN])
