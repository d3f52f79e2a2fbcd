"""A pattern accepts a quantity exactly where its amount lies on the pattern's side of the bound."""

from __future__ import annotations

import functools
import json
import re
from decimal import Decimal
from fractions import Fraction
from math import floor
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.plan.platform import Plan
from generator.spec.load import load_spec
from generator.values.quantity_patterns import at_least, at_most
from generator.values.schemas import UNITS
from tests.helm import HELMS, run_helm
from tests.limits import quantities
from tests.limits.quantities import amount, around, written
from tests.spec_files import OURS

NO_QUANTITIES = [
    *("", " ", "+", "-1", "--1", "++1", ".", "+.", ".Gi", "Gi", "1 Gi", " 1", "1 ", "1.2.3"),
    *("1gi", "1GI", "1ki", "1K", "1KB", "1Gii", "1mi", "1mm", "1kk", "1b", "1,5", "1_000", "1/2"),
    *("NaN", "nan", "Inf", "inf", "true", "0x10", "1e", "1E+", "1e99", "1e10", "1e1.0", "1e-1"),
    *("1e-0", "1e--3", "1e+-3", "1e3Gi", "1Gie3", "1e3m", "1Gi1", "1Gi\n", "\n1Gi", "1\nGi"),
    *("1.0000Gi", ".0000", "lots", "1Gi ", "١Gi", "１", "512MiB", "2 cores"),  # noqa: RUF001
]
# Kubernetes reads them, and people do not write them.
UNUSUAL = ["+1", "01", "007Mi", "1.", "1.Gi", ".5", "1E3", "1e0", "1e4", "1Pi", "1P", "1E", "1.5Ki"]
BOTH_UNITS = pytest.mark.parametrize("unit", UNITS)


@functools.cache
def documented_bounds() -> dict[str, tuple[str, Fraction]]:
    """Every quantity of the spec that is a bound, as it is written there: unit and amount."""
    plan = Plan(load_spec(OURS))
    resources = [component.spec.resources for component in plan.components]
    sizes = [component.storage.size for component in plan.components if component.storage]
    sizes += [volume.spec.size for volume in plan.volumes]
    sizes += [end for part in resources for end in (part.memory.low, part.memory.high)]
    cores = [end for part in resources for end in (part.cpu.low, part.cpu.high)]
    return {
        bound.text: (unit, Fraction(bound.value))
        for unit, bounds in (("bytes", sizes), ("cores", cores))
        for bound in bounds
    }


def exactly(value: Fraction) -> Decimal:
    """A fraction that has few decimal places, as the generator takes it."""
    places = 40
    return Decimal(floor(value * 10**places)).scaleb(-places).normalize()


@functools.cache
def well_formed(unit: str) -> re.Pattern[str]:
    return re.compile(UNITS[unit].pattern, re.ASCII)


@functools.cache
def compiled(bound: Fraction, unit: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    low, high = at_least(exactly(bound), UNITS[unit]), at_most(exactly(bound), UNITS[unit])
    return re.compile(low, re.ASCII), re.compile(high, re.ASCII)


def assert_sides(text: str, bound: Fraction, unit: str) -> None:
    value = amount(text, quantities.UNITS[unit])
    assert value is not None, text
    assert well_formed(unit).fullmatch(text), text
    low, high = compiled(bound, unit)
    assert (low.fullmatch(text) is not None) is (value >= bound), f"{text} ≥ {float(bound)}"
    assert (high.fullmatch(text) is not None) is (value <= bound), f"{text} ≤ {float(bound)}"


@st.composite
def near(draw: st.DrawFn, bound: Fraction, unit: str) -> str:
    """A well-formed quantity in any notation, most often next to the bound."""
    suffix, (factor, most_places) = draw(st.sampled_from([*quantities.UNITS[unit].items()]))
    places = draw(st.integers(0, most_places))
    nearest = floor(bound / factor * 10**places)
    close = st.integers(-2, 3).map(lambda step: nearest + step)
    units = abs(draw(st.one_of(close, close, st.integers(0, 10**20))))
    return written(units, places, suffix)


BOUNDS = {
    "cores": st.integers(1, 10**6).map(lambda millicores: Fraction(millicores, 1000)),
    "bytes": st.builds(
        lambda digits, suffix: digits * quantities.BYTES[suffix][0],
        st.integers(1, 9999),
        st.sampled_from(["", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti"]),
    ),
}


@BOTH_UNITS
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_pattern_parts_all_quantities_at_any_bound(unit: str, data: st.DataObject) -> None:
    bound = data.draw(BOUNDS[unit])
    for text in data.draw(st.lists(near(bound, unit), min_size=30, max_size=60)):
        assert_sides(text, bound, unit)


@pytest.mark.parametrize("bound", documented_bounds())
def test_the_last_place_decides_in_every_notation(bound: str) -> None:
    unit, exact = documented_bounds()[bound]
    for text in (bound, *around(exact, quantities.UNITS[unit])):
        assert_sides(text, exact, unit)


@BOTH_UNITS
@given(text=st.text(st.sampled_from("0123456789.+-eEiKMGTPkmn \n")))
def test_well_formed_is_what_people_write(text: str, unit: str) -> None:
    is_quantity = amount(text, quantities.UNITS[unit]) is not None
    assert (well_formed(unit).fullmatch(text) is not None) is is_quantity


@BOTH_UNITS
@pytest.mark.parametrize("text", NO_QUANTITIES + UNUSUAL)
def test_what_nobody_writes_is_refused(text: str, unit: str) -> None:
    assert amount(text, quantities.UNITS[unit]) is None
    assert well_formed(unit).fullmatch(text) is None


@pytest.mark.parametrize("helm", HELMS)
def test_helm_reads_the_patterns_as_python_does(helm: str, tmp_path: Path) -> None:
    # Go's regular expressions are those of Helm's validator too.
    cases = [(well_formed(unit), NO_QUANTITIES + UNUSUAL) for unit in UNITS]
    for unit, bound in documented_bounds().values():
        texts = [*around(bound, quantities.UNITS[unit])]
        cases += [(pattern, texts[part::2]) for part, pattern in enumerate(compiled(bound, unit))]
    given = [{"pattern": pattern.pattern, "texts": texts} for pattern, texts in cases]

    (tmp_path / "templates").mkdir()
    (tmp_path / "Chart.yaml").write_text("{apiVersion: v2, name: patterns, version: 1.0.0}")
    (tmp_path / "values.yaml").write_text(json.dumps({"cases": given}))
    (tmp_path / "templates" / "answers.yaml").write_text(
        "answers:\n{{- range .Values.cases }}{{ $pattern := .pattern }}\n"
        "- [{{ range .texts }}{{ regexMatch $pattern . }}, {{ end }}]\n"
        "{{- end }}\n"
    )
    answers = yaml.safe_load(run_helm(helm, "template", "patterns", str(tmp_path)))["answers"]

    assert answers == [
        [pattern.fullmatch(text) is not None for text in texts] for pattern, texts in cases
    ]
    assert not any(answers[0])
    assert sum(map(len, answers)) > 900
