"""The CNCF's OCI registry on loopback."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tools.build import go_tool

CONFIGURATION = """\
version: 0.1
log: {{level: error, accesslog: {{disabled: true}}}}
storage: {{filesystem: {{rootdirectory: {folder}}}}}
http: {{addr: "127.0.0.1:{port}"}}
{auth}
"""


@dataclass(frozen=True)
class Registry:
    """A registry that runs."""

    port: int
    folder: Path

    @property
    def address(self) -> str:
        return f"oci://127.0.0.1:{self.port}/team"

    @property
    def reference(self) -> str:
        return f"{self.address}/small"

    def digest(self, tag: str) -> str:
        """Return the digest that a tag leads to, empty without one."""
        found = self.folder.glob(f"**/_manifests/tags/{tag}/current/link")
        return next((file.read_text() for file in found), "")


StartRegistry = Callable[..., Registry]


@pytest.fixture
def start_registry(tmp_path: Path) -> Iterator[StartRegistry]:
    """Start registries on loopback, each with an empty folder."""
    started: list[subprocess.Popen[bytes]] = []

    def start(auth: str = "") -> Registry:
        folder = tmp_path / f"registry-{len(started)}"
        folder.mkdir()
        registry = Registry(free_port(), folder)
        settings = folder / "config.yaml"
        settings.write_text(CONFIGURATION.format(folder=folder, port=registry.port, auth=auth))
        command = [str(go_tool("registry")), "serve", str(settings)]
        with (folder / "log").open("w") as log:
            started.append(subprocess.Popen(command, stdout=log, stderr=log))
        wait_until_ready(registry.port)
        return registry

    yield start
    for process in started:
        process.terminate()
        process.wait()


@pytest.fixture
def registry(start_registry: StartRegistry) -> Registry:
    return start_registry()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_until_ready(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/").close()
            return
        except urllib.error.HTTPError:
            return  # It asks for a login.
        except OSError:
            assert time.monotonic() < deadline, "the registry does not answer"
            time.sleep(0.02)
