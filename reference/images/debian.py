"""Base file systems from Debian packages, made by mmdebstrap from the machine's own mirror."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tools.kind_node.archive import Layer
from tools.kind_node.cache import build_once, cache_folder, cache_key
from tools.kind_node.debian import bootstrap

UNWANTED = ("doc", "man", "info", "locale", "lintian", "bug", "bash-completion")
"""Folders of /usr/share that no program reads."""

TIDY = 'rm -rf "$1"/var/cache/* "$1"/var/log/* "$1"/var/lib/dpkg/*-old'

# With a fixed time mmdebstrap writes the same bytes for the same packages, and Python's bytecode is
# checked by hash: by time, all of it would count as stale.
FIXED_TIME = {"SOURCE_DATE_EPOCH": "1"}


@dataclass(frozen=True)
class Root:
    """A base file system: a Debian suite, packages, and what to leave out of them."""

    name: str
    suite: str
    packages: tuple[str, ...]
    without: tuple[str, ...] = ()
    """Paths that are not installed, with `*` for anything."""
    user: str = ""
    """A system user that no package makes, as a line of /etc/passwd."""

    def key(self) -> str:
        """Return the hash of all that it is made from, except what the mirror holds on the day."""
        return cache_key("root", repr(self), *UNWANTED, *self._hooks())

    def tar(self) -> Path:
        """Return the file system as a tar, from the cache or built now. Raises BuildError."""
        path = cache_folder("images") / f"root-{self.name}-{self.key()}.tar"
        return build_once(path, f"building the {self.name} file system", self._build)

    def layer(self) -> Layer:
        """Return the file system as a layer."""
        return Layer.from_tar(self.tar())

    def _build(self, path: Path) -> None:
        excluded = [*(f"/usr/share/{folder}/*" for folder in UNWANTED), *self.without]
        bootstrap(
            self.suite,
            path,
            f"build the {self.name} file system",
            [
                "--variant=essential",
                "--skip=output/dev",
                f"--include={','.join(self.packages)}",
                *(f"--dpkgopt=path-exclude={pattern}" for pattern in excluded),
                *(f"--customize-hook={hook}" for hook in self._hooks()),
            ],
            env={**os.environ, **FIXED_TIME},
        )

    def _hooks(self) -> list[str]:
        if not self.user:
            return [TIDY]
        name, _, _, group, *_ = self.user.split(":")
        lines = {"passwd": self.user, "group": f"{name}:x:{group}:"}
        return [TIDY, *(f"echo '{line}' >> \"$1\"/etc/{file}" for file, line in lines.items())]
