from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reference.grafana import check as module
from reference.grafana import reader
from reference.grafana.check import Checker
from reference.grafana.provisioning import DataSource, Provisioning


class World:
    """Provisioning and a database that tests can break."""

    def __init__(self) -> None:
        source = DataSource(name="MySQL", uid="mysql", type="mysql", url="db:3306")
        self.provisioning = Provisioning(sources={"mysql": source})
        self.reachable = True
        self.runs: list[bool] = []

    def load(self, *_: object) -> Provisioning:
        return self.provisioning

    @contextmanager
    def connect(self, _: DataSource) -> Iterator[None]:
        if not self.reachable:
            raise reader.UnreachableError("refused")
        yield


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    monkeypatch.setattr(module, "load", world.load)
    monkeypatch.setattr(reader, "connect", world.connect)
    monkeypatch.setattr(reader, "check_grants", lambda *_: [])
    return world


@pytest.fixture
def checker(world: World) -> Checker:
    return Checker(Path("/provisioning"), {})


def test_it_is_not_ready_before_the_first_check(checker: Checker) -> None:
    assert checker.state.problems


def test_database_must_answer_once(world: World, checker: Checker) -> None:
    world.reachable = False
    assert checker.check().problems == ("data source MySQL: db:3306 does not answer: refused",)
    world.reachable = True
    assert checker.check().problems == ()


def test_outage_later_is_a_warning(world: World, checker: Checker) -> None:
    checker.check()
    world.reachable = False
    state = checker.check()
    assert state.problems == ()
    assert state.warnings == ("data source MySQL: db:3306 does not answer: refused",)


def test_changed_files_must_be_seen_to_work_again(world: World, checker: Checker) -> None:
    checker.check()
    world.reachable = False
    source = DataSource(name="Other", uid="mysql", type="mysql", url="db:3306")
    world.provisioning = Provisioning(sources={"mysql": source})
    assert checker.check().problems


def test_privilege_to_write_is_a_problem(
    world: World, checker: Checker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "check_grants", lambda *_: ["may INSERT"])
    assert checker.check().problems == ("may INSERT",)


def test_other_type_of_database_is_a_problem(world: World, checker: Checker) -> None:
    world.provisioning.sources["mysql"].type = "postgres"
    assert "type postgres is not known here" in checker.check().problems[0]
