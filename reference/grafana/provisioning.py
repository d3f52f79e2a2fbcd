"""Grafana's provisioning files: what they may say, and every way in which they don't.

The formats are those of Grafana's documentation, "Provision Grafana" and "Dashboard JSON model".
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reference.grafana.expansion import expand_provisioned

Name = Annotated[str, Field(min_length=1)]
Uid = Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,40}$")]

BUILT_IN_SOURCES = ("grafana", "-- Grafana --", "-- Mixed --", "-- Dashboard --")


class Strict(BaseModel):
    """Part of a file that Grafana would read in silence, misspelt or not."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class DataSource(Strict):
    """A data source."""

    name: Name
    type: Name
    uid: Uid
    access: Literal["proxy", "direct"] = "proxy"
    orgId: int = 1
    url: str = ""
    user: str = ""
    database: str = ""
    basicAuth: bool = False
    basicAuthUser: str = ""
    withCredentials: bool = False
    isDefault: bool = False
    jsonData: dict[str, Any] = {}
    secureJsonData: dict[str, str] = Field(default={}, repr=False)
    version: int = 1
    editable: bool = False


class DataSourceFile(Strict):
    """A file of the folder `datasources`."""

    apiVersion: Literal[1]
    prune: bool = False
    deleteDatasources: list[dict[str, Any]] = []
    datasources: list[DataSource] = []


class ProviderOptions(Strict):
    """Where a provider finds its dashboards."""

    path: Path
    foldersFromFilesStructure: bool = False


class Provider(Strict):
    """A source of dashboards."""

    name: Name
    orgId: int = 1
    folder: str = ""
    folderUid: str = ""
    type: Literal["file"]
    disableDeletion: bool = False
    editable: bool = False
    updateIntervalSeconds: int = Field(default=10, gt=0)
    allowUiUpdates: bool = False
    options: ProviderOptions


class ProviderFile(Strict):
    """A file of the folder `dashboards`."""

    apiVersion: Literal[1]
    providers: list[Provider]


class SourceReference(BaseModel):
    """Which data source a panel asks."""

    uid: Name
    type: str = ""


class Target(BaseModel):
    """One query of a panel."""

    refId: Name
    rawSql: str = ""
    format: Literal["table", "time_series"] = "table"
    datasource: SourceReference | None = None


class GridPosition(BaseModel):
    """Where a panel is, on a grid of 24 columns."""

    x: int = Field(ge=0, le=23)
    y: int = Field(ge=0)
    w: int = Field(ge=1, le=24)
    h: int = Field(ge=1)


class Panel(BaseModel):
    """A panel, or a row that holds panels."""

    id: int
    type: Name
    title: Name
    gridPos: GridPosition
    datasource: SourceReference | None = None
    targets: list[Target] = []
    panels: list[Panel] = []


class VariableValue(BaseModel):
    """The value that a variable has when the dashboard opens."""

    value: str | list[str] = ""


class Variable(BaseModel):
    """A template variable."""

    name: Annotated[str, Field(pattern="^[A-Za-z0-9_]+$")]
    type: Name
    query: str | dict[str, Any] = ""
    datasource: SourceReference | None = None
    current: VariableValue = VariableValue()
    multi: bool = False
    includeAll: bool = False
    allValue: str | None = None


class Templating(BaseModel):
    """The variables of a dashboard."""

    variables: list[Variable] = Field(default=[], alias="list")


class TimeRange(BaseModel):
    """The time range that a dashboard opens with."""

    start: Annotated[str, Field(alias="from", pattern=r"^now(-\d+[smhdwMy])?(/[smhdwMy])?$")]
    to: Annotated[str, Field(pattern=r"^now(-\d+[smhdwMy])?(/[smhdwMy])?$")]


class Dashboard(BaseModel):
    """A dashboard, as far as it is shown or checked here."""

    uid: Uid
    title: Name
    description: str = ""
    schemaVersion: int = Field(ge=30)
    time: TimeRange
    templating: Templating = Templating()
    panels: list[Panel] = Field(min_length=1)

    def all_panels(self) -> Iterator[Panel]:
        """Yield the panels, those of rows too."""
        for panel in self.panels:
            yield panel
            yield from panel.panels


@dataclass
class Provisioning:
    """What was read, and all that is wrong with it."""

    sources: dict[str, DataSource] = field(default_factory=dict)
    dashboards: dict[str, Dashboard] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def load(folder: Path, environment: Mapping[str, str]) -> Provisioning:
    """Read all files of a provisioning folder, and the dashboards that they lead to."""
    found = Provisioning()
    sources: list[DataSource] = []
    for path in _yaml_files(folder / "datasources", found.problems):
        file = _read_yaml(path, DataSourceFile, environment, found.problems)
        sources += file.datasources if file else []
    _check_sources(sources, found.problems)
    found.sources = {source.uid: source for source in sources}
    dashboards: list[Dashboard] = []
    for path in _yaml_files(folder / "dashboards", found.problems):
        providers = _read_yaml(path, ProviderFile, environment, found.problems)
        for provider in providers.providers if providers else []:
            dashboards += _read_dashboards(path, provider, found.problems)
    _check_dashboards(dashboards, found)
    found.dashboards = {dashboard.uid: dashboard for dashboard in dashboards}
    return found


def _yaml_files(folder: Path, problems: list[str]) -> list[Path]:
    paths = [path for path in sorted(folder.glob("*")) if path.suffix in (".yaml", ".yml")]
    if not paths:
        problems.append(f"{folder}: no YAML file")
    return paths


File = TypeVar("File", bound=BaseModel)


def _read_yaml(
    path: Path, model: type[File], environment: Mapping[str, str], problems: list[str]
) -> File | None:
    try:
        content = expand_provisioned(yaml.safe_load(path.read_text()), environment)
        return model.model_validate(content)
    except KeyError as error:
        problems.append(f"{path}: the environment has no {error.args[0]}")
    except ValidationError as error:
        problems += [f"{path}: {line}" for line in _lines(error)]
    except (OSError, ValueError, yaml.YAMLError) as error:
        problems.append(f"{path}: {error}")
    return None


def _read_dashboards(path: Path, provider: Provider, problems: list[str]) -> list[Dashboard]:
    # As Grafana does, without hidden folders: a ConfigMap's volume holds each file twice.
    root = provider.options.path
    files = [
        file
        for file in sorted(root.rglob("*.json"))
        if not any(part.startswith(".") for part in file.relative_to(root).parts)
    ]
    if not files:
        problems.append(f"{path}: no dashboard in {provider.options.path}")
    dashboards = []
    for file in files:
        try:
            dashboards.append(Dashboard.model_validate(json.loads(file.read_text())))
        except ValidationError as error:
            problems += [f"{file}: {line}" for line in _lines(error)]
        except (OSError, ValueError) as error:
            problems.append(f"{file}: {error}")
    return dashboards


def _check_sources(sources: list[DataSource], problems: list[str]) -> None:
    problems += [f"two data sources have the uid {uid}" for uid in _twice(s.uid for s in sources)]
    problems += [
        f"two data sources have the name {name}" for name in _twice(s.name for s in sources)
    ]
    defaults = [source.name for source in sources if source.isDefault]
    if len(defaults) > 1:
        problems.append(f"more than one default data source: {', '.join(defaults)}")


def _check_dashboards(dashboards: list[Dashboard], found: Provisioning) -> None:
    problems = found.problems
    problems += [f"two dashboards have the uid {uid}" for uid in _twice(d.uid for d in dashboards)]
    problems += [
        f"two dashboards are called {name}" for name in _twice(d.title for d in dashboards)
    ]
    known = {*found.sources, *BUILT_IN_SOURCES}
    for dashboard in dashboards:
        where = f"dashboard {dashboard.title}"
        panels = list(dashboard.all_panels())
        problems += [f"{where}: two panels have the id {id}" for id in _twice(p.id for p in panels)]
        for panel in panels:
            for target in panel.targets:
                source = target.datasource or panel.datasource
                if source is None:
                    problems.append(f"{where}, panel {panel.title}: no data source")
                elif source.uid not in known:
                    problems.append(
                        f"{where}, panel {panel.title}: no data source has the uid {source.uid}"
                        f" (there are: {', '.join(sorted(found.sources)) or 'none'})"
                    )
        for variable in dashboard.templating.variables:
            if variable.datasource and variable.datasource.uid not in known:
                problems.append(
                    f"{where}, variable {variable.name}:"
                    f" no data source has the uid {variable.datasource.uid}"
                )


Key = TypeVar("Key", str, int)


def _twice(keys: Iterable[Key]) -> list[Key]:
    return [key for key, number in Counter(keys).items() if number > 1]


def _lines(error: ValidationError) -> list[str]:
    return [
        ".".join(str(step) for step in problem["loc"]) + f": {problem['msg']}"
        for problem in error.errors()
    ]
