"""What is slow to build is built once, and kept outside the checkout by what it is built from.

Each product has a path that holds a key, the hash of everything it depends on. A change makes a new
product and never touches an old one, so all of the cache may be deleted at any time.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from .processes import run_process

PRODUCTS_KEPT = 2
GIGABYTE = 10**9

_printing = threading.Lock()
_open_line: object = None


class BuildError(Exception):
    """Something cannot be built; the message says why in one sentence."""


def cache_folder(part: str) -> Path:
    """Return the folder of a part of the project: `$GENX_FX_CACHE/<part>`, or in ~/.cache/genx-fx.

    BuildError where GENX_FX_CACHE can be no such folder.
    """
    if chosen := os.environ.get("GENX_FX_CACHE"):
        _check_chosen(chosen)
        return Path(chosen, part)
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base, "genx-fx", part).absolute()


def _check_chosen(folder: str) -> None:
    """Raise BuildError where GENX_FX_CACHE cannot be used, before something else fails by it."""
    if not Path(folder).is_absolute():
        # With a relative path, programs started in other folders would use other caches.
        reason = "is no absolute path"
    elif ":" in folder:
        reason = "has a colon, which neither PATH nor an engine's mounts can have"
    else:
        nearest = next(one for one in (Path(folder), *Path(folder).parents) if one.exists())
        if not nearest.is_dir():
            reason = f"cannot be a folder: {nearest} is a file"
        elif not os.access(nearest, os.W_OK | os.X_OK):
            reason = f"cannot be written to: {nearest} is another user's"
        else:
            return
    raise BuildError(
        f"GENX_FX_CACHE is {folder!r}, which {reason}; it may be any folder that this user may "
        "write to or make, such as /var/tmp/genx-fx; set it to one, or unset it for "
        "~/.cache/genx-fx"
    )


def cache_key(*parts: str | bytes) -> str:
    """Return a short hash of everything that a product depends on, the machine's kind included."""
    digest = hashlib.sha256()
    for part in (*parts, sys.platform, platform.machine()):
        data = part.encode() if isinstance(part, str) else part
        digest.update(f"{len(data)}:".encode() + data)
    return digest.hexdigest()[:16]


def files_key(folder: Path, pattern: str = "**/*", exclude: str = "") -> str:
    """Return the hash of the names, modes and contents of a folder's files, for a key.

    Files whose name matches `exclude` do not count.
    """
    parts: list[str | bytes] = []
    for path in sorted(folder.glob(pattern)):
        if path.is_file() and "__pycache__" not in path.parts and not path.match(exclude or "/"):
            executable = path.stat().st_mode & 0o100
            parts += [f"{path.relative_to(folder)} {executable}", path.read_bytes()]
    return cache_key(*parts)


@contextmanager
def missing(product: Path) -> Iterator[bool]:
    """Tell whether a product is to be built; only one process or thread at a time is told so.

    The others wait, and then find it built.
    """
    if product.exists():
        yield False
        return
    product.parent.mkdir(parents=True, exist_ok=True)
    with alone(product.with_name(f"{product.name}.lock")):
        yield not product.exists()


@contextmanager
def alone(lock: Path) -> Iterator[int]:
    """Let one process or thread at a time go on; the others wait, and say so.

    The lock, a file, goes with the process that holds it. Its descriptor is given: a program that
    inherits it keeps the others waiting until it has ended, too.
    """
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with progress(f"waiting for who holds {lock}"):
                fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def build_once(product: Path, what: str, build: Callable[[Path], None]) -> Path:
    """Return the path of a product, a file or a folder, built first if it is missing.

    `build` gets the path to write to, which does not exist yet. Only when it returns does the
    product get its own name: what has that name is whole. `what` is shown as progress.
    """
    with missing(product) as is_missing:
        if is_missing:
            unfinished = product.with_name(f"{product.name}.unfinished")
            _remove(unfinished)
            with progress(what):
                build(unfinished)
            unfinished.rename(product)
    return product


def check_space(needed: int, what: str) -> None:
    """Raise BuildError unless as many bytes are free where the cache is."""
    folder = cache_folder("")
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise BuildError(
            f"cannot {what}: it takes {needed / GIGABYTE:.0f} GB of disk, and only "
            f"{free / GIGABYTE:.1f} GB are free at {folder}; free some, or name a folder on "
            "another disk in GENX_FX_CACHE"
        )


def forget_older(product: Path) -> None:
    """Note that a product is used, and delete all but the two of its kind that were used last.

    For products of which every change makes another one of a gigabyte. The kind is the name up to
    its last hyphen, after which the key follows.
    """
    os.utime(product)
    kind = product.name.rpartition("-")[0]
    found = [
        path
        for path in product.parent.glob(f"{kind}-*{product.suffix}")
        if (path.name.rpartition("-")[0], path.suffix) == (kind, product.suffix)
    ]
    for path in sorted(found, key=lambda path: path.stat().st_mtime)[:-PRODUCTS_KEPT]:
        _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


@contextmanager
def progress(what: str) -> Iterator[None]:
    """Print `  building X ... 12 s` to stderr, before and after; works from several threads."""
    start = time.monotonic()
    line = object()
    _print_start(line, what)
    try:
        yield
    except BaseException:
        _print_end(line, what, "failed")
        raise
    _print_end(line, what, f"{time.monotonic() - start:.0f} s")


def _print_start(line: object, what: str) -> None:
    global _open_line
    with _printing:
        before = "\n" if _open_line is not None else ""
        print(f"{before}  {what} ...", end="", file=sys.stderr, flush=True)
        _open_line = line


def _print_end(line: object, what: str, result: str) -> None:
    """Complete the line, or where another thread has begun one since, write it anew."""
    global _open_line
    with _printing:
        if _open_line is line:
            print(f" {result}", file=sys.stderr, flush=True)
            _open_line = None
        else:
            before = "\n" if _open_line is not None else ""
            print(f"{before}  {what} ... {result}", file=sys.stderr, flush=True)
            _open_line = None


def last_line(text: str) -> str:
    """Return the last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"


def run(
    command: Sequence[str | Path],
    what: str,
    *,
    folder: Path | None = None,
    env: Mapping[str, str] | None = None,
    reason: Callable[[str], str] = last_line,
) -> str:
    """Run a program and return what it printed.

    Raises BuildError `cannot <what>: <reason>` if it fails or is not there; the reason is found in
    what it wrote to stderr.
    """
    try:
        done = run_process(command, cwd=folder, env=env)
    except FileNotFoundError as error:
        raise BuildError(f"cannot {what}: there is no program {error.filename}") from None
    if done.returncode:
        raise BuildError(f"cannot {what}: {reason(done.stderr)}")
    return done.stdout
