"""The images of the reference platform: for each component, what it is made of and how it starts.

What a container runs, its working directory and its ports are those of the images that the platform
is deployed with today, so that the chart cannot tell them apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reference.images.debian import Root
from reference.images.parts import (
    Files,
    NodeProgram,
    Part,
    PythonPackages,
    PythonProgram,
)
from tools.kind_node.archive import File, Folder, Link
from tools.kind_node.cache import cache_key

REFERENCE = Path(__file__).resolve().parent.parent
USER = "10001:10001"
SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"

RUNTIME = Root(
    name="runtime",
    suite="trixie",
    packages=(
        "busybox",
        "ca-certificates",
        "netcat-openbsd",  # busybox of Debian has an nc without -z
        "nodejs",
        "python3",
        "redis-server",
    ),
    without=("/usr/share/nodejs/corepack/*",),
)
"""Under all images but MySQL's: one for all, because a node then holds and loads it once."""

MYSQL = Root(
    name="mysql",
    suite="sid",  # no stable Debian has MySQL
    packages=("bzip2", "mysql-client-core", "mysql-server-core", "tzdata", "xz-utils", "zstd"),
    without=(
        # Programs that no server or init script calls, 7 MB each.
        "/usr/bin/ibd2sdi",
        "/usr/bin/innochecksum",
        "/usr/bin/my_print_defaults",
        "/usr/bin/myisam*",
        "/usr/bin/mysql_config_editor",
        "/usr/bin/mysql_migrate_keyring",
        "/usr/bin/mysql_secure_installation",
        "/usr/bin/mysqlimport",
        "/usr/bin/mysqlshow",
        "/usr/bin/mysqlslap",
        "/usr/bin/perror",
        "/usr/lib/mysql/plugin/authentication_*_client.so",
        "/usr/lib/mysql/plugin/*telemetry*",
        # Perl, which only such programs need; what the packages' own scripts use is in perl-base.
        "/usr/lib/*/perl/*",
        "/usr/share/perl/*",
    ),
    user="mysql:x:999:999::/var/lib/mysql:/usr/sbin/nologin",
)

BACKUP = Root(
    name="backup",
    suite="trixie",
    packages=("ca-certificates", "jq", "restic"),
)


FRONTEND = NodeProgram(REFERENCE / "frontend", "app")


@dataclass(frozen=True, eq=False)
class Recipe:
    """How one component's image is made."""

    component: str
    """Its name in genx-fx.yaml, or `toolbox`."""
    root: Root
    parts: Sequence[Part]
    config: Mapping[str, object]
    """As in the OCI image specification."""
    environment: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, object] = field(default_factory=dict)
    """Values of the component that say what its program can do."""

    @property
    def layers(self) -> list[Part]:
        """What the image is made of, from the lowest layer up."""
        return [self.root, *self.parts]

    def key(self) -> str:
        """Return the hash of everything that the image is made from."""
        return cache_key(
            self.component,
            *(part.key() for part in self.layers),
            repr(sorted(self.full_config().items())),
        )

    def full_config(self) -> dict[str, object]:
        """Return the configuration with what all images have in common."""
        environment = {"PATH": SEARCH_PATH, **self.environment}
        return {
            "User": USER,
            "Env": [f"{name}={value}" for name, value in environment.items()],
            **self.config,
        }


PACKAGES = PythonPackages(REFERENCE / "requirements.lock", RUNTIME)
PYTHON_ENVIRONMENT = {
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUNBUFFERED": "1",
    "PYTHONPATH": "/app",
}
NAMED_PYTHON = Link("usr/local/bin/python", "/usr/bin/python3")  # as in the official Python images
WRITTEN_TO = (Folder("app/data", 0o1777), Folder("app/logs", 0o1777))


def _python_program(package: str) -> PythonProgram:
    return PythonProgram(REFERENCE, ("common", package), "app/reference", RUNTIME)


def _entrypoint(folder: str) -> File:
    script = REFERENCE / folder / "docker-entrypoint.sh"
    return File("usr/local/bin/docker-entrypoint.sh", script.read_bytes(), 0o755)


def recipes() -> list[Recipe]:
    """Return the recipes of all images, as the checkout has them now."""
    return [
        Recipe(
            "frontend",
            RUNTIME,
            [Files(WRITTEN_TO), FRONTEND],
            {"WorkingDir": "/app", "Cmd": ["node", "dist/server.js"], **_port(3000)},
        ),
        Recipe(
            "api",
            RUNTIME,
            [
                PACKAGES,
                Files((*WRITTEN_TO, NAMED_PYTHON, Link("app/api", "reference/api"))),
                _python_program("api"),
            ],
            {"WorkingDir": "/app", "Cmd": API_COMMAND, **_port(8080)},
            PYTHON_ENVIRONMENT,
        ),
        Recipe(
            "trading-bot",
            RUNTIME,
            [
                PACKAGES,
                Files(
                    (
                        *WRITTEN_TO,
                        NAMED_PYTHON,
                        Link("app/main.py", "reference/trading_bot/main.py"),
                    )
                ),
                _python_program("trading_bot"),
            ],
            {"WorkingDir": "/app", "Cmd": ["python", "main.py"]},
            PYTHON_ENVIRONMENT,
            {
                "heartbeat": {"path": "/tmp/heartbeat", "maxAgeSeconds": 60},
                "ready": {"path": "/tmp/ready", "maxAgeSeconds": 30},
                "probes": {"readiness": {"initialDelaySeconds": 0}},
            },
        ),
        Recipe(
            "mysql",
            MYSQL,
            [
                Files(
                    (
                        _entrypoint("mysql"),
                        File("etc/my.cnf", (REFERENCE / "mysql/my.cnf").read_bytes()),
                        Folder("docker-entrypoint-initdb.d"),
                        Folder("etc/mysql/conf.d"),
                        Folder("run/mysqld", 0o1777),
                        Folder("var/lib/mysql", 0o1777),
                        Folder("var/lib/mysql-files", 0o750, 999, 999),
                    )
                )
            ],
            {
                "Entrypoint": ["docker-entrypoint.sh"],
                "Cmd": ["mysqld"],
                "Volumes": {"/var/lib/mysql": {}},
                **_port(3306),
            },
        ),
        Recipe("backup", BACKUP, [], {"Entrypoint": ["/usr/bin/restic"]}),
        Recipe(
            "redis",
            RUNTIME,
            [Files((_entrypoint("redis"), Folder("data", 0o1777)))],
            {
                "WorkingDir": "/data",
                "Entrypoint": ["docker-entrypoint.sh"],
                "Cmd": ["redis-server"],
                "Volumes": {"/data": {}},
                **_port(6379),
            },
        ),
        Recipe(
            "grafana",
            RUNTIME,
            [
                PACKAGES,
                Files(
                    (
                        NAMED_PYTHON,
                        Link("app/main.py", "reference/grafana/main.py"),
                        Folder("var/lib/grafana", 0o1777),
                    )
                ),
                _python_program("grafana"),
            ],
            {"WorkingDir": "/app", "Entrypoint": ["python", "main.py"], **_port(3000)},
            PYTHON_ENVIRONMENT,
        ),
        Recipe(
            "toolbox",
            RUNTIME,
            [Files((NAMED_PYTHON, Link("usr/local/bin/wget", "/usr/bin/busybox")))],
            {"Cmd": ["python"]},
            PYTHON_ENVIRONMENT,
        ),
    ]


API_COMMAND = [
    *("python", "-m", "uvicorn", "api.main:app", "--host=0.0.0.0", "--port=8080"),
    *("--http=reference.api.draining:DrainingProtocol", "--timeout-keep-alive=75"),
    *("--no-access-log", "--no-server-header"),
]


def _port(number: int) -> dict[str, object]:
    return {"ExposedPorts": {f"{number}/tcp": {}}}
