from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutants.__main__ import main, verdicts
from tests.mutants.mutant import DefaultMutant, StaleMutantError, TemplateMutant, all_mutants

SERVICE = "charts/application/templates/api/service.yaml"


def mutant(test: str = "", **given: str) -> TemplateMutant:
    change = {"file": SERVICE, "before": "targetPort: http", "after": "targetPort: 80"}
    return TemplateMutant(name="wrong-port", test=test, **(change | given))


def default(value: str, after: object) -> DefaultMutant:
    return DefaultMutant(name="other-default", test="", value=value, after=after)


def test_every_mutant_can_be_made_of_the_chart_as_it_is() -> None:
    mutants = all_mutants()
    assert len(mutants) >= 60
    for each in mutants:
        each.changed()


def test_a_mutant_differs_from_the_chart_by_its_change(tmp_path: Path) -> None:
    chart = mutant().copy_to(tmp_path)
    assert "targetPort: 80" in (chart / SERVICE).read_text()
    assert "targetPort: http" not in (chart / SERVICE).read_text()
    assert (chart / "values.schema.json").is_file()


@pytest.mark.parametrize(
    ("stale", "reason"),
    [
        (mutant(before="targetPort: https"), "this text 0 times and must have it once"),
        (mutant(before="  "), "times and must have it once"),
        (mutant(file="templates/gone.yaml"), "the chart has no file templates/gone.yaml"),
        (default("application.api.gone", 1), "no value application.api.gone"),
        (default("global.gone.replicas", 1), "no value global.gone.replicas"),
        (default("application.api.replicas", 2), "application.api.replicas is 2 already"),
    ],
)
def test_a_mutant_that_no_longer_applies_says_why(
    stale: TemplateMutant | DefaultMutant, reason: str
) -> None:
    with pytest.raises(StaleMutantError, match=reason) as said:
        stale.changed()
    assert str(said.value).startswith(f"{stale.name}: ")


TESTS = """
import os, pathlib, pytest

@pytest.fixture
def broken():
    raise AssertionError

def test_sees_it():
    service = "charts/application/templates/api/service.yaml"
    text = pathlib.Path(os.environ["GENX_FX_CHART"], service).read_text()
    assert "targetPort: http" in text

def test_misses_it():
    pass

def test_stumbles():
    {}["port"]

def test_cannot_run(broken):
    pass
"""


def test_only_an_assertion_of_the_test_itself_catches_a_mutant(tmp_path: Path) -> None:
    file = tmp_path / "test_service.py"
    file.write_text(TESTS)
    faults = {
        "test_sees_it": "",
        "test_misses_it": "missed by",
        "test_stumbles": "raises KeyError, not AssertionError",
        "test_cannot_run": "no test has run",
        "test_is_not_there": "no test has run",
    }
    mutants = [mutant(f"{file}::{test}").model_copy(update={"name": test}) for test in faults]
    found = {verdict.name: verdict.fault for verdict in verdicts(mutants, 2)}
    assert found.keys() == faults.keys()
    for test, fault in faults.items():
        assert found[test].startswith(fault), test
        assert bool(found[test]) == bool(fault), test


def test_a_name_that_no_mutant_has_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-k", "no-such-mutant"]) == 2
    assert "no mutant has 'no-such-mutant' in its name" in capsys.readouterr().err
