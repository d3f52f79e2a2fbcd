"""Runs npm: the user's own, or one that is installed into the cache.

python -m tools.npm ci
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tools.build import tool_path
from tools.kind_node.cache import BuildError
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
