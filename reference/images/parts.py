"""What images are made of on top of a base file system: packages, programs, bundled pages."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
import tarfile
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from reference.images.debian import Root
from tools.kind_node.archive import Entry, File, Folder, Layer, Link, tree
from tools.kind_node.cache import BuildError, build_once, cache_folder, cache_key, run
from tools.npm import node_modules, run_npm

DIST_PACKAGES = "usr/local/lib/python3.13/dist-packages"
"""Where Debian's Python finds packages that are not Debian's."""

PYTHON = "3.13"
NEEDED_TO_COMPILE = re.compile(
    rf"\./usr/(bin/python{PYTHON}|lib/python{PYTHON}/.*|lib/[^/]+/(ld-linux|lib(c|m|z|expat)\.so).*)"
)

LEFT_OUT = ("node_modules", "dist", "__pycache__", "tests", "README.md")
"""What is in a program's folder and not a part of it."""


class Part(Protocol):
    """One layer of an image."""

    def key(self) -> str:
        """Return the hash of everything that the layer is made from."""

    def layer(self) -> Layer:
        """Return the layer, from the cache or built now. Raises BuildError."""


@dataclass(frozen=True)
class Files:
    """Single files and links."""

    entries: tuple[Entry, ...]

    def key(self) -> str:
        """Return the hash of their paths, modes and contents."""
        return self.layer().digest

    def layer(self) -> Layer:
        """Return the layer."""
        return Layer.from_files(self.entries)


@dataclass(frozen=True)
class PythonPackages:
    """The packages of a lock file, as wheels for the Python of a base file system."""

    lock: Path
    root: Root

    def key(self) -> str:
        """Return the hash of the lock file and of the Python that compiles them."""
        return cache_key("packages", self.lock.read_bytes(), self.root.key())

    def layer(self) -> Layer:
        """Return the layer."""
        path = cache_folder("images") / f"packages-{self.key()}"
        build_once(path, "installing the Python packages of the images", self._build)
        return _layer(path, DIST_PACKAGES)

    def _build(self, path: Path) -> None:
        processor = platform.machine()
        wheels = [f"--platform={tag}_{processor}" for tag in ("manylinux2014", "manylinux_2_28")]
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile", "--no-deps"]
        options = ["--require-hashes", "--only-binary=:all:", f"--python-version={PYTHON}", *wheels]
        what = f"install the packages of {self.lock.name}"
        run([*command, *options, "--target", path, "--requirement", self.lock], what)
        shutil.rmtree(path / "bin", ignore_errors=True)  # they name this machine's Python
        _compile(path, DIST_PACKAGES, self.root)


@dataclass(frozen=True)
class PythonProgram:
    """Packages of a folder of Python packages, with their bytecode, at a path in the image."""

    folder: Path
    packages: tuple[str, ...]
    to: str
    root: Root

    def key(self) -> str:
        """Return the hash of the modules and of the Python that compiles them."""
        sources = [source for package in self.packages for source in self._sources(package)]
        return cache_key("program", self.to, *self.packages, *sources, self.root.key())

    def layer(self) -> Layer:
        """Return the layer."""
        path = cache_folder("images") / f"{self.packages[-1]}-{self.key()}"
        build_once(path, f"compiling {self.packages[-1]}", self._build)
        return _layer(path, self.to)

    def _sources(self, package: str) -> list[str | bytes]:
        return _sources(self.folder / package)

    def _build(self, path: Path) -> None:
        path.mkdir()
        (path / "__init__.py").touch()
        for package in self.packages:
            _copy(self.folder / package, path / package)
        _compile(path, self.to, self.root)


@dataclass(frozen=True)
class NodeProgram:
    """A folder with a package.json, as `npm run build` bundles it."""

    folder: Path
    to: str

    def key(self) -> str:
        """Return the hash of the sources and of the versions that are locked."""
        return cache_key("node", self.to, *_sources(self.folder))

    def layer(self) -> Layer:
        """Return the layer: package.json and what the build writes into `dist`."""
        path = cache_folder("images") / f"{self.folder.name}-{self.key()}"
        build_once(path, f"bundling {self.folder.name}", self._build)
        return _layer(path, self.to)

    def _build(self, path: Path) -> None:
        modules = self.node_modules()
        with tempfile.TemporaryDirectory() as scratch:
            work = Path(scratch, self.folder.name)
            _copy(self.folder, work)
            (work / "node_modules").symlink_to(modules)
            run_npm(["run", "build"], work)
            if not (work / "dist").is_dir():
                raise BuildError(f"`npm run build` in {self.folder} wrote no folder `dist`")
            path.mkdir()
            shutil.copy(work / "package.json", path)
            shutil.copytree(work / "dist", path / "dist")

    def node_modules(self) -> Path:
        """Return the folder of installed packages, filled once for all changes of the sources.

        Builds, checks and tests share it. Raises BuildError where npm fails.
        """
        what = f"installing the npm packages of {self.folder.name}"
        return node_modules(self.folder, "images", what)


def _sources(folder: Path) -> list[str | bytes]:
    """Return the names and contents of a program's own files."""
    found: list[str | bytes] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not set(LEFT_OUT).intersection(name.parts):
            found += [str(name), path.read_bytes()]
    return found


def _copy(folder: Path, to: Path) -> None:
    shutil.copytree(folder, to, ignore=shutil.ignore_patterns(*LEFT_OUT))


def _layer(folder: Path, inside: str) -> Layer:
    """Return a folder as a layer that every user can read, whatever the umask here was."""
    return Layer.from_files(_readable(entry) for entry in tree(folder, inside))


def _readable(entry: Entry) -> Entry:
    match entry:
        case File():
            return replace(entry, mode=0o755 if entry.mode & 0o100 else 0o644)
        case Folder():
            return replace(entry, mode=0o755)
        case Link():
            return entry


def _compile(folder: Path, inside: str, root: Root) -> None:
    """Write bytecode beside all modules of a folder, which will be at a path in the image.

    A container cannot write it, and to compile FastAPI at every start takes seconds of a busy
    processor. `unchecked-hash` makes the same bytes at any time.
    """
    home = _python_home(root)
    loader = next(home.glob("lib/*/ld-linux-*.so.*"))
    # Debian's Python runs on a machine with another Python and libc, so name every path.
    python: list[str | Path] = [
        loader,
        "--library-path",
        loader.parent,
        home / f"bin/python{PYTHON}",
    ]
    options = ["-q", "--invalidation-mode=unchecked-hash"]
    command = [*python, "-m", "compileall", *options, "-s", folder, "-p", f"/{inside}", folder]
    run(command, f"compile {folder.name}", env={**os.environ, "PYTHONHOME": str(home)})


def _python_home(root: Root) -> Path:
    """Return the Python of a base file system, unpacked."""
    path = cache_folder("images") / f"python-{root.key()}"
    tar = root.tar()

    def unpack(path: Path) -> None:
        with tarfile.open(tar) as archive:
            # Debian 12's own Python, 3.11.2, knows no filters yet.
            archive.extraction_filter = getattr(tarfile, "tar_filter", None)
            for member in archive:
                if NEEDED_TO_COMPILE.fullmatch(member.name):
                    archive.extract(member, path)

    return build_once(path, f"unpacking Python {PYTHON}", unpack) / "usr"
