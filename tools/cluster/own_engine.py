"""A Docker engine of the cluster's own, for machines where none is running.

It shares nothing with an engine that the system may start: it has its own storage, state and
socket, makes no default network, leaves the host's firewall alone and has no name server.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from ..kind_node.cache import cache_folder, last_line, progress
from . import cgroups, runc_shim
from .engine import Engine, find_program, system_environment, without_docker_settings
from .errors import ClusterError

RUN = Path("/run/genx-fx")
ENGINE = Engine("docker", socket=f"unix://{RUN}/docker.sock")
PID_FILE = RUN / "engine.pid"
# Writes its process id before it becomes the engine. So the engine is known even if this program is
# killed in the meantime.
NOTE_AND_BECOME = 'echo $$ >"$0" && exec "$@"'
NEEDED_CAPABILITIES = frozenset({"CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_MKNOD"})


def why_impossible() -> list[str]:
    """Return what this machine lacks to install and start an engine; empty where it can."""
    reasons = []
    if os.name != "posix" or os.geteuid() != 0:
        reasons.append("needs root")
    if find_program("apt-get") is None and find_program("dockerd") is None:
        reasons.append("needs apt-get, that is Debian or one of its kin")
    if Path("/proc/self/status").exists():
        lacking = NEEDED_CAPABILITIES & runc_shim.missing()
        reasons += [f"needs {name}, which this machine withholds" for name in sorted(lacking)]
    return reasons


def is_running() -> bool:
    """Return whether the engine answers."""
    return _pid() is not None and ENGINE.run("version").returncode == 0


def start() -> None:
    """Start the engine so that it outlives this command, and wait until it answers."""
    if is_running():
        return
    folder = cache_folder("cluster")
    folder.mkdir(parents=True, exist_ok=True)
    RUN.mkdir(parents=True, exist_ok=True)
    log = folder / "engine.log"
    with progress("starting a Docker engine"):
        # If an engine is already starting, wait for it.
        process = None if _pid() is not None else _start(folder, log)
        deadline = time.monotonic() + 60
        while ENGINE.run("version").returncode:
            if process is not None and process.poll() is not None:
                raise ClusterError(f"dockerd stopped: {last_line(log.read_text())} (see {log})")
            if time.monotonic() > deadline:
                raise ClusterError(f"dockerd does not answer after 60 s (see {log})")
            time.sleep(0.1)


def _start(folder: Path, log: Path) -> subprocess.Popen[bytes]:
    cgroups.hand_down_controllers()
    dockerd = [find_program("dockerd") or "dockerd", *_options(folder)]
    with log.open("wb") as output:
        return subprocess.Popen(
            ["sh", "-c", NOTE_AND_BECOME, PID_FILE, *dockerd],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=without_docker_settings(system_environment()),
            start_new_session=True,
        )


def _options(folder: Path) -> list[str]:
    options = {
        "data-root": folder / "engine",
        "exec-root": RUN / "engine",
        "pidfile": RUN / "dockerd.pid",
        "host": ENGINE.socket,
        # Only has an effect where the system's containerd is used.
        "containerd-namespace": "genx-fx",
        "containerd-plugins-namespace": "genx-fx-plugins",
        "exec-opt": "native.cgroupdriver=cgroupfs",
        "bridge": "none",
        "iptables": "false",
        "ip-masq": "false",
        # Otherwise the host becomes a router, while the firewall is left unchanged.
        "ip-forward": "false",
        # In a container the default is the container itself, where no name server answers.
        "dns": "127.0.0.1",
        # Ignore the user's settings, which are for the system's engine.
        "config-file": RUN / "no-settings.json",
    }
    (RUN / "no-settings.json").write_text("{}")
    if runc_shim.missing():
        # A copy: the engine outlives this checkout, and would run whatever stands there then.
        shim = Path(shutil.copy(runc_shim.__file__, RUN / "runc-shim"))
        shim.chmod(0o755)
        options |= {"add-runtime": f"shim={shim}", "default-runtime": "shim"}
    return [f"--{name}={value}" for name, value in options.items()]


def stop() -> None:
    """Stop the engine and what it runs; nothing where it does not run."""
    pid = _pid()
    if pid is None:
        return
    with progress("stopping the Docker engine"):
        for number, seconds in ((signal.SIGTERM, 60), (signal.SIGKILL, 10)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
            deadline = time.monotonic() + seconds
            while _pid() is not None and time.monotonic() < deadline:
                time.sleep(0.1)
            if _pid() is None:
                return
        raise ClusterError(f"the Docker engine, process {pid}, does not stop")


def _pid() -> int | None:
    """Return the engine's process; the number alone may be another program's by now."""
    try:
        pid = int(PID_FILE.read_text())
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, ValueError):
        return None
    return pid if ENGINE.socket.encode() in command and state != "Z" else None
