"""Whether everything that was provisioned works, looked at again and again in the background."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reference.grafana import reader
from reference.grafana.provisioning import DataSource, Provisioning, load
from reference.grafana.sql import QueryError

log = logging.getLogger(__name__)

SECONDS_BETWEEN = 30
SECONDS_AFTER_PROBLEMS = 2


@dataclass(frozen=True)
class State:
    """The outcome of a check. Warnings are no reason to be unready."""

    provisioning: Provisioning = field(default_factory=Provisioning)
    problems: tuple[str, ...] = ("the first check is not done yet",)
    warnings: tuple[str, ...] = ()


class Checker:
    """Keeps the latest state.

    A database that doesn't answer is a problem until all was seen to work with the present files;
    after that it is a warning, since Grafana itself is well without it.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = environment
        self._proven: Provisioning | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="check", daemon=True)
        self.state = State()

    def start(self) -> None:
        """Begin to check in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Begin no other check."""
        self._stopping.set()

    def check(self) -> State:
        """Check everything now."""
        provisioning = load(self._folder, self._environment)
        problems = list(provisioning.problems)
        warnings: list[str] = []
        proven = provisioning == self._proven
        for source in provisioning.sources.values():
            try:
                problems += _check_source(source, provisioning, run=not proven)
            except reader.UnreachableError as error:
                text = f"data source {source.name}: {source.url} does not answer: {error}"
                (warnings if proven else problems).append(text)
        if not problems:
            self._proven = provisioning
        return State(provisioning, tuple(problems), tuple(warnings))

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                state = self.check()
            except Exception as error:
                log.exception("the check itself failed")
                state = State(problems=(f"the check itself failed: {error}",))
            self._tell(state)
            self.state = state
            self._stopping.wait(SECONDS_AFTER_PROBLEMS if state.problems else SECONDS_BETWEEN)

    def _tell(self, state: State) -> None:
        """Log what has changed."""
        for problem in state.problems:
            if problem not in self.state.problems:
                log.error("%s", problem)
        for warning in state.warnings:
            if warning not in self.state.warnings:
                log.warning("%s", warning)
        if self.state.problems and not state.problems:
            log.info("ready: %d dashboards", len(state.provisioning.dashboards))


def _check_source(source: DataSource, provisioning: Provisioning, run: bool) -> list[str]:
    if source.type != "mysql":
        return [f"data source {source.name}: the type {source.type} is not known here, only mysql"]
    try:
        with reader.connect(source) as cursor:
            problems = reader.check_grants(source, cursor)
            for dashboard in provisioning.dashboards.values():
                problems += reader.check_dashboard(dashboard, source.uid, cursor, run)
            return problems
    except QueryError as error:
        return [f"data source {source.name}: {error}"]
