"""Grafana, provisioned from files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from generator.spec.component import (
    DatabaseLogin,
    HttpComponent,
    MountedConfigMap,
    NamedKey,
    Provisioned,
    StoredComponent,
)
from generator.spec.content import ContentFolder
from generator.spec.fields import Dashboards, DnsLabel, EnvironmentName, SpecModel


class Administrator(SpecModel):
    """Secret keys of the administrator's name and password."""

    user: EnvironmentName = Field(description="Secret key of the name")
    password: EnvironmentName = Field(description="Secret key of the password")


class DatabaseReader(SpecModel):
    """Read-only access to a database, by the names of the keys that say how."""

    component: DnsLabel = Field(description="Component of kind mysql")
    name: EnvironmentName = Field(description="Config key of the database's name")
    user: EnvironmentName = Field(description="Config key of the user's name")
    password: EnvironmentName = Field(description="Secret key of the password")


class Grafana(HttpComponent, StoredComponent):
    """Grafana, provisioned from files."""

    kind: Literal["grafana"] = Field(description="Grafana, provisioned from files")
    dashboards: Dashboards = Field(
        description="Folder of *.json files, relative to this file: dashboards as Grafana exports"
        " them"
    )
    admin: Administrator
    secretKey: EnvironmentName = Field(
        description="Secret key of the text that encrypts what Grafana stores"
    )
    database: DatabaseReader | None = Field(
        None, description="MySQL database that the dashboards read"
    )

    def administrator_key(self) -> str | None:
        """Return the key of the administrator's password."""
        return self.admin.password

    def expanded_keys(self) -> list[str]:
        """Return the keys that become settings of its own."""
        return [self.admin.user, self.admin.password, self.secretKey]

    def database_login(self, server: str) -> DatabaseLogin | None:
        """Return how the dashboards' data source logs in."""
        if not self.database or self.database.component != server:
            return None
        return DatabaseLogin(self.database.user, self.database.password, self.database.name)

    def named_keys(self) -> Iterator[NamedKey]:
        """Yield the keys of the administrator and of the database's reader."""
        yield NamedKey(("admin", "user"), "secrets", self.admin.user)
        yield NamedKey(("admin", "password"), "secrets", self.admin.password)
        yield NamedKey(("secretKey",), "secrets", self.secretKey)
        if self.database:
            yield NamedKey(("database", "name"), "config", self.database.name)
            yield NamedKey(("database", "user"), "config", self.database.user)
            yield NamedKey(("database", "password"), "secrets", self.database.password)

    def config_forms(self) -> dict[str, Literal["databaseUser", "databaseName"]]:
        """Return the names of its database and of the user that it reads with."""
        if not self.database:
            return {}
        return {self.database.user: "databaseUser", self.database.name: "databaseName"}

    def content_folders(self) -> Iterator[tuple[tuple[str, ...], ContentFolder]]:
        """Yield the folder of dashboards."""
        yield ("dashboards",), self.dashboards

    def provisioned(self) -> Provisioned:
        """Return the data sources of the provisioning file, and the dashboards."""
        texts = self.dashboards.content.files
        read = {name: json.loads(text) for name, text in texts.items()}
        known = {
            name: {"uid": board["uid"], "title": board["title"]} for name, board in read.items()
        }
        sources = {"MySQL": "mysql"} if self.database else {}
        return Provisioned({**sources, "Prometheus": "prometheus"}, known)

    def config_maps(self, name: str) -> list[MountedConfigMap]:
        """Return the provisioning files and the dashboards."""
        entries = {
            "datasources.yaml": "datasources/datasources.yaml",
            "dashboards.yaml": "dashboards/dashboards.yaml",
        }
        return [
            MountedConfigMap(
                "provisioning", f"{name}-provisioning", "/etc/grafana/provisioning", entries
            ),
            MountedConfigMap("dashboards", f"{name}-dashboards", "/etc/grafana/dashboards", {}),
        ]


MODEL = Grafana
