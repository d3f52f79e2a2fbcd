"""Programs that are published on PyPI, each in a virtual environment of its own."""

from __future__ import annotations

import platform
import re
import subprocess
import venv
from pathlib import Path

from .cache import BuildError, cache_folder, cache_key, missing, progress, run


def python_program(name: str, lock: Path, part: str) -> Path:
    """Return the path of a program, installed with the packages of a lock file if missing.

    `part` is the part of the cache that it goes to.
    """
    folder = (
        cache_folder(part) / f"{name}-{cache_key(lock.read_bytes(), platform.python_version())}"
    )
    program = folder / name
    with missing(program) as is_missing:
        if is_missing:
            with progress(f"installing {name} {locked_version(name, lock)}"):
                _install(lock, folder / "venv", name)
                # A virtual environment cannot be renamed: the link made last says that it is whole.
                program.symlink_to(Path("venv", "bin", name))
    return program


def locked_version(name: str, lock: Path) -> str:
    """Return the version of a program's package, which may be called a little differently."""
    found = re.search(
        rf"^(?:{name}|{name}-bin|{name}js-wheel)==(\S+)", lock.read_text(), re.MULTILINE
    )
    return found[1] if found else ""


def _install(lock: Path, environment: Path, name: str) -> None:
    try:
        venv.create(environment, clear=True, with_pip=True, symlinks=True)
    except subprocess.CalledProcessError:
        raise BuildError(
            f"cannot install {name}: this Python lacks its ensurepip module (Debian, Ubuntu: apt "
            "install python3-venv)"
        ) from None
    pip = [str(environment / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    options = ["--quiet", "--no-deps", "--require-hashes", f"--requirement={lock}"]
    run([*pip, "install", *options], f"install {name}")
