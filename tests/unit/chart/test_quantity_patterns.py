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

from generator.chart.values.quantity_patterns import at_least, at_most, quantity_pattern
from generator.plan.platform import Plan
from generator.spec.load import load_spec
from tests.helm import HELMS, run_helm
from tests.limits.quantities import ENDINGS, EXPONENTS, FACTORS, PLACES, amount, around
from tests.unit.chart.platforms import OURS

NO_QUANTITIES = [
    *("", " ", "+", "-1", "--1", "++1", ".", "+.", ".Gi", "Gi", "1 Gi", " 1", "1 ", "1.2.3"),
    *("1gi", "1GI", "1ki", "1K", "1KB", "1Gii", "1mi", "1mm", "1kk", "1b", "1,5", "1_000", "1/2"),
    *("NaN", "nan", "Inf", "inf", "true", "0x10", "1e", "1E+", "1e99", "1e10", "1e1.0", "1e-1"),
    *("1e-0", "1e--3", "1e+-3", "1e3Gi", "1Gie3", "1e3m", "1Gi1", "1Gi\n", "\n1Gi", "1\nGi"),
    *("1.0000000001Gi", ".0000000000", "lots", "1Gi ", "١Gi", "１", "512MiB", "2 cores"),  # noqa: RUF001
]


@functools.cache
def documented_bounds() -> dict[str, Fraction]:
    """Every quantity of the spec that is a bound, as it is written there."""
    plan = Plan(load_spec(OURS))
    resources = [component.spec.resources for component in plan.components]
    spans = [span for part in resources for span in (part.cpu, part.memory)]
    bounds = [end for span in spans for end in (span.low, span.high)]
    bounds += [component.storage.size for component in plan.components if component.storage]
    bounds += [volume.spec.size for volume in plan.volumes]
    return {bound.text: Fraction(bound.value) for bound in bounds}


def exactly(value: Fraction) -> Decimal:
    """A fraction that has few decimal places, as the generator takes it."""
    places = 40
    return Decimal(floor(value * 10**places)).scaleb(-places).normalize()


@functools.cache
def compiled(bound: Fraction) -> tuple[re.Pattern[str], re.Pattern[str]]:
    low, high = at_least(exactly(bound)), at_most(exactly(bound))
    return re.compile(low, re.ASCII), re.compile(high, re.ASCII)


WELL_FORMED = re.compile(quantity_pattern(), re.ASCII)


def assert_sides(text: str, bound: Fraction) -> None:
    value = amount(text)
    assert value is not None, text
    assert WELL_FORMED.fullmatch(text), text
    low, high = compiled(bound)
    assert (low.fullmatch(text) is not None) is (value >= bound), f"{text} ≥ {float(bound)}"
    assert (high.fullmatch(text) is not None) is (value <= bound), f"{text} ≤ {float(bound)}"


exponents = st.builds(
    lambda letter, sign, zeros, power: (
        f"{letter}{'-' if power < 0 else sign}{zeros}{abs(power)}",
        Fraction(10) ** power,
    ),
    st.sampled_from("eE"),
    st.sampled_from(["", "+"]),
    st.sampled_from(["", "0", "00"]),
    st.sampled_from(EXPONENTS),
)
endings = st.one_of(st.sampled_from(sorted(FACTORS.items())), exponents)
random_bounds = st.builds(
    lambda digits, ending: digits * FACTORS[ending],
    st.one_of(
        st.integers(1, 9999).map(Fraction),
        st.integers(1, 10**12).map(lambda units: Fraction(units, 1000)),
    ),
    st.sampled_from(["", "m", "k", "M", "G", "T", "Ki", "Mi", "Gi", "Ti", "Pi"]),
)


@st.composite
def quantities(draw: st.DrawFn, bound: Fraction) -> str:
    """A well-formed quantity in any form, most often next to the bound."""
    ending, factor = draw(endings)
    places = draw(st.integers(0, PLACES))
    nearest = floor(bound / factor * 10**places)
    near = st.integers(-2, 3).map(lambda step: nearest + step)
    units = abs(draw(st.one_of(near, near, st.integers(0, 10**20))))
    digits = str(units).zfill(places + 1)
    whole, fraction = digits[: len(digits) - places], digits[len(digits) - places :]
    if draw(st.booleans()):
        fraction = fraction.rstrip("0")
    if whole == "0" and fraction and draw(st.booleans()):
        whole = ""
    point = "." if fraction or (whole and draw(st.booleans())) else ""
    sign, zeros = draw(st.sampled_from(["", "+"])), draw(st.sampled_from(["", "0", "000"]))
    return f"{sign}{zeros}{whole}{point}{fraction}{ending}"


@settings(max_examples=25, deadline=None)
@given(bound=random_bounds, data=st.data())
def test_a_pattern_parts_all_quantities_at_any_bound(bound: Fraction, data: st.DataObject) -> None:
    for text in data.draw(st.lists(quantities(bound), min_size=30, max_size=60)):
        assert_sides(text, bound)


@pytest.mark.parametrize("bound", documented_bounds())
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_a_pattern_parts_all_quantities_at_a_documented_bound(
    bound: str, data: st.DataObject
) -> None:
    exact = documented_bounds()[bound]
    for text in data.draw(st.lists(quantities(exact), min_size=30, max_size=60)):
        assert_sides(text, exact)


@pytest.mark.parametrize("bound", documented_bounds())
def test_the_last_place_decides_in_every_notation(bound: str) -> None:
    exact = documented_bounds()[bound]
    assert_sides(bound, exact)
    for ending in ENDINGS:
        for places in (0, 1, 2, 3, 6, PLACES):
            for text in around(exact, places, ending):
                assert_sides(text, exact)


@given(st.text(st.sampled_from("0123456789.+-eEiKMGTPkmn \n")))
def test_well_formed_is_what_kubernetes_can_read(text: str) -> None:
    assert (WELL_FORMED.fullmatch(text) is not None) is (amount(text) is not None)


@pytest.mark.parametrize("text", NO_QUANTITIES)
def test_what_is_no_quantity_is_refused(text: str) -> None:
    assert amount(text) is None
    assert WELL_FORMED.fullmatch(text) is None


@pytest.mark.parametrize("helm", HELMS)
def test_helm_reads_the_patterns_as_python_does(helm: str, tmp_path: Path) -> None:
    # Go's regular expressions are those of Helm's validator too.
    cases = [(WELL_FORMED, NO_QUANTITIES)]
    for bound in documented_bounds().values():
        near = [text for ending in ENDINGS for text in around(bound, 3, ending)]
        cases += [(pattern, near[part::2]) for part, pattern in enumerate(compiled(bound))]
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
