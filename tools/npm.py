"""Runs npm: the user's own, or one that is installed into the cache.

python -m tools.npm ci
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tools.build import tool_path
from tools.kind_node.cache import BuildError, build_once, cache_folder, cache_key
from tools.kind_node.processes import run_process
from tools.kind_node.versions import version_tuple

# As Vite has it: ^20.19 || >=22.12
OLDEST_NODE = {20: (20, 19), 22: (22, 12)}


def npm_environment() -> dict[str, str]:
    """Return the environment with an npm on PATH whose Node.js is new enough.

    Raises BuildError if there is none and none can be had.
    """
    if _new_enough():
        return dict(os.environ)
    folder = tool_path("node").resolve().parent
    return {**os.environ, "PATH": os.pathsep.join([str(folder), os.environ["PATH"]])}


def run_npm(arguments: Sequence[str], folder: Path) -> None:
    """Run npm in a folder. BuildError has all that it printed, as the reason may be anywhere."""
    done = run_process(["npm", *arguments], cwd=folder, env=npm_environment())
    if done.returncode:
        said = f"{done.stdout}{done.stderr}".rstrip()
        raise BuildError(f"`npm {' '.join(arguments)}` fails:\n{said}")


def node_modules(folder: Path, part: str, what: str, *options: str) -> Path:
    """Return the folder of the packages that a folder locks, installed into the cache once.

    `part` is the part of the cache, `what` is shown as progress, `options` are those of `npm ci`.
    BuildError where npm fails.
    """
    files = [folder / name for name in ("package.json", "package-lock.json", ".npmrc")]
    present = [file for file in files if file.exists()]

    def install(path: Path) -> None:
        path.mkdir()
        for file in present:
            shutil.copy(file, path)
        run_npm(["ci", "--no-audit", "--no-fund", *options], path)

    key = cache_key("node-modules", *options, *(file.read_bytes() for file in present))
    product = cache_folder(part) / f"node-modules-{key}"
    return build_once(product, what, install) / "node_modules"


def _new_enough() -> bool:
    if shutil.which("npm") is None or shutil.which("node") is None:
        return False
    done = subprocess.run(["node", "--version"], capture_output=True, text=True, check=False)
    version = version_tuple(done.stdout)
    return version >= OLDEST_NODE.get(version[0] if version else 0, (22, 12))


if __name__ == "__main__":
    try:
        environment = npm_environment()
    except BuildError as error:
        sys.exit(f"error: {error}")
    os.execvpe("npm", ["npm", *sys.argv[1:]], environment)
