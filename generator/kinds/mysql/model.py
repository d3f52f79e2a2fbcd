"""MySQL server; a server outside the release may replace it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, Literal

from pydantic import Field

from generator.spec.component import (
    MountedConfigMap,
    NamedKey,
    Resources,
    ServedComponent,
    StoredComponent,
)
from generator.spec.content import LAST_SCRIPT, ContentFolder
from generator.spec.fields import (
    Amount,
    DnsLabel,
    EnvironmentName,
    ImageReference,
    Scripts,
    SpecModel,
)
from generator.spec.quantities import Quantity

SOCKET = "/var/run/mysqld/mysqld.sock"
"""Where the server of the official image listens for local connections."""


class Initialization(SpecModel):
    """Scripts that run once, on an empty data directory."""

    configMap: DnsLabel = Field(description="Name of the ConfigMap that holds them")
    scripts: Scripts = Field(
        description="Folder of *.sql and *.sh files, relative to this file, which run in the order"
        " of their names"
    )


class Backup(SpecModel):
    """Jobs that back the database up, prove that it restores, and restore it."""

    claim: DnsLabel = Field(description="Name of the PersistentVolumeClaim of the repository")
    size: Amount = Field(description="Size of that claim in bytes: 20Gi")
    image: ImageReference = Field(description="Image of restic")
    password: EnvironmentName = Field(description="Secret key of the repository's password")
    accessKey: EnvironmentName = Field(description="Secret key of the access key of S3")
    secretKey: EnvironmentName = Field(description="Secret key of the secret key of S3")
    workspace: Amount = Field(description="Size in bytes of the scratch volume of each Job: 8Gi")
    resources: Resources = Field(description="Resources of each of their containers")

    def keys(self) -> dict[str, str]:
        """Return the keys of the Secret that it names, by their names here."""
        names = ("password", "accessKey", "secretKey")
        return {name: getattr(self, name) for name in names}


class MySQL(ServedComponent, StoredComponent):
    """MySQL server; a server outside the release may replace it."""

    workload: ClassVar = "StatefulSet"
    port_name: ClassVar = "mysql"
    url_scheme: ClassVar = "mysql"
    replaceable: ClassVar = True
    locks_data: ClassVar = True
    group_size: ClassVar = 3
    log_expire_seconds: ClassVar = 259200
    """How long the server keeps its binary log: three days, in which a failed backup is noticed."""

    kind: Literal["mysql"] = Field(description="MySQL server")
    initialization: Initialization
    backup: Backup | None = Field(None, description="Backups of the database")

    def parts(self) -> list[str]:
        """Return the Jobs of backups, if there are any."""
        return ["backup"] if self.backup else []

    def job_resources(self) -> Resources | None:
        """Return the resources of a Job that backs up or restores."""
        return self.backup.resources if self.backup else None

    def part_storage(self) -> Quantity | None:
        """Return the size of the volume of backups."""
        return self.backup.size if self.backup else None

    def keys_of_parts(self) -> list[str]:
        """Return the keys of the repository, which the server never sees."""
        return list(self.backup.keys().values()) if self.backup else []

    def named_keys(self) -> Iterator[NamedKey]:
        """Yield the keys of the repository of backups."""
        for name, key in self.backup.keys().items() if self.backup else ():
            yield NamedKey(("backup", name), "secrets", key)

    def python_packages(self) -> list[str]:
        """Return the client by which the agent of a group reaches its server."""
        return ["pymysql"]

    def health_commands(self) -> dict[str, list[str]]:
        """Return the command of each probe; a first start has a socket before it has a port."""
        served = ["mysqladmin", "ping", "--host=127.0.0.1", f"--port={self.port}"]
        lives = ["mysqladmin", "ping", f"--socket={SOCKET}"]
        return {"startup": served, "readiness": served, "liveness": lives}

    def tables(self) -> list[str]:
        """Return the tables that the init scripts make."""
        return self.initialization.scripts.tables()

    def config_forms(self) -> dict[str, Literal["databaseUser", "databaseName"]]:
        """Return the names that the image puts into SQL as they are."""
        return {"MYSQL_USER": "databaseUser", "MYSQL_DATABASE": "databaseName"}

    def account_keys(self) -> dict[str, str]:
        """Return the names of the user and of the database."""
        return {"MYSQL_USER": "user", "MYSQL_DATABASE": "database"}

    def is_own_key(self, key: str) -> bool:
        """Return whether the image knows a key; init scripts alone read others."""
        return key.startswith("MYSQL_")

    def content_folders(self) -> Iterator[tuple[tuple[str, ...], ContentFolder]]:
        """Yield the folder of init scripts."""
        yield ("initialization", "scripts"), self.initialization.scripts

    def config_maps(self, name: str) -> list[MountedConfigMap]:
        """Return the server's configuration and the init scripts."""
        return [
            MountedConfigMap("config", f"{name}-config", "/etc/mysql/conf.d", {}),
            MountedConfigMap(
                "init", self.initialization.configMap, "/docker-entrypoint-initdb.d", {}
            ),
        ]

    def scripts_around(self) -> tuple[str, str]:
        """Return the last script of the platform, and that of the generator, which ends it all."""
        return max(self.initialization.scripts.content.files), LAST_SCRIPT


MODEL = MySQL
